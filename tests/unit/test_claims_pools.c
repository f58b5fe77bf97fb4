/* The teaching notes' claims about pools: each seen to hold, to fail, and to stay open. */
#include "tests/unit/claim_rows.h"

/* --- C19: bounded, somewhat slower, reused --- */

#define THREAD WAY(.mode = "thread")
#define POOL   WAY(.mode = "thread-pool", .scene = 1)

static void start_c19(void)
{
    claim_start("C19");
    PUT(THREAD, wall_ns, 51e6);
    PUT(POOL, wall_ns, 201e6);
    PUT(POOL, workers_made, 5);
    PUT(POOL, peak_alive, 5);
    claim_memory(THREAD, 1000000);
    claim_memory(POOL, 700000);
}

static void test_c19(void **state)
{
    (void)state;
    start_c19();
    claim_holds();
    PUT(POOL, wall_ns, 1000e6); /* a pool that runs one at a time */
    claim_assert(CLAIM_FAILS, "pool is not at most 220 ms");
    start_c19();
    PUT(POOL, wall_ns, 51e6); /* a pool without bounds */
    claim_assert(CLAIM_FAILS, "pool is not at least 196 ms");
    start_c19();
    PUT(POOL, workers_made, 20); /* workers that are made again for each task */
    claim_assert(CLAIM_FAILS, "its workers is more than 5");
    start_c19();
    PUT(POOL, peak_alive, 6);
    claim_assert(CLAIM_FAILS, "tasks at once is more than 5");
    start_c19();
    claim_memory(POOL, 2000000);
    claim_assert(CLAIM_FAILS, "memory");
    start_c19();
    claim_memory(POOL, 1060000);
    claim_assert(CLAIM_UNTESTED, "memory cannot be told from 1.02");
    start_c19();
    SCATTER(POOL, wall_ns, 210e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C20: 7 jobs of 19 units of 20 ms in all, 5 workers --- */

#define ASYNC WAY(.mode = "thread-pool")
#define SYNC  WAY(.mode = "thread-pool", .scene = 1)

static void start_c20(void)
{
    claim_start("C20");
    PUT(ASYNC, wall_ns, 101e6);
    PUT(ASYNC, callback_ns, 60e3);
    PUT(SYNC, wall_ns, 382e6);
}

static void test_c20(void **state)
{
    (void)state;
    start_c20();
    claim_holds();
    PUT(ASYNC, wall_ns, 382e6); /* a pool that runs one at a time */
    claim_assert(CLAIM_FAILS, "submitted all is not at most 115 ms");
    start_c20();
    PUT(SYNC, wall_ns, 101e6); /* whoever submits does not wait */
    claim_assert(CLAIM_FAILS, "submitted one by one is not at least 370 ms");
    start_c20();
    PUT(ASYNC, callback_ns, 40e6); /* call-backs that wait for the end */
    claim_assert(CLAIM_FAILS, "to its call-back is not at most 2.00 ms");
    start_c20();
    SCATTER(ASYNC, wall_ns, 110e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_c19), cmocka_unit_test(test_c20)};
    return cmocka_run_group_tests_name("claims_pools", tests, NULL, NULL);
}
