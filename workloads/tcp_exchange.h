/*
 * tcp_exchange.h - one connection of the clients of the workload tcp: what it sends, and whether
 * what comes back is right. Used by the loop (tcp_client.c), in its one thread.
 */
#ifndef WORKLOADS_TCP_EXCHANGE_H
#define WORKLOADS_TCP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "bench/util/arrivals.h"
#include "workloads/tcp.h"
#include "workloads/tcp_content.h"

#define NO_CONNECTION UINT32_MAX /* no connection */

enum place {
    PLACE_NEW,
    PLACE_CONNECTING,
    PLACE_RESTING, /* connected, and nothing under way */
    PLACE_ASKING,  /* an answer is due */
    PLACE_LEAVING, /* has told the server that nothing more comes, waits for its end */
    PLACE_GONE,
};

struct connection {
    int fd;
    uint32_t place; /* enum place */
    uint32_t next;  /* of those that may send */
    uint32_t message;
    uint32_t letters; /* where the message's content lies */
    uint32_t sent, got;
    uint64_t request;
    uint64_t due_ns; /* closed loop: when it has thought */
};

struct clients {
    const struct tcp_state *plan;
    struct tcp_shared *shared;
    struct connection *connections;
    struct content content;
    struct arrivals arrivals;
    char *buffer;
    size_t buffer_bytes;
    int epoll;
    bool serving; /* requests may be sent */
    bool hopeless;
    uint32_t head, tail;    /* connections that may send */
    uint64_t made;          /* connections begun */
    uint64_t connected;     /* of them */
    uint64_t active, open;  /* not yet ended: those that send, all */
    uint64_t asked;         /* requests of an open loop so far */
    uint64_t intended_ns;   /* of the next one */
    uint64_t origin_ns;     /* of the open loop's schedule */
    uint64_t early_ns;      /* to wake before a request of an open loop */
    uint64_t moved_ns;      /* when something last moved; only roughly */
    uint64_t accepted_then; /* accepted when last looked */
};

static inline uint64_t number_of(const struct clients *clients, const struct connection *connection)
{
    return (uint64_t)(connection - clients->connections);
}

static inline bool is_idle(const struct clients *clients, const struct connection *connection)
{
    return number_of(clients, connection) >= clients->plan->connections;
}

/* Takes down that a connection failed, or all did. The first failure is the one that is told. */
__attribute__((format(printf, 3, 4))) void exchange_failed(struct clients *clients, int code,
                                                           const char *format, ...);

/* Adds or changes (`how`: EPOLL_CTL_ADD, _MOD) what a connection is watched for. */
void exchange_watch(struct clients *clients, struct connection *connection, int how,
                    uint32_t events);

/* The first of those that may send, which there must be: it is no longer among them. */
struct connection *exchange_pop(struct clients *clients);

/* Sends the next message. */
void exchange_ask(struct clients *clients, struct connection *connection, uint64_t request,
                  uint64_t intended_ns, uint64_t now_ns);
void exchange_ask_next(struct clients *clients, struct connection *connection,
                       uint64_t now_ns); /* closed */

/* Something happened to a connection. */
void exchange_handle(struct clients *clients, const struct epoll_event *event);

#endif
