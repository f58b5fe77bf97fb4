#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/util/units.h"

enum { STATES_RUNNING, STATES_READY, STATES_BLOCKED, STATES_COUNT };
static const char *const states_names[STATES_COUNT] = {"running", "ready", "blocked"};

/* Of the tasks' summed time; below that a state is not worth a word in the title. */
#define STATES_NOTABLE 0.2

/* Characters that a sheet shows of its title (scripts/paper.gp). */
enum { STATES_TITLE_MOST = 96 };

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

static char *states_title(char *text, size_t size, const struct chart_data *data)
{
    char line[512] = "";
    for (size_t s = 0; s < STATES_COUNT; s++) {
        const struct cell_group *group = NULL;
        const struct cell_figures *cell = NULL;
        char name[VERDICT_NAME], workload[TEXT_NAME], part[256];
        const double share = states_most(data->table, s, &group, &cell);
        if (share < STATES_NOTABLE)
            continue;
        plain_text(workload, sizeof workload, group->first->workload);
        verdict_name(name, sizeof name, group, cell);
        snprintf(part, sizeof part, "%s%.0f%% %s (%s %s)", *line ? "; " : "Up to ", 100 * share,
                 states_names[s], workload, name);
        if (!*line || strlen(line) + strlen(part) <= STATES_TITLE_MOST)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%s", part);
    }
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
    char name[TEXT_NAME], work[CHART_NOTE], note[CHART_NOTE + 64];
    const size_t drawn = group->count < CHART_CELLS ? group->count : CHART_CELLS;
    plain_field(name, sizeof name, group->first->workload);
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
    char title[CHART_TITLE], note[CHART_NOTE];
    size_t number = 0;
    fputs("kind,group,place,name,note,role,running_percent,ready_percent,blocked_percent,total_ns,"
          "ratio\n",
          out);
    states_row(out, "figure", 0, 0, states_title(title, sizeof title, data),
               chart_origin(note, sizeof note, data), NULL);
    for (size_t g = 0; g < data->table->count; g++)
        if (states_any(&data->table->groups[g]))
            states_group(out, data->table, &data->table->groups[g], ++number);
    return ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { STATES_NAME_WIDTH = 24, STATES_SHARES_WIDTH = 18 };

static void states_print_cell(FILE *out, const struct cell_group *group,
                              const struct cell_figures *cell, size_t width)
{
    static const char marks[STATES_COUNT] = {'#', '.', '-'};
    char name[VERDICT_NAME], note[CHART_NOTE];
    struct states states;
    const size_t taken = 2 + STATES_NAME_WIDTH + 1 + STATES_SHARES_WIDTH;
    const size_t columns = width > taken + 10 ? width - taken : 10;
    fprintf(out, "  %-*.*s ", STATES_NAME_WIDTH, STATES_NAME_WIDTH,
            verdict_name(name, sizeof name, group, cell));
    if (!states_of(&states, cell)) {
        states_note(note, sizeof note, cell);
        fprintf(out, "%.*s\n", (int)(width - 3 - STATES_NAME_WIDTH), note);
        return;
    }
    double before = 0;
    size_t put = 0;
    for (size_t s = 0; s < STATES_COUNT; s++) {
        before += states.share[s];
        for (; put < (size_t)lround(before * (double)columns); put++)
            fputc(marks[s], out);
    }
    fprintf(out, "  %3.0f%% %3.0f%% %3.0f%%\n", 100 * states.share[STATES_RUNNING],
            100 * states.share[STATES_READY], 100 * states.share[STATES_BLOCKED]);
}

static int states_print(FILE *out, const struct chart_data *data, size_t width)
{
    char name[TEXT_NAME], work[CHART_NOTE];
    fprintf(out, "# running   . ready   - blocked\n");
    for (size_t g = 0; g < data->table->count; g++) {
        const struct cell_group *group = &data->table->groups[g];
        if (!states_any(group))
            continue;
        fprintf(out, "\n%s\n%.*s\n", plain_text(name, sizeof name, group->first->workload),
                (int)width, chart_work(work, sizeof work, data->table, group));
        for (size_t i = 0; i < group->count; i++)
            states_print_cell(out, group, &group->cells[i], width);
    }
    return ferror(out) ? -EIO : 0;
}

const struct chart chart_states = {.name = "states",
                                   .what = "running, ready and blocked by mode",
                                   .write = states_write,
                                   .missing = states_missing,
                                   .title = states_title,
                                   .print = states_print};
