/* The teaching notes' claims about the interpreter lock: each seen to hold, to fail, and to stay
 * open. */
#include "tests/unit/claim_rows.h"

/* --- C12 --- */

#define SERIAL  WAY(.mode = "serial")
#define THREAD  WAY(.mode = "thread")
#define GIL     WAY(.mode = "thread-gil")
#define PROCESS WAY(.mode = "process")
#define ALONE   WAY(.mode = "process", .scene = 1)

static void start_c12(void)
{
    claim_start("C12");
    PUT(SERIAL, wall_ns, 100e6);
    PUT(GIL, wall_ns, 104e6);
    PUT(THREAD, wall_ns, 51e6);
    PUT(PROCESS, wall_ns, 52e6);
    PUT(ALONE, wall_ns, 102e6);
}

static void test_c12(void **state)
{
    (void)state;
    start_c12();
    claim_holds();
    PUT(GIL, wall_ns, 51e6); /* an interpreter lock that lets two compute */
    claim_assert(CLAIM_FAILS, "threads under a GIL / serial");
    start_c12();
    PUT(PROCESS, wall_ns, 101e6); /* processes that wait for each other */
    claim_assert(CLAIM_FAILS, "processes / serial");
    start_c12();
    PUT(ALONE, wall_ns, 51e6); /* a bound on workers that is none */
    claim_assert(CLAIM_FAILS, "processes one at a time / serial");
    start_c12();
    PUT(THREAD, wall_ns, 100e6);
    claim_assert(CLAIM_FAILS, "threads without a GIL / serial");
    start_c12();
    SCATTER(PROCESS, wall_ns, 70e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    claim_machine.usable = 1;
    start_c12();
    claim_assert(CLAIM_UNTESTED, "one usable core");
    claim_machine.usable = 2;
}

/* --- C14: 20 tickets, 10 ms each --- */

#define NONE  WAY(.mode = "thread-gil", .param = "kind=none")
#define MUTEX WAY(.mode = "thread-gil", .param = "kind=mutex")

static void start_c14(void)
{
    claim_start("C14");
    PUT(NONE, lost_updates, 19);
    PUT(NONE, wall_ns, 12e6);
    PUT(MUTEX, lost_updates, 0);
    PUT(MUTEX, wall_ns, 205e6);
}

static void test_c14(void **state)
{
    (void)state;
    start_c14();
    claim_holds();
    PUT(NONE, lost_updates, 0); /* an interpreter lock that is kept while its holder waits */
    PUT(NONE, wall_ns, 205e6);
    claim_assert(CLAIM_FAILS, "lost without a lock is less than 1");
    start_c14();
    PUT(MUTEX, lost_updates, 19);
    PUT(MUTEX, wall_ns, 12e6);
    claim_assert(CLAIM_FAILS, "with one is more than 0");
    start_c14(); /* the holder of the interpreter lock waits for the user's, and nobody goes on */
    claim_ends(MUTEX, STATUS_DEADLOCK, "task 0 holds lock 0");
    claim_assert(CLAIM_FAILS, "task 0 holds lock 0");
    start_c14();
    claim_ends(MUTEX, STATUS_CRASHED, "killed");
    claim_assert(CLAIM_UNTESTED, "killed");
    start_c14();
    SCATTER(MUTEX, wall_ns, 200e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_c12), cmocka_unit_test(test_c14)};
    return cmocka_run_group_tests_name("claims_gil", tests, NULL, NULL);
}
