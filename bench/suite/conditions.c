/* conditions.c - what a claim's check demands of figures that scatter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/requests.h"
#include "bench/report/verdict.h"
#include "bench/suite/finding_internal.h"

/* --- conditions with an interval --- */

/* What is compared, as logs, a block each, and where it lies. */
struct sample {
    const char *name;
    const struct figure *figure; /* NULL: a ratio of figures */
    double *logs;
    size_t count;
    double taken; /* share of the CPUs that others had meanwhile, the larger of both sides' */
};

/* Where others had more than this of the CPUs, a figure that is too large is no finding. */
#define TAKEN_MOST 0.2

/* By other programs and, on a virtual machine, by its host. */
static double row_taken(const struct timing *row)
{
    const double steal = cells_figure(row->steal_ns);
    const double taken = cells_figure(row->others_ns) + (isnan(steal) ? 0 : steal);
    return taken / (cells_figure(row->wall_ns) * (double)row->cores);
}

static double taken_of(const struct cell_figures *cell)
{
    const double taken = requests_median(cell, row_taken, NULL);
    return isnan(taken) ? 0 : taken;
}

/* Where it lies with respect to a limit: the paired test of the logs against the limit's. */
static struct judge_pair against(const struct sample *sample, double limit)
{
    static const struct judge_rules rules = {.effect = 0, .resamples = 1, .seed = 1};
    struct judge_pair pair = {.paired = true, .ratios = sample->logs, .ratio_count = sample->count};
    for (size_t i = 0; i < sample->count; i++) {
        sample->logs[i] -= log(limit);
    }
    judge(&pair, 1, &rules);
    for (size_t i = 0; i < sample->count; i++) {
        sample->logs[i] += log(limit);
    }
    return pair;
}

/* The end of an interval, without its unit where that is the figure's. Returns text. */
static char *end_text(char *text, size_t size, const struct sample *sample, double value,
                      const char *at)
{
    finding_number_text(text, size, sample->figure, value);
    const char *unit = strchr(at, ' ');
    char *own = strchr(text, ' ');
    if (unit && own && strcmp(unit, own) == 0) {
        *own = '\0';
    }
    return text;
}

/* Tells the figure and its interval. Whether there is an interval. */
static bool tell_sample(struct finding *finding, const struct sample *sample)
{
    const struct judge_pair pair = against(sample, 1);
    char at[48], lo[48], hi[48];
    finding_number_text(at, sizeof at, sample->figure, pair.ratio);
    if (!pair.interval.exists) {
        finding_add(finding, "%s %s", sample->name, sample->count > 0 ? at : "unknown");
        finding_cannot(finding, "%zu measured run%s: it takes %d (--runs, --max-time)",
                       sample->count, sample->count == 1 ? "" : "s", VERDICT_RUNS);
        return false;
    }
    finding_add(finding, "%s %s (%s..%s)", sample->name, at,
                end_text(lo, sizeof lo, sample, pair.interval.lo, at),
                end_text(hi, sizeof hi, sample, pair.interval.hi, at));
    return true;
}

static void demand(struct finding *finding, const struct sample *sample, enum side side,
                   double limit)
{
    const struct judge_pair pair = against(sample, limit);
    char edge[48];
    finding_number_text(edge, sizeof edge, sample->figure, limit);
    if (pair.judged == JUDGED_INCONCLUSIVE) {
        finding_cannot(finding, "%s cannot be told from %s", sample->name, edge);
        if (pair.needed > 0) {
            finding_cannot(finding, "about %llu runs would settle it",
                           (unsigned long long)pair.needed);
        }
    } else if (pair.judged != (side == AT_MOST ? JUDGED_SLOWER : JUDGED_FASTER)) {
        return;
    } else if (sample->taken > TAKEN_MOST) {
        finding_cannot(finding, "%s is not %s %s, but other programs had %.0f%% of the CPUs",
                       sample->name, finding_side_words(side), edge, 100 * sample->taken);
    } else {
        finding_fails(finding, "%s is not %s %s", sample->name, finding_side_words(side), edge);
    }
}

/* Of the ratio of two cells' figures, block by block; logs NULL where there is none, with the
 * reason. */
static struct sample take_ratio(struct finding *finding, const char *name, const struct way *a,
                                const struct way *b, const struct figure *figure)
{
    const struct cell_figures *above = finding_cell(finding, *a);
    const struct cell_figures *below = finding_cell(finding, *b);
    struct sample sample = {.name = name};
    if (!above || !below) {
        return sample;
    }
    sample.taken = fmax(taken_of(above), taken_of(below));
    sample.logs = calloc(above->row_count + below->row_count, sizeof *sample.logs);
    if (sample.logs) {
        sample.count = cells_pair_by(below, above, figure->row, sample.logs);
    } else {
        finding_cannot(finding, "no memory");
    }
    return sample;
}

void finding_ratio(struct finding *finding, const char *name, struct way a, struct way b,
                   const struct figure *figure, enum side side, double limit)
{
    const struct sample sample = take_ratio(finding, name, &a, &b, figure);
    if (sample.logs && tell_sample(finding, &sample)) {
        demand(finding, &sample, side, limit);
    }
    free(sample.logs);
}

void finding_tell_ratio(struct finding *finding, const char *name, struct way a, struct way b,
                        const struct figure *figure)
{
    const struct sample sample = take_ratio(finding, name, &a, &b, figure);
    if (sample.logs) {
        tell_sample(finding, &sample);
    }
    free(sample.logs);
}

/* Of one cell's figure; logs NULL where there is none, with the reason. */
static struct sample take_sample(struct finding *finding, const char *name, const struct way *way,
                                 const struct figure *figure)
{
    const struct cell_figures *cell = finding_cell(finding, *way);
    struct sample sample = {.name = name, .figure = figure, .taken = cell ? taken_of(cell) : 0};
    sample.logs = cell ? calloc(cell->row_count, sizeof *sample.logs) : NULL;
    if (cell && !sample.logs) {
        finding_cannot(finding, "no memory");
    }
    for (size_t i = 0; sample.logs && i < cell->row_count; i++) {
        const double value = cells_measured(cell->rows[i]) ? figure->row(cell->rows[i]) : NAN;
        if (value > 0) {
            sample.logs[sample.count++] = log(value);
        }
    }
    return sample;
}

void finding_limit(struct finding *finding, const char *name, struct way way,
                   const struct figure *figure, enum side side, double limit)
{
    const struct sample sample = take_sample(finding, name, &way, figure);
    if (sample.logs && tell_sample(finding, &sample)) {
        demand(finding, &sample, side, limit);
    }
    free(sample.logs);
}

void finding_between(struct finding *finding, const char *name, struct way way,
                     const struct figure *figure, double least, double most)
{
    const struct sample sample = take_sample(finding, name, &way, figure);
    if (sample.logs && tell_sample(finding, &sample)) {
        demand(finding, &sample, AT_LEAST, least);
        demand(finding, &sample, AT_MOST, most);
    }
    free(sample.logs);
}
