#include "bench/report/compare_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/util/units.h"

#define WORDS_NONE "n/a"

enum { WORDS_VERDICT = 19 }; /* what a verdict may take on a line */

/* The end of a label, where the start does not tell two apart: they often end in a time. */
static void words_label(char label[WORDS_LABEL], const char *from, bool end)
{
    const size_t length = strlen(from);
    if (end && length >= WORDS_LABEL)
        snprintf(label, WORDS_LABEL, "...%s", from + length - (WORDS_LABEL - 4));
    else
        plain_text(label, WORDS_LABEL, from);
}

void words_labels(char a[WORDS_LABEL], char b[WORDS_LABEL], const char *from_a, const char *from_b)
{
    char clean_a[COMPARE_NAME], clean_b[COMPARE_NAME];
    plain_text(clean_a, sizeof clean_a, from_a);
    plain_text(clean_b, sizeof clean_b, from_b);
    for (int end = 0; end <= 1; end++) {
        words_label(a, clean_a, end);
        words_label(b, clean_b, end);
        if (strcmp(a, b) != 0)
            return;
    }
    snprintf(a, WORDS_LABEL, "base");
    snprintf(b, WORDS_LABEL, "other");
}

/* "[62.0, 68.0] ms": both ends in the unit that suits the upper one. */
static void words_range(char *text, size_t size, const struct interval *interval)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}};
    char hi[32];
    units_human_time(hi, sizeof hi, interval->hi);
    const char *unit = strchr(hi, ' ');
    snprintf(text, size, "%s", WORDS_NONE);
    if (!interval->exists || !unit)
        return;
    const int digits = (int)(unit - hi);
    const char *point = strchr(hi, '.');
    const int decimals = point && point < unit ? (int)(unit - point) - 1 : 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(unit + 1, units[i].unit) == 0)
            snprintf(text, size, "[%.*f, %.*s]%s", decimals, interval->lo / units[i].ns, digits, hi,
                     unit);
}

char *words_median(char *text, size_t size, const struct cell_figures *cell)
{
    char median[32], range[64];
    if (isnan(cell->wall_ns)) {
        snprintf(text, size, WORDS_NONE);
        return text;
    }
    words_range(range, sizeof range, &cell->wall_interval);
    snprintf(text, size, "%s\n%s", units_human_time(median, sizeof median, cell->wall_ns), range);
    return text;
}

/* As many decimals as make a difference of 1 part in 1000 or so. */
static int words_decimals(double ratio)
{
    return ratio < 9.9995 ? 3 : ratio < 99.995 ? 2 : ratio < 999.95 ? 1 : 0;
}

char *words_ratio(char *text, size_t size, double ratio, const struct interval *interval)
{
    if (!isfinite(ratio))
        snprintf(text, size, WORDS_NONE);
    else if (!interval->exists)
        snprintf(text, size, "%.*f\n" WORDS_NONE, words_decimals(ratio), ratio);
    else
        snprintf(text, size, "%.*f\n[%.*f, %.*f]", words_decimals(ratio), ratio,
                 words_decimals(interval->lo), interval->lo, words_decimals(interval->hi),
                 interval->hi);
    return text;
}

char *words_p(char *text, size_t size, double p)
{
    if (isnan(p))
        snprintf(text, size, WORDS_NONE);
    else if (p < 0.001)
        snprintf(text, size, "<0.001");
    else
        snprintf(text, size, "%.3f", p);
    return text;
}

char *words_factor(char *text, size_t size, double factor)
{
    if (!isfinite(factor))
        snprintf(text, size, WORDS_NONE);
    else
        snprintf(text, size, "%.*fx",
                 factor >= 1 && factor < 1.01 ? 3
                 : factor < 99.95             ? 2
                                              : 0,
                 factor);
    return text;
}

