#include "bench/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/external.h"
#include "bench/report/gnuplot.h"
#include "bench/report/html.h"
#include "bench/report/report_page.h"
#include "bench/results/folder.h"

struct report {
    FILE *out;
    struct report_run *runs;
    size_t count;
    struct chart_data data; /* of the first run */
    char *style, *script;   /* texts of scripts/report.css and .js */
    char *gnuplot;
    const char *no_charts; /* why, where gnuplot is NULL */
};

/* --- what it is made from --- */

static int report_load_run(struct report_run *run, struct compared_run *compared,
                           const char *folder, struct texts *texts, struct error *err)
{
    char path[4096];
    int code = compare_load(compared, NULL, folder, texts, err);
    if (code < 0)
        return code;
    run->run = compared;
    if (folder_path(folder, "tasks.csv", path, sizeof path) < 0)
        return error_set(err, -EINVAL, "the folder's name is too long");
    code = tasks_read(path, texts, &run->tasks, &run->task_cells, err);
    return code == -ENOENT ? 0 : code;
}

/* A whole file of ours. */
static int report_text(char **text, const char *name, struct error *err)
{
    char *path = NULL;
    size_t room = 0;
    int code = external_script(&path, name, err);
    if (code < 0)
        return code;
    FILE *file = fopen(path, "re");
    code = file && getdelim(text, &room, '\0', file) > 0
               ? 0
               : error_set(err, -EIO, "cannot read %s: %s", path, strerror(errno));
    if (file)
        fclose(file);
    free(path);
    return code;
}

/* --- the page --- */

static void report_head(const struct report *report)
{
    FILE *out = report->out;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
          "data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
          "form-action 'none'\">\n<meta name=\"color-scheme\" content=\"light "
          "dark\">\n<title>bench: ",
          out);
    html_text(out, report->runs[0].run->label);
    /* An icon of its own, so that no browser asks the network for one. */
    fprintf(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n%s</style>\n</head>\n",
            report->style);
}

static void report_contents(const struct report *report)
{
    FILE *out = report->out;
    fputs("<nav aria-label=\"Contents\"><p>", out);
    fputs("<a href=\"#verdict\">Verdict</a> &middot; ", out);
    if (report->count > 1)
        fputs("<a href=\"#comparison\">Comparison</a> &middot; ", out);
    fputs("<a href=\"#charts\">Charts</a> &middot; <a href=\"#work\">Figures</a> &middot; "
          "<a href=\"#machine\">Machine</a> &middot; <a href=\"#reading\">How to read this"
          "</a></p></nav>\n",
          out);
}

static void report_section(FILE *out, const char *id, const char *title)
{
    fprintf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id, title);
}

static void report_end(FILE *out)
{
    fputs("</section>\n", out);
}

static void report_top(const struct report *report)
{
    char origin[CHART_NOTE];
    FILE *out = report->out;
    fputs("<body>\n<a class=\"skip\" href=\"#verdict\">To the verdict</a>\n<header>\n<h1>", out);
    html_text(out, report->runs[0].run->label);
    for (size_t i = 1; i < report->count; i++) {
        fputs(i == 1 ? ", compared with " : ", ", out);
        html_text(out, report->runs[i].run->label);
    }
    fputs("</h1>\n", out);
    html_element(out, "p", " class=\"soft\"", chart_origin(origin, sizeof origin, &report->data));
    report_contents(report);
    fputs("</header>\n<main>\n", out);
}

