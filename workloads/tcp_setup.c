/* The workload tcp before its first task and after its last one. */
#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/util/align.h"
#include "bench/util/clock.h"
#include "bench/util/descriptors.h"
#include "bench/util/refusal.h"
#include "bench/util/units.h"
#include "workloads/available.h"
#include "workloads/tcp.h"

/* In a process beside its connections: files of the program, of a loop, of the clients. */
enum { SPARE_DESCRIPTORS = 64 };

/* Of loopback, so that only a hang is cut short. */
#define CONNECT_LIMIT_NS (60 * NS_PER_SECOND)
#define END_LIMIT_NS     (60 * NS_PER_SECOND)
#define LOOK_NS          (NS_PER_SECOND / 20) /* between two looks whether the clients live */

void tcp_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t ns)
{
    const struct timespec limit = clock_timespec(ns);
    syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

void tcp_futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

void tcp_open_gate(struct tcp_shared *shared)
{
    uint64_t none = 0;
    uint32_t shut = TCP_SHUT;
    if (atomic_compare_exchange_strong(&shared->begin_ns, &none, clock_now_ns())) {
        atomic_compare_exchange_strong(&shared->gate, &shut, TCP_OPEN);
        tcp_futex_wake(&shared->gate);
    }
}

/* The numbers in a file below /proc/sys: how many of `count` there are. */
static int read_numbers(const char *path, uint64_t *numbers, int count)
{
    FILE *file = fopen(path, "re");
    int found = 0;
    if (file != NULL) {
        while (found < count && fscanf(file, "%" SCNu64, &numbers[found]) == 1) {
            found++;
        }
        fclose(file);
    }
    return found;
}

static uint64_t backlog_now(void)
{
    uint64_t most = 0;
    if (read_numbers("/proc/sys/net/core/somaxconn", &most, 1) != 1 || most == 0) {
        most = TCP_BACKLOG_LEAST;
    }
    return most < TCP_BACKLOG ? most : TCP_BACKLOG;
}

/* Below the number of ports that a source address has, for the search of the last free ones is
 * slow and others use some. */
static uint64_t per_source_now(void)
{
    uint64_t range[2] = {32768, 60999};
    read_numbers("/proc/sys/net/ipv4/ip_local_port_range", range, 2);
    uint64_t ports = range[1] > range[0] ? range[1] - range[0] : 1;
    return ports / 2 + 1;
}

static int allow_descriptors(uint64_t total, struct error *err)
{
    uint64_t need = total + SPARE_DESCRIPTORS, most = descriptors_raise();
    return need <= most
               ? 0
               : error_set(err, refusal_tell("socket", -EMFILE, 0),
                           "%" PRIu64 " connections need %" PRIu64
                           " file descriptors in a process, but the hard limit (RLIMIT_NOFILE) is "
                           "%" PRIu64 ": as root raise it by `ulimit -n %" PRIu64
                           "` before bench, or choose fewer --set tcp.connections and tcp.idle",
                           total, need, most, need);
}

static int share_block(const struct workload_env *env, struct tcp_state *own, struct error *err)
{
    char wanted[32], left[32];
    uint64_t count, bytes, available;
    size_t head = align_up(sizeof(struct tcp_shared), 4096);
    bool fresh = false;

    if (__builtin_mul_overflow(own->connections, own->messages, &count) ||
        __builtin_mul_overflow(count, sizeof(struct request_times), &bytes)) {
        return error_set(err, -ENOTSUP,
                         "%" PRIu64 " connections with %" PRIu64
                         " messages each are more than can be counted: choose fewer "
                         "--set tcp.messages",
                         own->connections, own->messages);
    }
    if (env->first && bytes > (available = available_bytes(""))) {
        units_human_size(wanted, sizeof wanted, (double)bytes);
        units_human_size(left, sizeof left, (double)available);
        return error_set(err, refusal_tell("mmap", -ENOMEM, bytes),
                         "the times of %" PRIu64
                         " messages need %s, but only %s of memory are available: choose fewer "
                         "--set tcp.messages or tcp.connections",
                         count, wanted, left);
    }
    char *at = env->share(env, head + bytes, &fresh);
    if (at == NULL) {
        return error_set(err, -ENOMEM,
                         "no shared memory for the times of %" PRIu64
                         " messages: choose fewer --set tcp.messages",
                         count);
    }
    own->shared = (struct tcp_shared *)(void *)at;
    own->requests = (struct request_times *)(void *)(at + head);
    return 0;
}

/* A port of the kernel's choice on 127.0.0.1. Inherited by workers that are program images of their
 * own, so it stays open on exec. */
static int open_listener(struct tcp_state *own, struct error *err)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof own->address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0) {
        return error_set(err, refusal_tell("socket", -errno, 0), "socket: %s", strerror(errno));
    }
    /* Linux hands it on to each accepted connection, which saves them a call. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&any, sizeof any) != 0 || listen(fd, TCP_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&own->address, &length) != 0) {
        int code = refusal_tell("bind", -errno, 0);
        close(fd);
        return error_set(err, code, "no listening socket on 127.0.0.1: %s", strerror(-code));
    }
    own->listener = fd;
    own->shared->listener = fd;
    return 0;
}

/* Whether the clients' process ended without a word; only where it is a child of the caller. */
static bool clients_died(const struct tcp_shared *shared)
{
    siginfo_t info = {.si_pid = 0};
    return shared->process > 0 &&
           waitid(P_PID, (id_t)shared->process, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0 && atomic_load(&shared->stage) != TCP_ENDED;
}

/* Waits until the clients have come to `stage`: 0, -ECHILD where they died, -ETIMEDOUT. */
static int wait_for_stage(struct tcp_shared *shared, uint32_t stage, uint64_t limit_ns)
{
    uint64_t deadline = clock_now_ns() + limit_ns;
    for (;;) {
        uint32_t now = atomic_load(&shared->stage);
        if (now >= stage) {
            return 0;
        }
        if (clients_died(shared)) {
            return -ECHILD;
        }
        if (clock_now_ns() > deadline) {
            return -ETIMEDOUT;
        }
        tcp_futex_wait(&shared->stage, now, LOOK_NS);
    }
}

static int clients_word(const struct tcp_shared *shared, struct error *err)
{
    uint64_t failed = atomic_load(&shared->failed);
    if (failed == 0) {
        return 0;
    }
    if (failed == 1) {
        return error_set(err, shared->code, "%s", shared->reason);
    }
    return error_set(err, shared->code, "%s (the first of %" PRIu64 " connections that went wrong)",
                     shared->reason, failed);
}

static int start_clients(const struct workload_env *env, const struct tcp_kind *kind,
                         struct tcp_state *own, struct error *err)
{
    int code = env->companion(env, kind->clients, own);
    if (code != 0) {
        return error_set(err, code, "the clients' process could not be started: %s",
                         strerror(-code));
    }
    own->started = true;
    code = wait_for_stage(own->shared, TCP_CONNECTED, CONNECT_LIMIT_NS);
    if (code == -ECHILD) {
        return error_set(err, code, "the clients' process died while it connected");
    }
    if (code != 0) {
        return error_set(err, code, "only %" PRIu64 " of %" PRIu64 " connections were made",
                         atomic_load(&own->shared->connected), own->total);
    }
    return clients_word(own->shared, err);
}

static int set_up_first(const struct workload_env *env, const struct tcp_kind *kind,
                        struct tcp_state *own, struct error *err)
{
    if (env->companion == NULL) {
        return error_set(err, -ENOTSUP, "the workload tcp needs a process for its clients");
    }
    own->backlog = backlog_now();
    own->per_source = per_source_now();
    own->shared->count_accepts = own->idle > 0 || own->total > own->backlog;
    int code = open_listener(own, err);
    return code == 0 ? start_clients(env, kind, own, err) : code;
}

static void take_values(const struct workload_env *env, const struct tcp_kind *kind,
                        struct tcp_state *own)
{
    const uint64_t *values = env->values;
    uint64_t size = values[TCP_SIZE];
    *own = (struct tcp_state){.connections = values[TCP_CONNECTIONS],
                              .messages = values[TCP_MESSAGES],
                              .size = size,
                              .think_ns = values[TCP_THINK],
                              .idle = values[TCP_IDLE],
                              .rude = kind->rude,
                              .total = values[TCP_CONNECTIONS] + values[TCP_IDLE] + kind->rude,
                              .tasks = env->tasks,
                              .seed = env->seed,
                              .rate = env->rate,
                              .poisson = env->poisson,
                              .apart = env->apart,
                              .bytes_each = values[TCP_MESSAGES] * size,
                              .buffer_bytes =
                                  size < TCP_BUFFER_BYTES ? (uint32_t)size : TCP_BUFFER_BYTES,
                              .listener = -1};
}

int tcp_set_up(const struct workload_env *env, const struct tcp_kind *kind, void **state,
               struct error *err)
{
    struct tcp_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload tcp");
    }
    take_values(env, kind, own);
    int code = allow_descriptors(own->total, err);
    if (code == 0) {
        code = share_block(env, own, err);
    }
    if (code == 0 && env->first) {
        code = set_up_first(env, kind, own, err);
    } else if (code == 0) {
        own->listener = own->shared->listener;
    }
    if (code != 0) {
        tcp_teardown(own);
        return code;
    }
    *state = own;
    return 0;
}

