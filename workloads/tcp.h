/*
 * tcp.h - what the server (tcp.c), its set-up (tcp_setup.c) and its clients (tcp_client.c) share.
 *
 * Two sides in two processes (or more, where the server's workers are processes) see one
 * block of shared memory: struct tcp_shared, and behind it the requests.
 *
 *   setup      makes the listening socket, starts the clients, waits until they have connected
 *   clients    connect, as many as the listen backlog takes, and wait at `gate`
 *   1st task   opens the gate: so nothing is sent before the run's clock starts
 *   verify     takes the clients' word
 *
 * The backlog is min(TCP_BACKLOG, net.core.somaxconn). A SYN that finds it full is dropped and sent
 * again after 1 s, so the clients never have more connections unaccepted than that: those above it
 * connect while the others are being served.
 */
#ifndef WORKLOADS_TCP_H
#define WORKLOADS_TCP_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "workloads/workload.h"

enum {
    TCP_BACKLOG = 4096,
    TCP_BACKLOG_LEAST = 128, /* net.core.somaxconn's oldest default, where it cannot be read */
    /* A handler reads no more at once: enough for a call to cost little beside its copy. */
    TCP_BUFFER_BYTES = 16384,
};

enum { TCP_CONNECTIONS, TCP_MESSAGES, TCP_SIZE, TCP_THINK, TCP_IDLE, TCP_PARAMS };

enum tcp_gate {
    TCP_SHUT, /* the first task has not begun */
    TCP_OPEN, /* the server serves */
    TCP_QUIT, /* nobody will serve any more: the clients are to end */
};

enum tcp_stage {
    TCP_CONNECTING,
    TCP_CONNECTED, /* as many as the backlog takes */
    TCP_ENDED,     /* every connection is closed, and requests and `failed` are final */
};

struct tcp_shared {
    /* Written once, read by every task and by each turn of the clients. */
    _Alignas(128) _Atomic uint32_t gate; /* enum tcp_gate; a futex */
    int listener;                        /* the same number in every image */
    bool count_accepts;
    _Atomic uint64_t begin_ns; /* when the gate was opened: the schedule's origin */
    /* Written by handlers, once per connection. */
    _Alignas(128) _Atomic uint64_t accepted; /* only where the clients need it (count_accepts) */
    _Atomic uint64_t bytes;                  /* received by handlers whose connection ended */
    /* Written by the clients. */
    _Alignas(128) _Atomic uint32_t stage; /* enum tcp_stage; a futex */
    _Atomic uint64_t connected;
    _Atomic uint64_t failed; /* connections that ended badly; the next two tell of the first */
    int code;                /* -EBADMSG: wrong data; another -errno */
    char reason[200];
    int process; /* id of the clients' process */
};

/* The state of one image, and what the clients are to do. */
struct tcp_state {
    struct tcp_shared *shared;
    struct request_times *requests; /* closed loop: by connection and message; open: by time */
    uint64_t connections, messages, size, think_ns, idle;
    uint64_t rude;  /* further connections, of clients that may end them as they please */
    uint64_t total; /* connections of all kinds */
    uint64_t tasks, seed, rate;
    uint64_t bytes_each; /* that a connection sends which is not idle */
    uint64_t backlog;
    uint64_t per_source; /* connections from one source address */
    struct sockaddr_in address;
    uint32_t buffer_bytes; /* of a handler */
    int listener;
    bool poisson;
    bool apart;   /* the clients have CPUs of their own */
    bool started; /* the clients were */
};

/* How a relative of the workload (tests/faulty/tcp_faults.c) differs. */
struct tcp_kind {
    uint64_t rude;
    void (*clients)(void *state); /* the companion's run() */
};

/* A handler without a stack of its own (tcp_step). */
struct tcp_step {
    char *buffer; /* while there is a connection */
    uint64_t bytes;
    uint32_t left, odd; /* connections */
    int fd, code;
};

extern const struct param tcp_params[TCP_PARAMS];

/* The workload's own functions, as in workload.h. */
int tcp_set_up(const struct workload_env *env, const struct tcp_kind *kind, void **state,
               struct error *err);
int tcp_verify(const void *state, struct error *err);
const struct request_times *tcp_requests(const void *state, uint64_t *count);
void tcp_teardown(void *state);

/* Says that the server serves. Every task calls it first; only the first one does anything. */
void tcp_open_gate(struct tcp_shared *shared);

static inline void tcp_begin(struct tcp_shared *shared)
{
    if (atomic_load_explicit(&shared->gate, memory_order_relaxed) == TCP_SHUT) {
        tcp_open_gate(shared);
    }
}

/* Waits until *word is no longer `value`, at the most `ns`; may return early. */
void tcp_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t ns);
void tcp_futex_wake(_Atomic uint32_t *word);

#endif
