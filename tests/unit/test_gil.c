/* The interpreter lock: who gets it, who is asked, who must wait for another. No test depends on
 * how long anything takes; one that would never end is ended by an alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "bench/modes/gil.h"
#include "bench/util/clock.h"

enum { LIMIT_S = 1000 };

#define US        UINT64_C(1000)
#define NEVER_NS  (3600 * NS_PER_SECOND) /* longer than any test */
#define SHORT_NS  (100 * US)
#define PLAYERS   ((size_t)4)
#define TAKES     2000
#define HANDOVERS 100

static struct gil gil;

static int begin(void **state)
{
    (void)state;
    alarm(LIMIT_S);
    return 0;
}

static int end(void **state)
{
    (void)state;
    alarm(0);
    gil_end(&gil);
    return 0;
}

/* --- what the waiting says, step by step, in one thread --- */

/* One call of pthread_cond_timedwait() by the lock: what happens meanwhile, and how it ends. */
typedef int step_function(void);

static step_function *const *script; /* NULL: the real one is called */
static struct timespec deadline_seen;

int __real_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *deadline);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *deadline);

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *deadline)
{
    if (!script) {
        return __real_pthread_cond_timedwait(condition, mutex, deadline);
    }
    assert_ptr_equal(condition, &gil.freed);
    deadline_seen = *deadline;
    pthread_mutex_unlock(mutex);
    int rc = (*script++)();
    pthread_mutex_lock(mutex);
    return rc;
}

static void take_by_script(uint64_t who, step_function *const *steps)
{
    script = steps;
    gil_take(&gil, who);
    script = NULL;
}

static int holder_changes(void)
{
    assert_false(gil.asked);
    gil_give(&gil, 1);
    gil_take(&gil, 3);
    return ETIMEDOUT;
}

static int holder_comes_back(void)
{
    assert_false(gil.asked);
    gil_give(&gil, 1);
    gil_take(&gil, 1);
    return ETIMEDOUT;
}

static int nothing_until_the_interval_ends(void)
{
    assert_false(gil.asked);
    return ETIMEDOUT;
}

static int woken_before_the_interval_ends(void)
{
    assert_false(gil.asked);
    return 0;
}

/* As gil_give() leaves it before it waits for the taker, which is this very thread. */
static int holder_gives(void)
{
    gil.held = false;
    return 0;
}

static int asked_holder_gives(void)
{
    assert_true(gil.asked);
    return holder_gives();
}

static int unasked_holder_gives(void)
{
    assert_false(gil.asked);
    return holder_gives();
}

static void a_holder_that_stays_is_asked(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    gil_take(&gil, 1);
    take_by_script(2,
                   (step_function *const[]){nothing_until_the_interval_ends, asked_holder_gives});
    assert_false(gil.asked);
    assert_int_equal(gil.last, 2);
    assert_true(gil.held);
}

static void a_holder_that_is_new_is_not_asked_yet(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    gil_take(&gil, 1);
    take_by_script(2, (step_function *const[]){holder_changes, nothing_until_the_interval_ends,
                                               asked_holder_gives});
    assert_int_equal(gil.switches, 3);
}

static void who_gave_it_up_and_came_back_is_asked(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    gil_take(&gil, 1);
    take_by_script(2, (step_function *const[]){holder_comes_back, asked_holder_gives});
    assert_int_equal(gil.switches, 2);
}

static void nobody_is_asked_before_an_interval_ends(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    gil_take(&gil, 1);
    take_by_script(2,
                   (step_function *const[]){woken_before_the_interval_ends,
                                            woken_before_the_interval_ends, unasked_holder_gives});
}

static void an_interval_is_as_long_as_said(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    gil_take(&gil, 1);
    uint64_t before = clock_now_ns();
    take_by_script(2, (step_function *const[]){holder_gives});
    uint64_t after = clock_now_ns();
    assert_in_range(clock_ns(deadline_seen), before + NEVER_NS, after + NEVER_NS);
}

static void a_free_lock_is_not_waited_for(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    assert_int_equal(gil_take(&gil, 1), 0);
    assert_int_equal(gil_yield(&gil, 1), 0);
    gil_give(&gil, 1);
    assert_false(gil.held);
    assert_int_equal(gil_take(&gil, 2), 0);
}

/* --- threads --- */

struct player {
    uint64_t who;
    pthread_t thread;
};

static struct player players[PLAYERS];
static atomic_uint inside, wrong;
static atomic_bool stop, computing;
/* Changed by the lock's holder alone, without a mutex of their own: */
static uint64_t holds; /* times that the lock was held */
static uint64_t holder;

