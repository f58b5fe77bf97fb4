#include "bench/report/external.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int external_no_memory(struct error *err)
{
    return error_set(err, -ENOMEM, "out of memory");
}

int external_program(char **path, const char *name, struct error *err)
{
    const char *folders = getenv("PATH");
    if (!folders || !*folders)
        folders = "/usr/local/bin:/usr/bin:/bin";
    while (*folders) {
        const size_t length = strcspn(folders, ":");
        /* A relative folder would be looked for among the result files. */
        if (*folders == '/') {
            if (asprintf(path, "%.*s/%s", (int)length, folders, name) < 0)
                return external_no_memory(err);
            if (access(*path, X_OK) == 0)
                return 0;
            free(*path);
        }
        folders += length;
        folders += *folders == ':';
    }
    *path = NULL;
    return error_set(err, -ENOENT, "no %s on the PATH", name);
}

/* Takes `place` over, a folder or NULL where memory ran out. */
static int external_look(char **path, char *place, const char *name)
{
    char *file = NULL;
    *path = NULL;
    if (!place || asprintf(&file, "%s/%s", place, name) < 0) {
        free(place);
        return -ENOMEM;
    }
    free(place);
    if (access(file, R_OK) == 0)
        *path = realpath(file, NULL);
    free(file);
    return *path ? 0 : -ENOENT;
}

static char *external_place(const char *folder, const char *below)
{
    char *place = NULL;
    return asprintf(&place, "%s%s", folder, below) < 0 ? NULL : place;
}

int external_script(char **path, const char *name, struct error *err)
{
    static const char *const below[] = {"/../../../scripts", "/../share/bench/scripts"};
    const char *named = getenv("BENCH_SCRIPTS");
    char program[4096];
    int code = -ENOENT;
    if (named && *named)
        code = external_look(path, external_place(named, ""), name);
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; code == -ENOENT && slash && i < sizeof below / sizeof below[0]; i++)
        code = external_look(path, external_place(program, below[i]), name);
    if (code == -ENOMEM)
        return external_no_memory(err);
    if (code != 0)
        return error_set(err, code,
                         "no %s in $BENCH_SCRIPTS (%s), %s%s or %s%s: set BENCH_SCRIPTS to the "
                         "scripts folder of the source tree",
                         name, named && *named ? named : "not set", program, below[0], program,
                         below[1]);
    return 0;
}
