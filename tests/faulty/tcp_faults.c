/*
 * tcp-rude: the workload tcp among people without manners. Either some clients beside the polite
 * ones misbehave (vanish, half, deaf), which must harm nobody; or the server's first task spoils
 * what it sends (corrupt, reorder, drop), which the clients must notice. Exists only in the
 * twin of the program that the tests run.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "workloads/tcp.h"
#include "workloads/tcp_client.h"

extern const struct workload workload_tcp;

enum { RUDE_VANISH, RUDE_HALF, RUDE_DEAF, RUDE_CORRUPT, RUDE_REORDER, RUDE_DROP };
enum { POLITE_CLIENTS = 8, RUDE_CLIENTS = 4, RUDE_MESSAGES = 50, RUDE_SIZE = 1000 };
enum { SPOILED_SEND = 20, SPOILED_BYTE = 5 }; /* of task 0 */

static const char *const rude_hows[] = {"vanish",  "half", "deaf", "corrupt",
                                        "reorder", "drop", NULL};

static const struct param rude_params[] = {
    {.name = "how",
     .summary = "clients: vanish, send half a message, never read; server: corrupt, reorder, drop",
     .type = PARAM_CHOICE,
     .choices = rude_hows},
};

struct rude_state {
    struct tcp_state *tcp;
    uint64_t how;
};

static int rude_connect(const struct tcp_state *tcp)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&tcp->address, sizeof tcp->address) == 0) {
        return fd;
    }
    _exit(1);
}

/* Half a message, and then a reset in the middle of it. */
static void vanish(int fd, const char *message)
{
    const struct linger at_once = {.l_onoff = 1};
    send(fd, message, RUDE_SIZE / 2, MSG_NOSIGNAL);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

/* Half a message, an orderly end, and what came for it is read. */
static void half(int fd, const char *message)
{
    char answer[RUDE_SIZE];
    send(fd, message, RUDE_SIZE / 2, MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    while (recv(fd, answer, sizeof answer, 0) > 0) {
    }
    close(fd);
}

/* Sends until the server, whose answers nobody reads, takes no more. */
static void deaf(int fd, const char *message)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    while (poll(&writable, 1, 200) == 1 &&
           send(fd, message, RUDE_SIZE, MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    }
    close(fd);
}

static void misbehave(const struct tcp_state *tcp, void (*how)(int fd, const char *message))
{
    int fds[RUDE_CLIENTS];
    char message[RUDE_SIZE];

    memset(message, 'r', sizeof message);
    for (int i = 0; i < RUDE_CLIENTS; i++) {
        fds[i] = rude_connect(tcp);
    }
    while (atomic_load(&tcp->shared->gate) == TCP_SHUT) {
        tcp_futex_wait(&tcp->shared->gate, TCP_SHUT, NS_PER_SECOND);
    }
    for (int i = 0; i < RUDE_CLIENTS; i++) {
        how(fds[i], message);
    }
}

/* The rude ones in a process of their own, so that they disturb the polite ones in nothing but the
 * server. */
static void both_kinds(struct tcp_state *tcp, void (*how)(int fd, const char *message))
{
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) {
            misbehave(tcp, how);
        }
        _exit(0);
    }
    tcp_clients(tcp);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

static void vanishing_clients(void *state)
{
    both_kinds(state, vanish);
}

static void half_clients(void *state)
{
    both_kinds(state, half);
}

static void deaf_clients(void *state)
{
    both_kinds(state, deaf);
}

static uint64_t rude_count(uint64_t how)
{
    return how <= RUDE_DEAF ? RUDE_CLIENTS : 0;
}

static uint64_t rude_default_tasks(const uint64_t *values)
{
    return POLITE_CLIENTS + rude_count(values[0]);
}

static uint64_t rude_estimate(const uint64_t *values)
{
    (void)values;
    return 1000000;
}

static int rude_setup(const struct workload_env *env, void **state, struct error *err)
{
    static void (*const clients[])(void *) = {vanishing_clients, half_clients, deaf_clients,
                                              tcp_clients,       tcp_clients,  tcp_clients};
    uint64_t values[TCP_PARAMS] = {
        [TCP_CONNECTIONS] = POLITE_CLIENTS, [TCP_MESSAGES] = RUDE_MESSAGES, [TCP_SIZE] = RUDE_SIZE};
    uint64_t how = env->values[0];
    struct workload_env tcp_env = *env;
    const struct tcp_kind kind = {.rude = rude_count(how), .clients = clients[how]};
    struct rude_state *own = malloc(sizeof *own);
    void *tcp = NULL;

    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory");
    }
    tcp_env.values = values;
    int code = tcp_set_up(&tcp_env, &kind, &tcp, err);
    if (code != 0) {
        free(own);
        return code;
    }
    *own = (struct rude_state){.tcp = tcp, .how = how};
    *state = own;
    return 0;
}

