#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "bench/machine/conditions_internal.h"
#include "tests/unit/fake_root_fixture.h"

#define V2 "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
#define V1 "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"

static struct conditions read_once(void)
{
    struct conditions_probe probe;
    struct conditions now;
    conditions_open_at(&probe, root.path);
    conditions_read(&probe, &now);
    conditions_close(&probe);
    return now;
}

static void nothing_there_is_unknown(void **state)
{
    (void)state;
    struct conditions now = read_once();
    assert_true(now.steal_ns == CONDITION_UNKNOWN);
    assert_true(now.throttled_ns == CONDITION_UNKNOWN);
}

static void steal_is_the_eighth_column(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/stat",
                    "cpu  10 20 30 40 50 60 70 350 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);
    assert_true(read_once().steal_ns == 350 * UINT64_C(1000000000) / per_second);
}

static void old_kernels_have_no_steal_column(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/stat", "cpu  10 20 30 40 50 60 70\ncpu0 1 2 3 4 5 6 7 8\n");
    assert_true(read_once().steal_ns == CONDITION_UNKNOWN);
    fake_root_write(&root, "/proc/stat", "intr 10 20 30 40 50 60 70 80\n");
    assert_true(read_once().steal_ns == CONDITION_UNKNOWN);
}

static void v2_counts_in_microseconds(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo", V2);
    fake_root_write(&root, "/proc/self/cgroup", "0::/job\n");
    fake_root_write(&root, "/sys/fs/cgroup/job/cpu.stat",
                    "usage_usec 5\nnr_throttled 3\nthrottled_usec 1234\n");
    assert_true(read_once().throttled_ns == 1234000);
}

static void v2_without_the_cpu_controller_is_unknown(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo", V2);
    fake_root_write(&root, "/proc/self/cgroup", "0::/job\n");
    fake_root_write(&root, "/sys/fs/cgroup/job/cpu.stat", "usage_usec 5\nuser_usec 3\n");
    struct conditions_probe probe;
    conditions_open_at(&probe, root.path);
    assert_int_equal(probe.throttle_fd, -1);
    conditions_close(&probe);
    assert_true(read_once().throttled_ns == CONDITION_UNKNOWN);
}

static void v1_counts_in_nanoseconds(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo", V1);
    fake_root_write(&root, "/proc/self/cgroup", "1:cpu:/job\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/job/cpu.stat",
                    "nr_periods 1\nnr_throttled 1\nthrottled_time 987654321\n");
    assert_true(read_once().throttled_ns == 987654321);
}

static void hybrid_reads_the_one_that_has_the_controller(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo",
                    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" V1);
    fake_root_write(&root, "/proc/self/cgroup", "1:cpu:/\n0::/\n");
    fake_root_write(&root, "/sys/fs/cgroup/unified/cpu.stat", "usage_usec 5\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/cpu.stat", "throttled_time 77\n");
    assert_true(read_once().throttled_ns == 77);
}

static void the_group_with_the_tightest_quota_is_read(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo", V2);
    fake_root_write(&root, "/proc/self/cgroup", "0::/slice/job\n");
    fake_root_write(&root, "/sys/fs/cgroup/slice/job/cpu.stat", "throttled_usec 1\n");
    fake_root_write(&root, "/sys/fs/cgroup/slice/cpu.stat", "throttled_usec 2\n");
    assert_true(read_once().throttled_ns == 1000);
    fake_root_write(&root, "/sys/fs/cgroup/slice/cpu.max", "100000 100000\n");
    assert_true(read_once().throttled_ns == 2000);
}

static void an_open_probe_sees_new_values(void **state)
{
    (void)state;
    struct conditions_probe probe;
    struct conditions before, after;
    fake_root_write(&root, "/proc/stat", "cpu  1 1 1 1 1 1 1 5 0 0\n");
    conditions_open_at(&probe, root.path);
    conditions_read(&probe, &before);
    fake_root_write(&root, "/proc/stat", "cpu  1 1 1 1 1 1 1 8 0 0\n");
    conditions_read(&probe, &after);
    conditions_close(&probe);
    uint64_t tick = UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    assert_true(conditions_delta(&before, &after).steal_ns == 3 * tick);
}

static void delta_of_unknown_is_unknown(void **state)
{
    (void)state;
    struct conditions known = {100, 50}, later = {130, 50};
    struct conditions half = {CONDITION_UNKNOWN, 60};
    assert_int_equal(conditions_delta(&known, &later).steal_ns, 30);
    assert_int_equal(conditions_delta(&known, &later).throttled_ns, 0);
    assert_true(conditions_delta(&half, &later).steal_ns == CONDITION_UNKNOWN);
    assert_true(conditions_delta(&known, &half).steal_ns == CONDITION_UNKNOWN);
    assert_int_equal(conditions_delta(&known, &half).throttled_ns, 10);
    assert_true(conditions_delta(&later, &known).steal_ns == CONDITION_UNKNOWN);
}

static void this_machine_never_runs_backwards(void **state)
{
    (void)state;
    struct conditions_probe probe;
    struct conditions before, after;
    conditions_open(&probe);
    conditions_read(&probe, &before);
    conditions_read(&probe, &after);
    conditions_close(&probe);
    if (before.steal_ns != CONDITION_UNKNOWN)
        assert_true(after.steal_ns >= before.steal_ns);
    assert_int_equal(probe.stat_fd, -1);
    assert_int_equal(probe.throttle_fd, -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_there_is_unknown),
        TEST(steal_is_the_eighth_column),
        TEST(old_kernels_have_no_steal_column),
        TEST(v2_counts_in_microseconds),
        TEST(v2_without_the_cpu_controller_is_unknown),
        TEST(v1_counts_in_nanoseconds),
        TEST(hybrid_reads_the_one_that_has_the_controller),
        TEST(the_group_with_the_tightest_quota_is_read),
        TEST(an_open_probe_sees_new_values),
        TEST(delta_of_unknown_is_unknown),
        TEST(this_machine_never_runs_backwards),
    };
    return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}
