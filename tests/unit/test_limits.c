#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "bench/machine/limits.h"
#include "tests/unit/fake_root_fixture.h"

#define V2_MOUNT        "31 23 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"
#define V1_MOUNT        "32 31 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
#define FIRST_NAMESPACE "         0          0 4294967295\n"

static char reason[512];

static int check(struct limits_need need)
{
    memset(reason, 0, sizeof reason);
    return limits_check(&need, root.path, reason, sizeof reason);
}

static void assert_forbids(struct limits_need need, const char *words)
{
    assert_int_equal(check(need), -EAGAIN);
    if (!strstr(reason, words)) {
        fail_msg("\"%s\" is not in: %s", words, reason);
    }
}

static void assert_allows(struct limits_need need)
{
    if (check(need) != 0) {
        fail_msg("forbidden: %s", reason);
    }
    assert_string_equal(reason, "");
}

static void put(const char *path, const char *text)
{
    fake_root_write(&root, path, text);
}

static void put_limits(const char *processes, const char *files)
{
    char text[512];
    snprintf(text, sizeof text,
             "Limit                     Soft Limit           Hard Limit           Units     \n"
             "Max stack size            8388608              unlimited            bytes     \n"
             "Max processes             %s processes \n"
             "Max open files            %s files     \n",
             processes, files);
    put("/proc/self/limits", text);
}

static void put_status(const char *process, unsigned uid, unsigned threads,
                       const char *capabilities)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/%s/status", process);
    snprintf(text, sizeof text, "Name:\tx\nUid:\t%u\t0\t0\t0\nThreads:\t%u\nCapEff:\t%s\n", uid,
             threads, capabilities);
    put(path, text);
}

