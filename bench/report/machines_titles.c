#include "bench/report/machines_titles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/results/machine_file.h"
#include "bench/stats/rank_tests.h"

/* Characters that a sheet shows of its title in one line (scripts/paper.gp); what a label is cut to
 * where the line would be longer; and the room for " and NN more". */
enum { TITLE_MOST = 84, LABEL_LEAST = 12, MORE_MOST = 13 };

static size_t titles_count(const struct comparison *comparison, enum judged judged)
{
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        count += comparison->cells[i].pair.judged == judged;
    return count;
}

/* Runs of one machine are told by the end of their names as often as by the start. */
static char *titles_label(char label[COMPARE_NAME], const char *from, size_t most)
{
    const size_t length = strlen(from);
    snprintf(label, COMPARE_NAME, "%s", from);
    if (length <= most)
        return label;
    const size_t tail = (most - 3) / 2, head = most - 3 - tail;
    snprintf(label + head, COMPARE_NAME - head, "...%s", from + length - tail);
    return label;
}

/* "faster in 3 and slower in 1 of 9"; "faster than BASE in ..." where a base is given. */
static void titles_differs(char *text, size_t size, const struct comparison *comparison,
                           const char *base)
{
    const size_t faster = titles_count(comparison, JUDGED_FASTER);
    const size_t slower = titles_count(comparison, JUDGED_SLOWER);
    char than[COMPARE_NAME + 8] = "", both[64] = "";
    if (base)
        snprintf(than, sizeof than, " than %s", base);
    if (faster > 0 && slower > 0)
        snprintf(both, sizeof both, "%zu and slower in ", faster);
    snprintf(text, size, "%s%s in %s%zu of %zu", faster > 0 ? "faster" : "slower", than, both,
             *both || faster == 0 ? slower : faster, comparison->count);
}

/* With labels of at most so many characters. */
static void titles_finding(char *text, size_t size, const struct comparison *comparison,
                           size_t most)
{
    char a[COMPARE_NAME], b[COMPARE_NAME], differs[COMPARE_NAME + 128];
    const size_t equal = titles_count(comparison, JUDGED_EQUIVALENT);
    titles_label(a, comparison->a->label, most);
    titles_label(b, comparison->b->label, most);
    if (comparison->count == 0) {
        snprintf(text, size, "%s and %s have no cell in common", b, a);
    } else if (titles_count(comparison, JUDGED_FASTER) + titles_count(comparison, JUDGED_SLOWER) ==
               0) {
        snprintf(text, size, "%s: no difference from %s shown in %zu cell%s (%zu equivalent)", b, a,
                 comparison->count, comparison->count == 1 ? "" : "s", equal);
    } else {
        titles_differs(differs, sizeof differs, comparison, a);
        snprintf(text, size, "%s: %s cell%s", b, differs, comparison->count == 1 ? "" : "s");
        if (comparison->count > 1)
            snprintf(text + strlen(text), size - strlen(text), "; times %.2fx on average",
                     comparison->geomean);
    }
}

char *machines_finding(char *text, size_t size, const struct comparison *comparison)
{
    char line[4 * COMPARE_NAME];
    size_t most = COMPARE_NAME;
    titles_finding(line, sizeof line, comparison, most);
    if (strlen(line) > TITLE_MOST) {
        titles_finding(line, sizeof line, comparison, LABEL_LEAST);
        const size_t used = strlen(line);
        most = LABEL_LEAST + (used < TITLE_MOST ? (TITLE_MOST - used) / 2 : 0);
        titles_finding(line, sizeof line, comparison, most);
    }
    return plain_field(text, size, line);
}

/* Where the runs are of two machines, the other one's name. */
static const char *titles_other_host(const struct comparison *comparison)
{
    const json_t *a = machine_fact(comparison->a->machine, "host");
    const json_t *b = machine_fact(comparison->b->machine, "host");
    return json_is_string(b) && !json_equal(a, b) ? json_string_value(b) : NULL;
}

/* "one invocation each" */
static void titles_few(char *text, size_t size, const struct comparison *comparison)
{
    const size_t a = comparison->a->invocations, b = comparison->b->invocations;
    char label[COMPARE_NAME];
    if (a == b && a < 2)
        snprintf(text, size, "one invocation each");
    else if (a == b)
        snprintf(text, size, "%zu invocations each", a);
    else if (a < 2 || b < 2)
        snprintf(text, size, "one invocation of %.40s",
                 titles_label(label, (a < 2 ? comparison->a : comparison->b)->label, 20));
    else
        snprintf(text, size, "%zu and %zu invocations", b, a);
}

