/* In which order ready tasks have their turn: by hand, and against a plain model of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/schedule/ready.h"
#include "bench/util/mix.h"

enum { TASKS = 300, NONE = -1 };

#define FOREVER (168 * 3600 * UINT64_C(1000000000))

static struct ready *ready;

static void open_kind(enum schedule_kind kind)
{
    struct schedule schedule = {.kind = kind};
    if (schedule_slices(kind)) {
        schedule.slice_ns = 100;
    }
    if (kind == SCHEDULE_MLFQ) {
        schedule.levels = 3;
    }
    ready = ready_open(&schedule, TASKS, 0);
    assert_non_null(ready);
}

static void open_levels(uint64_t levels, uint64_t slice_ns, uint64_t boost_ns)
{
    const struct schedule schedule = {SCHEDULE_MLFQ, slice_ns, levels, boost_ns};
    ready = ready_open(&schedule, TASKS, 0);
    assert_non_null(ready);
}

static void put_fresh(uint32_t task, uint64_t key)
{
    ready_put(ready, task, false, key);
}

static void put_begun(uint32_t task)
{
    ready_put(ready, task, true, 0);
}

static int take(uint64_t now_ns)
{
    uint32_t task = ready_take(ready, true, now_ns);
    return task == READY_NOBODY ? NONE : (int)task;
}

/* Takes all; they come as in `right`, which ends with NONE. */
static void comes(const int *right)
{
    for (; *right != NONE; right++) {
        assert_true(ready_any(ready, true));
        assert_int_equal(take(0), *right);
    }
    assert_false(ready_any(ready, true));
    assert_int_equal(take(0), NONE);
}

#define COMES(...) comes((const int[]){__VA_ARGS__, NONE})

/* --- each discipline --- */

static void the_first_one_first(void **state)
{
    static const enum schedule_kind kinds[] = {SCHEDULE_FCFS, SCHEDULE_RR};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_kind(kinds[i]);
        put_fresh(3, 9);
        put_fresh(1, 1);
        put_begun(2);
        put_fresh(0, 0);
        COMES(3, 1, 2, 0);
        ready_close(ready);
    }
}

static void the_last_one_first(void **state)
{
    (void)state;
    open_kind(SCHEDULE_LIFO);
    put_fresh(3, 0);
    put_begun(2);
    put_fresh(1, 0);
    assert_int_equal(take(0), 1);
    put_fresh(0, 0);
    put_begun(4);
    COMES(4, 0, 2, 3);
    ready_close(ready);
}

static void the_smallest_one_first_and_of_equal_ones_the_first(void **state)
{
    static const enum schedule_kind kinds[] = {SCHEDULE_SJF, SCHEDULE_PRIORITY};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_kind(kinds[i]);
        put_fresh(0, 7);
        put_fresh(1, UINT64_MAX);
        put_fresh(5, 2);
        ready_put(ready, 3, true, 2);
        put_fresh(2, 2);
        put_fresh(4, 0);
        COMES(4, 5, 3, 2, 0, 1);
        ready_close(ready);
    }
}

static void who_gives_way_lets_all_others_go_before(void **state)
{
    (void)state;
    for (enum schedule_kind kind = SCHEDULE_FCFS; kind <= SCHEDULE_MLFQ; kind++) {
        open_kind(kind);
        put_fresh(3, 7);
        put_begun(2);
        ready_put_last(ready, 0);
        ready_put_last(ready, 1);
        if (kind == SCHEDULE_LIFO || kind == SCHEDULE_SJF || kind == SCHEDULE_PRIORITY) {
            put_fresh(4, 9);
            assert_int_equal(take(0), kind == SCHEDULE_LIFO ? 4 : 2);
            assert_int_equal(take(0), kind == SCHEDULE_LIFO ? 2 : 3);
            assert_int_equal(take(0), kind == SCHEDULE_LIFO ? 3 : 4);
            COMES(0, 1);
        } else {
            COMES(3, 2, 0, 1);
        }
        ready_close(ready);
    }
}

