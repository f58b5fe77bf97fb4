/* twins_all.c - every shape of work, in CPython and in bench. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite/twins_internal.h"
#include "bench/util/units.h"

#define CPU_ROUNDS 20000000.0 /* of a computing task, as in the scenes */

struct twin {
    const char *shape, *python; /* NULL: none */
    const char *mode, *workload, *param;
    size_t scene;
};

#define WAITING_TWINS(id)                                                     \
    {#id, "serial", "serial", #id, NULL, SCENE_WAITING},                      \
        {#id, "threads", "thread-gil", #id, NULL, SCENE_WAITING},             \
        {#id, "processes", "process", #id, NULL, SCENE_WAITING},              \
        {#id, "ThreadPoolExecutor", "thread-pool", #id, NULL, SCENE_POOLS},   \
        {#id, "ProcessPoolExecutor", "process-pool", #id, NULL, SCENE_POOLS}, \
        {#id, "asyncio", "coroutine", #id, NULL, SCENE_WAITING},              \
    {                                                                         \
#id, "gevent", "coroutine", #id, NULL, SCENE_WAITING                  \
    }

static const struct twin twins[] = {
    {"cpu", "serial", "serial", "cpu", NULL, SCENE_CPU},
    {"cpu", "threads", "thread-gil", "cpu", NULL, SCENE_CPU},
    {"cpu", "processes", "process", "cpu", NULL, SCENE_CPU},
    {"cpu", "ThreadPoolExecutor", "thread-pool", "cpu", NULL, SCENE_CPU_POOLS},
    {"cpu", "ProcessPoolExecutor", "process-pool", "cpu", NULL, SCENE_CPU_POOLS},
    WAITING_TWINS(sleep),
    WAITING_TWINS(empty),
    {"tickets", "threads", "thread-gil", "lock", "kind=mutex", SCENE_TICKETS},
    {"tickets", "processes", "process", "lock", "kind=mutex", SCENE_TICKETS},
    {"tickets-nolock", "threads", "thread-gil", "lock", "kind=none", SCENE_TICKETS},
    {"tickets-nolock", "processes", "process", "lock", "kind=none", SCENE_TICKETS},
};

/* "12.3 ms" of logs of ns; "-" where there are none. */
static double time_text(char *text, const double *logs, size_t count)
{
    const double ns = count > 0 ? exp(stats_median(logs, count)) : (double)NAN;
    snprintf(text, TEXT_CELL, "-");
    return isnan(ns) ? ns : (units_human_time(text, TEXT_CELL, ns), ns);
}

static void ratio_text(char *text, double ratio)
{
    snprintf(text, TEXT_CELL, "-");
    if (!isnan(ratio)) {
        snprintf(text, TEXT_CELL, ratio < 10 ? "%.2fx" : "%.0fx", ratio);
    }
}

static double python_rounds(const struct python *python)
{
    for (size_t i = 0; i < python->count; i++) {
        if (strcmp(python->rows[i].shape, "cpu") == 0) {
            return (double)python->rows[i].rounds;
        }
    }
    return (double)NAN;
}

/* Computing is not the same amount on both sides: a multiplication is what is compared there. */
static double language(const struct python *python, const struct twin *twin, double theirs,
                       double ours)
{
    const bool computing = strcmp(twin->shape, "cpu") == 0;
    return computing ? theirs / python_rounds(python) / (ours / CPU_ROUNDS) : theirs / ours;
}

static void print_twin(FILE *out, const struct python *python, struct finding *ours,
                       const struct twin *twin)
{
    size_t m, n, p, q;
    char their[TEXT_CELL], our[TEXT_CELL], their_ratio[TEXT_CELL], our_ratio[TEXT_CELL];
    char cost[TEXT_CELL];
    const struct way way = {
        .workload = twin->workload, .mode = twin->mode, .param = twin->param, .scene = twin->scene};
    const struct way base = {.workload = twin->workload,
                             .mode = "serial",
                             .scene = strcmp(twin->shape, "cpu") == 0 ? SCENE_CPU : SCENE_WAITING};
    const bool has_serial = twin->scene != SCENE_TICKETS;
    const struct cell_figures *cell = finding_cell(ours, way);
    const struct cell_figures *serial = has_serial ? finding_cell(ours, base) : NULL;
    double *their_logs = twins_python_logs(python, twin->shape, twin->python, NULL, twins_wall, &m);
    double *their_pairs =
        twins_python_logs(python, twin->shape, twin->python, "serial", twins_wall, &p);
    double *our_logs = twins_bench_logs(cell, NULL, figure_wall.row, &n);
    double *our_pairs = twins_bench_logs(serial ? cell : NULL, serial, figure_wall.row, &q);
    const double theirs_ns = time_text(their, their_logs, m), ours_ns = time_text(our, our_logs, n);
    ratio_text(their_ratio, exp(stats_median(their_pairs, p)));
    ratio_text(our_ratio, exp(stats_median(our_pairs, q)));
    ratio_text(cost, language(python, twin, theirs_ns, ours_ns));
    if (m > 0) {
        fprintf(out, "  %-14s %-19s %8s %8s   %-12s %8s %8s %9s\n", twin->shape, twin->python,
                their, their_ratio, twin->mode, our, our_ratio, cost);
    }
    free(their_logs);
    free(their_pairs);
    free(our_logs);
    free(our_pairs);
}

int twins_print_all(FILE *out, const struct python *python, const struct cell_table *table,
                    const struct topology_counts *counts, struct error *err)
{
    struct plan plans[TWIN_SCENES];
    struct finding ours;
    size_t made;
    int rc = scene_plans(twin_scenes, TWIN_SCENES, false, counts, plans, &made, err);
    if (rc != 0) {
        return rc;
    }
    finding_start(&ours, table, plans, made, counts->usable);
    fprintf(out,
            "\nThe same shapes of work in %s and in bench\n"
            "  %-14s %-19s %8s %8s   %-12s %8s %8s %9s\n",
            python->name, "shape", "CPython", "median", "/ serial", "bench", "median", "/ serial",
            "language");
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        print_twin(out, python, &ours, &twins[i]);
    }
    fputs("  / serial: what the strategy costs or brings within its language; language: CPython's\n"
          "  median over bench's, with cpu of one multiplication. bench's pools know no GIL.\n",
          out);
    twins_print_missing(out, python, &ours);
    scene_plans_free(plans, made);
    return 0;
}
