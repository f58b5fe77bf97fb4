/*
 * read_suite.h - bytes as what a suite takes from others: after '{' CPython's answer (JSON), else a
 * command line of `bench suite`, its words ended by NUL.
 */
#ifndef TESTS_FUZZ_READ_SUITE_H
#define TESTS_FUZZ_READ_SUITE_H

#include <errno.h>

#include "bench/suite/asked.h"
#include "bench/suite/python.h"
#include "tests/fuzz/feed.h"

enum { SUITE_WORDS = 128, SUITE_BYTES = 16384 };

/* Names end up in a CSV file and on the terminal. */
static inline void suite_check_python(const struct python *python)
{
    for (size_t i = 0; i < python->count; i++) {
        const struct python_row *row = &python->rows[i];
        FEED_CHECK(row->shape && row->mode && *row->shape && *row->mode, "row %zu", i);
        feed_check_text(row->shape, strlen(row->shape), false);
        feed_check_text(row->mode, strlen(row->mode), false);
    }
    feed_check_text(python->name, strlen(python->name), false);
    feed_check_text(python->why, strlen(python->why), false);
}

static inline int suite_take_answer(const uint8_t *data, size_t size)
{
    struct python python = {0};
    struct error err = {""};
    json_error_t why;
    json_t *answer = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &why);
    if (!answer)
        return -EINVAL;
    const int code = python_take(&python, answer, &err);
    json_decref(answer);
    if (code < 0) {
        FEED_CHECK(code == -EINVAL, "%d", code);
        feed_check_error(&err);
    } else {
        suite_check_python(&python);
    }
    python_free(&python);
    return code;
}

static inline int suite_take_words(const uint8_t *data, size_t size)
{
    static struct suite_asked asked;
    char program[] = "suite", *arguments[SUITE_WORDS + 2] = {program};
    int count = 1;
    struct error err = {""};
    char *text = malloc(size + 1);
    FEED_CHECK(text, "%zu bytes", size);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t at = 0; at < size && count <= SUITE_WORDS; at += strlen(text + at) + 1)
        arguments[count++] = text + at;
    const int code = suite_ask(&asked, count, arguments, &err);
    if (code < 0) {
        FEED_CHECK(code == -EINVAL, "%d", code);
        text_clean(err.text);
        feed_check_error(&err);
    } else if (code == 0) {
        struct options options = {0};
        FEED_CHECK(asked.resume ||
                       (asked.claim_count > 0 && asked.claim_count <= CLAIMS_MAX && asked.runs > 0),
                   "%zu claims", asked.claim_count);
        suite_fill(&options, &asked);
    }
    free(text);
    return code < 0 ? code : 0;
}

/* 0 where it is one of both, or the negative code of the refusal. */
static inline int read_suite(const uint8_t *data, size_t size)
{
    FEED_CHECK(size <= SUITE_BYTES, "%zu bytes", size);
    return size > 0 && data[0] == '{' ? suite_take_answer(data, size)
                                      : suite_take_words(data, size);
}

#endif