/* How much the invocations can prove: one of a side says nothing of how the next would have come
 * out, and of few no ranks are rare enough. */
static void titles_invocations(char *text, size_t size, const struct comparison *comparison)
{
    const struct compared_run *a = comparison->a, *b = comparison->b;
    char few[COMPARE_NAME];
    titles_few(few, sizeof few, comparison);
    if ((a->invocations < 2 && !a->noise.known) || (b->invocations < 2 && !b->noise.known))
        snprintf(text, size, "%s: up to %.0f%% may be drift", few, 100 * JUDGE_DRIFT);
    else if (a->invocations < 2 || b->invocations < 2)
        snprintf(text, size, "%s: noise as bench doctor measured it", few);
    else if (stats_mann_whitney_least(a->invocations, b->invocations) * (double)comparison->count >=
             1 - JUDGE_LEVEL)
        snprintf(text, size, "%s are too few to see any cell differ", few);
    else
        snprintf(text, size, "%s", few);
}

char *machines_note(char *text, size_t size, const struct comparison *comparison, size_t shown)
{
    char line[1024], a[COMPARE_NAME], b[COMPARE_NAME], invocations[COMPARE_NAME + 64];
    const size_t alone = comparison->missing_a_count + comparison->missing_b_count;
    const char *host = titles_other_host(comparison);
    titles_invocations(invocations, sizeof invocations, comparison);
    snprintf(line, sizeof line, "%s%s%.40s%s over %s; %s; %zu of %zu cell%s",
             titles_label(b, comparison->b->label, 40), host ? " (" : "", host ? host : "",
             host ? ")" : "", titles_label(a, comparison->a->label, 40), invocations, shown,
             comparison->count, comparison->count == 1 ? "" : "s");
    if (comparison->refused_count > 0)
        snprintf(line + strlen(line), sizeof line - strlen(line), "; %zu not the same work",
                 comparison->refused_count);
    if (alone > 0)
        snprintf(line + strlen(line), sizeof line - strlen(line), "; %zu on one side only", alone);
    return plain_field(text, size, line);
}

/* --- of several runs --- */

static size_t titles_differing(const struct comparison *comparison)
{
    return titles_count(comparison, JUDGED_FASTER) + titles_count(comparison, JUDGED_SLOWER);
}

/* Which comes `nth`, by how many cells differ; of equals, by their order. */
static size_t titles_nth(const struct comparison *list, size_t count, size_t nth)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = 0;
        const size_t mine = titles_differing(&list[i]);
        for (size_t j = 0; j < count; j++) {
            const size_t other = titles_differing(&list[j]);
            before += other > mine || (other == mine && j < i);
        }
        if (before == nth)
            return i;
    }
    return 0;
}

static void titles_clause(char *text, size_t size, const struct comparison *comparison)
{
    char label[COMPARE_NAME], differs[COMPARE_NAME];
    titles_label(label, comparison->b->label, 2 * LABEL_LEAST);
    if (comparison->count == 0) {
        snprintf(text, size, "%s has no cell in common", label);
    } else if (titles_differing(comparison) == 0) {
        snprintf(text, size, "%s not seen to differ", label);
    } else {
        titles_differs(differs, sizeof differs, comparison, NULL);
        snprintf(text, size, "%s %s", label, differs);
    }
}

char *machines_headline(char *text, size_t size, const struct comparison *list, size_t count)
{
    char line[1024], base[COMPARE_NAME];
    if (count == 1)
        return machines_finding(text, size, list);
    titles_label(base, list->a->label, 2 * LABEL_LEAST);
    snprintf(line, sizeof line, "Against %s: ", base);
    const struct comparison *first = &list[titles_nth(list, count, 0)];
    for (size_t nth = 0; nth < count; nth++) {
        char clause[2 * COMPARE_NAME];
        const size_t used = strlen(line);
        const size_t room = nth + 1 < count ? TITLE_MOST - MORE_MOST : TITLE_MOST;
        titles_clause(clause, sizeof clause, &list[titles_nth(list, count, nth)]);
        if (nth > 0 && used + strlen("; ") + strlen(clause) > room) {
            snprintf(line + used, sizeof line - used, "; and %zu more", count - nth);
            break;
        }
        snprintf(line + used, sizeof line - used, "%s%s%s", nth ? "; " : "", clause,
                 nth == 0 && titles_differing(first) > 0 ? " cells" : "");
    }
    return plain_field(text, size, line);
}
