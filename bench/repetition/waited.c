#include "bench/repetition/waited.h"

/* Where a task's waiting is found. */
enum source { SOURCE_NONE, SOURCE_START, SOURCE_RECORD };

static enum source source_of(const struct job *job, const struct mode *mode)
{
    if (mode->queue || mode->baseline) { /* once begun, a task keeps its worker */
        return SOURCE_START;
    }
    return mode->inner == MODE_INNER_COROUTINES &&
                   job->shared->request.schedule.kind != SCHEDULE_OFF
               ? SOURCE_RECORD
               : SOURCE_NONE;
}

static uint64_t arrival_ns(const struct job *job, const struct mode *mode, uint64_t task)
{
    return mode->baseline && !job->paced ? job->shared->report.clock_start_ns
                                         : job->tasks[task].queued_ns;
}

static uint64_t between(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

static void fill_records(const struct job *job)
{
    for (uint64_t i = 0; i < job->task_count; i++) {
        job->tasks[i].waited_ns = between(job->tasks[i].queued_ns, job->tasks[i].start_ns);
    }
}

/* Tasks up to this length are short. Of tasks of one length all are. */
static uint64_t middle_ns(const struct job *job)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint64_t i = 0; i < job->task_count; i++) {
        uint64_t length_ns = job->workload->length_ns(job->state, i);
        least = length_ns < least ? length_ns : least;
        most = length_ns > most ? length_ns : most;
    }
    return least + (most - least) / 2;
}

static void settle(struct waited *sum, enum source source)
{
    if (sum->tasks == 0) {
        *sum = (struct waited){FIGURE_OFF, FIGURE_OFF, FIGURE_OFF};
        return;
    }
    sum->waiting_ns = source == SOURCE_NONE ? FIGURE_UNKNOWN : sum->waiting_ns / sum->tasks;
    sum->turnaround_ns /= sum->tasks;
}

static void add_tasks(const struct job *job, const struct mode *mode, enum source source,
                      struct report *report)
{
    const uint64_t middle = middle_ns(job);
    for (uint64_t i = 0; i < job->task_count; i++) {
        const struct task_record *record = &job->tasks[i];
        const uint64_t arrival = arrival_ns(job, mode, i);
        struct waited *sum = job->workload->length_ns(job->state, i) <= middle
                                 ? &report->short_tasks
                                 : &report->long_tasks;
        sum->tasks++;
        sum->waiting_ns +=
            source == SOURCE_RECORD ? record->waited_ns : between(arrival, record->start_ns);
        sum->turnaround_ns += between(arrival, record->end_ns);
    }
}

void waited_fill(const struct job *job, const struct mode *mode, struct report *report)
{
    const enum source source = source_of(job, mode);
    report->short_tasks = report->long_tasks = (struct waited){0, 0, 0};
    if (job->status == STATUS_OK) {
        if (mode->queue && job->shared->request.schedule.kind != SCHEDULE_OFF) {
            fill_records(job);
        }
        if (job->workload->length_ns) {
            add_tasks(job, mode, source, report);
        }
    }
    settle(&report->short_tasks, source);
    settle(&report->long_tasks, source);
}