/* Returns how many bytes are left to send. */
static size_t spoil(uint64_t how, char *buffer, size_t size)
{
    size_t at = SPOILED_BYTE + 1 < size ? SPOILED_BYTE : 0;
    switch (how) {
    case RUDE_CORRUPT:
        buffer[at] = (char)(buffer[at] | 0x20); /* lower case again */
        return size;
    case RUDE_REORDER:
        if (size > 1) {
            char byte = buffer[at];
            buffer[at] = buffer[at + 1];
            buffer[at + 1] = byte;
        }
        return size;
    case RUDE_DROP:
        memmove(buffer + at, buffer + at + 1, size - at - 1);
        return size - 1;
    default:
        return size;
    }
}

/* A context that spoils one send and hands everything else on. */
struct spoiling {
    struct task_context context; /* first: calls come with its address */
    struct task_context *inner;
    uint64_t how, sends;
};

static int spoiling_accept(struct task_context *context, int fd)
{
    return ctx_accept(((struct spoiling *)(void *)context)->inner, fd);
}

static int spoiling_close(struct task_context *context, int fd)
{
    return ctx_close(((struct spoiling *)(void *)context)->inner, fd);
}

static ssize_t spoiling_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    return ctx_receive(((struct spoiling *)(void *)context)->inner, fd, buffer, size);
}

static ssize_t spoiling_send(struct task_context *context, int fd, const void *buffer, size_t size)
{
    struct spoiling *own = (struct spoiling *)(void *)context;
    char spoiled[RUDE_SIZE];
    if (own->sends++ != SPOILED_SEND || size > sizeof spoiled) {
        return ctx_send(own->inner, fd, buffer, size);
    }
    memcpy(spoiled, buffer, size);
    ssize_t sent = ctx_send(own->inner, fd, spoiled, spoil(own->how, spoiled, size));
    return sent < 0 ? sent : (ssize_t)size;
}

static const struct wait_calls spoiling_calls = {.accept = spoiling_accept,
                                                 .receive = spoiling_receive,
                                                 .send = spoiling_send,
                                                 .close = spoiling_close};

static int rude_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    const struct rude_state *own = state;
    struct spoiling spoiling = {
        .context = {.calls = &spoiling_calls}, .inner = context, .how = own->how};
    return workload_tcp.task(index == 0 ? &spoiling.context : context, own->tcp, index, checksum);
}

struct rude_step {
    struct tcp_step tcp; /* first: the step's memory is the server's */
    uint64_t sends;
};

static int rude_step(struct step *step, const void *state, uint64_t index)
{
    const struct rude_state *own = state;
    int code = workload_tcp.step(step, own->tcp, index);
    struct operation *next = &step->operation;
    struct rude_step *at = step->memory;
    if (code == 0 && next->kind == OPERATION_SEND && index == 0 && at->sends++ == SPOILED_SEND) {
        next->size = spoil(own->how, next->buffer, next->size);
    }
    return code;
}

static uint64_t rude_expected(const void *state, uint64_t index)
{
    return workload_tcp.expected(((const struct rude_state *)state)->tcp, index);
}

static int rude_verify(const void *state, struct error *err)
{
    return tcp_verify(((const struct rude_state *)state)->tcp, err);
}

static const struct request_times *rude_requests(const void *state, uint64_t *count)
{
    return tcp_requests(((const struct rude_state *)state)->tcp, count);
}

static void rude_teardown(void *state)
{
    tcp_teardown(((struct rude_state *)state)->tcp);
    free(state);
}

extern const struct workload workload_tcp_rude;
const struct workload workload_tcp_rude = {
    .name = "tcp-rude",
    .summary = "the workload tcp with clients or a server that misbehave",
    .kind = WORKLOAD_IO,
    .version = 1,
    .params = rude_params,
    .param_count = 1,
    .default_tasks = rude_default_tasks,
    .own_pace = true,
    .clients = true,
    .estimate_ns = rude_estimate,
    .setup = rude_setup,
    .task = rude_task,
    .step = rude_step,
    .step_bytes = sizeof(struct rude_step),
    .expected = rude_expected,
    .verify = rude_verify,
    .requests = rude_requests,
    .teardown = rude_teardown,
};
