/* Objects of tasks that block: between threads and between processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "bench/util/clock.h"
#include "tests/unit/sync_run.h"

enum { TASKS = 6, ROUNDS = 3000, PLACES = 3 };

/* An assertion of cmocka's in a thread or a fork would jump out of another's frame. */
#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

/* Both ways, anew each time. */
static void both_ways(void (*test)(struct sync_run *run))
{
    for (int processes = 0; processes < 2; processes++) {
        struct sync_run run;
        sync_run_begin(&run, processes);
        test(&run);
        sync_run_end(&run);
    }
}

static bool waits(const struct sync_run *run, uint64_t task)
{
    return atomic_load(&sync_wait_of(run->area, task)->sequence) % 2 == 1;
}

/* --- locks --- */

static const enum object_kind locks[] = {OBJECT_MUTEX, OBJECT_SPIN, OBJECT_RW, OBJECT_RECURSIVE};
enum { LOCKS = sizeof locks / sizeof *locks };

static uint32_t used; /* the object that the bodies take */

/* One at a time, and the count comes out right without atomics. */
static void add_under_lock(struct task_context *context, struct sync_board *board)
{
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(ctx_lock(context, used) == 0);
        CHECK(atomic_load(&sync_at(context->area, used)->holder) == context->task + 1);
        board->plain++;
        if (i % 500 == 0) {
            sync_run_enter(board);
            sched_yield(); /* others come and find it taken, also on one core */
            sync_run_leave(board);
        }
        CHECK(ctx_unlock(context, used) == 0);
    }
}

static void locks_exclude(struct sync_run *run)
{
    for (uint32_t i = 0; i < LOCKS; i++) {
        assert_int_equal(sync_make(run->area, i, locks[i], 0), 0);
        *run->board = (struct sync_board){0};
        used = i;
        sync_run_tasks(run, TASKS, add_under_lock);
        assert_int_equal(run->board->plain, TASKS * ROUNDS);
        assert_int_equal(run->board->peak, 1);
        assert_int_equal(sync_at(run->area, i)->holder, 0);
        for (uint64_t task = 0; task < TASKS; task++) {
            assert_false(waits(run, task));
        }
    }
}

static void test_locks_exclude(void **state)
{
    (void)state;
    both_ways(locks_exclude);
}

/* Its holder may take it again, and gives it back as often; nobody is let in between. */
static void recurse(struct task_context *context, struct sync_board *board)
{
    for (int i = 0; i < 200; i++) {
        for (int depth = 0; depth < 3; depth++) {
            CHECK(ctx_lock(context, 0) == 0);
        }
        sync_run_enter(board);
        CHECK(ctx_unlock(context, 0) == 0 && ctx_unlock(context, 0) == 0);
        sched_yield();
        sync_run_leave(board);
        CHECK(ctx_unlock(context, 0) == 0);
        CHECK(ctx_unlock(context, 0) == -EPERM);
    }
}

static void recursive(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, 0, OBJECT_RECURSIVE, 0), 0);
    sync_run_tasks(run, TASKS, recurse);
    assert_int_equal(run->board->peak, 1);
}

static void test_recursive_locks_count(void **state)
{
    (void)state;
    both_ways(recursive);
}

/* All of them meet inside, or would never come out. */
static void meet(struct task_context *context, struct sync_board *board)
{
    CHECK(ctx_lock_shared(context, 0) == 0);
    atomic_fetch_add(&board->first, 1);
    while (atomic_load(&board->first) < TASKS) {
        sched_yield();
    }
    CHECK(ctx_unlock(context, 0) == 0);
}

/* One writer among them; none is inside with it. */
static void read_or_write(struct task_context *context, struct sync_board *board)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (context->task == 0) {
            CHECK(ctx_lock(context, 0) == 0);
            board->plain++;
            sync_run_enter(board);
            CHECK(atomic_load(&board->inside) == 1);
            sync_run_leave(board);
        } else {
            CHECK(ctx_lock_shared(context, 0) == 0);
            sync_run_enter(board);
            CHECK(board->plain <= ROUNDS);
            sync_run_leave(board);
        }
        CHECK(ctx_unlock(context, 0) == 0);
    }
}

static void readers(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, 0, OBJECT_RW, 0), 0);
    sync_run_tasks(run, TASKS, meet);
    sync_run_tasks(run, TASKS, read_or_write);
    assert_int_equal(run->board->plain, ROUNDS);
    assert_int_equal(sync_at(run->area, 0)->readers, 0);
}

