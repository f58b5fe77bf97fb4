#include "bench/suite/python.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/util/interrupt.h"

enum { ANSWER_MOST = 16 << 20, WORDS_MOST = 40, LOOK_MS = 100 };

/* A script that was asked to end has so long for ending its own processes. */
enum { ENDING_LOOKS = 50 };

int python_find(const char *asked, char **path, struct error *err)
{
    if (!asked || !strchr(asked, '/')) {
        return external_program(path, asked ? asked : "python3", err);
    }
    *path = access(asked, X_OK) == 0 ? realpath(asked, NULL) : NULL;
    return *path ? 0 : error_set(err, -ENOENT, "cannot run %.200s: %s", asked, strerror(errno));
}

/* --- the process --- */

/* A group of its own, so that it can be ended with all that it started; it ends with bench. */
static _Noreturn void become(char *const *words, pid_t parent, int out)
{
    sigset_t none;
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent ||
        sigprocmask(SIG_SETMASK, &none, NULL) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) {
        _exit(127);
    }
    execv(words[0], words);
    _exit(127);
}

/* Reads to the end of the stream. 0, -EINTR, -E2BIG or -errno. */
static int listen_to(int from, char **text, size_t *length)
{
    struct pollfd ready = {.fd = from, .events = POLLIN};
    size_t room = 0;
    for (;;) {
        if (*length == room) {
            room = room ? 2 * room : 65536;
            char *more = room <= ANSWER_MOST ? realloc(*text, room) : NULL;
            if (!more) {
                return room > ANSWER_MOST ? -E2BIG : -ENOMEM;
            }
            *text = more;
        }
        if (interrupt_came()) {
            return -EINTR;
        }
        if (poll(&ready, 1, LOOK_MS) <= 0) {
            continue;
        }
        const ssize_t got = read(from, *text + *length, room - *length);
        if (got == 0) {
            return 0;
        }
        if (got < 0 && errno != EINTR) {
            return -errno;
        }
        *length += got > 0 ? (size_t)got : 0;
    }
}

/* Asks it to end, waits, and sees to it that its group is gone. Its exit status, or -1. */
static int end(pid_t pid, bool ask)
{
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    int status = 0;
    pid_t got = 0;
    if (ask) {
        kill(pid, SIGTERM);
    }
    for (int look = 0; ask && got == 0 && look < ENDING_LOOKS; look++) {
        got = waitpid(pid, &status, WNOHANG);
        if (got == 0) {
            nanosleep(&pause, NULL);
        }
    }
    if (got == 0 && ask) {
        kill(-pid, SIGKILL);
    }
    while (got == 0 || (got < 0 && errno == EINTR)) {
        got = waitpid(pid, &status, 0);
    }
    kill(-pid, SIGKILL);
    return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What it printed, malloc'ed. Its exit status, or -errno. */
static int run_script(char *const *words, char **text, size_t *length)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -errno;
    }
    const pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become(words, parent, ends[1]);
    }
    int rc = pid < 0 ? -errno : 0;
    close(ends[1]);
    if (rc == 0) {
        rc = listen_to(ends[0], text, length);
        const int status = end(pid, rc != 0);
        rc = rc != 0 ? rc : status < 0 ? -EIO : status;
    }
    close(ends[0]);
    return rc;
}

/* --- its answer --- */

static int parse(struct python *python, const char *text, size_t length, int status,
                 struct error *err)
{
    json_error_t why;
    json_t *answer = json_loadb(text ? text : "", length, 0, &why);
    if (!answer) {
        return error_set(err, -EINVAL,
                         "scripts/python/shapes.py ended with status %d and no answer", status);
    }
    const int rc = python_take(python, answer, err);
    json_decref(answer);
    return rc;
}

int python_run(struct python *python, const char *interpreter, const char *const *words,
               struct error *err)
{
    const char *all[WORDS_MOST] = {interpreter, "-B"};
    char *script = NULL, *text = NULL;
    size_t length = 0, count = 3;
    int rc = external_script(&script, "python/shapes.py", err);
    if (rc != 0) {
        return rc;
    }
    all[2] = script;
    for (size_t i = 0; words[i] && count + 1 < WORDS_MOST; i++) {
        all[count++] = words[i];
    }
    /* execv() takes char *const[] for history's sake and does not write through it. */
    rc = run_script((char *const *)(uintptr_t)all, &text, &length);
    if (rc == -EINTR) {
        error_set(err, rc, "interrupted");
    } else if (rc < 0) {
        error_set(err, rc, "cannot run %.200s: %s", interpreter, strerror(-rc));
    } else {
        rc = parse(python, text, length, rc, err);
    }
    free(text);
    free(script);
    return rc;
}
