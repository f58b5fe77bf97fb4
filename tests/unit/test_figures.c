#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/repetition/figures.h"
#include "bench/util/mix.h"

enum { MOST = 64, REQUESTS = 8000 };

static uint64_t expected(const void *state, uint64_t index)
{
    return *(const uint64_t *)state + index * index;
}

static const uint64_t base = 1000;
static const struct workload squares = {.name = "squares", .expected = expected};

struct fixture {
    struct shared shared;
    struct task_record tasks[MOST];
    struct worker_record workers[MOST];
    struct job job;
    struct report report;
};

/* `count` tasks that ended well, task i queued at 90, alive from 100 to 100 + 10 * (i + 1). */
static struct fixture *fixture_of(uint64_t count)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    f.job = (struct job){.shared = &f.shared,
                         .workload = &squares,
                         .state = &base,
                         .task_count = count,
                         .worker_count = 1,
                         .tasks = f.tasks,
                         .workers = f.workers,
                         .status = STATUS_FAILED};
    f.shared.worker_slots = 1;
    for (uint64_t i = 0; i < count; i++) {
        f.tasks[i].queued_ns = 90;
        f.tasks[i].start_ns = 100;
        f.tasks[i].end_ns = 100 + 10 * (i + 1);
        f.tasks[i].checksum = base + i * i;
        atomic_store(&f.tasks[i].state, TASK_ENDED);
    }
    return &f;
}

static void verify(struct fixture *f, enum status status, const char *task, const char *word)
{
    assert_int_equal(figures_verify(&f->job), status);
    if (!strstr(f->job.err.text, task) || !strstr(f->job.err.text, word)) {
        fail_msg("'%s' and '%s' are not in: %s", task, word, f->job.err.text);
    }
}

/* --- verification --- */

static void right_results_pass(void **state)
{
    (void)state;
    verify(fixture_of(20), STATUS_OK, "", "");
}

static void the_first_wrong_checksum_is_named(void **state)
{
    struct fixture *f = fixture_of(20);
    (void)state;
    f->tasks[17].checksum++;
    f->tasks[5].checksum = 0xabcdef;
    verify(f, STATUS_WRONG_RESULT, "task 5:", "0000000000abcdef");
    verify(f, STATUS_WRONG_RESULT, "expected", "0000000000000401"); /* 1000 + 25 */
}

static void checksums_belong_to_their_own_task(void **state)
{
    struct fixture *f = fixture_of(3);
    (void)state;
    uint64_t kept = f->tasks[1].checksum;
    f->tasks[1].checksum = f->tasks[2].checksum;
    f->tasks[2].checksum = kept;
    verify(f, STATUS_WRONG_RESULT, "task 1:", "checksum");
}

static void a_failed_call_is_told_before_a_wrong_checksum(void **state)
{
    struct fixture *f = fixture_of(20);
    (void)state;
    f->tasks[2].checksum++;
    f->tasks[9].error = -ENOSPC;
    f->tasks[11].error = -EIO;
    verify(f, STATUS_FAILED, "task 9:", strerror(ENOSPC));
}

static void a_task_that_never_ended_is_a_failure(void **state)
{
    struct fixture *f = fixture_of(20);
    (void)state;
    atomic_store(&f->tasks[13].state, TASK_STARTED);
    verify(f, STATUS_FAILED, "task 13", "never ended");
    atomic_store(&f->tasks[4].state, TASK_WAITING);
    verify(f, STATUS_FAILED, "task 4", "never ended");
    atomic_store(&f->tasks[19].state, TASK_WAITING);
    f->tasks[3].error = -EIO;
    verify(f, STATUS_FAILED, "task 3", strerror(EIO));
}

/* --- the last end --- */

static void the_last_end_counts_ended_tasks_only(void **state)
{
    struct fixture *f = fixture_of(5);
    (void)state;
    f->tasks[1].end_ns = 777;
    assert_int_equal(figures_last_end(&f->job, 5), 777);
    atomic_store(&f->tasks[1].state, TASK_STARTED);
    assert_int_equal(figures_last_end(&f->job, 5), 150);
    for (size_t i = 0; i < 5; i++) {
        atomic_store(&f->tasks[i].state, TASK_WAITING);
    }
    assert_int_equal(figures_last_end(&f->job, 5), 5);
}

