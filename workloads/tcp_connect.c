#include "workloads/tcp_connect.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"

/* The port is chosen when it connects, when the other end of it is known: many connections to
 * other servers may share it. */
static int bind_source(int fd, uint64_t number, uint64_t per_source)
{
    int on = 1;
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr =
                                     htonl(INADDR_LOOPBACK + (uint32_t)(number / per_source))};
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) {
        return -1;
    }
    return bind(fd, (const struct sockaddr *)&source, sizeof source);
}

int connect_begin(const struct tcp_state *plan, uint64_t number)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return refusal_tell("socket", -errno, 0);
    }
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
        (number < plan->per_source || bind_source(fd, number, plan->per_source) == 0) &&
        (connect(fd, (const struct sockaddr *)&plan->address, sizeof plan->address) == 0 ||
         errno == EINPROGRESS)) {
        return fd;
    }
    int code = refusal_tell("connect", -errno, 0);
    close(fd);
    return code;
}

int connect_outcome(int fd)
{
    int code = 0;
    socklen_t length = sizeof code;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) == 0
               ? refusal_tell("connect", -code, 0)
               : -errno;
}

static int wait_ms(int epoll, struct epoll_event *events, int most, uint64_t ns)
{
    /* Rounded down: rather look too often for a moment than send too late. */
    return epoll_wait(epoll, events, most, (int)(ns / (NS_PER_SECOND / 1000)));
}

int connect_wait(int epoll, struct epoll_event *events, int most, uint64_t ns)
{
    int count;
#ifdef SYS_epoll_pwait2
    /* By its number, as older C libraries lack it; older kernels (5.10) too. */
    static bool lacks;
    if (ns > 0 && !lacks) {
        const struct timespec limit = clock_timespec(ns);
        count = (int)syscall(SYS_epoll_pwait2, epoll, events, most, &limit, NULL, (size_t)0);
        lacks = count < 0 && errno == ENOSYS;
        if (!lacks) {
            return count;
        }
    }
#endif
    count = wait_ms(epoll, events, most, ns);
    return count;
}

void tcp_advance(struct tcp_shared *shared, uint32_t stage)
{
    uint32_t now = atomic_load(&shared->stage);
    if (now < stage) {
        atomic_store(&shared->stage, stage);
        tcp_futex_wake(&shared->stage);
    }
}
