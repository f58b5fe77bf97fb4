#include "bench/results/machine_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/folder.h"
#include "bench/results/text.h"

enum { MACHINE_MAX = 16 << 20, MACHINE_TRIES = 100, MACHINE_PATH = PATH_MAX };

#define MACHINE_NAME "machine.json"
#define MACHINE_MEND "mend it or delete the file, which is needed only to tell machines apart"

static int machine_path(const char *folder, char *path, struct error *err)
{
    int code = folder_path(folder, MACHINE_NAME, path, MACHINE_PATH);
    return code == 0 ? 0 : error_set(err, code, "the folder's name is too long");
}

static int machine_failed(struct error *err, const char *verb, const char *path, int error)
{
    const char *mend = error == ENOSPC || error == EDQUOT ? "; free some space"
                       : error == EFBIG ? "; raise the limit of file sizes (ulimit -f)"
                       : error == EACCES || error == EPERM
                           ? "; change its permissions or its folder's"
                           : "";
    return error_set(err, -error, "cannot %s %s: %s%s", verb, path, strerror(error), mend);
}

/* Not blocking, so that a FIFO is refused and not waited for. */
static int machine_open(const char *path, size_t *size, struct error *err)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return machine_failed(err, "read", path, errno);
    int code = fstat(fd, &facts) < 0 ? machine_failed(err, "read", path, errno) : 0;
    if (code == 0 && !S_ISREG(facts.st_mode))
        code = error_set(err, -EINVAL, "%s is not a regular file; put a copy of it there", path);
    else if (code == 0 && facts.st_size > MACHINE_MAX)
        code =
            error_set(err, -EINVAL, "%s has more than 16 MiB: no " MACHINE_NAME " of bench", path);
    if (code == 0) {
        *size = (size_t)facts.st_size;
        return fd;
    }
    close(fd);
    return code;
}

/* At most `size` bytes; what is appended meanwhile is the business of the next reading. */
static int machine_load(int fd, char *text, size_t *size, const char *path, struct error *err)
{
    size_t filled = 0;
    while (filled < *size) {
        ssize_t got = read(fd, text + filled, *size - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return machine_failed(err, "read", path, errno);
        if (got == 0)
            break;
        filled += (size_t)got;
    }
    *size = filled;
    return 0;
}

static int machine_parse(const char *text, size_t size, const char *path, json_t **machine,
                         struct error *err)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    json_error_t why;
    const size_t skip =
        size >= sizeof mark && memcmp(text, mark, sizeof mark) == 0 ? sizeof mark : 0;
    json_t *json = json_loadb(text + skip, size - skip, JSON_REJECT_DUPLICATES, &why);
    if (!json && json_error_code(&why) == json_error_out_of_memory)
        return error_set(err, -ENOMEM, "no memory for reading %s", path);
    if (!json)
        return error_set(err, -EINVAL, "%s:%d:%d: %s; " MACHINE_MEND, path,
                         why.line > 0 ? why.line : 1, why.column > 0 ? why.column : 1,
                         text_clean(why.text));
    if (!json_is_object(json)) {
        json_decref(json);
        return error_set(err, -EINVAL,
                         "%s:1:1: a list where an object {...} belongs; " MACHINE_MEND, path);
    }
    *machine = json;
    return 0;
}

int machine_read(const char *folder, json_t **machine, struct error *err)
{
    char path[MACHINE_PATH], *text = NULL;
    size_t size = 0;
    int code = machine_path(folder, path, err);
    if (code != 0)
        return code;
    int fd = machine_open(path, &size, err);
    if (fd < 0)
        return fd;
    text = malloc(size + 1);
    code = text ? machine_load(fd, text, &size, path, err)
                : error_set(err, -ENOMEM, "no memory for reading %s", path);
    if (code == 0)
        code = machine_parse(text, size, path, machine, err);
    free(text);
    close(fd);
    return code;
}

/* mkstemp(3) would leave a file that only its owner may read. */
static FILE *machine_temporary(const char *path, char *name, size_t size)
{
    for (int i = 0; i < MACHINE_TRIES; i++) {
        int length = snprintf(name, size, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        if (length < 0 || (size_t)length >= size) {
            errno = ENAMETOOLONG;
            return NULL;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            FILE *file = fdopen(fd, "w");
            if (!file) {
                close(fd);
                unlink(name);
                errno = ENOMEM;
            }
            return file;
        }
        if (errno != EEXIST)
            return NULL;
    }
    return NULL;
}

/* Closes the file in any case. 0 or -errno. */
static int machine_dump(const json_t *machine, FILE *file)
{
    errno = 0;
    bool written = json_dumpf(machine, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
                   fputc('\n', file) != EOF && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int error = written ? 0 : errno ? errno : EIO;
    errno = 0;
    if (fclose(file) != 0 && error == 0)
        error = errno ? errno : EIO;
    return -error;
}

/* So that the new name survives a power cut; a file system that cannot is no failure. */
static void machine_settle(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

int machine_write(const char *folder, const json_t *machine, struct error *err)
{
    char path[MACHINE_PATH], name[MACHINE_PATH + 48];
    int code = machine_path(folder, path, err);
    if (code != 0)
        return code;
    FILE *file = machine_temporary(path, name, sizeof name);
    if (!file)
        return machine_failed(err, "create", path, errno);
    code = machine_dump(machine, file);
    if (code == 0 && rename(name, path) < 0)
        code = -errno;
    if (code != 0) {
        unlink(name);
        return machine_failed(err, "write", path, -code);
    }
    machine_settle(folder);
    return 0;
}

const json_t *machine_fact(const json_t *machine, const char *path)
{
    const json_t *fact = machine;
    while (fact) {
        const size_t length = strcspn(path, ".");
        char key[64];
        if (length >= sizeof key)
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        fact = json_object_get(fact, key);
        if (!path[length])
            return fact;
        path += length + 1;
    }
    return NULL;
}
