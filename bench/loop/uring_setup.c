#include "bench/loop/uring_setup.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "bench/loop/uring.h"
#include "bench/util/align.h"
#include "bench/util/kernel.h"
#include "bench/util/refusal.h"

/* Entries. Operations beyond them lose nothing: a full submission ring is submitted, and the
 * kernel keeps completions that find no room. */
enum { SUBMISSIONS_LEAST = 256, SUBMISSIONS_MOST = 4096, COMPLETIONS_MOST = 65536 };

/* What the engine relies on: completions are never dropped, the memory of an entry is free once it
 * is submitted, files are read from their position, sockets are polled without threads. */
static const unsigned needed_features =
    IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL;

static const uint8_t needed_operations[] = {
    IORING_OP_TIMEOUT, IORING_OP_ACCEPT, IORING_OP_RECV,  IORING_OP_SEND,  IORING_OP_OPENAT,
    IORING_OP_READ,    IORING_OP_WRITE,  IORING_OP_FSYNC, IORING_OP_CLOSE,
};

/* From the fastest to what every kernel knows. DEFER_TASKRUN completes only inside of
 * io_uring_enter(), where the loop reaps, instead of at any return from the kernel. */
static const unsigned flag_sets[] = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL, /* 6.1 */
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL,                               /* 5.19 */
    0,
};

static const char instead[] = "use another wait (--wait epoll)";

static const char *release(struct utsname *name)
{
    return uname(name) == 0 ? name->release : "unknown";
}

/* As locked memory: up to Linux 5.11. */
static bool counts_rings(void)
{
    struct utsname name;
    return kernel_before(release(&name), 5, 12);
}

int uring_refusal(int code, int disabled, struct error *err)
{
    struct rlimit limit;
    struct utsname name;

    if (code == -ENOSYS) {
        return error_set(err, -ENOTSUP,
                         "this kernel (%s) offers no io_uring: it is older than 5.1, built without "
                         "CONFIG_IO_URING, or a seccomp filter hides it; %s",
                         release(&name), instead);
    }
    if ((code == -EPERM || code == -EACCES) && disabled == 1) {
        return error_set(err, -ENOTSUP,
                         "kernel.io_uring_disabled = 1 keeps io_uring for root and the group in "
                         "kernel.io_uring_group: as root `sysctl -w "
                         "kernel.io_uring_disabled=0`, or %s",
                         instead);
    }
    if ((code == -EPERM || code == -EACCES) && disabled > 1) {
        return error_set(err, -ENOTSUP,
                         "kernel.io_uring_disabled = %d forbids io_uring to all: as root "
                         "`sysctl -w kernel.io_uring_disabled=0`, or %s",
                         disabled, instead);
    }
    if (code == -EPERM || code == -EACCES) {
        return error_set(err, -ENOTSUP,
                         "io_uring is refused (%s) though kernel.io_uring_disabled is %s: a "
                         "seccomp filter, as containers have, forbids it; start the container with "
                         "`--security-opt seccomp=unconfined` or with a profile that allows "
                         "io_uring_setup, io_uring_enter and io_uring_register, or %s",
                         strerror(-code), disabled == 0 ? "0" : "not set", instead);
    }
    if (code == -ENOMEM && counts_rings() && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY) {
        return error_set(err, code,
                         "no memory for io_uring's rings: kernels before 5.12 count them as locked "
                         "memory, of which %llu bytes are allowed (RLIMIT_MEMLOCK); as root "
                         "`ulimit -l unlimited`, or %s",
                         (unsigned long long)limit.rlim_cur, instead);
    }
    if (code == -EMFILE) {
        return error_set(err, code,
                         "no descriptor left for io_uring's ring: raise RLIMIT_NOFILE with "
                         "`ulimit -n $(ulimit -Hn)`");
    }
    return error_set(err, code, "io_uring_setup: %s", strerror(-code));
}