static void who_has_not_begun_can_be_left_out(void **state)
{
    (void)state;
    for (enum schedule_kind kind = SCHEDULE_FCFS; kind <= SCHEDULE_MLFQ; kind++) {
        open_kind(kind);
        put_fresh(0, 1);
        assert_true(ready_any(ready, true));
        assert_false(ready_any(ready, false));
        assert_int_equal(ready_take(ready, false, 0), READY_NOBODY);
        ready_put(ready, 1, true, 9);
        put_fresh(2, 1);
        assert_int_equal(ready_take(ready, false, 0), 1);
        assert_int_equal(ready_take(ready, false, 0), READY_NOBODY);
        assert_true(ready_any(ready, true));
        ready_close(ready);
    }
}

/* --- turns --- */

static void only_slices_end_turns(void **state)
{
    (void)state;
    for (enum schedule_kind kind = SCHEDULE_FCFS; kind <= SCHEDULE_MLFQ; kind++) {
        open_kind(kind);
        assert_true(ready_turn_ns(ready, 0) == (schedule_slices(kind) ? 100 : READY_NO_LIMIT));
        ready_ran(ready, 0, 60, 60);
        /* Round robin gives each turn a slice of its own. */
        assert_true(ready_turn_ns(ready, 0) == (kind == SCHEDULE_RR     ? 100
                                                : kind == SCHEDULE_MLFQ ? 40
                                                                        : READY_NO_LIMIT));
        assert_false(ready_below(ready, 0));
        ready_close(ready);
    }
}

static void who_uses_an_allotment_up_sinks(void **state)
{
    (void)state;
    open_levels(3, 100, 0);
    ready_ran(ready, 0, 100, 100);
    assert_int_equal(ready_turn_ns(ready, 0), 200);
    assert_true(ready_below(ready, 0));
    ready_ran(ready, 0, 5000, 6000); /* however far beyond: one level */
    assert_int_equal(ready_turn_ns(ready, 0), 400);
    ready_ran(ready, 0, 400, 7000);
    assert_int_equal(ready_turn_ns(ready, 0), 400); /* there is nothing below */
    ready_ran(ready, 0, 399, 8000);
    assert_int_equal(ready_turn_ns(ready, 0), 1);
    put_begun(0);
    put_begun(1);
    put_fresh(2, 0);
    COMES(1, 2, 0);
    ready_close(ready);
}

/* Rule 4: to give up shortly before the end of a turn does not help. */
static void an_allotment_is_charged_over_waits(void **state)
{
    uint64_t now_ns = 0;
    (void)state;
    open_levels(3, 100, 0);
    for (int turn = 0; turn < 10; turn++) {
        assert_int_equal(ready_turn_ns(ready, 0), 100 - 10 * turn);
        now_ns += 1000; /* most of which it waits */
        ready_ran(ready, 0, 10, now_ns);
        put_begun(0);
        assert_int_equal(take(now_ns), 0);
    }
    assert_int_equal(ready_turn_ns(ready, 0), 200);
    put_begun(0);
    put_begun(1);
    COMES(1, 0);
    ready_close(ready);
}

static void sink(uint32_t task, unsigned levels)
{
    while (levels-- > 0) {
        ready_ran(ready, task, ready_turn_ns(ready, task), 0);
    }
}

/* Rule 5: those that wait in line and those that wait elsewhere alike. */
static void a_boost_lifts_all(void **state)
{
    (void)state;
    open_levels(3, 100, 1000);
    sink(0, 2);
    sink(1, 1);
    sink(2, 2);
    sink(3, 1);
    put_begun(0);
    put_begun(1);
    put_begun(2);
    put_begun(4);
    assert_int_equal(ready_turn_ns(ready, 3), 200);
    assert_int_equal(take(999), 4);
    put_begun(4);
    assert_int_equal(take(1000), 4);
    assert_int_equal(ready_turn_ns(ready, 3), 100);
    put_begun(3);
    put_begun(4);
    COMES(1, 0, 2, 3, 4);
    assert_int_equal(ready_turn_ns(ready, 0), 100);
    ready_close(ready);
}

static void boosts_lie_on_a_grid(void **state)
{
    (void)state;
    open_levels(2, 100, 1000);
    ready_ran(ready, 0, 100, 2990); /* two were missed, the last at 2000 */
    assert_true(ready_below(ready, 0));
    assert_int_equal(take(2999), NONE);
    assert_true(ready_below(ready, 0));
    assert_int_equal(take(3000), NONE);
    assert_false(ready_below(ready, 0));
    ready_close(ready);
}

