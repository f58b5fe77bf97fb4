#include "bench/results/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/util/leftovers.h"

enum { WHOLE_TRIES = 100 };

/* A descriptor of the folder that it is in, or -1; *name: the last part of its path. */
static int whole_folder(const char *path, const char **name)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    snprintf(folder, sizeof folder, "%.*s", (int)(*name - path), path);
    return open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* --- what a killed program left of the same file --- */

static const char *skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* NAME.1234-0.tmp */
static bool stale_name(const char *entry, const char *name)
{
    const size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '.')
        return false;
    const char *process = entry + length + 1, *dash = skip_digits(process);
    if (dash == process || *dash != '-')
        return false;
    const char *end = skip_digits(dash + 1);
    return end > dash + 1 && strcmp(end, ".tmp") == 0;
}

static void stale_sweep(const char *path)
{
    const char *name;
    const int folder = whole_folder(path, &name);
    if (folder < 0)
        return;
    leftovers_remove(folder, S_IFREG, stale_name, name);
    close(folder);
}

/* --- making it --- */

/* mkstemp(3) would leave a file that only its owner may read, whatever the mode. */
static int whole_create(struct whole_file *file, mode_t mode)
{
    for (int i = 0; i < WHOLE_TRIES; i++) {
        snprintf(file->making, sizeof file->making, "%s.%ld-%d.tmp", file->path, (long)getpid(), i);
        const int fd = open(file->making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd < 0 && errno != EEXIST)
            return -errno;
        if (fd >= 0 && leftovers_lock(fd))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -EEXIST;
}

/* All of it or, as fopencookie() wants it, 0; nothing more after a failure, which would leave a
 * gap. */
static ssize_t whole_put(void *cookie, const char *bytes, size_t size)
{
    struct whole_file *file = cookie;
    for (size_t done = 0; done < size && file->error == 0;) {
        const ssize_t wrote = write(file->fd, bytes + done, size - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR)
            file->error = wrote < 0 ? errno : EIO;
    }
    return file->error == 0 ? (ssize_t)size : 0;
}

static int whole_begin(struct whole_file *file, mode_t mode)
{
    stale_sweep(file->path);
    const int fd = whole_create(file, mode);
    if (fd < 0)
        return fd;
    file->fd = fd;
    file->error = 0;
    file->out = fopencookie(file, "w", (cookie_io_functions_t){.write = whole_put});
    if (file->out)
        return 0;
    close(fd);
    unlink(file->making);
    return -ENOMEM;
}

int whole_file_open(struct whole_file *file, const char *path, mode_t mode)
{
    const size_t length = strlen(path);
    if (length >= sizeof file->path)
        return -ENAMETOOLONG;
    memcpy(file->path, path, length + 1);
    interrupt_hold(&file->held);
    const int code = whole_begin(file, mode);
    return code < 0 && interrupt_release(&file->held) ? -EINTR : code;
}

/* So that the new name survives a power cut; a file system that cannot is no failure. */
static void whole_settle(const char *path)
{
    const char *name;
    const int fd = whole_folder(path, &name);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static int whole_written(const struct whole_file *file)
{
    if (fflush(file->out) != 0 || ferror(file->out))
        return file->error ? -file->error : -EIO;
    return fsync(file->fd) == 0 ? 0 : -errno;
}

/* Closed last: until it has its name, nobody else may take it for what a kill left. */
static int whole_end(const struct whole_file *file, bool keep)
{
    int code = whole_written(file);
    if (keep && code == 0 && rename(file->making, file->path) < 0)
        code = -errno;
    if (!keep || code != 0)
        unlink(file->making);
    fclose(file->out); /* it is on the disk already */
    close(file->fd);
    if (keep && code == 0)
        whole_settle(file->path);
    return keep ? code : 0;
}

int whole_file_close(struct whole_file *file, bool keep)
{
    const int code = whole_end(file, keep);
    return interrupt_release(&file->held) ? -EINTR : code;
}
