/*
 * chain.h - the dependent integer-multiply chain: computing in its purest form.
 *
 * One round is x -> x * CHAIN_MULTIPLIER + CHAIN_INCREMENT mod 2^64: a linear
 * congruential generator with the multiplier and increment of Knuth's MMIX.
 * Each round waits for the one before, so that its time is the latency of a
 * multiplication and an addition (4 cycles on the CPUs of the 2020s), without
 * any memory traffic. Any thread.
 */
#ifndef WORKLOADS_CHAIN_H
#define WORKLOADS_CHAIN_H

#include <stdint.h>

struct task_context;

#define CHAIN_MULTIPLIER UINT64_C(6364136223846793005)
#define CHAIN_INCREMENT  UINT64_C(1442695040888963407)

/* What a 3 GHz core does in a millisecond at 4 cycles a round. A constant of the
 * workloads, never measured: work must not depend on the machine. */
#define CHAIN_ROUNDS_PER_MS UINT64_C(750000)

/* Runs the rounds one by one and returns where the chain ends. */
uint64_t chain_run(uint64_t x, uint64_t rounds);

/* The same as a task's work: gives way (ctx_yield) every 10 us of nominal time. */
uint64_t chain_run_in(struct task_context *context, uint64_t x, uint64_t rounds);

/* Where `steps` steps of x -> x * multiplier + increment mod 2^64 end, in O(log
 * steps) (F. B. Brown, "Random number generation with arbitrary strides",
 * Transactions of the American Nuclear Society 71, 1994). For a smaller modulus that is a
 * power of two, mask the result. */
uint64_t chain_jump(uint64_t x, uint64_t multiplier, uint64_t increment, uint64_t steps);

#endif
