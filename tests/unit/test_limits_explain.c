/* Which limit made a call fail: named where it is near, and none where there is room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "bench/machine/limits.h"
#include "tests/unit/fake_root_fixture.h"

enum { CALLER = 77 };

static char reason[512];
static const struct limits_need need = {
    .threads = 16, .processes = 16, .maps = 32, .descriptors = 40, .ports = 2, .file_bytes = 8192};

static void put(const char *path, const char *text)
{
    fake_root_write(&root, path, text);
}

static struct limits_refusal refusal_of(const char *call, int code)
{
    return (struct limits_refusal){.call = call,
                                   .code = code,
                                   .process = CALLER,
                                   .live = true,
                                   .disk_free = UINT64_MAX,
                                   .inodes_free = UINT64_MAX,
                                   .folder = "results/x"};
}

static void assert_named(const struct limits_refusal *refusal, const char *words)
{
    memset(reason, 0, sizeof reason);
    assert_int_equal(limits_explain(refusal, &need, root.path, reason, sizeof reason), -EAGAIN);
    if (strncmp(reason, refusal->call, strlen(refusal->call)) != 0 || !strstr(reason, words)) {
        fail_msg("\"%s\" is not in: %s", words, reason);
    }
}

static void assert_none(const struct limits_refusal *refusal)
{
    memset(reason, 0, sizeof reason);
    if (limits_explain(refusal, &need, root.path, reason, sizeof reason) != 0) {
        fail_msg("named: %s", reason);
    }
}

static void put_caller_limits(const char *line)
{
    put("/proc/77/limits", line);
}

static void without_files_none_is_named(void **state)
{
    static const int codes[] = {-EAGAIN, -ENOMEM, -EMFILE,     -ENFILE,        -ENOSPC,
                                -EFBIG,  -EIO,    -EADDRINUSE, -EADDRNOTAVAIL, 0};
    static const char *const calls[] = {"fork", "pthread_create", "mmap", "openat", "epoll_ctl"};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (size_t k = 0; k < sizeof calls / sizeof *calls; k++) {
            const struct limits_refusal refusal = refusal_of(calls[k], codes[i]);
            assert_none(&refusal);
        }
    }
}

/* The limits of the process that made the call count, and what its user had then. */
static void threads_of_a_user(void **state)
{
    struct limits_refusal refusal = refusal_of("pthread_create", -EAGAIN);
    (void)state;
    put("/proc/loadavg", "0.10 0.20 0.30 3/5000 4711\n");
    put_caller_limits("Max processes             50                   50          processes\n");
    put("/proc/self/limits",
        "Max processes             1                    1          processes\n");
    put("/proc/77/status", "Name:\tx\nUid:\t9\t9\t9\t9\nThreads:\t46\nCapEff:\t0\n");
    assert_named(&refusal, "pthread_create() failed in mid-run (Resource temporarily unavailable): "
                           "needs 16 processes at once, which does not fit: ulimit -u is 50, 46 in "
                           "use: as root `ulimit -u 128`");
    /* All of its 16 may have ended meanwhile. */
    put("/proc/77/status", "Name:\tx\nUid:\t9\t9\t9\t9\nThreads:\t31\nCapEff:\t0\n");
    assert_named(&refusal, "ulimit -u is 50, 31 in use");
    put("/proc/77/status", "Name:\tx\nUid:\t9\t9\t9\t9\nThreads:\t30\nCapEff:\t0\n");
    assert_none(&refusal); /* another fault: there is room */
    put("/proc/self/status", "Name:\tx\nUid:\t9\t9\t9\t9\nThreads:\t1\nCapEff:\t0\n");
    refusal.live = false; /* what the caller had is given back: all must fit */
    assert_named(&refusal, "ulimit -u is 1,");
}

