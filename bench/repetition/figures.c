#include "bench/repetition/figures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/mix.h"

/* What the workload's other side saw. */
static enum status verify_workload(struct job *job)
{
    job->err.text[0] = '\0';
    const int rc = job->workload->verify ? job->workload->verify(job->state, &job->err) : 0;
    if (rc < 0 && !job->err.text[0]) {
        error_set(&job->err, rc, "%s: %s", job->workload->name, strerror(-rc));
    }
    return rc == 0 ? STATUS_OK : rc == -EBADMSG ? STATUS_WRONG_RESULT : STATUS_FAILED;
}

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
    /* Before the checksums: the other side can tell which byte was wrong. */
    enum status seen = verify_workload(job);
    if (seen != STATUS_OK) {
        return seen;
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
 * what it did between tasks, so the parts are kept within the tasks' time. Of a worker that
 * runs many tasks at once nobody can tell which of them waited for a CPU, and which for its IO. */
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
    if (job->shared->request.width > (job->threads > 0 ? job->threads : 1)) {
        report->ready_ns = report->blocked_ns = FIGURE_UNKNOWN;
        return;
    }
    tasks_ns -= report->running_ns;
    report->ready_ns = ready < tasks_ns ? ready : tasks_ns;
    report->blocked_ns = tasks_ns - report->ready_ns;
}

/* --- requests --- */

/* Nearest rank: the smallest value that at least a share q of all do not exceed, the one at
 * ceil(q n) of the ascending order (Hyndman and Fan, "Sample quantiles in statistical packages",
 * 1996, definition 1). It is always a latency that a request really had. */
static uint64_t rank_of(uint64_t n, uint64_t permille)
{
    return (n * permille + 999) / 1000 - 1; /* from 0 */
}

static void swap(uint64_t *a, uint64_t *b)
{
    const uint64_t kept = *a;
    *a = *b;
    *b = kept;
}

/* Brings the value of `rank` in the ascending order to its place, none above it before it and none
 * below it behind, where that holds of `from` already: Hoare's FIND (Algorithm 65, 1961), with a
 * pivot by chance, so that no order of the requests makes it slow. A sort would need the memory
 * twice and look at every value some 25 times. */
static uint64_t select_rank(uint64_t *values, uint64_t from, uint64_t n, uint64_t rank)
{
    uint64_t low = from, high = n - 1, random = n;
    while (low < high) {
        swap(&values[low], &values[low + mix_below(&random, high - low + 1)]);
        const uint64_t pivot = values[low];
        uint64_t i = low, j = high + 1;
        for (;; i++) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[--j] > pivot) {
            }
            if (i >= j) {
                break;
            }
            swap(&values[i], &values[j]);
        }
        if (rank <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[rank];
}

enum { PERCENTILES = 4 };

/* The least n for which a quantile q has a distribution-free two-sided 95% upper bound: the
 * largest of n values is above it but in a share q^n of all samples, which must not exceed 2.5%, so
 * n >= ln(0.025) / ln(q) (David and Nagaraja, Order Statistics, 2003, 7.1). */
static const struct {
    uint64_t permille, least;
} percentiles[PERCENTILES] = {{500, 6}, {900, 36}, {990, 368}, {999, 3688}};

static void summarize(uint64_t *values, uint64_t n, struct latency *latency)
{
    uint64_t *const told[PERCENTILES] = {&latency->p50_ns, &latency->p90_ns, &latency->p99_ns,
                                         &latency->p999_ns};
    uint64_t from = 0;
    for (size_t i = 0; i < PERCENTILES; i++) {
        *told[i] = FIGURE_UNKNOWN;
        if (n >= percentiles[i].least) {
            const uint64_t rank = rank_of(n, percentiles[i].permille);
            *told[i] = select_rank(values, from, n, rank);
            from = rank;
        }
    }
    latency->max_ns = values[from];
    for (uint64_t i = from; i < n; i++) {
        latency->max_ns = values[i] > latency->max_ns ? values[i] : latency->max_ns;
    }
}

static void set_all(struct latency *latency, uint64_t figure)
{
    *latency = (struct latency){figure, figure, figure, figure, figure};
}

/* Where requests are found: the workload's own, or the tasks. */
struct served {
    const struct request_times *own; /* NULL: the tasks are the requests */
    const struct task_record *tasks;
    uint64_t count;
};

