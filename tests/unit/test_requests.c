/* What is said of requests: their figures, the table, call-backs against coroutines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/callbacks.h"
#include "bench/report/requests.h"
#include "bench/report/summary.h"
#include "bench/report/verdict.h"
#include "tests/unit/report_charts.h"

enum { RUNS = 7 };

static struct rows rows;
static struct cell_table table;
static char *text;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    text = NULL;
    table = (struct cell_table){0};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    cells_free(&table);
    free(text);
    return 0;
}

/* Seven runs of `wall` ms (and i ms more in run i), 20,000 requests each, of `cpu` us of CPU time
 * (and i % more in run i). Returns the first. */
static struct timing *add(const char *mode, const char *wait, uint64_t wall, uint64_t cpu)
{
    struct timing *first = &rows.row[rows.count];
    for (uint64_t i = 0; i < RUNS; i++) {
        struct timing *row = rows_add(&rows, "tcp", mode, 1, wall + i);
        row->wait = wait;
        row->width = 200;
        row->tasks = 200;
        row->block = row->rep = i + 1;
        row->requests = 20000;
        row->user_ns = cpu * 150000 * (100 + i);
        row->sys_ns = cpu * 50000 * (100 + i);
        row->latency_p50_ns = 2700000 + i * 1000;
        row->latency_p90_ns = 3100000;
        row->latency_p99_ns = 4000000;
        row->latency_p999_ns = 9 * MS;
        row->latency_max_ns = (10 + i) * MS;
        row->service_p50_ns = 2600000;
        row->service_p99_ns = 3900000;
        row->service_max_ns = 9900000;
        row->companion_ns = row->wall_ns / 2;
    }
    return first;
}

/* Sets a field in the rows that add() returned. */
#define EACH(first, field, value)         \
    do {                                  \
        struct timing *each = (first);    \
        for (size_t r = 0; r < RUNS; r++) \
            each[r].field = (value);      \
    } while (0)

static void open_loop(struct timing *first, uint64_t rate, const char *arrivals)
{
    EACH(first, rate, rate);
    EACH(first, arrivals, arrivals);
    EACH(first, queue_p50_ns, 100000);
    EACH(first, queue_p99_ns, 110000);
    EACH(first, queue_max_ns, 120000);
}

static const struct cell_group *gather(void)
{
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    return &table.groups[0];
}

static const struct cell_figures *cell_of(const char *mode)
{
    const struct cell_group *group = gather();
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->cells[i].key->mode, mode) == 0)
            return &group->cells[i];
    fail_msg("no cell of %s", mode);
    return NULL;
}

static void near(double got, double expected)
{
    if (!(fabs(got - expected) <= fabs(expected) * 1e-9))
        fail_msg("got %.17g, expected %.17g", got, expected);
}

static void print(void)
{
    size_t size = 0;
    free(text);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    gather();
    assert_int_equal(summary_print(out, &table, 0, false), 0);
    assert_int_equal(fclose(out), 0);
}

/* --- figures --- */

static void figures_are_medians_over_repetitions(void **state)
{
    struct request_figures figures;
    (void)state;
    struct timing *row = add("event", "epoll", 400, 12);
    row[6].warmup = 1; /* six are left: 400 .. 405 ms */
    requests_of(&figures, cell_of("event"));
    assert_int_equal(figures.runs, 6);
    assert_int_equal(figures.least, 20000);
    assert_int_equal(figures.most, 20000);
    near(figures.per_second, (20000 / 0.402 + 20000 / 0.403) / 2);
    near(figures.cpu_ns, 12000 * 1.025);
    assert_true(figures.cpu_range.exists); /* of six, the lowest and the highest */
    near(figures.cpu_range.lo, 12000);
    near(figures.cpu_range.hi, 12000 * 1.05);
    near(figures.p50, 2702500);
    near(figures.p999, 9e6);
    near(figures.max, 12.5e6);
    near(figures.companion, 0.5);
    assert_true(isnan(figures.queue_p50) && isnan(figures.achieved) && figures.kept);
}

