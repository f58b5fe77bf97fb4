#include "bench/report/scaling.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/verdict.h"

#define SCALING_SIMULATED_PIN "simulated"

/* A contention that lets a million workers gain was not measured. */
#define SCALING_NO_LIMIT 1e6

enum { SCALING_PART = 160, SCALING_NUMBER = 32 };

static bool scaling_has_time(const struct cell_figures *cell)
{
    return cell->wall_ns > 0 && cell->key->workers > 0; /* NaN has none */
}

/* Whether the cell belongs to the line and its time can be used. */
static bool scaling_on(const struct scaling *line, const struct cell_figures *cell)
{
    return scaling_has_time(cell) && cells_same_way(cell->key, line->cell->key);
}

/* Counts, cores and the single worker's time, from the line's cells. */
static void scaling_survey(struct scaling *line, const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (!scaling_on(line, cell))
            continue;
        const uint64_t workers = cell->key->workers, cores = cell->key->cores;
        line->counts++;
        line->most = workers > line->most ? workers : line->most;
        if (cores > 0 && (line->cores == 0 || cores < line->cores))
            line->cores = cores;
        if (workers == 1) {
            line->own_ns = cell->wall_ns;
            line->own_measured = true;
        }
    }
}

/* Work that waits gains from more workers than cores. That shows over serial, in any mode of the
 * group, or between the line's own fewest and fastest workers. */
static bool scaling_waits(const struct scaling *line, const struct cell_group *group)
{
    const double bar = (1 + SCALING_WAITING) * (double)line->cores;
    const struct cell_figures *fewest = line->cell;
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        if (cell->speedup > bar)
            return true;
        if (scaling_on(line, cell) && cell->key->workers < fewest->key->workers)
            fewest = cell;
    }
    return fewest->wall_ns / line->cell->wall_ns > bar;
}

static void scaling_limit(struct scaling *line, const struct cell_group *group)
{
    const uint64_t tasks = group->first->tasks;
    if (line->cores > 0 && !scaling_waits(line, group))
        line->limit = line->cores;
    if (tasks > 0 && (line->limit == 0 || tasks < line->limit)) {
        line->limit = tasks;
        line->limit_is_tasks = true;
    }
}

/* The line's points with at most `limit` workers; their largest count goes to line->most. */
static size_t scaling_points(struct scaling *line, const struct cell_group *group, uint64_t limit,
                             struct scaling_point *points)
{
    size_t n = 0;
    line->most = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct cell_figures *cell = &group->cells[i];
        const uint64_t workers = cell->key->workers;
        if (!scaling_on(line, cell) || workers > limit)
            continue;
        points[n++] = (struct scaling_point){(double)workers, cell->wall_ns};
        line->most = workers > line->most ? workers : line->most;
    }
    return n;
}

/* The fastest cell among those that were fitted. */
static const struct cell_figures *scaling_fastest(const struct scaling *line,
                                                  const struct cell_group *group)
{
    for (size_t i = 0; i < group->count; i++) /* sorted by wall time */
        if (scaling_on(line, &group->cells[i]) && group->cells[i].key->workers <= line->most)
            return &group->cells[i];
    return line->cell;
}

/* The knee in whole workers: of its two neighbours the one that gains more. */
static double scaling_knee(const struct scaling_law *law)
{
    const double knee = scaling_law_knee(law);
    if (isinf(knee))
        return knee;
    const double below = fmax(1, floor(knee));
    return scaling_law_speedup(law, below + 1) > scaling_law_speedup(law, below) ? below + 1
                                                                                 : below;
}

static enum scaling_kind scaling_judge(const struct scaling *line, const struct cell_group *group)
{
    const struct scaling_law *law = scaling_fit_law(&line->fit);
    const double most = (double)line->most;
    if (line->limit > 0 && line->most > line->limit)
        return SCALING_LIMITED;
    if (scaling_law_speedup(law, fmin(line->knee, most)) < 1 + SCALING_GAIN)
        return SCALING_NONE;
    if (line->knee <= most)
        return SCALING_KNEE;
    if (isinf(line->knee) &&
        scaling_law_speedup(law, 2 * most) < (1 + SCALING_GAIN) * scaling_law_speedup(law, most))
        return SCALING_LEVEL;
    return scaling_fastest(line, group)->key->workers < line->most ? SCALING_UNSURE
                                                                   : SCALING_GAINING;
}

