/*
 * idle.h - where the idle workers of a pool sleep, at most one of them awake and looking.
 *
 *     worker, finding no work:                submitter:
 *       if (idle_search(i)) look for a while;   make work;
 *       idle_enter(i);                          idle_wake(i)
 *       if (work) { idle_leave(i); take it; }
 *       else idle_sleep(i); search again
 *
 * While one worker searches, new work wakes nobody: the searcher will find it, and when it has, it
 * wakes the next if there is more. So bursts wake as many workers as they need, and a stream of
 * short tasks does not cost a system call per task (the policy of Go's scheduler).
 *
 * All in one word, so that the counts are always exact: 31 bits of workers that entered and were
 * not granted a wake-up, the searching bit, 32 bits of wake-ups granted and not yet taken (the
 * futex). No wake-up is lost: whoever gives up the searching bit looks at the work
 * again afterwards, and all operations here are sequentially consistent, as the ones that make
 * and look for work must be. Any number of workers; threads or processes that share the memory.
 */
#ifndef BENCH_MODES_IDLE_H
#define BENCH_MODES_IDLE_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct idle {
    union {
        _Alignas(256) _Atomic uint64_t word;
        uint32_t halves[2];
    };
};

#define IDLE_WAKEUP    UINT64_C(1)
#define IDLE_WAKEUPS   UINT64_C(0xffffffff)
#define IDLE_SEARCHING (UINT64_C(1) << 32)
#define IDLE_SLEEPER   (UINT64_C(1) << 33)

/* The half of the word that counts wake-ups. */
static inline uint32_t *idle_futex(struct idle *idle)
{
    return &idle->halves[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 1];
}

/* Becomes the one that searches; false where another is. */
static inline bool idle_search(struct idle *idle)
{
    return !(atomic_load(&idle->word) & IDLE_SEARCHING) &&
           !(atomic_fetch_or(&idle->word, IDLE_SEARCHING) & IDLE_SEARCHING);
}

/* The search is over. The caller looks whether there is more work, and idle_wake()s. */
static inline void idle_found(struct idle *idle)
{
    atomic_fetch_and(&idle->word, ~IDLE_SEARCHING);
}

/* Announces that the worker will sleep and, where it searched, no longer does. It must
 * look for work once more before idle_sleep(), and call idle_leave() where it finds some. */
static inline void idle_enter(struct idle *idle, bool searched)
{
    uint64_t word = atomic_load(&idle->word);
    uint64_t gone = searched ? IDLE_SEARCHING : 0;
    while (!atomic_compare_exchange_weak(&idle->word, &word, (word & ~gone) + IDLE_SLEEPER)) {
    }
}

/* Does not sleep after all. True: a wake-up had been granted already and was taken,
 * and with it the search. */
static inline bool idle_leave(struct idle *idle)
{
    uint64_t word = atomic_load(&idle->word);
    uint64_t unit;
    do {
        unit = word & IDLE_WAKEUPS ? IDLE_WAKEUP : IDLE_SLEEPER;
    } while (!atomic_compare_exchange_weak(&idle->word, &word, word - unit));
    return unit == IDLE_WAKEUP;
}

/* Sleeps until a wake-up is granted; the worker then is the one that searches. */
static inline void idle_sleep(struct idle *idle)
{
    uint64_t word = atomic_load(&idle->word);
    for (;;) {
        if (!(word & IDLE_WAKEUPS)) {
            syscall(SYS_futex, idle_futex(idle), FUTEX_WAIT, 0, NULL, NULL, 0);
            word = atomic_load(&idle->word);
        } else if (atomic_compare_exchange_weak(&idle->word, &word, word - IDLE_WAKEUP)) {
            return;
        }
    }
}

/* Wakes one sleeper to search, unless there is none or somebody searches already. */
static inline void idle_wake(struct idle *idle)
{
    uint64_t word = atomic_load(&idle->word);
    while (word >= IDLE_SLEEPER && !(word & IDLE_SEARCHING)) {
        if (atomic_compare_exchange_weak(&idle->word, &word,
                                         word - IDLE_SLEEPER + IDLE_WAKEUP + IDLE_SEARCHING)) {
            syscall(SYS_futex, idle_futex(idle), FUTEX_WAKE, 1, NULL, NULL, 0);
            return;
        }
    }
}

/* Wakes everybody: for the end, when several may search at once. A worker that leaves may have
 * taken another's wake-up; so each, leaving for good, calls this too. */
static inline void idle_wake_all(struct idle *idle)
{
    uint64_t word = atomic_load(&idle->word);
    while (word >= IDLE_SLEEPER) {
        uint64_t woken = (word + word / IDLE_SLEEPER * IDLE_WAKEUP) % IDLE_SLEEPER;
        if (atomic_compare_exchange_weak(&idle->word, &word, woken)) {
            syscall(SYS_futex, idle_futex(idle), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
            return;
        }
    }
}

#endif
