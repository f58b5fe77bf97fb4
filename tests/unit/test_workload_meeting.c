/* semaphore, event, barrier, deadlock: tasks that wait for each other, and primitives that let one
 * go on when it should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/sync_tasks.h"

extern const struct workload workload_semaphore, workload_event, workload_barrier,
    workload_deadlock;

static void begin(struct run *run, const struct workload *workload, uint64_t tasks,
                  const char *const settings[][2])
{
    sync_begin(run, workload, tasks);
    for (size_t i = 0; settings[i][0] != NULL; i++) {
        run_set(run, settings[i][0], settings[i][1]);
    }
    run_setup(run);
}

static int no_call(struct task_context *context, uint32_t object)
{
    (void)context;
    (void)object;
    return 0;
}

static int no_sleep(struct task_context *context, uint64_t ns)
{
    (void)context;
    (void)ns;
    return 0;
}

static const struct wait_calls early_calls = {.sleep = no_sleep};

/* --- semaphore --- */

static void a_semaphore_lets_so_many_in(void **state)
{
    static const struct {
        const char *places;
        uint64_t tasks, peak;
    } cases[] = {{"1", 5, 1}, {"3", 12, 3}, {"50", 4, 4}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        begin(&run, &workload_semaphore, cases[c].tasks,
              (const char *const[][2]){
                  {"places", cases[c].places}, {"hold", "20ms"}, {"rounds", "5"}, {NULL}});
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        assert_in_range(sync_observe(&run).peak_inside, 1, cases[c].peak);
        sync_end(&run);
    }
}

/* Counts on all tasks' being inside: each waits there until all are. */
static uint64_t gathered, gather;

static int gathering_sleep(struct task_context *context, uint64_t ns)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
    (void)context;
    (void)ns;
    pthread_mutex_lock(&mutex);
    gathered++;
    pthread_cond_broadcast(&came);
    while (gathered < gather) {
        pthread_cond_wait(&came, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    return 0;
}

static int make_with_4(const struct workload_env *env, uint32_t number, enum object_kind kind,
                       uint64_t count)
{
    (void)count;
    return run_make(env, number, kind, 4);
}

static void one_more_inside_is_seen(void **state)
{
    static const struct wait_calls calls = {.sleep = gathering_sleep};
    (void)state;
    for (uint64_t places = 3; places <= 4; places++) { /* 4 tasks inside at once */
        struct run run;
        sync_begin(&run, &workload_semaphore, 4);
        run_set(&run, "places", places == 3 ? "3" : "4");
        run.env.make = make_with_4;
        run_setup(&run);
        gathered = 0;
        gather = 4;
        run.context.calls = &calls;
        sync_run_threads(&run);
        assert_int_equal(sync_observe(&run).peak_inside, 4);
        if (places == 3) {
            sync_refuses(&run, "4 tasks were inside at once, of 3 places");
        } else {
            sync_verifies(&run);
        }
        sync_end(&run);
    }
}

static void one_that_leaves_too_early_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run, &workload_semaphore, 1, (const char *const[][2]){{"hold", "1h"}, {NULL}});
    run.context.calls = &early_calls;
    assert_false(run_is_right(&run, 0));
    sync_end(&run);
}

static void one_that_stays_away_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run, &workload_semaphore, 2, (const char *const[][2]){{"hold", "0"}, {NULL}});
    assert_true(run_is_right(&run, 0));
    sync_refuses(&run, "1 tasks went inside, of 2");
    sync_end(&run);
}

/* --- event --- */

static void an_event_wakes_all(void **state)
{
    (void)state;
    for (uint64_t tasks = 1; tasks <= 16; tasks += 5) {
        struct run run;
        begin(&run, &workload_event, tasks, (const char *const[][2]){{"delay", "1ms"}, {NULL}});
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        /* Alone, there is nobody to be woken. */
        const uint64_t spread = sync_observe(&run).wake_spread_ns;
        assert_true(tasks == 1 ? spread == UINT64_MAX : spread > 0 && spread < UINT64_C(1) << 40);
        sync_end(&run);
        assert_int_equal(workload_event.together(run.values, tasks), tasks);
    }
}

static void going_on_before_the_event_is_seen(void **state)
{
    struct sync_calls calls = sync_blocking;
    struct run run;
    (void)state;
    calls.await = no_call;
    begin(&run, &workload_event, 3, (const char *const[][2]){{"delay", "1ms"}, {NULL}});
    run.context.sync = &calls;
    for (uint64_t i = 0; i < 3; i++) {
        /* Who goes on too early lacks the message that was to come with it. */
        assert_int_equal(run_is_right(&run, i), i == 2);
    }
    sync_refuses(&run, "task 0 went on");
    sync_refuses(&run, "before the event was set");
    sync_end(&run);
}

static void an_event_that_nobody_set_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run, &workload_event, 3, (const char *const[][2]){{NULL}});
    sync_refuses(&run, "3 tasks of 3 did not wait");
    sync_end(&run);
}

/* --- barrier --- */

static void a_barrier_keeps_all_together(void **state)
{
    static const char *const rounds[] = {"1", "2", "30", "100"};
    (void)state;
    for (uint64_t tasks = 1; tasks <= 9; tasks += 4) {
        for (size_t r = 0; r < 4; r++) {
            struct run run;
            begin(&run, &workload_barrier, tasks,
                  (const char *const[][2]){{"rounds", rounds[r]}, {"work", "10"}, {NULL}});
            assert_true(sync_run_threads(&run));
            sync_verifies(&run);
            const uint64_t spread = sync_observe(&run).wake_spread_ns;
            assert_true(tasks == 1 ? spread == UINT64_MAX : spread < UINT64_C(1) << 40);
            sync_end(&run);
            assert_int_equal(workload_barrier.together(run.values, tasks), tasks);
        }
    }
}

