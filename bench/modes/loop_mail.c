#include "bench/modes/loop_mail.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/util/refusal.h"

void loop_mail_open(const struct job *job)
{
    for (uint64_t i = 0; job->area && job->worker_count > 1 && i < job->worker_count; i++) {
        /* It may block: a loop makes of it what it needs. */
        int fd = eventfd(0, EFD_CLOEXEC);
        sync_mailbox_of(job->area, i)->bell = fd < 0 ? -errno : fd;
    }
}

void loop_mail_close(const struct job *job)
{
    for (uint64_t i = 0; job->area && i < job->worker_count; i++) {
        struct sync_mailbox *box = sync_mailbox_of(job->area, i);
        if (box->bell > 0) {
            close(box->bell);
        }
        box->bell = 0;
    }
}

static void ring(const struct sync_mailbox *box)
{
    const uint64_t one = 1;
    ssize_t wrote;
    do {
        wrote = write(box->bell, &one, sizeof one);
    } while (wrote < 0 && errno == EINTR);
}

void loop_mail_send(const struct sync_area *area, uint64_t task)
{
    struct sync_wait *wait = sync_wait_of(area, task);
    struct sync_mailbox *box = sync_mailbox_of(area, wait->worker);
    uint64_t last = atomic_load_explicit(&box->last, memory_order_relaxed);
    do {
        wait->next = last;
    } while (!atomic_compare_exchange_weak_explicit(&box->last, &last, task + 1,
                                                    memory_order_release, memory_order_relaxed));
    if (last == 0) {
        ring(box);
    }
}

/* In the order in which they came. */
static void empty(struct loop_worker *self, struct sync_mailbox *box)
{
    const struct sync_area *area = self->job->area;
    uint64_t last = atomic_exchange_explicit(&box->last, 0, memory_order_acquire), first = 0;
    while (last != 0) {
        struct sync_wait *wait = sync_wait_of(area, last - 1);
        uint64_t before = wait->next;
        wait->next = first;
        first = last;
        last = before;
    }
    while (first != 0) {
        struct sync_wait *wait = sync_wait_of(area, first - 1);
        first = wait->next;
        loop_worker_ready(self, wait->parked);
    }
}

/* The box is emptied after each ring was taken: who puts in later finds it empty, and rings. */
static int listen(struct loop_worker *self)
{
    struct sync_mailbox *box = sync_mailbox_of(self->job->area, self->worker);
    do {
        empty(self, box);
        self->mail = (struct operation){.kind = OPERATION_RECEIVE,
                                        .fd = box->bell,
                                        .buffer = &self->rings,
                                        .size = sizeof self->rings};
        self->listening = !loop_start(self->loop, &self->mail);
    } while (!self->listening && self->mail.result > 0);
    return self->listening
               ? 0
               : error_set(&self->err, (int)self->mail.result, "what wakes worker %llu: %s",
                           (unsigned long long)self->worker, strerror((int)-self->mail.result));
}

int loop_mail_begin(struct loop_worker *self)
{
    int bell = self->job->area ? sync_mailbox_of(self->job->area, self->worker)->bell : 0;
    if (bell < 0) {
        return error_set(&self->err, refusal_tell("eventfd", bell, 0),
                         "no descriptor for what wakes worker %llu: %s",
                         (unsigned long long)self->worker, strerror(-bell));
    }
    return bell == 0 ? 0 : listen(self);
}

int loop_mail_came(struct loop_worker *self)
{
    self->listening = false;
    if (self->mail.result < 0) {
        return error_set(&self->err, (int)self->mail.result, "what wakes worker %llu: %s",
                         (unsigned long long)self->worker, strerror((int)-self->mail.result));
    }
    return self->alive > 0 || self->left > 0 ? listen(self) : 0;
}

int loop_mail_end(struct loop_worker *self)
{
    int rc = 0;
    if (self->listening) {
        ring(sync_mailbox_of(self->job->area, self->worker));
    }
    while (rc == 0 && self->listening) {
        rc = loop_turn(self->loop);
        self->err = rc != 0 ? self->loop->err : self->err;
        rc = rc != 0 ? rc : self->rc;
    }
    return rc;
}