/* False where it was never served. */
static bool served_times(const struct served *served, uint64_t i, struct request_times *times)
{
    if (served->own) {
        *times = served->own[i];
        return times->done_ns != 0;
    }
    const struct task_record *record = &served->tasks[i];
    *times = (struct request_times){record->queued_ns, record->start_ns, record->end_ns};
    return atomic_load_explicit(&record->state, memory_order_relaxed) == TASK_ENDED;
}

static uint64_t between(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

enum part { PART_LATENCY, PART_QUEUE, PART_SERVICE };

static uint64_t collect(const struct served *served, enum part part, uint64_t *values)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < served->count; i++) {
        struct request_times times;
        if (!served_times(served, i, &times)) {
            continue;
        }
        values[n++] = part == PART_LATENCY ? between(times.intended_ns, times.done_ns)
                      : part == PART_QUEUE ? between(times.intended_ns, times.sent_ns)
                                           : between(times.sent_ns, times.done_ns);
    }
    return n;
}

/* From the first one's sending (in an open loop: arrival) to the last one's end. */
static uint64_t served_window(const struct served *served)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (uint64_t i = 0; i < served->count; i++) {
        struct request_times times;
        if (served_times(served, i, &times)) {
            first = times.intended_ns < first ? times.intended_ns : first;
            last = times.done_ns > last ? times.done_ns : last;
        }
    }
    return between(first, last);
}

/* One part after the other in the same memory. In a closed loop nobody waits for a turn: who sends
 * the next request only then decides when it was intended. */
static void fill_requests(const struct served *served, bool open, struct report *report)
{
    struct latency *parts[] = {&report->latency, &report->queue, &report->service};
    uint64_t *values = malloc((served->count ? served->count : 1) * sizeof *values);
    report->requests = values ? 0 : FIGURE_UNKNOWN;
    for (enum part part = PART_LATENCY; part <= PART_SERVICE; part++) {
        if (part == PART_QUEUE && !open) {
            continue;
        }
        const uint64_t n = values ? collect(served, part, values) : 0;
        if (!values) {
            set_all(parts[part], FIGURE_UNKNOWN);
        } else if (n > 0) {
            summarize(values, n, parts[part]);
            report->requests = n;
        }
    }
    report->served_ns = report->requests == 0 ? FIGURE_UNKNOWN : served_window(served);
    free(values);
}

static void requests_fill(const struct job *job, struct report *report)
{
    const struct request *request = &job->shared->request;
    struct served served = {.tasks = job->tasks, .count = job->task_count};
    report->requests = report->served_ns = FIGURE_OFF;
    set_all(&report->latency, FIGURE_OFF);
    set_all(&report->queue, FIGURE_OFF);
    set_all(&report->service, FIGURE_OFF);
    if (job->workload->requests) {
        if (job->status != STATUS_OK) { /* they are complete only after verify() */
            return;
        }
        served.own = job->workload->requests(job->state, &served.count);
        if (served.own) {
            fill_requests(&served, request->rate > 0, report);
        }
    } else if (request->paced) {
        fill_requests(&served, true, report);
    }
}

/* What the workload saw of its tasks together. */
static void observed_fill(const struct job *job, struct report *report)
{
    struct observed observed = {FIGURE_OFF, FIGURE_OFF, FIGURE_OFF, FIGURE_OFF};
    if (job->workload->observe && job->status == STATUS_OK) {
        job->workload->observe(job->state, &observed);
    }
    report->lost_updates = observed.lost_updates;
    report->peak_inside = observed.peak_inside;
    report->visible_writes = observed.visible_writes;
    report->wake_spread_ns = observed.wake_spread_ns;
}

static uint64_t lives(const struct job *job)
{
    uint64_t sum = 0;
    for (uint64_t w = 0; w < job->shared->worker_slots; w++) {
        sum += job->workers[w].lives;
    }
    return sum;
}

void figures_fill(const struct job *job, bool per_task, struct report *report)
{
    /* A task that is paced arrives before a worker is made for it. */
    const bool from_queued = per_task && !job->shared->request.paced;
    uint64_t tasks_ns = 0;
    report->checksum = 0;
    report->longest_task_ns = 0;
    for (uint64_t i = 0; i < job->task_count; i++) {
        const struct task_record *record = &job->tasks[i];
        uint64_t took = record->end_ns - record->start_ns;
        report->checksum = mix64(report->checksum ^ record->checksum);
        report->longest_task_ns = took > report->longest_task_ns ? took : report->longest_task_ns;
        tasks_ns += from_queued ? record->end_ns - record->queued_ns : took;
    }
    report->peak_alive = peak_alive(job);
    split(job, tasks_ns, report);
    requests_fill(job, report);
    observed_fill(job, report);
    report->workers_made = lives(job);
}
