#include "bench/report/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/report/cell_text.h"
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

static const struct cell_text summary_head = {"mode",         "workers",  "median",
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

/* Of the columns whose texts vary in length. */
struct widths {
    size_t mode, interval;
};

/* Names so long that the line would not fit the page take the room of the interval's margin. */
enum { SUMMARY_MODE = 12, SUMMARY_INTERVAL = 20, SUMMARY_REST = 61 };

static void summary_row(FILE *out, const struct cell_text *line, const struct widths *width,
                        bool bold)
{
    fprintf(out, "%s  %-*s %7s %8s %*s %8s %10s %5s %8s %5s%s\n", bold ? SUMMARY_BOLD : "",
            (int)width->mode, line->mode, line->workers, line->wall, (int)width->interval,
            line->interval, line->speedup, line->distance, line->cpus, line->memory, line->runs,
            bold ? SUMMARY_PLAIN : "");
}

static struct widths summary_widths(const struct cell_group *group)
{
    struct widths width = {SUMMARY_MODE, strlen(summary_head.interval)};
    struct cell_text line;
    for (size_t i = 0; i < group->count; i++) {
        cell_text_of(&line, group, &group->cells[i]);
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
    struct cell_text line;
    summary_row(out, &summary_head, &width, false);
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (isnan(cell->wall_ns))
            continue;
        cell_text_of(&line, group, cell);
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
    char text[CELL_TROUBLE];
    summary_sentence(out, cell_text_trouble(text, sizeof text, group, cell), false);
}

static void summary_title(FILE *out, const struct timing *work, bool colour)
{
    char workload[TEXT_NAME], rest[CELL_WORK];
    plain_text(workload, sizeof workload, work->workload);
    fprintf(out, "%s%s:%s ", colour ? SUMMARY_BOLD : "", workload, colour ? SUMMARY_PLAIN : "");
    fold_text(out, cell_text_work(rest, sizeof rest, work), (int)strlen(workload) + 2, 4);
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
    const struct page page = {.out = out};
    const bool bold = colour && verdict_of(group) == VERDICT_WINNER;
    summary_title(out, group->first, colour);
    if (group->best)
        summary_table(out, group, colour);
    summary_requests(&page, group);
    summary_waiting(&page, group);
    summary_observed(&page, group);
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
