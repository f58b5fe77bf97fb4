/*
 * yielding.h - computing that could give way now and then.
 *
 * Any thread; the context is the running task's.
 */
#ifndef WORKLOADS_YIELDING_H
#define WORKLOADS_YIELDING_H

#include "workloads/chain.h"
#include "workloads/context.h"

/* 10 us, nominally: what ctx_yield() asks for. */
#define YIELDING_ROUNDS (CHAIN_ROUNDS_PER_MS / 100)

/* chain_run() with a yield point between each YIELDING_ROUNDS and the next. */
static inline uint64_t yielding_chain(struct task_context *context, uint64_t x, uint64_t rounds)
{
    for (; rounds > YIELDING_ROUNDS; rounds -= YIELDING_ROUNDS) {
        x = chain_run(x, YIELDING_ROUNDS);
        ctx_yield(context);
    }
    return chain_run(x, rounds);
}

#endif