static void test_readers_share_and_writers_do_not(void **state)
{
    (void)state;
    both_ways(readers);
}

/* --- semaphore --- */

static void pass_semaphore(struct task_context *context, struct sync_board *board)
{
    for (int i = 0; i < 300; i++) {
        CHECK(ctx_acquire(context, 0) == 0);
        sync_run_enter(board);
        sched_yield();
        sync_run_leave(board);
        CHECK(ctx_release(context, 0) == 0);
    }
}

static void semaphore(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, 0, OBJECT_SEMAPHORE, PLACES), 0);
    sync_run_tasks(run, TASKS, pass_semaphore);
    assert_in_range(run->board->peak, 1, PLACES);
    assert_int_equal(sync_at(run->area, 0)->places, PLACES);

    /* So many can be inside at once. */
    struct task_context context = sync_run_context(run, 0);
    for (int i = 0; i < PLACES; i++) {
        assert_int_equal(ctx_acquire(&context, 0), 0);
    }
    assert_int_equal(sync_at(run->area, 0)->places, 0);
}

static void test_a_semaphore_bounds(void **state)
{
    (void)state;
    both_ways(semaphore);
}

/* --- event --- */

static void await_or_set(struct task_context *context, struct sync_board *board)
{
    if (context->task > 0) {
        CHECK(ctx_await(context, 0) == 0);
        CHECK(board->plain == 1); /* what was written before the setting is seen */
        CHECK(ctx_await(context, 0) == 0);
        return;
    }
    for (uint64_t task = 1; task < TASKS; task++) {
        while (atomic_load(&sync_wait_of(context->area, task)->sequence) % 2 == 0) {
            sched_yield();
        }
    }
    board->plain = 1;
    CHECK(ctx_set(context, 0) == 0);
    CHECK(ctx_set(context, 0) == 0);
}

static void event(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, 0, OBJECT_EVENT, 0), 0);
    sync_run_tasks(run, TASKS, await_or_set);
    for (uint64_t task = 0; task < TASKS; task++) {
        assert_false(waits(run, task));
    }
}

static void test_an_event_wakes_all(void **state)
{
    (void)state;
    both_ways(event);
}

/* --- barrier --- */

/* Nobody begins a round before all have ended the one before; one of them is told so. */
static void arrive(struct task_context *context, struct sync_board *board)
{
    for (uint64_t round = 1; round <= 200; round++) {
        atomic_fetch_add(&board->first, 1);
        int rc = ctx_arrive(context, 0);
        CHECK(rc == 0 || rc == 1);
        atomic_fetch_add(&board->second, (uint64_t)rc);
        CHECK(atomic_load(&board->first) >= round * TASKS);
        CHECK(atomic_load(&board->first) < (round + 1) * TASKS);
    }
}

static void barrier(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, 0, OBJECT_BARRIER, TASKS), 0);
    sync_run_tasks(run, TASKS, arrive);
    assert_int_equal(run->board->second, 200);
    assert_int_equal(sync_at(run->area, 0)->arrived, 200 * TASKS);
    assert_int_equal(sync_at(run->area, 0)->passed, 200 * TASKS);
}

static void test_a_barrier_tells_one(void **state)
{
    (void)state;
    both_ways(barrier);
}

/* --- condition --- */

enum { LOCK, FULL, FREE };

/* Half of them hand numbers over to the other half through one place. */
static void hand_over(struct task_context *context, struct sync_board *board)
{
    bool gives = context->task % 2 == 0;
    for (int i = 0; i < 500; i++) {
        CHECK(ctx_lock(context, LOCK) == 0);
        while (board->plain == gives) {
            CHECK(ctx_wait(context, gives ? FREE : FULL, LOCK) == 0);
            CHECK(atomic_load(&sync_at(context->area, LOCK)->holder) == context->task + 1);
        }
        board->plain = gives;
        CHECK(ctx_signal(context, gives ? FULL : FREE) == 0);
        CHECK(ctx_unlock(context, LOCK) == 0);
    }
    atomic_fetch_add(&board->first, 1);
}

