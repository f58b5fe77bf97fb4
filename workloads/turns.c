#include "workloads/turns.h"

#include "bench/util/clock.h"
#include "workloads/chain.h"

struct turns turns_of(uint64_t total_ns, uint64_t wait_percent, uint64_t rounds_per_ms,
                      uint64_t count)
{
    uint64_t wait_ns = (uint64_t)((unsigned __int128)total_ns * wait_percent / 100);
    unsigned __int128 computing_ns = total_ns - wait_ns;
    return (struct turns){.rounds = (uint64_t)(computing_ns * rounds_per_ms / 1000000),
                          .wait_ns = wait_ns,
                          .count = count};
}

uint64_t turns_estimate_ns(const struct turns *turns)
{
    return turns->wait_ns +
           (uint64_t)((unsigned __int128)turns->rounds * 1000000 / CHAIN_ROUNDS_PER_MS);
}

/* Part `k` of `parts` of a whole; the parts differ by one at the most and sum up to
 * the whole exactly. */
static uint64_t turns_part(uint64_t whole, uint64_t parts, uint64_t k)
{
    unsigned __int128 wide = whole;
    return (uint64_t)(wide * (k + 1) / parts - wide * k / parts);
}

/* 1: waited, 0: woken early, or -errno. */
static int turns_wait(struct task_context *context, uint64_t ns)
{
    uint64_t start = clock_now_ns();
    int code = ctx_sleep(context, ns);
    if (code < 0) {
        return code;
    }
    return clock_now_ns() - start >= ns;
}

int turns_task(struct task_context *context, const struct turns *turns, uint64_t key,
               uint64_t *checksum)
{
    uint64_t x = key;
    int early = 0;
    for (uint64_t k = 0; k < turns->count; k++) {
        x = chain_run_in(context, x, turns_part(turns->rounds, turns->count, k));
        if (turns->wait_ns > 0) {
            int waited = turns_wait(context, turns_part(turns->wait_ns, turns->count, k));
            if (waited < 0) {
                return waited;
            }
            early |= !waited;
        }
    }
    *checksum = early ? ~x : x;
    return 0;
}

int turns_step(struct step *step, const struct turns *turns, uint64_t key)
{
    struct turns_step *at = step->memory;
    if (step->operation.kind == OPERATION_NONE) {
        at->x = key;
    } else if (step->operation.result < 0) {
        return (int)step->operation.result;
    } else {
        at->early |= clock_now_ns() < at->wait_end;
    }
    while (at->k < turns->count) {
        uint64_t k = at->k++;
        at->x = chain_run(at->x, turns_part(turns->rounds, turns->count, k));
        if (turns->wait_ns > 0) {
            at->wait_end = clock_now_ns() + turns_part(turns->wait_ns, turns->count, k);
            step->operation = (struct operation){.kind = OPERATION_SLEEP, .until_ns = at->wait_end};
            return 0;
        }
    }
    step->checksum = at->early ? ~at->x : at->x;
    step->operation.kind = OPERATION_NONE;
    return 0;
}

uint64_t turns_expected(const struct turns *turns, uint64_t key)
{
    return chain_jump(key, CHAIN_MULTIPLIER, CHAIN_INCREMENT, turns->rounds);
}
