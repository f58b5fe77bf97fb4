/*
 * loop_mail.h - how a worker with an event loop hears that tasks of its were let go in another
 * worker, thread or process: a mailbox in the shared mapping, and an eventfd that its loop
 * listens to.
 *
 * Any number of workers put tasks in; only its owner empties it. The bell is rung when the box was
 * empty, so that a stream of wake-ups costs one system call per look of the owner, not one each.
 * Listening also keeps a loop asleep whose tasks are all parked.
 */
#ifndef BENCH_MODES_LOOP_MAIL_H
#define BENCH_MODES_LOOP_MAIL_H

#include "bench/modes/loop_worker.h"

/* Makes the bells of all workers where there are several, and objects: before any of them starts
 * (mode->prepare), so that all inherit them. What fails, its owner tells. */
void loop_mail_open(const struct job *job);
/* All workers have ended, or are other processes. */
void loop_mail_close(const struct job *job);

/* The parked task goes on in its worker. From any worker that has let it go. */
void loop_mail_send(const struct sync_area *area, uint64_t task);

/* The worker's own: from when its loop is open until its last task has ended. 0, or -errno with
 * self->err set. */
int loop_mail_begin(struct loop_worker *self);
int loop_mail_end(struct loop_worker *self);
/* self->mail was handed back. As begin. */
int loop_mail_came(struct loop_worker *self);

#endif
