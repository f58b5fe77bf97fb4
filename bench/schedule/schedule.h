/*
 * schedule.h - in which order tasks get a worker, and for how long at a time.
 *
 * A schedule is part of the way in which a cell does its work. Pools order their queue by it,
 * coroutine modes whose turn it is; rr and mlfq take a coroutine's turn away at the workload's
 * yield points (ctx_yield). Terms after Arpaci-Dusseau and Arpaci-Dusseau, "Operating Systems:
 * Three Easy Pieces", chapters 7 and 8. Pure, any thread.
 */
#ifndef BENCH_SCHEDULE_SCHEDULE_H
#define BENCH_SCHEDULE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_OFF,      /* the mode's own order; nothing is recorded of it */
    SCHEDULE_FCFS,     /* first come, first served */
    SCHEDULE_SJF,      /* shortest job first, by the nominal length; not preemptive */
    SCHEDULE_PRIORITY, /* smallest number first; not preemptive */
    SCHEDULE_LIFO,     /* last in, first out */
    SCHEDULE_RR,       /* round robin: in turn, a slice each */
    SCHEDULE_MLFQ,     /* multi-level feedback queue: who uses a slice up sinks a level */
    SCHEDULE_GIL,      /* an interpreter lock, handed over on request after an interval; the mode's
                          own, never asked for by name */
};

struct schedule {
    enum schedule_kind kind;
    uint64_t slice_ns; /* rr: of a turn; mlfq: on the top level, doubled on each below it; gil: the
                          switch interval; else 0 */
    uint64_t levels;   /* mlfq, else 0 */
    uint64_t boost_ns; /* mlfq: all tasks return to the top level that often, 0: never; else 0 */
};

enum { SCHEDULE_LEVELS_MAX = 16, SCHEDULE_TEXT = 64 };

/* The names that --schedule takes, in the order of the kinds from SCHEDULE_FCFS on; NULL at the
 * end. */
extern const char *const schedule_names[];

/* Takes a turn away that lasts too long. */
static inline bool schedule_slices(enum schedule_kind kind)
{
    return kind == SCHEDULE_RR || kind == SCHEDULE_MLFQ;
}

bool schedule_equal(const struct schedule *a, const struct schedule *b);

/* As rows say it: "off", "sjf", "rr;slice=1ms", "mlfq;levels=3;slice=1ms;boost=100ms",
 * "gil;interval=5ms". `size`: SCHEDULE_TEXT. Returns text. */
char *schedule_text(const struct schedule *schedule, char *text, size_t size);

#endif