static int report_body(const struct report *report, struct error *err)
{
    FILE *out = report->out;
    int code = 0;
    report_section(out, "verdict", "Verdict");
    report_verdicts(out, report->data.table);
    report_end(out);
    if (report->count > 1) {
        report_section(out, "comparison", "Comparison");
        code = report_comparisons(out, report->runs, report->count);
        report_end(out);
    }
    if (code < 0)
        return error_set(err, code, "no memory for the comparison");
    report_section(out, "charts", "Charts");
    code = report_charts(out, &report->data, report->gnuplot, report->no_charts, err);
    report_end(out);
    if (code < 0)
        return code;
    report_section(out, "work", "Figures");
    code = report_work(out, report->data.table);
    report_end(out);
    report_section(out, "machine", "Machine");
    code = code < 0 ? code : report_machine(out, &report->data);
    report_end(out);
    report_section(out, "reading", "How to read this");
    report_reading(out);
    report_end(out);
    return code < 0 ? error_set(err, code, "no memory for the page") : 0;
}

void report_reading(FILE *out)
{
    fputs(
        "<p>Each <em>cell</em> is one way (a mode, with its wait and its workers) of doing one "
        "piece "
        "of work. Cells ran in blocks: every block runs each of them once, in an order drawn anew, "
        "so that what slows the machine for a while slows all alike.</p>\n"
        "<p>The wall time is the median of the repetitions, from before the first worker is made "
        "until the last task has ended. The interval is the exact 95% interval of that median; it "
        "takes six repetitions or more.</p>\n"
        "<p>A <em>winner</em> is named only where every rival is seen to be slower: by a paired "
        "test "
        "over the blocks, corrected for the number of comparisons, and by more than 2%. <em>Equal"
        "</em> is said where the difference is known to be smaller than that. All else is too "
        "close "
        "to call, which is no proof of being equal.</p>\n"
        "<p><em>Speed-up</em> is over the serial run of the same work. <em>Over ideal</em> is the "
        "distance from the bound that the cores, the work and its longest task set. <em>CPUs kept "
        "busy</em> is CPU time over wall time. <em>Peak memory</em> is the sum of the processes' "
        "proportional set sizes, from warm-up runs.</p>\n"
        "<p>Every figure was computed from the rows of timings.csv and tasks.csv in the result "
        "folder; what is unknown there is unknown here.</p>\n",
        out);
}

static int report_page(const struct report *report, struct error *err)
{
    report_head(report);
    report_top(report);
    const int code = report_body(report, err);
    fprintf(report->out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", report->script);
    return code;
}

static int report_make(struct report *report, const char *const *folders,
                       struct compared_run *compared, struct texts *texts, struct error *warning,
                       struct error *err)
{
    int code = 0;
    for (size_t i = 0; i < report->count && code == 0; i++)
        code = report_load_run(&report->runs[i], &compared[i], folders[i], texts, err);
    if (code == 0)
        code = report_text(&report->style, "report.css", err);
    if (code == 0)
        code = report_text(&report->script, "report.js", err);
    if (code < 0)
        return code;
    if (gnuplot_find(&report->gnuplot, warning) != 0)
        report->no_charts = warning->text;
    report->data = (struct chart_data){.table = &compared->table,
                                       .machine = compared->machine,
                                       .tasks = report->runs->tasks,
                                       .task_cells = report->runs->task_cells,
                                       .runs = compared,
                                       .run_count = report->count};
    return report_page(report, err);
}

int report_write(FILE *out, const char *const *folders, size_t count, struct error *warning,
                 struct error *err)
{
    struct report report = {.out = out, .count = count, .runs = calloc(count, sizeof *report.runs)};
    struct compared_run *compared = calloc(count, sizeof *compared);
    struct texts *texts = texts_new();
    warning->text[0] = '\0';
    const int code = report.runs && compared && texts
                         ? report_make(&report, folders, compared, texts, warning, err)
                         : error_set(err, -ENOMEM, "no memory");
    for (size_t i = 0; report.runs && compared && i < count; i++) {
        tasks_read_free(report.runs[i].tasks, report.runs[i].task_cells);
        if (report.runs[i].run)
            compare_unload(&compared[i]);
    }
    free(report.runs);
    free(compared);
    free(report.style);
    free(report.script);
    free(report.gnuplot);
    texts_free(texts);
    return code;
}