static void what_is_unknown_stays_unknown(void **state)
{
    struct request_figures figures;
    (void)state;
    struct timing *row = add("event", "epoll", 400, 12);
    EACH(row, latency_p999_ns, FIGURE_UNKNOWN);
    EACH(row, sys_ns, FIGURE_UNKNOWN);
    EACH(row, companion_ns, FIGURE_OFF);
    row[3].requests = 1000;
    requests_of(&figures, cell_of("event"));
    assert_true(isnan(figures.p999) && isnan(figures.cpu_ns) && isnan(figures.companion));
    assert_false(figures.cpu_range.exists);
    assert_int_equal(figures.least, 1000);
    assert_true(figures.p99 > 0);
}

static void invocations_count_as_one_each(void **state)
{
    (void)state;
    add("event", "epoll", 400, 10);
    for (uint64_t i = 2; i <= 3; i++)
        EACH(add("event", "epoll", 400, 10 * i), invocation, i);
    near(requests_median(cell_of("event"), requests_cpu, NULL), 20000 * 1.03);
}

static void a_task_stands_in_for_a_request(void **state)
{
    (void)state;
    struct timing *row = rows_add(&rows, "sleep", "event", 1, 100);
    near(requests_cpu(row), 124e6 / 8);
    row->requests = 4;
    near(requests_cpu(row), 124e6 / 4);
    row->requests = 0;
    near(requests_cpu(row), 124e6 / 8);
}

static void kept_is(const char *arrivals, uint64_t requests, uint64_t wall_ms, uint64_t service_ms,
                    bool kept)
{
    struct request_figures figures;
    rows.count = 0;
    struct timing *row = add("event", "epoll", 1, 1);
    open_loop(row, 1000, arrivals);
    EACH(row, requests, requests);
    EACH(row, wall_ns, wall_ms * MS);
    EACH(row, service_p50_ns, service_ms * MS);
    requests_of(&figures, cell_of("event"));
    if (figures.kept != kept)
        fail_msg("%llu requests in %llu ms: %d", (unsigned long long)requests,
                 (unsigned long long)wall_ms, figures.kept);
}

static void a_rate_is_kept_or_not(void **state)
{
    (void)state;
    kept_is("constant", 10000, 10000, 0, true);
    kept_is("constant", 10000, 10100, 0, true);
    kept_is("constant", 10000, 10110, 0, false);
    kept_is("constant", 100, 600, 500, true); /* the last one takes its time, as each */
    kept_is("constant", 10000, 10600, 500, true);
    kept_is("constant", 10000, 10700, 500, false);
    kept_is("poisson", 10000, 10300, 0, true); /* as many take 10 s +- 0.1 s to arrive */
    kept_is("poisson", 10000, 10320, 0, false);
}

static void number_is(double value, const char *expected)
{
    char number[32];
    assert_string_equal(requests_number(number, sizeof number, value), expected);
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    number_is(0, "0");
    number_is(7, "7");
    number_is(1.234, "1.23");
    number_is(12.34, "12.3");
    number_is(999, "999");
    number_is(73700.4, "73,700");
    number_is(1000000, "1,000,000");
    number_is(NAN, "n/a");
}

/* --- the table --- */

/* Serial cannot run it, so nothing is compared with it. */
static void a_closed_loop_as_it_is_printed(void **state)
{
    (void)state;
    struct timing *row = add("event", "epoll", 400, 12);
    EACH(row, companion_ns, 388 * MS);
    add("coroutine", "epoll", 410, 14);
    add("thread", "blocking", 900, 25);
    struct timing *serial = rows_add(&rows, "tcp", "serial", 1, 1);
    serial->tasks = 200;
    serial->status = STATUS_UNSUPPORTED;
    serial->reason = "its tasks wait for each other";
    print();
    has(text,
        "  mode        req/s  CPU/req         95%      p50      p90      p99    p99.9      max  "
        "samples\n"
        "  event      49,628  12.4 us  12.0..12.7  2.70 ms  3.10 ms  4.00 ms  9.00 ms  13.0 ms  "
        "20000x7\n"
        "  coroutine  48,426  14.4 us  14.0..14.8  2.70 ms  3.10 ms  4.00 ms  9.00 ms  13.0 ms  "
        "20000x7\n"
        "  thread     22,148  25.8 us  25.0..26.5  2.70 ms  3.10 ms  4.00 ms  9.00 ms  13.0 ms  "
        "20000x7\n"
        "  percentiles of 20,000 requests per repetition, median of 7 repetitions\n"
        "  the clients' CPU was busy 96%: requests/s tells of the clients, CPU per request of the "
        "server\n"
        "  call-backs need 14.3% less CPU per request than coroutines (95% 14.3% to 14.3%, paired "
        "by block)\n");
    has(text, "serial: unsupported: its tasks wait for each other");
    has_not(text, "queue");
    has_not(text, "intended");
    has_not(text, "not kept");
}

