/*
 * switch.h - the hot part of coroutine.h: switching between a coroutine and its caller. Include
 * coroutine.h instead.
 *
 * Inline, because jump_fcontext() comes back by a jump: every `ret` between it and the place
 * where its caller was entered is predicted wrongly by the processor (some 10 ns each).
 */
#ifndef BENCH_COROUTINE_SWITCH_H
#define BENCH_COROUTINE_SWITCH_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/coroutine/context.h"
#include "bench/coroutine/fibers.h"

/* With an own stack it lies at that stack's top, so that a coroutine which needs little
 * touches one page in all. */
struct coroutine {
    fcontext_t context; /* where it parked; of a free place: the next free one */
    struct coroutine_switch *set;
    void *kept; /* shared stack: the block for what it has there, from its first moving out on */
    uint32_t kept_bytes; /* of the block */
    uint32_t unused;
    /* own bytes follow */
};

/* The part of a set that switching needs; struct coroutines begins with it. */
struct coroutine_switch {
    fcontext_t caller;          /* of the running coroutine */
    struct coroutine *occupant; /* whose frames lie on the shared stack; NULL: nobody's */
    bool shared;
    char *stack;        /* the shared stack's lowest byte */
    size_t stack_bytes; /* of each own stack, or of the shared one */
    struct fibers fibers;
};

/* Puts its frames back onto the shared stack. 0 or -ENOMEM. */
int coroutine_move(struct coroutine *coroutine);

/* It came back without having parked: frees its place. */
void coroutine_end(struct coroutine *coroutine);

/* What a fiber needs to be told of: the place's number and the stack in use. */
uint64_t coroutine_place(const struct coroutine *coroutine, void **bottom, size_t *bytes);

/* From outside, with its frames in place: until it parks or ends. */
FIBERS_PLAIN static inline void coroutine_enter(struct coroutine *coroutine)
{
#ifdef FIBERS
    void *kept, *bottom;
    size_t bytes;
    uint64_t place = coroutine_place(coroutine, &bottom, &bytes);
    fibers_enter(&coroutine->set->fibers, place, &kept, bottom, bytes);
#endif
    struct transfer transfer = jump_fcontext(coroutine->context, coroutine);
#ifdef FIBERS
    fibers_left(kept);
#endif
    if (__builtin_expect(transfer.data != NULL, 1)) {
        coroutine->context = transfer.context;
    } else {
        coroutine_end(coroutine);
    }
}

FIBERS_PLAIN static inline int coroutine_resume(struct coroutine *coroutine)
{
    const struct coroutine_switch *set = coroutine->set;
    if (set->shared && set->occupant != coroutine && coroutine_move(coroutine) != 0) {
        return -ENOMEM;
    }
    coroutine_enter(coroutine);
    return 0;
}

FIBERS_PLAIN static inline void coroutine_park(struct coroutine *self)
{
#ifdef FIBERS
    void *kept; /* only here: in the frame that is kept of every coroutine it costs 16 bytes */
    fibers_leave(&self->set->fibers, &kept);
    self->set->caller = jump_fcontext(self->set->caller, self).context;
    fibers_entered(&self->set->fibers, kept);
#else
    self->set->caller = jump_fcontext(self->set->caller, self).context;
#endif
}

static inline void *coroutine_own(struct coroutine *coroutine)
{
    return coroutine + 1;
}

static inline bool coroutine_on_stack(const struct coroutine *coroutine, const void *at)
{
    const struct coroutine_switch *set = coroutine->set;
    return set->shared && (uintptr_t)at - (uintptr_t)set->stack < set->stack_bytes;
}

#endif
