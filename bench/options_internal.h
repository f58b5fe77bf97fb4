/*
 * options_internal.h - the pieces of options_parse(). For options*.c only. All return 0, or -EINVAL
 * with one line that names the option, but where something else is said.
 */
#ifndef BENCH_OPTIONS_INTERNAL_H
#define BENCH_OPTIONS_INTERNAL_H

#include "bench/options.h"

enum { WORD_MAX = 256 };

/* Copies the next word of a comma-separated list and moves *at past it.
 * 1: a word; 0: the end; -EINVAL: an empty word or one that is too long. */
int options_next_word(const char **at, char *word, const char *option, struct error *err);

/* More than LIST_MAX values. */
int options_full(const char *option, struct error *err);

/* Writes at most LIST_MAX names; returns how many. */
size_t options_workload_names(const char **names);

int options_take_workloads(struct options *options, const char *text, struct error *err);
int options_take_modes(struct options *options, const char *text, struct error *err);
int options_take_waits(struct options *options, const char *text, struct error *err);

int options_take_schedules(struct options *options, const char *text, struct error *err);

int options_take_set(struct options *options, const char *text, struct error *err);

/* A parameter of a workload that is not run would be lost silently; one that is set twice would
 * have to be guessed. */
int options_check_sets(const struct options *options, struct error *err);

/* What decides the number of runs, until it is known whether it fits together; 0: not given. */
struct given {
    uint64_t runs, min_runs, max_runs;
    bool precision, arrivals, width, stack;
    bool slice, levels, boost, interval; /* of a schedule, and of an interpreter lock */
    const char *planned;                 /* the first option that says what to run */
    const char *invocations;             /* the first one of further invocations */
};

/* What no mode that was asked for knows would be passed over silently. 0 or -EINVAL. */
int options_check_modes(const struct options *options, const struct given *given,
                        struct error *err);

/* Puts min_runs, max_runs and precision in order. 0 or -EINVAL. */
int options_settle_runs(struct options *options, const struct given *given, struct error *err);

#endif
