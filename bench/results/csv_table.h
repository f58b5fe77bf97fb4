/*
 * csv_table.h - a small CSV file as a whole: records and a table of columns. Any thread.
 */
#ifndef BENCH_RESULTS_CSV_TABLE_H
#define BENCH_RESULTS_CSV_TABLE_H

#include <stddef.h>

#include "bench/results/columns.h"
#include "bench/util/error.h"

/* `records`: `count` of `size` bytes each. It takes the place of a
 * folder/name that is there. 0 or -errno. */
int csv_table_write(const char *folder, const char *name, const struct column *columns,
                    size_t column_count, const void *records, size_t count, size_t size,
                    struct error *err);

/* Columns in any order, of which none may be missing; foreign ones are passed over. *records is
 * malloc'ed, NULL where there are none; their texts are kept in `texts`. 0; -ENOENT without the
 * file; -EINVAL with "FILE:LINE:FIELD: why", also for more than `most` rows; -errno. */
int csv_table_read(const char *folder, const char *name, const struct column *columns,
                   size_t column_count, size_t size, size_t most, struct texts *texts,
                   void **records, size_t *count, struct error *err);

#endif
