/* The teaching notes' claims about who runs when: each seen to hold, to fail, and to stay open. */
#include "tests/unit/claim_rows.h"

/* --- C2: what losing the CPU costs --- */

#define SLOW   WAY(.mode = "thread-gil")
#define FAST   WAY(.mode = "thread-gil", .scene = 1)
#define WAITS  WAY(.mode = "thread", .scene = 2)
#define ALONE  WAY(.mode = "thread", .scene = 3)
#define SLICED WAY(.mode = "coroutine", .schedule = "rr", .scene = 4)
#define WHOLE  WAY(.mode = "coroutine", .schedule = "fcfs", .scene = 4)

static void put_cpu(struct way way, double ns)
{
    PUT(way, user_ns, ns);
    PUT(way, sys_ns, 0);
}

static void start_c2(void)
{
    claim_start("C2");
    put_cpu(SLOW, 90e6);
    put_cpu(FAST, 120e6);
    put_cpu(WAITS, 101e6);
    put_cpu(ALONE, 100e6);
    put_cpu(SLICED, 143e6);
    put_cpu(WHOLE, 140e6);
}

static void test_c2(void **state)
{
    (void)state;
    start_c2();
    claim_holds();
    put_cpu(FAST, 90e6); /* an interval that nobody keeps to */
    claim_assert(CLAIM_FAILS, "in slices of 10 us");
    start_c2();
    put_cpu(WAITS, 200e6); /* waits that spin */
    claim_assert(CLAIM_FAILS, "with waits / without is not at most 1.05");
    start_c2();
    SCATTER(FAST, user_ns, 92e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

/* --- C3: whom a schedule favours --- */

#define BY(name) WAY(.mode = "coroutine", .schedule = name)

static void put_turnaround(const char *schedule, double short_ns, double long_ns)
{
    PUT(BY(schedule), short_turnaround_ns, short_ns);
    PUT(BY(schedule), long_turnaround_ns, long_ns);
}

static void start_c3(void)
{
    claim_start("C3");
    put_turnaround("fcfs", 56e6, 54e6);
    put_turnaround("sjf", 7e6, 62e6);
    put_turnaround("rr", 9e6, 90e6);
    put_turnaround("mlfq", 9e6, 90e6);
}

static void test_c3(void **state)
{
    (void)state;
    static const char *const others[] = {"sjf", "rr", "mlfq"};
    for (size_t i = 0; i < 3; i++) {
        start_c3();
        claim_holds();
        put_turnaround(others[i], 56e6, 54e6); /* another schedule that is fcfs after all */
        claim_assert(CLAIM_FAILS, others[i]);
        start_c3();
        SCATTER(BY(others[i]), short_turnaround_ns, 28e6);
        claim_assert(CLAIM_UNTESTED, "cannot be told");
    }
    start_c3();
    put_turnaround("mlfq", 9e6, 150e6); /* the long ones starve */
    claim_assert(CLAIM_FAILS, "long ones, mlfq / fcfs");
    start_c3();
    put_turnaround("sjf", 7e6, 50e6);
    claim_assert(CLAIM_FAILS, "long ones, sjf / fcfs");
}

/* --- C4: ready, running or blocked --- */

#define COMPUTING WAY(.mode = "thread")
#define SLEEPING  WAY(.mode = "thread", .scene = 1)

static void start_c4(void)
{
    claim_start("C4");
    PUT(COMPUTING, running_ns, 100e6);
    PUT(COMPUTING, ready_ns, 80e6);
    PUT(COMPUTING, blocked_ns, 1e6);
    PUT(SLEEPING, running_ns, 1e6);
    PUT(SLEEPING, ready_ns, 1e6);
    PUT(SLEEPING, blocked_ns, 200e6);
}

static void test_c4(void **state)
{
    (void)state;
    start_c4();
    claim_holds();
    PUT(COMPUTING, blocked_ns, 200e6);
    claim_assert(CLAIM_FAILS, "running or ready while computing");
    start_c4();
    PUT(SLEEPING, running_ns, 200e6); /* a wait that spins */
    claim_assert(CLAIM_FAILS, "blocked while sleeping");
    start_c4();
    SCATTER(SLEEPING, running_ns, 22e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
    start_c4();
    PUT(COMPUTING, running_ns, 1);
    struct timing *row;
    for (size_t n = 0; (row = claim_row(COMPUTING, n)) != NULL; n++)
        row->running_ns = row->ready_ns = row->blocked_ns = FIGURE_UNKNOWN;
    claim_assert(CLAIM_UNTESTED, "0 measured runs");
}

/* --- C23: processes with something inside --- */

#define ONE        WAY(.mode = "coroutine")
#define MANY       WAY(.mode = "process")
#define COROUTINES WAY(.mode = "process-coroutine")
#define THREADS    WAY(.mode = "process-thread")

static void start_c23(void)
{
    claim_start("C23");
    PUT(ONE, wall_ns, 320e6);
    PUT(MANY, wall_ns, 170e6);
    PUT(COROUTINES, wall_ns, 162e6);
    PUT(THREADS, wall_ns, 165e6);
    claim_memory(ONE, 1000000);
    claim_memory(MANY, 5000000);
    claim_memory(COROUTINES, 1400000);
    claim_memory(THREADS, 2000000);
}

static void test_c23(void **state)
{
    (void)state;
    start_c23();
    claim_holds();
    PUT(COROUTINES, wall_ns, 320e6); /* all in one process after all */
    claim_assert(CLAIM_FAILS, "with coroutines / one process with coroutines");
    start_c23();
    PUT(THREADS, wall_ns, 250e6);
    claim_assert(CLAIM_FAILS, "with threads / a process per task");
    start_c23();
    claim_memory(COROUTINES, 6000000);
    claim_assert(CLAIM_FAILS, "memory");
    start_c23();
    SCATTER(COROUTINES, wall_ns, 162e6);
    claim_assert(CLAIM_UNTESTED, "cannot be told");
}

static void test_c23_on_one_core(void **state)
{
    (void)state;
    claim_machine.usable = 1;
    start_c23();
    claim_assert(CLAIM_UNTESTED, "one usable core");
    claim_machine.usable = 2;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c2),
        cmocka_unit_test(test_c3),
        cmocka_unit_test(test_c4),
        cmocka_unit_test(test_c23),
        cmocka_unit_test(test_c23_on_one_core),
    };
    return cmocka_run_group_tests_name("claims_scheduling", tests, NULL, NULL);
}