/* A roomy machine of 120 threads. */
static void put_roomy(void)
{
    put("/proc/loadavg", "0.10 0.20 0.30 3/120 4711\n");
    put("/proc/sys/kernel/pid_max", "4194304\n");
    put("/proc/sys/kernel/threads-max", "1000000\n");
    put("/proc/sys/vm/max_map_count", "1048576\n");
    put("/proc/meminfo", "MemTotal: 99999999 kB\nMemAvailable: 67108864 kB\n");
    put("/proc/self/mountinfo", V2_MOUNT V1_MOUNT);
    put("/proc/self/cgroup", "8:pids:/a/b\n0::/c/d\n");
    put("/sys/fs/cgroup/c/d/pids.max", "max\n");
    put("/sys/fs/cgroup/c/d/pids.current", "7\n");
    put("/sys/fs/cgroup/pids/a/b/pids.max", "max\n");
    put_limits("unlimited unlimited", "1024 1048576");
    put_status("self", 1000, 1, "0000000000000000");
    put("/proc/sys/kernel/osrelease", "5.10.0-1-amd64\n");
    put("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
}

static const struct limits_need large = {.threads = 40000,
                                         .processes = 100,
                                         .maps = 80000,
                                         .bytes = UINT64_C(1) << 30,
                                         .descriptors = 40000};

static void a_roomy_machine_forbids_nothing(void **state)
{
    (void)state;
    put_roomy();
    assert_allows(large);
}

static void unreadable_files_forbid_nothing(void **state)
{
    (void)state;
    assert_allows(large); /* an empty root */
    static const char *const paths[] = {"/proc/loadavg",
                                        "/proc/sys/kernel/pid_max",
                                        "/proc/sys/kernel/threads-max",
                                        "/proc/sys/vm/max_map_count",
                                        "/proc/meminfo",
                                        "/proc/self/limits",
                                        "/proc/self/status",
                                        "/proc/self/uid_map",
                                        "/proc/self/mountinfo",
                                        "/proc/self/cgroup"};
    static const char *const rubbish[] = {
        "", "rubbish\n", "-1\n", "Max processes\nMax open files 7\n", "99999999999999999999999\n"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        for (size_t j = 0; j < sizeof paths / sizeof *paths; j++) {
            put(paths[j], rubbish[i]);
        }
        assert_allows(large);
    }
}

static void pid_max_counts_what_runs_and_what_the_kernel_keeps(void **state)
{
    (void)state;
    put_roomy();
    put("/proc/sys/kernel/pid_max", "32768\n");
    assert_forbids((struct limits_need){.threads = 40000},
                   "needs 40000 threads at once, which does not fit: kernel.pid_max is 32768, "
                   "120 in use: as root `sysctl -w kernel.pid_max=65536`");
    /* 32768 - 300 kept - 120 in use - 4 of bench itself */
    assert_allows((struct limits_need){.threads = 32344});
    assert_forbids((struct limits_need){.threads = 32345}, "kernel.pid_max");
    assert_forbids((struct limits_need){.processes = 32345},
                   "needs 32345 processes at once, which does not fit: kernel.pid_max");
    assert_forbids((struct limits_need){.threads = 40000, .processes = 100},
                   "needs 40000 threads in 100 processes at once");
    put("/proc/loadavg", "0.10 0.20 0.30 3/121 4711\n");
    assert_forbids((struct limits_need){.threads = 32344}, "kernel.pid_max");
}

static void pid_max_ends_somewhere(void **state)
{
    (void)state;
    put_roomy();
    put("/proc/sys/kernel/threads-max", "100000000\n");
    assert_forbids((struct limits_need){.threads = 5000000},
                   "kernel.pid_max cannot be above 4194304");
    assert_null(strstr(reason, "sysctl -w kernel.pid_max"));
}

static void threads_max(void **state)
{
    (void)state;
    put_roomy();
    put("/proc/sys/kernel/threads-max", "10124\n");
    assert_allows((struct limits_need){.threads = 10000});
    assert_forbids(
        (struct limits_need){.threads = 10001},
        "kernel.threads-max is 10124, 120 in use: as root `sysctl -w kernel.threads-max=16384`");
}

static void a_user_has_a_number_of_his_own(void **state)
{
    (void)state;
    put_roomy();
    put_limits("1000 2000", "1024 1048576");
    put_status("10", 1000, 40, "0");
    put_status("11", 1000, 2, "0");
    put_status("12", 1001, 900, "0"); /* another's */
    put("/proc/kcore/status", "no process\n");
    /* 1000 - 42 - 4 */
    assert_allows((struct limits_need){.threads = 954});
    assert_forbids((struct limits_need){.threads = 955},
                   "ulimit -u is 1000, 42 in use: as root `ulimit -u 1024`");
}

static void administrators_are_exempt_from_it(void **state)
{
    (void)state;
    const struct limits_need need = {.threads = 2000};
    put_roomy();
    put_limits("1000 1000", "1024 1048576");
    assert_forbids(need, "ulimit -u");
    put_status("self", 0, 1, "0000000001000000"); /* CAP_SYS_RESOURCE */
    assert_allows(need);
    put_status("self", 0, 1, "0000000000200000"); /* CAP_SYS_ADMIN */
    assert_allows(need);
    put("/proc/self/uid_map", FIRST_NAMESPACE);
    assert_allows(need);
    put("/proc/self/uid_map", "0 1000 1\n"); /* root only in here */
    assert_forbids(need, "ulimit -u");
    put("/proc/self/uid_map", "0 0 65536\n"); /* nor is this the first namespace */
    assert_forbids(need, "ulimit -u");
    put("/proc/self/uid_map", FIRST_NAMESPACE);
    put_status("self", 0, 1, "00000000fedfffff"); /* all but these two */
    assert_forbids(need, "ulimit -u");
}

static void groups_of_version_2(void **state)
{
    char words[256];
    (void)state;
    put_roomy();
    put("/sys/fs/cgroup/c/d/pids.max", "1011\n");
    assert_allows((struct limits_need){.threads = 1000}); /* 7 in use, 4 of bench */
    snprintf(
        words, sizeof words,
        "cgroup pids.max is 1011, 7 in use: as root `echo 1024 > %s/sys/fs/cgroup/c/d/pids.max`",
        root.path);
    assert_forbids((struct limits_need){.threads = 1001}, words);
}

static void a_group_above_may_have_less_room(void **state)
{
    (void)state;
    put_roomy();
    put("/sys/fs/cgroup/c/d/pids.max", "1011\n");
    put("/sys/fs/cgroup/c/pids.max", "1500\n");
    put("/sys/fs/cgroup/c/pids.current", "600\n");
    assert_allows((struct limits_need){.threads = 896});
    assert_forbids((struct limits_need){.threads = 897}, "pids.max is 1500, 600 in use");
    assert_non_null(strstr(reason, "/sys/fs/cgroup/c/pids.max`"));
    put("/sys/fs/cgroup/c/d/pids.max", "800\n"); /* or more than the group itself */
    assert_forbids((struct limits_need){.threads = 897}, "pids.max is 800, 7 in use");
}

static void groups_of_version_1(void **state)
{
    (void)state;
    put_roomy();
    put("/sys/fs/cgroup/pids/a/pids.max", "500\n"); /* no pids.current: none known */
    assert_allows((struct limits_need){.threads = 496});
    assert_forbids((struct limits_need){.threads = 497}, "pids.max is 500, 0 in use");
    put("/sys/fs/cgroup/pids/a/pids.current", "600\n"); /* over its limit */
    assert_forbids((struct limits_need){.threads = 1}, "pids.max is 500, 600 in use");
    put("/sys/fs/cgroup/pids/other/pids.max", "1\n"); /* not around this process */
    assert_forbids((struct limits_need){.threads = 1}, "pids.max is 500, 600 in use");
}

static void maps_of_a_process(void **state)
{
    (void)state;
    put_roomy();
    put("/proc/sys/vm/max_map_count", "65530\n");
    assert_allows((struct limits_need){.maps = 65274});
    assert_forbids((struct limits_need){.threads = 40000, .maps = 80000},
                   "needs 40000 threads at once, which does not fit: vm.max_map_count is 65530, "
                   "80256 needed: as root `sysctl -w vm.max_map_count=131072`");
    assert_forbids((struct limits_need){.maps = 65275}, "vm.max_map_count");
}

static void descriptors_of_a_process(void **state)
{
    (void)state;
    put_roomy();
    put_limits("unlimited unlimited", "1024 20000");
    assert_allows((struct limits_need){.descriptors = 19936}); /* the hard one counts */
    assert_forbids((struct limits_need){.descriptors = 19937},
                   "ulimit -Hn is 20000, 20001 needed: as root `ulimit -n 32768`");
}

static void locked_memory_counts_before_5_12(void **state)
{
    const struct limits_need need = {.locked = 100 << 10};
    (void)state;
    put_roomy();
    assert_allows(need); /* it is not known */
    put("/proc/self/limits",
        "Max locked memory         65536                65536         bytes\n");
    assert_forbids(need,
                   "ulimit -l is 64 (kB), 100 needed for the rings of io_uring, which kernels "
                   "before 5.12 count: as root `ulimit -l 128`, or take --wait epoll");
    assert_allows((struct limits_need){.locked = 64 << 10});
    put_status("self", 1000, 1, "0000000000004000"); /* CAP_IPC_LOCK */
    assert_allows(need);
    put_status("self", 1000, 1, "0000000000000000");
    put("/proc/sys/kernel/osrelease", "5.12.0\n");
    assert_allows(need);
    put("/proc/sys/kernel/osrelease", "4.19.0\n");
    assert_forbids(need, "ulimit -l");
}

static void size_of_a_file(void **state)
{
    const struct limits_need need = {.file_bytes = 4097, .threads = 8};
    (void)state;
    put_roomy();
    put("/proc/self/limits", "Max file size             4096                 8192         bytes\n");
    assert_forbids(need, "needs more than there is: ulimit -f is 4 (kB in bash), 5 needed for a "
                         "file: `ulimit -f 8`"); /* it is not the threads */
    put("/proc/self/limits", "Max file size             4096                 4096         bytes\n");
    assert_forbids(need, ": as root `ulimit -f 8`");
    assert_allows((struct limits_need){.file_bytes = 4096});
}

static void ports(void **state)
{
    const struct limits_need need = {.ports = 2};
    (void)state;
    put_roomy();
    assert_allows(need);
    put("/proc/sys/net/ipv4/ip_local_port_range", "40000\t40001\n");
    assert_allows(need);
    put("/proc/sys/net/ipv4/ip_local_port_range", "40000\t40000\n");
    assert_forbids(need,
                   "net.ipv4.ip_local_port_range is 40000 to 40000, 2 ports needed of an "
                   "address: as root `sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"`");
}

static void memory(void **state)
{
    (void)state;
    put_roomy();
    put("/proc/meminfo", "MemAvailable: 1048576 kB\n");
    assert_allows((struct limits_need){.bytes = UINT64_C(1) << 30});
    assert_forbids((struct limits_need){.bytes = UINT64_C(2) << 30},
                   "memory: 2.00 GiB needed, 1.00 GiB available");
}

static void put_all(void)
{
    put_roomy();
    put("/proc/sys/kernel/pid_max", "32768\n");
    put("/proc/sys/kernel/threads-max", "20000\n");
    put("/proc/sys/vm/max_map_count", "65530\n");
    put("/proc/meminfo", "MemAvailable: 1000000 kB\n");
    put("/sys/fs/cgroup/c/pids.max", "1000\n");
    put_limits("4096 4096", "1024 20000");
}

static void all_at_once_fit_and_the_tightest_is_first(void **state)
{
    static const char *const names[] = {
        "kernel.pid_max is",   "kernel.threads-max is", "ulimit -u is", "pids.max is",
        "vm.max_map_count is", "ulimit -Hn is",         "memory: "};
    char wide[2048];
    (void)state;
    put_all();
    assert_int_equal(limits_check(&large, root.path, wide, sizeof wide), -EAGAIN);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_non_null(strstr(wide, names[i]));
    }
    assert_null(strchr(wide, '\n'));
    assert_null(strstr(wide, "more limit"));

    assert_forbids(large, "does not fit: cgroup pids.max is 1000, ");
    assert_true(strlen(reason) < sizeof reason - 1);
    assert_non_null(strstr(reason, " more limit"));
    assert_true(strstr(reason, "threads-max") < strstr(reason, "pid_max is"));
}

/* However small the room: ended, and with no half command but in the first entry. */
static void any_size_is_kept(void **state)
{
    char text[600];
    (void)state;
    put_all();
    for (size_t size = 0; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        assert_int_equal(limits_check(&large, root.path, text, size), -EAGAIN);
        for (size_t i = size; i < sizeof text; i++) {
            assert_int_equal(text[i], '#');
        }
        if (size > 0) {
            assert_non_null(memchr(text, '\0', size));
        }
        if (size > 250) {
            size_t quotes = 0;
            for (const char *at = text; *at; at++) {
                quotes += *at == '`';
            }
            assert_int_equal(quotes % 2, 0);
        }
    }
}

