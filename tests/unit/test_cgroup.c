#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "bench/machine/cgroup.h"
#include "tests/unit/fake_root_fixture.h"

#define V2_MOUNT(root) "31 23 0:28 " root " /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"
#define V1_MOUNT(root)                                                  \
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n" \
    "32 31 0:29 " root " /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"

static void place(const char *mountinfo, const char *cgroup)
{
    fake_root_write(&root, "/proc/self/mountinfo", mountinfo);
    fake_root_write(&root, "/proc/self/cgroup", cgroup);
}

static void assert_quota(double cpus, const char *group, const char *file)
{
    struct cgroup_quota quota;
    cgroup_cpu_quota(root.path, &quota);
    assert_true(quota.cpus > cpus - 1e-9 && quota.cpus < cpus + 1e-9);
    assert_string_equal(quota.group, group);
    assert_string_equal(quota.file, file);
}

static void no_files_no_quota(void **state)
{
    (void)state;
    assert_quota(0, "", "");
}

static void v2_own_group(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/jobs/one\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/one/cpu.max", "150000 100000\n");
    assert_quota(1.5, "/jobs/one", "cpu.max");
}

static void v2_ancestor_is_tighter(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/jobs/one/deep\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/one/deep/cpu.max", "400000 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/one/cpu.max", "max 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/cpu.max", "50000 20000\n");
    assert_quota(2.5, "/jobs", "cpu.max");
}

static void v2_own_is_tighter_than_ancestor(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/jobs/one\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/one/cpu.max", "50000 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/cpu.max", "200000 100000\n");
    assert_quota(0.5, "/jobs/one", "cpu.max");
}

static void v2_limit_on_the_mount_root_counts(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/jobs\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "300000 100000\n");
    assert_quota(3, "/", "cpu.max");
}

static void sibling_groups_do_not_count(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/jobs/one\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/two/cpu.max", "10000 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/one/child/cpu.max", "10000 100000\n");
    assert_quota(0, "", "");
}

static void v1_quota_and_period(void **state)
{
    (void)state;
    place(V1_MOUNT("/"), "5:cpuset:/elsewhere\n4:cpu,cpuacct:/jobs\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "75000\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "50000\n");
    assert_quota(1.5, "/jobs", "cpu.cfs_quota_us");
}

static void v1_minus_one_is_no_quota(void **state)
{
    (void)state;
    place(V1_MOUNT("/"), "4:cpu,cpuacct:/jobs\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "-1\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "100000\n");
    assert_quota(0, "", "");
}

static void v1_quota_without_period_is_not_guessed(void **state)
{
    (void)state;
    place(V1_MOUNT("/"), "4:cpu,cpuacct:/jobs\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "75000\n");
    assert_quota(0, "", "");
}

static void hybrid_takes_the_tightest_of_both(void **state)
{
    (void)state;
    place(V1_MOUNT("/") "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
          "4:cpu,cpuacct:/old\n0::/new\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/old/cpu.cfs_quota_us", "300000\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu/old/cpu.cfs_period_us", "100000\n");
    assert_quota(3, "/old", "cpu.cfs_quota_us");
    fake_root_write(&root, "/sys/fs/cgroup/unified/new/cpu.max", "200000 100000\n");
    assert_quota(2, "/new", "cpu.max");
}

static void container_mount_root_is_cut_off(void **state)
{
    (void)state;
    place(V2_MOUNT("/docker/abc"), "0::/docker/abc/sub\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "100000 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/sub/cpu.max", "200000 100000\n");
    assert_quota(1, "/docker/abc", "cpu.max");
}

static void group_that_the_mount_does_not_show(void **state)
{
    (void)state;
    place(V2_MOUNT("/docker/abc"), "0::/docker/abcdef\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "100000 100000\n");
    fake_root_write(&root, "/sys/fs/cgroup/def/cpu.max", "100000 100000\n");
    assert_quota(0, "", "");
}

static void group_outside_the_namespace_is_not_followed(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/../other\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "100000 100000\n");
    fake_root_write(&root, "/sys/fs/other/cpu.max", "100000 100000\n");
    assert_quota(0, "", "");
}

static void mount_from_outside_the_namespace_shows_an_ancestor(void **state)
{
    (void)state;
    place(V2_MOUNT("/.."), "0::/\n");
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "250000 100000\n");
    assert_quota(2.5, "/..", "cpu.max");
}

static void escaped_mount_point(void **state)
{
    (void)state;
    place("31 23 0:28 / /mnt/c\\040g rw - cgroup2 none rw\n", "0::/\n");
    fake_root_write(&root, "/mnt/c g/cpu.max", "100000 50000\n");
    assert_quota(2, "/", "cpu.max");
}

static void group_names_may_hold_colons(void **state)
{
    (void)state;
    place(V2_MOUNT("/"), "0::/unit:1\n");
    fake_root_write(&root, "/sys/fs/cgroup/unit:1/cpu.max", "100000 50000\n");
    assert_quota(2, "/unit:1", "cpu.max");
}

static void malformed_files_are_no_quota(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",         "many",     "100000",         "1 2 3",      "-5 100000",
        "0 100000", "100000 0", "100000 100000x", "1e5 100000", "99999999999999999999999 100000"};
    place(V2_MOUNT("/"), "0::/jobs\n");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        fake_root_write(&root, "/sys/fs/cgroup/jobs/cpu.max", texts[i]);
        assert_quota(0, "", "");
    }
}

