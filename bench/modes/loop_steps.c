/*
 * loop_steps.c - a task as a state machine: no stack, only what its workload's step()
 * keeps between two call-backs.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/modes/loop_worker.h"
#include "bench/util/align.h"
#include "bench/util/refusal.h"

struct step_task {
    struct operation operation; /* first: what is handed back is the task */
    uint32_t task;              /* its index */
    uint32_t next_free;         /* while its place is free */
    _Alignas(8) char memory[];  /* step_bytes of the workload's */
};

#define NO_PLACE UINT32_MAX

/* Places for as many tasks as may be alive, used again last in, first out. */
struct step_tasks {
    size_t bytes; /* of all, this included */
    size_t step_bytes, place_bytes;
    uint32_t used, free; /* places taken so far; the first that is free again */
    _Alignas(64) char places[];
};

static struct step_task *place_at(struct step_tasks *all, uint32_t place)
{
    return (struct step_task *)(void *)(all->places + place * all->place_bytes);
}

static int steps_open(struct loop_worker *self, uint64_t most)
{
    size_t step_bytes = self->job->workload->step_bytes;
    size_t place_bytes = align_up(sizeof(struct step_task) + step_bytes, 8);
    size_t bytes = sizeof(struct step_tasks) + most * place_bytes;
    struct step_tasks *all = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) {
        return error_set(&self->err, refusal_tell("mmap", -errno, bytes),
                         "no memory for %llu tasks of %zu bytes: %s", (unsigned long long)most,
                         place_bytes, strerror(errno));
    }
    madvise(all, bytes, MADV_HUGEPAGE); /* a wish: it spares page faults */
    *all = (struct step_tasks){
        .bytes = bytes, .step_bytes = step_bytes, .place_bytes = place_bytes, .free = NO_PLACE};
    self->tasks = all;
    return 0;
}

static void steps_close(struct loop_worker *self)
{
    struct step_tasks *all = self->tasks;
    munmap(all, all->bytes);
}

static struct step_task *take_place(struct step_tasks *all)
{
    struct step_task *task;
    if (all->free == NO_PLACE) {
        return place_at(all, all->used++);
    }
    task = place_at(all, all->free);
    all->free = task->next_free;
    memset(task->memory, 0, all->step_bytes);
    return task;
}

static void give_place(struct step_tasks *all, struct step_task *task)
{
    task->next_free = all->free;
    all->free = (uint32_t)((size_t)((char *)task - all->places) / all->place_bytes);
}

/* Calls step() until it waits for something that is not done at once, or the task is over. */
static void go_on(struct loop_worker *self, struct step_task *task)
{
    const struct job *job = self->job;
    struct step step = {.operation = task->operation, .memory = task->memory};
    int error;
    for (;;) {
        error = job->workload->step(&step, job->state, task->task);
        if (error != 0 || step.operation.kind == OPERATION_NONE) {
            break;
        }
        task->operation = step.operation;
        if (!loop_start(self->loop, &task->operation)) {
            return;
        }
        step.operation = task->operation;
    }
    job_task_end(job, self->worker, task->task, error, step.checksum);
    give_place(self->tasks, task);
    loop_worker_ended(self);
}

static int steps_start(struct loop_worker *self, uint64_t index)
{
    struct step_task *task = take_place(self->tasks);
    task->operation = (struct operation){.kind = OPERATION_NONE};
    task->task = (uint32_t)index;
    job_task_begin(self->job, self->worker, index);
    go_on(self, task);
    return 0;
}

static int steps_done(struct loop_worker *self, struct operation *operation)
{
    go_on(self, (struct step_task *)(void *)operation);
    return 0;
}

const struct loop_tasks loop_tasks_steps = {
    .open = steps_open,
    .close = steps_close,
    .start = steps_start,
    .done = steps_done,
};
