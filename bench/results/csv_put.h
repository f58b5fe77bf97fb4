/*
 * csv_put.h - CSV rows put together in memory (RFC 4180, but lines end in "\n").
 *
 * A field is quoted only where it must be: a comma, a quote, or a blank at either end.
 * Text is cleaned: see timings.h. A row is either whole in the buffer or not there at all.
 * Start from a buffer of zeros. Thread rules: one thread at a time per buffer.
 */
#ifndef BENCH_RESULTS_CSV_PUT_H
#define BENCH_RESULTS_CSV_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_buffer {
    char *text; /* not terminated */
    size_t length, room;
    size_t row; /* where the row under way starts */
    bool full;  /* memory ran out in that row */
};

/* One field each, in order. */
void csv_put_text(struct csv_buffer *buffer, const char *text); /* NULL or "": off */
void csv_put_number(struct csv_buffer *buffer, uint64_t number);
void csv_put_hex(struct csv_buffer *buffer, uint64_t number); /* 16 digits */

/* Ends the row. 0, or -ENOMEM: then the row is gone and the rows before it are whole. */
int csv_put_end(struct csv_buffer *buffer);

void csv_put_clear(struct csv_buffer *buffer); /* keeps the memory */
void csv_put_free(struct csv_buffer *buffer);

#endif