static int scaling_fit_line(struct scaling *line, const struct cell_group *group,
                            struct scaling_point *points)
{
    size_t n = line->limit > 0 ? scaling_points(line, group, line->limit, points) : 0;
    line->dropped = n >= SCALING_COUNTS && n < line->counts;
    if (n < SCALING_COUNTS)
        n = scaling_points(line, group, UINT64_MAX, points);
    const int rc = scaling_fit(points, n, &line->fit);
    if (rc) /* counts past 2^53 may be too few once they are doubles */
        return rc == -EDOM ? 0 : rc;
    line->fitted = n;
    line->knee = scaling_knee(scaling_fit_law(&line->fit));
    if (!line->own_measured)
        line->own_ns = scaling_fit_law(&line->fit)->t1_ns;
    line->kind = scaling_judge(line, group);
    return 0;
}

char *scaling_percent(char *text, size_t size, double value, double error)
{
    if (isnan(error)) {
        snprintf(text, size, "%.3g%%", 100 * value);
        return text;
    }
    const double digits = -floor(log10(100 * error));
    const int decimals = (int)fmin(fmax(digits, 0), 7);
    snprintf(text, size, "%.*f%% +- %.*f%%", decimals, 100 * value, decimals, 100 * error);
    return text;
}

/* "contention 3.0% +- 0.4%, coherency 0.020% +- 0.003% (USL over 8 worker counts up to 8 cores, +-
 * 1 standard error)" */
static void scaling_law_text(char *text, size_t size, const struct scaling *line)
{
    char sigma[64], kappa[64], coherency[96] = "", upto[64] = "";
    const struct scaling_law *law = scaling_fit_law(&line->fit);
    const bool known = !isnan(law->sigma_error) || !isnan(law->kappa_error);
    scaling_percent(sigma, sizeof sigma, law->sigma, law->sigma_error);
    scaling_percent(kappa, sizeof kappa, law->kappa, law->kappa_error);
    if (line->fit.usl_preferred)
        snprintf(coherency, sizeof coherency, ", coherency %s", kappa);
    if (line->dropped)
        snprintf(upto, sizeof upto, " up to the %llu %s", (unsigned long long)line->limit,
                 line->limit_is_tasks ? "tasks" : "cores");
    snprintf(text, size, "contention %s%s (%s over %zu worker counts%s%s)", sigma, coherency,
             line->fit.usl_preferred ? "USL" : "Amdahl's law", line->fitted, upto,
             known ? ", +- 1 standard error" : "");
}

/* "7.9x": three digits, but never an exponent. */
static char *scaling_times(char *text, size_t size, double times)
{
    snprintf(text, size, times < 99.95 ? "%.3gx" : "%.0fx", times);
    return text;
}

/* "best measured 7.9x its own single worker, at 10" */
static void scaling_best_text(char *text, size_t size, const struct scaling *line)
{
    char times[SCALING_NUMBER];
    snprintf(text, size, "best measured %s its own single worker%s, at %llu",
             scaling_times(times, sizeof times, line->best_speedup),
             line->own_measured ? "" : " (fitted)", (unsigned long long)line->cell->key->workers);
}

/* What the law allows beyond the workers that were measured. */
static void scaling_outlook(char *text, size_t size, const struct scaling *line)
{
    char times[SCALING_NUMBER];
    const double peak = scaling_law_peak(scaling_fit_law(&line->fit));
    if (!isinf(line->knee))
        snprintf(text, size, ", with the most to be expected at %.0f workers", line->knee);
    else if (peak > SCALING_NO_LIMIT)
        snprintf(text, size, ", without a limit in sight");
    else
        snprintf(text, size, ", so no more than about %s its fitted single worker",
                 scaling_times(times, sizeof times, peak));
}

static void scaling_few(struct scaling *line, const char *name)
{
    snprintf(line->sentence, sizeof line->sentence,
             "%s: %zu worker counts are too few for a fit of Amdahl's law or the USL (%d are "
             "needed: --workers %s)",
             name, line->counts, SCALING_COUNTS,
             line->cores >= SCALING_COUNTS / 2 ? "1..2x" : "1..6");
}

