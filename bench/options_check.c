/* options_check.c - whether the options of a command line say anything together. */
#include <errno.h>

#include "bench/options_internal.h"
#include "bench/util/extremes.h"

/* Six runs are needed for an interval; ten leave it room to be narrow. Beyond fifty, noise that has
 * not averaged out is more often a condition to be mended than a matter of more runs. */
enum { MIN_RUNS = 10, MAX_RUNS = 50 };

/* What no mode that was asked for knows would be passed over silently. */
static int check_inner(const struct options *options, const struct given *given, struct error *err)
{
    bool width = false, coroutines = false;
    for (size_t i = 0; i < options->mode_count; i++) {
        width = width || options->modes[i]->inner != MODE_INNER_NONE;
        coroutines = coroutines || options->modes[i]->inner == MODE_INNER_COROUTINES;
    }
    if (given->width && !width) {
        return error_set(err, -EINVAL,
                         "--width: no worker of these modes has several tasks at once; add "
                         "coroutine, event or process-thread to --mode, or leave it out");
    }
    if (given->stack && !coroutines) {
        return error_set(err, -EINVAL,
                         "--stack and --stack-size are of coroutines; add a coroutine mode to "
                         "--mode, or leave them out");
    }
    return 0;
}

/* The options of schedules likewise. */
static int check_schedules(const struct options *options, const struct given *given,
                           struct error *err)
{
    bool takes = false, interpreter = false, slices = false, levels = false;
    for (size_t i = 0; i < options->mode_count; i++) {
        const struct mode *mode = options->modes[i];
        takes = takes || mode->queue || mode->inner == MODE_INNER_COROUTINES;
        interpreter = interpreter || mode->interpreter;
    }
    for (size_t i = 0; i < options->schedule_count; i++) {
        slices = slices || schedule_slices(options->schedules[i]);
        levels = levels || options->schedules[i] == SCHEDULE_MLFQ;
    }
    if (options->schedule_count > 0 && !takes) {
        return error_set(err, -EINVAL,
                         "--schedule orders the queue of a pool, or coroutines; add such a mode to "
                         "--mode, or leave it out");
    }
    if (given->slice && !slices) {
        return error_set(err, -EINVAL,
                         "--slice is of --schedule rr and mlfq; add one of them, or leave it out");
    }
    if ((given->levels || given->boost) && !levels) {
        return error_set(err, -EINVAL,
                         "--levels and --boost are of --schedule mlfq; add it, or leave them out");
    }
    if (given->interval && !interpreter) {
        return error_set(
            err, -EINVAL,
            "--switch-interval is of an interpreter lock; add thread-gil to --mode, or "
            "leave it out");
    }
    return 0;
}

int options_check_modes(const struct options *options, const struct given *given, struct error *err)
{
    int rc = check_inner(options, given, err);
    return rc == 0 ? check_schedules(options, given, err) : rc;
}

int options_settle_runs(struct options *options, const struct given *given, struct error *err)
{
    if (given->runs > 0) {
        if (given->precision || given->min_runs > 0 || given->max_runs > 0) {
            return error_set(err, -EINVAL,
                             "--runs fixes the number of runs, so --precision, --min-runs and "
                             "--max-runs say nothing; give one or the other");
        }
        options->precision = 0;
        options->min_runs = options->max_runs = given->runs;
        return 0;
    }
    options->min_runs = given->min_runs   ? given->min_runs
                        : given->max_runs ? smaller(given->max_runs, MIN_RUNS)
                                          : MIN_RUNS;
    options->max_runs = given->max_runs ? given->max_runs : larger(options->min_runs, MAX_RUNS);
    if (options->min_runs > options->max_runs) {
        return error_set(err, -EINVAL, "--min-runs %llu is more than --max-runs %llu",
                         (unsigned long long)options->min_runs,
                         (unsigned long long)options->max_runs);
    }
    return 0;
}
