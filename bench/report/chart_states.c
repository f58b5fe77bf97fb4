#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/bars_text.h"
#include "bench/report/chart.h"
#include "bench/report/fold.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { STATES_RUNNING, STATES_READY, STATES_BLOCKED, STATES_COUNT };
static const char *const states_names[STATES_COUNT] = {"running", "ready", "blocked"};

/* Of the tasks' summed time; below that a state is not worth a word in the title. */
#define STATES_NOTABLE 0.2

enum { STATES_LINE = 1024 };

struct states {
    double share[STATES_COUNT]; /* add up to 1; NaN where they are not known */
    double total_ns;
};

/* From the medians of the repetitions. */
static bool states_of(struct states *states, const struct cell_figures *cell)
{
    const double ns[STATES_COUNT] = {cell->running_ns, cell->ready_ns, cell->blocked_ns};
    states->total_ns = ns[STATES_RUNNING] + ns[STATES_READY] + ns[STATES_BLOCKED];
    const bool known = states->total_ns > 0;
    for (size_t i = 0; i < STATES_COUNT; i++)
        states->share[i] = known ? ns[i] / states->total_ns : (double)NAN;
    return known;
}

static bool states_any(const struct cell_group *group)
{
    struct states states;
    for (size_t i = 0; i < group->count; i++)
        if (states_of(&states, &group->cells[i]))
            return true;
    return false;
}

static const char *states_missing(const struct chart_data *data)
{
    for (size_t g = 0; g < data->table->count; g++)
        if (states_any(&data->table->groups[g]))
            return NULL;
    return "needs a run that came out ok of a mode whose workers have one task at a time, such as "
           "thread or process";
}

/* What a row says beside its bar, or in place of one. */
static void states_note(char *text, size_t size, const struct cell_figures *cell)
{
    char line[TEXT_REASON + 64], time[48];
    struct states states;
    if (states_of(&states, cell))
        units_human_time(line, sizeof line, states.total_ns);
    else if (isnan(cell->wall_ns))
        snprintf(line, sizeof line, "%s",
                 cell->trouble ? status_names[cell->trouble->status] : "not measured");
    else if (cell->running_ns > 0)
        snprintf(line, sizeof line, "running %s; the rest is not told apart",
                 units_human_time(time, sizeof time, cell->running_ns));
    else
        snprintf(line, sizeof line, "unknown here");
    plain_field(text, size, line);
}

/* The cell in which a state's share is largest. */
static double states_most(const struct cell_table *table, size_t state,
                          const struct cell_group **group, const struct cell_figures **cell)
{
    double most = 0;
    for (size_t g = 0; g < table->count; g++)
        for (size_t i = 0; i < table->groups[g].count; i++) {
            struct states states;
            if (!states_of(&states, &table->groups[g].cells[i]) || !(states.share[state] > most))
                continue;
            most = states.share[state];
            *group = &table->groups[g];
            *cell = &table->groups[g].cells[i];
        }
    return most;
}

/* "tcp serial" */
static void states_cell_name(char *text, size_t size, const struct cell_table *table,
                             const struct cell_group *group, const struct cell_figures *cell)
{
    char name[VERDICT_NAME], work[CHART_CALLED];
    snprintf(text, size, "%s %s", chart_called(work, sizeof work, table, group),
             verdict_name(name, sizeof name, group, cell));
}

static char *states_title(char *text, size_t size, const struct chart_data *data)
{
    char line[STATES_LINE] = "", said[STATES_LINE / 4] = "",
         name[VERDICT_NAME + CHART_CALLED + 2] = "";
    const struct cell_figures *first = NULL;
    bool one = true; /* all that is said is of one cell */
    for (size_t s = 0; s < STATES_COUNT; s++) {
        const struct cell_group *group = NULL;
        const struct cell_figures *cell = NULL;
        const double share = states_most(data->table, s, &group, &cell);
        if (share < STATES_NOTABLE)
            continue;
        states_cell_name(name, sizeof name, data->table, group, cell);
        const size_t all = strlen(line), shares = strlen(said);
        snprintf(line + all, sizeof line - all, "%s%.0f%% %s (%s)", all ? "; " : "Up to ",
                 100 * share, states_names[s], name);
        snprintf(said + shares, sizeof said - shares, "%s%.0f%% %s", shares ? "; " : "",
                 100 * share, states_names[s]);
        one = one && (!first || first == cell);
        first = cell;
    }
    if (one && first)
        snprintf(line, sizeof line, "%s: %s", name, said);
    return plain_field(text, size, *line ? line : "What tasks spend their time on");
}

/* --- the derived CSV: columns as bars.gp takes them --- */

static void states_row(FILE *out, const char *kind, size_t group, size_t place, const char *name,
                       const char *note, const struct states *states)
{
    fprintf(out, "%s,%zu,%zu,%s,%s,-", kind, group, place, name, note);
    for (size_t i = 0; i < STATES_COUNT; i++)
        chart_figure(out, 6, states ? 100 * states->share[i] : (double)NAN);
    chart_figure(out, 15, states ? states->total_ns : (double)NAN);
    chart_figure(out, 6, (double)NAN);
    fputc('\n', out);
}

