/*
 * moments.h - what the kernel says of a thread between two moments: how long it ran, how long it
 * was ready and had no CPU, how long it was blocked.
 *
 * Running is the thread's CPU clock, exact at any moment. Where that leaves a gap, the scheduler's
 * counters tell what it was: the time of waiting for a CPU, and whether the thread blocked at all.
 * A gap in which it neither waited nor blocked (the hypervisor took the CPU, or the clocks were
 * read one after the other) is unknown. A look costs about 0.3 us, or 3 us where there is a gap:
 * for watched repetitions only. In the thread's own hands.
 */
#ifndef BENCH_REPETITION_MOMENTS_H
#define BENCH_REPETITION_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/repetition/segments.h"

struct moments {
    uint64_t now_ns, running_ns; /* at the last look */
    /* The scheduler's counters when they were read last, or 0s. */
    uint64_t ready_ns, turns, blocks;
    bool counters;  /* could be read */
    uint64_t calls; /* of the context that the thread's tasks made; */
    uint64_t all;   /* so many are looked at, then one in MOMENTS_STEP */
    /* Of a loop's thread (bench/modes/loop_watched.c), which is the tasks' in turns. */
    bool loop;
    bool resumed;      /* since somebody cleared it the task in hand was parked, and goes on */
    uint64_t since_ns; /* that task was ready since then */
};

/* A repetition of many millions of calls must not come to its time limit for being watched. A loop
 * has the tasks of many threads. */
enum { MOMENTS_ALL = 20000, MOMENTS_ALL_LOOP = 200000, MOMENTS_STEP = 64 };

static inline bool moments_spares(const struct moments *moments)
{
    return moments->calls >= moments->all && moments->calls % MOMENTS_STEP != 0;
}

/* The first look. */
void moments_begin(struct moments *moments, bool loop);

/* Another look, from which on the next segment counts; what was between is nobody's. The counters
 * are not read anew. */
void moments_go_on(struct moments *moments);

/* A gap so short is that between the readings of two clocks. */
#define MOMENTS_GAP_NS UINT64_C(2000)

/* Reads the counters anew: what they counted so far is nobody's. */
void moments_forget(struct moments *moments);

/* Another look, and what was between them. Returns how often the thread came to a CPU meanwhile:
 * where it blocked and that is 1, it was first blocked and then ready. */
uint64_t moments_cut(struct moments *moments, struct segment *segment);

#endif
