#include "bench/loop/streams.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/util/refusal.h"

bool stream_receive(struct descriptor *descriptor, struct operation *operation)
{
    ssize_t got;
    do {
        got = read(operation->fd, operation->buffer, operation->size);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) {
        descriptor->drained = true;
        descriptor->hung_up = false;
        return false;
    }
    /* A short read has emptied the buffer (epoll(7), question 9), and what comes later is told
     * anew; only an end of the stream that was told before would not be. */
    descriptor->drained = got > 0 && (size_t)got < operation->size && !descriptor->hung_up;
    operation->result = got < 0 ? -errno : got;
    return true;
}

bool stream_accept(struct descriptor *descriptor, struct operation *operation)
{
    int fd;
    do {
        fd = accept4(operation->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        /* ECONNABORTED: that client has gone again; the next one is as good. */
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0 && errno == EAGAIN) {
        descriptor->drained = true;
        return false;
    }
    operation->result = fd < 0 ? refusal_tell("accept4", -errno, 0) : fd;
    return true;
}

bool stream_send(struct descriptor *descriptor, struct operation *operation)
{
    ssize_t sent;
    do {
        sent = write(operation->fd, operation->buffer, operation->size);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN) {
        operation->result = -errno;
        return true;
    }
    if (sent > 0) {
        operation->buffer = (char *)operation->buffer + sent;
        operation->size -= (size_t)sent;
        operation->result += sent;
    }
    descriptor->full = operation->size > 0;
    return operation->size == 0;
}
