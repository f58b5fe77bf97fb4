#include "workloads/chain.h"

#include "workloads/context.h"

#define ROUNDS_PER_TURN (CHAIN_ROUNDS_PER_MS / 100)

uint64_t chain_run(uint64_t x, uint64_t rounds)
{
    for (; rounds > 0; rounds--) {
        x = x * CHAIN_MULTIPLIER + CHAIN_INCREMENT;
        /* An empty instruction that may change x: without it a compiler could fold several
         * rounds into one, which the jump below shows to be possible. */
        __asm__("" : "+r"(x));
    }
    return x;
}

uint64_t chain_run_in(struct task_context *context, uint64_t x, uint64_t rounds)
{
    for (; rounds > ROUNDS_PER_TURN; rounds -= ROUNDS_PER_TURN) {
        x = chain_run(x, ROUNDS_PER_TURN);
        ctx_yield(context);
    }
    return chain_run(x, rounds);
}

uint64_t chain_jump(uint64_t x, uint64_t multiplier, uint64_t increment, uint64_t steps)
{
    /* Steps are affine maps; squaring one gives the map of twice as many steps. */
    for (; steps > 0; steps >>= 1) {
        if (steps & 1) {
            x = x * multiplier + increment;
        }
        increment *= multiplier + 1;
        multiplier *= multiplier;
    }
    return x;
}
