#include "bench/report/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/report/fold.h"
#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/scaling.h"
#include "bench/report/summary_observed.h"
#include "bench/report/summary_requests.h"
#include "bench/report/summary_waiting.h"
#include "bench/report/target.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

#define SUMMARY_BOLD  "\033[1m"
#define SUMMARY_PLAIN "\033[0m"

enum { SUMMARY_CELL = 48 };

struct line { /* a row of the table, as text */
    char mode[VERDICT_NAME], workers[SUMMARY_CELL], wall[SUMMARY_CELL], interval[SUMMARY_CELL];
    char speedup[SUMMARY_CELL], distance[SUMMARY_CELL], cpus[SUMMARY_CELL], memory[SUMMARY_CELL];
    char runs[SUMMARY_CELL];
};

static const struct line summary_head = {"mode",         "workers",  "median",
                                         "95% interval", "speed-up", "over ideal",
                                         "CPUs",         "memory",   "runs"};

bool summary_colour(FILE *out)
{
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    if (no_colour && *no_colour)
        return false;
    if (term && strcmp(term, "dumb") == 0)
        return false;
    return isatty(fileno(out)) == 1;
}

static void summary_figure(char *text, double value, int decimals, const char *unit)
{
    if (isnan(value))
        snprintf(text, SUMMARY_CELL, "n/a");
    else
        snprintf(text, SUMMARY_CELL, "%.*f%s", decimals, value, unit);
}

/* "+2.3%", and "31.0x" where a percentage would be hard to read. */
static void summary_distance(char *text, double distance)
{
    if (distance >= 2)
        summary_figure(text, distance + 1, distance < 99 ? 1 : 0, "x");
    else if (isnan(distance))
        summary_figure(text, distance, 0, "");
    else
        snprintf(text, SUMMARY_CELL, "%+.1f%%", 100 * distance);
}

static void summary_time(char *text, double ns)
{
    if (isnan(ns))
        snprintf(text, SUMMARY_CELL, "n/a");
    else
        units_human_time(text, SUMMARY_CELL, ns);
}

static void summary_line(struct line *line, const struct cell_group *group,
                         const struct cell_figures *cell)
{
    char lo[20], hi[20];
    verdict_name(line->mode, sizeof line->mode, group, cell);
    snprintf(line->workers, sizeof line->workers, "%llu", (unsigned long long)cell->key->workers);
    summary_time(line->wall, cell->wall_ns);
    if (cell->wall_interval.exists)
        snprintf(line->interval, sizeof line->interval, "%s .. %s",
                 units_human_time(lo, sizeof lo, cell->wall_interval.lo),
                 units_human_time(hi, sizeof hi, cell->wall_interval.hi));
    else
        snprintf(line->interval, sizeof line->interval, "n/a");
    summary_figure(line->speedup, cell->speedup, 2, "x");
    summary_distance(line->distance, cell->distance);
    summary_figure(line->cpus, cell->cpu_use, 2, "");
    if (isnan(cell->peak_bytes))
        snprintf(line->memory, sizeof line->memory, "n/a");
    else
        units_human_size(line->memory, sizeof line->memory, cell->peak_bytes);
    if (cell->troubled)
        snprintf(line->runs, sizeof line->runs, "%zu+%zu bad", cell->runs, cell->troubled);
    else
        snprintf(line->runs, sizeof line->runs, "%zu", cell->runs);
}

/* Of the columns whose texts vary in length. */
struct widths {
    size_t mode, interval;
};

/* Names so long that the line would not fit the page take the room of the interval's margin. */
enum { SUMMARY_MODE = 12, SUMMARY_INTERVAL = 20, SUMMARY_REST = 61 };

static void summary_row(FILE *out, const struct line *line, const struct widths *width, bool bold)
{
    fprintf(out, "%s  %-*s %7s %8s %*s %8s %10s %5s %8s %5s%s\n", bold ? SUMMARY_BOLD : "",
            (int)width->mode, line->mode, line->workers, line->wall, (int)width->interval,
            line->interval, line->speedup, line->distance, line->cpus, line->memory, line->runs,
            bold ? SUMMARY_PLAIN : "");
}

