/*
 * chart.h - the derived CSV files that the gnuplot scripts read.
 *
 * Each is a list of things to draw, one per row; `kind` says what, and columns that a
 * kind does not use hold "-" (texts) or NaN (figures). Times are nanoseconds.
 * Texts are safe for gnuplot (plain.h); no field is quoted. Of more than CHART_PANELS groups only
 * the first are there; how many there are, the column `group` of kind figure says.
 *
 * wall.csv: kind,group,place,name,note,role,wall_ns,low_ns,high_ns,ideal_ns,speedup
 *   figure  name: the finding; note: run, date, cores
 *   group   name: the group's finding; note: what was run
 *   cell    place: from the top, 0 where it is not drawn; name; note: the median with its unit, or
 * what went wrong; role: winner, serial, other, trouble or absent (unsupported, skipped); wall_ns:
 * median; low_ns, high_ns: its 95% interval; speedup: over serial
 *   run     wall_ns of one measured repetition of the cell at `place`, where that is drawn; of very
 * many, some (dots.h)
 *
 * speedup.csv:
 * kind,group,line,name,note,workers,speedup,low,high,cap,sigma,kappa,preferred
 *   figure  name: the finding; note: run, date, cores
 *   group   name, note; cap: the speed-up that the CPUs allow (the ideal is min(workers, cap))
 *   line    line: number of the line, the same in all groups; name: its name
 *   point   of `line`: workers, speed-up over serial, low and high: ends of its interval
 *   law     fitted to `line` (0: it has no colour): name; note: its parameters; workers: the most
 * in the fit; speedup: of the law's single worker over serial; cap: the most workers that can gain;
 * sigma, kappa; preferred: 1 or 0
 *   text    of `line` (0: of all): name: the line's; note: a law in words, or why there is none
 *
 * callbacks.csv: the columns of wall.csv, of CPU time: cpu_ns in place of wall_ns, ratio in
 * place of speedup
 *   cell    name: mode and wait; role: event or coroutine; cpu_ns: median CPU time of a request
 * (or task); low_ns, high_ns: its 95% interval; ratio: over the coroutine's, of call-backs; "n.s."
 * where the pairs of blocks decide nothing
 *
 * waiting.csv: the columns of wall.csv, of waiting for a turn: waiting_ns in place of wall_ns,
 * turnaround_ns in place of ideal_ns, ratio in place of speedup
 *   cell    two for each cell: role short and role long; waiting_ns: median over the repetitions of
 * their tasks' means; low_ns, high_ns: its 95% interval; ratio: over that under fcfs,
 * "n.s." where the pairs of blocks decide nothing; place may lie between two lines
 *
 * timeline.csv: kind,group,panel,lane,name,note,from_ns,to_ns,height,running,ready,blocked
 *   figure  name: the finding; note: run, date, cores; panel: how many cells are not drawn
 *   group   name, note; to_ns: end of the axis
 *   panel   name; note: workers, most tasks at once, shares; lane: how many lanes it has
 *   queued  of `lane`, from 1: the time that a task was queued while the lane was free
 *   bar     a task, from its start to its end, or its last segment; height: 1; running, ready,
 * blocked: shares of the segment or, where segments were not recorded, of the repetition; what is
 * missing from 1 is unknown, NaN: not told apart
 *   part    a segment of a task that goes on
 *   span    several short ones; height: the share of it that tasks fill
 *
 * latency.csv: kind,group,line,name,note,latency_ns,low_ns,high_ns,level
 *   figure, group, line as in speedup.csv
 *   point   of `line`: level: the share of one repetition's tasks that were done by latency_ns
 *   mark    of `line`: note: the percentile's name; latency_ns; low_ns, high_ns: ends of its 95%
 * interval over repetitions, of requests; level: 0.99 for p99
 *
 * memory.csv: kind,group,line,name,note,tasks,peak_bytes,alive,places
 *   figure, group, line as in speedup.csv
 *   point   of `line`: note: what one more task takes on that line; tasks; peak_bytes; alive: tasks
 * at once at the most; places: those that could be
 *
 * machines.csv: kind,group,place,name,note,role,ratio,low,high,base_speedup,speedup
 *   figure  name: the finding; note: run, date, cores of the base
 *   group   a run beside the base: name: what was found; note: which runs, how many cells
 *   cell    place: from the top; name; role: faster, slower, equivalent or inconclusive; ratio: of
 * the wall times, over the base's; low, high: its 95% interval; base_speedup, speedup: over its own
 * serial, of the base and of the other
 *
 * crossover.csv: kind,row,column,name,note,role,share,workers,ratio,line
 *   figure  name: the finding; note: run, date, cores
 *   group   note: what was run, but for the share
 *   line    row: number of the mode's colour; name: the mode
 *   field   row, column: from the least share, from the fewest workers; name: the fastest mode;
 * note: the one that it is told from; role: winner or open; share: per cent of a task that is
 * waiting; workers; ratio: of the other's wall time; line: the number of the mode's colour
 */