static void going_through_too_early_is_seen(void **state)
{
    struct sync_calls calls = sync_blocking;
    struct run run;
    (void)state;
    calls.arrive = no_call;
    begin(&run, &workload_barrier, 3, (const char *const[][2]){{"rounds", "2"}, {NULL}});
    run.context.sync = &calls;
    assert_false(run_is_right(&run, 1)); /* the neighbour's number was not there */
    sync_refuses(&run, "let task 1 through in round 0");
    sync_refuses(&run, "when 1 of 3 had arrived");
    sync_end(&run);
}

/* It lets go on whom it should, and names nobody. */
static int silent_arrive(struct task_context *context, uint32_t object)
{
    int rc = sync_blocking.arrive(context, object);
    return rc < 0 ? rc : 0;
}

static void nobody_singled_out_is_seen(void **state)
{
    struct sync_calls calls = sync_blocking;
    struct run run;
    (void)state;
    calls.arrive = silent_arrive;
    begin(&run, &workload_barrier, 3, (const char *const[][2]){{"rounds", "5"}, {NULL}});
    run.context.sync = &calls;
    assert_true(sync_run_threads(&run));
    sync_refuses(&run, "singled out a task 0 times in 5 rounds");
    sync_end(&run);
}

/* --- deadlock --- */

static void one_order_or_one_lock_ends(void **state)
{
    static const char *const endings[][2] = {
        {"order", "same"}, {"kind", "recursive"}, {"hold", "0"}};
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        struct run run;
        begin(&run, &workload_deadlock, 8,
              (const char *const[][2]){{"hold", "1ms"}, {endings[c][0], endings[c][1]}, {NULL}});
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        sync_end(&run);
    }
}

/* One after the other they end in any order. */
static void in_turns_it_ends(void **state)
{
    struct run run;
    (void)state;
    begin(&run, &workload_deadlock, 4, (const char *const[][2]){{"hold", "1ms"}, {NULL}});
    for (uint64_t i = 0; i < 4; i++) {
        assert_true(run_is_right(&run, i));
    }
    sync_verifies(&run);
    sync_end(&run);
}

/* Which locks a task takes, and in which order. */
static char taken[16];

static int noting_lock(struct task_context *context, uint32_t object)
{
    (void)context;
    taken[strlen(taken)] = (char)('A' + object);
    return 0;
}

static void odd_tasks_take_them_the_other_way(void **state)
{
    static const struct {
        const char *order, *kind, *even, *odd;
        uint64_t objects;
    } cases[] = {{"opposite", "mutex", "AB", "BA", 2},
                 {"same", "mutex", "AB", "AB", 2},
                 {"opposite", "recursive", "AA", "AA", 1},
                 {"same", "recursive", "AA", "AA", 1}};
    const struct sync_calls calls = {.lock = noting_lock, .unlock = no_call};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        begin(&run, &workload_deadlock, 2,
              (const char *const[][2]){
                  {"order", cases[c].order}, {"kind", cases[c].kind}, {"hold", "0"}, {NULL}});
        assert_int_equal(workload_deadlock.objects(run.values, 2), cases[c].objects);
        run.context.sync = &calls;
        for (uint64_t i = 0; i < 2; i++) {
            memset(taken, 0, sizeof taken);
            run_checksum(&run, i);
            assert_string_equal(taken, i == 0 ? cases[c].even : cases[c].odd);
        }
        sync_end(&run);
    }
}

static void one_that_was_not_counted_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run, &workload_deadlock, 2, (const char *const[][2]){{"hold", "0"}, {NULL}});
    run_checksum(&run, 0);
    sync_refuses(&run, "1 of 2 tasks were counted");
    sync_end(&run);
}

/* --- all of them --- */

static int failing(struct task_context *context, uint32_t object)
{
    (void)context;
    (void)object;
    return -EOWNERDEAD;
}

static const struct workload *const all[] = {&workload_semaphore, &workload_event,
                                             &workload_barrier, &workload_deadlock};

static void what_fails_ends_a_task(void **state)
{
    const struct sync_calls calls = {
        .lock = failing, .acquire = failing, .await = failing, .set = failing, .arrive = failing};
    (void)state;
    for (size_t w = 0; w < 4; w++) {
        struct run run;
        uint64_t checksum;
        begin(&run, all[w], 3, (const char *const[][2]){{NULL}});
        run.context.sync = &calls;
        for (uint64_t i = 0; i < 3; i++) {
            assert_int_equal(run_task(&run, i, &checksum), -EOWNERDEAD);
        }
        sync_end(&run);
    }
}

static void without_memory_they_say_so(void **state)
{
    (void)state;
    for (size_t w = 0; w < 4; w++) {
        sync_setup_fails(all[w], 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_semaphore_lets_so_many_in),
        cmocka_unit_test(one_more_inside_is_seen),
        cmocka_unit_test(one_that_leaves_too_early_is_seen),
        cmocka_unit_test(one_that_stays_away_is_seen),
        cmocka_unit_test(an_event_wakes_all),
        cmocka_unit_test(going_on_before_the_event_is_seen),
        cmocka_unit_test(an_event_that_nobody_set_is_seen),
        cmocka_unit_test(a_barrier_keeps_all_together),
        cmocka_unit_test(going_through_too_early_is_seen),
        cmocka_unit_test(nobody_singled_out_is_seen),
        cmocka_unit_test(one_order_or_one_lock_ends),
        cmocka_unit_test(in_turns_it_ends),
        cmocka_unit_test(odd_tasks_take_them_the_other_way),
        cmocka_unit_test(one_that_was_not_counted_is_seen),
        cmocka_unit_test(what_fails_ends_a_task),
        cmocka_unit_test(without_memory_they_say_so),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
