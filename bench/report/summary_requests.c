#include "bench/report/summary_requests.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/callbacks.h"
#include "bench/report/requests.h"
#include "bench/report/text_table.h"
#include "bench/report/verdict.h"

/* "12.5..13.1": in the unit and with the decimals of "12.9 us". */
static void text_range(char *text, const char *median, double ns, const struct interval *range)
{
    const char *unit = strchr(median, ' '), *point = strchr(median, '.');
    snprintf(text, TABLE_TEXT, "n/a");
    if (!range->exists || !unit || !(ns > 0))
        return;
    const double scale = ns < 999.5 ? 1 : ns < 999.5e3 ? 1e3 : ns < 999.5e6 ? 1e6 : 1e9;
    const int decimals = point && point < unit ? (int)(unit - point) - 1 : 0;
    snprintf(text, TABLE_TEXT, "%.*f..%.*f", decimals, range->lo / scale, decimals,
             range->hi / scale);
}

static void text_samples(char *text, const struct request_figures *figures)
{
    if (figures->least == figures->most)
        snprintf(text, TABLE_TEXT, "%llux%zu", (unsigned long long)figures->most, figures->runs);
    else
        snprintf(text, TABLE_TEXT, "~%llux%zu", (unsigned long long)figures->least, figures->runs);
}

/* --- tables --- */

static void latency_row(struct text_row *row, const struct request_figures *figures)
{
    requests_number(row->texts[1], TABLE_TEXT, figures->per_second);
    row->values[1] = figures->per_second;
    table_time(row, 2, figures->cpu_ns);
    text_range(row->texts[3], row->texts[2], figures->cpu_ns, &figures->cpu_range);
    row->values[3] = figures->cpu_range.exists ? figures->cpu_range.lo : (double)NAN;
    table_time(row, 4, figures->p50);
    table_time(row, 5, figures->p90);
    table_time(row, 6, figures->p99);
    table_time(row, 7, figures->p999);
    table_time(row, 8, figures->max);
    text_samples(row->texts[9], figures);
    row->values[9] = (double)figures->least;
}

static void waiting_row(struct text_row *row, const struct request_figures *figures)
{
    table_time(row, 1, figures->queue_p50);
    table_time(row, 2, figures->queue_p99);
    table_time(row, 3, figures->service_p50);
    table_time(row, 4, figures->service_p99);
}

static void requests_table(const struct page *page, const struct cell_group *group,
                           const struct request_figures *figures, struct text_table *table,
                           bool waiting)
{
    static const char *const latency[] = {"mode", "req/s", "CPU/req", "95%", "p50",
                                          "p90",  "p99",   "p99.9",   "max", "samples"};
    static const char *const parts[] = {"mode", "queue p50", "queue p99", "service p50",
                                        "service p99"};
    if (waiting)
        table_head(table, parts, sizeof parts / sizeof *parts);
    else
        table_head(table, latency, sizeof latency / sizeof *latency);
    for (size_t i = 0; i < group->count; i++) {
        if (figures[i].runs == 0)
            continue;
        struct text_row *row = table_row(table);
        verdict_name(row->texts[0], TABLE_TEXT, group, &group->cells[i]);
        if (waiting)
            waiting_row(row, &figures[i]);
        else
            latency_row(row, &figures[i]);
    }
    table_print(page, table,
                waiting ? "Time in the queue and in service" : "Requests and their latency");
}

/* --- what they rest on --- */

/* "1,000" or "990 to 1,000" */
static void requests_span(char *text, size_t size, double least, double most)
{
    char lo[32], hi[32];
    requests_number(lo, sizeof lo, least);
    requests_number(hi, sizeof hi, most);
    snprintf(text, size, "%s%s%s", lo, least < most ? " to " : "", least < most ? hi : "");
}

