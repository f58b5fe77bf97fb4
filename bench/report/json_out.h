/*
 * json_out.h - what results say, as JSON: texts from others, figures that may be unknown. Any
 * thread. Each returns a new reference, or NULL without memory.
 */
#ifndef BENCH_REPORT_JSON_OUT_H
#define BENCH_REPORT_JSON_OUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/report/cells.h"

/* Texts of result files may be any bytes, texts of JSON may not: what is not UTF-8 and every
 * control character becomes "?". NULL: null. */
json_t *json_out_text(const char *text);

/* null where it is not finite. */
json_t *json_out_figure(double value);

/* [low, high], null where there is none. */
json_t *json_out_range(const struct interval *interval);

/* null where it is off or unknown, or more than JSON's readers take. */
json_t *json_out_count(uint64_t count);

/* What was done: workload, workload_version, params, tasks, rate, arrivals. */
json_t *json_out_work(const struct timing *key);

/* A whole document with a line's end. 0 or -EIO. */
int json_out_dump(const json_t *json, FILE *out);

#endif