static void play(size_t count, void *(*body)(void *player))
{
    inside = wrong = 0;
    stop = computing = false;
    holds = 0;
    for (size_t i = 0; i < count; i++) {
        players[i].who = i + 1;
        assert_int_equal(pthread_create(&players[i].thread, NULL, body, &players[i]), 0);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(players[i].thread, NULL);
    }
    assert_int_equal(wrong, 0);
}

static void hold(void)
{
    wrong += atomic_fetch_add(&inside, 1) != 0;
    holds++;
    for (volatile int i = 0; i < 20; i++) {
    }
    atomic_fetch_sub(&inside, 1);
}

static void *take_and_give(void *argument)
{
    const struct player *me = argument;
    for (size_t i = 0; i < TAKES; i++) {
        gil_take(&gil, me->who);
        hold();
        gil_yield(&gil, me->who);
        hold();
        gil_give(&gil, me->who);
    }
    return NULL;
}

/* Where no interval ever ends, a wake-up that is lost is lost for good. */
static void one_at_a_time_and_no_wake_up_lost(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, NEVER_NS), 0);
    play(PLAYERS, take_and_give);
    assert_int_equal(holds, 2 * TAKES * PLAYERS);
}

/* Nearly every take asks, so that nearly every give waits for another. */
static void one_at_a_time_when_all_ask(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, US), 0);
    play(PLAYERS, take_and_give);
    assert_int_equal(holds, 2 * TAKES * PLAYERS);
}

/* Computes, without a wait that would give the lock up, until one of the players has handed it
 * over so many times. */
static void *compute_in_turns(void *argument)
{
    const struct player *me = argument;
    gil_take(&gil, me->who);
    holder = me->who;
    for (uint64_t turns = 0; turns < HANDOVERS && !stop;) {
        bool asked = gil.asked;
        gil_yield(&gil, me->who);
        /* Whoever was asked must find that another thread held the lock meanwhile. */
        wrong += asked && holder == me->who;
        turns += holder != me->who;
        holder = me->who;
    }
    stop = true;
    gil_give(&gil, me->who);
    return NULL;
}

static void a_computing_holder_hands_over_and_another_has_it(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, SHORT_NS), 0);
    play(2, compute_in_turns);
}

static void several_that_compute_take_turns(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, SHORT_NS), 0);
    play(PLAYERS, compute_in_turns);
}

/* The first one computes until the other one has come and gone. */
static void *compute_or_come_by(void *argument)
{
    const struct player *me = argument;
    if (me->who == 1) {
        gil_take(&gil, 1);
        computing = true;
        while (!stop) {
            gil_yield(&gil, 1);
        }
        gil_give(&gil, 1);
    } else {
        while (!computing) {
        }
        gil_take(&gil, 2);
        stop = true;
        gil_give(&gil, 2);
    }
    return NULL;
}

static void one_that_computes_alone_is_asked_by_one_that_comes(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, SHORT_NS), 0);
    play(2, compute_or_come_by);
}

static uint64_t last_holder(void)
{
    pthread_mutex_lock(&gil.mutex);
    uint64_t last = gil.last;
    pthread_mutex_unlock(&gil.mutex);
    return last;
}

/* Who gives the lock up for a wait, or for good, and was asked for it, sees it taken. */
static void *leave_when_asked(void *argument)
{
    const struct player *me = argument;
    while (me->who == 2 && !computing) {
    }
    for (size_t i = 0; i < HANDOVERS; i++) {
        gil_take(&gil, me->who);
        computing = true;
        while (me->who == 1 && !gil.asked && !stop) {
        }
        bool asked = gil.asked;
        gil_give(&gil, me->who);
        wrong += asked && last_holder() == me->who;
    }
    stop = true;
    return NULL;
}

static void giving_it_up_waits_where_it_was_asked_for(void **state)
{
    (void)state;
    assert_int_equal(gil_init(&gil, SHORT_NS), 0);
    play(2, leave_when_asked);
}

#define GIL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GIL_TEST(a_holder_that_stays_is_asked),
        GIL_TEST(a_holder_that_is_new_is_not_asked_yet),
        GIL_TEST(who_gave_it_up_and_came_back_is_asked),
        GIL_TEST(nobody_is_asked_before_an_interval_ends),
        GIL_TEST(an_interval_is_as_long_as_said),
        GIL_TEST(a_free_lock_is_not_waited_for),
        GIL_TEST(one_at_a_time_and_no_wake_up_lost),
        GIL_TEST(one_at_a_time_when_all_ask),
        GIL_TEST(a_computing_holder_hands_over_and_another_has_it),
        GIL_TEST(several_that_compute_take_turns),
        GIL_TEST(one_that_computes_alone_is_asked_by_one_that_comes),
        GIL_TEST(giving_it_up_waits_where_it_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
