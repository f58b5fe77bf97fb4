/* What holds for every claim, and how conditions are judged. */
#include "tests/unit/claim_rows.h"

/* Whatever a check looks at: where nothing was measured, nothing is said to hold. */
static void every_claim(void (*spoil)(void), const char *word)
{
    for (size_t i = 0; notes_claims[i]; i++) {
        claim_start(notes_claims[i]->id);
        spoil();
        const struct finding finding = claim_judge();
        if (finding.verdict == CLAIM_HOLDS || !strstr(finding.reason, word))
            fail_msg("%s: %s: %s | %s", notes_claims[i]->id, claim_verdicts[finding.verdict],
                     finding.measured, finding.reason);
    }
}

static void end_all(enum status status, const char *reason)
{
    for (size_t i = 0; i < claim_rows.count; i++) {
        claim_rows.row[i].status = status;
        claim_rows.row[i].reason = reason;
    }
}

static void no_rows(void)
{
    claim_rows.count = 0;
}

static void unsupported(void)
{
    end_all(STATUS_UNSUPPORTED, "no such system call");
}

static void skipped(void)
{
    end_all(STATUS_SKIPPED, "kernel.pid_max is 32768");
}

static void crashed(void)
{
    end_all(STATUS_CRASHED, "killed by signal 11");
}

static void wrong(void)
{
    end_all(STATUS_WRONG_RESULT, "task 3: checksum");
}

/* One bad repetition throws doubt on the others. */
static void once_wrong(void)
{
    for (size_t i = 0; i < claim_rows.count; i++)
        if (claim_rows.row[i].block == 3) {
            claim_rows.row[i].status = STATUS_WRONG_RESULT;
            claim_rows.row[i].reason = "task 3: checksum";
        }
}

static void interrupted(void)
{
    end_all(STATUS_INTERRUPTED, "a signal");
}

static void test_nothing_holds_without_rows(void **state)
{
    (void)state;
    every_claim(no_rows, "was not run");
}

static void test_nothing_holds_that_cannot_run(void **state)
{
    (void)state;
    every_claim(unsupported, "no such system call");
    every_claim(skipped, "kernel.pid_max is 32768");
}

static void test_nothing_holds_of_failed_repetitions(void **state)
{
    (void)state;
    every_claim(crashed, "killed by signal 11");
    every_claim(wrong, "task 3: checksum");
    every_claim(once_wrong, "task 3: checksum");
    every_claim(interrupted, "");
}

/* But for what this kernel lacks. */
static void assert_can_run(const char *id, const struct cell *cell)
{
    const bool missing = cell->wait->unavailable && cell->wait->unavailable();
    if (cell->unsupported && !missing)
        fail_msg("%s: %s %s: %s", id, cell->workload->name, cell->mode->name, cell->unsupported);
}

static void test_claims_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; notes_claims[i]; i++) {
        struct topology_counts counts = claim_machine;
        struct error err;
        assert_non_null(notes_claims[i]->check);
        assert_non_null(notes_claims[i]->scenes[0].words);
        for (size_t s = 0; s < SCENES_MAX && notes_claims[i]->scenes[s].words; s++)
            for (int full = 0; full < 2; full++) {
                struct plan plan;
                if (scene_plan(&notes_claims[i]->scenes[s], full, &counts, &plan, &err) != 0)
                    fail_msg("%s: %s", notes_claims[i]->id, err.text);
                assert_true(plan.count > 0);
                for (size_t c = 0; c < plan.count; c++)
                    assert_can_run(notes_claims[i]->id, &plan.cells[c]);
                plan_free(&plan);
            }
    }
}

/* --- how a condition is judged, on C24: busy polling keeps 0.8 CPUs busy at the least --- */

#define BUSY   WAY(.mode = "coroutine", .wait = "nonblock")
#define ASLEEP WAY(.mode = "coroutine", .wait = "epoll")

static void start_c24(void)
{
    claim_start("C24");
    PUT(BUSY, user_ns, 100e6);
    PUT(BUSY, sys_ns, 0);
    PUT(ASLEEP, user_ns, 1e6);
    PUT(ASLEEP, sys_ns, 0);
}