static void an_open_loop_as_it_is_printed(void **state)
{
    (void)state;
    open_loop(add("event", "epoll", 4000, 12), 5000, "constant");
    open_loop(add("event", "select", 6452, 12), 5000, "constant");
    print();
    has(text, "tcp: rounds=1000, 200 tasks, 5,000/s\n");
    has(text, "  mode          queue p50  queue p99  service p50  service p99\n"
              "  event/epoll      100 us     110 us      2.60 ms      3.90 ms\n"
              "  event/select     100 us     110 us      2.60 ms      3.90 ms\n");
    has(text, "  percentiles of 20,000 requests per repetition, median of 7 repetitions; latency "
              "counts from the\n    moment that was intended for a request, and its wait in the "
              "queue is a part of it\n");
    has(text, "  the rate of 5,000/s was not kept: event/select 3,100/s; latencies grow with the "
              "length of the run\n");
    has_not(text, "clients");
    has_not(text, "call-backs");
}

static void one_cell_needs_no_name(void **state)
{
    (void)state;
    open_loop(add("event", "epoll", 6452, 12), 5000, "poisson");
    print();
    has(text, "200 tasks, 5,000/s poisson\n");
    has(text, "the rate of 5,000/s was not kept: 3,100/s; latencies grow");
}

static void few_requests_are_not_stretched(void **state)
{
    (void)state;
    struct timing *row = add("event", "epoll", 400, 12);
    EACH(row, requests, 100);
    EACH(row, latency_p99_ns, FIGURE_UNKNOWN);
    EACH(row, latency_p999_ns, FIGURE_UNKNOWN);
    row[2].requests = 90;
    print();
    has(text, "  2.70 ms  3.10 ms  n/a    n/a  13.0 ms    ~90x7\n");
    has(text,
        "percentiles of 90 to 100 requests per repetition, median of 7 repetitions; n/a where "
        "so few\n    requests do not bound it\n");
}

static void long_names_fit_the_page(void **state)
{
    (void)state;
    add("thread-coroutine", "epoll", 400, 112);
    add("process-coroutine", "uring", 400, 112);
    add("process-coroutine", "epoll", 400, 112);
    add("thread-coroutine", "uring", 400, 112);
    print();
    for (const char *line = strstr(text, "  mode    ") + 1; (line = strstr(line, "\n  ")); line++)
        if (strcspn(line + 1, "\n") > 100)
            fail_msg("wider than 100 columns: %s", line + 1);
    has(text, "  process-coroutine/epoll ");
}

static void without_requests_nothing_is_said(void **state)
{
    (void)state;
    rows_add_runs(&rows, "cpu", "serial", 1, 127, 1, 7);
    rows_add_runs(&rows, "cpu", "thread-pool", 4, 62, 1, 7);
    print();
    has_not(text, "req/s");
    has_not(text, "percentiles");
    has_not(text, "call-backs");
}

/* --- call-backs against coroutines --- */

static void finding_is(uint64_t event, uint64_t coroutine, const char *expected)
{
    struct callback_pair *pairs;
    size_t count;
    char found[512];
    rows.count = 0;
    add("event", "epoll", 400, event);
    add("coroutine", "epoll", 400, coroutine);
    const struct cell_group *group = gather();
    assert_int_equal(callbacks_of(&pairs, &count, group), 0);
    assert_int_equal(count, 1);
    assert_string_equal(callbacks_sentence(found, sizeof found, group, pairs, count, 0), expected);
    free(pairs);
}

