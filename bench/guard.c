#include "bench/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REMOVE_TRIES = 500 };

/* What runner and guard share. */
struct watched {
    _Atomic int group;
    _Atomic int has_scratch;
    char scratch[PATH_MAX]; /* absolute; written before has_scratch */
};

struct guard {
    struct watched *watched;
    pid_t pid;
    int pipe;    /* the end whose closing wakes the guard */
    int scratch; /* -1: none */
};

/* Removes what is in the folder, never following a link out of it. Takes the descriptor. */
static void empty_folder(int fd)
{
    struct dirent *entry;
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return;
    }
    while ((entry = readdir(folder))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        if (unlinkat(fd, name, 0) != 0 && (errno == EISDIR || errno == EPERM)) {
            int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (inner >= 0) {
                empty_folder(inner);
            }
            unlinkat(fd, name, AT_REMOVEDIR);
        }
    }
    closedir(folder);
}

/* A process that was killed a moment ago may still finish the call in which it makes a file:
 * the folder is emptied until it goes. */
static void remove_scratch(struct watched *watched)
{
    static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    if (!atomic_load(&watched->has_scratch)) {
        return;
    }
    for (int tries = 0; tries < REMOVE_TRIES; tries++) {
        int fd = open(watched->scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            empty_folder(fd);
        }
        if (rmdir(watched->scratch) == 0 || (errno != ENOTEMPTY && errno != EEXIST)) {
            break;
        }
        nanosleep(&moment, NULL);
    }
    atomic_store(&watched->has_scratch, 0);
}

static void guard_main(struct watched *watched, int pipe)
{
    char byte;
    setsid();
    prctl(PR_SET_NAME, "bench-guard");
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    while (read(pipe, &byte, 1) < 0 && errno == EINTR) {
    }
    int group = atomic_load(&watched->group);
    if (group > 0) {
        kill(-group, SIGKILL);
    }
    remove_scratch(watched);
    _exit(0);
}

/* The guard must not hold the terminal or anybody's pipe open: a reader of bench's
 * output would wait for it. */
static void leave_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd <= 2; fd++) {
        dup2(null, fd);
    }
}

int guard_start(struct guard **out, struct error *err)
{
    int ends[2] = {-1, -1}, rc;
    struct guard *guard = calloc(1, sizeof *guard);
    if (!guard) {
        return error_set(err, -ENOMEM, "no memory");
    }
    guard->scratch = -1;
    guard->watched = mmap(NULL, sizeof *guard->watched, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (guard->watched == MAP_FAILED || pipe2(ends, O_CLOEXEC) != 0) {
        goto failed;
    }
    guard->pid = fork();
    if (guard->pid == 0) {
        close(ends[1]);
        leave_streams();
        guard_main(guard->watched, ends[0]);
    }
    if (guard->pid < 0) {
        goto failed;
    }
    close(ends[0]);
    guard->pipe = ends[1];
    *out = guard;
    return 0;

failed:
    rc = -errno;
    error_set(err, rc, "the guard process could not be started: %s", strerror(errno));
    if (ends[0] >= 0) {
        close(ends[0]);
        close(ends[1]);
    }
    if (guard->watched != MAP_FAILED) {
        munmap(guard->watched, sizeof *guard->watched);
    }
    free(guard);
    return rc;
}

int guard_scratch(struct guard *guard, const char *parent, struct error *err)
{
    struct watched *watched = guard->watched;
    char absolute[PATH_MAX];
    if (guard->scratch >= 0) {
        return guard->scratch;
    }
    if (!realpath(parent, absolute)) {
        return error_set(err, -errno, "%s: %s", parent, strerror(errno));
    }
    int length =
        snprintf(watched->scratch, sizeof watched->scratch, "%s/.scratch-XXXXXX", absolute);
    if (length < 0 || (size_t)length >= sizeof watched->scratch) {
        return error_set(err, -ENAMETOOLONG, "%s: the path is too long", parent);
    }
    if (!mkdtemp(watched->scratch)) {
        return error_set(err, -errno, "%s: no scratch folder could be made here: %s", parent,
                         strerror(errno));
    }
    atomic_store(&watched->has_scratch, 1);
    guard->scratch = open(watched->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return guard->scratch >= 0
               ? guard->scratch
               : error_set(err, -errno, "%s: %s", watched->scratch, strerror(errno));
}

void guard_empty_scratch(struct guard *guard)
{
    if (guard->scratch >= 0) {
        int fd = openat(guard->scratch, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            empty_folder(fd);
        }
    }
}

void guard_watch(struct guard *guard, pid_t group)
{
    atomic_store(&guard->watched->group, (int)group);
}

void guard_end(struct guard *guard)
{
    if (!guard) {
        return;
    }
    remove_scratch(guard->watched);
    if (guard->scratch >= 0) {
        close(guard->scratch);
    }
    close(guard->pipe);
    while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    munmap(guard->watched, sizeof *guard->watched);
    free(guard);
}