static void malformed_proc_files_are_no_quota(void **state)
{
    (void)state;
    fake_root_write(&root, "/sys/fs/cgroup/cpu.max", "100000 100000\n");
    place("garbage\n31 23 - cgroup2\n\n - \n1 2 3 - cgroup2 x y\n", "0::/\n");
    assert_quota(0, "", "");
    place(V2_MOUNT("/"), "0:\n:::\nnothing\n");
    assert_quota(0, "", "");
}

static void limit_is_the_tightest(void **state)
{
    (void)state;
    uint64_t limit = 0;
    assert_int_equal(cgroup_limit(root.path, "pids", "pids.max", "pids.max", &limit), -ENOENT);
    place(V2_MOUNT("/"), "0::/a/b\n");
    fake_root_write(&root, "/sys/fs/cgroup/a/b/pids.max", "max\n");
    assert_int_equal(cgroup_limit(root.path, "pids", "pids.max", "pids.max", &limit), 0);
    assert_true(limit == UINT64_MAX);
    fake_root_write(&root, "/sys/fs/cgroup/a/pids.max", "4915\n");
    assert_int_equal(cgroup_limit(root.path, "pids", "pids.max", "pids.max", &limit), 0);
    assert_int_equal(limit, 4915);
    fake_root_write(&root, "/sys/fs/cgroup/a/b/pids.max", "100\n");
    assert_int_equal(cgroup_limit(root.path, "pids", "pids.max", "pids.max", &limit), 0);
    assert_int_equal(limit, 100);
}

static void this_machine_can_be_asked(void **state)
{
    (void)state;
    struct cgroup_quota quota;
    cgroup_cpu_quota(NULL, &quota);
    assert_true(quota.cpus >= 0);
    assert_int_equal(quota.cpus > 0, quota.file[0] != '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_files_no_quota),
        TEST(v2_own_group),
        TEST(v2_ancestor_is_tighter),
        TEST(v2_own_is_tighter_than_ancestor),
        TEST(v2_limit_on_the_mount_root_counts),
        TEST(sibling_groups_do_not_count),
        TEST(v1_quota_and_period),
        TEST(v1_minus_one_is_no_quota),
        TEST(v1_quota_without_period_is_not_guessed),
        TEST(hybrid_takes_the_tightest_of_both),
        TEST(container_mount_root_is_cut_off),
        TEST(group_that_the_mount_does_not_show),
        TEST(group_outside_the_namespace_is_not_followed),
        TEST(mount_from_outside_the_namespace_shows_an_ancestor),
        TEST(escaped_mount_point),
        TEST(group_names_may_hold_colons),
        TEST(malformed_files_are_no_quota),
        TEST(malformed_proc_files_are_no_quota),
        TEST(limit_is_the_tightest),
        TEST(this_machine_can_be_asked),
    };
    return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
