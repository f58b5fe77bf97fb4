/*
 * failing_calls.c - a library to be preloaded (LD_PRELOAD), by which one call of the C library
 * fails once, wherever in the program it is made.
 *
 *   FAILING_CALL     the call's name
 *   FAILING_NTH      which one, from 1; counted per program image, forked children go on counting
 *   FAILING_ERRNO    the error, a number
 *   FAILING_PROGRAM  in which program: bench or bench-repetition
 *   FAILING_MARK     a file that is made when it has failed
 *   FAILING_EVER     set: and every later one, as of a disk that is broken
 *   FAILING_SIGNAL   the number of a signal that comes right before the call, which then is made
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static const char *call, *mark;
static int error, signal_number;
static unsigned long nth;
static bool ever;
static atomic_ulong made;

__attribute__((constructor)) static void begin(void)
{
    const char *program = getenv("FAILING_PROGRAM"), *which = getenv("FAILING_NTH");
    const char *code = getenv("FAILING_ERRNO");
    mark = getenv("FAILING_MARK");
    const char *number = getenv("FAILING_SIGNAL");
    ever = getenv("FAILING_EVER") != NULL;
    signal_number = number ? (int)strtol(number, NULL, 10) : 0;
    if (program && which && code && mark && strcmp(program, program_invocation_short_name) == 0) {
        call = getenv("FAILING_CALL");
        nth = strtoul(which, NULL, 10);
        error = (int)strtol(code, NULL, 10);
    }
}

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static bool fails(const char *name)
{
    if (!call || strcmp(call, name) != 0) {
        return false;
    }
    const unsigned long now = atomic_fetch_add(&made, 1) + 1;
    if (now < nth || (now > nth && !ever)) {
        return false;
    }
    int (*open_file)(const char *, int, ...) = (int (*)(const char *, int, ...))real("open");
    const int fd = open_file(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    if (signal_number != 0) {
        kill(getpid(), signal_number);
    }
    return signal_number == 0;
}

/* A call that returns `bad` with errno set. */
#define FAILING(type, name, bad, parameters, ...)                 \
    type name parameters                                          \
    {                                                             \
        if (fails(#name)) {                                       \
            errno = error;                                        \
            return bad;                                           \
        }                                                         \
        type(*next) parameters = (type(*) parameters)real(#name); \
        return next(__VA_ARGS__);                                 \
    }

/* One that returns the error itself. */
#define FAILING_BY_VALUE(name, parameters, ...)                 \
    int name parameters                                         \
    {                                                           \
        if (fails(#name)) {                                     \
            return error;                                       \
        }                                                       \
        int(*next) parameters = (int(*) parameters)real(#name); \
        return next(__VA_ARGS__);                               \
    }

FAILING_BY_VALUE(pthread_create,
                 (pthread_t * thread, const pthread_attr_t *attr, void *(*start)(void *),
                  void *arg),
                 thread, attr, start, arg)
FAILING_BY_VALUE(posix_spawn,
                 (pid_t * pid, const char *path, const posix_spawn_file_actions_t *files,
                  const posix_spawnattr_t *attr, char *const *arguments, char *const *environment),
                 pid, path, files, attr, arguments, environment)
FAILING(void *, mmap, MAP_FAILED,
        (void *address, size_t size, int protection, int flags, int fd, off_t offset), address,
        size, protection, flags, fd, offset)
FAILING(ssize_t, write, -1, (int fd, const void *bytes, size_t size), fd, bytes, size)
FAILING(ssize_t, read, -1, (int fd, void *bytes, size_t size), fd, bytes, size)
FAILING(int, fsync, -1, (int fd), fd)
FAILING(int, fdatasync, -1, (int fd), fd)
FAILING(int, ftruncate, -1, (int fd, off_t size), fd, size)
FAILING(int, memfd_create, -1, (const char *name, unsigned flags), name, flags)
FAILING(int, eventfd, -1, (unsigned count, int flags), count, flags)
FAILING(int, epoll_create1, -1, (int flags), flags)
FAILING(int, epoll_ctl, -1, (int set, int operation, int fd, struct epoll_event *event), set,
        operation, fd, event)
FAILING(int, socket, -1, (int domain, int type, int protocol), domain, type, protocol)
FAILING(int, accept4, -1, (int fd, struct sockaddr *address, socklen_t *size, int flags), fd,
        address, size, flags)
FAILING(int, pipe2, -1, (int ends[2], int flags), ends, flags)
FAILING(int, rename, -1, (const char *from, const char *to), from, to)

/* It cannot fail, but a signal can come before it. */
int sigpending(sigset_t *set)
{
    fails("sigpending");
    int (*next)(sigset_t *) = (int (*)(sigset_t *))real("sigpending");
    return next(set);
}

pid_t fork(void)
{
    if (fails("fork")) {
        errno = error;
        return -1;
    }
    pid_t (*next)(void) = (pid_t(*)(void))real("fork");
    return next();
}

/* Its mode is only there with some flags. */
#define FAILING_OPEN(name, first, ...)                                                \
    int name first                                                                    \
    {                                                                                 \
        if (fails(#name)) {                                                           \
            errno = error;                                                            \
            return -1;                                                                \
        }                                                                             \
        va_list more;                                                                 \
        va_start(more, flags);                                                        \
        const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                                 \
        int(*next) first = (int(*) first)real(#name);                                 \
        return next(__VA_ARGS__, mode);                                               \
    }

FAILING_OPEN(open, (const char *path, int flags, ...), path, flags)
FAILING_OPEN(openat, (int folder, const char *path, int flags, ...), folder, path, flags)
