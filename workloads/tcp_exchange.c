#include "workloads/tcp_exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"
#include "workloads/tcp_connect.h"

enum { SAME_STAMP = 1024 }; /* bytes whose check costs less than reading the clock again */

/* The first failure is the one that is told. */
void exchange_failed(struct clients *clients, int code, const char *format, ...)
{
    struct tcp_shared *shared = clients->shared;
    if (atomic_load(&shared->failed) == 0) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(shared->reason, sizeof shared->reason, format, arguments);
        va_end(arguments);
        shared->code = code;
    }
    atomic_fetch_add(&shared->failed, 1);
}

static void leave(struct clients *clients, struct connection *connection);

/* When the last connection that sends has ended, the idle ones may go. */
static void one_active_less(struct clients *clients)
{
    if (--clients->active > 0) {
        return;
    }
    for (uint64_t i = clients->plan->connections; i < clients->made; i++) {
        if (clients->connections[i].place == PLACE_RESTING) {
            leave(clients, &clients->connections[i]);
        }
    }
}

static void gone(struct clients *clients, struct connection *connection)
{
    bool was_active = !is_idle(clients, connection) && connection->place != PLACE_LEAVING;
    close(connection->fd);
    connection->fd = -1;
    connection->place = PLACE_GONE;
    clients->open--;
    if (was_active) {
        one_active_less(clients);
    }
}

static void broken(struct clients *clients, struct connection *connection, int code)
{
    exchange_failed(clients, code,
                    "connection %" PRIu64 ", message %" PRIu32 ", byte %" PRIu32 ": %s",
                    number_of(clients, connection), connection->message, connection->got,
                    code == -EBADMSG ? "the server closed the connection" : strerror(-code));
    gone(clients, connection);
}

void exchange_watch(struct clients *clients, struct connection *connection, int how,
                    uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u64 = number_of(clients, connection)};
    if (epoll_ctl(clients->epoll, how, connection->fd, &event) != 0) {
        const int code = refusal_tell("epoll_ctl", -errno, 0);
        exchange_failed(clients, code, "epoll_ctl: %s", strerror(-code));
        clients->hopeless = true;
    }
}

static void push_back(struct clients *clients, struct connection *connection)
{
    uint32_t number = (uint32_t)number_of(clients, connection);
    connection->next = NO_CONNECTION;
    if (clients->head == NO_CONNECTION) {
        clients->head = number;
    } else {
        clients->connections[clients->tail].next = number;
    }
    clients->tail = number;
}

/* Before those that think. */
static void push_front(struct clients *clients, struct connection *connection)
{
    uint32_t number = (uint32_t)number_of(clients, connection);
    connection->next = clients->head;
    if (clients->head == NO_CONNECTION) {
        clients->tail = number;
    }
    clients->head = number;
}

struct connection *exchange_pop(struct clients *clients)
{
    struct connection *connection = &clients->connections[clients->head];
    clients->head = connection->next;
    return connection;
}

/* Sends no more. The server closes in turn, which shows whether it still had something to say. */
static void leave(struct clients *clients, struct connection *connection)
{
    bool was_active = !is_idle(clients, connection);
    connection->place = PLACE_LEAVING;
    shutdown(connection->fd, SHUT_WR);
    if (was_active) {
        one_active_less(clients);
    }
}

static void send_rest(struct clients *clients, struct connection *connection)
{
    uint64_t size = clients->plan->size;
    bool watched = connection->sent > 0;
    ssize_t sent =
        send(connection->fd, clients->content.lower + connection->letters + connection->sent,
             size - connection->sent, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            broken(clients, connection, -errno);
            return;
        }
        sent = 0;
    }
    connection->sent += (uint32_t)sent;
    if (connection->sent < size) {
        exchange_watch(clients, connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    } else if (watched) {
        exchange_watch(clients, connection, EPOLL_CTL_MOD, EPOLLIN);
    }
}

void exchange_ask(struct clients *clients, struct connection *connection, uint64_t request,
                  uint64_t intended_ns, uint64_t now_ns)
{
    struct request_times *times = &clients->plan->requests[request];
    times->intended_ns = intended_ns;
    times->sent_ns = now_ns;
    connection->request = request;
    connection->letters =
        content_at(&clients->content, number_of(clients, connection), connection->message);
    connection->place = PLACE_ASKING;
    connection->sent = connection->got = 0;
    send_rest(clients, connection);
}

void exchange_ask_next(struct clients *clients, struct connection *connection, uint64_t now_ns)
{
    uint64_t request =
        number_of(clients, connection) * clients->plan->messages + connection->message;
    exchange_ask(clients, connection, request, now_ns, now_ns);
}

