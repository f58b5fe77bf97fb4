/*
 * csv_scan.h - reads a CSV file (RFC 4180, strict) field by field, and keeps count
 * of where it is, for error lines.
 *
 * Accepts a byte order mark, CRLF, blank lines and a last line without its end. Refuses
 * what is not a regular file, more than 4 GiB, a row over 1 MiB, NUL bytes, misplaced quotes.
 * Thread rules: any thread; the calls come in the caller's.
 */
#ifndef BENCH_RESULTS_CSV_SCAN_H
#define BENCH_RESULTS_CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"

struct csv_place {
    const char *path;
    uint64_t line; /* from 1 */
    size_t field;  /* of the row, from 1 */
};

/* "FILE:LINE:FIELD: why" into `err`; returns -EINVAL. */
int csv_place_error(const struct csv_place *place, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Each returns 0, or a negative code that ends the scan and is its result. */
struct csv_calls {
    /* One field; `text` is terminated and lives for the call only. */
    int (*field)(void *user, const struct csv_place *place, const char *text, size_t length,
                 struct error *err);
    /* The row is complete; place->field is one past its last field. */
    int (*row)(void *user, const struct csv_place *place, struct error *err);
};

/* 0, -EINVAL with the place, or -errno. */
int csv_scan(const char *path, const struct csv_calls *calls, void *user, struct error *err);

#endif
