#include "bench/results/csv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/data_file.h"

/* How the header of every file that is mended begins. */
#define FILE_HEAD "schema,"

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

static int file_open_error(struct error *err, const char *path, int code)
{
    const char *refusal = data_file_refusal(code);
    return refusal ? error_set(err, -EINVAL, "%s %s; put the file that bench wrote there", path,
                               refusal)
                   : file_error(err, "open", path, -code);
}

/* The size of a file that ends in a line's end. */
static int file_whole(int fd, const char *path, off_t *size, struct error *err)
{
    struct stat facts;
    char last;
    if (fstat(fd, &facts) < 0)
        return file_error(err, "read", path, errno);
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
    file->fd = data_file_open(path, O_RDWR | O_APPEND);
    int code = file->fd < 0 ? file_open_error(err, path, file->fd)
                            : file_whole(file->fd, path, &file->whole, err);
    if (code < 0)
        csv_file_close(file, NULL);
    return code;
}

/* The bytes up to and with the last line's end. 0 where there is none. */
static off_t file_whole_lines(int fd, off_t size)
{
    char block[65536];
    while (size > 0) {
        const off_t from = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        const ssize_t got = pread(fd, block, (size_t)(size - from), from);
        const char *end = got == (ssize_t)(size - from) ? memrchr(block, '\n', (size_t)got) : NULL;
        if (end || got < 0)
            return end ? from + (end - block) + 1 : 0;
        size = from;
    }
    return 0;
}

int csv_file_mend(const char *path, off_t *cut, struct error *err)
{
    struct stat facts;
    int code = 0;
    *cut = 0;
    const int fd = data_file_open(path, O_RDWR);
    if (fd < 0)
        return fd == -ENOENT ? 0 : file_open_error(err, path, fd);
    if (fstat(fd, &facts) < 0) {
        code = file_error(err, "read", path, errno);
    } else if (facts.st_size > 0) {
        const off_t whole = file_whole_lines(fd, facts.st_size);
        *cut = facts.st_size - whole;
        char head[sizeof FILE_HEAD];
        if (pread(fd, head, sizeof head - 1, 0) != (ssize_t)(sizeof head - 1) ||
            memcmp(head, FILE_HEAD, sizeof head - 1) != 0)
            code = error_set(err, -EINVAL,
                             "%s is no table of bench: it does not begin with " FILE_HEAD
                             "; start a new run",
                             path);
        else if (whole == 0)
            code = error_set(err, -EINVAL, "%s has no whole line; start a new run", path);
        else if (*cut > 0 && (ftruncate(fd, whole) < 0 || fdatasync(fd) < 0))
            code = file_error(err, "mend", path, errno);
    }
    close(fd);
    return code;
}

bool csv_file_begins(const struct csv_file *file, const char *bytes, size_t length)
{
    char *head = malloc(length ? length : 1);
    const bool same = head && pread(file->fd, head, length, 0) == (ssize_t)length &&
                      memcmp(head, bytes, length) == 0;
    free(head);
    return same;
}

int csv_file_drop(struct csv_file *file, size_t lines, struct error *err)
{
    off_t whole = file->whole;
    for (size_t i = 0; i < lines && whole > 0; i++)
        whole = file_whole_lines(file->fd, whole - 1);
    if (ftruncate(file->fd, whole) < 0)
        return file_error(err, "mend", file->path, errno);
    file->whole = whole;
    return 0;
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
    struct stat facts;
    if (fstat(file->fd, &facts) == 0 && facts.st_nlink == 0)
        return error_set(err, -ENOENT,
                         "%s was deleted in the meantime, and what it held: start a new run",
                         file->path);
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