static void requests_basis(const struct page *page, const struct cell_group *group,
                           const struct request_figures *figures)
{
    double least = INFINITY, most = 0, fewest = INFINITY, runs = 0;
    bool few = false;
    char count[80], repetitions[80], text[512];
    for (size_t i = 0; i < group->count; i++) {
        const struct request_figures *one = &figures[i];
        if (one->runs == 0)
            continue;
        least = fmin(least, (double)one->least);
        most = fmax(most, (double)one->most);
        fewest = fmin(fewest, (double)one->runs);
        runs = fmax(runs, (double)one->runs);
        few |= isnan(one->p50) || isnan(one->p90) || isnan(one->p99) || isnan(one->p999);
    }
    requests_span(count, sizeof count, least, most);
    requests_span(repetitions, sizeof repetitions, fewest, runs);
    snprintf(text, sizeof text,
             "percentiles of %s request%s per repetition, median of %s repetition%s%s%s", count,
             most > 1 ? "s" : "", repetitions, runs > 1 ? "s" : "",
             few ? "; n/a where so few requests do not bound it" : "",
             cells_open_loop(group->first)
                 ? "; latency counts from the moment that was intended for a request, and its wait "
                   "in the queue is a part of it"
                 : "");
    page_item(page, 0, text);
}

/* "the rate of 50,000/s was not kept: 31,000/s; latencies grow with the length of the run" */
static void requests_not_kept(const struct page *page, const struct cell_group *group,
                              const struct request_figures *figures)
{
    char list[512] = "", asked[32], achieved[32], text[768], name[VERDICT_NAME];
    size_t measured = 0, named = 0;
    for (size_t i = 0; i < group->count; i++)
        measured += figures[i].runs > 0;
    for (size_t i = 0; i < group->count; i++) {
        if (figures[i].kept)
            continue;
        const size_t used = strlen(list);
        requests_number(achieved, sizeof achieved, figures[i].achieved);
        verdict_name(name, sizeof name, group, &group->cells[i]);
        snprintf(list + used, sizeof list - used, "%s%s%s%s/s", named++ ? ", " : "",
                 measured > 1 ? name : "", measured > 1 ? " " : "", achieved);
    }
    if (named == 0)
        return;
    snprintf(text, sizeof text,
             "the rate of %s/s was not kept: %s; latencies grow with the length of the run",
             requests_number(asked, sizeof asked, cells_figure(group->first->rate)), list);
    page_item(page, 0, text);
}

static void requests_companion(const struct page *page, const struct cell_group *group,
                               const struct request_figures *figures)
{
    double most = 0;
    size_t busy = 0;
    char text[256];
    for (size_t i = 0; i < group->count; i++) {
        busy += figures[i].companion > REQUESTS_BUSY;
        most = fmax(most, figures[i].companion);
    }
    if (busy == 0)
        return;
    snprintf(text, sizeof text,
             "the clients' CPU was busy %s%.0f%%: requests/s tells of the clients, CPU per request "
             "of the server",
             busy > 1 ? "up to " : "", 100 * most);
    page_item(page, 0, text);
}

static void requests_tables(const struct page *page, const struct cell_group *group)
{
    struct request_figures *figures = calloc(group->count, sizeof *figures);
    struct text_table table = {.rows = calloc(group->count + 1, sizeof *table.rows)};
    if (figures && table.rows) {
        for (size_t i = 0; i < group->count; i++)
            requests_of(&figures[i], &group->cells[i]);
        requests_table(page, group, figures, &table, false);
        if (cells_open_loop(group->first))
            requests_table(page, group, figures, &table, true);
        requests_basis(page, group, figures);
        requests_not_kept(page, group, figures);
        requests_companion(page, group, figures);
    }
    free(figures);
    free(table.rows);
}

void summary_requests(const struct page *page, const struct cell_group *group)
{
    struct callback_pair *pairs;
    size_t count;
    char text[512];
    if (requests_any(group))
        requests_tables(page, group);
    if (callbacks_of(&pairs, &count, group) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        page_item(page, 0, callbacks_sentence(text, sizeof text, group, pairs, count, i));
    free(pairs);
}
