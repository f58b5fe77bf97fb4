/* The memory that is left, on machines made of files. */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "workloads/available.h"

#define MIB (UINT64_C(1) << 20)

static char root[] = "/tmp/bench-test-XXXXXX";

/* Writes root/path, with the folders on the way. */
static void put(const char *path, const char *text)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *slash = strchr(full + sizeof root, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(full, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static int make_root(void **state)
{
    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    return mkdtemp(root) == NULL;
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put_meminfo(void)
{
    put("proc/meminfo",
        "MemTotal:       16384000 kB\nMemFree:  1024 kB\nMemAvailable:    4096 kB\n");
}

static void test_nothing_can_be_read(void **state)
{
    (void)state;
    assert_true(available_bytes(root) == AVAILABLE_UNKNOWN);
    put("proc/meminfo", "rubbish\n\nMemAvailable:\nMemAvailableToo: 5 kB\n");
    put("proc/self/cgroup", "rubbish\n0\n::\n\n0::/gone\n");
    assert_true(available_bytes(root) == AVAILABLE_UNKNOWN);
}

static void test_meminfo(void **state)
{
    (void)state;
    put_meminfo();
    assert_int_equal(available_bytes(root), 4 * MIB);
}

static void test_version2(void **state)
{
    (void)state;
    put_meminfo();
    put("proc/self/cgroup", "0::/a/b\n");
    put("sys/fs/cgroup/a/b/memory.max", "max\n");
    put("sys/fs/cgroup/a/b/memory.current", "999\n");
    assert_int_equal(available_bytes(root), 4 * MIB);

    /* The ancestor binds; its page cache yields. */
    put("sys/fs/cgroup/a/memory.max", "3145728\n");
    put("sys/fs/cgroup/a/memory.current", "2097152\n");
    put("sys/fs/cgroup/a/memory.stat",
        "anon 1\nfile 9\ninactive_file 524288\nactive_file 524288\ninactive_file_x 7\n");
    assert_int_equal(available_bytes(root), 2 * MIB);

    /* The own group binds, and is over its limit. */
    put("sys/fs/cgroup/a/b/memory.max", "100\n");
    assert_int_equal(available_bytes(root), 0);
}

static void test_version1(void **state)
{
    (void)state;
    put_meminfo();
    put("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/y\n0::/\n");
    /* Inside a container the group's own path is not there; the mount's root is it. */
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
    put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
    put("sys/fs/cgroup/memory/memory.stat",
        "inactive_file 7\ntotal_inactive_file 262144\ntotal_active_file 262144\n");
    assert_int_equal(available_bytes(root), MIB + MIB / 2);
}

static void test_this_machine(void **state)
{
    (void)state;
    assert_true(available_bytes("") > 0);
}

#define ON_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILES(test_nothing_can_be_read),
        ON_FILES(test_meminfo),
        ON_FILES(test_version2),
        ON_FILES(test_version1),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
