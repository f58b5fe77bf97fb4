#include "bench/executor_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/util/clock.h"

void row_start(struct timing *row)
{
    uint64_t *figures[] = {&row->wall_ns,
                           &row->spawn_ns,
                           &row->join_ns,
                           &row->user_ns,
                           &row->sys_ns,
                           &row->helper_ns,
                           &row->companion_ns,
                           &row->served_ns,
                           &row->running_ns,
                           &row->ready_ns,
                           &row->blocked_ns,
                           &row->longest_task_ns,
                           &row->requests,
                           &row->latency_p50_ns,
                           &row->latency_p90_ns,
                           &row->latency_p99_ns,
                           &row->latency_p999_ns,
                           &row->latency_max_ns,
                           &row->queue_p50_ns,
                           &row->queue_p99_ns,
                           &row->queue_max_ns,
                           &row->service_p50_ns,
                           &row->service_p99_ns,
                           &row->service_max_ns,
                           &row->workers_made,
                           &row->callback_ns,
                           &row->lost_updates,
                           &row->peak_inside,
                           &row->visible_writes,
                           &row->wake_spread_ns,
                           &row->short_tasks,
                           &row->short_waiting_ns,
                           &row->short_turnaround_ns,
                           &row->long_tasks,
                           &row->long_waiting_ns,
                           &row->long_turnaround_ns,
                           &row->peak_bytes,
                           &row->peak_alive,
                           &row->voluntary_switches,
                           &row->involuntary_switches,
                           &row->minor_faults,
                           &row->major_faults,
                           &row->steal_ns,
                           &row->throttled_ns,
                           &row->others_ns,
                           &row->running_before,
                           &row->frequency_khz,
                           &row->thermal_events,
                           &row->swapped_pages,
                           &row->on_battery,
                           &row->other_runs,
                           &row->instructions,
                           &row->cache_misses,
                           &row->checksum};
    struct timespec now;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        *figures[i] = FIGURE_OFF;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    row->start_unix_ns = clock_ns(now);
}

void row_trouble(struct timing *row, struct texts *texts, enum status status, const char *format,
                 ...)
{
    char reason[TEXT_REASON];
    va_list args;
    row->status = status;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    const char *kept = texts_keep(texts, reason);
    row->reason = kept ? kept : "no memory for the reason";
}

void row_add(struct timing *row, struct texts *texts, const char *format, ...)
{
    char more[TEXT_REASON];
    va_list args;
    va_start(args, format);
    vsnprintf(more, sizeof more, format, args);
    va_end(args);
    const enum status status = row->status;
    const int left = TEXT_REASON - 3 - (int)strlen(more);
    row_trouble(row, texts, status, "%.*s; %s", left > 0 ? left : 0, row->reason, more);
}

static void take_requests(struct timing *row, const struct report *report)
{
    row->requests = report->requests;
    row->latency_p50_ns = report->latency.p50_ns;
    row->latency_p90_ns = report->latency.p90_ns;
    row->latency_p99_ns = report->latency.p99_ns;
    row->latency_p999_ns = report->latency.p999_ns;
    row->latency_max_ns = report->latency.max_ns;
    row->queue_p50_ns = report->queue.p50_ns;
    row->queue_p99_ns = report->queue.p99_ns;
    row->queue_max_ns = report->queue.max_ns;
    row->service_p50_ns = report->service.p50_ns;
    row->service_p99_ns = report->service.p99_ns;
    row->service_max_ns = report->service.max_ns;
}

static void take_observed(struct timing *row, const struct report *report)
{
    row->workers_made = report->workers_made;
    row->callback_ns = report->callback_ns;
    row->lost_updates = report->lost_updates;
    row->peak_inside = report->peak_inside;
    row->visible_writes = report->visible_writes;
    row->wake_spread_ns = report->wake_spread_ns;
    row->short_tasks = report->short_tasks.tasks;
    row->short_waiting_ns = report->short_tasks.waiting_ns;
    row->short_turnaround_ns = report->short_tasks.turnaround_ns;
    row->long_tasks = report->long_tasks.tasks;
    row->long_waiting_ns = report->long_tasks.waiting_ns;
    row->long_turnaround_ns = report->long_tasks.turnaround_ns;
}

