/*
 * export_perfetto.c - tasks as trace events, in the JSON form of Chrome's Trace Event Format.
 *
 * A cell is a process, a worker a thread, a task a complete event (X). Complete events of a thread
 * must not overlap in part: Perfetto drops those that do. So tasks that a worker runs at once get
 * a thread each. Waiting for a worker is an async event (b, e), as many may wait at once.
 * Processes and threads are numbered together: a thread with its process's number would be taken
 * for the main one.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare_words.h"
#include "bench/report/export.h"
#include "bench/report/requests.h"
#include "bench/report/tracks.h"
#include "bench/results/text.h"

/* More tracks of waiting tasks tell a reader nothing, and viewers choke on them. */
enum { TRACE_WAITING = 1024, TRACE_NAME = 1024 };

struct trace {
    FILE *out;
    uint64_t events, left_out, number; /* number: the last that was given to anything */
};

/* --- JSON --- */

/* Control characters are gone: Perfetto's reader once refused \uXXXX. */
static void trace_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

/* Microseconds, exact to the nanosecond. */
static void trace_time(FILE *out, const char *key, uint64_t ns)
{
    fprintf(out, ",\"%s\":%llu.%03u", key, (unsigned long long)(ns / 1000), (unsigned)(ns % 1000));
}

static void trace_event(struct trace *trace)
{
    fputs(trace->events++ ? ",\n" : "\n", trace->out);
}

static void trace_named(struct trace *trace, const char *kind, uint64_t pid, uint64_t tid,
                        const char *name)
{
    trace_event(trace);
    fprintf(trace->out, "{\"ph\":\"M\",\"name\":\"%s_name\",\"pid\":%llu", kind,
            (unsigned long long)pid);
    if (tid)
        fprintf(trace->out, ",\"tid\":%llu", (unsigned long long)tid);
    fputs(",\"args\":{\"name\":", trace->out);
    trace_text(trace->out, name);
    fputs("}}", trace->out);
}

static void trace_sorted(struct trace *trace, const char *kind, uint64_t pid, uint64_t tid)
{
    trace_event(trace);
    fprintf(trace->out, "{\"ph\":\"M\",\"name\":\"%s_sort_index\",\"pid\":%llu", kind,
            (unsigned long long)pid);
    if (tid)
        fprintf(trace->out, ",\"tid\":%llu", (unsigned long long)tid);
    fprintf(trace->out, ",\"args\":{\"sort_index\":%llu}}", (unsigned long long)(tid ? tid : pid));
}

/* --- tasks --- */

static int trace_compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By worker, then as they began. */
static int trace_by_worker(const void *first, const void *second)
{
    const struct task_row *a = *(const struct task_row *const *)first;
    const struct task_row *b = *(const struct task_row *const *)second;
    int order = trace_compare(a->worker, b->worker);
    order = order ? order : trace_compare(a->start_ns, b->start_ns);
    order = order ? order : trace_compare(a->end_ns, b->end_ns);
    order = order ? order : trace_compare(a->task, b->task);
    return order ? order : a < b ? -1 : a > b;
}

/* As they were queued. */
static int trace_by_queue(const void *first, const void *second)
{
    const struct task_row *a = *(const struct task_row *const *)first;
    const struct task_row *b = *(const struct task_row *const *)second;
    int order = trace_compare(a->queued_ns, b->queued_ns);
    order = order ? order : trace_compare(a->start_ns, b->start_ns);
    order = order ? order : trace_compare(a->task, b->task);
    return order ? order : a < b ? -1 : a > b;
}

/* Whether it has a place in time that readers' signed 64 bits can tell. */
static bool trace_placed(const struct task_row *row)
{
    return row->start_ns <= row->end_ns && row->end_ns <= INT64_MAX;
}

static bool trace_waited(const struct task_row *row)
{
    return row->queued_ns < row->start_ns; /* an unknown time is above all others */
}

static void trace_number(FILE *out, const char *key, uint64_t figure)
{
    if (figure < FIGURE_OFF)
        fprintf(out, ",\"%s\":%llu", key, (unsigned long long)figure);
}

