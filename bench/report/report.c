#include "bench/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/external.h"
#include "bench/report/gnuplot.h"
#include "bench/report/html.h"
#include "bench/report/report_page.h"
#include "bench/report/task_files.h"
#include "bench/results/machine_file.h"

struct report {
    FILE *out;
    struct report_run *runs;
    size_t count;
    struct task_files files;   /* of the first run, */
    struct chart_data data;    /* as this is */
    struct report_part *parts; /* its workloads */
    size_t part_count;
    struct report_charts charts; /* of all of them */
    struct comparison *compared; /* the others beside it */
    char *style, *script;        /* texts of scripts/report.css and .js */
    struct report_drawer gnuplot, lstopo;
};

/* --- what it is made from --- */

static int report_load_run(struct report_run *run, struct compared_run *compared,
                           const char *folder, struct texts *texts, struct error *err)
{
    int code = compare_load(compared, NULL, folder, texts, err);
    if (code < 0)
        return code;
    run->run = compared;
    code = claims_read(folder, texts, &run->claims, &run->claim_count, err);
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

/* A workload's name may be any text, and so is no address. */
static void report_contents(const struct report *report)
{
    FILE *out = report->out;
    fputs("<nav aria-label=\"Contents\"><p>", out);
    fputs("<a href=\"#verdict\">Verdict</a> &middot; ", out);
    if (report->count > 1)
        fputs("<a href=\"#comparison\">Comparison</a> &middot; ", out);
    fputs("<a href=\"#work\">Workloads</a> &middot; ", out);
    if (report->runs->claim_count > 0)
        fputs("<a href=\"#claims\">Claims</a> &middot; ", out);
    fputs("<a href=\"#machine\">Machine</a> &middot; <a href=\"#reading\">How to read this"
          "</a></p>\n",
          out);
    fputs(report->part_count ? "<p>Workloads: " : "", out);
    for (size_t i = 0; i < report->part_count; i++) {
        fprintf(out, "%s<a href=\"#work%zu\">", i ? " &middot; " : "", i + 1);
        html_text(out, report->parts[i].table.groups->first->workload);
        fputs("</a>", out);
    }
    fputs(report->part_count ? "</p></nav>\n" : "</nav>\n", out);
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

/* That was asked for; 0 where it is not known or no such number. */
static double report_precision(const json_t *machine)
{
    const json_t *fact = machine ? machine_fact(machine, "run.precision") : NULL;
    const double precision = json_is_number(fact) ? json_number_value(fact) : 0;
    return precision > 0 && precision < 10 ? precision : 0;
}

static void report_unread(FILE *out, const char *file, const struct error *why)
{
    if (!*why->text)
        return;
    fprintf(out, "<p>What is drawn from %s is missing, for it could not be read: ", file);
    html_text(out, why->text);
    fputs("</p>\n", out);
}

static int report_workloads(const struct report *report)
{
    const double precision = report_precision(report->data.machine);
    FILE *out = report->out;
    int code = 0;
    report_section(out, "work", "Workloads");
    if (!report->gnuplot.path)
        html_element(out, "p", "", report->gnuplot.why.text);
    report_unread(out, "states.csv", &report->files.states_why);
    report_unread(out, "tasks.csv", &report->files.tasks_why);
    for (size_t i = 0; i < report->part_count && code == 0; i++) {
        const struct report_part *part = &report->parts[i];
        fprintf(out, "<h3 id=\"work%zu\">", i + 1);
        html_text(out, part->table.groups->first->workload);
        fputs("</h3>\n", out);
        code = report_work(out, part, &report->charts, precision);
    }
    if (report->gnuplot.path)
        report_charts_left_out(out, &report->data);
    report_end(out);
    return code;
}

static int report_body(const struct report *report, struct error *err)
{
    FILE *out = report->out;
    int code = 0;
    report_section(out, "verdict", "Verdict");
    report_claims_verdict(out, report->runs);
    report_verdicts(out, report->data.table);
    report_end(out);
    if (report->count > 1) {
        report_section(out, "comparison", "Comparison");
        report_charts(out, &report->charts, &report->data);
        code = report_comparisons(out, report->compared, report->count - 1);
        report_end(out);
    }
    code = code < 0 ? code : report_workloads(report);
    if (report->runs->claim_count > 0) {
        report_section(out, "claims", "Claims");
        code = code < 0 ? code : report_claims(out, report->runs);
        report_end(out);
    }
    report_section(out, "machine", report->count > 1 ? "Machines" : "Machine");
    for (size_t i = 0; i < report->count && code == 0; i++)
        code = report_machine(out, report->runs[i].run, report->count == 1, &report->lstopo);
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
        "<p>Every figure was computed from the rows of timings.csv, tasks.csv and states.csv in "
        "the result "
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

static void report_find_drawers(struct report *report)
{
    struct report_drawer *lstopo = &report->lstopo;
    int code = gnuplot_find(&report->gnuplot.path, &report->gnuplot.why);
    report->gnuplot.path = code < 0 ? NULL : report->gnuplot.path;
    code = external_program(&lstopo->path, "lstopo-no-graphics", &lstopo->why);
    if (code == -ENOENT)
        code = external_program(&lstopo->path, "lstopo", &lstopo->why);
    if (code == -ENOENT)
        error_set(&lstopo->why, code,
                  "that needs lstopo where the page is made: apt-get install hwloc-nox");
    lstopo->path = code < 0 ? NULL : lstopo->path;
}

static int report_draw(struct report *report, const struct drawing_way *way, struct error *err)
{
    if (report_parts(&report->parts, &report->part_count, &report->data) < 0)
        return error_set(err, -ENOMEM, "no memory for the workloads");
    if (!report->gnuplot.path)
        return 0;
    if (report_charts_gather(&report->charts, &report->data, report->parts, report->part_count) < 0)
        return error_set(err, -ENOMEM, "no memory for the charts");
    return drawing_all(report->charts.list, report->charts.count, report->gnuplot.path, way, err);
}

static int report_make(struct report *report, const char *const *folders,
                       struct compared_run *compared, struct texts *texts,
                       const struct drawing_way *way, struct report_lack *lack, struct error *err)
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
    compare_tell_apart(compared, report->count);
    code = compare_with_first(&report->compared, compared, report->count, &judge_default, NULL);
    if (code < 0)
        return error_set(err, code, "no memory for the comparison");
    report_find_drawers(report);
    if (!report->gnuplot.path)
        lack->charts = report->gnuplot.why;
    lack->code = task_files_read(&report->files, folders[0], texts, &lack->file);
    report->data = (struct chart_data){.table = &compared->table,
                                       .machine = compared->machine,
                                       .tasks = report->files.tasks,
                                       .task_cells = report->files.task_cells,
                                       .states = report->files.states,
                                       .state_cells = report->files.state_cells,
                                       .compared = report->compared,
                                       .compared_count = report->count - 1};
    code = report_draw(report, way, err);
    return code < 0 ? code : report_page(report, err);
}

int report_write(FILE *out, const char *const *folders, size_t count, const struct drawing_way *way,
                 struct report_lack *lack, struct error *err)
{
    struct report report = {.out = out, .count = count, .runs = calloc(count, sizeof *report.runs)};
    struct compared_run *compared = calloc(count, sizeof *compared);
    struct texts *texts = texts_new();
    *lack = (struct report_lack){.code = 0};
    const int code = report.runs && compared && texts
                         ? report_make(&report, folders, compared, texts, way, lack, err)
                         : error_set(err, -ENOMEM, "no memory");
    for (size_t i = 0; report.runs && compared && i < count; i++) {
        free(report.runs[i].claims);
        if (report.runs[i].run)
            compare_unload(&compared[i]);
    }
    compare_list_free(report.compared, count - 1);
    task_files_free(&report.files);
    drawing_free(report.charts.list, report.charts.count);
    free(report.parts);
    free(report.runs);
    free(compared);
    free(report.style);
    free(report.script);
    free(report.gnuplot.path);
    free(report.lstopo.path);
    texts_free(texts);
    return code;
}
