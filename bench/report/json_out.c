#include "bench/report/json_out.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/text.h"

json_t *json_out_text(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    json_t *json = copy ? json_string(text_clean(copy)) : text ? NULL : json_null();
    free(copy);
    return json;
}

json_t *json_out_figure(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_out_range(const struct interval *interval)
{
    return interval->exists
               ? json_pack("[o, o]", json_out_figure(interval->lo), json_out_figure(interval->hi))
               : json_null();
}

json_t *json_out_count(uint64_t count)
{
    return count <= INT64_MAX ? json_integer((json_int_t)count) : json_null();
}

json_t *json_out_work(const struct timing *key)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "workload", json_out_text(key->workload),
                     "workload_version", json_out_count(key->workload_version), "params",
                     json_out_text(key->params), "tasks", json_out_count(key->tasks), "rate",
                     cells_open_loop(key) ? json_out_count(key->rate) : json_null(), "arrivals",
                     json_out_text(key->arrivals));
}

int json_out_dump(const json_t *json, FILE *out)
{
    return json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
                   fputc('\n', out) == EOF || fflush(out) != 0 || ferror(out)
               ? -EIO
               : 0;
}