static void a_finding_in_each_case(void **state)
{
    (void)state;
    finding_is(900, 1000,
               "call-backs need 10.0% less CPU per request than coroutines (95% 10.0% to 10.0%, "
               "paired by block)");
    finding_is(1100, 1000,
               "call-backs need 10.0% more CPU per request than coroutines (95% 10.0% to 10.0%, "
               "paired by block)");
    finding_is(3000, 1000,
               "call-backs need 3.00x the CPU per request of coroutines (95% 3.00x to 3.00x, "
               "paired by block)");
    finding_is(1000, 1000,
               "call-backs and coroutines need equal CPU per request within 2% (95% +0.0% to "
               "+0.0%, paired by block)");
}

/* Event's CPU time in each block, in % of the coroutine's. */
static void shares(struct timing *event, const uint64_t percent[RUNS])
{
    for (size_t i = 0; i < RUNS; i++) {
        event[i].user_ns = event[i].user_ns / 100 * percent[i];
        event[i].sys_ns = event[i].sys_ns / 100 * percent[i];
    }
}

/* The interval leaves out "none", yet not all that would not count. */
static void less_but_perhaps_too_little_to_count(void **state)
{
    (void)state;
    shares(add("event", "epoll", 400, 1000), (const uint64_t[RUNS]){86, 99, 90, 99, 92, 99, 99});
    add("coroutine", "epoll", 400, 1000);
    print();
    has(text, "  call-backs need less CPU per request than coroutines, perhaps by under 2% (95% -");
    has_not(text, "no difference in CPU");
    has_not(text, "chance");
    char *csv = chart(&rows, &chart_callbacks);
    has(csv, "group,1,0,tcp: no clear difference,");
    free(csv);
    rows.count = 0;
    add("event", "epoll", 400, 1000);
    shares(add("coroutine", "epoll", 400, 1000),
           (const uint64_t[RUNS]){86, 99, 90, 99, 92, 99, 99});
    print();
    has(text, "  call-backs need more CPU per request than coroutines, perhaps by under 2% (95% +");
}

/* Seven blocks alone are proof (p = 2/128), but not for each of four pairs at once. */
static void less_but_perhaps_by_chance(void **state)
{
    static const char *const waits[] = {"epoll", "poll", "select", "uring"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        shares(add("event", waits[i], 400, 1000),
               (const uint64_t[RUNS]){90, 89, 88, 91, 92, 87, 86});
        add("coroutine", waits[i], 400, 1000);
    }
    print();
    has(strstr(text, "  epoll:"),
        "  epoll: call-backs may need less CPU per request than coroutines (95% -13.0% to "
        "-9.0%, paired by\n    block; among so many pairs it can be chance;");
    has_not(text, "under 2%");
}

/* A difference that comes and goes with the blocks is none. */
static void noise_is_no_finding(void **state)
{
    (void)state;
    struct timing *event = add("event", "epoll", 400, 1000);
    add("coroutine", "epoll", 400, 1000);
    for (size_t i = 0; i < RUNS; i++) {
        event[i].user_ns = i % 2 ? event[i].user_ns * 12 / 10 : event[i].user_ns * 8 / 10;
    }
    print();
    has(text, "no difference in CPU per request seen between call-backs and coroutines (95% -");
    has(text, " runs would settle it)\n");
}

static void few_runs_are_no_finding(void **state)
{
    (void)state;
    add("event", "epoll", 400, 900);
    struct timing *row = add("coroutine", "epoll", 400, 1000);
    row[0].warmup = row[1].warmup = 1; /* five pairs */
    print();
    has(text, "too few runs to compare call-backs and coroutines in CPU per request (6 are "
              "needed)\n");
}

/* Pairs are of the same wait, width, workers and pin. */
static void only_likes_are_paired(void **state)
{
    struct callback_pair *pairs;
    size_t count;
    (void)state;
    add("event", "epoll", 400, 900);
    add("coroutine", "select", 400, 1000);
    EACH(add("coroutine", "epoll", 400, 1000), width, 7);
    EACH(add("coroutine", "epoll", 400, 1000), workers, 2);
    EACH(add("coroutine", "epoll", 400, 1000), pin, "core");
    EACH(add("coroutine", "epoll", 400, 1000), status, STATUS_FAILED);
    add("thread-coroutine", "epoll", 400, 1000);
    assert_int_equal(callbacks_of(&pairs, &count, gather()), 0);
    assert_int_equal(count, 0);
    assert_null(pairs);
}

