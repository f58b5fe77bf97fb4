/* report_work.c - who won, and the figures of every cell. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/cell_text.h"
#include "bench/report/html.h"
#include "bench/report/report_page.h"
#include "bench/report/scaling.h"

void report_verdicts(FILE *out, const struct cell_table *table)
{
    char sentence[1024], work[CELL_WORK];
    fputs("<ul>\n", out);
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        fputs("<li><span class=\"verdict\">", out);
        html_text(out, group->first->workload);
        fputs(": ", out);
        html_text(out, verdict_sentence(sentence, sizeof sentence, group));
        fputs("</span> <span class=\"soft\">(", out);
        html_text(out, cell_text_work(work, sizeof work, group->first));
        fputs(")</span></li>\n", out);
    }
    fputs("</ul>\n", out);
}

/* A figure, with its number for sorting. */
static void work_figure(FILE *out, const char *text, double value)
{
    fputs("<td", out);
    if (!isnan(value))
        fprintf(out, " data-value=\"%.15g\"", value);
    fputc('>', out);
    html_text(out, text);
    fputs("</td>", out);
}

static void work_row(FILE *out, const struct cell_group *group, const struct cell_figures *cell)
{
    struct cell_text text;
    cell_text_of(&text, group, cell);
    const bool won = verdict_of(group) == VERDICT_WINNER && cell == group->best;
    fprintf(out, "<tr%s><th scope=\"row\">", won ? " class=\"best\"" : "");
    html_text(out, text.mode);
    fputs(won ? " (winner)</th>" : "</th>", out);
    work_figure(out, text.workers, (double)cell->key->workers);
    work_figure(out, text.wall, cell->wall_ns);
    work_figure(out, text.interval,
                cell->wall_interval.exists ? cell->wall_interval.lo : (double)NAN);
    work_figure(out, text.speedup, cell->speedup);
    work_figure(out, text.distance, cell->distance);
    work_figure(out, text.cpus, cell->cpu_use);
    work_figure(out, text.memory, cell->peak_bytes);
    work_figure(out, text.runs, (double)cell->runs);
    fputs("</tr>\n", out);
}

static void work_table(FILE *out, const struct cell_group *group)
{
    static const char *const heads[] = {"Mode",           "Workers",     "Median wall time",
                                        "95% interval",   "Speed-up",    "Over ideal",
                                        "CPUs kept busy", "Peak memory", "Runs"};
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Cells of ", out);
    html_text(out, group->first->workload);
    fputs("\"><table class=\"sortable\">\n<caption>One row for each way of doing it, the fastest "
          "first</caption>\n<thead><tr>",
          out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        fprintf(out, "<th scope=\"col\">%s</th>", heads[i]);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < group->count; i++)
        work_row(out, group, &group->cells[i]);
    fputs("</tbody></table></div>\n", out);
}

static int work_scaling(FILE *out, const struct cell_group *group)
{
    const size_t room = group->count / 2;
    struct scaling *lines = room ? calloc(room, sizeof *lines) : NULL;
    const int count = !room ? 0 : lines ? scaling_of(group, lines, room) : -ENOMEM;
    for (int i = 0; i < count; i++)
        html_element(out, "p", "", lines[i].sentence);
    free(lines);
    return count < 0 ? count : 0;
}

static int work_group(FILE *out, const struct cell_group *group)
{
    char text[CELL_WORK > CELL_TROUBLE ? CELL_WORK : CELL_TROUBLE];
    html_element(out, "h3", "", group->first->workload);
    html_element(out, "p", " class=\"soft\"", cell_text_work(text, sizeof text, group->first));
    html_element(out, "p", " class=\"verdict\"", verdict_sentence(text, sizeof text, group));
    work_table(out, group);
    if (*group->bound)
        html_element(out, "p", "", group->bound);
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            html_element(out, "p", "",
                         cell_text_trouble(text, sizeof text, group, &group->cells[i]));
    return work_scaling(out, group);
}

int report_work(FILE *out, const struct cell_table *table)
{
    int code = 0;
    for (size_t g = 0; g < table->count && code == 0; g++)
        code = work_group(out, &table->groups[g]);
    return code;
}
