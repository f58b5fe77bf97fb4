/*
 * suite.h - claims about concurrency that bench runs and judges on the machine at hand.
 *
 * A claim has scenes, command lines of `bench run` that anybody can repeat, and a check: a pure
 * function that reads the scenes' cells and answers with a verdict, the figures and the reason.
 * Adding a claim = one struct claim and one line in notes.c.
 *
 * How a check judges: it states conditions (finding.h), each about one figure and a limit; "holds"
 * needs all of them seen to be true, "does not hold" one that is seen to be false, and anything
 * else cannot be tested here. docs/claims.md says what each claim runs, measures and needs.
 */
#ifndef BENCH_SUITE_SUITE_H
#define BENCH_SUITE_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/report/cells.h"
#include "bench/suite/scene.h"

enum claim_verdict { CLAIM_HOLDS, CLAIM_FAILS, CLAIM_UNTESTED };
extern const char *const claim_verdicts[]; /* "holds", "does not hold", "cannot be tested here" */

enum { SCENES_MAX = 5, FINDING_TEXT = 768 };

struct finding {
    /* what it is made from */
    const struct cell_table *table;
    const struct plan *scenes; /* what each scene comes to on this machine */
    size_t scene_count;
    size_t cores; /* usable */
    /* what comes of it */
    enum claim_verdict verdict;
    char measured[FINDING_TEXT]; /* the figures, joined by "; " */
    char reason[FINDING_TEXT];   /* why it does not hold or cannot be tested; "" where it holds */
};

struct claim {
    const char *id;   /* "C1" */
    const char *text; /* the claim, without a full stop */
    struct scene scenes[SCENES_MAX];
    void (*check)(struct finding *finding);
    bool interpreter; /* it is about CPython's lock, so the model is set beside the real one */
    /* A row that is neither ok nor unsupported, as the claim wants it; NULL: none is. */
    bool (*expects)(const struct timing *row);
};

/* The teaching notes' claims, NULL at the end. */
extern const struct claim *const notes_claims[];

#endif