static void trace_task(struct trace *trace, uint64_t pid, uint64_t tid, const struct task_row *row)
{
    trace_event(trace);
    fprintf(trace->out,
            "{\"ph\":\"X\",\"name\":\"task %llu\",\"cat\":\"task\",\"pid\":%llu,\"tid\":%llu",
            (unsigned long long)row->task, (unsigned long long)pid, (unsigned long long)tid);
    trace_time(trace->out, "ts", row->start_ns);
    trace_time(trace->out, "dur", row->end_ns - row->start_ns);
    fprintf(trace->out, ",\"args\":{\"task\":%llu", (unsigned long long)row->task);
    if (row->queued_ns <= row->start_ns)
        trace_time(trace->out, "queued_us", row->start_ns - row->queued_ns);
    if (row->waited_ns < FIGURE_OFF)
        trace_time(trace->out, "waited_for_turn_us", row->waited_ns);
    trace_number(trace->out, "cpu", row->cpu);
    trace_number(trace->out, "start_cpu", row->start_cpu);
    trace_number(trace->out, "process", row->process);
    fputs("}}", trace->out);
}

/* A new track of a worker; `place` counts them from 1. */
static void trace_worker(struct trace *trace, uint64_t pid, uint64_t tid, uint64_t worker,
                         size_t place)
{
    char name[64], number[24] = "unknown", at_once[32] = "";
    if (worker < FIGURE_OFF)
        snprintf(number, sizeof number, "%llu", (unsigned long long)worker);
    if (place > 1)
        snprintf(at_once, sizeof at_once, " (%zu)", place);
    snprintf(name, sizeof name, "worker %s%s", number, at_once);
    trace_named(trace, "thread", pid, tid, name);
    trace_sorted(trace, "thread", pid, tid);
}

static int trace_tasks(struct trace *trace, uint64_t pid, const struct task_row **order,
                       size_t count)
{
    struct tracks tracks = {NULL, 0, 0};
    int code = 0;
    qsort(order, count, sizeof *order, trace_by_worker);
    for (size_t i = 0; i < count && code == 0 && !ferror(trace->out); i++) {
        const struct task_row *row = order[i];
        if (i > 0 && row->worker != order[i - 1]->worker)
            tracks.count = 0;
        const size_t had = tracks.count;
        const uint64_t tid = tracks_take(&tracks, row->start_ns, row->end_ns, &trace->number);
        code = tid ? 0 : -ENOMEM;
        if (tid && tracks.count > had)
            trace_worker(trace, pid, tid, row->worker, tracks.count);
        if (tid)
            trace_task(trace, pid, tid, row);
    }
    tracks_free(&tracks);
    return code;
}

/* --- their waiting --- */

static void trace_wait(struct trace *trace, uint64_t pid, uint64_t number,
                       const struct task_row *row)
{
    for (size_t end = 0; end < 2; end++) {
        trace_event(trace);
        fprintf(trace->out,
                "{\"ph\":\"%s\",\"name\":\"queued\",\"cat\":\"queue\",\"id\":\"0x%llx\","
                "\"pid\":%llu,\"tid\":%llu",
                end ? "e" : "b", (unsigned long long)number, (unsigned long long)pid,
                (unsigned long long)pid);
        trace_time(trace->out, "ts", end ? row->start_ns : row->queued_ns);
        if (end)
            fputs("}", trace->out);
        else
            fprintf(trace->out, ",\"args\":{\"task\":%llu}}", (unsigned long long)row->task);
    }
}

/* Puts the wait into a track. An end and the next beginning at one moment could be read in either
 * order, so there is a nanosecond between them. */
static uint64_t trace_wait_track(struct tracks *tracks, const struct task_row *row, uint64_t *last)
{
    return tracks_take(tracks, row->queued_ns, row->start_ns + 1, last);
}

/* How many tracks the waits need, at the most one more than TRACE_WAITING; 0 without memory. */
static size_t trace_wait_tracks(const struct task_row *const *order, size_t count)
{
    struct tracks tracks = {NULL, 0, 0};
    uint64_t last = 0, got = 1;
    for (size_t i = 0; i < count && got && tracks.count <= TRACE_WAITING; i++)
        got = trace_wait_track(&tracks, order[i], &last);
    tracks_free(&tracks);
    return got ? tracks.count : 0;
}

static void trace_no_waits(struct trace *trace, uint64_t pid)
{
    trace_event(trace);
    fprintf(trace->out,
            "{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":%llu,\"args\":{\"labels\":\"more "
            "than %d tasks waited at once: see queued_us of each\"}}",
            (unsigned long long)pid, TRACE_WAITING);
}

