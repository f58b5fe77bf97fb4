#include "bench/noise_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/text.h"

enum { NOISE_FILE_MOST = 1 << 20, NOISE_FILE_TRIES = 100 };

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

static int file_failed(struct error *err, const char *verb, const char *path, int error)
{
    const char *mend = error == ENOSPC || error == EDQUOT ? "; free some space"
                       : error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR
                           ? "; name another folder in XDG_STATE_HOME"
                           : "";
    return error_set(err, -error, "cannot %s %s: %s%s", verb, path, strerror(error), mend);
}

/* --- reading --- */

/* Not blocking, so that a FIFO is refused and not waited for. */
static int file_open(const char *path, struct error *err)
{
    struct stat facts;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENXIO ? error_set(err, -EINVAL, "%s is not a regular file", path)
                              : file_failed(err, "read", path, errno);
    int rc = fstat(fd, &facts) < 0 ? file_failed(err, "read", path, errno) : 0;
    if (rc == 0 && !S_ISREG(facts.st_mode))
        rc = error_set(err, -EINVAL, "%s is not a regular file", path);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

/* All of it, but no more than one byte over the limit: the file may grow meanwhile. */
static int file_load(int fd, char *text, size_t *size, const char *path, struct error *err)
{
    *size = 0;
    while (*size <= NOISE_FILE_MOST) {
        const ssize_t got = read(fd, text + *size, NOISE_FILE_MOST + 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_failed(err, "read", path, errno);
        if (got == 0)
            return 0;
        *size += (size_t)got;
    }
    return error_set(err, -EINVAL, "%s has more than 1 MiB", path);
}

static int file_parse(const char *text, size_t size, const char *path, json_t **object,
                      struct error *err)
{
    json_error_t why;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!json && json_error_code(&why) == json_error_out_of_memory)
        return error_set(err, -ENOMEM, "no memory for reading %s", path);
    if (!json)
        return error_set(err, -EINVAL, "%s:%d:%d: %s", path, why.line > 0 ? why.line : 1,
                         why.column > 0 ? why.column : 1, text_clean(why.text));
    if (!json_is_object(json)) {
        json_decref(json);
        return error_set(err, -EINVAL, "%s:1:1: a list where an object {...} belongs", path);
    }
    *object = json;
    return 0;
}

int noise_file_read(const char *path, json_t **object, struct error *err)
{
    size_t size = 0;
    const int fd = file_open(path, err);
    if (fd < 0)
        return fd;
    char *text = malloc(NOISE_FILE_MOST + 1);
    int rc = text ? file_load(fd, text, &size, path, err)
                  : error_set(err, -ENOMEM, "no memory for reading %s", path);
    if (rc == 0)
        rc = file_parse(text, size, path, object, err);
    free(text);
    close(fd);
    return rc;
}

/* --- writing --- */

static int file_parents(const char *path, struct error *err)
{
    char above[PATH_MAX];
    if (snprintf(above, sizeof above, "%s", path) >= (int)sizeof above)
        return file_failed(err, "make the folder of", path, ENAMETOOLONG);
    for (char *slash = strchr(above + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int error = mkdir(above, 0700) < 0 ? errno : 0;
        struct stat facts;
        /* A folder that is there may lie on a read-only file system, which is told before. */
        if (error && !(stat(above, &facts) == 0 && S_ISDIR(facts.st_mode)))
            return file_failed(err, "make the folder", above, error == EEXIST ? ENOTDIR : error);
        *slash = '/';
    }
    return 0;
}

static FILE *file_temporary(const char *path, char *name, size_t size)
{
    for (int i = 0; i < NOISE_FILE_TRIES; i++) {
        const int length = snprintf(name, size, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        if (length < 0 || (size_t)length >= size) {
            errno = ENAMETOOLONG;
            return NULL;
        }
        const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0)
            return NULL;
        FILE *file = fdopen(fd, "w");
        if (!file) {
            close(fd);
            unlink(name);
            errno = ENOMEM;
        }
        return file;
    }
    return NULL;
}

/* Closes the file in any case. 0 or an errno. */
static int file_dump(const json_t *object, FILE *file)
{
    errno = 0;
    const bool written = json_dumpf(object, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
                         fputc('\n', file) != EOF && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int error = written ? 0 : errno ? errno : EIO;
    errno = 0;
    if (fclose(file) != 0 && error == 0)
        error = errno ? errno : EIO;
    return error;
}

int noise_file_write(const char *path, const json_t *object, struct error *err)
{
    char name[PATH_MAX + 48];
    const int rc = file_parents(path, err);
    if (rc != 0)
        return rc;
    FILE *file = file_temporary(path, name, sizeof name);
    if (!file)
        return file_failed(err, "create", path, errno);
    int error = file_dump(object, file);
    if (error == 0 && rename(name, path) < 0)
        error = errno;
    if (error == 0)
        return 0;
    unlink(name);
    return file_failed(err, "write", path, error);
}
