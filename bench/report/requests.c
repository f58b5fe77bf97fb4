#include "bench/report/requests.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS_LEVEL 0.95

static double row_requests(const struct timing *row)
{
    return cells_figure(row->requests);
}

static bool row_has(const struct timing *row)
{
    return cells_measured(row) && row_requests(row) > 0;
}

/* The time in which requests were served; the whole where a file does not say. */
static double row_served(const struct timing *row)
{
    const double served = cells_figure(row->served_ns);
    return served > 0 ? served : cells_figure(row->wall_ns);
}

/* The CPU time is that of the whole run. Where requests filled less than this share of it (one busy
 * connection among thousands that are accepted and closed), it is not theirs. */
#define REQUESTS_FILL 0.8

double requests_cpu(const struct timing *row)
{
    const double requests = row_requests(row);
    if (requests > 0 && row_served(row) < REQUESTS_FILL * cells_figure(row->wall_ns))
        return (double)NAN;
    return (cells_figure(row->user_ns) + cells_figure(row->sys_ns)) /
           (requests > 0 ? requests : (double)row->tasks);
}

static double row_per_second(const struct timing *row)
{
    return row_requests(row) / (row_served(row) / 1e9);
}

static double row_companion(const struct timing *row)
{
    return cells_figure(row->companion_ns) / cells_figure(row->wall_ns);
}

/* The wall time ends with the last request, which arrived about one service time before: without
 * that, few requests that each take long would look like a rate that was not kept. A service
 * that is too slow for the rate lengthens it by what its queue grows to, many services. */
static double row_achieved(const struct timing *row)
{
    const double wall = cells_figure(row->wall_ns), service = cells_figure(row->service_p50_ns);
    return row_requests(row) / ((service < wall ? wall - service : wall) / 1e9);
}

/* A figure of the file under a name. */
#define ROW_FIGURE(field)                               \
    static double row_##field(const struct timing *row) \
    {                                                   \
        return cells_figure(row->field##_ns);           \
    }
ROW_FIGURE(latency_p50)
ROW_FIGURE(latency_p90)
ROW_FIGURE(latency_p99)
ROW_FIGURE(latency_p999)
ROW_FIGURE(latency_max)
ROW_FIGURE(queue_p50)
ROW_FIGURE(queue_p99)
ROW_FIGURE(service_p50)
ROW_FIGURE(service_p99)

/* The known values by invocation, in the order of the rows; `samples` and `values` have room for
 * as many as there are rows. */
static struct clusters requests_gather(const struct cell_figures *cell, cells_row_figure *figure,
                                       struct samples *samples, double *values)
{
    struct clusters all = {samples, 0};
    uint64_t invocation = 0;
    size_t n = 0;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        const double value = cells_measured(row) ? figure(row) : (double)NAN;
        if (!isfinite(value))
            continue;
        if (all.count == 0 || row->invocation != invocation) {
            samples[all.count++] = (struct samples){&values[n], 0};
            invocation = row->invocation;
        }
        samples[all.count - 1].n++;
        values[n++] = value;
    }
    return all;
}

double requests_median(const struct cell_figures *cell, cells_row_figure *figure,
                       struct interval *range)
{
    struct samples *samples = calloc(cell->row_count, sizeof *samples);
    double *values = calloc(2 * cell->row_count, sizeof *values), median = (double)NAN;
    struct interval known = {0, 0, false};
    if (samples && values) {
        const struct clusters all = requests_gather(cell, figure, samples, values);
        double *medians = values + cell->row_count;
        median = stats_center(&all);
        for (size_t i = 0; i < all.count; i++)
            medians[i] = stats_median(samples[i].values, samples[i].n);
        if (all.count == 1)
            known = stats_median_interval(samples[0].values, samples[0].n, REQUESTS_LEVEL);
        else
            known = stats_median_interval(medians, all.count, REQUESTS_LEVEL);
    }
    if (range)
        *range = known;
    free(samples);
    free(values);
    return median;
}

bool requests_any(const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        for (size_t r = 0; r < group->cells[i].row_count; r++)
            if (row_has(group->cells[i].rows[r]))
                return true;
    return false;
}

/* n Poisson arrivals at a rate take n / rate +- n^(1/2) / rate: with few of them the rate itself
 * is only so exact, and two standard deviations are allowed for. */
static bool requests_kept(const struct request_figures *figures, const struct timing *key)
{
    const bool poisson = strcmp(key->arrivals, "poisson") == 0;
    const double slack = poisson ? 2 / sqrt((double)figures->least) : 0;
    return !(figures->achieved < (REQUESTS_KEPT - slack) * cells_figure(key->rate));
}

void requests_of(struct request_figures *figures, const struct cell_figures *cell)
{
    *figures = (struct request_figures){.least = UINT64_MAX};
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        if (!row_has(row))
            continue;
        figures->runs++;
        figures->least = row->requests < figures->least ? row->requests : figures->least;
        figures->most = row->requests > figures->most ? row->requests : figures->most;
    }
    figures->per_second = requests_median(cell, row_per_second, NULL);
    figures->cpu_ns = requests_median(cell, requests_cpu, &figures->cpu_range);
    figures->p50 = requests_median(cell, row_latency_p50, NULL);
    figures->p90 = requests_median(cell, row_latency_p90, NULL);
    figures->p99 = requests_median(cell, row_latency_p99, NULL);
    figures->p999 = requests_median(cell, row_latency_p999, NULL);
    figures->max = requests_median(cell, row_latency_max, NULL);
    figures->queue_p50 = requests_median(cell, row_queue_p50, NULL);
    figures->queue_p99 = requests_median(cell, row_queue_p99, NULL);
    figures->service_p50 = requests_median(cell, row_service_p50, NULL);
    figures->service_p99 = requests_median(cell, row_service_p99, NULL);
    figures->companion = requests_median(cell, row_companion, NULL);
    figures->achieved = (double)NAN;
    figures->kept = true;
    if (cells_open_loop(cell->key) && figures->runs > 0) {
        figures->achieved = requests_median(cell, row_achieved, NULL);
        figures->kept = requests_kept(figures, cell->key);
    }
}

char *requests_number(char *text, size_t size, double value)
{
    char digits[32];
    if (!isfinite(value) || fabs(value) >= 1e15) {
        snprintf(text, size, "n/a");
        return text;
    }
    if (value < 99.95 && value != floor(value)) {
        snprintf(text, size, value < 9.995 ? "%.2f" : "%.1f", value);
        return text;
    }
    const int length = snprintf(digits, sizeof digits, "%.0f", value);
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

char *requests_rate(char *text, size_t size, const struct timing *work)
{
    char rate[32];
    text[0] = '\0';
    if (cells_open_loop(work))
        snprintf(text, size, ", %s/s%s",
                 requests_number(rate, sizeof rate, cells_figure(work->rate)),
                 strcmp(work->arrivals, "poisson") == 0 ? " poisson" : "");
    return text;
}
