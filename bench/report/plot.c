#include "bench/report/plot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/charts.h"
#include "bench/report/charts_folder.h"
#include "bench/report/external.h"
#include "bench/report/fold.h"
#include "bench/report/gnuplot.h"
#include "bench/report/task_files.h"
#include "bench/results/text.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"

const char *const plot_format_names[PLOT_FORMATS + 1] = {"svg", "png", "pdf", NULL};
const char *const plot_theme_names[] = {"light", "dark", NULL};

/* How a picture ends that is whole. gnuplot does not look whether what it wrote had room. */
static const char *const plot_endings[PLOT_FORMATS] = {"</svg>", "IEND\xae\x42\x60\x82", "%%EOF"};

struct plot {
    const char *folder;
    const struct plot_options *options;
    bool later; /* not the first one of several: what compares them is drawn there */
    struct charts_folder place;
    void (*notes)(const char *line);
    struct error *err;
};

__attribute__((format(printf, 2, 3))) static void plot_note(const struct plot *plot,
                                                            const char *format, ...)
{
    char line[4096 + 256];
    va_list args;
    if (!plot->notes)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    plot->notes(text_clean(line));
}

/* --- pictures --- */

static int plot_write(const struct plot *plot, const struct chart *chart,
                      const struct chart_data *data)
{
    char file[CHARTS_FILE];
    FILE *out =
        charts_folder_create(&plot->place, charts_file(file, chart->name, "csv"), plot->err);
    if (!out)
        return -EIO;
    errno = 0;
    int code = chart->write(out, data);
    if (code == 0 && fflush(out) != 0)
        code = -EIO;
    if (code == -EIO && errno != 0)
        code = -errno;
    fclose(out);
    return code == 0 ? 0
                     : error_set(plot->err, code, "cannot write %s/" CHARTS_FOLDER "/%s: %s",
                                 plot->folder, file, strerror(-code));
}

/* Pictures of an earlier drawing would belong to other rows. */
static void plot_forget(const struct plot *plot, const struct chart *chart)
{
    char file[CHARTS_FILE];
    for (size_t f = 0; f < PLOT_FORMATS; f++)
        charts_folder_forget(&plot->place, charts_file(file, chart->name, plot_format_names[f]));
    charts_folder_forget(&plot->place, charts_file(file, chart->name, "csv"));
}

static bool plot_wants(const struct plot *plot, size_t format)
{
    const unsigned formats =
        plot->options->formats ? plot->options->formats : 1u << PLOT_SVG | 1u << PLOT_PNG;
    return formats >> format & 1;
}

static int plot_picture(const struct plot *plot, const struct chart *chart,
                        const struct chart_data *shown, const char *gnuplot, const char *script,
                        size_t format)
{
    char data[CHARTS_FILE], picture[CHARTS_FILE], title[CHART_TITLE];
    charts_file(data, chart->name, "csv");
    charts_file(picture, chart->name, plot_format_names[format]);
    const int code = gnuplot_run(gnuplot, plot->place.making, script, data, picture,
                                 plot_theme_names[plot->options->theme], plot->err);
    if (code == 0 && !charts_folder_ends(&plot->place, picture, plot_endings[format]))
        return error_set(plot->err, -EIO, "gnuplot made no whole %s: is there room for it in %s?",
                         picture, plot->folder);
    if (code == 0 && format == PLOT_SVG)
        return charts_folder_refine(&plot->place, picture, chart->title(title, sizeof title, shown),
                                    plot->err);
    return code;
}

static int plot_install(const struct plot *plot, const struct chart *chart, const char *suffix)
{
    char file[CHARTS_FILE];
    return charts_folder_install(&plot->place, charts_file(file, chart->name, suffix), plot->err);
}

/* All pictures are there before the first takes an old one's place. Those in other formats stay
 * where they show the same data. */
static int plot_draw(const struct plot *plot, const struct chart *chart,
                     const struct chart_data *shown, const char *gnuplot)
{
    char script_name[CHARTS_FILE], data[CHARTS_FILE];
    char *script = NULL;
    charts_file(data, chart->name, "csv");
    int code = external_script(&script, charts_file(script_name, chart->name, "gp"), plot->err);
    for (size_t f = 0; code == 0 && f < PLOT_FORMATS; f++)
        if (plot_wants(plot, f))
            code = plot_picture(plot, chart, shown, gnuplot, script, f);
    if (code == 0 && !charts_folder_same(&plot->place, data))
        plot_forget(plot, chart);
    for (size_t f = 0; code == 0 && f < PLOT_FORMATS; f++)
        if (plot_wants(plot, f))
            code = plot_install(plot, chart, plot_format_names[f]);
    if (code == 0)
        code = plot_install(plot, chart, "csv");
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
    plot_note(plot, "%s: %s/" CHARTS_FOLDER "/%s%s", chart->what, plot->folder, chart->name, made);
}

static void plot_left_out_note(const struct plot *plot, const struct chart *chart,
                               const char *missing)
{
    if (plot->options->all_notes && !(chart->several && plot->later))
        plot_note(plot, "%s: not drawn: %s", chart->what, missing);
}

static int plot_chart(const struct plot *plot, const struct chart *chart,
                      const struct chart_data *data, const char *gnuplot)
{
    const char *missing = charts_missing(chart, data);
    if (missing) {
        /* A comparison with other folders is no part of what this one's rows say. */
        if (!chart->several)
            plot_forget(plot, chart);
        plot_left_out_note(plot, chart, missing);
        return 0;
    }
    const int code = plot_write(plot, chart, data);
    if (code != 0)
        return code;
    if (!gnuplot) { /* the figures are left, to be drawn by hand elsewhere */
        char figures[CHARTS_FILE];
        if (!charts_folder_same(&plot->place, charts_file(figures, chart->name, "csv")))
            plot_forget(plot, chart);
        return plot_install(plot, chart, "csv");
    }
    const int drawn = plot_draw(plot, chart, data, gnuplot);
    if (drawn == 0)
        plot_drawn_note(plot, chart);
    return drawn;
}

