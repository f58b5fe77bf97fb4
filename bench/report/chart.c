#include "bench/report/chart.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "bench/report/plain.h"
#include "bench/results/machine_file.h"
#include "bench/util/clock.h"

static const struct timing *chart_first_row(const struct cell_table *table)
{
    const struct timing *first = NULL;
    for (size_t g = 0; g < table->count; g++)
        if (!first || table->groups[g].first < first)
            first = table->groups[g].first;
    return first;
}

/* The name by which people know the machine. */
static const char *chart_host(const struct chart_data *data)
{
    const json_t *host = data->machine ? machine_fact(data->machine, "host") : NULL;
    return json_is_string(host) ? json_string_value(host) : "machine unknown";
}

char *chart_origin(char *text, size_t size, const struct chart_data *data)
{
    const struct timing *row = chart_first_row(data->table);
    char run[TEXT_RUN], host[64], date[64] = "date unknown", cores[48] = "cores unknown";
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
    snprintf(text, size, "%s  |  %s  |  %s  |  %s", plain_field(run, sizeof run, row->run),
             plain_field(host, sizeof host, chart_host(data)), date, cores);
    return text;
}

/* Whether each other group of the same workload has this parameter at this value, too. */
static bool chart_is_common(const struct cell_table *table, const struct timing *work,
                            const char *param, size_t length)
{
    for (size_t g = 0; g < table->count; g++) {
        const struct timing *other = table->groups[g].first;
        const char *at = other->params;
        while (at && !(strncmp(at, param, length) == 0 && (!at[length] || at[length] == ';'))) {
            at = strchr(at, ';');
            at = at ? at + 1 : NULL;
        }
        if (!at && strcmp(other->workload, work->workload) == 0)
            return false;
    }
    return true;
}

/* The parameters with blanks between; first those that tell this panel from others. */
static void chart_params(char *text, size_t size, const struct cell_table *table,
                         const struct timing *work)
{
    text[0] = '\0';
    for (int common = 0; common < 2; common++) {
        const char *param = work->params;
        for (size_t length; *param; param += length + (param[length] == ';')) {
            const size_t used = strlen(text);
            length = strcspn(param, ";");
            if (chart_is_common(table, work, param, length) == (common == 1))
                snprintf(text + used, size - used, "%s%.*s", used ? " " : "", (int)length, param);
        }
    }
}

char *chart_work(char *text, size_t size, const struct cell_table *table,
                 const struct cell_group *group)
{
    char plain[TEXT_PARAMS], params[TEXT_PARAMS];
    const struct timing *work = group->first;
    chart_params(plain, sizeof plain, table, work);
    plain_field(params, sizeof params, plain);
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