static void this_machine_has_limits(void **state)
{
    const struct limits_need none = {0};
    const struct limits_need absurd = {.threads = UINT64_MAX, .maps = UINT64_MAX};
    (void)state;
    assert_int_equal(limits_check(&none, NULL, reason, sizeof reason), 0);
    assert_int_equal(limits_check(&absurd, NULL, reason, sizeof reason), -EAGAIN);
    assert_int_equal(limits_check(&absurd, "/", reason, sizeof reason), -EAGAIN);
}

#define ON_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILES(a_roomy_machine_forbids_nothing),
        ON_FILES(unreadable_files_forbid_nothing),
        ON_FILES(pid_max_counts_what_runs_and_what_the_kernel_keeps),
        ON_FILES(pid_max_ends_somewhere),
        ON_FILES(threads_max),
        ON_FILES(a_user_has_a_number_of_his_own),
        ON_FILES(administrators_are_exempt_from_it),
        ON_FILES(groups_of_version_2),
        ON_FILES(a_group_above_may_have_less_room),
        ON_FILES(groups_of_version_1),
        ON_FILES(maps_of_a_process),
        ON_FILES(descriptors_of_a_process),
        ON_FILES(locked_memory_counts_before_5_12),
        ON_FILES(size_of_a_file),
        ON_FILES(ports),
        ON_FILES(memory),
        ON_FILES(all_at_once_fit_and_the_tightest_is_first),
        ON_FILES(any_size_is_kept),
        cmocka_unit_test(this_machine_has_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
