#include "bench/report/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/charts.h"
#include "bench/report/external.h"
#include "bench/report/gnuplot.h"
#include "bench/results/folder.h"

#define PLOT_CHARTS "charts"

const char *const plot_format_names[PLOT_FORMATS + 1] = {"svg", "png", "pdf", NULL};
const char *const plot_theme_names[] = {"light", "dark", NULL};

enum { PLOT_FILE = 64 };

/* Everything is made in `making`, a hidden folder beside `charts`, and moved when it is whole. */
struct plot {
    const char *folder;
    const struct plot_options *options;
    bool later;               /* not the first one of several: what compares them is drawn there */
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
        for (size_t i = 0; i < CHARTS_COUNT; i++) {
            plot_file(file, charts[i]->name, "csv");
            unlinkat(plot->making, file, 0);
            for (size_t f = 0; f < PLOT_FORMATS; f++) {
                plot_file(file, charts[i]->name, plot_format_names[f]);
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

static int plot_write(struct plot *plot, const struct chart *chart, const struct chart_data *data)
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
    const int code = chart->write(out, data);
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
    for (size_t f = 0; f < PLOT_FORMATS; f++) {
        plot_file(file, chart->name, plot_format_names[f]);
        unlinkat(plot->charts, file, 0);
    }
    plot_file(file, chart->name, "csv");
    unlinkat(plot->charts, file, 0);
}

/* Whether what is drawn now is what was drawn before: then pictures in other formats stay. */
static bool plot_same_data(const struct plot *plot, const char *file)
{
    char old[4096], new[4096];
    const int a = openat(plot->charts, file, O_RDONLY | O_CLOEXEC);
    const int b = openat(plot->making, file, O_RDONLY | O_CLOEXEC);
    bool same = a >= 0 && b >= 0;
    for (ssize_t got = 1; same && got > 0;) {
        got = read(a, old, sizeof old);
        same = got >= 0 && read(b, new, sizeof new) == got && memcmp(old, new, (size_t)got) == 0;
    }
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

static bool plot_wants(const struct plot *plot, size_t format)
{
    const unsigned formats =
        plot->options->formats ? plot->options->formats : 1u << PLOT_SVG | 1u << PLOT_PNG;
    return formats >> format & 1;
}

static int plot_picture(struct plot *plot, const struct chart *chart, const char *gnuplot,
                        const char *script, const char *format)
{
    char data[PLOT_FILE], picture[PLOT_FILE];
    struct stat made;
    plot_file(data, chart->name, "csv");
    plot_file(picture, chart->name, format);
    const int code = gnuplot_run(gnuplot, plot->making, script, data, picture,
                                 plot_theme_names[plot->options->theme], plot->err);
    if (code == 0 && (fstatat(plot->making, picture, &made, 0) < 0 || made.st_size == 0))
        return error_set(plot->err, -EIO, "gnuplot made no %s", picture);
    return code;
}

/* All pictures are there before the first takes an old one's place. */
static int plot_draw(struct plot *plot, const struct chart *chart, const char *gnuplot)
{
    char script_name[PLOT_FILE], data[PLOT_FILE];
    char *script = NULL;
    plot_file(script_name, chart->name, "gp");
    plot_file(data, chart->name, "csv");
    int code = external_script(&script, script_name, plot->err);
    for (size_t f = 0; code == 0 && f < PLOT_FORMATS; f++)
        if (plot_wants(plot, f))
            code = plot_picture(plot, chart, gnuplot, script, plot_format_names[f]);
    if (code == 0 && !plot_same_data(plot, data))
        plot_forget(plot, chart);
    for (size_t f = 0; code == 0 && f < PLOT_FORMATS; f++)
        if (plot_wants(plot, f))
            code = plot_install(plot, chart->name, plot_format_names[f]);
    if (code == 0)
        code = plot_install(plot, chart->name, "csv");
    free(script);
    return code;
}

static void plot_drawn_note(const struct plot *plot, const struct chart *chart)
{
    char made[64] = "";
    for (size_t f = 0; f < PLOT_FORMATS; f++)
        if (plot_wants(plot, f))
            snprintf(made + strlen(made), sizeof made - strlen(made), "%s.%s", *made ? " and " : "",
                     plot_format_names[f]);
    plot_note(plot, "%s: %s/" PLOT_CHARTS "/%s%s", chart->what, plot->folder, chart->name, made);
}

static int plot_chart(struct plot *plot, const struct chart *chart, const struct chart_data *data,
                      const char *gnuplot)
{
    const char *missing = charts_missing(chart, data);
    if (missing) {
        /* A comparison with other folders is no part of what this one's rows say. */
        if (!chart->several)
            plot_forget(plot, chart);
        if (plot->options->all_notes && !(chart->several && plot->later))
            plot_note(plot, "%s: not drawn: %s", chart->what, missing);
        return 0;
    }
    const int code = plot_write(plot, chart, data);
    if (code != 0)
        return code;
    if (!gnuplot) { /* the figures are left, to be drawn by hand elsewhere */
        plot_forget(plot, chart);
        return plot_install(plot, chart->name, "csv");
    }
    const int drawn = plot_draw(plot, chart, gnuplot);
    if (drawn == 0)
        plot_drawn_note(plot, chart);
    return drawn;
}

static bool plot_chosen(const struct plot_options *options, size_t chart)
{
    return charts[chart]->write && (!options->charts || options->charts >> chart & 1);
}

static int plot_pictures(struct plot *plot, const struct chart_data *data)
{
    char *gnuplot = NULL;
    int code = plot_open(plot);
    if (code == 0) {
        struct error missing = {""};
        const int found = gnuplot_find(&gnuplot, &missing);
        for (size_t i = 0; code == 0 && i < CHARTS_COUNT; i++)
            if (plot_chosen(plot->options, i))
                code = plot_chart(plot, charts[i], data, gnuplot);
        if (code == 0 && found != 0)
            code = error_set(plot->err, found, "%s", missing.text);
    }
    plot_close(plot);
    free(gnuplot);
    return code;
}

/* --- on a terminal --- */

static int plot_print_chart(const struct plot *plot, const struct chart *chart,
                            const struct chart_data *data)
{
    char title[CHART_TITLE], origin[CHART_NOTE];
    const char *missing = charts_missing(chart, data);
    if (!missing && !chart->print)
        missing = "there is no text form of it; draw it: bench plot without --terminal";
    if (missing) {
        if (plot->options->all_notes && !(chart->several && plot->later))
            plot_note(plot, "%s: not drawn: %s", chart->what, missing);
        return 0;
    }
    printf("%s\n%s\n\n", chart->title(title, sizeof title, data),
           chart_origin(origin, sizeof origin, data));
    const int code = chart->print(stdout, data, plot->options->width);
    putchar('\n');
    return code < 0 ? error_set(plot->err, code, "no memory for a chart") : 0;
}

static int plot_print(const struct plot *plot, const struct chart_data *data)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < CHARTS_COUNT; i++)
        if (plot_chosen(plot->options, i))
            code = plot_print_chart(plot, charts[i], data);
    if (code == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        return error_set(plot->err, -EIO, "the charts could not be written: %s", strerror(errno));
    return code;
}

/* --- what they are drawn from --- */

static bool plot_takes_tasks(const struct plot_options *options)
{
    for (size_t i = 0; i < CHARTS_COUNT; i++)
        if (plot_chosen(options, i) && charts[i]->tasks)
            return true;
    return false;
}

static int plot_tasks(struct plot *plot, struct texts *texts, struct task_cell **cells,
                      size_t *count)
{
    char path[4096];
    if (!plot_takes_tasks(plot->options))
        return 0;
    if (folder_path(plot->folder, "tasks.csv", path, sizeof path) < 0)
        return error_set(plot->err, -EINVAL, "the folder's name is too long");
    const int code = tasks_read(path, texts, cells, count, plot->err);
    return code == -ENOENT ? 0 : code;
}

static int plot_run(struct plot *plot, const struct compared_run *runs, size_t run_count,
                    struct texts *texts)
{
    struct task_cell *tasks = NULL;
    struct chart_data data = {
        .table = &runs->table, .machine = runs->machine, .runs = runs, .run_count = run_count};
    int code = plot_tasks(plot, texts, &tasks, &data.task_cells);
    data.tasks = tasks;
    if (code == 0)
        code = plot->options->width > 0 ? plot_print(plot, &data) : plot_pictures(plot, &data);
    tasks_read_free(tasks, data.task_cells);
    return code;
}

/* Those that can be read stand one after another, in their order. Returns how many. */
static size_t plot_load(struct compared_run *runs, const char *const *folders, size_t count,
                        struct texts *texts, int *failed, plot_complaint *complain, void *user)
{
    size_t loaded = 0;
    for (size_t i = 0; i < count; i++) {
        struct error err;
        const int code = compare_load(&runs[loaded], NULL, folders[i], texts, &err);
        if (code < 0 && complain)
            complain(user, err.text);
        if (code < 0 && *failed == 0)
            *failed = code;
        loaded += code == 0;
    }
    return loaded;
}

int plot_folders(const char *const *folders, size_t count, const struct plot_options *options,
                 void (*notes)(const char *line), plot_complaint *complain, void *user)
{
    struct compared_run *runs = calloc(count, sizeof *runs);
    struct texts *texts = texts_new();
    int failed = runs && texts ? 0 : -ENOMEM;
    const size_t loaded =
        failed ? 0 : plot_load(runs, folders, count, texts, &failed, complain, user);
    for (size_t i = 0; i < loaded; i++) {
        struct error err;
        struct plot plot = {runs[i].folder, options, i > 0, -1, -1, -1, "", notes, &err};
        const int code = plot_run(&plot, &runs[i], i == 0 ? loaded : 1, texts);
        if (code < 0 && complain)
            complain(user, err.text);
        if (code < 0 && failed == 0)
            failed = code;
    }
    for (size_t i = 0; i < loaded; i++)
        compare_unload(&runs[i]);
    texts_free(texts);
    free(runs);
    return failed;
}

static void plot_keep(void *user, const char *line)
{
    error_set(user, -1, "%s", line);
}

int plot_folder(const char *folder, void (*notes)(const char *line), struct error *err)
{
    const struct plot_options options = {0};
    error_set(err, -ENOMEM, "no memory for the charts of %s", folder);
    return plot_folders(&folder, 1, &options, notes, plot_keep, err);
}