/* What it ran before the boost is forgotten with the rest. */
static void a_boost_in_a_turn_starts_a_new_allotment(void **state)
{
    (void)state;
    open_levels(2, 100, 1000);
    ready_ran(ready, 0, 70, 500);
    ready_ran(ready, 0, 90, 1060);
    assert_int_equal(ready_turn_ns(ready, 0), 40);
    ready_ran(ready, 0, 20, 1080);
    assert_int_equal(ready_turn_ns(ready, 0), 20);
    ready_close(ready);
}

static void without_a_boost_a_level_is_kept(void **state)
{
    (void)state;
    open_levels(2, 100, 0);
    sink(0, 1);
    put_begun(0);
    put_begun(1);
    assert_int_equal(take(UINT64_MAX - 1), 1);
    assert_int_equal(take(UINT64_MAX), 0);
    assert_int_equal(ready_turn_ns(ready, 0), 200);
    ready_close(ready);
}

static void somebody_above_is_seen_and_the_place_is_kept(void **state)
{
    (void)state;
    open_levels(3, 100, 0);
    for (uint32_t task = 0; task < 3; task++) {
        sink(task, 1);
        put_begun(task);
    }
    assert_int_equal(take(0), 0);
    assert_false(ready_above(ready, 0, true)); /* 1 and 2 are beside it */
    put_fresh(5, 0);
    assert_true(ready_above(ready, 0, true));
    assert_false(ready_above(ready, 0, false));
    assert_false(ready_above(ready, 5, true));
    ready_ran(ready, 0, 30, 0);
    ready_put_back(ready, 0);
    assert_int_equal(take(0), 5);
    assert_int_equal(take(0), 0);
    assert_int_equal(ready_turn_ns(ready, 0), 170);
    put_begun(0);
    COMES(1, 2, 0);
    ready_put_back(ready, 0); /* also where nobody else is there */
    COMES(0);
    ready_close(ready);
}

static void others_know_nobody_above(void **state)
{
    (void)state;
    for (enum schedule_kind kind = SCHEDULE_FCFS; kind < SCHEDULE_MLFQ; kind++) {
        open_kind(kind);
        put_fresh(1, 0);
        assert_false(ready_above(ready, 0, true));
        ready_close(ready);
    }
}

static void the_longest_slice_on_the_most_levels(void **state)
{
    (void)state;
    open_levels(SCHEDULE_LEVELS_MAX, FOREVER, 0);
    sink(0, 14);
    assert_true(ready_turn_ns(ready, 0) == FOREVER << 14);
    ready_ran(ready, 0, FOREVER << 14, 0);
    assert_true(ready_turn_ns(ready, 0) == READY_NO_LIMIT);
    put_begun(0);
    put_begun(1);
    COMES(1, 0);
    ready_close(ready);
}

/* --- a model: all tasks in one array, looked through each time --- */

static struct model {
    struct schedule schedule;
    uint64_t now_ns, boosted_ns, sequence;
    int64_t front, back; /* places given so far */
    int come;            /* the first so many tasks have come */
    struct {
        bool in, begun, ended;
        bool last; /* lifo: it gave way to all others */
        uint64_t key, sequence, level, used_ns;
        int64_t place; /* within its lane and level */
    } tasks[TASKS];
} model;

static uint64_t model_allotment(uint64_t level)
{
    return model.schedule.slice_ns << level;
}

static void model_boost(void)
{
    uint64_t period_ns = model.schedule.boost_ns;
    if (period_ns == 0 || model.now_ns / period_ns == model.boosted_ns / period_ns) {
        return;
    }
    model.boosted_ns = model.now_ns / period_ns * period_ns;
    for (uint64_t level = 1; level < model.schedule.levels; level++) {
        for (;;) { /* the foremost one of the level goes to the end of the top one */
            int first = NONE;
            for (int i = 0; i < TASKS; i++) {
                if (model.tasks[i].in && model.tasks[i].level == level &&
                    (first == NONE || model.tasks[i].place < model.tasks[first].place)) {
                    first = i;
                }
            }
            if (first == NONE) {
                break;
            }
            model.tasks[first].level = 0;
            model.tasks[first].place = ++model.back;
        }
    }
    for (int i = 0; i < TASKS; i++) {
        model.tasks[i].level = model.tasks[i].used_ns = 0;
    }
}

