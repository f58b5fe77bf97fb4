#include "bench/report/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/chart.h"
#include "bench/report/external.h"
#include "bench/report/gnuplot.h"

#define PLOT_CHARTS "charts"

struct chart {
    const char *name; /* of its files and its script */
    const char *what;
    int (*write)(FILE *out, const struct cell_table *table);
    const char *(*missing)(const struct cell_table *table); /* NULL: it can always be made */
};

static const struct chart plot_charts[] = {
    {"wall", "wall time by mode", chart_wall, NULL},
    {"speedup", "speed-up against workers", chart_speedup, chart_speedup_missing},
    {"callbacks", "call-backs against coroutines", chart_callbacks, chart_callbacks_missing},
    {"waiting", "who waits how long", chart_waiting, chart_waiting_missing},
};
static const char *const plot_pictures[] = {"svg", "png"};

enum {
    PLOT_CHART_COUNT = sizeof plot_charts / sizeof plot_charts[0],
    PLOT_PICTURES = sizeof plot_pictures / sizeof plot_pictures[0],
    PLOT_FILE = 64
};

/* Everything is made in `making`, a hidden folder beside `charts`, and moved when it is whole. */
struct plot {
    const char *folder;
    int base, charts, making; /* open folders, -1 where not */
    char making_name[PLOT_FILE];
    void (*notes)(const char *line);
    struct error *err;
};

__attribute__((format(printf, 2, 3))) static void plot_note(const struct plot *plot,
                                                            const char *format, ...)
{
    char line[512];
    va_list args;
    if (!plot->notes)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    plot->notes(line);
}

static int plot_fail(const struct plot *plot, const char *doing, const char *file)
{
    const int code = -errno;
    return error_set(plot->err, code, "cannot %s %s/%s: %s", doing, plot->folder, file,
                     strerror(-code));
}

