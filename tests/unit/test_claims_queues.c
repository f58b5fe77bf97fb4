/* The teaching notes' claims about queues: each seen to hold, to fail, and to stay open. */
#include "tests/unit/claim_rows.h"

/* --- C9 --- */

#define SENTINELS WAY(.mode = "process", .param = "end=sentinels")
#define COUNTED   WAY(.mode = "process", .param = "end=counted")
#define BESIDE    WAY(.mode = "process", .scene = 1)

static void start_c9(void)
{
    claim_start("C9");
    PUT(SENTINELS, requests, 1000);
    PUT(COUNTED, requests, 1000);
    PUT(BESIDE, requests, 200);
    PUT(BESIDE, wall_ns, 22e6);
    PUT(BESIDE, user_ns, 42e6);
    PUT(BESIDE, sys_ns, 0);
}

static void test_c9(void **state)
{
    (void)state;
    start_c9();
    claim_holds();
    claim_ends(SENTINELS, STATUS_WRONG_RESULT, "item 3 of producer 0 was put and never taken");
    claim_assert(CLAIM_FAILS, "was put and never taken");
    start_c9(); /* one sentinel for two consumers */
    claim_ends(SENTINELS, STATUS_DEADLOCK, "task 3 waits for condition 2");
    claim_assert(CLAIM_FAILS, "task 3 waits");
    start_c9();
    claim_ends(COUNTED, STATUS_WRONG_RESULT, "item 3 of producer 0 was taken 2 times");
    claim_assert(CLAIM_FAILS, "was taken 2 times");
    start_c9();
    PUT(BESIDE, wall_ns, 42e6); /* the producer waits for each item to be used up */
    claim_assert(CLAIM_FAILS, "CPUs kept busy by 1 producer and 1 consumer");
    start_c9();
    SCATTER(BESIDE, user_ns, 28e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    claim_machine.usable = 1;
    start_c9();
    claim_holds();
    claim_machine.usable = 2;
}

/* --- C18 --- */

static void test_c18(void **state)
{
    (void)state;
    static const char *const orders[] = {"order=fifo", "order=lifo", "order=priority"};
    claim_start("C18");
    claim_holds();
    for (size_t i = 0; i < 3; i++) {
        claim_start("C18");
        claim_ends(WAY(.mode = "thread", .param = orders[i]), STATUS_WRONG_RESULT,
                   "the queue gave item 4 when it was the turn of item 3");
        claim_assert(CLAIM_FAILS, "when it was the turn");
        claim_start("C18");
        claim_ends(WAY(.mode = "thread", .param = orders[i]), STATUS_CRASHED, "killed");
        claim_assert(CLAIM_UNTESTED, "killed");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_c9), cmocka_unit_test(test_c18)};
    return cmocka_run_group_tests_name("claims_queues", tests, NULL, NULL);
}
