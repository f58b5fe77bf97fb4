/*
 * bare_echo CONNECTIONS - the least that an epoll server of the workload tcp can do: one thread,
 * one edge-triggered registration a connection, and per request one read, one write and a
 * share of an epoll_wait.
 *
 * Listens on a free port of 127.0.0.1 and prints it, answers with the upper case of what comes
 * until so many connections have come and gone, then prints the CPU time (user + system) that
 * serving took, in ns.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/perf/perf.h"

#define BUFFER_BYTES ((size_t)64 << 10)
#define EVENTS_MOST  256

/* What could not be sent yet of a connection, by descriptor: rare. */
struct rest {
    char *bytes;
    size_t at, size;
};

static struct rest *rests;
static int epoll;

static void die(const char *what)
{
    fprintf(stderr, "bare_echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&address, length) != 0 ||
        listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)(void *)&address, &length) != 0) {
        die("listening on 127.0.0.1");
    }
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void accept_all(int listener)
{
    const int on = 1;
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    }
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        die("accept4");
    }
}

/* Sends; keeps what does not go out. False where the connection is broken. */
static bool send_or_keep(int fd, const char *bytes, size_t size)
{
    ssize_t sent = write(fd, bytes, size);
    if (sent < 0 && errno != EAGAIN) {
        return false;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done < size) {
        struct rest *rest = &rests[fd];
        if (rest->bytes == NULL && (rest->bytes = malloc(BUFFER_BYTES)) == NULL) {
            return false;
        }
        memcpy(rest->bytes, bytes + done, size - done);
        rest->at = 0;
        rest->size = size - done;
    }
    return true;
}

static bool send_rest(int fd)
{
    struct rest *rest = &rests[fd];
    ssize_t sent = write(fd, rest->bytes + rest->at, rest->size);
    if (sent < 0) {
        return errno == EAGAIN;
    }
    rest->at += (size_t)sent;
    rest->size -= (size_t)sent;
    return true;
}

static void upper(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(bytes[i] - (bytes[i] >= 'a' && bytes[i] <= 'z' ? 'a' - 'A' : 0));
    }
}

/* False where the connection has ended. */
static bool serve(int fd, uint32_t events)
{
    static char buffer[BUFFER_BYTES];
    while (rests[fd].size == 0) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got <= 0) {
            return got < 0 && errno == EAGAIN;
        }
        upper(buffer, (size_t)got);
        if (!send_or_keep(fd, buffer, (size_t)got)) {
            return false;
        }
        /* A short read has emptied it; only an end that was told already is not told anew. */
        if ((size_t)got < sizeof buffer && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) {
            break;
        }
    }
    return true;
}

static void run(int listener, unsigned long left)
{
    static struct epoll_event events[EVENTS_MOST];
    while (left > 0) {
        int count = epoll_wait(epoll, events, EVENTS_MOST, -1);
        if (count < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(fd);
                continue;
            }
            bool alive = rests[fd].size == 0 || send_rest(fd);
            if (alive && rests[fd].size == 0) {
                alive = serve(fd, events[i].events);
            }
            if (!alive) {
                rests[fd].size = 0;
                close(fd);
                left--;
            }
        }
    }
}

int main(int count, char **arguments)
{
    unsigned long connections = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
    struct rlimit limit;

    if (connections == 0) {
        fprintf(stderr, "usage: bare_echo CONNECTIONS\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        rests = calloc(limit.rlim_cur, sizeof *rests);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (rests == NULL || epoll < 0) {
        die("setting up");
    }
    int listener = listening();
    watch(listener, EPOLLIN);
    uint64_t before = perf_cpu_ns();
    run(listener, connections);
    perf_print(before, perf_cpu_ns());
    return 0;
}