static void scaling_limited(struct scaling *line, const char *name, const char *law,
                            const char *best)
{
    const bool one = line->limit == 1;
    const char *what = line->limit_is_tasks ? (one ? "task" : "tasks") : (one ? "core" : "cores");
    const unsigned long long limit = line->limit;
    snprintf(line->sentence, sizeof line->sentence,
             "%s has %llu %s to gain from: %s; the fit goes beyond, so it tells of the %s, not of "
             "the work: %s",
             name, limit, what, best, what, law);
}

static void scaling_say(struct scaling *line, const struct cell_group *group)
{
    char name[VERDICT_NAME], law[2 * SCALING_PART], best[SCALING_PART], outlook[SCALING_PART];
    char head[SCALING_PART];
    const unsigned long long most = line->most;
    verdict_line_name(name, sizeof name, group, line->cell);
    if (line->kind == SCALING_FEW) {
        scaling_few(line, name);
        return;
    }
    if (line->kind == SCALING_SIMULATED) {
        snprintf(line->sentence, sizeof line->sentence,
                 "%s: its cores are simulated, so how it scales with them is not told", name);
        return;
    }
    scaling_law_text(law, sizeof law, line);
    scaling_best_text(best, sizeof best, line);
    scaling_outlook(outlook, sizeof outlook, line);
    switch (line->kind) {
    case SCALING_LIMITED:
        scaling_limited(line, name, law, best);
        return;
    case SCALING_NONE:
        snprintf(head, sizeof head, "gains nothing from more than 1 worker");
        outlook[0] = '\0';
        break;
    case SCALING_KNEE:
        snprintf(head, sizeof head, "stops gaining at %.0f workers", line->knee);
        outlook[0] = '\0';
        break;
    case SCALING_LEVEL:
        snprintf(head, sizeof head, "hardly gains beyond %llu workers", most);
        break;
    case SCALING_UNSURE:
        snprintf(head, sizeof head, "may or may not gain beyond %llu workers",
                 (unsigned long long)scaling_fastest(line, group)->key->workers);
        break;
    default:
        snprintf(head, sizeof head, "is still gaining at %llu workers", most);
        break;
    }
    snprintf(line->sentence, sizeof line->sentence, "%s %s: %s%s; %s", name, head, law, outlook,
             best);
}

/* The line that starts at its fastest cell. */
static int scaling_line(struct scaling *line, const struct cell_group *group,
                        struct scaling_point *points)
{
    int rc = 0;
    scaling_survey(line, group);
    if (strcmp(line->cell->key->pin, SCALING_SIMULATED_PIN) == 0) {
        line->kind = SCALING_SIMULATED;
    } else if (line->counts >= SCALING_COUNTS) {
        scaling_limit(line, group);
        rc = scaling_fit_line(line, group, points);
    }
    line->best_speedup = line->own_ns / line->cell->wall_ns;
    if (rc == 0)
        scaling_say(line, group);
    return rc;
}

static bool scaling_starts(const struct cell_group *group, size_t at)
{
    const struct scaling line = {.cell = &group->cells[at]};
    size_t others = 0;
    if (!scaling_has_time(line.cell))
        return false;
    for (size_t i = 0; i < at; i++)
        if (scaling_on(&line, &group->cells[i]))
            return false;
    for (size_t i = at + 1; i < group->count; i++)
        others += scaling_on(&line, &group->cells[i]);
    return others > 0;
}

int scaling_of(const struct cell_group *group, struct scaling *lines, size_t room)
{
    size_t count = 0;
    int rc = 0;
    struct scaling_point *points = calloc(group->count + 1, sizeof *points);
    if (!points)
        return -ENOMEM;
    for (size_t i = 0; i < group->count && count < room && rc == 0; i++) {
        if (!scaling_starts(group, i))
            continue;
        lines[count] = (struct scaling){.cell = &group->cells[i],
                                        .kind = SCALING_FEW,
                                        .knee = (double)NAN,
                                        .best_speedup = (double)NAN,
                                        .own_ns = (double)NAN};
        rc = scaling_line(&lines[count++], group, points);
    }
    free(points);
    return rc ? rc : (int)count;
}