/* --- alive at once --- */

/* By the definition: at some task's start, how many have started and not yet ended? */
static uint64_t reference_peak(const struct fixture *f)
{
    uint64_t peak = 1, n = f->job.task_count;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = f->tasks[i].start_ns, alive = 0;
        for (uint64_t j = 0; j < n; j++) {
            alive += f->tasks[j].start_ns <= at && at < f->tasks[j].end_ns;
        }
        peak = alive > peak ? alive : peak;
    }
    return peak;
}

static void the_peak_of_random_lives_is_right(void **state)
{
    uint64_t random = 42, seen[MOST + 1] = {0};
    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct fixture *f = fixture_of(1 + mix_below(&random, MOST));
        uint64_t span = 1 + mix_below(&random, 200), longest = 1 + mix_below(&random, 100);
        for (uint64_t i = 0; i < f->job.task_count; i++) {
            f->tasks[i].start_ns = 1000 + mix_below(&random, span);
            f->tasks[i].end_ns = f->tasks[i].start_ns + mix_below(&random, longest); /* 0, too */
        }
        uint64_t right = reference_peak(f);
        figures_fill(&f->job, false, &f->report);
        assert_int_equal(f->report.peak_alive, right);
        seen[right]++;
    }
    assert_true(seen[1] > 0 && seen[2] > 0 && seen[40] > 0);
}

static void a_chain_of_tasks_is_one_alive(void **state)
{
    struct fixture *f = fixture_of(10);
    (void)state;
    for (uint64_t i = 0; i < 10; i++) { /* in no order, each starting as another ends */
        uint64_t place = (i * 7) % 10;
        f->tasks[i].start_ns = 100 + place * 10;
        f->tasks[i].end_ns = 110 + place * 10;
    }
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.peak_alive, 1);
    f->tasks[0].end_ns++;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.peak_alive, 2);
}

/* --- sums --- */

static void the_longest_task_and_the_checksum_of_all(void **state)
{
    struct fixture *f = fixture_of(4);
    (void)state;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.longest_task_ns, 40);
    uint64_t all = f->report.checksum;

    f->tasks[2].end_ns = 900;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.longest_task_ns, 800);
    assert_int_equal(f->report.checksum, all); /* the work's, not the run's */

    for (size_t i = 0; i < 4; i++) { /* each task counts */
        f->tasks[i].checksum ^= 1;
        figures_fill(&f->job, false, &f->report);
        assert_int_not_equal(f->report.checksum, all);
        f->tasks[i].checksum ^= 1;
    }
    f->tasks[0].checksum = base + 1; /* and which task had which */
    f->tasks[1].checksum = base;
    figures_fill(&f->job, false, &f->report);
    assert_int_not_equal(f->report.checksum, all);
}

static void set_worker(struct fixture *f, size_t slot, uint64_t running, uint64_t ready)
{
    f->workers[slot].lives = f->workers[slot].split_known = 1;
    f->workers[slot].running_ns = running;
    f->workers[slot].ready_ns = ready;
}

static void check_split(const struct fixture *f, uint64_t running, uint64_t ready, uint64_t blocked)
{
    assert_int_equal(f->report.running_ns, running);
    assert_int_equal(f->report.ready_ns, ready);
    assert_int_equal(f->report.blocked_ns, blocked);
}

static void the_split_adds_up_to_the_tasks_time(void **state)
{
    struct fixture *f = fixture_of(4); /* 10 + 20 + 30 + 40 */
    (void)state;
    f->shared.worker_slots = 3; /* the third was never used */
    set_worker(f, 0, 30, 5);
    set_worker(f, 1, 20, 7);
    figures_fill(&f->job, false, &f->report);
    check_split(f, 50, 12, 38);
    figures_fill(&f->job, true, &f->report); /* 10 more before each start */
    check_split(f, 50, 12, 78);
}