int tcp_verify(const void *state, struct error *err)
{
    const struct tcp_state *own = state;
    struct tcp_shared *shared = own->shared;

    /* Nobody serves any more: connections that no task took learn it now, not after a while. */
    shutdown(own->listener, SHUT_RDWR);
    int code = wait_for_stage(shared, TCP_ENDED, END_LIMIT_NS);
    if (code == -ECHILD) {
        return error_set(err, code, "the clients' process died before its connections were served");
    }
    if (code != 0) {
        return error_set(err, code,
                         "the clients did not end: %" PRIu64 " of %" PRIu64 " had connected",
                         atomic_load(&shared->connected), own->total);
    }
    code = clients_word(shared, err);
    uint64_t bytes = atomic_load(&shared->bytes), due = own->connections * own->bytes_each;
    if (code == 0 && own->rude == 0 && bytes != due) {
        return error_set(err, -EBADMSG,
                         "the clients sent %" PRIu64 " bytes, but the server received %" PRIu64,
                         due, bytes);
    }
    return code;
}

const struct request_times *tcp_requests(const void *state, uint64_t *count)
{
    const struct tcp_state *own = state;
    *count = own->connections * own->messages;
    return own->requests;
}

void tcp_teardown(void *state)
{
    struct tcp_state *own = state;
    if (own->started) {
        atomic_store(&own->shared->gate, TCP_QUIT);
        tcp_futex_wake(&own->shared->gate);
    }
    if (own->listener >= 0) {
        close(own->listener);
    }
    free(own);
}
