/* The teaching notes' claims about waiting tasks: each seen to hold, to fail, and to stay open. */
#include "tests/unit/claim_rows.h"

/* --- C1: jobs of 3, 3 and 4 units of 30 ms --- */

#define ALL_SERIAL     WAY(.mode = "serial")
#define ALL_THREADS    WAY(.mode = "thread")
#define ALL_COROUTINES WAY(.mode = "coroutine")

static void start_c1(void)
{
    claim_start("C1");
    PUT(ALL_SERIAL, wall_ns, 301e6);
    PUT(ALL_THREADS, wall_ns, 121e6);
    PUT(ALL_COROUTINES, wall_ns, 121e6);
}

static void test_c1(void **state)
{
    (void)state;
    start_c1();
    claim_holds();
    PUT(ALL_THREADS, wall_ns, 300e6); /* threads that are joined one by one */
    claim_assert(CLAIM_FAILS, "threads is not at most 138 ms");
    start_c1();
    PUT(ALL_COROUTINES, wall_ns, 300e6); /* a loop whose waits block */
    claim_assert(CLAIM_FAILS, "coroutines is not at most 138 ms");
    start_c1();
    PUT(ALL_COROUTINES, wall_ns, 90e6); /* a wait that ends early */
    claim_assert(CLAIM_FAILS, "coroutines is not at least 114 ms");
    start_c1();
    PUT(ALL_SERIAL, wall_ns, 121e6);
    claim_assert(CLAIM_FAILS, "one after the other is not at least 285 ms");
    start_c1();
    SCATTER(ALL_THREADS, wall_ns, 130e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C5: processes of 1, 2 and 3 units of 40 ms --- */

#define AT_ONCE    WAY(.mode = "process")
#define ONE_BY_ONE WAY(.mode = "process", .scene = 1)

static void start_c5(void)
{
    claim_start("C5");
    PUT(AT_ONCE, wall_ns, 122e6);
    PUT(ONE_BY_ONE, wall_ns, 243e6);
}

static void test_c5(void **state)
{
    (void)state;
    start_c5();
    claim_holds();
    PUT(AT_ONCE, wall_ns, 243e6);
    claim_assert(CLAIM_FAILS, "all started, then joined is not at most 140 ms");
    start_c5();
    PUT(ONE_BY_ONE, wall_ns, 122e6); /* a bound on workers that is none */
    claim_assert(CLAIM_FAILS, "each joined before the next is started is not at least 232 ms");
    start_c5();
    SCATTER(AT_ONCE, wall_ns, 130e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C21: coroutines overlap waiting, unless the wait blocks --- */

#define PARKED  WAY(.mode = "coroutine", .wait = "epoll")
#define BLOCKED WAY(.mode = "coroutine", .scene = 1)
#define SERIAL  WAY(.mode = "serial", .scene = 1)

static void start_c21(void)
{
    claim_start("C21");
    PUT(PARKED, wall_ns, 101e6);
    PUT(PARKED, workers_made, 1);
    PUT(BLOCKED, wall_ns, 302e6);
    PUT(SERIAL, wall_ns, 301e6);
}

static void test_c21(void **state)
{
    (void)state;
    start_c21();
    claim_holds();
    PUT(PARKED, wall_ns, 300e6); /* a loop that runs one task to its end */
    claim_assert(CLAIM_FAILS, "coroutines on an event loop is not at most");
    start_c21();
    PUT(BLOCKED, wall_ns, 101e6); /* a wait that is said to block and does not */
    claim_assert(CLAIM_FAILS, "coroutines whose waits block is not at least");
    start_c21();
    PUT(PARKED, workers_made, 3); /* threads after all */
    claim_assert(CLAIM_FAILS, "workers made is more than 1");
    start_c21();
    SCATTER(PARKED, wall_ns, 120e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* C24 is in test_claims.c. */

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_c1), cmocka_unit_test(test_c5),
                                       cmocka_unit_test(test_c21)};
    return cmocka_run_group_tests_name("claims_waiting", tests, NULL, NULL);
}
