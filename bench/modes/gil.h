/*
 * gil.h - an interpreter lock: whoever computes holds it, and hands it over when asked.
 *
 * The protocol is that of CPython 3.2 and later (Antoine Pitrou, "Reworking the GIL", python-dev,
 * October 2009; Python/ceval_gil.c), so that threads share the CPU here as they do there:
 *
 *   - A thread that finds the lock held waits for it to be free, for one switch interval at a time.
 *     Where an interval went by in which the holder stayed the same, it asks for the lock.
 *   - The holder looks whether it was asked at its yield points, as an interpreter does between two
 *     instructions. Where it was, it gives the lock up and waits until another thread has taken it
 *     (forced switching): on several cores it would otherwise mostly be the first to come back.
 *   - Whoever takes the lock clears the question. The others that wait ask anew, each an interval
 *     after it last saw the holder change. Nobody has a turn: a thread that comes by when the lock
 *     is free takes it, whoever waits.
 *
 * A thread is known by a number above 0 of its own. All threads; the holder alone may call
 * gil_give() and gil_yield().
 */
#ifndef BENCH_MODES_GIL_H
#define BENCH_MODES_GIL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gil {
    pthread_mutex_t mutex; /* of all below; never held for longer than it takes to look */
    pthread_cond_t freed, taken;
    uint64_t interval_ns;
    uint64_t last;     /* who holds it, or did last */
    uint64_t switches; /* times that it came to another thread than before */
    bool held;
    /* A waiter wants it. Only ever set while one waits, who stays until it is cleared. Read without
     * the mutex by the holder. */
    atomic_bool asked;
};

/* 0 or -errno. */
int gil_init(struct gil *gil, uint64_t interval_ns);

/* Nobody holds it or waits for it. */
void gil_end(struct gil *gil);

/* Takes the lock, however long that takes. Returns how long it was waited for, in ns. */
uint64_t gil_take(struct gil *gil, uint64_t who);

/* Gives it up: before a wait, and at a thread's end. Waits until another thread has taken it where
 * one has asked. */
void gil_give(struct gil *gil, uint64_t who);

/* Hands the lock over where somebody asked for it, and takes it again. Returns how long that one
 * was waited for, in ns. */
static inline uint64_t gil_yield(struct gil *gil, uint64_t who)
{
    if (!atomic_load_explicit(&gil->asked, memory_order_relaxed)) {
        return 0;
    }
    gil_give(gil, who);
    return gil_take(gil, who);
}

#endif