static void the_split_stays_within_the_tasks_time(void **state)
{
    struct fixture *f = fixture_of(4);
    (void)state;
    set_worker(f, 0, 90, 50);
    figures_fill(&f->job, false, &f->report);
    check_split(f, 90, 10, 0);
    set_worker(f, 0, 190, 50);
    figures_fill(&f->job, false, &f->report);
    check_split(f, 100, 0, 0);
}

static void one_life_that_was_not_read_makes_the_split_unknown(void **state)
{
    struct fixture *f = fixture_of(4);
    (void)state;
    f->shared.worker_slots = 2;
    set_worker(f, 0, 30, 5);
    set_worker(f, 1, 20, 7);
    f->workers[1].lives = 2;
    figures_fill(&f->job, false, &f->report);
    assert_true(f->report.running_ns == FIGURE_UNKNOWN);
    assert_true(f->report.ready_ns == FIGURE_UNKNOWN);
    assert_true(f->report.blocked_ns == FIGURE_UNKNOWN);
    assert_int_equal(f->report.longest_task_ns, 40); /* what is known stays */
}

/* Of a worker that runs many tasks at once, only the running is known. */
static void the_split_of_a_wide_worker_is_unknown_but_for_running(void **state)
{
    struct fixture *f = fixture_of(4);
    (void)state;
    set_worker(f, 0, 30, 5);
    f->shared.request.width = 2;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.running_ns, 30);
    assert_true(f->report.ready_ns == FIGURE_UNKNOWN);
    assert_true(f->report.blocked_ns == FIGURE_UNKNOWN);
    f->job.threads = 2; /* each with a record of its own */
    figures_fill(&f->job, false, &f->report);
    check_split(f, 30, 5, 65);
}

/* --- the workload's own verdict --- */

static int verdict; /* of verify() */
static const char *verdict_text;
static unsigned asked;

static int verify_own(const void *state, struct error *err)
{
    (void)state;
    asked++;
    return verdict_text ? error_set(err, verdict, "%s", verdict_text) : verdict;
}

static const struct workload verified = {
    .name = "verified", .expected = expected, .verify = verify_own};

static void the_workload_has_a_say(void **state)
{
    struct fixture *f = fixture_of(4);
    (void)state;
    f->job.workload = &verified;
    verdict = 0;
    verdict_text = NULL;
    asked = 0;
    verify(f, STATUS_OK, "", "");
    assert_int_equal(asked, 1);
    verdict = -EBADMSG;
    verdict_text = "client 3: byte 17 is 'x'";
    verify(f, STATUS_WRONG_RESULT, "client 3", "byte 17");
    verdict = -ETIMEDOUT;
    verdict_text = "the clients never came to an end";
    verify(f, STATUS_FAILED, "clients", "never");
    verdict_text = NULL; /* where it says nothing, the name and the error stand in */
    verify(f, STATUS_FAILED, "verified", strerror(ETIMEDOUT));
    f->tasks[2].checksum++; /* what the workload says is more than that a checksum is wrong */
    verify(f, STATUS_FAILED, "verified", strerror(ETIMEDOUT));
    verdict = 0;
    verify(f, STATUS_WRONG_RESULT, "task 2:", "checksum");
    asked = 0;
    f->tasks[1].error = -ENOSPC; /* a failed task is enough */
    verify(f, STATUS_FAILED, "task 1:", strerror(ENOSPC));
    assert_int_equal(asked, 0);
}

/* --- requests --- */

static struct request_times served[REQUESTS];
static uint64_t served_count;

static const struct request_times *requests_own(const void *state, uint64_t *count)
{
    (void)state;
    *count = served_count;
    return served;
}

static const struct workload server = {
    .name = "server", .expected = expected, .requests = requests_own};

/* Requests with the latencies 1 .. n in a shuffled order, a third of each before the sending. */
static struct fixture *fixture_of_requests(uint64_t n)
{
    struct fixture *f = fixture_of(1);
    uint64_t random = n;
    f->job.workload = &server;
    f->job.status = STATUS_OK;
    f->shared.request.rate = 1000;
    served_count = n;
    for (uint64_t i = 0; i < n; i++) {
        served[i] = (struct request_times){1000, 1000 + (i + 1) / 3, 1000 + i + 1};
    }
    for (uint64_t i = n; i > 1; i--) {
        const uint64_t other = mix_below(&random, i);
        const struct request_times kept = served[i - 1];
        served[i - 1] = served[other];
        served[other] = kept;
    }
    return f;
}

