#include "bench/report/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/report/plain.h"

enum { GNUPLOT_SAID = 4096 };

int gnuplot_find(char **path, struct error *err)
{
    const int code = external_program(path, "gnuplot", err);
    return code == -ENOENT
               ? error_set(err, code, "charts need gnuplot: apt-get install gnuplot-nox")
               : code;
}

/* Only what fonts and the loader need: a start-up file, a library path or a default terminal of
 * the user would change the charts. */
static size_t gnuplot_environment(char **environment, size_t room)
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
        for (size_t i = 0; i < sizeof kept / sizeof kept[0] && count + 1 < room; i++)
            if (strncmp(*entry, kept[i], strlen(kept[i])) == 0)
                environment[count++] = *entry;
    environment[count] = NULL;
    return count;
}

/* Starts gnuplot with standard error to `complaints`. 0 or -errno. */
static int gnuplot_start(pid_t *pid, char *const argv[], int directory, int complaints)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char *environment[12];
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
    gnuplot_environment(environment, sizeof environment / sizeof environment[0]);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    code = posix_spawn_file_actions_addfchdir_np(&files, directory);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&files, complaints, 2);
    if (code == 0)
        code = posix_spawn(pid, argv[0], &files, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return -code;
}

/* Reads to the end, so that the writer is never held up; keeps what fits. */
static void gnuplot_listen(int from, char *text, size_t size)
{
    char rest[512];
    size_t used = 0;
    for (;;) {
        const bool full = used + 1 == size;
        const ssize_t got =
            full ? read(from, rest, sizeof rest) : read(from, text + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += full ? 0 : (size_t)got;
    }
    text[used] = '\0';
}

/* What gnuplot gave up for: the first line that names a line of the script, past the echo of that
 * line, a caret and warnings; or else the first that says anything. */
static void gnuplot_first_line(char *line, size_t size, char *said)
{
    char *rest = NULL;
    const char *first = NULL, *reason = NULL;
    for (char *l = strtok_r(said, "\r\n", &rest); l; l = strtok_r(NULL, "\r\n", &rest)) {
        l += strspn(l, " \t^");
        if (!first && *l)
            first = l;
        if (!reason && strstr(l, "line ") && !strstr(l, "warning:"))
            reason = l;
    }
    if (!first)
        first = "it said nothing";
    plain_text(line, size, reason ? reason : first);
}

static int gnuplot_reap(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int gnuplot_run(const char *gnuplot, int directory, const char *script, const char *data,
                const char *picture, const char *theme, struct error *err)
{
    const char *const argv[] = {gnuplot, "-d", "-c", script, data, picture, theme, NULL};
    char said[GNUPLOT_SAID], line[256];
    int ends[2];
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(err, -errno, "cannot run %s: %s", gnuplot, strerror(errno));
    /* posix_spawn takes char *const[] for history's sake and does not write through it. */
    int code = gnuplot_start(&pid, (char *const *)(uintptr_t)argv, directory, ends[1]);
    close(ends[1]);
    if (code != 0) {
        close(ends[0]);
        return error_set(err, code, "cannot run %s: %s", gnuplot, strerror(-code));
    }
    gnuplot_listen(ends[0], said, sizeof said);
    close(ends[0]);
    code = gnuplot_reap(pid);
    gnuplot_first_line(line, sizeof line, said);
    if (code != 0)
        return error_set(err, code, "gnuplot could not draw %s: %s", picture, line);
    return 0;
}
