#include "bench/noise_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/results/json_file.h"

enum { NOISE_FILE_MOST = 1 << 20 };

static const struct json_mend noise_mend = {NULL, "name another folder in XDG_STATE_HOME"};

int noise_file_path(const char *name, char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;
    if (state && state[0] == '/')
        length = snprintf(path, size, "%s/bench/%s", state, name);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.local/state/bench/%s", home, name);
    else
        return -ENOENT;
    return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

int noise_file_read(const char *path, json_t **object, struct error *err)
{
    return json_file_read(path, NOISE_FILE_MOST, &noise_mend, object, err);
}

static int file_parents(const char *path, struct error *err)
{
    char above[PATH_MAX];
    if (snprintf(above, sizeof above, "%s", path) >= (int)sizeof above)
        return error_set(err, -ENAMETOOLONG, "the name of the folder of %s is too long", path);
    for (char *slash = strchr(above + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int error = mkdir(above, 0700) < 0 ? errno : 0;
        struct stat facts;
        /* A folder that is there may lie on a read-only file system, which is told before. */
        if (error && !(stat(above, &facts) == 0 && S_ISDIR(facts.st_mode)))
            return error_set(err, error == EEXIST ? -ENOTDIR : -error,
                             "cannot make the folder %s: %s; %s", above,
                             strerror(error == EEXIST ? ENOTDIR : error), noise_mend.access);
        *slash = '/';
    }
    return 0;
}

int noise_file_write(const char *path, const json_t *object, struct error *err)
{
    const int rc = file_parents(path, err);
    return rc == 0 ? json_file_write(path, object, 0600, &noise_mend, err) : rc;
}
