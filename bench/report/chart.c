#include "bench/report/chart.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "bench/report/plain.h"
#include "bench/util/clock.h"

static const struct timing *chart_first_row(const struct cell_table *table)
{
    const struct timing *first = NULL;
    for (size_t g = 0; g < table->count; g++)
        if (!first || table->groups[g].first < first)
            first = table->groups[g].first;
    return first;
}

char *chart_origin(char *text, size_t size, const struct cell_table *table)
{
    const struct timing *row = chart_first_row(table);
    char run[TEXT_RUN], date[64] = "date unknown", cores[48] = "cores unknown";
    if (!row)
        return plain_field(text, size, "");
    if (row->start_unix_ns < FIGURE_OFF) {
        const time_t seconds = (time_t)(row->start_unix_ns / NS_PER_SECOND);
        struct tm utc;
        if (gmtime_r(&seconds, &utc))
            strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &utc);
    }
    if (row->cores < FIGURE_OFF)
        snprintf(cores, sizeof cores, "%llu usable core%s", (unsigned long long)row->cores,
                 row->cores == 1 ? "" : "s");
    snprintf(text, size, "%s  |  %s  |  %s", plain_field(run, sizeof run, row->run), date, cores);
    return text;
}

char *chart_work(char *text, size_t size, const struct cell_group *group)
{
    char params[TEXT_PARAMS];
    const struct timing *work = group->first;
    plain_field(params, sizeof params, work->params);
    for (char *c = params; *c; c++)
        *c = *c == ';' ? ' ' : *c;
    const bool has_params = strcmp(params, "off") != 0 && strcmp(params, "-") != 0;
    snprintf(text, size, "%llu task%s%s%s", (unsigned long long)work->tasks,
             work->tasks == 1 ? "" : "s", has_params ? " of " : "", has_params ? params : "");
    if (cells_open_loop(work))
        snprintf(text + strlen(text), size - strlen(text), " at %llu/s %s",
                 (unsigned long long)work->rate,
                 plain_field(params, sizeof params, work->arrivals));
    return text;
}

void chart_figure(FILE *out, int digits, double value)
{
    fputc(',', out);
    if (isnan(value))
        fputs("NaN", out);
    else
        fprintf(out, "%.*g", digits, value);
}
