/* What is a deadlock and what is not: on areas made by hand, then on living tasks, which are looked
 * at as fast as possible. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/sync/stuck.h"
#include "tests/unit/mode_run.h"

extern const struct mode mode_thread, mode_coroutine, mode_thread_coroutine, mode_process,
    mode_process_coroutine;

enum { TASKS = 20, OBJECTS = 24, WORKERS = 4 };

static struct mode_run made;
static struct sync_area *area;
static struct stuck stuck;
static char said[TEXT_REASON];

static const struct workload nothing = {.name = "nothing"};

static void open_with(const struct stuck_rules *rules, bool paced)
{
    const struct request request = {
        .tasks = TASKS, .objects = OBJECTS, .workers = WORKERS, .width = 2, .paced = paced};
    mode_run_begin(&made, &request, &wait_blocking, &nothing);
    area = made.job.area;
    assert_int_equal(stuck_open(&stuck, made.shared, rules), 0);
}

static int start(void **state)
{
    static const struct stuck_rules all = {.workers = WORKERS, .at_once = TASKS};
    (void)state;
    open_with(&all, false);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    stuck_close(&stuck);
    mode_run_end(&made);
    return 0;
}

static void make(uint32_t number, enum object_kind kind, uint64_t count)
{
    assert_int_equal(sync_make(area, number, kind, count), 0);
}

static void starts(uint64_t task)
{
    made.job.tasks[task].state = TASK_STARTED;
}

static void ends(uint64_t task)
{
    made.job.tasks[task].state = TASK_ENDED;
}

static void wants(uint64_t task, uint32_t object, enum sync_how how)
{
    starts(task);
    sync_wait_begin(sync_wait_of(area, task), object, how);
}

static void goes_on(uint64_t task)
{
    sync_wait_end(sync_wait_of(area, task));
}

static void holds(uint64_t task, uint32_t object)
{
    sync_hold(sync_at(area, object), task);
}

static bool looks_stuck(void)
{
    return stuck_look(&stuck, said, sizeof said);
}

/* However often it is looked at. */
static void never(void)
{
    for (int i = 0; i < 4; i++) {
        if (looks_stuck()) {
            fail_msg("%s", said);
        }
    }
}

/* The waits were seen before; only what they wait for has changed. */
static void is_said_at_once(const char *expected)
{
    assert_true(looks_stuck());
    assert_string_equal(said, expected);
}

static void is_said(const char *expected)
{
    assert_false(looks_stuck()); /* one look proves nothing */
    is_said_at_once(expected);
}

/* --- circles --- */

/* Each task holds the lock of its number and wants the next one's; the last one wants lock 0. */
static void circle(uint64_t length)
{
    for (uint64_t task = 0; task < length; task++) {
        make((uint32_t)task, task % 2 ? OBJECT_RECURSIVE : OBJECT_MUTEX, 0);
        holds(task, (uint32_t)task);
        wants(task, (uint32_t)((task + 1) % length), SYNC_ALONE);
    }
}

static void a_circle_of_two(void **state)
{
    (void)state;
    circle(2);
    starts(5); /* others at work change nothing */
    is_said("task 0 holds lock 0 and wants lock 1, which task 1 holds, who wants lock 0");
}

static void a_circle_of_three(void **state)
{
    (void)state;
    circle(3);
    is_said("task 0 holds lock 0 and wants lock 1, which task 1 holds, who wants lock 2, which "
            "task 2 holds, who wants lock 0");
}

static void a_long_circle_is_told_in_short(void **state)
{
    (void)state;
    circle(TASKS);
    is_said("task 0 holds lock 0 and wants lock 1, which task 1 holds, who wants lock 2, which "
            "task 2 holds, who wants lock 3, which task 3 holds, who wants lock 4, which task 4 "
            "holds, who wants lock 5, which task 5 holds, who wants lock 6, and so on through 14 "
            "more tasks to task 19, who wants lock 0");
}

