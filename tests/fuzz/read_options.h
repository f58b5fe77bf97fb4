/*
 * read_options.h - bytes as a command line of `bench run`, its words ended by NUL, and each word
 * as a number with a unit.
 */
#ifndef TESTS_FUZZ_READ_OPTIONS_H
#define TESTS_FUZZ_READ_OPTIONS_H

#include <errno.h>

#include "bench/options.h"
#include "bench/util/units.h"
#include "tests/fuzz/feed.h"

enum { OPTIONS_WORDS = 128, OPTIONS_BYTES = 16384 };

static inline void options_check(const struct options *options)
{
    const bool planned = !options->append; /* or the plan is that of the folder */
    FEED_CHECK(options->workload_count <= LIST_MAX && (options->workload_count > 0) == planned,
               "%zu workloads", options->workload_count);
    FEED_CHECK(options->mode_count <= LIST_MAX && (options->mode_count > 0) == planned, "%zu modes",
               options->mode_count);
    FEED_CHECK(options->workers_count <= LIST_MAX, "%zu counts", options->workers_count);
    FEED_CHECK(options->set_count <= LIST_MAX, "%zu settings", options->set_count);
    for (size_t i = 0; i < options->set_count; i++)
        FEED_CHECK(options->sets[i].workload && options->sets[i].count > 0 &&
                       options->sets[i].count <= LIST_MAX,
                   "setting %zu", i);
    FEED_CHECK(options->tasks_count <= LIST_MAX, "%zu numbers of tasks", options->tasks_count);
    for (size_t i = 0; i < options->tasks_count; i++)
        FEED_CHECK(options->tasks[i].per_core || options->tasks[i].number <= TASKS_MAX,
                   "%llu tasks", (unsigned long long)options->tasks[i].number);
    FEED_CHECK(options->min_runs <= options->max_runs, "%llu to %llu runs",
               (unsigned long long)options->min_runs, (unsigned long long)options->max_runs);
    FEED_CHECK(options->precision >= 0 && options->precision <= 10, "%g", options->precision);
}

/* What is written exactly is read back as it was. */
static inline void options_check_units(const char *word)
{
    char text[64];
    uint64_t value = 0, back = 1;
    double share = 0;
    if (units_parse_time(word, &value) == 0) {
        units_exact_time(text, sizeof text, value);
        FEED_CHECK(units_parse_time(text, &back) == 0 && back == value, "%s: %s", word, text);
        units_human_time(text, sizeof text, (double)value);
        feed_check_text(text, strlen(text), false);
    }
    if (units_parse_size(word, &value) == 0) {
        units_exact_size(text, sizeof text, value);
        FEED_CHECK(units_parse_size(text, &back) == 0 && back == value, "%s: %s", word, text);
        units_human_size(text, sizeof text, (double)value);
        feed_check_text(text, strlen(text), false);
    }
    if (units_parse_percent(word, &value) == 0)
        FEED_CHECK(value <= 100, "%s", word);
    if (units_parse_share(word, &share) == 0)
        FEED_CHECK(share >= 0 && share <= 10, "%s: %g", word, share);
    (void)units_parse_count(word, &value);
}

/* 0 where it is a command line (help included), or the negative code of the refusal. */
static inline int read_options(const uint8_t *data, size_t size)
{
    static struct options options;
    char program[] = "run", *arguments[OPTIONS_WORDS + 2] = {program};
    int count = 1;
    struct error err = {""};
    char *text = malloc(size + 1);
    FEED_CHECK(text && size <= OPTIONS_BYTES, "%zu bytes", size);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t at = 0; at < size && count <= OPTIONS_WORDS; at += strlen(text + at) + 1) {
        arguments[count++] = text + at;
        options_check_units(text + at);
    }
    const int code = options_parse(&options, count, arguments, &err);
    if (code < 0) {
        FEED_CHECK(code == -EINVAL, "%d", code);
        text_clean(err.text); /* as say() does before it prints what was typed */
        feed_check_error(&err);
    } else if (code == 0) {
        options_check(&options);
    }
    free(text);
    return code < 0 ? code : 0;
}

#endif
