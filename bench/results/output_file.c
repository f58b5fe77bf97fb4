#include "bench/results/output_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/results/whole_file.h"

int output_whole(const char *path, output_write *write, const void *what)
{
    struct whole_file file;
    int code = whole_file_open(&file, path, 0666);
    if (code < 0)
        return code;
    code = write(file.out, what);
    const int closed = whole_file_close(&file, code == 0);
    return code < 0 && closed != -EINTR ? code : closed;
}

int output_text(const char *path, const char *text, size_t size)
{
    struct whole_file file;
    const int code = whole_file_open(&file, path, 0666);
    if (code < 0)
        return code;
    fwrite(text, 1, size, file.out); /* what went wrong is told when it is closed */
    return whole_file_close(&file, true);
}

static int output_as_it_is(const char *path, output_write *write, const void *what)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return -errno;
    const int code = write(out, what);
    return fclose(out) != 0 && code == 0 ? -errno : code;
}

int output_file(const char *path, output_write *write, const void *what)
{
    struct stat facts;
    if (stat(path, &facts) < 0)
        return output_whole(path, write, what);
    if (S_ISDIR(facts.st_mode))
        return -EISDIR;
    if (!S_ISREG(facts.st_mode))
        return output_as_it_is(path, write, what);
    char *real = realpath(path, NULL); /* a link stays one */
    const int code = real ? output_whole(real, write, what) : -errno;
    free(real);
    return code;
}
