/*
 * coroutine.h - stackful coroutines on Boost.Context's C functions.
 *
 * A set of coroutines belongs to one thread. Two kinds of stacks:
 *   own     each coroutine has one, cut from a slab, touched only as far as it is used,
 *           reused by later ones, with a guard page below where `guard` is asked for. On
 *           kernels before Linux 6.13 a guarded stack is two of the process's maps
 *           (vm.max_map_count): coroutine_guards_most().
 *   shared  all run on one stack; what a coroutine has on it when it parks (some hundred bytes)
 *           is copied out when another one needs the place, and back before it goes on.
 *           So no pointer into its stack may be used while it is parked
 *           (coroutine_on_stack()), and it must go on in the thread in which it began.
 * Told to the address and thread sanitizers (fiber interfaces).
 *
 * A damaged stack may lead into Boost.Context's last resort, which is _exit(0): a status of 0
 * alone does not prove that a program ran to its end.
 */
#ifndef BENCH_COROUTINE_COROUTINE_H
#define BENCH_COROUTINE_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/coroutine/switch.h"
#include "bench/util/error.h"

struct coroutine;  /* one; the caller's own bytes follow it (coroutine_own) */
struct coroutines; /* the set of one thread */

typedef void coroutine_body(struct coroutine *self, void *argument);

struct coroutine_options {
    bool shared;        /* kind of stacks */
    bool guard;         /* own stacks: with a guard page each. The shared stack always has one */
    size_t stack_bytes; /* of each own stack, or of the shared one (1 GiB at the most); rounded up
                         * to pages; own bytes come on top */
    uint64_t most;      /* coroutines alive at once at the most */
    size_t own_bytes;   /* of the caller's in each coroutine, zeroed at its start; 16-aligned */
};

/* 0, or -errno with err set. Reserves address space, touches next to none. */
int coroutines_open(struct coroutines **set, const struct coroutine_options *options,
                    struct error *err);
/* None is alive any more; those that are, are abandoned: their memory is freed, their frames never
 * unwound. NULL is allowed. */
void coroutines_close(struct coroutines *set);

/* Runs body(self, argument) in a new coroutine until it parks or ends. NULL where there are `most`
 * alive, or no memory. Not from inside a coroutine of the same set. The returned coroutine
 * may have ended already: compare coroutines_alive(). */
struct coroutine *coroutine_start(struct coroutines *set, coroutine_body *body, void *argument);

/* From inside: back to whom it was started or resumed by, until it is resumed. */
static inline void coroutine_park(struct coroutine *self);

/* From outside: goes on behind coroutine_park() until it parks again or ends (its place may then
 * serve another one). 0, or -ENOMEM where a shared stack's content could not be kept; the
 * coroutine is as before. */
static inline int coroutine_resume(struct coroutine *coroutine);

/* How many own stacks with guards one process may have: UINT64_MAX where there is no limit.
 * coroutines_open() refuses more than that with -ENOMEM. Asks the kernel: not for hot paths. */
uint64_t coroutine_guards_most(void);

uint64_t coroutines_alive(const struct coroutines *set);

/* The caller's bytes. Stable until the coroutine ends. */
static inline void *coroutine_own(struct coroutine *coroutine);

/* Whether `at` lies on a stack that other coroutines use as well: then it must not be handed to
 * anything that works on while the coroutine is parked. False for own stacks. */
static inline bool coroutine_on_stack(const struct coroutine *coroutine, const void *at);

#endif
