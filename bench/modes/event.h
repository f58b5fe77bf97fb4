/*
 * event.h - one sleeper waits until something changes: an event count over a futex.
 *
 *     waiter:                              notifier:
 *       key = event_prepare(e);              make the condition true;
 *       if (!condition)                      if (event_awaited(e))
 *           event_sleep(e, key, timeout);        event_notify(e)
 *       look again; at the end event_finish(e)
 *
 * Works between threads and between processes that share the memory. One waiter, any number of
 * notifiers. A wake-up is never lost: `waiting` is raised before the condition is
 * looked at again and `epoch` changes before the waiter is woken; the operations here are
 * sequentially consistent, and those on the condition must be. With nobody to wake a notifier
 * makes no system call.
 */
#ifndef BENCH_MODES_EVENT_H
#define BENCH_MODES_EVENT_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct event {
    _Alignas(256) _Atomic uint32_t epoch;
    _Atomic uint32_t waiting;
};

static inline uint32_t event_prepare(struct event *event)
{
    atomic_store(&event->waiting, 1);
    return atomic_load(&event->epoch);
}

/* The condition is true: nobody need wake this waiter. */
static inline void event_finish(struct event *event)
{
    atomic_store(&event->waiting, 0);
}

/* Sleeps unless the epoch has moved on from `key`; NULL: without a time limit. */
static inline void event_sleep(struct event *event, uint32_t key, const struct timespec *timeout)
{
    syscall(SYS_futex, &event->epoch, FUTEX_WAIT, key, timeout, NULL, 0);
}

/* Does somebody wait? */
static inline bool event_awaited(struct event *event)
{
    return atomic_load(&event->waiting) != 0;
}

/* Wakes the waiter, if there is one. */
static inline void event_notify(struct event *event)
{
    if (atomic_exchange(&event->waiting, 0) != 0) {
        atomic_fetch_add(&event->epoch, 1);
        syscall(SYS_futex, &event->epoch, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

#endif