/* All wait, and are let go by one call. */
static void broadcast(struct task_context *context, struct sync_board *board)
{
    if (context->task > 0) {
        CHECK(ctx_lock(context, LOCK) == 0);
        atomic_fetch_add(&board->second, 1);
        while (board->plain != 7) {
            CHECK(ctx_wait(context, FULL, LOCK) == 0);
        }
        CHECK(ctx_unlock(context, LOCK) == 0);
        return;
    }
    while (atomic_load(&board->second) < TASKS - 1) {
        sched_yield();
    }
    CHECK(ctx_lock(context, LOCK) == 0); /* the last one waits now, too */
    board->plain = 7;
    CHECK(ctx_broadcast(context, FULL) == 0);
    CHECK(ctx_unlock(context, LOCK) == 0);
}

static void condition(struct sync_run *run)
{
    assert_int_equal(sync_make(run->area, LOCK, OBJECT_MUTEX, 0), 0);
    assert_int_equal(sync_make(run->area, FULL, OBJECT_CONDITION, 0), 0);
    assert_int_equal(sync_make(run->area, FREE, OBJECT_CONDITION, 0), 0);
    sync_run_tasks(run, TASKS, hand_over);
    assert_int_equal(run->board->first, TASKS);
    sync_run_tasks(run, TASKS, broadcast);
    assert_int_equal(run->board->second, TASKS - 1);

    /* Signals without waiters are not kept. */
    struct task_context context = sync_run_context(run, 0);
    struct sync_object *full = sync_at(run->area, FULL);
    assert_int_equal(ctx_signal(&context, FULL), 0);
    assert_int_equal(ctx_broadcast(&context, FULL), 0);
    assert_int_equal(full->grants, full->tickets);
}

static void test_conditions_signal(void **state)
{
    (void)state;
    both_ways(condition);
}

/* --- deaths --- */

static void die_holding(struct task_context *context, struct sync_board *board)
{
    CHECK(ctx_lock(context, used) == 0);
    atomic_store(&board->first, 1);
    for (;;) {
        pause();
    }
}

static void take_over(struct task_context *context, struct sync_board *board)
{
    int rc = ctx_lock(context, used);
    CHECK(rc == 0 || rc == 1);
    atomic_fetch_add(rc == 1 ? &board->second : &board->third, 1);
    CHECK(ctx_unlock(context, used) == 0);
}

