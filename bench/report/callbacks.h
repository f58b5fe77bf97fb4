/*
 * callbacks.h - call-backs against coroutines: the CPU time that a request (or, where there are
 * none, a task) costs in the modes `event` and `coroutine` under the same wait, on the same loops,
 * paired by block. Pure, any thread.
 */
#ifndef BENCH_REPORT_CALLBACKS_H
#define BENCH_REPORT_CALLBACKS_H

#include "bench/report/cells.h"

struct callback_pair {
    const struct cell_figures *coroutine, *event;
    struct judge_pair judged; /* event's CPU time over the coroutine's; its input is gone */
};

/* The group's pairs, judged as one family, by wait; malloc'ed. 0 or -ENOMEM; *pairs is NULL where
 * there are none. */
int callbacks_of(struct callback_pair **pairs, size_t *count, const struct cell_group *group);

/* "request" or "task". */
const char *callbacks_unit(const struct cell_group *group);

/* "call-backs need 7.2% less CPU per request than coroutines (95% 4.1% to 9.8%, paired by block)",
 * led by the wait where there are several pairs. Returns `text`. */
char *callbacks_sentence(char *text, size_t size, const struct cell_group *group,
                         const struct callback_pair *pairs, size_t count, size_t index);

/* Without what stands in brackets. Returns `text`. */
char *callbacks_finding(char *text, size_t size, const struct cell_group *group,
                        const struct callback_pair *pair);

#endif