static int plot_open(struct plot *plot)
{
    plot->base = open(plot->folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (plot->base < 0)
        return plot_fail(plot, "open", "");
    if (mkdirat(plot->base, PLOT_CHARTS, 0777) < 0 && errno != EEXIST)
        return plot_fail(plot, "make", PLOT_CHARTS);
    plot->charts = openat(plot->base, PLOT_CHARTS, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (plot->charts < 0)
        return plot_fail(plot, "open", PLOT_CHARTS);
    snprintf(plot->making_name, sizeof plot->making_name, ".charts-%ld", (long)getpid());
    if (mkdirat(plot->base, plot->making_name, 0700) < 0 && errno != EEXIST)
        return plot_fail(plot, "make", plot->making_name);
    plot->making =
        openat(plot->base, plot->making_name, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
    if (plot->making < 0)
        return plot_fail(plot, "open", plot->making_name);
    return 0;
}

static void plot_file(char *file, const char *name, const char *suffix)
{
    snprintf(file, PLOT_FILE, "%s.%s", name, suffix);
}

static void plot_close(struct plot *plot)
{
    char file[PLOT_FILE];
    if (plot->making >= 0) {
        for (size_t i = 0; i < PLOT_CHART_COUNT; i++) {
            plot_file(file, plot_charts[i].name, "csv");
            unlinkat(plot->making, file, 0);
            for (size_t p = 0; p < PLOT_PICTURES; p++) {
                plot_file(file, plot_charts[i].name, plot_pictures[p]);
                unlinkat(plot->making, file, 0);
            }
        }
        close(plot->making);
        unlinkat(plot->base, plot->making_name, AT_REMOVEDIR);
    }
    if (plot->charts >= 0)
        close(plot->charts);
    if (plot->base >= 0) {
        /* Succeeds only where nothing came of it. */
        unlinkat(plot->base, PLOT_CHARTS, AT_REMOVEDIR);
        close(plot->base);
    }
}

static int plot_write(struct plot *plot, const struct chart *chart, const struct cell_table *table)
{
    char file[PLOT_FILE];
    plot_file(file, chart->name, "csv");
    const int fd = openat(plot->making, file, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out) {
        const int code = plot_fail(plot, "write", file);
        if (fd >= 0)
            close(fd);
        return code;
    }
    const int code = chart->write(out, table);
    if (fclose(out) != 0)
        return plot_fail(plot, "write", file);
    return code == 0 ? 0
                     : error_set(plot->err, code, "cannot write %s/%s: %s", plot->folder, file,
                                 strerror(-code));
}

static int plot_install(struct plot *plot, const char *name, const char *suffix)
{
    char file[PLOT_FILE];
    plot_file(file, name, suffix);
    return renameat(plot->making, file, plot->charts, file) < 0
               ? plot_fail(plot, "put in place", file)
               : 0;
}

/* Pictures of an earlier drawing would belong to other rows. */
static void plot_forget(struct plot *plot, const struct chart *chart)
{
    char file[PLOT_FILE];
    for (size_t p = 0; p < PLOT_PICTURES; p++) {
        plot_file(file, chart->name, plot_pictures[p]);
        unlinkat(plot->charts, file, 0);
    }
    plot_file(file, chart->name, "csv");
    unlinkat(plot->charts, file, 0);
}

static int plot_draw(struct plot *plot, const struct chart *chart, const char *gnuplot)
{
    char data[PLOT_FILE], picture[PLOT_FILE], script_name[PLOT_FILE];
    char *script = NULL;
    int code;
    plot_file(script_name, chart->name, "gp");
    plot_file(data, chart->name, "csv");
    code = external_script(&script, script_name, plot->err);
    for (size_t p = 0; code == 0 && p < PLOT_PICTURES; p++) {
        struct stat made;
        plot_file(picture, chart->name, plot_pictures[p]);
        code = gnuplot_run(gnuplot, plot->making, script, data, picture, plot->err);
        if (code == 0 && (fstatat(plot->making, picture, &made, 0) < 0 || made.st_size == 0))
            code = error_set(plot->err, -EIO, "gnuplot made no %s", picture);
    }
    for (size_t p = 0; code == 0 && p < PLOT_PICTURES; p++)
        code = plot_install(plot, chart->name, plot_pictures[p]);
    if (code == 0)
        code = plot_install(plot, chart->name, "csv");
    free(script);
    return code;
}

static int plot_chart(struct plot *plot, const struct chart *chart, const struct cell_table *table,
                      const char *gnuplot)
{
    const char *missing = chart->missing ? chart->missing(table) : NULL;
    if (missing) {
        plot_forget(plot, chart);
        if (*missing)
            plot_note(plot, "%s: not drawn: %s", chart->what, missing);
        return 0;
    }
    const int code = plot_write(plot, chart, table);
    if (code != 0)
        return code;
    if (!gnuplot) { /* the figures are left, to be drawn by hand elsewhere */
        plot_forget(plot, chart);
        return plot_install(plot, chart->name, "csv");
    }
    const int drawn = plot_draw(plot, chart, gnuplot);
    if (drawn == 0)
        plot_note(plot, "%s: %s/" PLOT_CHARTS "/%s.svg and .png", chart->what, plot->folder,
                  chart->name);
    return drawn;
}

static int plot_table(struct plot *plot, const struct cell_table *table)
{
    char *gnuplot = NULL;
    int code = plot_open(plot);
    if (code == 0) {
        struct error missing = {""};
        const int found = gnuplot_find(&gnuplot, &missing);
        for (size_t i = 0; code == 0 && i < PLOT_CHART_COUNT; i++)
            code = plot_chart(plot, &plot_charts[i], table, gnuplot);
        if (code == 0 && found != 0)
            code = error_set(plot->err, found, "%s", missing.text);
    }
    plot_close(plot);
    free(gnuplot);
    return code;
}

int plot_folder(const char *folder, void (*notes)(const char *line), struct error *err)
{
    struct plot plot = {folder, -1, -1, -1, "", notes, err};
    struct cell_table table;
    struct texts *texts = texts_new();
    struct timing *rows = NULL;
    size_t count = 0;
    char *file = NULL;
    if (asprintf(&file, "%s/timings.csv", folder) < 0)
        file = NULL;
    int code = file && texts ? timings_read(file, texts, &rows, &count, err)
                             : error_set(err, -ENOMEM, "out of memory");
    if (code == 0 && count == 0)
        code = error_set(err, -EINVAL, "%s: no rows: there is nothing to draw", file);
    if (code == 0) {
        code = cells_gather(&table, rows, count, 0);
        if (code == 0) {
            code = plot_table(&plot, &table);
            cells_free(&table);
        } else {
            error_set(err, code, "out of memory");
        }
    }
    free(rows);
    free(file);
    texts_free(texts);
    return code;
}