/* Of those that wait for a lock whose holder is killed one is told, and all go on. */
static void test_a_dead_holder_leaves_its_lock(void **state)
{
    static const enum object_kind kinds[] = {OBJECT_MUTEX, OBJECT_RECURSIVE};
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct sync_run run;
        pid_t others[3];
        int status;
        used = i;
        sync_run_begin(&run, true);
        assert_int_equal(sync_make(run.area, i, kinds[i], 0), 0);
        pid_t victim = sync_run_fork(&run, 9, die_holding);
        while (atomic_load(&run.board->first) == 0) {
            sched_yield();
        }
        for (uint64_t task = 0; task < 3; task++) {
            others[task] = sync_run_fork(&run, task, take_over);
            while (!waits(&run, task)) {
                sched_yield();
            }
        }
        kill(victim, SIGKILL);
        assert_int_equal(waitpid(victim, &status, 0), victim);
        for (uint64_t task = 0; task < 3; task++) {
            assert_int_equal(waitpid(others[task], &status, 0), others[task]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(run.board->second, 1);
        assert_int_equal(run.board->third, 2);
        assert_int_equal(sync_at(run.area, i)->holder, 0);
        sync_run_end(&run);
    }
}

/* --- what is known of who waits --- */

static void wait_for_lock(struct task_context *context, struct sync_board *board)
{
    CHECK(ctx_lock(context, 3) == 0);
    atomic_store(&board->first, 1);
    CHECK(ctx_unlock(context, 3) == 0);
}

static void known(struct sync_run *run)
{
    struct task_context context = sync_run_context(run, 5);
    struct sync_thread thread = {.run = run, .body = wait_for_lock, .task = 2};
    struct sync_wait *wait = sync_wait_of(run->area, 2);
    assert_int_equal(sync_make(run->area, 3, OBJECT_MUTEX, 0), 0);
    assert_int_equal(ctx_lock(&context, 3), 0);
    assert_int_equal(sync_wait_of(run->area, 5)->sequence, 0); /* a free lock is not waited for */
    assert_int_equal(pthread_create(&thread.thread, NULL, sync_thread_main, &thread), 0);
    while (!waits(run, 2)) {
        sched_yield();
    }
    assert_int_equal(wait->object, 3);
    assert_int_equal(wait->how, SYNC_ALONE);
    assert_int_equal(sync_at(run->area, 3)->holder, 6);
    assert_int_equal(run->board->first, 0);
    assert_int_equal(ctx_unlock(&context, 3), 0);
    pthread_join(thread.thread, NULL);
    assert_int_equal(wait->sequence, 2);
}

static void test_waits_are_known(void **state)
{
    (void)state;
    both_ways(known);
}

static void misuse(struct sync_run *run)
{
    struct task_context context = sync_run_context(run, 1), other = sync_run_context(run, 2);
    for (uint32_t i = 0; i < LOCKS; i++) {
        assert_int_equal(sync_make(run->area, i, locks[i], 0), 0);
        assert_int_equal(ctx_unlock(&context, i), -EPERM);
        assert_int_equal(ctx_lock(&other, i), 0);
        assert_int_equal(ctx_unlock(&context, i), -EPERM);
        assert_int_equal(ctx_unlock(&other, i), 0);
        assert_int_equal(ctx_acquire(&context, i), -EINVAL);
        assert_int_equal(ctx_arrive(&context, i), -EINVAL);
        assert_int_equal(ctx_await(&context, i), -EINVAL);
        assert_int_equal(ctx_signal(&context, i), -EINVAL);
    }
    assert_int_equal(ctx_lock_shared(&context, 0), -EINVAL);
    assert_int_equal(ctx_lock(&context, 7), -EINVAL); /* not made */
    assert_int_equal(ctx_unlock(&context, 7), -EINVAL);
    assert_int_equal(ctx_lock(&context, 8), -EINVAL); /* there are 0 to 7 */
    assert_int_equal(sync_make(run->area, 4, OBJECT_SEMAPHORE, 1), 0);
    assert_int_equal(ctx_lock(&context, 4), -EINVAL);
    assert_int_equal(ctx_unlock(&context, 4), -EINVAL);
    assert_int_equal(sync_make(run->area, 5, OBJECT_CONDITION, 0), 0);
    assert_int_equal(ctx_wait(&context, 5, 0), -EPERM);  /* not its holder */
    assert_int_equal(ctx_wait(&context, 5, 4), -EINVAL); /* not with a mutex */
    assert_int_equal(ctx_wait(&context, 0, 0), -EINVAL);
    assert_int_equal(ctx_lock(&context, 3), 0);
    assert_int_equal(ctx_lock(&context, 3), 0);
    assert_int_equal(ctx_wait(&context, 5, 3), -EPERM); /* held twice */
}

static void test_misuse_is_refused(void **state)
{
    (void)state;
    both_ways(misuse);
}

static void test_what_cannot_be_made(void **state)
{
    struct sync_run run;
    (void)state;
    sync_run_begin(&run, false);
    assert_int_equal(sync_make(run.area, SYNC_OBJECTS, OBJECT_MUTEX, 0), -EINVAL);
    assert_int_equal(sync_make(run.area, 0, OBJECT_BARRIER, 0), -EINVAL);
    assert_int_equal(sync_make(run.area, 0, OBJECT_BARRIER, UINT64_C(1) << 32), -EINVAL);
    assert_int_equal(sync_make(run.area, 0, OBJECT_SEMAPHORE, UINT64_C(1) << 32), -EINVAL);
    assert_int_equal(sync_make(run.area, 0, OBJECT_SEMAPHORE, 0), 0);
    assert_int_equal(sync_make(run.area, 0, OBJECT_MUTEX, 0), -EINVAL); /* made already */
    assert_int_equal(sync_area_bytes(0, 1000, 10), 0);
    assert_int_equal(sync_area_bytes(1, 1, 1) % 256, 0);
    sync_run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locks_exclude),
        cmocka_unit_test(test_recursive_locks_count),
        cmocka_unit_test(test_readers_share_and_writers_do_not),
        cmocka_unit_test(test_a_semaphore_bounds),
        cmocka_unit_test(test_an_event_wakes_all),
        cmocka_unit_test(test_a_barrier_tells_one),
        cmocka_unit_test(test_conditions_signal),
        cmocka_unit_test(test_a_dead_holder_leaves_its_lock),
        cmocka_unit_test(test_waits_are_known),
        cmocka_unit_test(test_misuse_is_refused),
        cmocka_unit_test(test_what_cannot_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
