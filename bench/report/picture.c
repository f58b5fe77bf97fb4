#include "bench/report/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/report/gnuplot.h"

#define PICTURE_DATA "chart.csv"
#define PICTURE_SVG  "chart.svg"

enum { PICTURE_MOST = 64 << 20 };

static int picture_write(int folder, const struct chart *chart, const struct chart_data *data)
{
    const int fd = openat(folder, PICTURE_DATA, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out) {
        const int code = -errno;
        if (fd >= 0)
            close(fd);
        return code;
    }
    const int code = chart->write(out, data);
    return fclose(out) != 0 ? -errno : code;
}

static int picture_read(struct picture *picture, int folder)
{
    struct stat made;
    const int fd = openat(folder, PICTURE_SVG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int code = fstat(fd, &made) < 0 ? -errno : 0;
    if (code == 0 && (made.st_size <= 0 || made.st_size > PICTURE_MOST))
        code = -EIO;
    picture->bytes = code == 0 ? malloc((size_t)made.st_size) : NULL;
    picture->count = code == 0 ? (size_t)made.st_size : 0;
    if (code == 0 && !picture->bytes)
        code = -ENOMEM;
    if (code == 0 && read(fd, picture->bytes, picture->count) != (ssize_t)picture->count)
        code = -EIO;
    close(fd);
    if (code < 0)
        free(picture->bytes);
    return code;
}

static int picture_make(struct picture *picture, int folder, const struct chart *chart,
                        const struct chart_data *data, const char *gnuplot, const char *theme,
                        struct error *err)
{
    char name[64], *script = NULL;
    int code = picture_write(folder, chart, data);
    if (code < 0)
        return error_set(err, code, "cannot write the figures of a chart: %s", strerror(-code));
    snprintf(name, sizeof name, "%s.gp", chart->name);
    code = external_script(&script, name, err);
    if (code == 0)
        code = gnuplot_run(gnuplot, folder, script, PICTURE_DATA, PICTURE_SVG, theme, err);
    free(script);
    if (code < 0)
        return code;
    code = picture_read(picture, folder);
    return code < 0 ? error_set(err, code, "gnuplot made no picture of %s: %s", chart->what,
                                strerror(-code))
                    : 0;
}

int picture_draw(struct picture *picture, const struct chart *chart, const struct chart_data *data,
                 const char *gnuplot, const char *theme, struct error *err)
{
    const char *below = getenv("TMPDIR");
    char path[4096];
    *picture = (struct picture){NULL, 0};
    if (snprintf(path, sizeof path, "%s/bench-report.XXXXXX",
                 below && *below == '/' ? below : "/tmp") >= (int)sizeof path)
        return error_set(err, -ENAMETOOLONG, "TMPDIR is too long");
    if (!mkdtemp(path))
        return error_set(err, -errno, "cannot make a folder for drawing in %s: %s", path,
                         strerror(errno));
    const int folder = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int code = folder < 0 ? error_set(err, -errno, "cannot open %s: %s", path, strerror(errno))
                          : picture_make(picture, folder, chart, data, gnuplot, theme, err);
    if (folder >= 0) {
        unlinkat(folder, PICTURE_DATA, 0);
        unlinkat(folder, PICTURE_SVG, 0);
        close(folder);
    }
    rmdir(path);
    return code;
}
