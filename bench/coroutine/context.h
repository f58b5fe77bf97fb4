/*
 * context.h - Boost.Context's C functions (libboost_context.a), declared here because the library
 * installs no C header for them.
 */
#ifndef BENCH_COROUTINE_CONTEXT_H
#define BENCH_COROUTINE_CONTEXT_H

#include <stddef.h>

/* A stack pointer: below it nothing is in use, at it lie the saved registers. */
typedef void *fcontext_t;

struct transfer {
    fcontext_t context; /* of the side that jumped, to jump back to */
    void *data;         /* what it handed over */
};

/* Goes on at `to`; returns when somebody jumps back. */
struct transfer jump_fcontext(fcontext_t to, void *data);

/* A context that, when first jumped to, calls body on the stack [top - size, top). The body must
 * never return. */
fcontext_t make_fcontext(void *top, size_t size, void (*body)(struct transfer));

#endif
