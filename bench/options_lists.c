/* options_lists.c - values that are lists of names. */
#include <errno.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/options_internal.h"

int options_next_word(const char **at, char *word, const char *option, struct error *err)
{
    if (!*at) {
        return 0;
    }
    size_t length = strcspn(*at, ",");
    if (length == 0) {
        return error_set(err, -EINVAL, "%s: empty value in the list; write A,B,C", option);
    }
    if (length >= WORD_MAX) {
        return error_set(err, -EINVAL, "%s: '%.40s...' is too long", option, *at);
    }
    memcpy(word, *at, length);
    word[length] = '\0';
    *at = (*at)[length] == ',' ? *at + length + 1 : NULL;
    return 1;
}

int options_full(const char *option, struct error *err)
{
    return error_set(err, -EINVAL, "%s: more than %d values", option, LIST_MAX);
}

/* Indexes into `known`, in the order given and without repetitions; "all" is
 * every one that is not chosen yet. */
struct choices {
    size_t index[LIST_MAX];
    size_t count;
};

static void choose(struct choices *choices, size_t index)
{
    for (size_t i = 0; i < choices->count; i++) {
        if (choices->index[i] == index) {
            return;
        }
    }
    choices->index[choices->count++] = index;
}

static int parse_names(const char *option, const char *what, const char *text,
                       const char *const *known, size_t count, struct choices *choices,
                       struct error *err)
{
    char word[WORD_MAX];
    int rc;
    choices->count = 0;
    while ((rc = options_next_word(&text, word, option, err)) == 1) {
        bool all = strcmp(word, "all") == 0, found = all;
        for (size_t i = 0; i < count; i++) {
            if (all || strcmp(word, known[i]) == 0) {
                choose(choices, i);
                found = true;
            }
        }
        if (!found) {
            return command_line_unknown(err, what, word, known, count);
        }
    }
    return rc;
}

size_t options_workload_names(const char **names)
{
    size_t count = 0;
    for (; registry_workloads[count]; count++) {
        names[count] = registry_workloads[count]->name;
    }
    return count;
}

int options_take_workloads(struct options *options, const char *text, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = options_workload_names(names);
    struct choices choices;
    int rc = parse_names("--workload", "workload", text, names, known, &choices, err);
    options->workload_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->workloads[i] = registry_workloads[choices.index[i]];
    }
    return rc;
}

int options_take_modes(struct options *options, const char *text, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = 0;
    struct choices choices;
    for (; registry_modes[known]; known++) {
        names[known] = registry_modes[known]->name;
    }
    int rc = parse_names("--mode", "mode", text, names, known, &choices, err);
    options->mode_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->modes[i] = registry_modes[choices.index[i]];
    }
    return rc;
}

int options_take_waits(struct options *options, const char *text, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = 0;
    struct choices choices;
    for (; registry_waits[known]; known++) {
        names[known] = registry_waits[known]->name;
    }
    names[known] = "auto";
    if (strcmp(text, "all") == 0) { /* auto is one of them, not one more */
        options->wait_count = known;
        for (size_t i = 0; i < known; i++) {
            options->waits[i] = registry_waits[i];
        }
        return 0;
    }
    int rc = parse_names("--wait", "wait", text, names, known + 1, &choices, err);
    options->wait_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->waits[i] = registry_waits[choices.index[i]]; /* auto: the NULL at the end */
    }
    return rc;
}

int options_take_schedules(struct options *options, const char *text, struct error *err)
{
    size_t known = 0;
    struct choices choices;
    while (schedule_names[known]) {
        known++;
    }
    int rc = parse_names("--schedule", "schedule", text, schedule_names, known, &choices, err);
    options->schedule_count = choices.count;
    for (size_t i = 0; i < choices.count; i++) {
        options->schedules[i] = SCHEDULE_FCFS + (enum schedule_kind)choices.index[i];
    }
    return rc;
}
