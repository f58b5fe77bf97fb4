/* report_work.c - who won, and the figures of every cell. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/cell_text.h"
#include "bench/report/html.h"
#include "bench/report/page.h"
#include "bench/report/plain.h"
#include "bench/report/report_page.h"
#include "bench/report/scaling.h"
#include "bench/report/summary_observed.h"
#include "bench/report/summary_requests.h"
#include "bench/report/summary_waiting.h"
#include "bench/report/target.h"

/* "mixed share=20%": what tells it from the workload's other pieces of work stands behind the name.
 */
static void work_name(FILE *out, const struct cell_table *table, const struct cell_group *group)
{
    char telling[CHART_CALLED];
    html_text(out, group->first->workload);
    chart_telling(telling, sizeof telling, table, group);
    fputs(*telling ? " " : "", out);
    html_text(out, telling);
}

void report_verdicts(FILE *out, const struct cell_table *table)
{
    char sentence[1024], work[CELL_WORK];
    fputs("<ul>\n", out);
    for (size_t g = 0; g < table->count; g++) {
        const struct cell_group *group = &table->groups[g];
        fputs("<li><span class=\"verdict\">", out);
        work_name(out, table, group);
        fputs(": ", out);
        html_words(out, verdict_sentence(sentence, sizeof sentence, group));
        fputs("</span> <span class=\"soft\">(", out);
        html_text(out, cell_text_work(work, sizeof work, group->first));
        fputs(")</span></li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void work_row(struct page_table *table, const struct cell_group *group,
                     const struct cell_figures *cell)
{
    struct cell_text text;
    char name[VERDICT_NAME + 16];
    cell_text_of(&text, group, cell);
    const bool won = verdict_of(group) == VERDICT_WINNER && cell == group->best;
    snprintf(name, sizeof name, "%s%s", text.mode, won ? " (winner)" : "");
    const char *const texts[] = {name,          text.workers, text.wall,
                                 text.interval, text.speedup, text.distance,
                                 text.cpus,     text.memory,  text.runs};
    const double values[] = {NAN,
                             (double)cell->key->workers,
                             cell->wall_ns,
                             cell->wall_interval.exists ? cell->wall_interval.lo : (double)NAN,
                             cell->speedup,
                             cell->distance,
                             cell->cpu_use,
                             cell->peak_bytes,
                             (double)cell->runs};
    page_table_add(table, won ? PAGE_BEST : PAGE_USUAL, texts);
    page_table_values(table, values);
}

static int work_table(const struct page *page, const struct cell_table *all,
                      const struct cell_group *group)
{
    static const char *const heads[] = {"Mode",           "Workers",     "Median wall time",
                                        "95% interval",   "Speed-up",    "Over ideal",
                                        "CPUs kept busy", "Peak memory", "Runs"};
    char caption[CHART_CALLED + 64], work[CHART_CALLED];
    snprintf(caption, sizeof caption, "Ways of doing %s, the fastest first",
             chart_called(work, sizeof work, all, group));
    struct page_table table = {.columns = sizeof heads / sizeof *heads, .caption = caption};
    page_table_add(&table, PAGE_USUAL, heads);
    for (size_t i = 0; i < group->count; i++)
        work_row(&table, group, &group->cells[i]);
    return page_table_print(page, &table);
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

static int work_group(const struct page *page, const struct cell_table *table,
                      const struct cell_group *group, double precision)
{
    FILE *out = page->out;
    char text[CELL_WORK > CELL_TROUBLE ? CELL_WORK : CELL_TROUBLE];
    html_element(out, "p", " class=\"soft\"", cell_text_work(text, sizeof text, group->first));
    html_element(out, "p", " class=\"verdict\"", verdict_sentence(text, sizeof text, group));
    int code = work_table(page, table, group);
    summary_requests(page, group);
    summary_waiting(page, group);
    summary_observed(page, group);
    if (*group->bound)
        html_element(out, "p", "", group->bound);
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            html_element(out, "p", "",
                         cell_text_trouble(text, sizeof text, group, &group->cells[i]));
    code = code == 0 ? work_scaling(out, group) : code;
    if (*target_sentence(text, sizeof text, group, precision))
        html_element(out, "p", "", text);
    return code;
}

int report_work(FILE *out, const struct report_part *part, const struct report_charts *charts,
                double precision)
{
    const struct cell_table *table = &part->table;
    /* One piece of work alone goes by the workload's heading. */
    const bool several = table->count > 1;
    const struct page page = {.out = out, .form = PAGE_HTML, .heading = several ? 5 : 4};
    int code = 0;
    for (size_t g = 0; g < table->count && code == 0; g++) {
        fputs(several ? "<h4>" : "", out);
        if (several)
            work_name(out, table, &table->groups[g]);
        fputs(several ? "</h4>\n" : "", out);
        code = work_group(&page, table, &table->groups[g], precision);
    }
    if (code == 0 && report_charts_any(charts, &part->data)) {
        fputs("<h4>Charts of ", out);
        html_text(out, table->groups->first->workload);
        fputs("</h4>\n", out);
        report_charts(out, charts, &part->data);
    }
    return code;
}
