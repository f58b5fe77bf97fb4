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

enum { MOST = 64 };

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
