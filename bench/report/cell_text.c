#include "bench/report/cell_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/util/units.h"

static void text_figure(char *text, double value, int decimals, const char *unit)
{
    if (isnan(value))
        snprintf(text, CELL_FIGURE, "n/a");
    else
        snprintf(text, CELL_FIGURE, "%.*f%s", decimals, value, unit);
}

/* "+2.3%", and "31.0x" where a percentage would be hard to read. */
static void text_distance(char *text, double distance)
{
    if (distance >= 2)
        text_figure(text, distance + 1, distance < 99 ? 1 : 0, "x");
    else if (isnan(distance))
        text_figure(text, distance, 0, "");
    else
        snprintf(text, CELL_FIGURE, "%+.1f%%", 100 * distance);
}

char *cell_text_time(char text[CELL_FIGURE], double ns)
{
    if (isnan(ns))
        snprintf(text, CELL_FIGURE, "n/a");
    else
        units_human_time(text, CELL_FIGURE, ns);
    return text;
}

void cell_text_of(struct cell_text *line, const struct cell_group *group,
                  const struct cell_figures *cell)
{
    char lo[20], hi[20];
    verdict_name(line->mode, sizeof line->mode, group, cell);
    snprintf(line->workers, sizeof line->workers, "%llu", (unsigned long long)cell->key->workers);
    cell_text_time(line->wall, cell->wall_ns);
    if (cell->wall_interval.exists)
        snprintf(line->interval, sizeof line->interval, "%s .. %s",
                 units_human_time(lo, sizeof lo, cell->wall_interval.lo),
                 units_human_time(hi, sizeof hi, cell->wall_interval.hi));
    else
        snprintf(line->interval, sizeof line->interval, "n/a");
    text_figure(line->speedup, cell->speedup, 2, "x");
    text_distance(line->distance, cell->distance);
    text_figure(line->cpus, cell->cpu_use, 2, "");
    if (isnan(cell->peak_bytes))
        snprintf(line->memory, sizeof line->memory, "n/a");
    else
        units_human_size(line->memory, sizeof line->memory, cell->peak_bytes);
    if (cell->troubled)
        snprintf(line->runs, sizeof line->runs, "%zu+%zu bad", cell->runs, cell->troubled);
    else
        snprintf(line->runs, sizeof line->runs, "%zu", cell->runs);
}

char *cell_text_trouble(char *text, size_t size, const struct cell_group *group,
                        const struct cell_figures *cell)
{
    const struct timing *row = cell->trouble;
    char name[VERDICT_NAME], reason[TEXT_REASON], count[64] = "";
    verdict_name(name, sizeof name, group, cell);
    plain_text(reason, sizeof reason, row->reason);
    if (cell->troubled)
        snprintf(count, sizeof count, " (%zu of %zu repetitions)", cell->troubled, cell->row_count);
    snprintf(text, size, "%s: %s%s%s%s", name, status_names[row->status], count,
             strcmp(reason, "off") == 0 ? "" : ": ", strcmp(reason, "off") == 0 ? "" : reason);
    return text;
}

char *cell_text_work(char *text, size_t size, const struct timing *work)
{
    char params[TEXT_PARAMS], rate[64];
    plain_text(params, sizeof params, work->params);
    for (char *c = params; *c; c++)
        *c = *c == ';' ? ' ' : *c;
    const bool has_params = strcmp(params, "off") != 0 && *params;
    snprintf(text, size, "%s%s%llu task%s%s", has_params ? params : "", has_params ? ", " : "",
             (unsigned long long)work->tasks, work->tasks == 1 ? "" : "s",
             requests_rate(rate, sizeof rate, work));
    return text;
}
