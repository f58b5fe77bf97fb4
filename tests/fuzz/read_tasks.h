/*
 * read_tasks.h - bytes as tasks.csv of a result folder.
 */
#ifndef TESTS_FUZZ_READ_TASKS_H
#define TESTS_FUZZ_READ_TASKS_H

#include <errno.h>

#include "bench/results/tasks.h"
#include "tests/fuzz/feed.h"

static struct feed tasks_given;

/* 0 where the bytes could be read, or the negative code of the refusal. */
static inline int read_tasks(const uint8_t *data, size_t size)
{
    struct texts *texts = texts_new();
    struct task_cell *cells = NULL;
    struct error err = {""};
    size_t count = 0;
    FEED_CHECK(texts, "no memory");
    feed_put(&tasks_given, data, size);
    const int code = tasks_read(tasks_given.path, texts, &cells, &count, &err);
    if (code < 0) {
        FEED_CHECK(code == -EINVAL, "%d", code);
        feed_check_error(&err);
        feed_check_place(&err, tasks_given.path);
    }
    for (size_t i = 0; code == 0 && i < count; i++) {
        const struct timing *key = &cells[i].key;
        const char *const said[] = {key->run, key->workload, key->params, key->mode, key->wait};
        FEED_CHECK(cells[i].count > 0 && cells[i].rows, "cell %zu", i);
        for (size_t t = 0; t < sizeof said / sizeof *said; t++)
            feed_check_text(said[t], strlen(said[t]), false);
        for (size_t r = 0; r < cells[i].count; r++)
            FEED_CHECK(cells[i].rows[r].pin_cpus && cells[i].rows[r].pinned, "row %zu", r);
    }
    tasks_read_free(cells, count);
    texts_free(texts);
    return code;
}

#endif