static void take_figures(struct timing *row, const struct report *report)
{
    row->wall_ns = report->wall_ns;
    row->spawn_ns = report->spawn_ns;
    row->join_ns = report->join_ns;
    row->user_ns = report->user_ns;
    row->sys_ns = report->sys_ns;
    row->helper_ns = report->helper_ns;
    row->companion_ns = report->companion_ns;
    row->served_ns = report->served_ns;
    row->running_ns = report->running_ns;
    row->ready_ns = report->ready_ns;
    row->blocked_ns = report->blocked_ns;
    row->longest_task_ns = report->longest_task_ns;
    row->peak_alive = report->peak_alive;
    row->voluntary_switches = report->voluntary_switches;
    row->involuntary_switches = report->involuntary_switches;
    row->minor_faults = report->minor_faults;
    row->major_faults = report->major_faults;
    row->steal_ns = report->steal_ns;
    row->throttled_ns = report->throttled_ns;
    row->others_ns = report->others_ns;
    row->instructions = report->instructions;
    row->cache_misses = report->cache_misses;
    row->checksum = report->checksum;
    row->start_unix_ns = report->start_unix_ns;
    take_requests(row, report);
    take_observed(row, report);
}

/* The task that a dead image was in, for the reason. */
static void name_task(struct shared *shared, uint64_t tasks, char *text, size_t size)
{
    const struct task_record *records = shared_tasks(shared);
    text[0] = '\0';
    for (uint64_t i = 0; i < tasks; i++) {
        if (atomic_load(&records[i].state) == TASK_STARTED) {
            snprintf(text, size, " in task %llu", (unsigned long long)i);
            return;
        }
    }
}

uint64_t row_count_ended(struct shared *shared, uint64_t tasks)
{
    const struct task_record *records = shared_tasks(shared);
    uint64_t ended = 0;
    for (uint64_t i = 0; i < tasks; i++) {
        ended += atomic_load(&records[i].state) == TASK_ENDED;
    }
    return ended;
}

void row_judge(struct timing *row, struct texts *texts, struct shared *shared, uint64_t tasks,
               int wait_status)
{
    const struct report *report = &shared->report;
    char where[64];
    name_task(shared, tasks, where, sizeof where);
    if (WIFSIGNALED(wait_status)) {
        row_trouble(row, texts, STATUS_CRASHED, "killed by signal %d (%s)%s", WTERMSIG(wait_status),
                    strsignal(WTERMSIG(wait_status)), where);
    } else if (atomic_load(&report->phase) != PHASE_REPORTED) {
        row_trouble(row, texts, STATUS_FAILED, "the repetition's process exited with status %d%s",
                    WEXITSTATUS(wait_status), where);
    } else if (report->status != STATUS_OK) {
        row_trouble(row, texts, (enum status)report->status, "%.*s", (int)sizeof report->reason - 1,
                    report->reason);
    } else if (WEXITSTATUS(wait_status) != 0) {
        row_trouble(row, texts, STATUS_FAILED,
                    "the repetition's process exited with status %d after its report",
                    WEXITSTATUS(wait_status));
    } else {
        row->status = STATUS_OK;
        row->reason = "off";
        take_figures(row, report);
    }
}

void row_surroundings(struct timing *row, const struct surroundings *seen)
{
    row->running_before = seen->running_before;
    row->frequency_khz = seen->frequency_khz;
    row->thermal_events = seen->thermal_events;
    row->swapped_pages = seen->swapped_pages;
    row->on_battery = seen->on_battery;
}
