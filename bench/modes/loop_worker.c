#include "bench/modes/loop_worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/modes/loop_mail.h"
#include "bench/modes/loop_schedule.h"
#include "bench/modes/loop_watched.h"
#include "bench/repetition/watched.h"
#include "bench/waits/wait.h"

/* How long tasks are started, or go on, in a row before the loop looks again. */
#define START_SLICE_NS UINT64_C(100000)

static uint64_t take_task(struct loop_worker *self)
{
    self->task = self->next;
    self->next += self->stride;
    self->left--;
    self->alive++;
    return self->task;
}

/* Starts the next task where it may start now; else the starter is under way, or needs not be. */
static bool start_next(struct loop_worker *self, uint64_t *began_ns)
{
    const struct job *job = self->job;
    if (self->rc != 0 || self->left == 0 || self->alive == self->width || self->starting) {
        return false;
    }
    uint64_t due_ns = job->paced ? job_arrival_ns(job, self->next) : 0;
    uint64_t last_ns = *began_ns == 0 ? 0 : clock_now_ns();
    bool sliced = last_ns - *began_ns > START_SLICE_NS;
    if (sliced || (due_ns > 0 && due_ns > clock_now_ns())) {
        /* Not a moment long past: it would always be due before those that can go on. */
        uint64_t until_ns = due_ns > last_ns ? due_ns : last_ns;
        self->starter = (struct operation){.kind = OPERATION_SLEEP, .until_ns = until_ns};
        self->starting = !loop_start(self->loop, &self->starter);
        *began_ns = 0;
        return !self->starting;
    }
    uint64_t task = take_task(self);
    job_arrived(job, task);
    self->rc = self->kind->start(self, task);
    *began_ns = *began_ns == 0 ? job->tasks[task].start_ns : *began_ns;
    return true;
}

static void start_some(struct loop_worker *self)
{
    uint64_t began_ns = 0;
    while (start_next(self, &began_ns)) {
    }
}

void loop_worker_done(struct loop *loop, struct operation *operation)
{
    struct loop_worker *self = loop->owner;
    if (operation == &self->starter) {
        self->starting = false;
    } else if (operation == &self->mail) {
        int rc = loop_mail_came(self);
        self->rc = self->rc == 0 ? rc : self->rc;
    } else if (self->rc == 0) {
        self->rc = self->kind->done(self, operation);
    }
    start_some(self);
}

void loop_worker_ready(struct loop_worker *self, struct operation *operation)
{
    if (self->made_ready) {
        self->made_ready(self, operation);
        return;
    }
    loop_worker_append(self, operation);
}

void loop_worker_spin(struct loop_worker *self, struct operation *operation)
{
    self->spun = true;
    loop_worker_ready(self, operation);
}

/* Who spins goes behind all who are ready, so the first one's second turn ends a round. */
bool loop_worker_in_vain(struct loop_worker *self, const struct operation *operation)
{
    const struct operation *first = self->first_spun;
    bool spun = self->spun;
    self->spun = false;
    self->first_spun = !spun ? NULL : first ? first : operation;
    return spun && first == operation;
}

/* Those that are ready and whom they make ready, for a slice or until all of them only spin; then
 * the loop is looked at. */
static void run_ready(struct loop_worker *self)
{
    uint64_t began_ns = clock_now_ns();
    struct operation *operation;
    do {
        operation = self->ready;
        self->ready = operation->next;
        if (!self->ready) {
            self->ready_end = &self->ready;
        }
        self->rc = self->kind->done(self, operation);
    } while (!loop_worker_in_vain(self, operation) && self->ready && self->rc == 0 &&
             clock_now_ns() - began_ns < START_SLICE_NS);
    start_some(self);
}

/* Every task is parked and none can be let go by another worker: they wait for each other. The
 * runner sees that and ends the repetition. */
static void stay_quiet(const struct loop_worker *self)
{
    while (self->job->area && self->loop->started == self->loop->finished) {
        pause();
    }
}

