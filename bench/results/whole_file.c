#include "bench/results/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { WHOLE_TRIES = 100 };

/* mkstemp(3) would leave a file that only its owner may read, whatever the mode. */
static int whole_create(struct whole_file *file, mode_t mode)
{
    for (int i = 0; i < WHOLE_TRIES; i++) {
        snprintf(file->making, sizeof file->making, "%s.%ld-%d.tmp", file->path, (long)getpid(), i);
        const int fd = open(file->making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST)
            return fd < 0 ? -errno : fd;
    }
    return -EEXIST;
}

int whole_file_open(struct whole_file *file, const char *path, mode_t mode)
{
    const size_t length = strlen(path);
    if (length >= sizeof file->path)
        return -ENAMETOOLONG;
    memcpy(file->path, path, length + 1);
    const int fd = whole_create(file, mode);
    if (fd < 0)
        return fd;
    file->out = fdopen(fd, "w");
    if (file->out)
        return 0;
    close(fd);
    unlink(file->making);
    return -ENOMEM;
}

/* So that the new name survives a power cut; a file system that cannot is no failure. */
static void whole_settle(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    const int fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* The stream is closed in any case. */
static int whole_end(FILE *out)
{
    errno = 0;
    const bool written = !ferror(out) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    int code = written ? 0 : errno ? -errno : -EIO;
    errno = 0;
    if (fclose(out) != 0 && code == 0)
        code = errno ? -errno : -EIO;
    return code;
}

int whole_file_close(struct whole_file *file, bool keep)
{
    int code = whole_end(file->out);
    if (keep && code == 0 && rename(file->making, file->path) < 0)
        code = -errno;
    if (!keep || code != 0) {
        unlink(file->making);
        return keep ? code : 0;
    }
    whole_settle(file->path);
    return 0;
}
