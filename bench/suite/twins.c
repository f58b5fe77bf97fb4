#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/fold.h"
#include "bench/suite/twins_internal.h"

/* --- what is run --- */

/* The first is claim C12's, so it costs nothing more. */

const struct scene twin_scenes[TWIN_SCENES] = {
    [SCENE_CPU] = {"--workload cpu --mode serial,thread-gil,process,thread --tasks 4 --set "
                   "cpu.rounds=20000000",
                   "", NULL},
    [SCENE_BESIDE] = {"--workload beside --mode thread-gil --tasks 4 --set beside.waits=30", "",
                      NULL},
    [SCENE_CPU_POOLS] = {"--workload cpu --mode thread-pool,process-pool --tasks 4 --set "
                         "cpu.rounds=20000000",
                         "", NULL},
    [SCENE_WAITING] = {"--workload sleep,empty --mode serial,thread-gil,process,coroutine --tasks "
                       "20 --set sleep.duration=20ms",
                       "", NULL},
    [SCENE_POOLS] = {"--workload sleep,empty --mode thread-pool,process-pool --workers 5 --tasks "
                     "20 --set sleep.duration=20ms",
                     "", NULL},
    [SCENE_TICKETS] = {"--workload lock --mode thread-gil,process --set lock.kind=none,mutex --set "
                       "lock.variant=file --set lock.updates=1 --set lock.hold=0 --set "
                       "lock.outside=0 --tasks 20 --set lock.wait=10ms",
                       "", NULL},
};

size_t twin_scene_count(bool all)
{
    return all ? TWIN_SCENES : SCENE_BESIDE + 1;
}

int twins_run(struct python *python, const char *interpreter, bool all, uint64_t blocks,
              struct error *err)
{
    char count[24];
    const char *const computing[] = {"--shapes",
                                     "cpu,beside",
                                     "--modes",
                                     all ? "serial,threads,processes,ThreadPoolExecutor,"
                                           "ProcessPoolExecutor"
                                         : "serial,threads,processes",
                                     "--tasks",
                                     "4",
                                     "--waits",
                                     "30",
                                     "--blocks",
                                     count,
                                     "--max-time",
                                     "30",
                                     NULL};
    const char *const waiting[] = {"--shapes",   "sleep,empty,tickets,tickets-nolock",
                                   "--tasks",    "20",
                                   "--workers",  "5",
                                   "--sleep",    "0.02",
                                   "--hold",     "0.01",
                                   "--blocks",   count,
                                   "--max-time", "40",
                                   NULL};
    snprintf(count, sizeof count, "%llu", (unsigned long long)blocks);
    int rc = python_run(python, interpreter, computing, err);
    return rc == 0 && all ? python_run(python, interpreter, waiting, err) : rc;
}

/* --- figures of a shape --- */

double twins_wall(const struct python_row *row)
{
    return (double)row->wall_ns;
}

double twins_lateness(const struct python_row *row)
{
    return cells_figure(row->lateness_p50_ns);
}

static bool is_twin(const struct python_row *row, const char *shape, const char *mode)
{
    return strcmp(row->shape, shape) == 0 && strcmp(row->mode, mode) == 0;
}

double *twins_python_logs(const struct python *python, const char *shape, const char *mode,
                          const char *base, python_figure *figure, size_t *count)
{
    double *logs = calloc(python->count + 1, sizeof *logs);
    *count = 0;
    for (size_t i = 0; logs && i < python->count; i++) {
        const struct python_row *row = &python->rows[i];
        if (!is_twin(row, shape, mode) || !(figure(row) > 0)) {
            continue;
        }
        if (!base) {
            logs[(*count)++] = log(figure(row));
            continue;
        }
        for (size_t j = 0; j < python->count; j++) {
            const struct python_row *other = &python->rows[j];
            if (is_twin(other, shape, base) && other->block == row->block && figure(other) > 0) {
                logs[(*count)++] = log(figure(row) / figure(other));
            }
        }
    }
    return logs;
}

double *twins_bench_logs(const struct cell_figures *cell, const struct cell_figures *base,
                         cells_row_figure *figure, size_t *count)
{
    double *logs =
        cell ? calloc(cell->row_count + (base ? base->row_count : 0) + 1, sizeof *logs) : NULL;
    *count = 0;
    if (logs && base) {
        *count = cells_pair_by(base, cell, figure, logs);
    }
    for (size_t i = 0; logs && !base && i < cell->row_count; i++) {
        const double value = cells_measured(cell->rows[i]) ? figure(cell->rows[i]) : NAN;
        if (value > 0) {
            logs[(*count)++] = log(value);
        }
    }
    return logs;
}

void twins_print_missing(FILE *out, const struct python *python, const struct finding *ours)
{
    char text[FINDING_TEXT + 64];
    if (python->failed > 0) {
        snprintf(text, sizeof text, "CPython: %zu repetition%s failed; %s", python->failed,
                 python->failed == 1 ? "" : "s", python->why);
    } else {
        snprintf(text, sizeof text, "CPython: %s", python->why);
    }
    if (*python->why) {
        fputs("  ", out);
        fold_text(out, text, 2, 4);
    }
    if (*ours->reason) {
        fputs("  ", out);
        snprintf(text, sizeof text, "bench: %s", ours->reason);
        fold_text(out, text, 2, 4);
    }
}
