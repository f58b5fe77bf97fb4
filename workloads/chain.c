#include "workloads/chain.h"

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
