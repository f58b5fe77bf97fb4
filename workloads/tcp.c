/*
 * tcp: an echo server that answers in upper case. It knows no messages: whatever comes is turned
 * and sent back. One task is one handler, which serves its share of the connections one
 * after the other. Which handler meets which connection is left to chance, so a checksum only
 * attests that each of its connections ended in order, having brought all of its bytes; the
 * content is the clients' to check (tcp_verify).
 */
#include "workloads/tcp.h"

#include <errno.h>
#include <stdlib.h>

#include "workloads/key.h"
#include "workloads/tcp_client.h"
#include "workloads/tcp_letters.h"

const struct param tcp_params[TCP_PARAMS] = {
    [TCP_CONNECTIONS] = {.name = "connections",
                         .summary = "clients that send, each over a connection of its own",
                         .type = PARAM_COUNT,
                         .initial = 200,
                         .min = 1,
                         .max = 1000000},
    [TCP_MESSAGES] = {.name = "messages",
                      .summary = "messages per connection, each sent when the last is answered",
                      .type = PARAM_COUNT,
                      .initial = 100,
                      .min = 1,
                      .max = 1000000000},
    [TCP_SIZE] = {.name = "size",
                  .summary = "bytes per message",
                  .type = PARAM_SIZE,
                  .initial = 64,
                  .min = 1,
                  .max = UINT64_C(1) << 20},
    [TCP_THINK] = {.name = "think",
                   .summary = "pause of a client between an answer and its next message; not with "
                              "--rate",
                   .type = PARAM_TIME,
                   .initial = 0,
                   .min = 0,
                   .max = UINT64_C(3600000000000)},
    [TCP_IDLE] = {.name = "idle",
                  .summary = "further connections that never send and stay to the end",
                  .type = PARAM_COUNT,
                  .initial = 0,
                  .min = 0,
                  .max = 1000000},
};

static uint64_t tcp_default_tasks(const uint64_t *values)
{
    return values[TCP_CONNECTIONS] + values[TCP_IDLE];
}

/* Idle connections stay until the others are served: whoever met one would keep the rest waiting.
 */
static uint64_t tcp_together(const uint64_t *values, uint64_t tasks)
{
    return values[TCP_IDLE] > 0 ? tasks : 1;
}

/* The clients' process holds all of them, that of the server those that it serves. */
static uint64_t tcp_descriptors(const uint64_t *values, uint64_t tasks, uint64_t alive)
{
    uint64_t all = tcp_default_tasks(values);
    (void)tasks;
    return alive > all ? alive : all;
}

/* Each source address gets no more connections than half of the ports that it has (tcp_setup.c),
 * and the server takes one: only where there is next to no port at all is there none for it. */
static uint64_t tcp_ports(const uint64_t *values)
{
    (void)values;
    return 2;
}

static uint64_t tcp_request_count(const uint64_t *values)
{
    uint64_t count;
    return __builtin_mul_overflow(values[TCP_CONNECTIONS], values[TCP_MESSAGES], &count)
               ? UINT64_MAX
               : count;
}

static uint64_t tcp_estimate_ns(const uint64_t *values)
{
    /* 15 us per answer: an event loop and its clients over loopback, CPUs of the 2020s. */
    return values[TCP_MESSAGES] * (values[TCP_THINK] + 15000);
}

static int tcp_setup(const struct workload_env *env, void **state, struct error *err)
{
    static const struct tcp_kind polite = {.clients = tcp_clients};
    return tcp_set_up(env, &polite, state, err);
}

/* How many connections a task serves: shares differ by one at the most and sum up to all. */
static uint64_t tcp_share(const struct tcp_state *own, uint64_t index)
{
    return own->total * (index + 1) / own->tasks - own->total * index / own->tasks;
}

/* Errors that the other side makes: they end a connection, not a task. */
static bool peer_is_gone(ssize_t code)
{
    return code == -ECONNRESET || code == -EPIPE || code == -ETIMEDOUT || code == -ECONNABORTED;
}

/* No more connections will come, and the clients have said why. */
static bool clients_gave_up(const struct tcp_state *own)
{
    return atomic_load(&own->shared->failed) > 0;
}

static void count_accept(const struct tcp_state *own)
{
    if (own->shared->count_accepts) {
        atomic_fetch_add_explicit(&own->shared->accepted, 1, memory_order_relaxed);
    }
}

/* Takes down a connection that has ended (code: 0 or the -errno that ended it) and says whether it
 * ended oddly. Not so where its client has told the reason already, for verify() knows better. */
static bool ended_oddly(const struct tcp_state *own, uint64_t bytes, int code)
{
    atomic_fetch_add_explicit(&own->shared->bytes, bytes, memory_order_relaxed);
    bool whole = bytes == own->bytes_each || (bytes == 0 && own->idle > 0);
    return !(whole && code == 0) && own->rude == 0 && !clients_gave_up(own);
}

static uint64_t tcp_checksum(const struct tcp_state *own, uint64_t index, uint64_t odd)
{
    return task_key(own->seed, index) + odd;
}

/* Until the other side closes. 0 or -errno. */
static int tcp_echo(struct task_context *context, int fd, char *buffer, size_t size,
                    uint64_t *bytes)
{
    for (;;) {
        ssize_t got = ctx_receive(context, fd, buffer, size);
        if (got <= 0) {
            return (int)got;
        }
        *bytes += (uint64_t)got;
        tcp_upper(buffer, (size_t)got);
        ssize_t sent = ctx_send(context, fd, buffer, (size_t)got);
        if (sent < 0) {
            return (int)sent;
        }
    }
}