void loop_worker_attend(struct loop_worker *self, bool wait)
{
    if (wait) {
        stay_quiet(self);
    }
    self->first_spun = NULL; /* those who go on from here do something */
    int rc = wait ? loop_turn(self->loop) : loop_look(self->loop);
    if (rc != 0 && self->rc == 0) { /* else a task's call-back has said why */
        self->rc = rc;
        self->err = self->loop->err;
    }
}

static void run_unscheduled(struct loop_worker *self)
{
    start_some(self);
    while (self->rc == 0 && (self->alive > 0 || self->left > 0)) {
        loop_worker_attend(self, !self->ready);
        if (self->ready && self->rc == 0) {
            run_ready(self);
        }
    }
}

static void serve(struct loop_worker *self)
{
    self->rc = loop_mail_begin(self);
    if (self->schedule) {
        loop_schedule_run(self);
    } else {
        run_unscheduled(self);
    }
    if (self->rc == 0) {
        self->rc = loop_mail_end(self);
    }
    if (self->rc == 0) { /* else something is still under way */
        loop_helpers_end(self->loop);
        atomic_fetch_add(&self->job->shared->report.helper_ns, self->loop->helper_ns);
    }
}

static void run_on_loop(struct loop_worker *self)
{
    struct loop_watched watched;
    const struct loop_engine *engine = self->job->wait->engine;
    loop_done *done = self->schedule ? loop_schedule_done : loop_worker_done;
    if (watched_is(self->job)) {
        loop_watched_begin(&watched, self, &engine, &done);
    }
    self->rc = loop_open(&self->loop, engine, self->width + 2, done, self, &self->err);
    if (self->rc == 0) {
        serve(self);
        loop_close(self->loop);
    }
    if (self->watched) {
        loop_watched_end(self);
    }
}

/* Under a wait that blocks, each task blocks all others. */
static void run_blocking(struct loop_worker *self)
{
    while (self->rc == 0 && self->left > 0) {
        uint64_t task = take_task(self);
        job_queued(self->job, task);
        self->rc = self->kind->start(self, task);
    }
}

/* Into what a failed loop's tasks handed out, helper threads or the kernel may still be writing: it
 * stays to the end of the process, which is near, and stays in sight of leak checkers. */
struct abandoned {
    struct abandoned *next;
    void *tasks;
};
static struct abandoned *_Atomic abandoned_tasks;

static void abandon(void *tasks)
{
    struct abandoned *entry = malloc(sizeof *entry);
    if (entry) {
        entry->tasks = tasks;
        entry->next = atomic_exchange(&abandoned_tasks, entry);
    }
}

int loop_worker_run(const struct job *job, const struct loop_tasks *kind, uint64_t worker,
                    uint64_t share, struct error *err)
{
    uint64_t stride = job->worker_count;
    uint64_t count = share < job->task_count ? (job->task_count - share - 1) / stride + 1 : 0;
    uint64_t width = job->shared->request.width;
    struct loop_worker self = {.job = job,
                               .kind = kind,
                               .worker = worker,
                               .next = share,
                               .stride = stride,
                               .left = count,
                               .width = width < count ? width : count};
    self.ready_end = &self.ready;
    if (count == 0) {
        return 0;
    }
    self.rc = kind->open(&self, self.width);
    if (self.rc == 0 && kind->whose && job->shared->request.schedule.kind != SCHEDULE_OFF) {
        self.rc = loop_schedule_open(&self);
    }
    if (self.rc == 0) {
        if (job->wait->engine) {
            run_on_loop(&self);
        } else {
            run_blocking(&self);
        }
        if (self.rc == 0) {
            kind->close(&self);
        } else {
            abandon(self.tasks);
        }
    }
    loop_schedule_close(&self);
    if (self.rc != 0) {
        *err = self.err;
    }
    return self.rc;
}

void loop_worker_judge(struct job *job, int rc)
{
    if (rc == -ENOTSUP) {
        job->status = STATUS_UNSUPPORTED;
    }
}

int loop_worker_launch(struct job *job, const struct loop_tasks *kind)
{
    job_worker_begin(job, 0, true);
    int rc = loop_worker_run(job, kind, 0, 0, &job->err);
    job_worker_end(job, 0);
    loop_worker_judge(job, rc);
    return rc;
}
