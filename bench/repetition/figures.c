#include "bench/repetition/figures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/mix.h"

enum status figures_verify(struct job *job)
{
    for (uint64_t i = 0; i < job->task_count; i++) {
        const struct task_record *record = &job->tasks[i];
        if (atomic_load(&record->state) != TASK_ENDED) {
            error_set(&job->err, 0, "task %" PRIu64 " never ended", i);
            return STATUS_FAILED;
        }
        if (record->error != 0) {
            error_set(&job->err, 0, "task %" PRIu64 ": %s", i, strerror(-record->error));
            return STATUS_FAILED;
        }
    }
    for (uint64_t i = 0; i < job->task_count; i++) {
        uint64_t expected = job->workload->expected(job->state, i);
        if (job->tasks[i].checksum != expected) {
            error_set(&job->err, 0,
                      "task %" PRIu64 ": checksum %016" PRIx64 ", expected %016" PRIx64, i,
                      job->tasks[i].checksum, expected);
            return STATUS_WRONG_RESULT;
        }
    }
    return STATUS_OK;
}

uint64_t figures_last_end(const struct job *job, uint64_t otherwise)
{
    uint64_t last = 0;
    for (uint64_t i = 0; i < job->task_count; i++) {
        if (atomic_load(&job->tasks[i].state) == TASK_ENDED && job->tasks[i].end_ns > last) {
            last = job->tasks[i].end_ns;
        }
    }
    return last ? last : otherwise;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sweeps over all starts and ends in order of time. Counted afterwards from the
 * records: a shared counter would be fought over inside the timed region. */
static uint64_t peak_alive(const struct job *job)
{
    uint64_t n = job->task_count, alive = 0, peak = 0;
    uint64_t *starts = malloc(2 * n * sizeof *starts);
    if (!starts) {
        return FIGURE_UNKNOWN;
    }
    uint64_t *ends = starts + n;
    for (uint64_t i = 0; i < n; i++) {
        starts[i] = job->tasks[i].start_ns;
        ends[i] = job->tasks[i].end_ns;
    }
    qsort(starts, n, sizeof *starts, by_value);
    qsort(ends, n, sizeof *ends, by_value);
    for (uint64_t s = 0, e = 0; s < n; s++) {
        while (e < n && ends[e] <= starts[s]) {
            e++;
        }
        alive = s + 1 > e ? s + 1 - e : 0;
        peak = alive > peak ? alive : peak;
    }
    free(starts);
    return peak == 0 ? 1 : peak; /* a task of no length was alive all the same */
}

/* The scheduler counts per thread, not per task. A worker's counters also hold
 * what it did between tasks, so the parts are kept within the tasks' time. */
static void split(const struct job *job, uint64_t tasks_ns, struct report *report)
{
    uint64_t running = 0, ready = 0;
    for (uint64_t w = 0; w < job->shared->worker_slots; w++) {
        const struct worker_record *worker = &job->workers[w];
        if (worker->split_known != worker->lives) {
            report->running_ns = report->ready_ns = report->blocked_ns = FIGURE_UNKNOWN;
            return;
        }
        running += worker->running_ns;
        ready += worker->ready_ns;
    }
    report->running_ns = running < tasks_ns ? running : tasks_ns;
    tasks_ns -= report->running_ns;
    report->ready_ns = ready < tasks_ns ? ready : tasks_ns;
    report->blocked_ns = tasks_ns - report->ready_ns;
}

void figures_fill(const struct job *job, bool per_task, struct report *report)
{
    uint64_t tasks_ns = 0;
    report->checksum = 0;
    report->longest_task_ns = 0;
    for (uint64_t i = 0; i < job->task_count; i++) {
        const struct task_record *record = &job->tasks[i];
        uint64_t took = record->end_ns - record->start_ns;
        report->checksum = mix64(report->checksum ^ record->checksum);
        report->longest_task_ns = took > report->longest_task_ns ? took : report->longest_task_ns;
        tasks_ns += per_task ? record->end_ns - record->queued_ns : took;
    }
    report->peak_alive = peak_alive(job);
    split(job, tasks_ns, report);
}