static void waits_and_stacks_are_named_where_there_are_several(void **state)
{
    (void)state;
    add("event", "epoll", 400, 900);
    EACH(add("coroutine", "epoll", 400, 1000), stack, "own");
    EACH(add("coroutine", "epoll", 400, 1200), stack, "shared");
    add("event", "select", 400, 900);
    EACH(add("coroutine", "select", 400, 1000), stack, "own");
    print();
    has(text, "  event/epoll, coroutine/epoll stack=own: call-backs need 10.0% less CPU");
    has(text, "  event/epoll, coroutine/epoll stack=shared: call-backs need 25.0% less CPU");
    has(text, "  select: call-backs need 10.0% less CPU");
}

/* --- who answers soonest, where arrivals set the wall time --- */

static void latency(struct timing *first, uint64_t p50, uint64_t p99)
{
    open_loop(first, 5000, "constant");
    EACH(first, latency_p50_ns, p50);
    EACH(first, latency_p99_ns, p99);
}

/* The one that ends first answers last. */
static void an_open_loop_has_no_winner_by_wall_time(void **state)
{
    (void)state;
    latency(add("coroutine", "epoll", 4000, 12), 2 * MS, 7 * MS);
    latency(add("event", "epoll", 4030, 12), 3 * MS, 5 * MS);
    latency(add("thread", "blocking", 6452, 12), 4 * MS, 6 * MS);
    print();
    has(text,
        "  No winner by wall time, which the rate of the arrivals sets; lowest latency (median "
        "of p99): event\n    5.00 ms, then thread 6.00 ms (which did not keep the rate)\n");
    has_not(text, "Winner");
    EACH(&rows.row[RUNS], latency_p99_ns, FIGURE_UNKNOWN);
    print();
    has(text, "(median of p50):\n    coroutine 2.00 ms, then event 3.00 ms\n");
    EACH(&rows.row[0], status, STATUS_FAILED);
    print();
    has(text, "(median of p50): event\n    3.00 ms, then thread 4.00 ms (which");
}

static void soonest(const char *percentile, const char *best, uint64_t best_ns, const char *next,
                    uint64_t next_ns)
{
    struct verdict_latency found;
    cells_free(&table);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    verdict_latency(&found, &table.groups[0]);
    assert_string_equal(found.percentile, percentile);
    assert_non_null(found.best.cell);
    assert_non_null(found.next.cell);
    assert_string_equal(found.best.cell->key->mode, best);
    assert_string_equal(found.next.cell->key->mode, next);
    assert_true(found.best.ns >= (double)best_ns && found.best.ns <= (double)best_ns);
    assert_true(found.next.ns >= (double)next_ns && found.next.ns <= (double)next_ns);
}

/* Each percentile, and the wall time, has another order: that of no other one may decide. */
static void the_soonest_is_by_p99_or_else_by_p50(void **state)
{
    (void)state;
    static const char *const modes[] = {"coroutine", "event", "thread"};
    static const uint64_t p50[] = {2, 3, 4}, p90[] = {6, 5, 7}, p99[] = {9, 10, 8};
    static const uint64_t p999[] = {12, 11, 13}, max[] = {20, 22, 21}, wall[] = {402, 400, 401};
    struct timing *first[3];
    for (size_t m = 0; m < 3; m++) {
        first[m] = add(modes[m], m == 2 ? "blocking" : "epoll", 10 * wall[m], 12);
        latency(first[m], p50[m] * MS, p99[m] * MS);
        EACH(first[m], latency_p90_ns, p90[m] * MS);
        EACH(first[m], latency_p999_ns, p999[m] * MS);
        EACH(first[m], latency_max_ns, max[m] * MS);
    }
    soonest("p99", "thread", 8 * MS, "coroutine", 9 * MS);
    /* One that too few requests bound in one cell compares no cells. */
    EACH(first[1], latency_p99_ns, FIGURE_UNKNOWN);
    soonest("p50", "coroutine", 2 * MS, "event", 3 * MS);
    /* What has no requests that came out ok has no say. */
    EACH(first[1], status, STATUS_FAILED);
    soonest("p99", "thread", 8 * MS, "coroutine", 9 * MS);
    /* A median: of seven repetitions three may be as slow as they like. */
    for (size_t r = 0; r < 3; r++)
        first[2][r].latency_p99_ns = 90 * MS;
    soonest("p99", "thread", 8 * MS, "coroutine", 9 * MS);
    first[2][3].latency_p99_ns = 90 * MS;
    soonest("p99", "coroutine", 9 * MS, "thread", 90 * MS);
}

