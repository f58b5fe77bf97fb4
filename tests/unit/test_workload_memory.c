#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/workload_run.h"
#include "workloads/available.h"

extern const struct workload workload_memory;

enum { LINES = 64, LINE_WORDS = 8, WORDS = LINES * LINE_WORDS };

/* One pass over a buffer of 4 KiB: every word (stream) or link (random) is used once. */
static void one_pass(struct run *run, const char *access)
{
    run_init(run, &workload_memory);
    run_set(run, "access", access);
    run_set(run, "buffer", "4KiB");
    run_set(run, "bytes", "4KiB");
    run_set(run, "loads", "64");
    run->env.seed = 9;
}

static void end(struct run *run)
{
    run_teardown(run);
    run_unshare(run);
}

/* Flips one bit of every word in turn; how often task 3 comes out wrong. */
static size_t wrong_after_flips(struct run *run, int bit)
{
    size_t wrong = 0;
    for (size_t word = 0; word < WORDS; word++) {
        run->shared.memory[word] ^= UINT64_C(1) << bit;
        wrong += !run_is_right(run, 3);
        run->shared.memory[word] ^= UINT64_C(1) << bit;
    }
    return wrong;
}

static void test_damaged_stream_is_seen(void **state)
{
    struct run run;
    (void)state;
    one_pass(&run, "stream");
    run_setup(&run);
    assert_int_equal(run.shared.asked, WORDS * 8);
    for (int bit = 0; bit < 64; bit++) {
        assert_int_equal(wrong_after_flips(&run, bit), WORDS);
    }
    assert_true(run_is_right(&run, 3));
    end(&run);
}

/* Below half a pass, no damaged link that is followed can lead to the right end: only a jump of
 * d lines ahead along the cycle, taken h times with h * d a multiple of the lines, could,
 * and that takes d loads or more, of which d > lines / 2. Links that are not followed do
 * no harm. */
static void test_damaged_link_is_seen(void **state)
{
    enum { LOADS = LINES / 2 - 1 };
    struct run run;
    (void)state;
    one_pass(&run, "random");
    run.values[3] = LOADS;
    run_setup(&run);
    for (int bit = 0; bit < 6; bit++) {
        assert_int_equal(wrong_after_flips(&run, bit), LOADS);
    }
    assert_true(run_is_right(&run, 3));
    end(&run);
}

/* A link that points out of the buffer is a wrong result at the most, no crash. */
static void test_wild_link(void **state)
{
    struct run run;
    (void)state;
    one_pass(&run, "random");
    run_setup(&run);
    for (size_t word = 0; word < WORDS; word += LINE_WORDS) {
        run.shared.memory[word] = UINT64_MAX - word;
    }
    run_checksum(&run, 0);
    end(&run);
}

/* The links are one cycle through all lines (Hull and Dobell's theorem), for many seeds. */
static void test_links_are_one_cycle(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct run run;
        one_pass(&run, "random");
        run.env.seed = seed;
        run_setup(&run);
        uint64_t line = 0, steps = 0;
        do {
            line = run.shared.memory[line * LINE_WORDS];
            assert_true(line < LINES);
            steps++;
        } while (line != 0 && steps <= LINES);
        assert_int_equal(steps, LINES);
        end(&run);
    }
}

/* Tasks in a row cover the buffer: damage anywhere is seen by exactly one of them. */
static void test_tasks_walk_the_buffer(void **state)
{
    struct run run;
    (void)state;
    one_pass(&run, "stream");
    run_set(&run, "bytes", "512");
    run_setup(&run);
    for (size_t word = 0; word < WORDS; word++) {
        uint64_t wrong = 0;
        run.shared.memory[word]++;
        for (uint64_t task = 16; task < 24; task++) {
            wrong += !run_is_right(&run, task);
        }
        run.shared.memory[word]--;
        assert_int_equal(wrong, 1);
    }
    end(&run);
}

/* A spawned worker finds the buffer filled and leaves it as it is. */
static void test_attached_buffer_is_not_filled(void **state)
{
    struct run first, second;
    (void)state;
    one_pass(&first, "stream");
    run_setup(&first);
    one_pass(&second, "stream");
    second.shared = first.shared;
    second.shared.attached = true;
    first.shared.memory[5] ^= 1;
    run_setup(&second);
    assert_false(run_is_right(&second, 0));
    first.shared.memory[5] ^= 1;
    assert_true(run_is_right(&second, 0));
    run_teardown(&second);
    end(&first);
}

static void test_auto_size(void **state)
{
    static const uint64_t mib = UINT64_C(1) << 20;
    static const struct {
        const char *access;
        uint64_t cache_mib, wanted_mib;
    } cases[] = {{"stream", 0, 256},   {"stream", 1, 64},     {"stream", 32, 64},
                 {"stream", 480, 960}, {"random", 480, 1024}, {"random", 0, 256},
                 {"random", 33, 128}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        run_init(&run, &workload_memory);
        run_set(&run, "access", cases[c].access);
        run.env.cache_bytes = cases[c].cache_mib * mib;
        run.shared.deny = true;
        run_setup_fails(&run, -ENOMEM, "memory.buffer");
        assert_int_equal(run.shared.asked, cases[c].wanted_mib * mib);
    }
}

/* The kernel would grant the address space, and kill the run once it is filled. */
static void test_more_than_is_available(void **state)
{
    struct run run;
    uint64_t available = available_bytes("");
    (void)state;
    if (available == AVAILABLE_UNKNOWN) {
        skip();
    }
    run_init(&run, &workload_memory);
    run.values[1] = (2 * available + (UINT64_C(1) << 30)) & ~UINT64_C(4095);
    run.shared.reserve = true;
    run_setup_fails(&run, -ENOMEM, "--set memory.buffer=");
    run_unshare(&run);
}

static void test_sizes_that_cannot_be(void **state)
{
    struct run run;
    (void)state;
    run_refuses(&workload_memory, "bytes", "100", "multiple of 64");
    run_refuses(&workload_memory, "buffer", "5000", "multiple of 64");
    run_init(&run, &workload_memory);
    run_set(&run, "access", "random");
    run_set(&run, "buffer", "100MiB");
    run_setup_fails(&run, -EINVAL, "64MiB or 128MiB");
    assert_int_equal(run.shared.asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_stream_is_seen),
        cmocka_unit_test(test_damaged_link_is_seen),
        cmocka_unit_test(test_wild_link),
        cmocka_unit_test(test_links_are_one_cycle),
        cmocka_unit_test(test_tasks_walk_the_buffer),
        cmocka_unit_test(test_attached_buffer_is_not_filled),
        cmocka_unit_test(test_auto_size),
        cmocka_unit_test(test_more_than_is_available),
        cmocka_unit_test(test_sizes_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
