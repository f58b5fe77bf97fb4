#include "workloads/tcp_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"
#include "workloads/tcp_connect.h"
#include "workloads/tcp_exchange.h"

enum {
    EVENTS = 256, /* taken at once */
    /* Requests sent in a row before answers are looked at, so that a thousand clients that
     * begin together do not leave the first answers lying for all of that time. */
    BURST = 32,
};

#define QUIET_NS (10 * NS_PER_SECOND) /* nothing at all moved: the server hangs */
#define EARLY_NS UINT64_C(50000)      /* what a sleep overshoots; where there is a CPU to look on */
#define LOOK_NS  (NS_PER_SECOND / 5000) /* between two looks at what handlers accepted */
#define LONG_NS  (QUIET_NS / 20)        /* between two looks at the gate */

static uint64_t accepted_now(const struct clients *clients)
{
    return atomic_load_explicit(&clients->shared->accepted, memory_order_relaxed);
}

/* As many as the backlog takes. */
static void connect_more(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    uint64_t total = plan->connections + plan->idle;
    while (clients->made < total && clients->made - accepted_now(clients) < plan->backlog) {
        struct connection *connection = &clients->connections[clients->made];
        int fd = connect_begin(plan, clients->made);
        if (fd < 0) {
            exchange_failed(clients, fd, "connection %" PRIu64 " could not be made: %s",
                            clients->made, strerror(-fd));
            clients->hopeless = true;
            return;
        }
        clients->made++;
        clients->open++;
        *connection =
            (struct connection){.fd = fd, .place = PLACE_CONNECTING, .next = NO_CONNECTION};
        exchange_watch(clients, connection, EPOLL_CTL_ADD, EPOLLOUT);
    }
}

/* Sends what is due. */
static void send_due(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    for (int sent = 0; sent < BURST && clients->head != NO_CONNECTION; sent++) {
        if (clients->connections[clients->head].place == PLACE_GONE) {
            exchange_pop(clients);
            continue;
        }
        uint64_t now_ns = clock_now_ns();
        if (plan->rate == 0) {
            if (clients->connections[clients->head].due_ns > now_ns) {
                return;
            }
            exchange_ask_next(clients, exchange_pop(clients), now_ns);
        } else {
            if (clients->intended_ns > now_ns) {
                return;
            }
            uint64_t intended_ns = clients->intended_ns;
            clients->intended_ns = clients->origin_ns + arrivals_next(&clients->arrivals);
            exchange_ask(clients, exchange_pop(clients), clients->asked++, intended_ns, now_ns);
        }
    }
}

static void start_serving(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    clients->serving = true;
    /* With idle connections it starts when the last of them was accepted. */
    clients->origin_ns = plan->idle > 0 ? clock_now_ns() : atomic_load(&clients->shared->begin_ns);
    if (plan->rate > 0) {
        clients->intended_ns = clients->origin_ns + arrivals_next(&clients->arrivals);
    }
}

static uint64_t next_due(const struct clients *clients)
{
    return clients->plan->rate == 0 ? clients->connections[clients->head].due_ns
                                    : clients->intended_ns;
}

/* How long nothing has to be done unless something comes. An open loop wakes a little before a
 * request is due and looks on without sleeping: a timer's lateness would count as latency. */
static uint64_t patience(const struct clients *clients, bool gate_open)
{
    uint64_t ns = LONG_NS;
    if (gate_open &&
        (!clients->serving || clients->made < clients->plan->connections + clients->plan->idle)) {
        ns = LOOK_NS;
    }
    if (clients->serving && clients->head != NO_CONNECTION) {
        uint64_t now_ns = clock_now_ns(), due_ns = next_due(clients);
        due_ns -= clients->plan->rate > 0 ? clients->early_ns : 0;
        uint64_t left = due_ns > now_ns ? due_ns - now_ns : 0;
        ns = left < ns ? left : ns;
    }
    return ns;
}

/* The server hangs, or lost something: says what is missing. */
static void despair(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    const struct connection *worst = NULL;
    for (uint64_t i = 0; i < clients->made; i++) {
        const struct connection *each = &clients->connections[i];
        if (each->place == PLACE_ASKING && (worst == NULL || each->got > worst->got)) {
            worst = each;
        }
    }
    if (worst != NULL) {
        exchange_failed(clients, -ETIMEDOUT,
                        "connection %" PRIu64 ", message %" PRIu32 ", byte %" PRIu32 " of %" PRIu64
                        ": nothing came for %" PRIu64 " s, on any connection",
                        number_of(clients, worst), worst->message, worst->got, plan->size,
                        (uint64_t)(QUIET_NS / NS_PER_SECOND));
    } else {
        exchange_failed(clients, -ETIMEDOUT,
                        "nothing moved for %" PRIu64 " s: %" PRIu64 " of %" PRIu64
                        " connections were made, %" PRIu64 " were still open",
                        (uint64_t)(QUIET_NS / NS_PER_SECOND), clients->connected,
                        plan->connections + plan->idle, clients->open);
    }
    clients->hopeless = true;
}

