/*
 * export_cell.h - a cell's figures as JSON, for export_json.c. Each returns a new reference, or
 * NULL without memory. Any thread.
 */
#ifndef BENCH_REPORT_EXPORT_CELL_H
#define BENCH_REPORT_EXPORT_CELL_H

#include <jansson.h>

#include "bench/report/cells.h"

/* Puts a value under a key, or at the end; both references are taken over. NULL where there is no
 * memory, or was none before. */
json_t *export_put(json_t *object, const char *key, json_t *value);
json_t *export_add(json_t *array, json_t *value);

/* The mode with all that tells its cells apart. */
json_t *export_way(const struct timing *key);

json_t *export_cell(const char *name, const struct cell_figures *cell);

#endif
