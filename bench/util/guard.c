#include "bench/util/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/util/folder_remove.h"

/* What program and guard share. Only the program writes. */
struct watched {
    _Atomic int groups[GUARD_GROUPS]; /* 0: none */
    struct held {
        _Atomic int holds;
        char path[PATH_MAX]; /* written before `holds` */
    } folders[GUARD_FOLDERS];
};

/* For the folders, among the program's threads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct guard {
    struct watched *watched;
    pid_t pid;
    int pipe; /* the end whose closing wakes the guard */
};

/* The one that runs, for guard_abandon(). */
static struct guard *volatile last;

static void kill_groups(const struct watched *watched)
{
    for (size_t i = 0; i < GUARD_GROUPS; i++) {
        const int group = atomic_load(&watched->groups[i]);
        if (group > 0) {
            kill(-group, SIGKILL);
        }
    }
}

static void guard_main(const struct watched *watched, int pipe)
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
    kill_groups(watched);
    for (size_t i = 0; i < GUARD_FOLDERS; i++) {
        if (atomic_load(&watched->folders[i].holds)) {
            folder_remove(watched->folders[i].path);
        }
    }
    _exit(0);
}

/* The guard must not hold the terminal or anybody's pipe open, for a reader of the program's output
 * would wait for it; nor a lock, for who takes the killed program's place would be refused. Returns
 * the pipe's new descriptor. */
static int leave_all_but(int pipe)
{
    enum { KEPT = 3 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd <= 2; fd++) {
        dup2(null, fd);
    }
    if (pipe != KEPT && dup2(pipe, KEPT) != KEPT) {
        return pipe;
    }
    /* Before Linux 5.9 they stay. */
    syscall(SYS_close_range, KEPT + 1, ~0U, 0);
    return KEPT;
}

int guard_start(struct guard **out, const char **call)
{
    int ends[2] = {-1, -1}, rc;
    struct guard *guard = calloc(1, sizeof *guard);
    *call = "malloc";
    if (!guard) {
        return -ENOMEM;
    }
    *call = "mmap";
    guard->watched = mmap(NULL, sizeof *guard->watched, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (guard->watched == MAP_FAILED) {
        rc = -errno;
        goto no_memory;
    }
    *call = "pipe2";
    if (pipe2(ends, O_CLOEXEC) != 0) {
        rc = -errno;
        goto no_pipe;
    }
    *call = "fork";
    guard->pid = fork();
    if (guard->pid == 0) {
        const struct watched *watched = guard->watched;
        free(guard); /* the program's */
        close(ends[1]);
        guard_main(watched, leave_all_but(ends[0]));
    }
    rc = guard->pid < 0 ? -errno : 0;
    close(ends[0]);
    if (rc == 0) {
        guard->pipe = ends[1];
        last = guard;
        *out = guard;
        return 0;
    }
    close(ends[1]);
no_pipe:
    munmap(guard->watched, sizeof *guard->watched);
no_memory:
    free(guard);
    return rc;
}

struct guard *guard_running(void)
{
    return last;
}

/* Puts `to` where `from` stands. */
static void change_group(struct guard *guard, pid_t from, pid_t to)
{
    for (size_t i = 0; guard && i < GUARD_GROUPS; i++) {
        int group = (int)from;
        if (atomic_compare_exchange_strong(&guard->watched->groups[i], &group, (int)to)) {
            return;
        }
    }
}

void guard_watch(struct guard *guard, pid_t group)
{
    change_group(guard, 0, group);
}

void guard_unwatch(struct guard *guard, pid_t group)
{
    change_group(guard, group, 0);
}

/* The one that holds the path, NULL: that is free. NULL where there is none. */
static struct held *find_folder(struct guard *guard, const char *path)
{
    for (size_t i = 0; guard && i < GUARD_FOLDERS; i++) {
        struct held *folder = &guard->watched->folders[i];
        const bool held = atomic_load(&folder->holds);
        if (path ? held && strcmp(folder->path, path) == 0 : !held) {
            return folder;
        }
    }
    return NULL;
}

void guard_hold(struct guard *guard, const char *path)
{
    pthread_mutex_lock(&lock);
    struct held *folder = strlen(path) < PATH_MAX ? find_folder(guard, NULL) : NULL;
    if (folder) {
        strcpy(folder->path, path);
        atomic_store(&folder->holds, 1);
    }
    pthread_mutex_unlock(&lock);
}

void guard_drop(struct guard *guard, const char *path)
{
    pthread_mutex_lock(&lock);
    struct held *folder = find_folder(guard, path);
    if (folder) {
        atomic_store(&folder->holds, 0);
    }
    pthread_mutex_unlock(&lock);
}

static void await_guard(const struct guard *guard)
{
    kill(guard->pid, SIGCONT); /* it may have been stopped */
    close(guard->pipe);
    while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

void guard_end(struct guard *guard)
{
    if (!guard) {
        return;
    }
    await_guard(guard);
    last = NULL;
    munmap(guard->watched, sizeof *guard->watched);
    free(guard);
}

void guard_abandon(void)
{
    const struct guard *guard = last;
    if (guard) {
        kill_groups(guard->watched); /* so does the guard, unless it was killed itself */
        await_guard(guard);
    }
}
