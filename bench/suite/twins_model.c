/* twins_model.c - how far the model of the interpreter lock is from CPython's. */
#include <math.h>
#include <stdlib.h>

#include "bench/stats/hodges_lehmann.h"
#include "bench/suite/twins_internal.h"
#include "bench/util/units.h"

static void place_text(char *text, const struct location *place, bool time)
{
    char at[12], lo[12], hi[12];
    const double ends[] = {exp(place->at), exp(place->interval.lo), exp(place->interval.hi)};
    char *const texts[] = {at, lo, hi};
    for (size_t i = 0; i < 3; i++) {
        if (time) {
            units_human_time(texts[i], sizeof at, ends[i]);
        } else {
            snprintf(texts[i], sizeof at, "%.2f", ends[i]);
        }
    }
    if (isnan(place->at)) {
        snprintf(text, TEXT_CELL, "unknown");
    } else if (place->interval.exists) {
        snprintf(text, TEXT_CELL, "%s (%s..%s)", at, lo, hi);
    } else {
        snprintf(text, TEXT_CELL, "%s", at);
    }
}

/* Ours over theirs. */
static void apart_text(char *text, const double *theirs, size_t m, const double *ours, size_t n)
{
    const struct location apart = stats_shift(theirs, m, ours, n, JUDGE_LEVEL);
    if (m == 0 || n == 0 || isnan(apart.at)) {
        snprintf(text, TEXT_CELL, "unknown");
    } else if (apart.interval.exists) {
        snprintf(text, TEXT_CELL, "%+.0f%% (%+.0f%%..%+.0f%%)", 100 * expm1(apart.at),
                 100 * expm1(apart.interval.lo), 100 * expm1(apart.interval.hi));
    } else {
        snprintf(text, TEXT_CELL, "%+.0f%%", 100 * expm1(apart.at));
    }
}

static void print_line(FILE *out, const char *name, const double *theirs, size_t m,
                       const double *ours, size_t n, bool time)
{
    char their_text[TEXT_CELL], our_text[TEXT_CELL], apart[TEXT_CELL];
    const struct location their_place = stats_pseudo_median(theirs, m, JUDGE_LEVEL);
    const struct location our_place = stats_pseudo_median(ours, n, JUDGE_LEVEL);
    place_text(their_text, &their_place, time);
    place_text(our_text, &our_place, time);
    apart_text(apart, theirs, m, ours, n);
    fprintf(out, "  %-29s %-26s %-26s %s\n", name, their_text, our_text, apart);
}

static void print_ratio(FILE *out, const struct python *python, struct finding *ours,
                        const char *name, const char *theirs, const char *mode)
{
    size_t m, n;
    const struct cell_figures *cell = finding_cell(ours, (struct way){.mode = mode});
    const struct cell_figures *serial = finding_cell(ours, (struct way){.mode = "serial"});
    double *their_logs = twins_python_logs(python, "cpu", theirs, "serial", twins_wall, &m);
    double *our_logs = twins_bench_logs(serial ? cell : NULL, serial, figure_wall.row, &n);
    print_line(out, name, their_logs, m, our_logs, n, false);
    free(their_logs);
    free(our_logs);
}

static void print_lateness(FILE *out, const struct python *python, struct finding *ours)
{
    size_t m, n;
    const struct way beside = {.mode = "thread-gil", .scene = SCENE_BESIDE};
    double *theirs = twins_python_logs(python, "beside", "threads", NULL, twins_lateness, &m);
    double *logs = twins_bench_logs(finding_cell(ours, beside), NULL, figure_latency.row, &n);
    print_line(out, "a waiting thread's lateness", theirs, m, logs, n, true);
    free(theirs);
    free(logs);
}

int twins_print_model(FILE *out, const struct python *python, const struct cell_table *table,
                      const struct topology_counts *counts, bool tell_missing, struct error *err)
{
    struct plan plans[TWIN_SCENES];
    struct finding ours;
    size_t made;
    int rc = scene_plans(twin_scenes, twin_scene_count(false), false, counts, plans, &made, err);
    if (rc != 0) {
        return rc;
    }
    finding_start(&ours, table, plans, made, counts->usable);
    fprintf(out,
            "\nThe model of the GIL beside the real one (4 tasks; pseudo-median, 95%% interval)\n"
            "  %-29s %-26s %-26s %s\n",
            "", python->name, "bench", "apart");
    print_ratio(out, python, &ours, "threads / serial, computing", "threads", "thread-gil");
    print_ratio(out, python, &ours, "processes / serial, computing", "processes", "process");
    print_lateness(out, python, &ours);
    if (tell_missing) {
        twins_print_missing(out, python, &ours);
    }
    scene_plans_free(plans, made);
    return 0;
}