char *words_change(char *text, size_t size, double ratio)
{
    const char *word = ratio > 1 ? "slower" : "faster";
    const double factor = ratio > 1 ? ratio : 1 / ratio;
    if (!isfinite(ratio) || !isfinite(factor))
        snprintf(text, size, WORDS_NONE);
    else if (fabs(ratio - 1) < 0.0005)
        snprintf(text, size, "equally fast");
    else if (factor < 2)
        snprintf(text, size, "%.1f%% %s", 100 * (factor - 1), word);
    else
        snprintf(text, size, "%.2f times %s", factor, word);
    return text;
}

static void words_needed(char *text, size_t size, const struct judge_pair *pair)
{
    if (pair->needed == 0)
        snprintf(text, size, "inconclusive");
    else
        snprintf(text, size, "inconclusive: about\n%llu %s%s", (unsigned long long)pair->needed,
                 pair->needed_invocations ? "invocation" : "run", pair->needed == 1 ? "" : "s");
}

char *words_verdict(char *text, size_t size, const struct judge_pair *pair, const char *label,
                    const struct judge_rules *rules)
{
    char factor[32];
    const bool faster = pair->judged == JUDGED_FASTER;
    if (isnan(pair->ratio)) {
        snprintf(text, size, "nothing to compare");
    } else if (pair->judged == JUDGED_EQUIVALENT) {
        snprintf(text, size, "equivalent\n(within %.3g%%)", 100 * rules->effect);
    } else if (pair->judged == JUDGED_INCONCLUSIVE) {
        words_needed(text, size, pair);
    } else {
        words_factor(factor, sizeof factor, faster ? 1 / pair->ratio : pair->ratio);
        const char *word = faster ? "faster" : "slower";
        const bool fits = strlen(label) + strlen(word) + strlen(factor) + 2 <= WORDS_VERDICT;
        snprintf(text, size, "%s %s%c%s", label, word, fits ? ' ' : '\n', factor);
    }
    return text;
}

char *words_work(char *text, size_t size, const struct timing *work)
{
    char all[TEXT_NAME + TEXT_PARAMS + 128], params[TEXT_PARAMS], rate[64];
    snprintf(params, sizeof params, "%s", work->params);
    for (char *c = params; *c; c++)
        *c = *c == ';' ? ' ' : *c;
    const bool has = strcmp(params, "off") != 0 && *params;
    snprintf(all, sizeof all, "%.*s%s%s, %llu task%s%s", TEXT_NAME, work->workload, has ? " " : "",
             has ? params : "", (unsigned long long)work->tasks, work->tasks == 1 ? "" : "s",
             requests_rate(rate, sizeof rate, work));
    return plain_text(text, size, all);
}

char *words_way(char *text, size_t size, const struct timing *key)
{
    char all[512], width[32] = "";
    const bool wait = strcmp(key->wait, "blocking") != 0;
    const bool pin = strcmp(key->pin, "none") != 0, sync = strcmp(key->submit, "sync") == 0;
    const bool shared = strcmp(key->stack, "shared") == 0;
    const bool schedule = strcmp(key->schedule, "off") != 0;
    if (key->width > 1)
        snprintf(width, sizeof width, " width=%llu", (unsigned long long)key->width);
    snprintf(all, sizeof all, "%.*s%s%.*s x%llu%s%s%.*s%s%s%s%.*s", TEXT_NAME, key->mode,
             wait ? "/" : "", TEXT_NAME, wait ? key->wait : "", (unsigned long long)key->workers,
             width, pin ? " pin=" : "", TEXT_NAME, pin ? key->pin : "", sync ? " sync" : "",
             shared ? " stack=shared" : "", schedule ? " " : "", TEXT_NAME + 16,
             schedule ? key->schedule : "");
    return plain_text(text, size, all);
}

char *words_cell(char *text, size_t size, const struct timing *key)
{
    char work[256], way[256], all[720];
    snprintf(all, sizeof all, "%s, %s", words_work(work, sizeof work, key),
             words_way(way, sizeof way, key));
    return plain_text(text, size, all);
}
