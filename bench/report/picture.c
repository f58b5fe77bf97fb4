#include "bench/report/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/report/gnuplot.h"
#include "bench/report/svg.h"
#include "bench/util/folder_remove.h"
#include "bench/util/guard.h"

#define PICTURE_DATA "chart.csv"
#define PICTURE_TREE "topology.xml"
#define PICTURE_SVG  "picture.svg"
#define PICTURE_CSS  PICTURE_SVG ".css" /* style.gp's, for the theme "page" */

enum {
    PICTURE_MOST = 64 << 20, /* bytes of a chart */
    PICTURE_CSS_MOST = 1 << 16,
    PICTURE_TREE_MOST = 1 << 20, /* of a machine: nobody would see anything in a larger one */
    PICTURE_CROWDED = 64,        /* hardware threads */
    PICTURE_SECONDS = 20,
    PICTURE_SAID = 512
};

/* --- the folder --- */

struct easel {
    char path[4096];
    int folder;
};

static int easel_open(struct easel *easel, struct error *err)
{
    const char *below = getenv("TMPDIR");
    if (snprintf(easel->path, sizeof easel->path, "%s/bench-report.XXXXXX",
                 below && *below == '/' ? below : "/tmp") >= (int)sizeof easel->path)
        return error_set(err, -ENAMETOOLONG, "TMPDIR is too long");
    if (!mkdtemp(easel->path))
        return error_set(err, -errno,
                         "cannot make %s for drawing: %s; set TMPDIR to a folder that "
                         "can be written to",
                         easel->path, strerror(errno));
    guard_hold(guard_running(), easel->path);
    easel->folder = open(easel->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (easel->folder >= 0)
        return 0;
    const int code = error_set(err, -errno, "cannot open %s: %s", easel->path, strerror(errno));
    rmdir(easel->path);
    guard_drop(guard_running(), easel->path);
    return code;
}

static void easel_close(struct easel *easel)
{
    close(easel->folder);
    folder_remove(easel->path);
    guard_drop(guard_running(), easel->path);
}

/* A new file in it. NULL with errno. */
static FILE *easel_write(const struct easel *easel, const char *name)
{
    const int fd =
        openat(easel->folder, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out && fd >= 0) {
        const int error = errno;
        close(fd);
        errno = error;
    }
    return out;
}

/* Bytes of a file that was made in it, with a NUL behind. */
static int easel_read(const struct easel *easel, const char *name, struct picture *picture,
                      off_t most)
{
    struct stat made;
    const int fd = openat(easel->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int code = fstat(fd, &made) < 0 ? -errno : 0;
    if (code == 0 && made.st_size > most)
        code = -EFBIG;
    if (code == 0 && made.st_size <= 0)
        code = -EIO;
    picture->bytes = code == 0 ? calloc(1, (size_t)made.st_size + 1) : NULL;
    picture->count = code == 0 ? (size_t)made.st_size : 0;
    if (code == 0 && !picture->bytes)
        code = -ENOMEM;
    if (code == 0 && read(fd, picture->bytes, picture->count) != (ssize_t)picture->count)
        code = -EIO;
    close(fd);
    if (code < 0) {
        free(picture->bytes);
        *picture = (struct picture){NULL, 0};
    }
    return code;
}

/* --- charts --- */

static int chart_write(const struct easel *easel, const struct chart *chart,
                       const struct chart_data *data)
{
    FILE *out = easel_write(easel, PICTURE_DATA);
    if (!out)
        return -errno;
    const int code = chart->write(out, data);
    return fclose(out) != 0 ? -errno : code;
}

static int chart_refine(struct picture *picture, const struct easel *easel)
{
    struct picture sheet = {NULL, 0};
    char *drawn = picture->bytes;
    int code = easel_read(easel, PICTURE_CSS, &sheet, PICTURE_CSS_MOST);
    if (code == 0 || code == -ENOENT) { /* without one it is light for all */
        picture->bytes = svg_refine(drawn, picture->count, NULL, sheet.bytes, &picture->count);
        code = picture->bytes ? 0 : -ENOMEM;
        free(drawn);
    }
    free(sheet.bytes);
    return code;
}

static int chart_draw(struct picture *picture, const struct easel *easel, const struct chart *chart,
                      const struct chart_data *data, const char *gnuplot, struct error *err)
{
    char name[64], *script = NULL;
    int code = chart_write(easel, chart, data);
    if (code < 0)
        return error_set(err, code, "cannot write the figures of a chart: %s", strerror(-code));
    snprintf(name, sizeof name, "%s.gp", chart->name);
    code = external_script(&script, name, err);
    if (code == 0)
        code = gnuplot_run(gnuplot, easel->folder, script, PICTURE_DATA, PICTURE_SVG, "page", err);
    free(script);
    if (code < 0)
        return code;
    code = easel_read(easel, PICTURE_SVG, picture, PICTURE_MOST);
    if (code == 0)
        code = chart_refine(picture, easel);
    return code < 0 ? error_set(err, code, "gnuplot made no picture of %s: %s", chart->what,
                                strerror(-code))
                    : 0;
}

int picture_chart(struct picture *picture, const struct chart *chart, const struct chart_data *data,
                  const char *gnuplot, struct error *err)
{
    struct easel easel;
    *picture = (struct picture){NULL, 0};
    int code = easel_open(&easel, err);
    if (code < 0)
        return code;
    code = chart_draw(picture, &easel, chart, data, gnuplot, err);
    easel_close(&easel);
    if (code < 0) {
        free(picture->bytes);
        *picture = (struct picture){NULL, 0};
    }
    return code;
}

/* --- machines --- */

static int tree_write(const struct easel *easel, const char *xml, size_t size)
{
    FILE *out = easel_write(easel, PICTURE_TREE);
    if (!out)
        return -errno;
    const bool written = fwrite(xml, 1, size, out) == size;
    return fclose(out) != 0 || !written ? -EIO : 0;
}

static int tree_draw(struct picture *picture, const struct easel *easel, const char *lstopo,
                     const char *xml, size_t size, unsigned pus, struct error *err)
{
    /* Of many alike the first and the last are drawn, and how many there are. */
    const char *const arguments[] = {lstopo,
                                     "--input",
                                     PICTURE_TREE,
                                     "--input-format",
                                     "xml",
                                     "--output-format",
                                     "svg",
                                     "--force",
                                     "--no-legend",
                                     "--disallowed",
                                     "--fontsize",
                                     "12",
                                     pus > PICTURE_CROWDED ? "--factorize=2,1,1" : "--factorize",
                                     PICTURE_SVG,
                                     NULL};
    char said[PICTURE_SAID];
    int code = tree_write(easel, xml, size);
    if (code < 0)
        return error_set(err, code, "cannot write the topology for drawing: %s", strerror(-code));
    code = external_run(arguments, easel->folder, PICTURE_SECONDS, said, sizeof said, err);
    if (code == -EIO)
        return error_set(err, code, "lstopo cannot draw it");
    if (code < 0)
        return code;
    code = easel_read(easel, PICTURE_SVG, picture, PICTURE_TREE_MOST);
    return code == -EFBIG
               ? error_set(err, code, "its drawing has more than %d KiB", PICTURE_TREE_MOST >> 10)
           : code < 0 ? error_set(err, code, "lstopo made no picture of it")
                      : 0;
}

int picture_topology(struct picture *picture, const char *lstopo, const char *xml, size_t size,
                     unsigned pus, struct error *err)
{
    struct easel easel;
    *picture = (struct picture){NULL, 0};
    int code = easel_open(&easel, err);
    if (code < 0)
        return code;
    code = tree_draw(picture, &easel, lstopo, xml, size, pus, err);
    easel_close(&easel);
    return code;
}