/* After a turn in which no event came. */
static void mind_quiet(struct clients *clients)
{
    uint64_t now_ns = clock_now_ns(), accepted = accepted_now(clients);
    bool thinking = clients->serving && clients->head != NO_CONNECTION;
    if (clients->moved_ns == 0 || accepted != clients->accepted_then || thinking) {
        clients->moved_ns = now_ns;
        clients->accepted_then = accepted;
    } else if (now_ns - clients->moved_ns > QUIET_NS) {
        despair(clients);
    }
}

static void turn(struct clients *clients, bool gate_open)
{
    struct epoll_event events[EVENTS];
    int count = connect_wait(clients->epoll, events, EVENTS, patience(clients, gate_open));
    for (int i = 0; i < count; i++) {
        exchange_handle(clients, &events[i]);
    }
    if (count > 0) {
        clients->moved_ns = 0;
    } else {
        mind_quiet(clients);
    }
    if (clients->made < clients->plan->connections + clients->plan->idle) {
        connect_more(clients);
    }
    if (clients->serving && clients->head != NO_CONNECTION) {
        send_due(clients);
    }
}

static void connect_first(struct clients *clients)
{
    connect_more(clients);
    while (clients->connected < clients->made && !clients->hopeless) {
        turn(clients, false);
    }
    tcp_advance(clients->shared, TCP_CONNECTED);
    while (!clients->hopeless && atomic_load(&clients->shared->gate) == TCP_SHUT) {
        tcp_futex_wait(&clients->shared->gate, TCP_SHUT, NS_PER_SECOND);
    }
}

static void serve_all(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    uint64_t total = plan->connections + plan->idle;

    clients->moved_ns = 0;
    while ((clients->open > 0 || clients->made < total) && !clients->hopeless) {
        if (atomic_load_explicit(&clients->shared->gate, memory_order_relaxed) == TCP_QUIT) {
            exchange_failed(clients, -ECANCELED, "the run ended before the clients did");
            return;
        }
        if (!clients->serving && (plan->idle == 0 || accepted_now(clients) >= total)) {
            start_serving(clients);
            send_due(clients);
        }
        turn(clients, true);
    }
}

static int clients_open(struct clients *clients)
{
    const struct tcp_state *plan = clients->plan;
    clients->buffer_bytes = plan->size + 1 < 65536 ? plan->size + 1 : 65536;
    clients->buffer = malloc(clients->buffer_bytes);
    clients->connections = calloc(plan->connections + plan->idle, sizeof *clients->connections);
    clients->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (clients->epoll < 0) {
        return refusal_tell("epoll_create1", -errno, 0);
    }
    if (clients->buffer == NULL || clients->connections == NULL ||
        content_open(&clients->content, plan->size, plan->seed) != 0) {
        return refusal_tell("malloc", -ENOMEM, 0);
    }
    /* Touched here, not while the clock runs: a page's first touch costs as much as an answer. */
    memset(plan->requests, 0, plan->connections * plan->messages * sizeof *plan->requests);
    return 0;
}

static void clients_close(struct clients *clients)
{
    for (uint64_t i = 0; clients->connections != NULL && i < clients->made; i++) {
        if (clients->connections[i].fd >= 0) {
            close(clients->connections[i].fd);
        }
    }
    if (clients->epoll >= 0) {
        close(clients->epoll);
    }
    content_close(&clients->content);
    free(clients->connections);
    free(clients->buffer);
}

void tcp_clients(void *state)
{
    const struct tcp_state *plan = state;
    struct clients clients = {.plan = plan,
                              .shared = plan->shared,
                              .epoll = -1,
                              .head = NO_CONNECTION,
                              .tail = NO_CONNECTION,
                              .early_ns = plan->apart ? EARLY_NS : 0,
                              .active = plan->connections};

    plan->shared->process = getpid();
    prctl(PR_SET_TIMERSLACK, 1); /* the default of 50 us is as much as some answers take */
    arrivals_init(&clients.arrivals, plan->rate, plan->poisson, plan->seed);
    int code = clients_open(&clients);
    if (code != 0) {
        exchange_failed(&clients, code, "the clients could not begin: %s", strerror(-code));
        clients.hopeless = true;
    } else {
        connect_first(&clients);
        serve_all(&clients);
    }
    if (clients.hopeless) {
        tcp_advance(plan->shared, TCP_CONNECTED);
        /* Handlers that wait for connections to come would wait for ever. */
        shutdown(plan->listener, SHUT_RDWR);
    }
    clients_close(&clients);
    tcp_advance(plan->shared, TCP_ENDED);
}