static void test_a_condition_seen_to_be_true(void **state)
{
    (void)state;
    start_c24();
    claim_holds();
}

static void test_a_condition_seen_to_be_false(void **state)
{
    (void)state;
    start_c24();
    PUT(BUSY, user_ns, 50e6);
    claim_assert(CLAIM_FAILS, "is not at least 0.80");
    start_c24();
    PUT(ASLEEP, user_ns, 50e6);
    claim_assert(CLAIM_FAILS, "is not at most 0.20");
}

static void test_a_condition_that_cannot_be_told(void **state)
{
    (void)state;
    start_c24();
    SCATTER(BUSY, user_ns, 80e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told from 0.80");
    SCATTER(BUSY, user_ns, 120e6);
    claim_assert(CLAIM_UNTESTED, "runs would settle it");
}

static void test_too_few_runs_show_nothing(void **state)
{
    (void)state;
    start_c24();
    for (size_t i = 0; i < claim_rows.count; i++)
        if (claim_rows.row[i].block > 6)
            claim_rows.row[i].status = STATUS_INTERRUPTED;
    claim_assert(CLAIM_UNTESTED, "5 measured runs: it takes 6");
}

static void test_an_unknown_figure(void **state)
{
    (void)state;
    start_c24();
    struct timing *row;
    for (size_t n = 0; (row = claim_row(BUSY, n)) != NULL; n++)
        row->user_ns = FIGURE_UNKNOWN;
    claim_assert(CLAIM_UNTESTED, "0 measured runs");
}

static void test_false_outweighs_unknown(void **state)
{
    (void)state;
    start_c24();
    claim_ends(BUSY, STATUS_CRASHED, "killed");
    PUT(ASLEEP, user_ns, 90e6);
    claim_assert(CLAIM_FAILS, "is not at most 0.20");
}

/* Equal figures of two conditions are both told, one reason of both once. */
static void test_figures_and_reasons_that_are_equal(void **state)
{
    (void)state;
    claim_start("C23");
    struct finding finding = claim_judge();
    const char *first = strstr(finding.measured, "memory 1.00");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "memory 1.00"));
    PUT(WAY(.mode = "coroutine"), wall_ns, 200e6);
    claim_ends(WAY(.mode = "process"), STATUS_CRASHED, "killed");
    finding = claim_judge();
    first = strstr(finding.reason, "killed");
    assert_non_null(first);
    assert_null(strstr(first + 1, "killed"));
}

static void test_a_busy_machine_refutes_nothing(void **state)
{
    (void)state;
    start_c24();
    PUT(BUSY, user_ns, 50e6);
    PUT(BUSY, others_ns, 30e6); /* of 2 x 100 ms */
    claim_assert(CLAIM_FAILS, "is not at least 0.80");
    PUT(BUSY, others_ns, 50e6);
    claim_assert(CLAIM_UNTESTED, "other programs had 25% of the CPUs");
    PUT(BUSY, others_ns, 30e6);
    PUT(BUSY, steal_ns, 20e6);
    claim_assert(CLAIM_UNTESTED, "other programs had 25% of the CPUs");
    PUT(BUSY, user_ns, 100e6);
    claim_holds(); /* all the more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_holds_without_rows),
        cmocka_unit_test(test_nothing_holds_that_cannot_run),
        cmocka_unit_test(test_nothing_holds_of_failed_repetitions),
        cmocka_unit_test(test_claims_are_whole),
        cmocka_unit_test(test_a_condition_seen_to_be_true),
        cmocka_unit_test(test_a_condition_seen_to_be_false),
        cmocka_unit_test(test_a_condition_that_cannot_be_told),
        cmocka_unit_test(test_too_few_runs_show_nothing),
        cmocka_unit_test(test_an_unknown_figure),
        cmocka_unit_test(test_false_outweighs_unknown),
        cmocka_unit_test(test_figures_and_reasons_that_are_equal),
        cmocka_unit_test(test_a_busy_machine_refutes_nothing),
    };
    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