static bool plot_chosen(const struct plot_options *options, size_t chart)
{
    return !options->charts || options->charts >> chart & 1;
}

static int plot_all(const struct plot *plot, const struct chart_data *data)
{
    char *gnuplot = NULL;
    struct error missing = {""};
    int code = 0;
    const int found = gnuplot_find(&gnuplot, &missing);
    if (interrupt_came())
        code = error_set(plot->err, -EINTR, "interrupted");
    for (size_t i = 0; code == 0 && i < CHARTS_COUNT; i++) {
        if (plot_chosen(plot->options, i))
            code = plot_chart(plot, charts[i], data, gnuplot);
        if (code == 0 && interrupt_came())
            code = error_set(plot->err, -EINTR, "interrupted");
    }
    if (code == 0 && found != 0)
        code = error_set(plot->err, found, "%s", missing.text);
    free(gnuplot);
    return code;
}

/* A chart that is being made must not stay lying about, nor gnuplot go on drawing. Without a guard,
 * a kill -9 leaves what the next drawing clears away. */
static int plot_pictures(struct plot *plot, const struct chart_data *data)
{
    struct interrupt held;
    struct guard *guard = NULL;
    const char *call;
    guard_start(&guard, &call);
    interrupt_hold(&held);
    int code = charts_folder_open(&plot->place, plot->folder, plot->err);
    if (code == 0)
        code = plot_all(plot, data);
    charts_folder_close(&plot->place);
    interrupt_release(&held);
    guard_end(guard);
    return code;
}

/* --- on a terminal --- */

static int plot_print_chart(const struct plot *plot, const struct chart *chart,
                            const struct chart_data *data)
{
    char title[CHART_TITLE], origin[CHART_NOTE];
    const char *missing = charts_missing(chart, data);
    if (missing) {
        plot_left_out_note(plot, chart, missing);
        return 0;
    }
    const int width = (int)plot->options->width;
    fold_text_within(stdout, chart->title(title, sizeof title, data), 0, 0, width);
    fold_text_within(stdout, chart_origin(origin, sizeof origin, data), 0, 0, width);
    putchar('\n');
    const int code = chart->print(stdout, data, plot->options->width);
    putchar('\n');
    if (code == -ENOMEM)
        return error_set(plot->err, code, "no memory for a chart");
    return code < 0
               ? error_set(plot->err, code, "the charts could not be written: %s", strerror(errno))
               : 0;
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

static bool plot_compares(const struct plot_options *options)
{
    for (size_t i = 0; i < CHARTS_COUNT; i++)
        if (plot_chosen(options, i) && charts[i]->several)
            return true;
    return false;
}

/* The first one of `runs`, and the others beside it. */
static int plot_run(struct plot *plot, const struct compared_run *runs, size_t run_count,
                    struct texts *texts)
{
    struct task_files files = {.tasks = NULL};
    struct comparison *compared = NULL;
    struct error broken;
    const int readable =
        plot_takes_tasks(plot->options) ? task_files_read(&files, plot->folder, texts, &broken) : 0;
    struct chart_data data = {.table = &runs->table,
                              .machine = runs->machine,
                              .tasks = files.tasks,
                              .task_cells = files.task_cells,
                              .states = files.states,
                              .state_cells = files.state_cells};
    int code = 0;
    if (run_count > 1 && plot_compares(plot->options)) {
        code = compare_with_first(&compared, runs, run_count, &judge_default, NULL);
        if (code < 0)
            error_set(plot->err, code, "no memory to compare %zu runs", run_count);
        data.compared = compared;
        data.compared_count = run_count - 1;
    }
    if (code == 0)
        code = plot->options->width > 0 ? plot_print(plot, &data) : plot_pictures(plot, &data);
    compare_list_free(compared, run_count - 1);
    task_files_free(&files);
    return code == 0 && readable < 0 ? error_set(plot->err, readable, "%s", broken.text) : code;
}

/* Those that can be read stand one after another, in their order. Returns how many. A name that
 * leads to no results was mistyped, like an option. */
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
            *failed = code == -ENOENT || code == -ENOTDIR ? -EINVAL : code;
        loaded += code == 0;
    }
    compare_tell_apart(runs, loaded);
    return loaded;
}

int plot_folders(const char *const *folders, size_t count, const struct plot_options *options,
                 void (*notes)(const char *line), plot_complaint *complain, void *user)
{
    struct compared_run *runs = calloc(count, sizeof *runs);
    struct texts *texts = texts_new();
    int failed = runs && texts ? 0 : -ENOMEM, code = 0;
    const size_t loaded =
        failed ? 0 : plot_load(runs, folders, count, texts, &failed, complain, user);
    /* Without the first one, there is nothing to compare the others with. */
    const bool base = loaded > 0 && runs[0].folder == folders[0];
    for (size_t i = 0; i < loaded && code != -EINTR; i++) {
        struct error err;
        struct plot plot = {.folder = runs[i].folder,
                            .options = options,
                            .later = i > 0,
                            .notes = notes,
                            .err = &err};
        code = plot_run(&plot, &runs[i], i == 0 && base ? loaded : 1, texts);
        if (code < 0 && complain)
            complain(user, err.text);
        if (code == -EINTR || (code < 0 && failed == 0))
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
