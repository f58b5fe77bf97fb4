#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"
#include "bench/waits/wait.h"

static int blocking_sleep(struct task_context *context, uint64_t ns)
{
    struct timespec deadline;
    int code;
    (void)context;

    if (ns == 0) {
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    /* Seconds and the rest apart, so that no sum overflows for any ns. */
    uint64_t rest = (uint64_t)deadline.tv_nsec + ns % NS_PER_SECOND;
    deadline.tv_sec += (time_t)(ns / NS_PER_SECOND + rest / NS_PER_SECOND);
    deadline.tv_nsec = (long)(rest % NS_PER_SECOND);
    do {
        /* A deadline, not a duration: a signal costs no more than its own time. */
        code = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    } while (code == EINTR);
    return -code;
}

static int blocking_open_at(struct task_context *context, int folder, const char *name, int flags,
                            mode_t mode)
{
    int fd;
    (void)context;

    do {
        fd = openat(folder, name, flags, mode);
    } while (fd < 0 && errno == EINTR);
    return fd < 0 ? refusal_tell("openat", -errno, 0) : fd;
}

static ssize_t blocking_read(struct task_context *context, int fd, void *buffer, size_t size)
{
    size_t done = 0;
    (void)context;

    while (done < size) {
        ssize_t got = read(fd, (char *)buffer + done, size - done);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            done += (size_t)got;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return (ssize_t)done;
}

static ssize_t blocking_write(struct task_context *context, int fd, const void *buffer, size_t size)
{
    size_t done = 0;
    (void)context;

    while (done < size) {
        ssize_t wrote = write(fd, (const char *)buffer + done, size - done);
        if (wrote == 0) {
            return -EIO;
        }
        if (wrote > 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            return refusal_tell("write", -errno, size);
        }
    }
    return (ssize_t)done;
}

static int blocking_fsync(struct task_context *context, int fd)
{
    int code;
    (void)context;

    do {
        code = fsync(fd);
    } while (code != 0 && errno == EINTR);
    return code == 0 ? 0 : refusal_tell("fsync", -errno, 0);
}

static int blocking_close(struct task_context *context, int fd)
{
    (void)context;
    /* Linux has let go of the descriptor even after EINTR: closing again could hit
     * another thread's. */
    return close(fd) == 0 || errno == EINTR ? 0 : -errno;
}

static int blocking_accept(struct task_context *context, int fd)
{
    int connection;
    (void)context;

    do {
        connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        /* ECONNABORTED: that client has gone again; the next one is as good. */
    } while (connection < 0 && (errno == EINTR || errno == ECONNABORTED));
    return connection < 0 ? refusal_tell("accept4", -errno, 0) : connection;
}

static ssize_t blocking_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    ssize_t got;
    (void)context;

    do {
        got = read(fd, buffer, size);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static const struct wait_calls blocking_calls = {
    .sleep = blocking_sleep,
    .open_at = blocking_open_at,
    .read = blocking_read,
    .write = blocking_write,
    .fsync = blocking_fsync,
    .close = blocking_close,
    .accept = blocking_accept,
    .receive = blocking_receive,
    .send = blocking_write,
};

const struct wait wait_blocking = {
    .name = "blocking",
    .summary = "each call blocks its worker until it is done",
    .calls = &blocking_calls,
};
