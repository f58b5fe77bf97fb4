#include "bench/machine/textfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int textfile_open_fd(const char *root, const char *path)
{
    char full[PATH_MAX];
    const char *prefix = root == NULL || strcmp(root, "/") == 0 ? "" : root;
    int length = snprintf(full, sizeof(full), "%s%s", prefix, path);
    if (length < 0 || (size_t)length >= sizeof(full)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(full, O_RDONLY | O_CLOEXEC);
}

static int read_whole(int fd, char *text, size_t size)
{
    size_t used = 0;
    for (;;) {
        ssize_t got = read(fd, text + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        used += (size_t)got;
        if (got == 0)
            break;
        if (used == size - 1)
            return -EFBIG;
    }
    while (used > 0 && (text[used - 1] == '\0' || isspace((unsigned char)text[used - 1])))
        used--;
    text[used] = '\0';
    return 0;
}

int textfile_read(const char *root, const char *path, char *text, size_t size)
{
    text[0] = '\0';
    int fd = textfile_open_fd(root, path);
    if (fd < 0)
        return -errno;
    int status = read_whole(fd, text, size);
    close(fd);
    if (status != 0)
        text[0] = '\0';
    return status;
}

FILE *textfile_open(const char *root, const char *path)
{
    int fd = textfile_open_fd(root, path);
    if (fd < 0)
        return NULL;
    FILE *stream = fdopen(fd, "re");
    if (stream == NULL)
        close(fd);
    return stream;
}

int textfile_parse_u64(const char *text, uint64_t *value)
{
    if (!isdigit((unsigned char)text[0]))
        return -EINVAL;
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    if (*end != '\0')
        return -EINVAL;
    if (errno == ERANGE)
        return -ERANGE;
    *value = parsed;
    return 0;
}
