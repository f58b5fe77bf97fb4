#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/machine/oom.h"
#include "tests/unit/fake_root_fixture.h"

#define GROUP "/sys/fs/cgroup/jobs/one"

static void version_2(void)
{
    fake_root_write(&root, "/proc/self/mountinfo",
                    "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    fake_root_write(&root, "/proc/self/cgroup", "0::/jobs/one\n");
}

static void nobody_counts(void **state)
{
    (void)state;
    struct oom oom;
    oom_open(&oom, root.path);
    oom_before(&oom);
    assert_int_equal(oom.fd, -1);
    assert_int_equal(oom_since(&oom), 0);
    oom_close(&oom);
}

static void own_group_counts(void **state)
{
    (void)state;
    struct oom oom;
    version_2();
    fake_root_write(&root, "/proc/vmstat", "pgpgin 1\noom_kill 70\n");
    fake_root_write(&root, "/sys/fs/cgroup/jobs/memory.events", "oom 0\noom_kill 50\n");
    fake_root_write(&root, GROUP "/memory.events", "max 9\noom 4\noom_kill 3\noom_group_kill 1\n");
    oom_open(&oom, root.path);
    assert_true(oom.of_group);
    oom_before(&oom);
    assert_int_equal(oom_since(&oom), 0);
    fake_root_write(&root, GROUP "/memory.events", "max 9\noom 5\noom_kill 5\noom_group_kill 1\n");
    fake_root_write(&root, "/proc/vmstat", "pgpgin 1\noom_kill 80\n");
    assert_int_equal(oom_since(&oom), 2);
    fake_root_write(&root, GROUP "/memory.events", "max 9\n");
    assert_int_equal(oom_since(&oom), 0);
    oom_close(&oom);
}

static void version_1(void **state)
{
    (void)state;
    struct oom oom;
    fake_root_write(&root, "/proc/self/mountinfo",
                    "30 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    fake_root_write(&root, "/proc/self/cgroup", "4:memory:/jobs\n");
    fake_root_write(&root, "/sys/fs/cgroup/memory/jobs/memory.oom_control",
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    oom_open(&oom, root.path);
    assert_true(oom.of_group);
    oom_before(&oom);
    fake_root_write(&root, "/sys/fs/cgroup/memory/jobs/memory.oom_control",
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    assert_int_equal(oom_since(&oom), 1);
    oom_close(&oom);
}

/* The root group has no such file, and older kernels have no counter in it. */
static void else_the_machine_counts(void **state)
{
    (void)state;
    struct oom oom;
    version_2();
    fake_root_write(&root, GROUP "/memory.events", "oom 4\n");
    fake_root_write(&root, "/proc/vmstat", "pgpgin 1\noom_kill 70\nswap_ra 1\n");
    oom_open(&oom, root.path);
    assert_false(oom.of_group);
    oom_before(&oom);
    fake_root_write(&root, "/proc/vmstat", "pgpgin 1\noom_kill 71\nswap_ra 1\n");
    assert_int_equal(oom_since(&oom), 1);
    oom_close(&oom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_counts, make_root, remove_root),
        cmocka_unit_test_setup_teardown(own_group_counts, make_root, remove_root),
        cmocka_unit_test_setup_teardown(version_1, make_root, remove_root),
        cmocka_unit_test_setup_teardown(else_the_machine_counts, make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
