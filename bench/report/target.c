#include "bench/report/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/verdict.h"

#define TARGET_LEVEL 0.95
#define TARGET_NAMED 4 /* cells; the rest is counted */

/* The invocation that is known worst, or NULL. */
static const struct samples *target_worst(const struct cell_figures *cell, double *width)
{
    const struct samples *worst = NULL;
    for (size_t i = 0; i < cell->invocation_count; i++) {
        const struct samples *runs = &cell->invocations[i];
        const double one = stats_median_width(runs->values, runs->n, TARGET_LEVEL);
        if (!worst || one > *width) {
            worst = runs;
            *width = one;
        }
    }
    return worst;
}

static void target_name(char *text, size_t size, const struct cell_group *group,
                        const struct cell_figures *cell, const struct samples *runs, double width)
{
    char name[VERDICT_NAME], known[32] = "no interval";
    const size_t used = strlen(text);
    verdict_name(name, sizeof name, group, cell);
    if (isfinite(width))
        snprintf(known, sizeof known, "+-%.1f%%", 100 * width);
    snprintf(text + used, size - used, "%s %s %s after %zu run%s", used ? "," : "", name, known,
             runs->n, runs->n == 1 ? "" : "s");
}

char *target_sentence(char *text, size_t size, const struct cell_group *group, double precision)
{
    char list[TARGET_NAMED * (VERDICT_NAME + 64)] = "", more[48] = "";
    size_t missed = 0;
    text[0] = '\0';
    for (size_t i = 0; precision > 0 && i < group->count; i++) {
        double width = 0;
        const struct samples *runs = target_worst(&group->cells[i], &width);
        if (runs && width > precision && missed++ < TARGET_NAMED)
            target_name(list, sizeof list, group, &group->cells[i], runs, width);
    }
    if (missed > TARGET_NAMED)
        snprintf(more, sizeof more, ", and %zu more", missed - TARGET_NAMED);
    if (missed > 0)
        snprintf(text, size, "Target of +-%g%% not met:%s%s", 100 * precision, list, more);
    return text;
}
