/*
 * loop_worker.h - a worker that runs many tasks at once on one event loop: what the modes
 * coroutine, thread-coroutine, process-coroutine and event share.
 *
 * Runs in the calling thread, which owns the loop, until all tasks of its share have ended.
 * Tasks are started in their order, up to `width` at once, in slices between two turns of
 * the loop, so that those that can go on need not wait until a million others were started.
 * Under a schedule (--schedule) all of them have their turns by it instead: loop_schedule.h.
 */
#ifndef BENCH_MODES_LOOP_WORKER_H
#define BENCH_MODES_LOOP_WORKER_H

#include "bench/loop/loop.h"
#include "bench/repetition/job.h"

struct loop_worker;
struct loop_schedule;
struct loop_watched;

/* How a task is carried on: by a coroutine, or by call-backs. */
struct loop_tasks {
    int (*open)(struct loop_worker *self, uint64_t most); /* 0 or -errno (self->err) */
    void (*close)(struct loop_worker *self);
    /* Runs the task until it first waits; calls loop_worker_ended() where it never does. 0, or
     * -errno (self->err) where the worker cannot go on. */
    int (*start)(struct loop_worker *self, uint64_t task);
    /* An operation of one of its tasks is done. As start(). */
    int (*done)(struct loop_worker *self, struct operation *operation);
    /* Which task the operation belongs to; NULL: this kind knows no schedule. */
    uint64_t (*whose)(const struct operation *operation);
};

extern const struct loop_tasks loop_tasks_coroutines, loop_tasks_steps;

struct loop_worker {
    const struct job *job;
    const struct loop_tasks *kind;
    uint64_t worker;                      /* index of its record */
    uint64_t next, stride;                /* its share: every stride-th task */
    uint64_t task;                        /* the one that was started last, or has its turn */
    uint64_t left;                        /* tasks that are not started yet */
    uint64_t alive, width;                /* tasks at once */
    struct loop *loop;                    /* NULL where the wait blocks */
    void *tasks;                          /* the kind's own */
    struct operation starter;             /* due when further tasks are to be started */
    bool starting;                        /* the starter is under way */
    struct operation mail;                /* reads what others ring: loop_mail.h */
    uint64_t rings;                       /* its buffer */
    bool listening;                       /* it is under way */
    struct operation *ready, **ready_end; /* of parked tasks that can go on, first in, first out */
    struct loop_schedule *schedule;       /* NULL: none; then `ready` is not used */
    struct loop_watched *watched;         /* NULL: the repetition is not */
    /* What becomes of a parked task that can go on; NULL: it goes behind those in `ready`. */
    void (*made_ready)(struct loop_worker *self, struct operation *operation);
    bool spun;                          /* the task whose turn it was only looked again */
    const struct operation *first_spun; /* since which nobody did anything else; or NULL */
    uint64_t check_ns;                  /* not before then need the task whose turn it is ask
                                           whether it must give way */
    int rc;
    struct error err;
};

/* What the loop calls for each operation that is done, where there is no schedule. */
loop_done loop_worker_done;

/* Puts it behind those in `ready`. */
static inline void loop_worker_append(struct loop_worker *self, struct operation *operation)
{
    operation->next = NULL;
    *self->ready_end = operation;
    self->ready_end = &operation->next;
}

static inline void loop_worker_ended(struct loop_worker *self)
{
    self->alive--;
}

/* `operation` of a parked task, not under way in the loop, is handed to done() soon: the task can
 * go on. Or of the running task, which parks next and lets all others go on before. In the
 * worker's own thread, at any moment. */
void loop_worker_ready(struct loop_worker *self, struct operation *operation);

/* The same of a running task that has only looked again whether it can go on: see
 * loop_worker_in_vain(). */
void loop_worker_spin(struct loop_worker *self, struct operation *operation);

/* After a turn, which `operation` began: whether all who are ready have spun since anyone did
 * something else. Then only what is done in the loop, or in another worker, can let them go on:
 * whoever has a lock while it waits must not be noticed late because others want it. */
bool loop_worker_in_vain(struct loop_worker *self, const struct operation *operation);

/* Gets back what is done in the loop, waiting for it or not; where that fails sets self->rc. */
void loop_worker_attend(struct loop_worker *self, bool wait);

/* Runs every task t of the job with t % workers == share, in the calling thread, as the worker with
 * the record `worker`. 0, or -errno with err set, where some tasks may never have ended. */
int loop_worker_run(const struct job *job, const struct loop_tasks *kind, uint64_t worker,
                    uint64_t share, struct error *err);

/* The same as a whole mode of one worker, in the repetition's main thread. */
int loop_worker_launch(struct job *job, const struct loop_tasks *kind);

/* A loop that the kernel does not offer makes the repetition unsupported, not failed. */
void loop_worker_judge(struct job *job, int rc);

#endif