static void a_lock_that_its_holder_wants_again(void **state)
{
    (void)state;
    make(3, OBJECT_SPIN, 0);
    holds(7, 3);
    wants(7, 3, SYNC_ALONE);
    starts(1);
    is_said("task 7 holds lock 3 and wants it again");
}

/* Tasks 4 and 5 wait for one of the circle without being in it. */
static void a_circle_with_a_tail(void **state)
{
    (void)state;
    make(0, OBJECT_RW, 0);
    make(1, OBJECT_MUTEX, 0);
    make(2, OBJECT_MUTEX, 0);
    holds(8, 0);
    holds(9, 1);
    holds(5, 2);
    wants(4, 2, SYNC_ALONE);
    wants(5, 0, SYNC_SHARED);
    wants(8, 1, SYNC_ALONE);
    wants(9, 0, SYNC_SHARED);
    is_said("task 8 holds lock 0 and wants lock 1, which task 9 holds, who wants lock 0");
}

static void what_goes_on_is_no_circle(void **state)
{
    (void)state;
    circle(3);
    assert_false(looks_stuck());
    goes_on(1); /* it got what it wanted, and wants something again */
    wants(1, 2, SYNC_ALONE);
    assert_false(looks_stuck());
    assert_true(looks_stuck()); /* in that it is stuck */
}

static void a_chain_to_who_works_is_no_circle(void **state)
{
    (void)state;
    circle(3);
    goes_on(2);
    never();
}

/* The holder's withdrawal is seen though its next wait is not yet. */
static void a_holder_that_changes_is_no_circle(void **state)
{
    (void)state;
    circle(2);
    starts(3);
    assert_false(looks_stuck());
    holds(3, 1);
    never();
    sync_let_go(sync_at(area, 1));
    never();
}

/* Between the two looks task 1 let lock 1 go, took it again, and waits again. */
static void two_circles_are_not_one(void **state)
{
    (void)state;
    circle(2);
    for (int i = 0; i < 4; i++) {
        assert_false(looks_stuck());
        goes_on(1);
        wants(1, 0, SYNC_ALONE);
    }
}

/* --- nobody left --- */

static void all_but_one(enum sync_how how)
{
    for (uint64_t task = 1; task < TASKS; task++) {
        wants(task, 0, how);
    }
    ends(0);
}

static void a_barrier_that_lacks_one(void **state)
{
    struct sync_object *object = sync_at(area, 0);
    (void)state;
    make(0, OBJECT_BARRIER, 8);
    all_but_one(SYNC_OTHER);
    object->arrived = 8 + TASKS - 1;
    object->passed = 23; /* of 27 two parties and a half: one of 24 has not noted it */
    never();
    object->passed = 24;
    is_said_at_once(
        "no task can go on: task 1 and 18 others wait at barrier 0, where 3 of 8 have arrived");
}

static void a_semaphore_without_places(void **state)
{
    (void)state;
    make(0, OBJECT_SEMAPHORE, 1); /* its place was given, but not yet taken note of */
    all_but_one(SYNC_OTHER);
    never();
    sync_at(area, 0)->places = 0;
    is_said_at_once(
        "no task can go on: task 1 and 18 others wait for semaphore 0, which has no place "
        "free");
}

static void an_event_that_nobody_sets(void **state)
{
    (void)state;
    make(0, OBJECT_EVENT, 0);
    sync_at(area, 0)->native.word = 1; /* nobody of them has woken yet */
    all_but_one(SYNC_OTHER);
    never();
    sync_at(area, 0)->native.word = 0;
    is_said_at_once("no task can go on: task 1 and 18 others wait for event 0, which is not set");
}