/* Is `a` to be taken before `b`? `lane`: both stand in the same one. */
static bool model_before(int a, int b, bool lane)
{
    switch (model.schedule.kind) {
    case SCHEDULE_LIFO:
        if (model.tasks[a].last || model.tasks[b].last) {
            return model.tasks[a].last && model.tasks[b].last
                       ? model.tasks[a].place < model.tasks[b].place
                       : model.tasks[b].last;
        }
        return model.tasks[a].sequence > model.tasks[b].sequence;
    case SCHEDULE_SJF:
    case SCHEDULE_PRIORITY:
        if (model.tasks[a].key != model.tasks[b].key) {
            return model.tasks[a].key < model.tasks[b].key;
        }
        return model.tasks[a].sequence < model.tasks[b].sequence;
    default:
        if (model.tasks[a].level != model.tasks[b].level) {
            return model.tasks[a].level < model.tasks[b].level;
        }
        return lane ? model.tasks[a].place < model.tasks[b].place
                    : model.tasks[a].sequence < model.tasks[b].sequence;
    }
}

static int model_head(bool begun)
{
    int head = NONE;
    for (int i = 0; i < TASKS; i++) {
        if (model.tasks[i].in && model.tasks[i].begun == begun &&
            (head == NONE || model_before(i, head, true))) {
            head = i;
        }
    }
    return head;
}

static int model_take(bool fresh)
{
    model_boost();
    int begun = model_head(true), other = fresh ? model_head(false) : NONE;
    int taken = begun == NONE ? other : begun;
    if (begun != NONE && other != NONE && model_before(other, begun, false)) {
        taken = other;
    }
    if (taken != NONE) {
        model.tasks[taken].in = false;
    }
    return taken;
}

static void model_ran(int task, uint64_t ran_ns)
{
    if (model.schedule.kind != SCHEDULE_MLFQ) {
        return;
    }
    model_boost();
    uint64_t since_ns = model.now_ns - model.boosted_ns;
    model.tasks[task].used_ns += ran_ns < since_ns ? ran_ns : since_ns;
    if (model.tasks[task].used_ns >= model_allotment(model.tasks[task].level)) {
        model.tasks[task].used_ns = 0;
        model.tasks[task].level += model.tasks[task].level + 1 < model.schedule.levels;
    }
}

static uint64_t model_turn_ns(int task)
{
    switch (model.schedule.kind) {
    case SCHEDULE_RR:
        return model.schedule.slice_ns;
    case SCHEDULE_MLFQ:
        return model_allotment(model.tasks[task].level) - model.tasks[task].used_ns;
    default:
        return READY_NO_LIMIT;
    }
}

static bool model_above(int task, bool fresh)
{
    for (int i = 0; i < TASKS; i++) {
        if (model.tasks[i].in && (fresh || model.tasks[i].begun) &&
            model.tasks[i].level < model.tasks[task].level) {
            return true;
        }
    }
    return false;
}

/* --- both, by chance --- */

static uint64_t chance;

static uint64_t below(uint64_t limit)
{
    return mix_below(&chance, limit);
}

static void put_both(int task, bool begun)
{
    uint64_t key = below(6); /* many ties */
    bool last = begun && below(8) == 0;
    if (last) {
        key = UINT64_MAX;
        ready_put_last(ready, (uint32_t)task);
    } else {
        ready_put(ready, (uint32_t)task, begun, key);
    }
    model.tasks[task].last = last;
    model.tasks[task].in = true;
    model.tasks[task].begun = begun;
    model.tasks[task].key = key;
    model.tasks[task].sequence = model.sequence++;
    model.tasks[task].place = ++model.back;
}

static void put_both_back(int task)
{
    ready_put_back(ready, (uint32_t)task);
    model.tasks[task].in = true;
    model.tasks[task].begun = true;
    model.tasks[task].place = --model.front;
}

/* Some come, or come back from a wait. */
static void come_both(void)
{
    for (int i = 0; i < model.come; i++) {
        if (!model.tasks[i].in && model.tasks[i].begun && !model.tasks[i].ended && below(4) == 0) {
            put_both(i, true);
        }
    }
    while (model.come < TASKS && below(3) == 0) {
        put_both(model.come++, false);
    }
}

