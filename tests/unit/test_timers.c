#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/loop/timers.h"

static uint64_t random_state;

static uint64_t next_random(uint64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % below;
}

static struct operation *add(struct timers *timers, struct operation *operation, uint64_t until)
{
    *operation = (struct operation){.kind = OPERATION_SLEEP, .until_ns = until};
    assert_int_equal(timers_add(timers, operation), 0);
    return operation;
}

/* Takes all: each comes once, the earliest first. */
static void take_all(struct timers *timers, uint64_t count)
{
    uint64_t last = 0;
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(timers_count(timers), count - i);
        uint64_t next = timers->next_ns;
        struct operation *taken = timers_take(timers);
        assert_int_equal(taken->until_ns, next);
        assert_true(taken->until_ns >= last);
        assert_int_equal(taken->result, 0);
        taken->result = 1;
        last = taken->until_ns;
    }
    assert_int_equal(timers_count(timers), 0);
    assert_int_equal(timers->next_ns, TIMERS_NEVER);
}

enum { MANY = 20000 };

static uint64_t ascending(uint64_t i)
{
    return 1000 + i;
}

static uint64_t descending(uint64_t i)
{
    return 1000 + MANY - i;
}

static uint64_t equal(uint64_t i)
{
    (void)i;
    return 7;
}

static uint64_t scattered(uint64_t i)
{
    (void)i;
    return next_random(5000);
}

/* One early straggler in three: both parts are in use. */
static uint64_t mixed(uint64_t i)
{
    return i % 3 == 0 ? next_random(1000) : 1000 + i;
}

static void every_order_of_deadlines_comes_out_sorted(void **state)
{
    (void)state;
    uint64_t (*const orders[])(uint64_t) = {ascending, descending, equal, scattered, mixed};
    struct operation *operations = calloc(MANY, sizeof *operations);
    assert_non_null(operations);
    for (size_t order = 0; order < sizeof orders / sizeof orders[0]; order++) {
        for (uint64_t count = 0; count <= MANY; count = count < 20 ? count + 1 : count * 10) {
            struct timers timers;
            assert_int_equal(timers_open(&timers, count / 2), 0); /* more than expected */
            for (uint64_t i = 0; i < count; i++) {
                add(&timers, &operations[i], orders[order](i));
            }
            take_all(&timers, count);
            timers_close(&timers);
        }
    }
    free(operations);
}

/* Taken and added in turns, against a plain search for the earliest. */
static void adding_and_taking_in_turns_agrees_with_a_plain_search(void **state)
{
    (void)state;
    enum { PLACES = 200 };
    struct operation operations[PLACES];
    bool in[PLACES] = {false};
    struct timers timers;
    uint64_t clock = 0;

    assert_int_equal(timers_open(&timers, 1), 0);
    for (int step = 0; step < 100000; step++) {
        size_t place = next_random(PLACES);
        if (!in[place]) {
            /* Mostly equally long sleeps, as tasks do; now and then any. */
            uint64_t until = next_random(4) == 0 ? clock + next_random(500) : clock + 300;
            add(&timers, &operations[place], until);
            in[place] = true;
        } else if (next_random(2) == 0) {
            uint64_t earliest = UINT64_MAX;
            for (size_t i = 0; i < PLACES; i++) {
                if (in[i] && operations[i].until_ns < earliest) {
                    earliest = operations[i].until_ns;
                }
            }
            assert_int_equal(timers.next_ns, earliest);
            struct operation *taken = timers_take(&timers);
            assert_int_equal(taken->until_ns, earliest);
            assert_true(in[taken - operations]);
            in[taken - operations] = false;
            clock = earliest;
        }
    }
    timers_close(&timers);
}

/* A few timers that go on for ever do not wander through the memory. */
static void the_queue_is_given_up_behind_the_timers(void **state)
{
    (void)state;
    struct operation operations[3];
    struct timers timers;
    uint64_t clock = 0;

    assert_int_equal(timers_open(&timers, 10), 0);
    size_t bytes = timers.sorted_room.bytes;
    for (size_t i = 0; i < 3; i++) {
        add(&timers, &operations[i], ++clock);
    }
    for (int i = 0; i < 100000; i++) {
        struct operation *taken = timers_take(&timers);
        assert_ptr_equal(taken, &operations[i % 3]);
        add(&timers, taken, ++clock);
    }
    assert_true(timers.sorted_room.bytes <= 2 * bytes);
    assert_int_equal(timers_count(&timers), 3);
    timers_close(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_deadlines_comes_out_sorted),
        cmocka_unit_test(adding_and_taking_in_turns_agrees_with_a_plain_search),
        cmocka_unit_test(the_queue_is_given_up_behind_the_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