static void an_open_loop_without_latencies(void **state)
{
    (void)state;
    latency(add("coroutine", "epoll", 4000, 12), FIGURE_UNKNOWN, FIGURE_UNKNOWN);
    latency(add("event", "epoll", 4200, 12), FIGURE_UNKNOWN, FIGURE_UNKNOWN);
    print();
    has(text, "  No winner by wall time, which the rate of the arrivals sets\n");
}

static void the_wall_chart_of_open_loops(void **state)
{
    (void)state;
    latency(add("coroutine", "epoll", 4000, 12), 2 * MS, 7 * MS);
    latency(add("event", "epoll", 4200, 12), 3 * MS, 5 * MS);
    char *csv = chart(&rows, &chart_wall);
    has(csv, "figure,1,0,tcp: lowest p99 latency 5.00 ms (event),");
    has(csv, "group,1,0,tcp: lowest p99 latency 5.00 ms (event),");
    has_not(csv, ",winner,");
    free(csv);
    EACH(add("coroutine", "epoll", 4000, 12), rate, 100);
    EACH(add("event", "epoll", 4200, 12), rate, 100);
    csv = chart(&rows, &chart_wall);
    has(csv, "figure,2,0,No winner by wall time; the rate of the arrivals sets it,");
    free(csv);
    add("coroutine", "epoll", 4000, 12);
    add("event", "epoll", 4200, 12);
    csv = chart(&rows, &chart_wall);
    has(csv, "figure,3,0,tcp closed loop: coroutine 1.05x faster than event,");
    free(csv);
    EACH(add("coroutine", "epoll", 4000, 12), tasks, 7);
    EACH(add("event", "epoll", 4200, 12), tasks, 7);
    csv = chart(&rows, &chart_wall);
    has(csv, "figure,4,0,coroutine wins all 2 closed-loop cases: up to 1.05x faster than event "
             "(tcp 7 tasks closed loop),");
    free(csv);
}

/* --- the chart --- */

/* What scripts/fit.gp sets on two lines in the first of their sizes. */
enum { HEADLINE = 140, PANEL = 100 };

static void titles_fit(const char *csv)
{
    for (const char *line = csv; *line; line += strcspn(line, "\n") + 1) {
        const bool figure = strncmp(line, "figure,1,0,", 11) == 0;
        const char *name = figure ? line + 11 : line + strlen("group,1,0,");
        if (!figure && strncmp(line, "group,", 6) != 0)
            continue;
        if ((int)strcspn(name, ",") > (figure ? HEADLINE : PANEL))
            fail_msg("cut off: %.*s", (int)strcspn(name, ","), name);
    }
}

/* Of tasks and of requests; none, one or both ways of writing it ahead. */
static void headlines_are_whole(void **state)
{
    static const char *const waits[] = {"epoll", "poll"};
    (void)state;
    for (uint64_t kind = 0; kind < 9; kind++) {
        rows.count = 0;
        for (size_t i = 0; i < 4; i++) {
            const uint64_t share = i % 2 ? kind % 3 : kind / 3;
            struct timing *event = add("event", waits[i % 2], 400, 100 + 50 * share);
            struct timing *coroutine = add("coroutine", waits[i % 2], 400, 150);
            if (i > 1) {
                EACH(event, workload, "process-io");
                EACH(coroutine, workload, "process-io");
                EACH(event, requests, FIGURE_OFF);
                EACH(coroutine, requests, FIGURE_OFF);
            }
        }
        char *csv = chart(&rows, &chart_callbacks);
        titles_fit(csv);
        free(csv);
    }
    rows.count = 0;
    shares(add("event", "epoll", 400, 1000), (const uint64_t[RUNS]){86, 99, 90, 99, 92, 99, 99});
    add("coroutine", "epoll", 400, 1000);
    char *csv = chart(&rows, &chart_callbacks);
    has(csv, "figure,1,0,Call-backs need less CPU per request than coroutines; perhaps by under "
             "2%,");
    titles_fit(csv);
    free(csv);
}