static void maps_and_address_space(void **state)
{
    struct limits_refusal refusal = refusal_of("mmap", -ENOMEM);
    (void)state;
    put("/proc/sys/vm/max_map_count", "4\n");
    put("/proc/77/maps", "a\nb\nc\nd\n");
    assert_none(&refusal); /* none of a further one is needed yet */
    put("/proc/77/maps", "a\nb\nc\nd\ne\n");
    assert_named(&refusal,
                 "vm.max_map_count is 4, 288 needed: as root `sysctl -w vm.max_map_count=");
    put("/proc/77/maps", "a\n");
    put_caller_limits(
        "Max address space         1048576              2097152              bytes\n");
    put("/proc/77/status", "Name:\tx\nVmSize:\t     512 kB\n");
    refusal.amount = 600 << 10;
    assert_named(&refusal, "ulimit -v is 1024 (kB), 512 in use, 600 more needed: `ulimit -v 2048`");
    refusal.amount = 100 << 10;
    assert_none(&refusal);
    refusal = refusal_of("pthread_create", -EAGAIN); /* the stacks of all 16 */
    assert_named(&refusal, "ulimit -v is 1024 (kB), 512 in use, 131072 more needed: as root ");
    put_caller_limits(
        "Max data size             1048576              unlimited            bytes\n");
    put("/proc/77/status", "Name:\tx\nVmData:\t     512 kB\n");
    assert_named(&refusal, "ulimit -d is 1024 (kB), 512 in use, 131072 more needed: `ulimit -d ");
    put("/proc/77/limits", "");
    put("/proc/meminfo", "MemAvailable: 1 kB\nCommitLimit: 300 kB\nCommitted_AS: 200 kB\n");
    put("/proc/sys/vm/overcommit_memory", "2\n");
    refusal = refusal_of("mmap", -ENOMEM);
    refusal.amount = 4096;
    assert_named(&refusal, "vm.overcommit_memory is 2");
    assert_non_null(strstr(reason, "memory: 4.00 KiB needed, 1.00 KiB available"));
}

static void files(void **state)
{
    struct limits_refusal refusal = refusal_of("openat", -ENFILE);
    (void)state;
    put("/proc/sys/fs/file-nr", "1000\t0\t1000\n");
    assert_named(&refusal,
                 "fs.file-max is 1000, 1000 in use: as root `sysctl -w fs.file-max=1024`");
    put("/proc/sys/fs/file-nr", "1000\t0\t9000\n");
    assert_none(&refusal);
    refusal.code = -EMFILE;
    put_caller_limits("Max open files            90                   200          files\n");
    assert_named(&refusal, "ulimit -n is 90, 104 needed: `ulimit -n 128`");
    put_caller_limits("Max open files            104                  200          files\n");
    assert_none(&refusal);
    refusal = refusal_of("epoll_ctl", -ENOSPC);
    put("/proc/sys/fs/epoll/max_user_watches", "50\n");
    assert_named(&refusal, "fs.epoll.max_user_watches is 50: as root `sysctl -w ");
    refusal = refusal_of("write", -EFBIG);
    put_caller_limits("Max file size             4096                 4096         bytes\n");
    assert_named(&refusal, "ulimit -f is 4 (kB in bash), 8 needed for a file: as root ");
    refusal = refusal_of("connect", -EADDRNOTAVAIL);
    put("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001\n");
    assert_named(&refusal, "net.ipv4.ip_local_port_range is 40000 to 40001");
    put("/proc/sys/net/ipv4/ip_local_port_range", "32768 60999\n");
    assert_none(&refusal);
}

static void the_disk(void **state)
{
    struct limits_refusal refusal = refusal_of("write", -ENOSPC);
    (void)state;
    refusal.disk_need = 4096;
    assert_none(&refusal);
    refusal.disk_free = 1024;
    assert_named(&refusal,
                 "disk: scratch files take up to 4.00 KiB, 1.00 KiB are free in results/x");
    refusal.disk_free = 8192;
    assert_none(&refusal);
    refusal.amount = 16384;
    assert_named(&refusal, "take up to 16.0 KiB, 8.00 KiB are free");
    refusal.amount = 0;
    refusal.inodes_free = 0;
    refusal.inodes_need = 1;
    assert_named(&refusal, "disk: 0 more files (inodes) may be made in results/x, 1 needed");
}

#define ON_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILES(without_files_none_is_named),
        ON_FILES(threads_of_a_user),
        ON_FILES(maps_and_address_space),
        ON_FILES(files),
        ON_FILES(the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