static void check_latency(const struct latency *latency, uint64_t p50, uint64_t p90, uint64_t p99,
                          uint64_t p999, uint64_t max)
{
    assert_int_equal(latency->p50_ns, p50);
    assert_int_equal(latency->p90_ns, p90);
    assert_int_equal(latency->p99_ns, p99);
    assert_int_equal(latency->p999_ns, p999);
    assert_int_equal(latency->max_ns, max);
}

static void without_requests_their_figures_are_off(void **state)
{
    struct fixture *f = fixture_of(4);
    const uint64_t off = FIGURE_OFF;
    (void)state;
    figures_fill(&f->job, false, &f->report);
    assert_true(f->report.requests == off);
    check_latency(&f->report.latency, off, off, off, off, off);
    check_latency(&f->report.queue, off, off, off, off, off);
    check_latency(&f->report.service, off, off, off, off, off);
    fixture_of_requests(50);
    f->job.status = STATUS_WRONG_RESULT; /* then they are not complete */
    figures_fill(&f->job, false, &f->report);
    assert_true(f->report.requests == off);
    f->job.status = STATUS_OK;
    for (size_t i = 0; i < 50; i++) {
        served[i].done_ns = 0;
    }
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.requests, 0);
    check_latency(&f->report.latency, off, off, off, off, off);
}

static void percentiles_are_the_nearest_rank(void **state)
{
    struct fixture *f = fixture_of_requests(4000);
    (void)state;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.requests, 4000);
    check_latency(&f->report.latency, 2000, 3600, 3960, 3996, 4000);
    check_latency(&f->report.queue, 666, 1200, 1320, 1332, 1333);
    check_latency(&f->report.service, 1334, 2400, 2640, 2664, 2667);
    f = fixture_of_requests(3689); /* shares that come to no whole number: rounded up */
    figures_fill(&f->job, false, &f->report);
    check_latency(&f->report.latency, 1845, 3321, 3653, 3686, 3689);
}

/* A percentile needs so many requests that the largest is above it in 97.5% of all samples. */
static void percentiles_need_their_number_of_requests(void **state)
{
    static const struct {
        uint64_t n;
        int known;
    } cases[] = {{1, 0},   {5, 0},   {6, 1},    {35, 1},  {36, 2},
                 {367, 2}, {368, 3}, {3687, 3}, {3688, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = fixture_of_requests(cases[i].n);
        figures_fill(&f->job, false, &f->report);
        const struct latency *latency = &f->report.latency;
        const uint64_t told[] = {latency->p50_ns, latency->p90_ns, latency->p99_ns,
                                 latency->p999_ns};
        for (int q = 0; q < 4; q++) {
            assert_int_equal(told[q] != FIGURE_UNKNOWN, q < cases[i].known);
        }
        assert_int_equal(latency->max_ns, cases[i].n);
        assert_int_equal(f->report.requests, cases[i].n);
    }
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Against sorting, with many equal values, few, and orders that are none. */
static void percentiles_of_any_order_are_right(void **state)
{
    static const uint64_t spans[] = {1, 2, 10, 1000, UINT64_C(1) << 40};
    static uint64_t sorted[REQUESTS];
    uint64_t random = 5;
    (void)state;
    for (int round = 0; round < 200; round++) {
        const uint64_t n = 3688 + mix_below(&random, REQUESTS - 3688), span = spans[round % 5];
        struct fixture *f = fixture_of_requests(n);
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t value = round % 3 == 0   ? mix_below(&random, span)
                                   : round % 3 == 1 ? i % span
                                                    : (n - i) % span;
            served[i] = (struct request_times){500, 500, 500 + value};
            sorted[i] = value;
        }
        qsort(sorted, n, sizeof *sorted, by_number);
        figures_fill(&f->job, false, &f->report);
        check_latency(&f->report.latency, sorted[(n + 1) / 2 - 1], sorted[(n * 9 + 9) / 10 - 1],
                      sorted[(n * 99 + 99) / 100 - 1], sorted[(n * 999 + 999) / 1000 - 1],
                      sorted[n - 1]);
        check_latency(&f->report.queue, 0, 0, 0, 0, 0);
    }
}

static void a_closed_loop_has_no_queue(void **state)
{
    struct fixture *f = fixture_of_requests(100);
    (void)state;
    f->shared.request.rate = 0;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.latency.max_ns, 100);
    assert_true(f->report.queue.p50_ns == FIGURE_OFF && f->report.queue.max_ns == FIGURE_OFF);
    assert_int_equal(f->report.service.max_ns, 67);
}

