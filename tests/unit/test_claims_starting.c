/* The teaching notes' claims about starting threads and processes: each seen to hold, to fail, and
 * to stay open. */
#include "tests/unit/claim_rows.h"

#define THREAD  WAY(.mode = "thread")
#define PROCESS WAY(.mode = "process")

/* --- C6: who sees a write --- */

static void start_c6(void)
{
    claim_start("C6");
    PUT(THREAD, visible_writes, 8);
    PUT(PROCESS, visible_writes, 0);
}

static void test_c6(void **state)
{
    (void)state;
    start_c6();
    claim_holds();
    claim_row(PROCESS, 5)->visible_writes = 1; /* once is enough */
    claim_assert(CLAIM_FAILS, "processes' is more than 0");
    start_c6();
    PUT(PROCESS, visible_writes, 8); /* a process mode that makes threads */
    claim_assert(CLAIM_FAILS, "processes' is more than 0");
    start_c6();
    PUT(THREAD, visible_writes, 7);
    claim_assert(CLAIM_FAILS, "threads' is less than 8");
    start_c6();
    for (size_t n = 0; claim_row(THREAD, n); n++)
        claim_row(THREAD, n)->visible_writes = FIGURE_OFF;
    claim_assert(CLAIM_UNTESTED, "is unknown");
}

/* --- C7: the workload looks by itself --- */

static void test_c7(void **state)
{
    (void)state;
    claim_start("C7");
    claim_holds();
    claim_ends(THREAD, STATUS_WRONG_RESULT, "the child of task 0 was no zombie");
    claim_assert(CLAIM_FAILS, "was no zombie");
    claim_start("C7");
    claim_ends(THREAD, STATUS_FAILED, "/proc, which is not mounted here");
    claim_assert(CLAIM_UNTESTED, "not mounted here");
}

/* --- C10: what starting costs --- */

#define ONE_THREAD  WAY(.mode = "thread", .scene = 1)
#define ONE_PROCESS WAY(.mode = "process", .scene = 1)

static void start_c10(void)
{
    claim_start("C10");
    PUT(THREAD, spawn_ns, 8e6);
    PUT(PROCESS, spawn_ns, 30e6);
    PUT(ONE_THREAD, wall_ns, 5e6);
    PUT(ONE_PROCESS, wall_ns, 25e6);
}

static void test_c10(void **state)
{
    (void)state;
    start_c10();
    claim_holds();
    PUT(PROCESS, spawn_ns, 8e6); /* a process mode that makes threads */
    claim_assert(CLAIM_FAILS, "is not at least 1.50");
    start_c10();
    PUT(ONE_PROCESS, wall_ns, 5e6);
    claim_assert(CLAIM_FAILS, "one by one is not at least 2.00");
    start_c10();
    SCATTER(ONE_PROCESS, wall_ns, 10e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    start_c10();
    claim_ends(PROCESS, STATUS_UNSUPPORTED, "no fork");
    claim_assert(CLAIM_UNTESTED, "no fork");
}

/* --- C13: waiting in many --- */

static void start_c13(void)
{
    claim_start("C13");
    PUT(THREAD, wall_ns, 210e6);
    PUT(PROCESS, wall_ns, 240e6);
    PUT(THREAD, user_ns, 30e6);
    PUT(PROCESS, user_ns, 80e6);
    claim_memory(THREAD, 5000000);
    claim_memory(PROCESS, 30000000);
}

static void test_c13(void **state)
{
    (void)state;
    start_c13();
    claim_holds();
    PUT(THREAD, wall_ns, 400e6);
    claim_assert(CLAIM_FAILS, "threads / processes, wall time");
    start_c13();
    PUT(THREAD, user_ns, 90e6); /* threads whose waiting spins */
    claim_assert(CLAIM_FAILS, "CPU time");
    start_c13();
    claim_memory(PROCESS, 5000000); /* a process mode that makes threads */
    claim_assert(CLAIM_FAILS, "memory");
    start_c13();
    claim_memory(PROCESS, FIGURE_UNKNOWN);
    claim_assert(CLAIM_UNTESTED, "the peak memory is unknown");
    start_c13();
    claim_ends(THREAD, STATUS_SKIPPED, "kernel.pid_max is 32768");
    claim_assert(CLAIM_UNTESTED, "kernel.pid_max is 32768");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_c6), cmocka_unit_test(test_c7),
                                       cmocka_unit_test(test_c10), cmocka_unit_test(test_c13)};
    return cmocka_run_group_tests_name("claims_starting", tests, NULL, NULL);
}
