/*
 * sync_run.h - an area of objects in a test, and tasks that use it in threads or in forks.
 *
 * Included after cmocka.h. A task that fails an assertion in a fork ends it with a status that
 * fails the test.
 */
#ifndef TESTS_UNIT_SYNC_RUN_H
#define TESTS_UNIT_SYNC_RUN_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sync/area.h"
#include "bench/waits/wait.h"

enum { SYNC_TASKS = 16, SYNC_OBJECTS = 8 };

/* What the tasks of a test see of each other, whatever they are. */
struct sync_board {
    uint64_t plain; /* changed without atomics: by one at a time only */
    _Atomic uint64_t inside, peak, first, second, third;
};

struct sync_run {
    struct sync_area *area;
    struct sync_board *board;
    size_t bytes;
    bool processes;
};

typedef void sync_body(struct task_context *context, struct sync_board *board);

static inline void sync_run_begin(struct sync_run *run, bool processes)
{
    size_t area = sync_area_bytes(SYNC_OBJECTS, SYNC_TASKS, SYNC_TASKS);
    run->bytes = area + 4096;
    run->processes = processes;
    void *at = mmap(NULL, run->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(at != MAP_FAILED);
    run->area = at;
    run->board = (struct sync_board *)(void *)((char *)at + area);
    sync_area_init(run->area, SYNC_OBJECTS, SYNC_TASKS, SYNC_TASKS, processes);
}

static inline void sync_run_end(struct sync_run *run)
{
    munmap(run->area, run->bytes);
}

static inline struct task_context sync_run_context(const struct sync_run *run, uint64_t task)
{
    return (struct task_context){
        .calls = wait_blocking.calls, .sync = &sync_blocking, .area = run->area, .task = task};
}

struct sync_thread {
    const struct sync_run *run;
    sync_body *body;
    uint64_t task;
    pthread_t thread;
};

static inline void *sync_thread_main(void *argument)
{
    struct sync_thread *self = argument;
    struct task_context context = sync_run_context(self->run, self->task);
    self->body(&context, self->run->board);
    return NULL;
}

static inline void sync_run_threads(struct sync_run *run, uint64_t tasks, sync_body *body)
{
    struct sync_thread threads[SYNC_TASKS];
    for (uint64_t i = 0; i < tasks; i++) {
        threads[i] = (struct sync_thread){.run = run, .body = body, .task = i};
        assert_int_equal(pthread_create(&threads[i].thread, NULL, sync_thread_main, &threads[i]),
                         0);
    }
    for (uint64_t i = 0; i < tasks; i++) {
        pthread_join(threads[i].thread, NULL);
    }
}

static inline pid_t sync_run_fork(struct sync_run *run, uint64_t task, sync_body *body)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct task_context context = sync_run_context(run, task);
        body(&context, run->board);
        _exit(0);
    }
    return pid;
}

static inline void sync_run_forks(struct sync_run *run, uint64_t tasks, sync_body *body)
{
    pid_t pids[SYNC_TASKS];
    for (uint64_t i = 0; i < tasks; i++) {
        pids[i] = sync_run_fork(run, i, body);
        assert_true(pids[i] > 0);
    }
    for (uint64_t i = 0; i < tasks; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
}

/* Runs the body as tasks 0 to tasks - 1 at once. */
static inline void sync_run_tasks(struct sync_run *run, uint64_t tasks, sync_body *body)
{
    if (run->processes) {
        sync_run_forks(run, tasks, body);
    } else {
        sync_run_threads(run, tasks, body);
    }
}

/* One more is inside; the most ever are kept. */
static inline void sync_run_enter(struct sync_board *board)
{
    uint64_t inside = atomic_fetch_add(&board->inside, 1) + 1;
    uint64_t peak = atomic_load(&board->peak);
    while (inside > peak && !atomic_compare_exchange_weak(&board->peak, &peak, inside)) {
    }
}

static inline void sync_run_leave(struct sync_board *board)
{
    atomic_fetch_sub(&board->inside, 1);
}

#endif
