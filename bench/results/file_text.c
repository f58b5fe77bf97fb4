#include "bench/results/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/results/data_file.h"

/* All of it, but no more than one byte over the limit: the file may grow meanwhile. */
static int text_load(int fd, char *text, size_t most, size_t *size)
{
    for (*size = 0; *size <= most;) {
        const ssize_t got = read(fd, text + *size, most + 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return 0;
        *size += (size_t)got;
    }
    return -EFBIG;
}

int file_text(const char *path, size_t most, char **text, size_t *size)
{
    const int fd = data_file_open(path, O_RDONLY);
    if (fd < 0)
        return fd;
    *text = malloc(most + 1);
    const int code = *text ? text_load(fd, *text, most, size) : -ENOMEM;
    close(fd);
    if (code == 0) {
        (*text)[*size] = '\0';
        return 0;
    }
    free(*text);
    *text = NULL;
    return code;
}
