/*
 * report_rows.h - rows of timings.csv for the tests of the reports.
 */
#ifndef TESTS_REPORT_ROWS_H
#define TESTS_REPORT_ROWS_H

#include <stdio.h>
#include <string.h>

#include "bench/results/timings.h"

#define MS UINT64_C(1000000)

enum { ROWS_MOST = 512 };

struct rows {
    struct timing row[ROWS_MOST];
    size_t count;
};

/* A measured row that came out ok on 2 cores: 8 tasks, 124 ms of CPU time, longest task 10 ms. */
static inline struct timing *rows_add(struct rows *rows, const char *workload, const char *mode,
                                      uint64_t workers, uint64_t wall_ms)
{
    struct timing *row = &rows->row[rows->count++];
    *row = (struct timing){
        .schema = TIMINGS_SCHEMA,
        .run = "unit-20260102T030405Z",
        .workload = workload,
        .workload_version = 1,
        .params = "rounds=1000",
        .mode = mode,
        .wait = "blocking",
        .workers = workers,
        .width = 1,
        .tasks = 8,
        .pin = "none",
        .submit = "off",
        .stack = "off",
        .schedule = "off",
        .rate = FIGURE_OFF,
        .arrivals = "off",
        .cores = 2,
        .invocation = 1,
        .block = rows->count,
        .rep = rows->count,
        .status = STATUS_OK,
        .reason = "off",
        .wall_ns = wall_ms * MS,
        .spawn_ns = 1 * MS,
        .join_ns = 0,
        .user_ns = 120 * MS,
        .sys_ns = 4 * MS,
        .helper_ns = FIGURE_OFF,
        .companion_ns = FIGURE_OFF,
        .served_ns = FIGURE_OFF,
        .running_ns = FIGURE_UNKNOWN,
        .ready_ns = FIGURE_UNKNOWN,
        .blocked_ns = FIGURE_UNKNOWN,
        .longest_task_ns = 10 * MS,
        .requests = FIGURE_OFF,
        .latency_p50_ns = FIGURE_OFF,
        .latency_p90_ns = FIGURE_OFF,
        .latency_p99_ns = FIGURE_OFF,
        .latency_p999_ns = FIGURE_OFF,
        .latency_max_ns = FIGURE_OFF,
        .queue_p50_ns = FIGURE_OFF,
        .queue_p99_ns = FIGURE_OFF,
        .queue_max_ns = FIGURE_OFF,
        .service_p50_ns = FIGURE_OFF,
        .service_p99_ns = FIGURE_OFF,
        .service_max_ns = FIGURE_OFF,
        .workers_made = workers,
        .callback_ns = FIGURE_OFF,
        .lost_updates = FIGURE_OFF,
        .peak_inside = FIGURE_OFF,
        .visible_writes = FIGURE_OFF,
        .wake_spread_ns = FIGURE_OFF,
        .short_tasks = FIGURE_OFF,
        .short_waiting_ns = FIGURE_OFF,
        .short_turnaround_ns = FIGURE_OFF,
        .long_tasks = FIGURE_OFF,
        .long_waiting_ns = FIGURE_OFF,
        .long_turnaround_ns = FIGURE_OFF,
        .peak_bytes = FIGURE_OFF,
        .peak_alive = 1,
        .steal_ns = FIGURE_UNKNOWN,
        .throttled_ns = FIGURE_UNKNOWN,
        .others_ns = FIGURE_UNKNOWN,
        .running_before = FIGURE_UNKNOWN,
        .frequency_khz = FIGURE_UNKNOWN,
        .thermal_events = FIGURE_UNKNOWN,
        .swapped_pages = FIGURE_UNKNOWN,
        .on_battery = FIGURE_UNKNOWN,
        .other_runs = FIGURE_UNKNOWN,
        .instructions = FIGURE_OFF,
        .cache_misses = FIGURE_OFF,
        .start_unix_ns = UINT64_C(1767323045000000000), /* 2026-01-02 03:04:05 UTC */
    };
    return row;
}

/* `runs` measured rows with wall times first, first + step, ... ms. */
static inline void rows_add_runs(struct rows *rows, const char *workload, const char *mode,
                                 uint64_t workers, uint64_t first, uint64_t step, size_t runs)
{
    for (size_t i = 0; i < runs; i++)
        rows_add(rows, workload, mode, workers, first + i * step)->block = i + 1;
}

#endif
