/*
 * futex.h - sleeping until a word changes, between threads of one process or between several.
 *
 * The kernel finds the waiters of a word of one process's own by its address alone, which spares it
 * a look at the mapping. Errors need not be told: each is a reason to look at the word again.
 */
#ifndef BENCH_SYNC_FUTEX_H
#define BENCH_SYNC_FUTEX_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void futex_call(_Atomic uint32_t *word, int operation, uint32_t value, uint32_t bits,
                              bool processes)
{
    syscall(SYS_futex, word, processes ? operation : operation | FUTEX_PRIVATE_FLAG, value, NULL,
            NULL, bits);
}

/* Sleeps unless the word differs from `value` already; may wake for no reason. `bits`: as which it
 * can be woken. */
static inline void futex_sleep(_Atomic uint32_t *word, uint32_t value, uint32_t bits,
                               bool processes)
{
    futex_call(word, FUTEX_WAIT_BITSET, value, bits, processes);
}

/* Wakes everybody who sleeps as one of `bits`. */
static inline void futex_wake(_Atomic uint32_t *word, uint32_t bits, bool processes)
{
    futex_call(word, FUTEX_WAKE_BITSET, INT_MAX, bits, processes);
}

static inline void futex_wake_one(_Atomic uint32_t *word, bool processes)
{
    futex_call(word, FUTEX_WAKE_BITSET, 1, FUTEX_BITSET_MATCH_ANY, processes);
}

#endif
