#include "bench/results/timings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/columns.h"
#include "bench/results/csv_file.h"
#include "bench/results/csv_put.h"

#define COUNT(field, unit, summary)    COLUMN(timing, field, COLUMN_COUNT, unit, summary)
#define FIGURE(field, unit, summary)   COLUMN(timing, field, COLUMN_FIGURE, unit, summary)
#define TEXT(field, most, summary)     COLUMN_OF_TEXT(timing, field, most, summary)
#define FIGURE_2(field, unit, summary) COLUMN_SINCE(2, timing, field, COLUMN_FIGURE, unit, summary)
#define FIGURE_3(field, unit, summary) COLUMN_SINCE(3, timing, field, COLUMN_FIGURE, unit, summary)
#define FIGURE_4(field, unit, summary) COLUMN_SINCE(4, timing, field, COLUMN_FIGURE, unit, summary)
#define FIGURE_5(field, unit, summary) COLUMN_SINCE(5, timing, field, COLUMN_FIGURE, unit, summary)
#define TEXT_4(field, most, summary)   COLUMN_OF_TEXT_SINCE(4, timing, field, most, summary)
#define TEXT_3(field, most, summary)   COLUMN_OF_TEXT_SINCE(3, timing, field, most, summary)

static const struct column columns[] = {
    COUNT(schema, "version", "version of this file's layout, 5"),
    TEXT(run, TEXT_RUN, "name of the result folder when it was made"),
    TEXT(workload, TEXT_NAME, "what one task does"),
    COUNT(workload_version, "version",
          "version of the workload; figures of different versions do not compare"),
    TEXT(params, TEXT_PARAMS,
         "the workload's parameters as name=value joined by ;, off where it has none"),
    TEXT(mode, TEXT_NAME, "how tasks are made concurrent"),
    TEXT(wait, TEXT_NAME, "how a task waits for IO"),
    COUNT(workers, "workers", "workers at once, at the most"),
    COLUMN_SINCE(3, timing, width, COLUMN_COUNT, "tasks",
                 "tasks at once within a worker, at the most; 1 where it runs one at a time"),
    COUNT(tasks, "tasks", "tasks of the repetition"),
    TEXT(pin, TEXT_NAME, "what workers are bound to: none, core, pu, numa, or simulated"),
    TEXT(submit, TEXT_NAME,
         "how tasks enter the mode's queue: async or sync, off where it has none"),
    TEXT_3(stack, TEXT_NAME, "stacks of coroutines: own or shared, off where the mode makes none"),
    TEXT_4(schedule, TEXT_NAME + 16,
           "order in which tasks get a worker, with its parameters; off: the mode's own"),
    FIGURE_3(rate, "1/s", "arrivals per second that were asked for, off in a closed loop"),
    TEXT_3(arrivals, TEXT_NAME,
           "how arrivals are spaced: constant or poisson, off in a closed loop"),
    COUNT(cores, "cores", "usable cores of the machine"),
    COLUMN_SINCE(2, timing, reference, COLUMN_FLAG, "0 or 1",
                 "1 for the fixed reference cell, which shows the machine's own mood"),
    COLUMN_SINCE(2, timing, invocation, COLUMN_COUNT, "number",
                 "invocation of the plan, from 1; blocks and repetitions count within it"),
    COUNT(block, "number", "block of the plan, from 1; a block runs every cell once"),
    COUNT(rep, "number", "repetition of the cell, from 1"),
    COLUMN(timing, warmup, COLUMN_FLAG, "0 or 1",
           "1 for a warm-up repetition, 0 for a measured one"),
    COLUMN(timing, status, COLUMN_STATUS, "text",
           "ok, wrong-result, crashed, timeout, failed, unsupported, skipped, interrupted or "
           "deadlock"),
    TEXT(reason, TEXT_REASON, "why the status is not ok, off where it is"),
    FIGURE(wall_ns, "ns",
           "from just before the mode makes its first worker to the end of the last task"),
    FIGURE(spawn_ns, "ns",
           "the creating thread's time in calls that make workers, a part of wall_ns"),
    FIGURE(join_ns, "ns",
           "from the end of the last task until every worker is joined or reaped, not in wall_ns"),
    FIGURE(user_ns, "ns",
           "CPU time in user space of all processes, from the clock's start until all are reaped"),
    FIGURE(sys_ns, "ns", "CPU time in the kernel, counted like user_ns"),
    FIGURE_3(helper_ns, "ns",
             "CPU time of the threads that help a wait, a part of user_ns + sys_ns"),
    FIGURE_3(
        companion_ns, "ns",
        "CPU time of the workload's other side, such as tcp's clients, not in user_ns + sys_ns"),
    FIGURE_3(served_ns, "ns",
             "from the first request's sending (at a rate: arrival) to the last one's end"),
    FIGURE(running_ns, "ns", "the part of the tasks' summed time spent on a CPU"),
    FIGURE(ready_ns, "ns", "the part of the tasks' summed time spent waiting for a CPU"),
    FIGURE(blocked_ns, "ns", "the part of the tasks' summed time that was neither"),
    FIGURE(longest_task_ns, "ns", "end - start of the longest task"),
    FIGURE_3(requests, "requests",
             "requests served: the workload's own or, where tasks arrive at a rate, the tasks"),
    FIGURE_3(latency_p50_ns, "ns",
             "median time of a request from the moment intended for it to its end"),
    FIGURE_3(latency_p90_ns, "ns", "its 90th percentile"),
    FIGURE_3(latency_p99_ns, "ns", "its 99th percentile"),
    FIGURE_3(latency_p999_ns, "ns", "its 99.9th percentile"),
    FIGURE_3(latency_max_ns, "ns", "its longest"),
    FIGURE_3(
        queue_p50_ns, "ns",
        "median time of a request from the moment intended for it to its sending or start, off "
        "in a closed loop"),
    FIGURE_3(queue_p99_ns, "ns", "its 99th percentile"),
    FIGURE_3(queue_max_ns, "ns", "its longest"),
    FIGURE_3(service_p50_ns, "ns", "median time of a request from its sending or start to its end"),
    FIGURE_3(service_p99_ns, "ns", "its 99th percentile"),
    FIGURE_3(service_max_ns, "ns", "its longest"),
    FIGURE_4(workers_made, "workers",
             "threads or processes that ran tasks, one after another's end"),
    FIGURE_4(callback_ns, "ns",
             "mean time from a task's end to its call-back, of tasks from 200 us on; pools only"),
    FIGURE_4(lost_updates, "updates", "changes of shared state that other tasks overwrote"),
    FIGURE_4(peak_inside, "tasks", "most tasks that were let in at one moment"),
    FIGURE_4(visible_writes, "writes", "tasks' writes to memory that their parent saw"),
    FIGURE_4(wake_spread_ns, "ns", "from the release of all waiters until the last one goes on"),
    FIGURE_4(short_tasks, "tasks",
             "tasks no longer than the middle between the shortest and the longest"),
    FIGURE_4(short_waiting_ns, "ns",
             "their mean time of waiting for a worker, from their arrival on"),
    FIGURE_4(short_turnaround_ns, "ns", "their mean time from arrival to end"),
    FIGURE_4(long_tasks, "tasks", "the other tasks"),
    FIGURE_4(long_waiting_ns, "ns", "their mean time of waiting for a worker"),
    FIGURE_4(long_turnaround_ns, "ns", "their mean time from arrival to end"),
    FIGURE(peak_bytes, "bytes",
           "highest sum of the processes' proportional set sizes (PSS); warm-up rows only"),
    FIGURE(peak_alive, "tasks", "most tasks that had started and not ended at one moment"),
    FIGURE(voluntary_switches, "switches", "context switches because a worker waited"),
    FIGURE(involuntary_switches, "switches", "context switches because a CPU was taken away"),
    FIGURE(minor_faults, "faults", "page faults served without IO"),
    FIGURE(major_faults, "faults", "page faults that needed IO"),
    FIGURE(steal_ns, "ns",
           "CPU time that the hypervisor took from the whole machine during the repetition"),
    FIGURE(throttled_ns, "ns", "time that the CPU quota held the processes back"),
    FIGURE_2(others_ns, "ns",
             "CPU time that other processes used on the usable CPUs during the repetition"),
    FIGURE_2(running_before, "threads", "other threads that ran or wanted a CPU just before it"),
    FIGURE_2(frequency_khz, "kHz", "mean frequency of the usable CPUs just after it"),
    FIGURE_2(thermal_events, "events", "times that a core was slowed because it was too hot"),
    FIGURE_2(swapped_pages, "pages", "pages that the machine swapped in or out"),
    FIGURE_2(on_battery, "0 or 1", "1 where the machine ran on battery just after it"),
    FIGURE_5(other_runs, "runs",
             "other runs of bench on the machine that were under way meanwhile"),
    FIGURE(instructions, "instructions",
           "instructions retired in user space by all processes; warm-up rows only"),
    FIGURE(cache_misses, "misses",
           "cache misses in user space of all processes; warm-up rows only"),
    COLUMN(timing, checksum, COLUMN_HEX, "16 hex digits",
           "the checksums of all tasks mixed in the order of the tasks"),
    COUNT(seed, "number", "seed of the plan and of the workload's data"),
    COUNT(start_unix_ns, "ns", "when the clock started, since 1970-01-01 UTC"),
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const struct column *timings_columns(size_t *count)
{
    *count = COLUMNS;
    return columns;
}

const struct column_info *timings_column(size_t index)
{
    return index < COLUMNS ? &columns[index].info : NULL;
}

struct timings_writer {
    struct csv_file file;
    struct csv_buffer row;
};

static void timings_put_header(struct timings_writer *writer)
{
    for (size_t i = 0; i < COLUMNS; i++)
        csv_put_text(&writer->row, columns[i].info.name);
}

/* The row that is in the buffer goes out in one write. */
static int timings_write(struct timings_writer *writer, struct error *err)
{
    int written = csv_put_end(&writer->row);
    if (written < 0)
        return error_set(err, written, "no memory for a row of %s", writer->file.path);
    written = csv_file_append(&writer->file, writer->row.text, writer->row.length, err);
    csv_put_clear(&writer->row);
    return written < 0 ? written : csv_file_sync(&writer->file, err);
}

int timings_create(struct timings_writer **writer, const char *path, struct error *err)
{
    struct timings_writer *made = calloc(1, sizeof *made);
    if (!made)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    int created = csv_file_create(&made->file, path, err);
    if (created < 0) {
        free(made);
        return created;
    }
    timings_put_header(made);
    created = timings_write(made, err);
    if (created < 0) {
        timings_close(made, NULL);
        unlink(path);
        return created;
    }
    *writer = made;
    return 0;
}

/* Rows under a header of another order or version would be misread. */
static int timings_header_same(struct timings_writer *writer, struct error *err)
{
    const bool same = csv_file_begins(&writer->file, writer->row.text, writer->row.length);
    csv_put_clear(&writer->row);
    return same ? 0
                : error_set(err, -EINVAL,
                            "%s:1:1: the columns are not those that this version of bench writes; "
                            "append with the version that wrote it, or start a new run",
                            writer->file.path);
}

int timings_open(struct timings_writer **writer, const char *path, struct error *err)
{
    struct timings_writer *made = calloc(1, sizeof *made);
    if (!made)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    int opened = csv_file_open(&made->file, path, err);
    if (opened < 0) {
        free(made);
        return opened;
    }
    timings_put_header(made);
    opened = csv_put_end(&made->row) < 0 ? error_set(err, -ENOMEM, "no memory for %s", path)
                                         : timings_header_same(made, err);
    if (opened < 0) {
        timings_close(made, NULL);
        return opened;
    }
    *writer = made;
    return 0;
}

int timings_append(struct timings_writer *writer, const struct timing *row, struct error *err)
{
    for (size_t i = 0; i < COLUMNS; i++)
        column_put(&columns[i], row, &writer->row);
    return timings_write(writer, err);
}

int timings_close(struct timings_writer *writer, struct error *err)
{
    if (!writer)
        return 0;
    int closed = csv_file_close(&writer->file, err);
    csv_put_free(&writer->row);
    free(writer);
    return closed;
}