static void unanswered_requests_do_not_count(void **state)
{
    struct fixture *f = fixture_of_requests(40);
    (void)state;
    for (size_t i = 0; i < 40; i++) {
        if (served[i].done_ns == 1040 || served[i].done_ns == 1039) {
            served[i].done_ns = 0;
        }
    }
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.requests, 38);
    assert_int_equal(f->report.latency.max_ns, 38);
}

static void paced_tasks_are_requests(void **state)
{
    struct fixture *f = fixture_of(40); /* queued at 90, from 100 to 100 + 10 * (i + 1) */
    (void)state;
    f->shared.request.paced = true;
    f->shared.request.rate = 5;
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.requests, 40);
    check_latency(&f->report.latency, 210, 370, FIGURE_UNKNOWN, FIGURE_UNKNOWN, 410);
    check_latency(&f->report.queue, 10, 10, FIGURE_UNKNOWN, FIGURE_UNKNOWN, 10);
    check_latency(&f->report.service, 200, 360, FIGURE_UNKNOWN, FIGURE_UNKNOWN, 400);
    f->tasks[7].queued_ns = 130; /* a clock that was read a moment before its arrival */
    figures_fill(&f->job, false, &f->report);
    assert_int_equal(f->report.queue.max_ns, 10);
}

/* A task that is paced arrives long before a worker is made for it: not that worker's time. */
static void the_split_of_paced_tasks_begins_with_them(void **state)
{
    struct fixture *f = fixture_of(4); /* 10 + 20 + 30 + 40 */
    (void)state;
    set_worker(f, 0, 30, 5);
    f->shared.request.paced = true;
    figures_fill(&f->job, true, &f->report);
    check_split(f, 30, 5, 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_results_pass),
        cmocka_unit_test(the_first_wrong_checksum_is_named),
        cmocka_unit_test(checksums_belong_to_their_own_task),
        cmocka_unit_test(a_failed_call_is_told_before_a_wrong_checksum),
        cmocka_unit_test(a_task_that_never_ended_is_a_failure),
        cmocka_unit_test(the_last_end_counts_ended_tasks_only),
        cmocka_unit_test(the_peak_of_random_lives_is_right),
        cmocka_unit_test(a_chain_of_tasks_is_one_alive),
        cmocka_unit_test(the_longest_task_and_the_checksum_of_all),
        cmocka_unit_test(the_split_adds_up_to_the_tasks_time),
        cmocka_unit_test(the_split_stays_within_the_tasks_time),
        cmocka_unit_test(one_life_that_was_not_read_makes_the_split_unknown),
        cmocka_unit_test(the_split_of_a_wide_worker_is_unknown_but_for_running),
        cmocka_unit_test(the_workload_has_a_say),
        cmocka_unit_test(without_requests_their_figures_are_off),
        cmocka_unit_test(percentiles_are_the_nearest_rank),
        cmocka_unit_test(percentiles_need_their_number_of_requests),
        cmocka_unit_test(percentiles_of_any_order_are_right),
        cmocka_unit_test(a_closed_loop_has_no_queue),
        cmocka_unit_test(unanswered_requests_do_not_count),
        cmocka_unit_test(paced_tasks_are_requests),
        cmocka_unit_test(the_split_of_paced_tasks_begins_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