/* A task has its turn, of the length that chance gives it. */
static void run_both(int task)
{
    uint64_t turn_ns = model_turn_ns(task);
    assert_true(ready_turn_ns(ready, (uint32_t)task) == turn_ns);
    assert_int_equal(ready_below(ready, (uint32_t)task),
                     model.schedule.kind == SCHEDULE_MLFQ && model.tasks[task].level > 0);
    uint64_t limit_ns = turn_ns == READY_NO_LIMIT ? 1000 : turn_ns;
    uint64_t ran_ns = below(3) == 0 ? limit_ns + below(20) : below(limit_ns);
    model.now_ns += ran_ns;
    model.tasks[task].begun = false; /* it runs, and comes back below if at all */
    come_both();
    ready_ran(ready, (uint32_t)task, ran_ns, model.now_ns);
    model_ran(task, ran_ns);
    for (int fresh = 0; fresh <= 1; fresh++) {
        bool above = model.schedule.kind == SCHEDULE_MLFQ && model_above(task, fresh == 1);
        assert_int_equal(ready_above(ready, (uint32_t)task, fresh == 1), above);
    }
    if (model.schedule.kind == SCHEDULE_MLFQ && ran_ns < turn_ns && below(3) == 0) {
        put_both_back(task);
    } else if (below(3) == 0) {
        put_both(task, true);
    } else {
        model.tasks[task].begun = true; /* it waits for something else, or has ended */
        model.tasks[task].ended = below(10) == 0;
    }
}

static void compare(const struct schedule *schedule, uint64_t seed)
{
    enum { STEPS = 2000 };
    chance = seed;
    memset(&model, 0, sizeof model);
    model.schedule = *schedule;
    ready = ready_open(schedule, TASKS, 0);
    for (int step = 0; step < STEPS; step++) {
        bool fresh = below(4) > 0;
        model.now_ns += below(40);
        assert_int_equal(ready_any(ready, fresh),
                         model_head(true) != NONE || (fresh && model_head(false) != NONE));
        uint32_t task = ready_take(ready, fresh, model.now_ns);
        int right = model_take(fresh);
        if ((task == READY_NOBODY ? NONE : (int)task) != right) {
            fail_msg("kind %d, seed %d, step %d: %d, not %d", (int)schedule->kind, (int)seed, step,
                     (int)task, right);
        }
        if (right != NONE) {
            run_both(right);
        } else {
            come_both();
        }
    }
    ready_close(ready);
}

static void any_order_is_that_of_the_model(void **state)
{
    static const struct schedule schedules[] = {
        {SCHEDULE_FCFS, 0, 0, 0},      {SCHEDULE_SJF, 0, 0, 0},     {SCHEDULE_PRIORITY, 0, 0, 0},
        {SCHEDULE_LIFO, 0, 0, 0},      {SCHEDULE_RR, 50, 0, 0},     {SCHEDULE_MLFQ, 100, 3, 0},
        {SCHEDULE_MLFQ, 100, 2, 1500}, {SCHEDULE_MLFQ, 30, 5, 700}, {SCHEDULE_MLFQ, 10, 16, 40000}};
    (void)state;
    for (size_t s = 0; s < sizeof schedules / sizeof *schedules; s++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            compare(&schedules[s], seed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_one_first),
        cmocka_unit_test(the_last_one_first),
        cmocka_unit_test(the_smallest_one_first_and_of_equal_ones_the_first),
        cmocka_unit_test(who_gives_way_lets_all_others_go_before),
        cmocka_unit_test(who_has_not_begun_can_be_left_out),
        cmocka_unit_test(only_slices_end_turns),
        cmocka_unit_test(who_uses_an_allotment_up_sinks),
        cmocka_unit_test(an_allotment_is_charged_over_waits),
        cmocka_unit_test(a_boost_lifts_all),
        cmocka_unit_test(boosts_lie_on_a_grid),
        cmocka_unit_test(a_boost_in_a_turn_starts_a_new_allotment),
        cmocka_unit_test(without_a_boost_a_level_is_kept),
        cmocka_unit_test(somebody_above_is_seen_and_the_place_is_kept),
        cmocka_unit_test(others_know_nobody_above),
        cmocka_unit_test(the_longest_slice_on_the_most_levels),
        cmocka_unit_test(any_order_is_that_of_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
