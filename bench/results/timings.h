/*
 * timings.h - timings.csv: one row per repetition.
 *
 * The columns are declared once, in timings.c; header, writer, reader and
 * docs/results.md follow that table. Times are whole nanoseconds. A figure that
 * was not measured in this row is FIGURE_OFF (written "off"), one that this machine cannot
 * give is FIGURE_UNKNOWN (written "unknown"). That holds for the figures from wall_ns to
 * checksum and for rate; the other numbers are always known.
 * Text is UTF-8. An empty text is written "off", a control character as a space, a
 * byte that is not UTF-8 as "?".
 * Thread rules: a writer or a reader belongs to one thread at a time.
 */
#ifndef BENCH_RESULTS_TIMINGS_H
#define BENCH_RESULTS_TIMINGS_H

#include <stddef.h>
#include <stdint.h>

#include "bench/results/texts.h"
#include "bench/util/error.h"

#define TIMINGS_SCHEMA 5
#define FIGURE_UNKNOWN UINT64_MAX
#define FIGURE_OFF     (UINT64_MAX - 1)

/* Rows of a file at the most: 2.6 GiB of memory. */
enum { TIMINGS_ROWS = 1 << 22 };

/* What a text may have at most, with its terminator. */
enum { TEXT_NAME = 48, TEXT_RUN = 128, TEXT_PARAMS = 512, TEXT_REASON = 512 };

enum status {
    STATUS_OK,
    STATUS_WRONG_RESULT,
    STATUS_CRASHED,
    STATUS_TIMEOUT,
    STATUS_FAILED,
    STATUS_UNSUPPORTED,
    STATUS_SKIPPED,
    STATUS_INTERRUPTED,
    STATUS_DEADLOCK,
    STATUS_COUNT
};
extern const char *const status_names[STATUS_COUNT]; /* as written in the CSV */

/* Its texts are not its own: they live in the writer's or reader's pool, or in the program. */
struct timing {
    uint64_t schema;
    const char *run; /* name of the result folder at its making */
    const char *workload;
    uint64_t workload_version;
    const char *params; /* "rounds=16000000;kind=a", or "off" where there are none */
    const char *mode;
    const char *wait;
    uint64_t workers; /* workers at once at the most */
    uint64_t width;   /* tasks at once within a worker; 1 where it runs one at a time */
    uint64_t tasks;
    const char *pin;      /* none|core|pu|numa|simulated */
    const char *submit;   /* async|sync, or "off" where the mode has no queue */
    const char *stack;    /* own|shared, or "off" where the mode makes no coroutines */
    const char *schedule; /* order in which tasks get a worker: schedule_text() */
    uint64_t rate;        /* arrivals per second that were asked for; FIGURE_OFF: a closed loop */
    const char *arrivals; /* constant|poisson, or "off" in a closed loop */
    uint64_t cores;       /* usable cores of the machine */
    uint64_t reference;   /* 1: the fixed cell that shows the machine's own mood */
    uint64_t invocation;  /* from 1; the run was started that many times */
    uint64_t block, rep;  /* from 1, within the invocation */
    uint64_t warmup;      /* 1: a warm-up repetition, 0: a measured one */
    enum status status;
    const char *reason; /* "off" where the status is ok */
    uint64_t wall_ns, spawn_ns, join_ns;
    uint64_t user_ns, sys_ns;
    uint64_t helper_ns;    /* of a wait's helper threads, a part of user_ns + sys_ns */
    uint64_t companion_ns; /* of the workload's other side, not in user_ns + sys_ns */
    uint64_t served_ns;    /* from the first request to the last answer */
    uint64_t running_ns, ready_ns, blocked_ns;
    uint64_t longest_task_ns;
    uint64_t requests; /* served; FIGURE_OFF where the workload and the rate make none */
    uint64_t latency_p50_ns, latency_p90_ns, latency_p99_ns, latency_p999_ns, latency_max_ns;
    uint64_t queue_p50_ns, queue_p99_ns, queue_max_ns;
    uint64_t service_p50_ns, service_p99_ns, service_max_ns;
    uint64_t workers_made; /* threads, processes, or lives of reused slots */
    uint64_t callback_ns;  /* mean delay of a call-back */
    uint64_t lost_updates, peak_inside, visible_writes, wake_spread_ns;
    uint64_t short_tasks, short_waiting_ns, short_turnaround_ns;
    uint64_t long_tasks, long_waiting_ns, long_turnaround_ns;
    uint64_t peak_bytes; /* warm-up rows only; FIGURE_OFF elsewhere */
    uint64_t peak_alive;
    uint64_t voluntary_switches, involuntary_switches, minor_faults, major_faults;
    uint64_t steal_ns, throttled_ns, others_ns;
    uint64_t running_before, frequency_khz, thermal_events, swapped_pages, on_battery;
    uint64_t other_runs;                 /* of bench, meanwhile */
    uint64_t instructions, cache_misses; /* warm-up rows only */
    uint64_t checksum;                   /* of all tasks, written as 16 hex digits */
    uint64_t seed;
    uint64_t start_unix_ns;
};

struct timings_writer; /* opaque */
/* Makes `path` (must not exist: -EEXIST) and writes the header. Each row is one write, then
 * fdatasync, so that finished rows survive anything. 0 or -errno. A row that could
 * not be written is cut off whole; later rows may be tried. */
int timings_create(struct timings_writer **writer, const char *path, struct error *err);
int timings_append(struct timings_writer *writer, const struct timing *row, struct error *err);
int timings_close(struct timings_writer *writer, struct error *err); /* NULL is allowed */

/* The same for a file that is there: its header must name this version's columns in their order
 * (-EINVAL), its last line be whole. */
int timings_open(struct timings_writer **writer, const char *path, struct error *err);

/* Reads a whole file; *rows is malloc'ed, NULL where there are none (a header alone is
 * no error); their texts are in `texts`. Columns are found by name in any order; foreign extra
 * columns are passed over; BOM and CRLF are accepted; what an older schema lacks is FIGURE_OFF or
 * "off", invocation and width 1, reference 0. 0, or -EINVAL with "FILE:LINE:COLUMN: why" (COLUMN
 * counts fields from 1) or where there are more than TIMINGS_ROWS, or -errno. */
int timings_read(const char *path, struct texts *texts, struct timing **rows, size_t *count,
                 struct error *err);

/* The columns, for docs and `bench list columns`: name, unit, summary; NULL past the end.
 * Any thread. */
struct column_info {
    const char *name, *unit, *summary;
};
const struct column_info *timings_column(size_t index);

#endif