static struct widths summary_widths(const struct cell_group *group)
{
    struct widths width = {SUMMARY_MODE, strlen(summary_head.interval)};
    struct line line;
    for (size_t i = 0; i < group->count; i++) {
        summary_line(&line, group, &group->cells[i]);
        width.mode = strlen(line.mode) > width.mode ? strlen(line.mode) : width.mode;
        if (strlen(line.interval) > width.interval)
            width.interval = strlen(line.interval);
    }
    if (width.mode + SUMMARY_INTERVAL + SUMMARY_REST <= FOLD_COLUMN)
        width.interval = SUMMARY_INTERVAL;
    return width;
}

static void summary_table(FILE *out, const struct cell_group *group, bool colour)
{
    const bool won = verdict_of(group) == VERDICT_WINNER;
    const struct widths width = summary_widths(group);
    struct line line;
    summary_row(out, &summary_head, &width, false);
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (isnan(cell->wall_ns))
            continue;
        summary_line(&line, group, cell);
        summary_row(out, &line, &width, colour && won && cell == group->best);
    }
}

static void summary_sentence(FILE *out, const char *text, bool bold)
{
    fprintf(out, "%s  ", bold ? SUMMARY_BOLD : "");
    fold_text(out, text, 2, 4);
    fputs(bold ? SUMMARY_PLAIN : "", out);
}

static void summary_trouble(FILE *out, const struct cell_group *group,
                            const struct cell_figures *cell)
{
    const struct timing *row = cell->trouble;
    char name[VERDICT_NAME], reason[TEXT_REASON], count[64] = "", text[1024];
    verdict_name(name, sizeof name, group, cell);
    plain_text(reason, sizeof reason, row->reason);
    if (cell->troubled)
        snprintf(count, sizeof count, " (%zu of %zu repetitions)", cell->troubled, cell->row_count);
    snprintf(text, sizeof text, "%s: %s%s%s%s", name, status_names[row->status], count,
             strcmp(reason, "off") == 0 ? "" : ": ", strcmp(reason, "off") == 0 ? "" : reason);
    summary_sentence(out, text, false);
}

static void summary_title(FILE *out, const struct timing *work, bool colour)
{
    char workload[TEXT_NAME], params[TEXT_PARAMS], rest[TEXT_PARAMS + 128], rate[64];
    plain_text(workload, sizeof workload, work->workload);
    plain_text(params, sizeof params, work->params);
    for (char *c = params; *c; c++)
        *c = *c == ';' ? ' ' : *c;
    const bool has_params = strcmp(params, "off") != 0 && *params;
    snprintf(rest, sizeof rest, "%s%s%llu task%s%s", has_params ? params : "",
             has_params ? ", " : "", (unsigned long long)work->tasks, work->tasks == 1 ? "" : "s",
             requests_rate(rate, sizeof rate, work));
    fprintf(out, "%s%s:%s ", colour ? SUMMARY_BOLD : "", workload, colour ? SUMMARY_PLAIN : "");
    fold_text(out, rest, (int)strlen(workload) + 2, 4);
}

/* What more workers brought. Modes with too few counts for a fit share one line. */
static void summary_scaling(FILE *out, const struct cell_group *group)
{
    const size_t room = group->count / 2;
    struct scaling *lines = room ? calloc(room, sizeof *lines) : NULL;
    const int count = lines ? scaling_of(group, lines, room) : 0;
    bool few = false;
    for (int i = 0; i < count; i++) {
        if (lines[i].kind != SCALING_FEW || !few)
            summary_sentence(out, lines[i].sentence, false);
        few = few || lines[i].kind == SCALING_FEW;
    }
    free(lines);
}

static void summary_group(FILE *out, const struct cell_group *group, double precision, bool colour)
{
    char sentence[1024];
    const bool bold = colour && verdict_of(group) == VERDICT_WINNER;
    summary_title(out, group->first, colour);
    if (group->best)
        summary_table(out, group, colour);
    summary_requests(out, group);
    summary_waiting(out, group);
    summary_observed(out, group);
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            summary_trouble(out, group, &group->cells[i]);
    verdict_sentence(sentence, sizeof sentence, group);
    summary_sentence(out, sentence, bold);
    summary_sentence(out, group->bound, false);
    summary_scaling(out, group);
    if (*target_sentence(sentence, sizeof sentence, group, precision))
        summary_sentence(out, sentence, false);
}

int summary_print(FILE *out, const struct cell_table *table, double precision, bool colour)
{
    for (size_t i = 0; i < table->count; i++) {
        if (i > 0)
            fputc('\n', out);
        summary_group(out, &table->groups[i], precision, colour);
    }
    return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
