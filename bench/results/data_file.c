#include "bench/results/data_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

int data_file_open(const char *path, int flags)
{
    struct stat facts;
    const int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) /* ENXIO: a FIFO without a reader, or a socket; EISDIR: a folder, for writing */
        return errno == ENXIO || errno == EISDIR ? -EMEDIUMTYPE : -errno;
    int code = fstat(fd, &facts) < 0 ? -errno : 0;
    if (code == 0 && !S_ISREG(facts.st_mode))
        code = -EMEDIUMTYPE;
    if (code == 0)
        return fd;
    close(fd);
    return code;
}

const char *data_file_refusal(int code)
{
    switch (code) {
    case -ELOOP:
        return "is a symbolic link, which is not followed";
    case -EMEDIUMTYPE:
        return "is not a regular file";
    default:
        return NULL;
    }
}
