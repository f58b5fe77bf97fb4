/* Segments of tasks: what is alike is joined, what there is no room for is joined where least is
 * lost by it, and no time is ever lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/repetition/segments.h"
#include "bench/repetition/shared.h"

#define MS UINT64_C(1000000)

static struct shared *shared;
static int fd;

static int begin(uint64_t tasks)
{
    struct shared plan = {.request = {.observed = true, .tasks = tasks, .workers = 1}};
    const size_t bytes = shared_layout(&plan, 1, 0);
    fd = memfd_create("test-segments", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0) {
        return -1;
    }
    shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED) {
        return -1;
    }
    *shared = plan;
    return 0;
}

static int enter(void **state)
{
    (void)state;
    return begin(1000);
}

static int leave(void **state)
{
    (void)state;
    munmap(shared, shared->all_bytes);
    return close(fd);
}

enum { RUNNING, READY, BLOCKED, UNKNOWN };

/* The task's next segment, all of it in one state. */
static void put(uint64_t task, uint64_t ns, int what, enum doing doing)
{
    const uint64_t end = segments_end(shared, fd, task), from = end ? end : 1000 * MS;
    const struct segment segment = {.from_ns = from,
                                    .to_ns = from + ns,
                                    .running_ns = what == RUNNING ? ns : 0,
                                    .ready_ns = what == READY ? ns : 0,
                                    .blocked_ns = what == BLOCKED ? ns : 0,
                                    .doing = doing,
                                    .joined = 1};
    segments_add(shared, fd, task, &segment, 1);
}

static void holds(uint64_t task, size_t index, uint64_t running, uint64_t ready, uint64_t blocked,
                  enum doing doing)
{
    const struct segment *segment = segments_at(shared, task, index);
    assert_int_equal(segment->running_ns, running);
    assert_int_equal(segment->ready_ns, ready);
    assert_int_equal(segment->blocked_ns, blocked);
    assert_int_equal(segment->doing, doing);
}

static void a_task_without_segments_has_none(void **state)
{
    (void)state;
    assert_int_equal(segments_count(shared, 7), 0);
    assert_int_equal(segments_end(shared, fd, 7), 0);
    put(7, 0, RUNNING, DOING_COMPUTING);
    assert_int_equal(segments_count(shared, 7), 0);
}

static void they_come_back_in_their_order(void **state)
{
    (void)state;
    put(3, MS, RUNNING, DOING_COMPUTING);
    put(3, 2 * MS, BLOCKED, DOING_SLEEP);
    put(3, MS, READY, DOING_SLEEP);
    put(4, 5 * MS, UNKNOWN, DOING_LOCK);
    assert_int_equal(segments_count(shared, 3), 3);
    holds(3, 0, MS, 0, 0, DOING_COMPUTING);
    holds(3, 1, 0, 0, 2 * MS, DOING_SLEEP);
    holds(3, 2, 0, MS, 0, DOING_SLEEP);
    assert_int_equal(segments_count(shared, 4), 1);
    holds(4, 0, 0, 0, 0, DOING_LOCK);
    assert_int_equal(segments_at(shared, 4, 0)->to_ns, 1005 * MS);
}

static void what_says_nothing_new_is_joined(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        put(0, MS, RUNNING, DOING_COMPUTING);
    }
    put(0, 3000, BLOCKED, DOING_LOCK); /* too short to be a thing of its own */
    put(0, MS, READY, DOING_COMPUTING);
    assert_int_equal(segments_count(shared, 0), 2);
    holds(0, 0, 100 * MS, 0, 3000, DOING_COMPUTING);
    holds(0, 1, 0, MS, 0, DOING_COMPUTING);
    assert_int_equal(segments_at(shared, 0, 0)->joined, 1); /* nothing was lost */
}

/* Many more than there is room for: long ones stay, short ones go together. */
static void without_room_the_least_is_lost(void **state)
{
    (void)state;
    uint64_t sums[3] = {0}, from = 0;
    put(1, 500 * MS, BLOCKED, DOING_SLEEP);
    for (int i = 0; i < 1000; i++) {
        put(1, 200000, RUNNING, DOING_COMPUTING);
        put(1, 100000, READY, DOING_COMPUTING);
    }
    put(1, 400 * MS, BLOCKED, DOING_AWAIT);
    const size_t count = segments_count(shared, 1);
    assert_true(count > 1 && count <= shared->segments_most + 1);
    holds(1, 0, 0, 0, 500 * MS, DOING_SLEEP);
    holds(1, count - 1, 0, 0, 400 * MS, DOING_AWAIT);
    uint64_t joined = 0;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = segments_at(shared, 1, i);
        assert_int_equal(segment->from_ns, from ? from : 1000 * MS);
        from = segment->to_ns;
        sums[0] += segment->running_ns;
        sums[1] += segment->ready_ns;
        sums[2] += segment->blocked_ns;
        joined += segment->joined;
    }
    assert_int_equal(sums[0], 200 * MS);
    assert_int_equal(sums[1], 100 * MS);
    assert_int_equal(sums[2], 900 * MS);
    assert_int_equal(from, 2200 * MS);
    assert_int_equal(joined, 2002);
    assert_int_equal(segments_count(shared, 0), 0); /* its neighbours' room was left alone */
    assert_int_equal(segments_count(shared, 2), 0);
}

static void what_cannot_be_written_makes_the_task_unknown(void **state)
{
    (void)state;
    put(5, MS, RUNNING, DOING_COMPUTING);
    const int sealed = dup(fd);
    assert_int_equal(segments_count(shared, 5), 1);
    close(fd);
    fd = -1;
    put(5, MS, BLOCKED, DOING_SLEEP); /* nowhere to be put */
    fd = sealed;
    assert_int_equal(segments_count(shared, 5), 1);
    struct segments_head *head =
        (struct segments_head *)(void *)((char *)shared + shared->segments_at) + 5;
    head->count = shared->segments_most + 1; /* nonsense, as a wild write would leave */
    assert_int_equal(segments_count(shared, 5), 0);
}

static void there_is_room_only_where_it_is_wanted_and_small(void **state)
{
    (void)state;
    struct request request = {.observed = true, .tasks = 4};
    assert_int_equal(segments_most(&request), SEGMENTS_MOST);
    request.tasks = SEGMENTS_TASKS;
    assert_int_equal(segments_most(&request), SEGMENTS_LEAST);
    request.tasks++;
    assert_int_equal(segments_most(&request), 0);
    request = (struct request){.observed = false, .tasks = 4};
    assert_int_equal(segments_most(&request), 0);
    request = (struct request){.observed = true, .tasks = 4, .shared_stack = true};
    assert_int_equal(segments_most(&request), 0);
    for (uint64_t tasks = 1; tasks <= SEGMENTS_TASKS; tasks += 7) {
        request = (struct request){.observed = true, .tasks = tasks};
        assert_true(segments_bytes(tasks, segments_most(&request)) < 4 << 20);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(a_task_without_segments_has_none),
        TEST(they_come_back_in_their_order),
        TEST(what_says_nothing_new_is_joined),
        TEST(without_room_the_least_is_lost),
        TEST(what_cannot_be_written_makes_the_task_unknown),
        cmocka_unit_test(there_is_room_only_where_it_is_wanted_and_small),
    };
    return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