#ifndef BENCH_REPORT_CHART_H
#define BENCH_REPORT_CHART_H

#include <jansson.h>
#include <stdio.h>

#include "bench/report/cells.h"
#include "bench/report/compare.h"
#include "bench/results/states.h"
#include "bench/results/tasks.h"

enum {
    CHART_PANELS = 8,   /* drawn at the most; the scripts know it, too */
    CHART_CELLS = 14,   /* drawn at the most in a panel of the wall chart */
    CHART_WAITING = 12, /* at the most in one of the waiting chart, two lines each */
    CHART_LINES = 16    /* at the most in a legend */
};

/* What charts are drawn from: one result folder or, for `machines`, several. */
struct chart_data {
    const struct cell_table *table; /* of the first run */
    const json_t *machine;          /* its machine.json, NULL where there is none */
    const struct task_cell *tasks;  /* its tasks.csv, by cell; empty where there is none */
    size_t task_cells;
    const struct state_cell *states; /* likewise its states.csv */
    size_t state_cells;
    const struct comparison *compared; /* each other run with the first (compare_with_first()) */
    size_t compared_count;
};

enum { CHART_TITLE = 160, CHART_NOTE = 240, CHART_CALLED = 128 };

struct chart {
    const char *name; /* of its files and its script */
    const char *what;
    bool tasks;   /* takes tasks.csv and states.csv */
    bool several; /* of several runs together: none of a single one */
    /* The derived CSV. 0, -EIO or -ENOMEM. */
    int (*write)(FILE *out, const struct chart_data *data);
    /* NULL where the chart can be made; otherwise why not, and how to mend it, as the end of a
     * sentence. NULL: it always can. */
    const char *(*missing)(const struct chart_data *data);
    /* What was found, as its title says it. Returns `text`. */
    char *(*title)(char *text, size_t size, const struct chart_data *data);
    /* The same chart for a terminal, at most `width` columns wide, without its title. 0, -EIO or
     * -ENOMEM. */
    int (*print)(FILE *out, const struct chart_data *data, size_t width);
};

extern const struct chart chart_wall, chart_speedup, chart_timeline, chart_states, chart_latency,
    chart_crossover, chart_memory, chart_callbacks, chart_waiting, chart_machines;

/* Run, machine (where machine.json says its name), date (UTC) and cores, for the line under a
 * figure's title. Returns `text`. */
char *chart_origin(char *text, size_t size, const struct chart_data *data);

/* What a group ran: tasks and parameters, first those in which the table's groups of that workload
 * differ, for a note that is cut off. Returns `text`. */
char *chart_work(char *text, size_t size, const struct cell_table *table,
                 const struct cell_group *group);

/* What tells a group from the table's others of its workload: parameters, tasks, rate, arrivals,
 * version. Empty where there is no other. Returns `text`. */
char *chart_telling(char *text, size_t size, const struct cell_table *table,
                    const struct cell_group *group);

/* Its workload, and what tells it from the others: "mixed share=20%". Returns `text`. */
char *chart_called(char *text, size_t size, const struct cell_table *table,
                   const struct cell_group *group);

/* Writes a comma and a figure with so many significant digits, or NaN. */
void chart_figure(FILE *out, int digits, double value);

/* Writes a comma and the ratio of a pair that was judged: "n.s." where the pairs of blocks decide
 * nothing, for then the medians beside it can say the contrary; NaN where there is no pair (NULL)
 * or no ratio. */
void chart_ratio(FILE *out, const struct judge_pair *judged);

#endif
