#include "bench/results/csv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_hint(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space or name a folder on another disk with --output";
    case EEXIST:
        return "; name another folder with --output";
    case EACCES:
    case EPERM:
    case EROFS:
        return "; name a folder that you may write to with --output";
    case EFBIG:
        return "; raise the limit of file sizes (ulimit -f)";
    default:
        return "";
    }
}

static int file_error(struct error *err, const char *verb, const char *path, int error)
{
    return error_set(err, -error, "cannot %s %s: %s%s", verb, path, strerror(error),
                     file_hint(error));
}

int csv_file_create(struct csv_file *file, const char *path, struct error *err)
{
    *file = (struct csv_file){.fd = -1, .path = strdup(path)};
    if (!file->path)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    file->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->fd < 0) {
        int error = errno;
        free(file->path);
        file->path = NULL;
        return file_error(err, "create", path, error);
    }
    return 0;
}

/* The size of a regular file that ends in a line's end. */
static int file_whole(int fd, const char *path, off_t *size, struct error *err)
{
    struct stat facts;
    char last;
    if (fstat(fd, &facts) < 0)
        return file_error(err, "read", path, errno);
    if (!S_ISREG(facts.st_mode))
        return error_set(err, -EINVAL, "%s is not a regular file", path);
    if (facts.st_size == 0 || pread(fd, &last, 1, facts.st_size - 1) != 1 || last != '\n')
        return error_set(err, -EINVAL, "%s does not end in a whole line; delete its last row",
                         path);
    *size = facts.st_size;
    return 0;
}

int csv_file_open(struct csv_file *file, const char *path, struct error *err)
{
    *file = (struct csv_file){.fd = -1, .path = strdup(path)};
    if (!file->path)
        return error_set(err, -ENOMEM, "no memory for writing %s", path);
    file->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int code = file->fd < 0 ? file_error(err, "open", path, errno)
                            : file_whole(file->fd, path, &file->whole, err);
    if (code < 0)
        csv_file_close(file, NULL);
    return code;
}

static int file_write(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? -errno : -EIO;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Half a row would make the file unreadable for every other program. */
static int file_cut(struct csv_file *file)
{
    int cut = ftruncate(file->fd, file->whole) < 0 ? -errno : 0;
    file->torn = cut < 0;
    return cut;
}

int csv_file_append(struct csv_file *file, const char *rows, size_t length, struct error *err)
{
    if (file->torn && file_cut(file) < 0)
        return error_set(err, -EIO, "%s ends in half a row that cannot be cut off: %s", file->path,
                         strerror(errno));
    int written = file_write(file->fd, rows, length);
    if (written < 0) {
        file_cut(file);
        return file_error(err, "write", file->path, -written);
    }
    file->whole += (off_t)length;
    return 0;
}

int csv_file_sync(const struct csv_file *file, struct error *err)
{
    if (fdatasync(file->fd) == 0 || errno == EINVAL || errno == EROFS)
        return 0; /* those two: a special file, which has nothing to wait for */
    return file_error(err, "write", file->path, errno);
}

int csv_file_close(struct csv_file *file, struct error *err)
{
    int closed = file->fd >= 0 && close(file->fd) < 0 && errno != EINTR ? errno : 0;
    if (closed)
        file_error(err, "close", file->path, closed);
    free(file->path);
    *file = (struct csv_file){.fd = -1};
    return -closed;
}
