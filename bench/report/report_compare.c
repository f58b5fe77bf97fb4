/* report_compare.c - other runs beside the first one. */
#include <errno.h>
#include <math.h>

#include "bench/report/compare_words.h"
#include "bench/report/html.h"
#include "bench/report/machine_diff.h"
#include "bench/report/report_page.h"

static void compare_cell_of(FILE *out, const char *text, double value, const char *class)
{
    fprintf(out, "<td%s", class);
    if (!isnan(value))
        fprintf(out, " data-value=\"%.15g\"", value);
    fputc('>', out);
    for (; *text; text++) { /* where it may be broken */
        const char one[2] = {*text == '\n' ? ' ' : *text, '\0'};
        html_text(out, one);
    }
    fputs("</td>", out);
}

static void compare_row(FILE *out, const struct comparison *comparison,
                        const struct compared_cell *cell)
{
    char text[128];
    const struct judge_pair *pair = &cell->pair;
    fprintf(out, "<tr%s><th scope=\"row\">",
            pair->judged == JUDGED_FASTER   ? " class=\"better\""
            : pair->judged == JUDGED_SLOWER ? " class=\"worse\""
                                            : "");
    html_text(out, cell->name);
    fputs("</th>", out);
    compare_cell_of(out, words_median(text, sizeof text, cell->a), cell->a->wall_ns, "");
    compare_cell_of(out, words_median(text, sizeof text, cell->b), cell->b->wall_ns, "");
    compare_cell_of(out, words_ratio(text, sizeof text, pair->ratio, &pair->interval), pair->ratio,
                    "");
    compare_cell_of(out, words_p(text, sizeof text, pair->p), pair->p, "");
    compare_cell_of(out,
                    words_verdict(text, sizeof text, pair, comparison->b->label, &judge_default),
                    (double)NAN, " class=\"words mark\"");
    fputs("</tr>\n", out);
}

static void compare_table(FILE *out, const struct comparison *comparison)
{
    fputs(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Cells of both\"><table "
        "class=\"sortable\">\n<caption>Wall times; the ratio is the second over the first, below "
        "1 is faster</caption>\n<thead><tr><th scope=\"col\">Cell</th><th scope=\"col\">",
        out);
    html_text(out, comparison->a->label);
    fputs("</th><th scope=\"col\">", out);
    html_text(out, comparison->b->label);
    fputs("</th><th scope=\"col\">Ratio (95%)</th><th scope=\"col\">p</th>"
          "<th scope=\"col\" class=\"words\">Verdict</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < comparison->count; i++)
        compare_row(out, comparison, &comparison->cells[i]);
    fputs("</tbody></table></div>\n", out);
}

static int compare_differences(FILE *out, const struct comparison *comparison)
{
    struct machine_diff diff;
    const int code = machine_diff_make(&diff, comparison->a->machine, comparison->b->machine);
    if (code < 0)
        return code;
    if (!diff.known_a || !diff.known_b) {
        fputs("<p>How the machines differ is not known: a machine.json is missing.</p>\n", out);
    } else if (diff.count == 0) {
        fputs("<p>Machines and builds do not differ in anything that is recorded.</p>\n", out);
    } else {
        fputs("<p>What differs between machines and builds:</p>\n<ul>\n", out);
        for (size_t i = 0; i < diff.count; i++) {
            fputs("<li>", out);
            html_text(out, diff.list[i].label);
            fputs(": ", out);
            html_text(out, diff.list[i].a);
            fputs(" / ", out);
            html_text(out, diff.list[i].b);
            fputs("</li>\n", out);
        }
        fputs("</ul>\n", out);
    }
    machine_diff_free(&diff);
    return 0;
}

static int compare_one(FILE *out, const struct comparison *comparison)
{
    char factor[32], work[256];
    fputs("<h3>", out);
    html_text(out, comparison->b->label);
    fputs(" against ", out);
    html_text(out, comparison->a->label);
    fputs("</h3>\n", out);
    if (comparison->count > 0) {
        fputs("<p class=\"verdict\">Geometric mean of the ratios: ", out);
        html_text(out, words_factor(factor, sizeof factor, comparison->geomean));
        fprintf(out, " over %zu cell%s.</p>\n", comparison->count,
                comparison->count == 1 ? "" : "s");
        compare_table(out, comparison);
    } else {
        fputs("<p>They have no measured cell of the same work and way in common.</p>\n", out);
    }
    if (comparison->refused_count > 0)
        fputs("<ul>\n", out);
    for (size_t i = 0; i < comparison->refused_count; i++) {
        snprintf(work, sizeof work, "%.100s: not the same work: %.120s",
                 comparison->refused[i].name, comparison->refused[i].reason);
        html_element(out, "li", "", work);
    }
    fputs(comparison->refused_count > 0 ? "</ul>\n" : "", out);
    if (comparison->missing_a_count + comparison->missing_b_count > 0)
        fprintf(out,
                "<p class=\"soft\">Measured in the first only: %zu; in the second only: "
                "%zu.</p>\n",
                comparison->missing_b_count, comparison->missing_a_count);
    return compare_differences(out, comparison);
}

int report_comparisons(FILE *out, const struct report_run *runs, size_t count)
{
    int code = 0;
    for (size_t r = 1; r < count && code == 0; r++) {
        struct comparison comparison;
        code = compare_make(&comparison, runs[0].run, runs[r].run, &judge_default, NULL);
        if (code < 0)
            return code;
        code = compare_one(out, &comparison);
        compare_free(&comparison);
    }
    return code;
}
