/* The teaching notes' claims about locks, semaphores and events: each seen to hold, to fail, and
 * to stay open. */
#include "tests/unit/claim_rows.h"

/* --- C8: tickets in a file, 20 buyers, 10 ms each --- */

static void put_tickets(const char *mode)
{
    PUT(WAY(.mode = mode, .param = "kind=none"), lost_updates, 19);
    PUT(WAY(.mode = mode, .param = "kind=none"), wall_ns, 12e6);
    PUT(WAY(.mode = mode, .param = "kind=mutex"), lost_updates, 0);
    PUT(WAY(.mode = mode, .param = "kind=mutex"), wall_ns, 205e6);
}

static void start_c8(void)
{
    claim_start("C8");
    put_tickets("thread");
    put_tickets("process");
}

static void test_c8(void **state)
{
    (void)state;
    static const char *const modes[] = {"thread", "process"};
    start_c8();
    claim_holds();
    for (size_t i = 0; i < 2; i++) {
        start_c8(); /* a mutex that does not lock, and the workload does not see it */
        PUT(WAY(.mode = modes[i], .param = "kind=mutex"), lost_updates, 3);
        claim_assert(CLAIM_FAILS, "with one is more than 0");
        start_c8(); /* nor is it slow then */
        PUT(WAY(.mode = modes[i], .param = "kind=mutex"), wall_ns, 12e6);
        claim_assert(CLAIM_FAILS, "with a lock is not at least");
        start_c8(); /* as the workload sees it */
        claim_ends(WAY(.mode = modes[i], .param = "kind=mutex"), STATUS_WRONG_RESULT,
                   "the lock did not guard");
        claim_assert(CLAIM_FAILS, "the lock did not guard");
        start_c8(); /* something serialises what has no lock */
        PUT(WAY(.mode = modes[i], .param = "kind=none"), lost_updates, 0);
        claim_assert(CLAIM_FAILS, "lose is less than 1");
        start_c8();
        PUT(WAY(.mode = modes[i], .param = "kind=none"), wall_ns, 205e6);
        claim_assert(CLAIM_FAILS, "take is not at most");
    }
    start_c8();
    SCATTER(WAY(.mode = "thread", .param = "kind=mutex"), wall_ns, 200e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C15 --- */

#define OPPOSITE  WAY(.mode = "thread")
#define SAME      WAY(.mode = "thread", .scene = 1)
#define REENTRANT WAY(.mode = "thread", .scene = 2)

static void start_c15(void)
{
    claim_start("C15");
    claim_ends(OPPOSITE, STATUS_DEADLOCK, "task 0 holds lock 0 and wants lock 1");
}

static void test_c15(void **state)
{
    (void)state;
    start_c15();
    claim_holds();
    claim_ends(OPPOSITE, STATUS_OK, "off"); /* a lock that does not lock */
    claim_assert(CLAIM_FAILS, "opposite order: ok");
    start_c15();
    claim_ends(SAME, STATUS_DEADLOCK, "task 1 holds lock 0");
    claim_assert(CLAIM_FAILS, "same order: deadlock");
    start_c15();
    claim_ends(REENTRANT, STATUS_DEADLOCK, "task 1 holds lock 0");
    claim_assert(CLAIM_FAILS, "one re-entrant lock: deadlock");
    start_c15();
    claim_ends(SAME, STATUS_WRONG_RESULT, "the locks did not guard");
    claim_assert(CLAIM_FAILS, "the locks did not guard");
    start_c15(); /* a deadlock that nobody recognised */
    claim_ends(OPPOSITE, STATUS_TIMEOUT, "not done after 60 s");
    claim_assert(CLAIM_UNTESTED, "not done after 60 s");
}

static void test_c15_expects_its_deadlock_alone(void **state)
{
    (void)state;
    const struct claim *claim = claim_of("C15");
    claim_start("C15");
    struct timing *row = claim_row(OPPOSITE, 0);
    assert_false(claim->expects(row));
    row->status = STATUS_DEADLOCK;
    assert_true(claim->expects(row));
    row->status = STATUS_TIMEOUT;
    assert_false(claim->expects(row));
    const struct way others[] = {SAME, REENTRANT};
    for (size_t i = 0; i < 2; i++) {
        row = claim_row(others[i], 0);
        row->status = STATUS_DEADLOCK;
        assert_false(claim->expects(row));
    }
}

/* --- C16: 5 of 20, 25 ms each --- */

#define THREAD WAY(.mode = "thread")

static void start_c16(void)
{
    claim_start("C16");
    PUT(THREAD, peak_inside, 5);
    PUT(THREAD, wall_ns, 102e6);
}

static void test_c16(void **state)
{
    (void)state;
    start_c16();
    claim_holds();
    claim_row(THREAD, 4)->peak_inside = 6; /* once is enough */
    claim_assert(CLAIM_FAILS, "is more than 5");
    start_c16();
    PUT(THREAD, peak_inside, 1); /* one at a time */
    PUT(THREAD, wall_ns, 500e6);
    claim_assert(CLAIM_FAILS, "is less than 5");
    start_c16();
    PUT(THREAD, wall_ns, 26e6); /* all at once */
    claim_assert(CLAIM_FAILS, "wall time is not at least");
    start_c16();
    SCATTER(THREAD, wall_ns, 110e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    start_c16();
    claim_ends(THREAD, STATUS_WRONG_RESULT, "the semaphore let too many in");
    claim_assert(CLAIM_FAILS, "the semaphore let too many in");
}

/* --- C17: 20 waiters --- */

static void start_c17(void)
{
    claim_start("C17");
    PUT(THREAD, wall_ns, 22e6);
    PUT(THREAD, wake_spread_ns, 400e3);
}

static void test_c17(void **state)
{
    (void)state;
    start_c17();
    claim_holds();
    PUT(THREAD, wake_spread_ns, 200e6); /* one after the other */
    claim_assert(CLAIM_FAILS, "is not at most 5.00 ms");
    start_c17();
    PUT(THREAD, wall_ns, 1e6); /* nobody waited */
    claim_assert(CLAIM_FAILS, "wall time is not at least");
    start_c17();
    SCATTER(THREAD, wake_spread_ns, 5e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    start_c17();
    claim_ends(THREAD, STATUS_WRONG_RESULT, "went on before the event was set");
    claim_assert(CLAIM_FAILS, "went on before the event was set");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c8),  cmocka_unit_test(test_c15),
        cmocka_unit_test(test_c16), cmocka_unit_test(test_c15_expects_its_deadlock_alone),
        cmocka_unit_test(test_c17),
    };
    return cmocka_run_group_tests_name("claims_locks", tests, NULL, NULL);
}