static int disabled_setting(void)
{
    int value = -1;
    FILE *file = fopen("/proc/sys/kernel/io_uring_disabled", "re");
    if (file) {
        if (fscanf(file, "%d", &value) != 1) {
            value = -1;
        }
        fclose(file);
    }
    return value;
}

static int check_operations(struct io_uring *ring, struct error *err)
{
    struct utsname name;
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    size_t i = 0, count = sizeof needed_operations / sizeof needed_operations[0];

    while (probe && i < count && io_uring_opcode_supported(probe, needed_operations[i])) {
        i++;
    }
    io_uring_free_probe(probe);
    if (i < count || (ring->features & needed_features) != needed_features) {
        return error_set(err, -ENOTSUP,
                         "the io_uring of this kernel (%s) lacks what is needed here, which Linux "
                         "5.7 and newer have; %s",
                         release(&name), instead);
    }
    return 0;
}

static unsigned power_of_two(uint64_t count, unsigned least, unsigned most)
{
    unsigned power = least;
    while (power < most && power < count) {
        power *= 2;
    }
    return power;
}

static int make_ring(struct io_uring *ring, unsigned submissions, unsigned completions)
{
    int code = -EINVAL;
    for (size_t i = 0; i < sizeof flag_sets / sizeof flag_sets[0] && code == -EINVAL; i++) {
        struct io_uring_params params = {
            .flags = flag_sets[i] | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
            .cq_entries = completions,
        };
        code = io_uring_queue_init_params(submissions, ring, &params);
    }
    return code;
}

static int open_ring(struct io_uring *ring, unsigned submissions, unsigned completions,
                     struct error *err)
{
    int code = make_ring(ring, submissions, completions);
    if (code < 0) {
        refusal_tell("io_uring_setup", code, 0);
        return uring_refusal(code, disabled_setting(), err);
    }
    code = check_operations(ring, err);
    if (code < 0) {
        io_uring_queue_exit(ring);
    }
    return code;
}

int uring_setup(struct io_uring *ring, uint64_t expected, struct error *err)
{
    cpu_set_t cpus;
    int code = open_ring(ring, power_of_two(expected, SUBMISSIONS_LEAST, SUBMISSIONS_MOST),
                         power_of_two(expected, 2 * SUBMISSIONS_LEAST, COMPLETIONS_MOST), err);
    if (code < 0) {
        return code;
    }
    /* Both only save time or keep order: a kernel that knows them not does without. */
    io_uring_register_ring_fd(ring);
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) {
        /* The kernel's workers stay on the CPUs of the thread that they work for: by
         * themselves they would take any. */
        io_uring_register_iowq_aff(ring, sizeof cpus, &cpus);
    }
    return 0;
}

/* As the kernel sizes them: an entry of 64 bytes with an index of 4 for each submission, of 16 for
 * each completion, and whole pages. */
uint64_t uring_locked_bytes(uint64_t expected)
{
    const uint64_t page = 4096;
    uint64_t submissions = power_of_two(expected, SUBMISSIONS_LEAST, SUBMISSIONS_MOST);
    uint64_t completions = power_of_two(expected, 2 * SUBMISSIONS_LEAST, COMPLETIONS_MOST);
    uint64_t rings = 16 * completions + 4 * submissions + 512;
    return align_up(64 * submissions, page) + align_up(rings, page);
}

const char *uring_unavailable(void)
{
    static _Thread_local struct error err;
    struct io_uring ring;

    if (open_ring(&ring, 1, 2, &err) < 0) {
        return err.text;
    }
    io_uring_queue_exit(&ring);
    return NULL;
}

void uring_block_pipe_signal(sigset_t *before)
{
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, before);
}

void uring_restore_signals(const sigset_t *before)
{
    const struct timespec at_once = {0};
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    if (!sigismember(before, SIGPIPE)) {
        while (sigtimedwait(&pipe_signal, NULL, &at_once) == SIGPIPE) {
        }
    }
    pthread_sigmask(SIG_SETMASK, before, NULL);
}