static void states_cell(FILE *out, const struct cell_group *group, size_t number,
                        const struct cell_figures *cell, size_t place)
{
    char plain[VERDICT_NAME], name[VERDICT_NAME], note[CHART_NOTE];
    struct states states;
    const bool known = states_of(&states, cell);
    plain_field(name, sizeof name, verdict_name(plain, sizeof plain, group, cell));
    states_note(note, sizeof note, cell);
    states_row(out, "cell", number, place, name, note, known ? &states : NULL);
}

static void states_group(FILE *out, const struct cell_table *table, const struct cell_group *group,
                         size_t number)
{
    char called[CHART_CALLED], name[CHART_CALLED], work[CHART_NOTE], note[CHART_NOTE + 64];
    const size_t drawn = group->count < CHART_CELLS ? group->count : CHART_CELLS;
    plain_field(name, sizeof name, chart_called(called, sizeof called, table, group));
    chart_work(work, sizeof work, table, group);
    snprintf(note, sizeof note, "%s", work);
    if (drawn < group->count)
        snprintf(note, sizeof note, "%zu of %zu shown; %s", drawn, group->count, work);
    states_row(out, "group", number, 0, name, note, NULL);
    for (size_t i = 0; i < drawn; i++)
        states_cell(out, group, number, &group->cells[i], i + 1);
}

static int states_write(FILE *out, const struct chart_data *data)
{
    const struct cell_group *drawn[CHART_PANELS];
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t count = 0;
    for (size_t g = 0; g < data->table->count; g++) {
        if (!states_any(&data->table->groups[g]))
            continue;
        if (count < CHART_PANELS)
            drawn[count] = &data->table->groups[g];
        count++;
    }
    fputs("kind,group,place,name,note,role,running_percent,ready_percent,blocked_percent,total_ns,"
          "ratio\n",
          out);
    states_row(out, "figure", count, 0, states_title(title, sizeof title, data),
               chart_origin(note, sizeof note, data), NULL);
    for (size_t g = 0; g < count && g < CHART_PANELS; g++)
        states_group(out, data->table, drawn[g], g + 1);
    return ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { STATES_SHARES_WIDTH = 16 }; /* " 12%  34%  54%" behind two blanks */

static void states_print_shares(FILE *out, const struct states *states, size_t columns)
{
    static const char marks[STATES_COUNT] = {'#', '.', '-'};
    double before = 0;
    size_t put = 0;
    for (size_t s = 0; s < STATES_COUNT; s++) {
        before += states->share[s];
        for (; put < (size_t)lround(before * (double)columns); put++)
            fputc(marks[s], out);
    }
    fprintf(out, "  %3.0f%% %3.0f%% %3.0f%%\n", 100 * states->share[STATES_RUNNING],
            100 * states->share[STATES_READY], 100 * states->share[STATES_BLOCKED]);
}

/* As bars_text.h does it: a name has a line of its own where one has no room for all. */
static void states_print_cell(FILE *out, const struct cell_group *group,
                              const struct cell_figures *cell, size_t names, size_t width)
{
    char name[VERDICT_NAME], note[CHART_NOTE];
    struct states states;
    const bool narrow = bars_text_narrow(names, STATES_SHARES_WIDTH - 2, width);
    const size_t indent = narrow ? 2 : 2 + names + 1;
    verdict_name(name, sizeof name, group, cell);
    if (narrow)
        fprintf(out, "  %.*s\n  ", (int)width - 2, name);
    else
        fprintf(out, "  %-*s ", (int)names, name);
    if (states_of(&states, cell)) {
        states_print_shares(out, &states, width - indent - STATES_SHARES_WIDTH);
    } else {
        states_note(note, sizeof note, cell);
        fold_text_within(out, note, (int)indent, (int)indent, (int)width);
    }
}

static void states_print_group(FILE *out, const struct chart_data *data,
                               const struct cell_group *group, size_t width)
{
    char name[VERDICT_NAME], work[CHART_NOTE];
    size_t names = 0;
    for (size_t i = 0; i < group->count; i++) {
        const size_t own = strlen(verdict_name(name, sizeof name, group, &group->cells[i]));
        names = own > names ? own : names;
    }
    fprintf(out, "\n%s\n", chart_called(name, sizeof name, data->table, group));
    fold_text_within(out, chart_work(work, sizeof work, data->table, group), 0, 2, (int)width);
    for (size_t i = 0; i < group->count; i++)
        states_print_cell(out, group, &group->cells[i], names, width);
}

static int states_print(FILE *out, const struct chart_data *data, size_t width)
{
    fold_text_within(out, "# running   . ready   - blocked   (shares of the tasks' summed time)", 0,
                     2, (int)width);
    for (size_t g = 0; g < data->table->count; g++)
        if (states_any(&data->table->groups[g]))
            states_print_group(out, data, &data->table->groups[g], width);
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_states = {.name = "states",
                                   .what = "running, ready and blocked by mode",
                                   .write = states_write,
                                   .missing = states_missing,
                                   .title = states_title,
                                   .print = states_print};
