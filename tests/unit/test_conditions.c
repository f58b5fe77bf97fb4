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
    assert_true(now.busy_ns == CONDITION_UNKNOWN);
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

/* What a probe of these CPUs says of the busy time, in ticks; -1: unknown. */
static long long busy_ticks(int first, int second)
{
    struct conditions_probe probe;
    struct conditions now;
    conditions_open_at(&probe, root.path);
    CPU_ZERO(&probe.cpus);
    CPU_SET((size_t)first, &probe.cpus);
    CPU_SET((size_t)second, &probe.cpus);
    conditions_read(&probe, &now);
    conditions_close(&probe);
    if (now.busy_ns == CONDITION_UNKNOWN)
        return -1;
    return (long long)(now.busy_ns / (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK)));
}

static void busy_adds_up_the_usable_cpus(void **state)
{
    (void)state;
    /* user nice system idle iowait irq softirq steal guest guest_nice */
    fake_root_write(&root, "/proc/stat",
                    "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 20 300 7 7 4000 50000 7 7 7\n"
                    "cpu1 2 2 2 2 2 2 2 2 2 2\ncpu2 100000 0 0 5 5 0 0 5 5 5\nintr 5\n");
    assert_int_equal(busy_ticks(0, 2), 154321);
    assert_int_equal(busy_ticks(0, 0), 54321);
    assert_int_equal(busy_ticks(1, 2), 100010);
}

static void busy_needs_every_usable_cpu(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/stat", "cpu  9 9 9 9 9 9 9 9\ncpu0 1 1 1 1 1 1 1 1\nintr 5\n");
    assert_int_equal(busy_ticks(0, 1), -1);
    fake_root_write(&root, "/proc/stat", "cpu  9 9 9 9\ncpu0 1 1 1 1\ncpu1 1 1 1 1\n");
    assert_int_equal(busy_ticks(0, 1), -1);
}

static void many_cpus_are_read_in_pieces(void **state)
{
    (void)state;
    static char text[100000];
    size_t used = (size_t)snprintf(text, sizeof text, "cpu  1 1 1 1 1 1 1 1 1 1\n");
    for (size_t i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "cpu%zu %zu 0 0 123456789 0 0 0 0 0 0\n", i, i == 700 ? 40 : i);
    fake_root_write(&root, "/proc/stat", text);
    assert_int_equal(busy_ticks(3, 999), 1002);
    assert_int_equal(busy_ticks(700, 511), 551);
}

struct seen_lines {
    size_t count, longest;
    char last[64];
};

static bool see_line(const char *line, void *data)
{
    struct seen_lines *seen = data;
    size_t length = strlen(line);
    seen->count++;
    seen->longest = length > seen->longest ? length : seen->longest;
    snprintf(seen->last, sizeof seen->last, "%.60s", line);
    return strcmp(line, "stop") != 0;
}

static struct seen_lines see(const char *text)
{
    struct seen_lines seen = {0};
    char path[128];
    fake_root_write(&root, "/lines", text);
    snprintf(path, sizeof path, "%s/lines", root.path);
    FILE *file = fopen(path, "r");
    assert_int_equal(conditions_lines(fileno(file), see_line, &seen), 0);
    fclose(file);
    return seen;
}

static void lines_of_any_length_are_told_apart(void **state)
{
    (void)state;
    static char text[8192];
    assert_int_equal(see("").count, 0);
    assert_int_equal(see("a\n\nb").count, 3);
    assert_string_equal(see("a\n\nb").last, "b");
    assert_int_equal(see("a\nstop\nb\n").count, 2);
    for (size_t length = 1000; length < 4100; length += 1) {
        memset(text, 'x', length);
        strcpy(text + length, "\nend\n");
        struct seen_lines seen = see(text);
        assert_int_equal(seen.count, 2);
        assert_string_equal(seen.last, "end");
        assert_in_range(seen.longest, 1000, 1023);
    }
    memset(text, 'x', 3000);
    text[3000] = '\0';
    assert_int_equal(see(text).count, 1); /* the end of the file ends it too */
    struct seen_lines none = {0};
    assert_true(conditions_lines(-1, see_line, &none) < 0);
}

static void others_are_what_is_left_of_busy(void **state)
{
    (void)state;
    assert_int_equal(conditions_others(50, 20), 30);
    assert_int_equal(conditions_others(20, 50), 0); /* a tick late */
    assert_true(conditions_others(CONDITION_UNKNOWN, 5) == CONDITION_UNKNOWN);
    assert_true(conditions_others(50, CONDITION_UNKNOWN) == CONDITION_UNKNOWN);
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
    struct conditions known = {100, 50, 7}, later = {130, 50, 9};
    struct conditions half = {CONDITION_UNKNOWN, 60, CONDITION_UNKNOWN};
    assert_int_equal(conditions_delta(&known, &later).steal_ns, 30);
    assert_int_equal(conditions_delta(&known, &later).throttled_ns, 0);
    assert_int_equal(conditions_delta(&known, &later).busy_ns, 2);
    assert_true(conditions_delta(&known, &half).busy_ns == CONDITION_UNKNOWN);
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
    if (before.busy_ns != CONDITION_UNKNOWN)
        assert_true(after.busy_ns >= before.busy_ns);
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
        TEST(busy_adds_up_the_usable_cpus),
        TEST(busy_needs_every_usable_cpu),
        TEST(many_cpus_are_read_in_pieces),
        TEST(lines_of_any_length_are_told_apart),
        TEST(others_are_what_is_left_of_busy),
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
