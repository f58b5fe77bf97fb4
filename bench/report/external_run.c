/* external_run.c - a program that draws, run for its picture and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/util/clock.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"

enum { RUN_ENVIRONMENT = 12 };

struct run {
    pid_t pid; /* the leader of a process group of its own */
    int from;  /* what it writes to standard error; -1 where that has ended */
    int life;  /* readable when it has ended; -1 where this kernel cannot tell */
    int watch; /* readable when somebody wants bench to end */
    uint64_t end_ns;
    char *said;
    size_t size, used;
};

/* Only what fonts and the loader need: a start-up file, a library path, a default terminal or a
 * machine that hwloc is told to see would change the pictures. */
static void run_environment(char **environment)
{
    static const char *const kept[] = {"PATH=",
                                       "HOME=",
                                       "TMPDIR=",
                                       "XDG_CACHE_HOME=",
                                       "FONTCONFIG_FILE=",
                                       "FONTCONFIG_PATH=",
                                       "LD_LIBRARY_PATH="};
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0;
    environment[count++] = locale;
    for (char **entry = environ; *entry; entry++)
        for (size_t i = 0; i < sizeof kept / sizeof kept[0] && count + 1 < RUN_ENVIRONMENT; i++)
            if (strncmp(*entry, kept[i], strlen(kept[i])) == 0)
                environment[count++] = *entry;
    environment[count] = NULL;
}

/* With standard error to `complaints`. 0 or -errno. */
static int run_start(pid_t *pid, const char *const arguments[], int directory, int complaints)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char *environment[RUN_ENVIRONMENT];
    sigset_t none, all;
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0)
        return -code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&files);
        return -code;
    }
    sigemptyset(&none);
    sigfillset(&all);
    run_environment(environment);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    code = posix_spawn_file_actions_addfchdir_np(&files, directory);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&files, complaints, 2);
    /* posix_spawn takes char *const[] for history's sake and does not write through it. */
    if (code == 0)
        code = posix_spawn(pid, arguments[0], &files, &attributes,
                           (char *const *)(uintptr_t)arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return -code;
}

/* Keeps what fits, and reads the rest, too, so that the writer is never held up. False: there is
 * nothing more, now or ever. */
static bool run_read(struct run *run)
{
    char rest[512];
    const bool full = run->used + 1 == run->size;
    const ssize_t got = full ? read(run->from, rest, sizeof rest)
                             : read(run->from, run->said + run->used, run->size - 1 - run->used);
    if (got < 0)
        return errno == EINTR;
    run->used += full ? 0 : (size_t)got;
    if (got == 0)
        run->from = -1;
    return got > 0;
}

static int run_left_ms(const struct run *run)
{
    const uint64_t now = clock_now_ns();
    if (run->end_ns == 0)
        return -1;
    return now < run->end_ns ? (int)((run->end_ns - now) / 1000000 + 1) : 0;
}

/* Until it ends. 0, -ETIMEDOUT, -EINTR where bench is to end, or -errno. */
static int run_follow(struct run *run)
{
    for (;;) {
        struct pollfd ready[] = {
            {.fd = run->from, .events = POLLIN},
            {.fd = run->life, .events = POLLIN},
            {.fd = run->watch, .events = POLLIN},
        };
        const int left = run_left_ms(run);
        const int got = left == 0 ? 0 : poll(ready, sizeof ready / sizeof ready[0], left);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return -ETIMEDOUT;
        if (got < 0)
            continue;
        if (ready[2].revents)
            return -EINTR;
        if (ready[0].revents)
            run_read(run);
        if (ready[1].revents || (run->life < 0 && run->from < 0))
            return 0;
    }
}

/* Its last words, and how it ended: 0, -EIO where it failed, or -errno. What it may have started
 * goes, too: nobody else would end it. */
static int run_reap(struct run *run)
{
    int status = 0;
    kill(-run->pid, SIGKILL);
    guard_unwatch(guard_running(), run->pid); /* before its number may be somebody else's */
    while (run->from >= 0 && run_read(run)) {
    }
    run->said[run->used] = '\0';
    while (waitpid(run->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    if (WIFSIGNALED(status) && run->used == 0)
        snprintf(run->said, run->size, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int run_wait(struct run *run)
{
    run->life = pidfd_open(run->pid, 0);
    run->watch = interrupt_watch();
    const int followed = run_follow(run);
    const int reaped = run_reap(run);
    if (run->life >= 0)
        close(run->life);
    if (run->watch >= 0)
        close(run->watch);
    return followed < 0 ? followed : reaped;
}

static int run_held(struct run *run, const char *const arguments[], int directory)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int code = run_start(&run->pid, arguments, directory, ends[1]);
    close(ends[1]);
    run->from = ends[0];
    if (code == 0) {
        guard_watch(guard_running(), run->pid);
        code = run_wait(run);
    }
    close(ends[0]);
    return code;
}

int external_run(const char *const arguments[], int directory, unsigned seconds, char *said,
                 size_t size, struct error *err)
{
    struct interrupt held;
    struct run run = {.said = said,
                      .size = size,
                      .end_ns = seconds ? clock_now_ns() + seconds * NS_PER_SECOND : 0};
    said[0] = '\0';
    interrupt_hold(&held);
    const int code = run_held(&run, arguments, directory);
    interrupt_release(&held);
    switch (code) {
    case 0:
    case -EIO:
        return code;
    case -EINTR:
        return error_set(err, code, "interrupted");
    case -ETIMEDOUT:
        return error_set(err, code, "%s did not end within %u s", arguments[0], seconds);
    default:
        return error_set(err, code, "cannot run %s: %s", arguments[0], strerror(-code));
    }
}