static void the_chart_of_one_pair(void **state)
{
    (void)state;
    add("event", "epoll", 400, 10);
    add("coroutine", "epoll", 400, 20);
    char *csv = chart(&rows, &chart_callbacks);
    rectangular(csv);
    has(csv, "kind,group,place,name,note,role,cpu_ns,low_ns,high_ns,ideal_ns,ratio\n");
    has(csv, "figure,1,0,Call-backs need 50.0% less CPU per request than coroutines,unit-2026");
    has(csv, "group,1,0,tcp: call-backs need 0.50x the CPU,200 tasks of rounds=1000,-,NaN,");
    has(csv, "cell,1,1,event/epoll,10.3 us,event,10300,10000,10600,NaN,0.5\n");
    has(csv, "cell,1,2,coroutine/epoll,20.6 us,coroutine,20600,20000,21200,NaN,NaN\n");
    has(csv, "run,1,1,event/epoll,-,-,10000,NaN,NaN,NaN,NaN\n");
    free(csv);
    gather();
    assert_null(missing(&chart_callbacks, &table));
}

static void the_chart_of_several(void **state)
{
    (void)state;
    add("event", "epoll", 400, 10);
    add("coroutine", "epoll", 400, 20);
    add("event", "select", 400, 10);
    add("coroutine", "select", 400, 10);
    open_loop(add("event", "poll", 400, 10), 5000, "poisson");
    open_loop(add("coroutine", "poll", 400, 20), 5000, "poisson");
    char *csv = chart(&rows, &chart_callbacks);
    rectangular(csv);
    has(csv,
        "figure,2,0,Call-backs need less CPU than coroutines in 2 of 3 pairs (down to 0.50x),");
    has(csv,
        "group,1,0,tcp 5000/s: call-backs need 0.50x the CPU,200 tasks of rounds=1000 at 5000/s "
        "poisson,");
    has(csv, "group,2,0,tcp closed loop: call-backs need less in 1 of 2,200 tasks of rounds=1000,");
    has(csv, "cell,2,1,event/epoll,");
    has(csv, "cell,2,4,event/select,");
    has(csv, "cell,2,5,coroutine/select,");
    free(csv);
}

static void an_undecided_pair_has_no_ratio(void **state)
{
    (void)state;
    shares(add("event", "epoll", 400, 1000), (const uint64_t[RUNS]){80, 120, 90, 110, 70, 130, 99});
    add("coroutine", "epoll", 400, 1000);
    char *csv = chart(&rows, &chart_callbacks);
    rectangular(csv);
    has(csv, ",NaN,n.s.\n");
    free(csv);
}

static void a_chart_needs_both(void **state)
{
    (void)state;
    add("event", "epoll", 400, 10);
    gather();
    has(missing(&chart_callbacks, &table), "--mode coroutine,event");
    add("coroutine", "select", 400, 10);
    gather();
    has(missing(&chart_callbacks, &table), "under the same --wait");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(figures_are_medians_over_repetitions),
        TEST(what_is_unknown_stays_unknown),
        TEST(invocations_count_as_one_each),
        TEST(a_task_stands_in_for_a_request),
        TEST(a_rate_is_kept_or_not),
        TEST(numbers_are_grouped),
        TEST(a_closed_loop_as_it_is_printed),
        TEST(an_open_loop_as_it_is_printed),
        TEST(one_cell_needs_no_name),
        TEST(few_requests_are_not_stretched),
        TEST(long_names_fit_the_page),
        TEST(without_requests_nothing_is_said),
        TEST(a_finding_in_each_case),
        TEST(less_but_perhaps_too_little_to_count),
        TEST(less_but_perhaps_by_chance),
        TEST(noise_is_no_finding),
        TEST(few_runs_are_no_finding),
        TEST(only_likes_are_paired),
        TEST(waits_and_stacks_are_named_where_there_are_several),
        TEST(an_open_loop_has_no_winner_by_wall_time),
        TEST(the_soonest_is_by_p99_or_else_by_p50),
        TEST(an_open_loop_without_latencies),
        TEST(the_wall_chart_of_open_loops),
        TEST(headlines_are_whole),
        TEST(the_chart_of_one_pair),
        TEST(the_chart_of_several),
        TEST(an_undecided_pair_has_no_ratio),
        TEST(a_chart_needs_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