static void a_condition_that_nobody_signals(void **state)
{
    (void)state;
    make(0, OBJECT_CONDITION, 0);
    for (uint32_t task = 1; task < TASKS; task++) { /* around the number's end */
        sync_wait_of(area, task)->ticket = UINT32_MAX - 4 + task;
    }
    sync_at(area, 0)->tickets = UINT32_MAX - 4 + TASKS;
    sync_at(area, 0)->grants = UINT32_MAX - 4 + 2; /* task 1 was signalled */
    all_but_one(SYNC_OTHER);
    never();
    goes_on(1);
    ends(1);
    is_said_at_once("no task can go on: task 2 and 17 others wait for a signal of condition 0");
}

static void a_lock_that_was_kept(void **state)
{
    (void)state;
    make(0, OBJECT_MUTEX, 0);
    all_but_one(SYNC_ALONE);
    never(); /* it is free: somebody has got it, or will */
    holds(0, 0);
    is_said_at_once(
        "no task can go on: task 1 and 18 others want lock 0, which task 0 kept at its end");
}

static void readers_that_want_to_write(void **state)
{
    struct sync_object *object = sync_at(area, 0);
    (void)state;
    make(0, OBJECT_RW, 0);
    wants(1, 0, SYNC_ALONE);
    wants(2, 0, SYNC_ALONE);
    for (uint64_t task = 3; task < TASKS; task++) {
        ends(task);
    }
    ends(0);
    never();
    object->readers = 2;
    wants(3, 0, SYNC_SHARED); /* nothing keeps it */
    never();
    goes_on(3);
    ends(3);
    is_said_at_once("no task can go on: task 1 and 1 other want lock 0, which others hold shared "
                    "(2 times)");
    holds(1, 0);
    wants(3, 0, SYNC_SHARED);
    object->readers = 0;
    goes_on(1);
    ends(1);
    is_said("no task can go on: task 2 and 1 other want lock 0, which task 1 kept at its end");
}

static void several_things_are_waited_for(void **state)
{
    (void)state;
    make(0, OBJECT_EVENT, 0);
    make(1, OBJECT_EVENT, 0);
    make(2, OBJECT_MUTEX, 0);
    make(3, OBJECT_SEMAPHORE, 0);
    make(4, OBJECT_SEMAPHORE, 0);
    holds(2, 2);
    wants(0, 2, SYNC_ALONE);
    wants(2, 0, SYNC_OTHER);
    for (uint64_t task = 3; task < TASKS; task++) {
        wants(task, task % 2 ? 3 : 4, SYNC_OTHER);
    }
    starts(1);
    never(); /* it may set the event */
    wants(1, 1, SYNC_OTHER);
    is_said("no task can go on: task 0 wants lock 2, which task 2 holds; task 1 waits for event 1, "
            "which is not set; task 2 waits for event 0, which is not set; and others");
}

static void one_that_is_at_work(void **state)
{
    (void)state;
    make(0, OBJECT_EVENT, 0);
    all_but_one(SYNC_OTHER);
    starts(0);
    never();
    wants(0, 0, SYNC_OTHER);
    is_said("no task can go on: task 0 and 19 others wait for event 0, which is not set");
}

static void one_that_waits_anew_each_time(void **state)
{
    (void)state;
    make(0, OBJECT_SEMAPHORE, 0);
    all_but_one(SYNC_OTHER);
    for (int i = 0; i < 4; i++) {
        assert_false(looks_stuck());
        goes_on(4);
        wants(4, 0, SYNC_OTHER);
    }
}

static void nobody_has_started(void **state)
{
    (void)state;
    make(0, OBJECT_EVENT, 0);
    never();
    for (uint64_t task = 0; task < TASKS; task++) {
        ends(task);
    }
    never();
}

/* --- those that have not started --- */

static void rules_are(uint64_t at_once, bool shares, bool paced)
{
    const struct stuck_rules rules = {.workers = WORKERS, .at_once = at_once, .shares = shares};
    stop(NULL);
    open_with(&rules, paced);
    make(0, OBJECT_EVENT, 0);
}

