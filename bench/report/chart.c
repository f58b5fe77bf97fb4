#include "bench/report/chart.h"

#include <math.h>
#include <stdarg.h>
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
    char run[TEXT_RUN], host[80], date[64] = "date unknown", cores[48] = "cores unknown";
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

/* Adds the parameters that each group of the workload has at the same value, or the others, with
 * blanks between. */
static void chart_params(char *text, size_t size, const struct cell_table *table,
                         const struct timing *work, bool common)
{
    const char *param = work->params;
    for (size_t length; *param; param += length + (param[length] == ';')) {
        const size_t used = strlen(text);
        length = strcspn(param, ";");
        if (chart_is_common(table, work, param, length) == common)
            snprintf(text + used, size - used, "%s%.*s", used ? " " : "", (int)length, param);
    }
}

char *chart_work(char *text, size_t size, const struct cell_table *table,
                 const struct cell_group *group)
{
    char plain[TEXT_PARAMS], params[TEXT_PARAMS];
    const struct timing *work = group->first;
    plain[0] = '\0';
    chart_params(plain, sizeof plain, table, work, false);
    chart_params(plain, sizeof plain, table, work, true);
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

/* One thing more, behind a blank. */
__attribute__((format(printf, 3, 4))) static void chart_tell(char *line, size_t size,
                                                             const char *format, ...)
{
    const size_t used = strlen(line), blank = used > 0;
    va_list args;
    if (used + blank + 1 >= size)
        return;
    va_start(args, format);
    vsnprintf(line + used + blank, size - used - blank, format, args);
    va_end(args);
    if (blank)
        line[used] = ' ';
}

char *chart_telling(char *text, size_t size, const struct cell_table *table,
                    const struct cell_group *group)
{
    char line[TEXT_PARAMS + 128] = "";
    const struct timing *work = group->first;
    bool tasks = false, rate = false, arrivals = false, version = false;
    chart_params(line, TEXT_PARAMS, table, work, false);
    for (size_t g = 0; g < table->count; g++) {
        const struct timing *other = table->groups[g].first;
        const bool same = strcmp(other->workload, work->workload) == 0;
        tasks |= same && other->tasks != work->tasks;
        rate |= same && other->rate != work->rate;
        arrivals |= same && cells_open_loop(other) && strcmp(other->arrivals, work->arrivals) != 0;
        version |= same && other->workload_version != work->workload_version;
    }
    if (tasks)
        chart_tell(line, sizeof line, "%llu task%s", (unsigned long long)work->tasks,
                   work->tasks == 1 ? "" : "s");
    if (rate && cells_open_loop(work))
        chart_tell(line, sizeof line, "%llu/s", (unsigned long long)work->rate);
    else if (rate)
        chart_tell(line, sizeof line, "closed loop");
    if (arrivals && cells_open_loop(work))
        chart_tell(line, sizeof line, "%.*s", TEXT_NAME, work->arrivals);
    if (version)
        chart_tell(line, sizeof line, "version %llu", (unsigned long long)work->workload_version);
    return plain_text(text, size, line);
}

char *chart_called(char *text, size_t size, const struct cell_table *table,
                   const struct cell_group *group)
{
    char telling[CHART_CALLED], called[TEXT_NAME + CHART_CALLED];
    chart_telling(telling, sizeof telling, table, group);
    snprintf(called, sizeof called, "%.*s%s%s", TEXT_NAME - 1, group->first->workload,
             *telling ? " " : "", telling);
    return plain_text(text, size, called);
}

void chart_figure(FILE *out, int digits, double value)
{
    fputc(',', out);
    if (isnan(value))
        fputs("NaN", out);
    else
        fprintf(out, "%.*g", digits, value);
}

void chart_ratio(FILE *out, const struct judge_pair *judged)
{
    if (judged && !isnan(judged->ratio) && judged->judged == JUDGED_INCONCLUSIVE)
        fputs(",n.s.", out);
    else
        chart_figure(out, 6, judged ? judged->ratio : (double)NAN);
}