static int trace_waits(struct trace *trace, uint64_t pid, const struct task_row **order,
                       size_t count)
{
    struct tracks tracks = {NULL, 0, 0};
    size_t waits = 0;
    int code = 0;
    for (size_t i = 0; i < count; i++)
        if (trace_waited(order[i]))
            order[waits++] = order[i];
    if (waits == 0)
        return 0;
    qsort(order, waits, sizeof *order, trace_by_queue);
    const size_t needed = trace_wait_tracks(order, waits);
    if (needed > TRACE_WAITING) {
        trace_no_waits(trace, pid);
        return 0;
    }
    code = needed ? 0 : -ENOMEM;
    for (size_t i = 0; i < waits && code == 0 && !ferror(trace->out); i++) {
        const uint64_t number = trace_wait_track(&tracks, order[i], &trace->number);
        code = number ? 0 : -ENOMEM;
        if (number)
            trace_wait(trace, pid, number, order[i]);
    }
    tracks_free(&tracks);
    return code;
}

/* --- cells --- */

/* "cpu thread-pool x2 (rounds=1000, 8 tasks)" */
static void trace_name(char name[TRACE_NAME], const struct timing *key)
{
    char work[512], way[256], nth[48] = "";
    words_work(work, sizeof work, key);
    const size_t length = strcspn(work, " ,"); /* the workload, as far as it is a word */
    const char *rest = work + length + strspn(work + length, " ,");
    if (key->invocation > 1)
        snprintf(nth, sizeof nth, ", invocation %llu", (unsigned long long)key->invocation);
    snprintf(name, TRACE_NAME, "%.*s %s (%s%s)", (int)length, work, words_way(way, sizeof way, key),
             rest, nth);
}

static int trace_cell(struct trace *trace, const struct task_cell *cell)
{
    char name[TRACE_NAME];
    const struct task_row **order = calloc(cell->count ? cell->count : 1, sizeof *order);
    const uint64_t pid = ++trace->number;
    size_t placed = 0;
    if (!order)
        return -ENOMEM;
    for (size_t i = 0; i < cell->count; i++)
        if (trace_placed(&cell->rows[i]))
            order[placed++] = &cell->rows[i];
    trace->left_out += cell->count - placed;
    trace_name(name, &cell->key);
    trace_named(trace, "process", pid, 0, name);
    trace_sorted(trace, "process", pid, 0);
    int code = trace_tasks(trace, pid, order, placed);
    if (code == 0)
        code = trace_waits(trace, pid, order, placed);
    free(order);
    return code;
}

/* By work, then by way, as in the other exports: the plan mixes them. */
static int trace_by_cell(const void *first, const void *second)
{
    const struct task_cell *a = *(const struct task_cell *const *)first;
    const struct task_cell *b = *(const struct task_cell *const *)second;
    int order = cells_compare_work(&a->key, &b->key);
    order = order ? order : cells_compare_way(&a->key, &b->key);
    order = order ? order : trace_compare(a->key.invocation, b->key.invocation);
    return order ? order : a < b ? -1 : a > b;
}

static int trace_cells(struct trace *trace, const struct task_cell *cells, size_t count)
{
    const struct task_cell **order = calloc(count ? count : 1, sizeof *order);
    int code = order ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && code == 0; i++)
        order[i] = &cells[i];
    if (code == 0)
        qsort(order, count, sizeof *order, trace_by_cell);
    for (size_t i = 0; i < count && code == 0 && !ferror(trace->out); i++)
        code = trace_cell(trace, order[i]);
    free(order);
    return code;
}

int export_perfetto(FILE *out, const struct task_cell *cells, size_t count)
{
    struct trace trace = {.out = out};
    char run[TEXT_RUN];
    fputs("{\"traceEvents\":[", out);
    const int code = trace_cells(&trace, cells, count);
    snprintf(run, sizeof run, "%s", count ? cells->key.run : "");
    fprintf(out,
            "\n],\n\"otherData\":{\"program\":\"bench\",\"schema\":%d,\"run\":", EXPORT_SCHEMA);
    trace_text(out, text_clean(run));
    fprintf(out, ",\"tasks_left_out\":%llu}}\n", (unsigned long long)trace.left_out);
    return code < 0 ? code : fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