static void others_may_start(void **state)
{
    (void)state;
    rules_are(4, false, false);
    for (uint64_t task = 0; task < 3; task++) {
        wants(task, 0, SYNC_OTHER);
    }
    never(); /* a fourth one has room */
    wants(3, 0, SYNC_OTHER);
    is_said("no task can go on: task 0 and 3 others wait for event 0, which is not set; 16 tasks "
            "have not started");
}

/* Task 5 is worker 1's, which has room for it. */
static void each_worker_has_its_share(void **state)
{
    (void)state;
    rules_are(2, true, false);
    for (uint64_t task = 0; task < 8; task++) {
        if (task != 5) {
            wants(task, 0, SYNC_OTHER);
        }
    }
    never();
    wants(5, 0, SYNC_OTHER);
    for (uint64_t task = 9; task < TASKS; task++) {
        ends(task);
    }
    is_said("no task can go on: task 0 and 7 others wait for event 0, which is not set; 1 task has "
            "not started");
}

/* Fewer wait than could at once, but the workers with room have no tasks left. */
static void shares_are_not_passed_on(void **state)
{
    (void)state;
    rules_are(2, true, false);
    for (uint64_t task = 0; task < TASKS; task++) {
        if (task % WORKERS != 0) {
            ends(task);
        }
    }
    wants(0, 0, SYNC_OTHER);
    never();
    wants(4, 0, SYNC_OTHER);
    is_said("no task can go on: task 0 and 1 other wait for event 0, which is not set; 3 tasks "
            "have not started");
}

/* Nobody knows what those bring that are still to arrive. */
static void arrivals_are_awaited(void **state)
{
    (void)state;
    rules_are(4, false, true);
    for (uint64_t task = 0; task < TASKS; task++) {
        wants(task, 0, SYNC_OTHER);
    }
    never();
}

/* --- living tasks: however closely it is looked at, nothing is seen where nothing is --- */

enum { ALIVE = 6, LIFE_ROUNDS = 1500 };
enum { MUTEX, SPIN, RW, SEMAPHORE, BARRIER, CONDITION, LIFE_OBJECTS };

/* Mostly all of them wait but one, and when a barrier opens all at once are let go. */
static int live(struct task_context *context, const void *state, uint64_t index, uint64_t *checksum)
{
    (void)state;
    *checksum = 0;
    for (uint32_t i = 0; i < LIFE_ROUNDS; i++) {
        *checksum += (uint64_t)ctx_acquire(context, SEMAPHORE);
        sched_yield();
        *checksum += (uint64_t)ctx_release(context, SEMAPHORE);
        *checksum += (uint64_t)(index % 2 ? ctx_lock(context, RW) : ctx_lock_shared(context, RW));
        *checksum += (uint64_t)ctx_unlock(context, RW);
        *checksum += (uint64_t)ctx_lock(context, SPIN);
        *checksum += (uint64_t)ctx_unlock(context, SPIN);
        if (ctx_arrive(context, BARRIER) == 1) {
            *checksum += (uint64_t)ctx_lock(context, MUTEX);
            *checksum += (uint64_t)ctx_broadcast(context, CONDITION);
        } else {
            *checksum += (uint64_t)ctx_lock(context, MUTEX);
        }
        *checksum += (uint64_t)ctx_unlock(context, MUTEX);
    }
    return 0;
}

/* Each waits for the one before, round and round. */
static int take_turns(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    _Atomic uint64_t *turn = &sync_at(context->area, LIFE_OBJECTS)->places; /* any shared number */
    (void)state;
    *checksum = 0;
    for (uint32_t i = 0; i < LIFE_ROUNDS; i++) {
        *checksum += (uint64_t)ctx_lock(context, MUTEX);
        while (atomic_load(turn) % ALIVE != index) {
            *checksum += (uint64_t)ctx_wait(context, CONDITION, MUTEX);
        }
        atomic_fetch_add(turn, 1);
        *checksum += (uint64_t)ctx_broadcast(context, CONDITION);
        *checksum += (uint64_t)ctx_unlock(context, MUTEX);
    }
    return 0;
}

