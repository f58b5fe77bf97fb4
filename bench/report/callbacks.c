#include "bench/report/callbacks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/verdict.h"

#define CALLBACKS_EVENT     "event"
#define CALLBACKS_COROUTINE "coroutine"

/* The same but for how a task is written. */
static bool callbacks_alike(const struct timing *event, const struct timing *coroutine)
{
    return strcmp(event->mode, CALLBACKS_EVENT) == 0 &&
           strcmp(coroutine->mode, CALLBACKS_COROUTINE) == 0 &&
           strcmp(event->wait, coroutine->wait) == 0 && event->workers == coroutine->workers &&
           cells_same_width(event, coroutine) && strcmp(event->pin, coroutine->pin) == 0 &&
           strcmp(event->submit, coroutine->submit) == 0;
}

static int callbacks_order(const void *left, const void *right)
{
    const struct callback_pair *a = left, *b = right;
    const int order = cells_compare_way(a->event->key, b->event->key);
    return order ? order : cells_compare_way(a->coroutine->key, b->coroutine->key);
}

/* Finds the pairs; with NULL only counts them. */
static size_t callbacks_find(struct callback_pair *pairs, const struct cell_group *group)
{
    size_t count = 0;
    for (size_t e = 0; e < group->count; e++)
        for (size_t c = 0; c < group->count; c++) {
            const struct cell_figures *event = &group->cells[e], *coroutine = &group->cells[c];
            if (event->runs == 0 || coroutine->runs == 0 ||
                !callbacks_alike(event->key, coroutine->key))
                continue;
            if (pairs)
                pairs[count] = (struct callback_pair){.coroutine = coroutine, .event = event};
            count++;
        }
    return count;
}

static int callbacks_judge(struct callback_pair *pairs, size_t count)
{
    size_t room = 1, used = 0;
    for (size_t i = 0; i < count; i++)
        room += pairs[i].coroutine->row_count + pairs[i].event->row_count;
    double *logs = calloc(room, sizeof *logs);
    struct judge_pair *family = calloc(count, sizeof *family);
    for (size_t i = 0; logs && family && i < count; i++) {
        family[i] = (struct judge_pair){.paired = true, .ratios = logs + used};
        family[i].ratio_count =
            cells_pair_by(pairs[i].coroutine, pairs[i].event, requests_cpu, logs + used);
        used += family[i].ratio_count;
    }
    if (logs && family)
        judge(family, count, &judge_default);
    for (size_t i = 0; logs && family && i < count; i++) {
        pairs[i].judged = family[i];
        pairs[i].judged.ratios = NULL;
        pairs[i].judged.ratio_count = 0;
    }
    const int code = logs && family ? 0 : -ENOMEM;
    free(logs);
    free(family);
    return code;
}

int callbacks_of(struct callback_pair **pairs, size_t *count, const struct cell_group *group)
{
    *pairs = NULL;
    *count = callbacks_find(NULL, group);
    if (*count == 0)
        return 0;
    struct callback_pair *found = calloc(*count, sizeof *found);
    if (!found)
        return -ENOMEM;
    callbacks_find(found, group);
    qsort(found, *count, sizeof *found, callbacks_order);
    const int code = callbacks_judge(found, *count);
    if (code < 0)
        free(found);
    else
        *pairs = found;
    return code;
}

const char *callbacks_unit(const struct cell_group *group)
{
    return requests_any(group) ? "request" : "task";
}

/* An interval on one side of 1, though not wholly beyond what counts or, where several pairs are
 * judged at once, no proof. */
static bool callbacks_leans(const struct judge_pair *judged)
{
    return judged->judged == JUDGED_INCONCLUSIVE && judged->interval.exists &&
           (judged->interval.hi < 1 || judged->interval.lo > 1);
}

static bool callbacks_sure(const struct judge_pair *judged)
{
    return judged->p < 1 - JUDGE_LEVEL;
}