static void answered(struct clients *clients, struct connection *connection, uint64_t now_ns)
{
    const struct tcp_state *plan = clients->plan;
    plan->requests[connection->request].done_ns = now_ns;
    if (++connection->message == plan->messages) {
        leave(clients, connection);
        return;
    }
    if (plan->rate == 0 && plan->think_ns == 0) {
        exchange_ask_next(clients, connection, plan->size <= SAME_STAMP ? now_ns : clock_now_ns());
        return;
    }
    connection->place = PLACE_RESTING;
    connection->due_ns = now_ns + plan->think_ns;
    push_back(clients, connection);
}

static void wrong_byte(struct clients *clients, struct connection *connection, size_t got)
{
    const char *right = clients->content.upper + connection->letters + connection->got;
    size_t left = clients->plan->size - connection->got, at = 0;
    char is[16], due[24] = "nothing more";

    while (at < left && at < got && clients->buffer[at] == right[at]) {
        at++;
    }
    unsigned char byte = (unsigned char)clients->buffer[at];
    bool printable = byte > ' ' && byte < 0x7f;
    snprintf(is, sizeof is, printable ? "'%c'" : "0x%02x", byte);
    if (at < left) {
        snprintf(due, sizeof due, "'%c'", right[at]);
    }
    exchange_failed(clients, -EBADMSG,
                    "connection %" PRIu64 ", message %" PRIu32 ", byte %" PRIu64
                    ": got %s, expected %s",
                    number_of(clients, connection), connection->message,
                    (uint64_t)(connection->got + at), is, due);
    gone(clients, connection);
}

/* One more byte is asked for than is due, so that one too many shows. */
static void receive_answer(struct clients *clients, struct connection *connection)
{
    size_t left = clients->plan->size - connection->got;
    size_t room = left + 1 < clients->buffer_bytes ? left + 1 : clients->buffer_bytes;
    ssize_t result = recv(connection->fd, clients->buffer, room, 0);

    if (result <= 0) {
        if (result == 0 || (errno != EAGAIN && errno != EINTR)) {
            broken(clients, connection, result == 0 ? -EBADMSG : -errno);
        }
        return;
    }
    size_t got = (size_t)result;
    uint64_t now_ns = got == left ? clock_now_ns() : 0;
    if (got > left ||
        memcmp(clients->buffer, clients->content.upper + connection->letters + connection->got,
               got) != 0) {
        wrong_byte(clients, connection, got);
        return;
    }
    connection->got += (uint32_t)got;
    if (got == left) {
        answered(clients, connection, now_ns);
    }
}

/* Nothing is due from the server but its end, and this only from one that leaves. */
static void receive_unasked(struct clients *clients, struct connection *connection)
{
    ssize_t got = recv(connection->fd, clients->buffer, 1, 0);
    if (got == 0 && connection->place == PLACE_LEAVING) {
        gone(clients, connection);
    } else if (got > 0) {
        connection->got = (uint32_t)clients->plan->size; /* none is due */
        connection->message -= connection->message > 0;
        wrong_byte(clients, connection, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        broken(clients, connection, got == 0 ? -EBADMSG : -errno);
    }
}

static void is_connected(struct clients *clients, struct connection *connection)
{
    int code = connect_outcome(connection->fd);
    if (code != 0) {
        exchange_failed(clients, code, "connection %" PRIu64 " could not be made: %s",
                        number_of(clients, connection), strerror(-code));
        clients->hopeless = true;
        return;
    }
    exchange_watch(clients, connection, EPOLL_CTL_MOD, EPOLLIN);
    connection->place = PLACE_RESTING;
    clients->connected++;
    atomic_store_explicit(&clients->shared->connected, clients->connected, memory_order_relaxed);
    if (!is_idle(clients, connection)) {
        if (clients->plan->think_ns > 0 && clients->plan->rate == 0) {
            push_front(clients, connection);
        } else {
            push_back(clients, connection);
        }
    } else if (clients->active == 0) {
        leave(clients, connection);
    }
}

void exchange_handle(struct clients *clients, const struct epoll_event *event)
{
    struct connection *connection = &clients->connections[event->data.u64];
    switch (connection->place) {
    case PLACE_ASKING:
        if ((event->events & EPOLLOUT) && connection->sent < clients->plan->size) {
            send_rest(clients, connection);
        }
        if (connection->place == PLACE_ASKING && (event->events & ~(uint32_t)EPOLLOUT)) {
            receive_answer(clients, connection);
        }
        break;
    case PLACE_CONNECTING:
        is_connected(clients, connection);
        break;
    case PLACE_RESTING:
    case PLACE_LEAVING:
        receive_unasked(clients, connection);
        break;
    default:
        break;
    }
}
