/*
 * turns.h - a task that computes and waits in turns (mixed, jobs).
 *
 * The computing is a chain that starts at the task's key; a wait that ended too soon spoils the
 * checksum. Any thread; a task's steps belong to one at a time.
 */
#ifndef WORKLOADS_TURNS_H
#define WORKLOADS_TURNS_H

#include <stdbool.h>

#include "workloads/workload.h"

struct turns {
    uint64_t rounds;  /* of the chain, in all */
    uint64_t wait_ns; /* in all; 0: it never waits */
    uint64_t count;   /* turns, at least 1 */
};

/* What a task of `total_ns` comes to, of which `wait_percent` is waiting and the rest is computed
 * at `rounds_per_ms`. */
struct turns turns_of(uint64_t total_ns, uint64_t wait_percent, uint64_t rounds_per_ms,
                      uint64_t count);

/* Roughly how long that takes on a CPU of today: for plans. */
uint64_t turns_estimate_ns(const struct turns *turns);

/* As task() of a workload. 0, or -errno where a wait failed. */
int turns_task(struct task_context *context, const struct turns *turns, uint64_t key,
               uint64_t *checksum);

struct turns_step {
    uint64_t x, k;     /* the chain so far; turns that have begun */
    uint64_t wait_end; /* of the wait that is on */
    bool early;        /* some wait ended too soon */
};

/* As step() of a workload; its memory is a struct turns_step. */
int turns_step(struct step *step, const struct turns *turns, uint64_t key);

/* The right checksum, by jumping. */
uint64_t turns_expected(const struct turns *turns, uint64_t key);

#endif