static void callbacks_open(char *text, size_t size, const struct judge_pair *judged,
                           const char *unit)
{
    const char *change = judged->ratio < 1 ? "less" : "more";
    if (!callbacks_leans(judged))
        snprintf(text, size, "no difference in CPU per %s seen between call-backs and coroutines",
                 unit);
    else if (callbacks_sure(judged))
        snprintf(text, size, "call-backs need %s CPU per %s than coroutines, perhaps by under %g%%",
                 change, unit, 100 * judge_default.effect);
    else
        snprintf(text, size, "call-backs may need %s CPU per %s than coroutines", change, unit);
}

char *callbacks_finding(char *text, size_t size, const struct cell_group *group,
                        const struct callback_pair *pair)
{
    const struct judge_pair *judged = &pair->judged;
    const char *unit = callbacks_unit(group);
    if (!judged->interval.exists)
        snprintf(text, size, "too few runs to compare call-backs and coroutines in CPU per %s",
                 unit);
    else if (judged->judged == JUDGED_EQUIVALENT)
        snprintf(text, size, "call-backs and coroutines need equal CPU per %s within %g%%", unit,
                 100 * judge_default.effect);
    else if (judged->judged == JUDGED_INCONCLUSIVE)
        callbacks_open(text, size, judged, unit);
    else if (judged->ratio < 1)
        snprintf(text, size, "call-backs need %.1f%% less CPU per %s than coroutines",
                 100 * (1 - judged->ratio), unit);
    else if (judged->ratio < 2)
        snprintf(text, size, "call-backs need %.1f%% more CPU per %s than coroutines",
                 100 * (judged->ratio - 1), unit);
    else
        snprintf(text, size, "call-backs need %.2fx the CPU per %s of coroutines", judged->ratio,
                 unit);
    return text;
}

/* The interval as the finding says it: of less, of more, of the factor, or of a change; and how
 * many runs would settle what is open. */
static void callbacks_range(char *text, size_t size, const struct judge_pair *judged)
{
    const double lo = judged->interval.lo, hi = judged->interval.hi;
    const bool told = judged->judged == JUDGED_FASTER || judged->judged == JUDGED_SLOWER;
    const bool chance = callbacks_leans(judged) && !callbacks_sure(judged);
    char needed[64] = "";
    if (judged->judged == JUDGED_INCONCLUSIVE && judged->needed > 0)
        snprintf(needed, sizeof needed, "; about %llu runs would settle it",
                 (unsigned long long)judged->needed);
    if (!judged->interval.exists)
        snprintf(text, size, " (%d are needed)", VERDICT_RUNS);
    else if (told && judged->ratio < 1)
        snprintf(text, size, " (95%% %.1f%% to %.1f%%, paired by block)", 100 * (1 - hi),
                 100 * (1 - lo));
    else if (told && judged->ratio >= 2)
        snprintf(text, size, " (95%% %.2fx to %.2fx, paired by block)", lo, hi);
    else if (told)
        snprintf(text, size, " (95%% %.1f%% to %.1f%%, paired by block)", 100 * (lo - 1),
                 100 * (hi - 1));
    else
        snprintf(text, size, " (95%% %+.1f%% to %+.1f%%, paired by block%s%s)", 100 * (lo - 1),
                 100 * (hi - 1), chance ? "; among so many pairs it can be chance" : "", needed);
}

char *callbacks_sentence(char *text, size_t size, const struct cell_group *group,
                         const struct callback_pair *pairs, size_t count, size_t index)
{
    const struct callback_pair *pair = &pairs[index];
    char finding[160], range[160], lead[2 * VERDICT_NAME] = "", event[VERDICT_NAME],
                                            coroutine[VERDICT_NAME];
    size_t same_wait = 0;
    for (size_t i = 0; i < count; i++)
        same_wait += strcmp(pairs[i].event->key->wait, pair->event->key->wait) == 0;
    if (same_wait > 1)
        snprintf(lead, sizeof lead,
                 "%s, %s: ", verdict_name(event, sizeof event, group, pair->event),
                 verdict_name(coroutine, sizeof coroutine, group, pair->coroutine));
    else if (count > 1)
        snprintf(lead, sizeof lead,
                 "%s: ", plain_text(event, sizeof event, pair->event->key->wait));
    callbacks_range(range, sizeof range, &pair->judged);
    snprintf(text, size, "%s%s%s", lead, callbacks_finding(finding, sizeof finding, group, pair),
             range);
    return text;
}