static const struct workload lives[] = {{.name = "live", .task = live},
                                        {.name = "take-turns", .task = take_turns}};

static const struct life {
    const struct mode *mode;
    const struct wait *wait;
    uint64_t workers, width;
} ways[] = {{&mode_thread, &wait_blocking, ALIVE, 1},
            {&mode_process, &wait_blocking, ALIVE, 1},
            {&mode_coroutine, &wait_epoll, 1, ALIVE},
            {&mode_thread_coroutine, &wait_epoll, 2, ALIVE / 2},
            {&mode_process_coroutine, &wait_epoll, 3, ALIVE / 3}};
enum { WAYS = sizeof ways / sizeof *ways };

static void live_one(const struct life *way, const struct workload *workload)
{
    static const enum object_kind kinds[] = {OBJECT_MUTEX,     OBJECT_SPIN,    OBJECT_RW,
                                             OBJECT_SEMAPHORE, OBJECT_BARRIER, OBJECT_CONDITION};
    const struct request request = {
        .tasks = ALIVE, .objects = LIFE_OBJECTS + 1, .workers = way->workers, .width = way->width};
    const struct stuck_rules rules = {.workers = way->workers,
                                      .at_once = way->width > 1 ? way->width : way->workers,
                                      .shares = way->width > 1};
    struct mode_run run;
    struct stuck looker;
    int status = 0;
    mode_run_begin(&run, &request, way->wait, workload);
    for (uint32_t i = 0; i < LIFE_OBJECTS; i++) {
        uint64_t count = i == BARRIER ? ALIVE : 1;
        assert_int_equal(sync_make(run.job.area, i, kinds[i], count), 0);
    }
    assert_int_equal(stuck_open(&looker, run.shared, &rules), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (way->mode->prepare) {
            way->mode->prepare(&run.job);
        }
        _exit(way->mode->launch(&run.job) == 0 ? 0 : 1);
    }
    while (waitpid(pid, &status, WNOHANG) == 0) {
        for (int i = 0; i < 100; i++) {
            if (stuck_look(&looker, said, sizeof said)) {
                fail_msg("%s, %s: %s", way->mode->name, workload->name, said);
            }
        }
    }
    assert_int_equal(status, 0);
    for (uint64_t task = 0; task < ALIVE; task++) {
        assert_int_equal(run.job.tasks[task].state, TASK_ENDED);
        assert_int_equal(run.job.tasks[task].checksum, 0); /* every call went well */
    }
    stuck_close(&looker);
    mode_run_end(&run);
}

static void the_living_are_not_stuck(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS * 2; i++) {
        live_one(&ways[i / 2], &lives[i % 2]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_circle_of_two),
        TEST(a_circle_of_three),
        TEST(a_long_circle_is_told_in_short),
        TEST(a_lock_that_its_holder_wants_again),
        TEST(a_circle_with_a_tail),
        TEST(what_goes_on_is_no_circle),
        TEST(a_chain_to_who_works_is_no_circle),
        TEST(a_holder_that_changes_is_no_circle),
        TEST(two_circles_are_not_one),
        TEST(a_barrier_that_lacks_one),
        TEST(a_semaphore_without_places),
        TEST(an_event_that_nobody_sets),
        TEST(a_condition_that_nobody_signals),
        TEST(a_lock_that_was_kept),
        TEST(readers_that_want_to_write),
        TEST(several_things_are_waited_for),
        TEST(one_that_is_at_work),
        TEST(one_that_waits_anew_each_time),
        TEST(nobody_has_started),
        TEST(others_may_start),
        TEST(each_worker_has_its_share),
        TEST(shares_are_not_passed_on),
        TEST(arrivals_are_awaited),
        cmocka_unit_test(the_living_are_not_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
