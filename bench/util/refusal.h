/*
 * refusal.h - a call that the system refused, caught where it was made.
 *
 * Which limit bit can only be told while all is still as it was: a moment later the workers have
 * ended and there is room again. So who makes such a call says so at once by refusal_tell(), and
 * waits until the runner has looked. One refusal is told per repetition, the first one. Any thread
 * of any process; in a process without a place to tell it (a unit test, the runner) nothing
 * happens.
 */
#ifndef BENCH_UTIL_REFUSAL_H
#define BENCH_UTIL_REFUSAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

enum refusal_stage {
    REFUSAL_NONE,
    REFUSAL_TAKEN,    /* one is being written down */
    REFUSAL_ASKED,    /* the rest is there, and its process may be waiting */
    REFUSAL_ANSWERED, /* the runner has looked */
};

/* In shared memory, zeroed at first. */
struct refusal {
    _Atomic uint32_t stage; /* enum refusal_stage; a futex */
    int32_t code;           /* -errno */
    int32_t process;        /* that made the call */
    char call[24];
    uint64_t amount; /* bytes that were asked for; 0: not known, or none */
};

/* Where this process and its children by fork tell it. `bell`: an eventfd that wakes the runner;
 * -1: nobody is woken or waited for, the runner finds it at the end. Once, before other threads. */
void refusal_begin(struct refusal *place, int bell);

/* `call` was refused with `code` (-errno), and what was to be done fails for it. Tells it where a
 * limit could be the cause, else does nothing. Returns `code`. Keeps errno. */
int refusal_tell(const char *call, int code, uint64_t amount);

/* The same for who ends for want of memory, -ENOMEM, where no call may have told it yet. Inline:
 * every task ends with it. */
static inline void refusal_tell_lack(int code)
{
    if (code == -ENOMEM) {
        refusal_tell("malloc", code, 0);
    }
}

/* By the runner: lets the process go on. */
void refusal_answered(struct refusal *place);

#endif
