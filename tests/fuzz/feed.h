/*
 * feed.h - what the fuzz targets and the replay of their seeds share: an input as a file
 * that readers can open, and what must hold of every text that comes out.
 *
 * A check that fails aborts, which a fuzzer and a test both notice. One thread at a time.
 */
#ifndef TESTS_FUZZ_FEED_H
#define TESTS_FUZZ_FEED_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/text.h"
#include "bench/util/error.h"

#define FEED_CHECK(holds, ...)                                                         \
    do {                                                                               \
        if (!(holds)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s: ", __FILE__, __LINE__, #holds); \
            fprintf(stderr, __VA_ARGS__);                                              \
            fputc('\n', stderr);                                                       \
            abort();                                                                   \
        }                                                                              \
    } while (0)

/* A file that the readers can open by its path, which must be no link: not one of /proc/self/fd. */
struct feed {
    int fd;
    char path[32];
};

enum { FEEDS = 8 };
static struct feed *feeds[FEEDS];
static size_t feed_count;

static inline void feed_clear(void)
{
    for (size_t i = 0; i < feed_count; i++)
        unlink(feeds[i]->path);
}

static inline void feed_put(struct feed *feed, const void *data, size_t size)
{
    if (feed->fd <= 0) {
        snprintf(feed->path, sizeof feed->path, "/tmp/bench-feed-XXXXXX");
        feed->fd = mkostemp(feed->path, O_CLOEXEC);
        FEED_CHECK(feed->fd > 0 && feed_count < FEEDS, "no file in /tmp");
        if (feed_count == 0)
            atexit(feed_clear);
        feeds[feed_count++] = feed;
    }
    const bool put =
        ftruncate(feed->fd, 0) == 0 && pwrite(feed->fd, data, size, 0) == (ssize_t)size;
    FEED_CHECK(put, "%zu bytes", size);
}

/* Text for people: UTF-8, and nothing that could steer a terminal. */
static inline void feed_check_text(const char *text, size_t length, bool lines)
{
    for (size_t i = 0; i < length;) {
        const size_t bytes = text_character(text + i, length - i);
        const bool end = text[i] == '\n' && lines;
        FEED_CHECK(bytes > 0 && (end || !text_is_control(text + i, length - i)),
                   "byte %zu, 0x%02x, of: %.*s", i, (unsigned char)text[i], (int)length, text);
        i += bytes;
    }
}

/* A refusal is one line that says something. */
static inline void feed_check_error(const struct error *err)
{
    const size_t length = strnlen(err->text, sizeof err->text);
    FEED_CHECK(length > 0 && length < sizeof err->text, "%zu bytes", length);
    feed_check_text(err->text, length, false);
}

/* The refusal begins with FILE:LINE:COLUMN, both counted from 1. */
static inline void feed_check_place(const struct error *err, const char *path)
{
    unsigned long line = 0, column = 0;
    const size_t length = strlen(path);
    FEED_CHECK(strncmp(err->text, path, length) == 0 &&
                   sscanf(err->text + length, ":%lu:%lu: ", &line, &column) == 2 && line > 0 &&
                   column > 0,
               "%s", err->text);
}

#endif
