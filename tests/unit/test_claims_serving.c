/* The teaching notes' claims about serving clients: each seen to hold, to fail, and to stay open.
 */
#include "tests/unit/claim_rows.h"

/* --- C11: threads and processes serve side by side --- */

#define SERIAL  WAY(.mode = "serial")
#define THREAD  WAY(.mode = "thread")
#define PROCESS WAY(.mode = "process")

static void start_c11(void)
{
    claim_start("C11");
    PUT(SERIAL, wall_ns, 800e6);
    PUT(THREAD, wall_ns, 105e6);
    PUT(PROCESS, wall_ns, 110e6);
}

static void test_c11(void **state)
{
    (void)state;
    start_c11();
    claim_holds();
    PUT(THREAD, wall_ns, 790e6); /* threads that wait for each other */
    claim_assert(CLAIM_FAILS, "one after the other / threads");
    start_c11();
    PUT(PROCESS, wall_ns, 790e6);
    claim_assert(CLAIM_FAILS, "/ processes");
    start_c11();
    SCATTER(THREAD, wall_ns, 200e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told from 4.00");
    start_c11();
    claim_ends(PROCESS, STATUS_UNSUPPORTED, "no fork");
    claim_assert(CLAIM_UNTESTED, "no fork");
}

/* --- C22: one thread, 200 clients --- */

#define COROUTINE WAY(.mode = "coroutine")

static void start_c22(void)
{
    claim_start("C22");
    PUT(COROUTINE, wall_ns, 220e6);
    PUT(COROUTINE, workers_made, 1);
    PUT(COROUTINE, requests, 2000);
    PUT(COROUTINE, user_ns, 20e6);
    PUT(COROUTINE, served_ns, 210e6);
}

static void test_c22(void **state)
{
    (void)state;
    start_c22();
    claim_holds();
    PUT(COROUTINE, workers_made, 200); /* a thread per client after all */
    claim_assert(CLAIM_FAILS, "threads is more than 1");
    start_c22();
    PUT(COROUTINE, wall_ns, 40e9); /* one client after the other */
    PUT(COROUTINE, served_ns, 40e9);
    claim_assert(CLAIM_FAILS, "wall time is not at most");
    start_c22();
    claim_ends(COROUTINE, STATUS_SKIPPED, "ulimit -Hn is 64");
    claim_assert(CLAIM_UNTESTED, "ulimit -Hn is 64");
}

/* --- C25: select with one client, and with many --- */

#define ONE_SELECT   WAY(.mode = "coroutine")
#define ONE_BLOCKING WAY(.mode = "serial", .scene = 1)
#define MANY_SERIAL  WAY(.mode = "serial", .scene = 2)
#define MANY_THREADS WAY(.mode = "thread", .scene = 2)
#define MANY_SELECT  WAY(.mode = "coroutine", .scene = 3)

static void start_c25(void)
{
    claim_start("C25");
    PUT(ONE_SELECT, wall_ns, 160e6);
    PUT(ONE_BLOCKING, wall_ns, 150e6);
    PUT(MANY_SERIAL, wall_ns, 250e6);
    PUT(MANY_THREADS, wall_ns, 60e6);
    PUT(MANY_SELECT, wall_ns, 25e6);
}

static void test_c25(void **state)
{
    (void)state;
    start_c25();
    claim_holds();
    PUT(ONE_SELECT, wall_ns, 100e6); /* better even with one */
    claim_assert(CLAIM_FAILS, "1 client");
    start_c25();
    PUT(MANY_SELECT, wall_ns, 250e6); /* clients are served one by one */
    claim_assert(CLAIM_FAILS, "many");
    start_c25();
    SCATTER(ONE_SELECT, wall_ns, 150e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C26: many descriptors --- */

#define ALONE(which) WAY(.mode = "event", .wait = which)
#define AMONG(which) WAY(.mode = "event", .wait = which, .scene = strcmp(which, "select") ? 2 : 1)

static void start_c26(void)
{
    claim_start("C26");
    PUT(ALONE("select"), latency_p50_ns, 50000);
    PUT(ALONE("poll"), latency_p50_ns, 50000);
    PUT(ALONE("epoll"), latency_p50_ns, 50000);
    PUT(AMONG("select"), latency_p50_ns, 100000);
    PUT(AMONG("poll"), latency_p50_ns, 300000);
    PUT(AMONG("epoll"), latency_p50_ns, 51000);
}

static void test_c26(void **state)
{
    (void)state;
    start_c26();
    claim_holds();
    PUT(AMONG("epoll"), latency_p50_ns, 300000); /* an epoll that walks through all */
    claim_assert(CLAIM_FAILS, "epoll");
    start_c26();
    PUT(AMONG("poll"), latency_p50_ns, 50000); /* a poll that watches one */
    claim_assert(CLAIM_FAILS, "poll");
    start_c26();
    PUT(AMONG("select"), latency_p50_ns, 50000);
    claim_assert(CLAIM_FAILS, "select");
    start_c26();
    SCATTER(AMONG("epoll"), latency_p50_ns, 60000);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C27: the CPU time of a request --- */

static void start_c27(void)
{
    static const char *const waits[] = {"uring", "epoll", "poll", "select"};
    claim_start("C27");
    for (size_t i = 0; i < 4; i++) {
        PUT(ALONE(waits[i]), requests, 20000);
        PUT(ALONE(waits[i]), user_ns, i == 0 ? 60e6 : 80e6);
        PUT(ALONE(waits[i]), sys_ns, 0);
    }
    PUT(WAY(.mode = "thread", .scene = 1), requests, 20000);
    PUT(WAY(.mode = "thread", .scene = 1), user_ns, 160e6);
    PUT(WAY(.mode = "thread", .scene = 1), sys_ns, 0);
}

static void test_c27(void **state)
{
    (void)state;
    start_c27();
    claim_holds();
    PUT(ALONE("uring"), user_ns, 90e6);
    claim_assert(CLAIM_FAILS, "io_uring / epoll");
    start_c27();
    SCATTER(ALONE("uring"), user_ns, 80e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    start_c27();
    claim_ends(ALONE("uring"), STATUS_UNSUPPORTED, "kernel.io_uring_disabled is 2");
    claim_assert(CLAIM_UNTESTED, "kernel.io_uring_disabled is 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c11), cmocka_unit_test(test_c22), cmocka_unit_test(test_c25),
        cmocka_unit_test(test_c26), cmocka_unit_test(test_c27),
    };
    return cmocka_run_group_tests_name("claims_serving", tests, NULL, NULL);
}
