#include "bench/results/csv_scan.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/data_file.h"

enum { CHUNK = 256 * 1024, ROW_MAX = 1024 * 1024, PATH_SHOWN = 256 };
#define FILE_MAX (UINT64_C(4) << 30)

struct scan {
    const struct csv_calls *calls;
    void *user;
    struct error *err;
    struct csv_place place;
    struct csv_parser parser;
    size_t row_bytes; /* fed since the last row ended */
    int result;       /* the first failure */
};

/* The end of a path that is too long says more than its start, and leaves room for the reason. */
static const char *scan_shown(const char *path)
{
    const size_t length = strlen(path);
    return path + (length > PATH_SHOWN ? length - PATH_SHOWN : 0);
}

int csv_place_error(const struct csv_place *place, struct error *err, const char *format, ...)
{
    struct error why;
    va_list args;
    va_start(args, format);
    vsnprintf(why.text, sizeof why.text, format, args);
    va_end(args);
    return error_set(err, -EINVAL, "%s:%llu:%zu: %s", scan_shown(place->path),
                     (unsigned long long)place->line, place->field, why.text);
}

static void scan_field(void *text, size_t length, void *user)
{
    struct scan *scan = user;
    if (scan->result == 0)
        scan->result =
            scan->calls->field(scan->user, &scan->place, text ? text : "", length, scan->err);
    scan->place.field++;
}

static void scan_row(int end, void *user)
{
    (void)end;
    struct scan *scan = user;
    if (scan->result == 0)
        scan->result = scan->calls->row(scan->user, &scan->place, scan->err);
    scan->place.field = 1;
    scan->row_bytes = 0;
}

static int scan_parser_error(struct scan *scan)
{
    if (csv_error(&scan->parser) != CSV_EPARSE)
        return error_set(scan->err, -ENOMEM, "no memory for reading %s", scan->place.path);
    return csv_place_error(&scan->place, scan->err,
                           "a quote in the wrong place; quote the whole field and double the "
                           "quotes inside it");
}

/* At most one line, so that the line count is right in the calls that it causes. */
static int scan_piece(struct scan *scan, const char *piece, size_t length)
{
    if (memchr(piece, '\0', length))
        return csv_place_error(&scan->place, scan->err,
                               "a NUL byte: not a text file, or not UTF-8; save it as UTF-8");
    scan->row_bytes += length;
    if (scan->row_bytes > ROW_MAX)
        return csv_place_error(&scan->place, scan->err,
                               "a row of more than %d bytes; is a closing quote missing?", ROW_MAX);
    size_t parsed = csv_parse(&scan->parser, piece, length, scan_field, scan_row, scan);
    if (scan->result < 0)
        return scan->result;
    if (parsed != length)
        return scan_parser_error(scan);
    if (piece[length - 1] == '\n')
        scan->place.line++;
    return 0;
}

static int scan_chunk(struct scan *scan, const char *chunk, size_t length)
{
    while (length > 0) {
        const char *end = memchr(chunk, '\n', length);
        size_t piece = end ? (size_t)(end - chunk) + 1 : length;
        int scanned = scan_piece(scan, chunk, piece);
        if (scanned < 0)
            return scanned;
        chunk += piece;
        length -= piece;
    }
    return 0;
}

static int scan_end(struct scan *scan)
{
    int ended = csv_fini(&scan->parser, scan_field, scan_row, scan);
    if (scan->result < 0)
        return scan->result;
    if (ended != 0)
        return csv_place_error(&scan->place, scan->err,
                               "the file ends inside a quoted field; delete the last row");
    return 0;
}

static int scan_failed(const struct scan *scan, int error)
{
    const char *help = error == ENOENT   ? "; name a folder that bench wrote"
                       : error == EACCES ? "; change its permissions or its folder's"
                                         : "";
    return error_set(scan->err, -error, "cannot read %s: %s%s", scan_shown(scan->place.path),
                     strerror(error), help);
}

/* Fills the chunk, so that a byte order mark is never split. */
static ssize_t scan_fill(int fd, char *chunk)
{
    size_t filled = 0;
    while (filled < CHUNK) {
        ssize_t got = read(fd, chunk + filled, CHUNK - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        filled += (size_t)got;
    }
    return (ssize_t)filled;
}

static int scan_file(struct scan *scan, int fd, char *chunk)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    uint64_t total = 0;
    for (;;) {
        ssize_t got = scan_fill(fd, chunk);
        if (got < 0)
            return scan_failed(scan, (int)-got);
        if (got == 0)
            return scan_end(scan);
        size_t length = (size_t)got;
        bool marked = total == 0 && length >= sizeof mark && memcmp(chunk, mark, sizeof mark) == 0;
        size_t skip = marked ? sizeof mark : 0;
        total += length;
        if (total > FILE_MAX)
            return error_set(scan->err, -EINVAL, "%s has more than 4 GiB; split it",
                             scan->place.path);
        int scanned = scan_chunk(scan, chunk + skip, length - skip);
        if (scanned < 0)
            return scanned;
    }
}

static int scan_open(const struct scan *scan)
{
    const int fd = data_file_open(scan->place.path, O_RDONLY);
    if (data_file_refusal(fd))
        return error_set(scan->err, -EINVAL, "%s %s; put the file that bench wrote there",
                         scan_shown(scan->place.path), data_file_refusal(fd));
    return fd < 0 ? scan_failed(scan, -fd) : fd;
}

int csv_scan(const char *path, const struct csv_calls *calls, void *user, struct error *err)
{
    struct scan scan = {.calls = calls, .user = user, .err = err, .place = {path, 1, 1}};
    int fd = scan_open(&scan);
    if (fd < 0)
        return fd;
    int scanned = -ENOMEM;
    char *chunk = malloc(CHUNK);
    if (!chunk || csv_init(&scan.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        scanned = error_set(err, -ENOMEM, "no memory for reading %s", path);
        goto out;
    }
    scanned = scan_file(&scan, fd, chunk);
    csv_free(&scan.parser);
out:
    free(chunk);
    close(fd);
    return scanned;
}
