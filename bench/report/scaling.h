/*
 * scaling.h - what more workers bring: one line per mode of a group that was measured with two or
 * more worker counts (same wait, pin and submit), with the fitted laws and a sentence.
 *
 * A fit takes the median wall time of each count. More workers than cores (or than tasks) cannot
 * gain, whatever the law, so where six counts or more lie within them only those are fitted. Where
 * the group's best speed-up is more than SCALING_WAITING above the cores, the work waits rather
 * than computes, and the cores are no limit.
 *
 * Speed-ups are over the mode's own single worker, not over serial: what a law allows over the one
 * that was fitted, what was measured over the one that was measured, where it was. Pure but for
 * what scaling_fit.h says of threads.
 */
#ifndef BENCH_REPORT_SCALING_H
#define BENCH_REPORT_SCALING_H

#include "bench/report/cells.h"
#include "bench/stats/scaling_fit.h"

#define SCALING_WAITING 0.10

/* A speed-up by less than this is none worth a further worker. */
#define SCALING_GAIN 0.05

enum scaling_kind {
    SCALING_FEW,       /* fewer than SCALING_COUNTS counts: no fit */
    SCALING_SIMULATED, /* the cores are not this machine's: no fit */
    SCALING_LIMITED,   /* the fit goes past the cores or tasks, and tells of them */
    SCALING_NONE,      /* gains nothing from a second worker on */
    SCALING_KNEE,      /* stops gaining at a count that was reached */
    SCALING_LEVEL,     /* twice the workers would gain less than SCALING_GAIN */
    SCALING_UNSURE,    /* the law goes on, but the most workers were not the fastest */
    SCALING_GAINING
};

enum { SCALING_SENTENCE = 1024 };

struct scaling {
    const struct cell_figures *cell; /* the fastest of the line: its key names it */
    enum scaling_kind kind;
    size_t counts;          /* worker counts with a median */
    size_t fitted;          /* of these, in the fit; 0: there is none */
    uint64_t most;          /* the largest in the fit or, without one, of all */
    uint64_t cores;         /* usable; the least of the line's rows. 0: no limit known */
    uint64_t limit;         /* workers that can gain: cores or tasks; 0: no limit known */
    bool limit_is_tasks;    /* what the limit is */
    bool dropped;           /* counts above the limit were left out of the fit */
    struct scaling_fit fit; /* where fitted > 0 */
    double knee;         /* whole workers, of the preferred law; NaN without a fit, or infinity */
    double best_speedup; /* of `cell`, over own_ns; NaN unknown */
    double own_ns;       /* a single worker: measured, else the preferred law's t1; NaN unknown */
    bool own_measured;
    char sentence[SCALING_SENTENCE]; /* without a full stop; safe to print */
};

/* Writes at most `room` lines, the fastest mode first; group->count / 2 is always enough. Their
 * number, or -ENOMEM. `group` must outlive them. */
int scaling_of(const struct cell_group *group, struct scaling *lines, size_t room);

/* A law's parameter: "3.0% +- 0.4%", with as many decimals as its error's first digit needs; one at
 * a bound has no error. Returns `text`. */
char *scaling_percent(char *text, size_t size, double value, double error);

#endif