static int tcp_serve(struct task_context *context, const struct tcp_state *own, char *buffer,
                     uint64_t *odd)
{
    uint64_t bytes = 0;
    int fd = ctx_accept(context, own->listener);
    if (fd < 0) {
        return fd == -EINVAL && clients_gave_up(own) ? 0 : fd;
    }
    count_accept(own);
    int code = tcp_echo(context, fd, buffer, own->buffer_bytes, &bytes);
    int closed = ctx_close(context, fd);
    *odd += ended_oddly(own, bytes, code);
    return code != 0 && !peer_is_gone(code) ? code : closed;
}

static int tcp_task(struct task_context *context, const void *state, uint64_t index,
                    uint64_t *checksum)
{
    const struct tcp_state *own = state;
    uint64_t odd = 0;
    int code = 0;

    tcp_begin(own->shared);
    /* Not on the stack: a parked coroutine of a shared stack has none. */
    char *buffer = malloc(own->buffer_bytes);
    if (buffer == NULL) {
        return -ENOMEM;
    }
    for (uint64_t left = tcp_share(own, index); left > 0 && code == 0; left--) {
        code = tcp_serve(context, own, buffer, &odd);
    }
    free(buffer);
    *checksum = tcp_checksum(own, index, odd);
    return code;
}

/* The same as a state machine: what was done last tells what comes next. */
static int step_accept(struct step *step, const struct tcp_state *own, uint64_t index)
{
    struct tcp_step *at = step->memory;
    if (at->left == 0) {
        step->checksum = tcp_checksum(own, index, at->odd);
        step->operation.kind = OPERATION_NONE;
        return 0;
    }
    step->operation = (struct operation){.kind = OPERATION_ACCEPT, .fd = own->listener};
    return 0;
}

static int step_receive(struct step *step, const struct tcp_state *own)
{
    struct tcp_step *at = step->memory;
    step->operation = (struct operation){
        .kind = OPERATION_RECEIVE, .fd = at->fd, .buffer = at->buffer, .size = own->buffer_bytes};
    return 0;
}

static int step_send(struct step *step)
{
    struct tcp_step *at = step->memory;
    size_t got = (size_t)step->operation.result;
    at->bytes += got;
    tcp_upper(at->buffer, got);
    step->operation =
        (struct operation){.kind = OPERATION_SEND, .fd = at->fd, .buffer = at->buffer, .size = got};
    return 0;
}

static int step_close(struct step *step, ssize_t code)
{
    struct tcp_step *at = step->memory;
    at->code = (int)code;
    step->operation = (struct operation){.kind = OPERATION_CLOSE, .fd = at->fd};
    return 0;
}

static int step_accepted(struct step *step, const struct tcp_state *own, uint64_t index)
{
    struct tcp_step *at = step->memory;
    ssize_t fd = step->operation.result;
    if (fd < 0) {
        if (fd != -EINVAL || !clients_gave_up(own)) {
            return (int)fd;
        }
        at->left--;
        return step_accept(step, own, index);
    }
    count_accept(own);
    at->fd = (int)fd;
    at->bytes = 0;
    at->buffer = malloc(own->buffer_bytes);
    return at->buffer == NULL ? step_close(step, -ENOMEM) : step_receive(step, own);
}

static int step_closed(struct step *step, const struct tcp_state *own, uint64_t index)
{
    struct tcp_step *at = step->memory;
    free(at->buffer);
    at->buffer = NULL;
    at->odd += ended_oddly(own, at->bytes, at->code);
    if (at->code != 0 && !peer_is_gone(at->code)) {
        return at->code;
    }
    if (step->operation.result < 0) {
        return (int)step->operation.result;
    }
    at->left--;
    return step_accept(step, own, index);
}

static int tcp_step(struct step *step, const void *state, uint64_t index)
{
    const struct tcp_state *own = state;
    struct tcp_step *at = step->memory;
    ssize_t result = step->operation.result;

    switch (step->operation.kind) {
    case OPERATION_NONE:
        tcp_begin(own->shared);
        at->left = (uint32_t)tcp_share(own, index);
        return step_accept(step, own, index);
    case OPERATION_ACCEPT:
        return step_accepted(step, own, index);
    case OPERATION_RECEIVE:
        return result > 0 ? step_send(step) : step_close(step, result);
    case OPERATION_SEND:
        return result >= 0 ? step_receive(step, own) : step_close(step, result);
    case OPERATION_CLOSE:
        return step_closed(step, own, index);
    default:
        return -EINVAL;
    }
}

static uint64_t tcp_expected(const void *state, uint64_t index)
{
    return tcp_checksum(state, index, 0);
}

extern const struct workload workload_tcp;
const struct workload workload_tcp = {
    .name = "tcp",
    .summary = "an echo server in upper case and its clients, over loopback",
    .kind = WORKLOAD_IO,
    .version = 1,
    .params = tcp_params,
    .param_count = TCP_PARAMS,
    .default_tasks = tcp_default_tasks,
    .together = tcp_together,
    .descriptors = tcp_descriptors,
    .ports = tcp_ports,
    .request_count = tcp_request_count,
    .own_pace = true,
    .clients = true,
    .estimate_ns = tcp_estimate_ns,
    .setup = tcp_setup,
    .task = tcp_task,
    .step = tcp_step,
    .step_bytes = sizeof(struct tcp_step),
    .expected = tcp_expected,
    .verify = tcp_verify,
    .requests = tcp_requests,
    .teardown = tcp_teardown,
};
