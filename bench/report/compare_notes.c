#include "bench/report/compare_notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/compare_words.h"
#include "bench/report/plain.h"

enum { NOTES_TEXT = 4096, NOTES_MISSING = 10, NOTES_REFUSED = 20 };

size_t notes_common(const struct comparison *comparison)
{
    size_t common = 0;
    for (size_t i = 0; i < comparison->count; i++)
        common += isfinite(comparison->cells[i].pair.ratio) != 0;
    return common;
}

static const char *notes_s(size_t count)
{
    return count == 1 ? "" : "s";
}

static void notes_missing(const struct page *page, const struct cell_figures *const *cells,
                          size_t count, const char *from, const char *only)
{
    char text[NOTES_TEXT], name[256];
    if (count == 0)
        return;
    int used = snprintf(text, sizeof text, "%zu cell%s of %s not in %s: ", count, notes_s(count),
                        only, from);
    for (size_t i = 0; i < count && i < NOTES_MISSING; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", i > 0 ? "; " : "",
                         words_cell(name, sizeof name, cells[i]->key));
    if (count > NOTES_MISSING)
        snprintf(text + used, sizeof text - (size_t)used,
                 "; and %zu more (bench compare --format csv names all)", count - NOTES_MISSING);
    page_item(page, 0, text);
}

void notes_mean(const struct page *page, const struct comparison *comparison)
{
    char text[NOTES_TEXT], change[64];
    const size_t common = notes_common(comparison);
    const char *a = comparison->a->label, *b = comparison->b->label;
    if (isfinite(comparison->geomean)) {
        words_change(change, sizeof change, comparison->geomean);
        snprintf(text, sizeof text,
                 "Geometric mean of the ratio over the %zu common cell%s: %.3f (%s %s)", common,
                 notes_s(common), comparison->geomean, b, change);
        page_item(page, 0, text);
    }
    notes_missing(page, comparison->missing_b, comparison->missing_b_count, b, a);
    notes_missing(page, comparison->missing_a, comparison->missing_a_count, a, b);
}

void notes_refused(const struct page *page, const struct comparison *comparison)
{
    char text[COMPARE_NAME + COMPARE_REASON + 4], name[COMPARE_NAME], reason[COMPARE_REASON];
    if (comparison->refused_count == 0)
        return;
    page_section(page, "Not compared, because it is not the same work:");
    for (size_t i = 0; i < comparison->refused_count && i < NOTES_REFUSED; i++) {
        plain_text(name, sizeof name, comparison->refused[i].name);
        plain_text(reason, sizeof reason, comparison->refused[i].reason);
        snprintf(text, sizeof text, "%s: %s", name, reason);
        page_item(page, 0, text);
    }
    if (comparison->refused_count > NOTES_REFUSED) {
        snprintf(text, sizeof text, "and %zu more (bench compare --format csv names all)",
                 comparison->refused_count - NOTES_REFUSED);
        page_item(page, 0, text);
    }
}

void notes_reference(const struct page *page, const struct comparison *comparison)
{
    const struct judge_pair *pair = &comparison->reference;
    const bool has_a = comparison->a->table.reference, has_b = comparison->b->table.reference;
    char text[NOTES_TEXT], change[64], interval[96] = "no interval";
    if (isnan(pair->ratio)) {
        snprintf(text, sizeof text,
                 "Reference cell: none measured in %s%s%s: a slower machine cannot be told from "
                 "slower work",
                 has_a ? comparison->b->label : comparison->a->label,
                 has_a || has_b ? "" : " or in ", has_a || has_b ? "" : comparison->b->label);
        page_item(page, 0, text);
        return;
    }
    if (pair->interval.exists)
        snprintf(interval, sizeof interval, "95%% interval of its time %+.1f%% to %+.1f%%",
                 100 * (pair->interval.lo - 1), 100 * (pair->interval.hi - 1));
    words_change(change, sizeof change, pair->ratio);
    snprintf(
        text, sizeof text,
        "Reference cell: %s's machine was %s during its run (%s): as much of a cell's ratio may "
        "be the machine's",
        comparison->b->label, change, interval);
    page_item(page, 0, text);
}

/* How one side's noise between invocations came into the intervals; true where it was guessed. */
static bool notes_side(const struct page *page, const struct compared_run *run)
{
    char text[NOTES_TEXT];
    const bool guessed = run->invocations < 2 && !run->noise.known;
    if (run->invocations >= 2)
        snprintf(text, sizeof text,
                 "%s: %zu invocations, whose spread is in the intervals of the ratios", run->label,
                 run->invocations);
    else if (run->noise.known)
        snprintf(text, sizeof text,
                 "%s: one invocation; what bench doctor measured between invocations of its "
                 "machine (standard deviation %.2g%%) is in the intervals of the ratios",
                 run->label, 100 * run->noise.sd);
    else
        snprintf(text, sizeof text,
                 "%s: one invocation, and its machine's noise between invocations is unknown: a "
                 "drift of up to %.0f%% is allowed for",
                 run->label, 100 * JUDGE_DRIFT);
    page_item(page, 0, text);
    return guessed;
}

void notes_noise(const struct page *page, const struct comparison *comparison)
{
    if (comparison->within) {
        page_section(page, "How they were compared:");
        page_item(
            page, 0,
            "Both were measured in one run, block by block: what slowed the machine for a "
            "while slowed both, and is no part of their ratio, which is that of the blocks and "
            "not quite that of the medians");
        return;
    }
    page_section(page, "How the noise was treated:");
    bool guessed = notes_side(page, comparison->a);
    guessed |= notes_side(page, comparison->b);
    if (guessed)
        page_item(page, 0,
                  "Nothing smaller can be told from one invocation a side: measure more with bench "
                  "run --append DIR or --invocations K, or let bench doctor measure the noise");
}
