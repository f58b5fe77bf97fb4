#include "bench/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_cell.h"
#include "bench/util/align.h"
#include "bench/util/mix.h"
#include "bench/util/saturate.h"
#include "bench/util/units.h"

/* A baseline that would take longer than this per repetition is left out unless
 * it was asked for: serial waiting of a million tasks would take months. */
#define BASELINE_MAX_NS UINT64_C(60000000000)

#define TIMEOUT_FLOOR_NS UINT64_C(60000000000)

/* The same on every machine, so that default runs compare. */
enum { DEFAULT_TASKS = 64 };

/* What one --workers A..B, and all options together, may come to. */
enum { RANGE_MAX = 4096, CELLS_MAX = 16384 };

struct maker {
    struct plan *plan;
    const struct options *options;
    struct error *err;
    size_t room;
};

static uint64_t resolve(struct amount amount, uint64_t cores)
{
    return amount.number == 0 ? cores : amount.per_core ? amount.number * cores : amount.number;
}

static int add_cell(struct maker *maker, const struct cell *cell)
{
    struct plan *plan = maker->plan;
    if (plan->count == CELLS_MAX) {
        return error_set(maker->err, -EINVAL,
                         "--workload, --mode, --workers and --set make more than %d cells; ask for "
                         "fewer combinations",
                         CELLS_MAX);
    }
    if (plan->count == maker->room) {
        size_t room = maker->room ? maker->room * 2 : 64;
        struct cell *cells = realloc(plan->cells, room * sizeof *cells);
        if (!cells) {
            return error_set(maker->err, -ENOMEM, "no memory for a plan of %zu cells", room);
        }
        plan->cells = cells;
        maker->room = room;
    }
    plan->cells[plan->count++] = *cell;
    return 0;
}

bool plan_same(const struct cell *a, const struct cell *b)
{
    return a->workload == b->workload && a->mode == b->mode && a->wait == b->wait &&
           a->workers == b->workers && a->sync == b->sync && a->tasks == b->tasks &&
           schedule_equal(&a->schedule, &b->schedule) &&
           memcmp(a->values, b->values, sizeof a->values) == 0;
}

/* Adds the cell with this number of workers unless an equal one is there. */
static int add_workers(struct maker *maker, struct cell *cell, uint64_t workers)
{
    cell->workers = cell->mode->workers == MODE_WORKERS_ONE ? 1 : workers;
    if (cell->mode->workers == MODE_WORKERS_PER_TASK && cell->workers > cell->tasks) {
        cell->workers = cell->tasks;
    }
    for (size_t i = 0; i < maker->plan->count; i++) {
        if (plan_same(&maker->plan->cells[i], cell)) {
            return 0;
        }
    }
    plan_settle(cell, maker->options, maker->plan->cores);
    return add_cell(maker, cell);
}

/* Nx can come to more than the option's own range. */
static int too_many(struct maker *maker, const char *option, uint64_t number)
{
    return error_set(maker->err, -EINVAL, "%s: %llu on %llu usable cores is more than %d", option,
                     (unsigned long long)number, (unsigned long long)maker->plan->cores, TASKS_MAX);
}

/* Every number of workers that was asked for. */
static int add_mode(struct maker *maker, struct cell *cell)
{
    const struct options *options = maker->options;
    uint64_t cores = maker->plan->cores;
    int rc = 0;
    if (options->workers_count == 0) {
        bool per_task = cell->mode->workers == MODE_WORKERS_PER_TASK;
        uint64_t own = cell->workload->clients ? maker->plan->server_cores : cores;
        return add_workers(maker, cell, per_task ? cell->tasks : own);
    }
    for (size_t i = 0; i < options->workers_count && rc == 0; i++) {
        uint64_t from = resolve(options->workers[i].from, cores);
        uint64_t to = resolve(options->workers[i].to, cores);
        if (from > to) {
            return error_set(maker->err, -EINVAL, "--workers: the range %llu..%llu runs backwards",
                             (unsigned long long)from, (unsigned long long)to);
        }
        if (to - from >= RANGE_MAX) {
            return error_set(maker->err, -EINVAL,
                             "--workers: %llu..%llu is more than %d cells; list the numbers "
                             "instead",
                             (unsigned long long)from, (unsigned long long)to, RANGE_MAX);
        }
        if (to > TASKS_MAX) {
            return too_many(maker, "--workers", to);
        }
        for (uint64_t workers = from; workers <= to && rc == 0; workers++) {
            rc = add_workers(maker, cell, workers);
        }
    }
    return rc;
}

/* Every schedule that was asked for, where the mode takes one. */
static int add_schedules(struct maker *maker, struct cell *cell)
{
    const struct options *options = maker->options;
    int rc = 0;
    size_t i = 0;
    do {
        plan_schedule(cell, options, options->schedules[i]);
        rc = add_mode(maker, cell);
    } while (rc == 0 && ++i < options->schedule_count);
    return rc;
}

/* Every wait that was asked for. */
static int add_waits(struct maker *maker, struct cell *cell)
{
    const struct options *options = maker->options;
    int rc = 0;
    size_t i = 0;
    do {
        cell->wait = plan_wait(options->waits[i], cell->workload, cell->mode);
        cell->sync = options->sync && cell->mode->queue;
        rc = add_schedules(maker, cell);
    } while (rc == 0 && ++i < options->wait_count);
    return rc;
}

/* One sentence for all workloads whose baseline is left out. */
static void note_left_out(char *note, size_t size, const struct cell *cell)
{
    char time[32], why[64] = "cannot run serially";
    size_t used = strlen(note);
    const char *start = used == 0 ? "the serial baseline is left out, and with it speed-up and "
                                    "ideal; --mode serial,... adds it all the same:"
                                  : ";";
    if (!cell->unsupported) {
        snprintf(why, sizeof why, "about %s a repetition",
                 units_human_time(time, sizeof time, (double)cell->estimate_ns));
    }
    snprintf(note + used, size - used, "%s %s (%s)", start, cell->workload->name, why);
}

/* Every mode that was asked for, and serial where it was not. */
static int add_modes(struct maker *maker, struct cell *cell, char *note, size_t note_size)
{
    int rc = 0;
    size_t first = maker->plan->count;
    for (size_t i = 0; i < maker->options->mode_count && rc == 0; i++) {
        cell->mode = maker->options->modes[i];
        rc = add_waits(maker, cell);
    }
    bool serial = false;
    for (size_t i = first; i < maker->plan->count; i++) {
        serial = serial || maker->plan->cells[i].mode->baseline;
    }
    if (rc != 0 || serial || maker->options->no_baseline) {
        return rc;
    }
    cell->mode = registry_mode("serial");
    cell->wait = plan_wait(NULL, cell->workload, cell->mode);
    cell->workers = 1;
    cell->sync = false;
    cell->schedule = (struct schedule){SCHEDULE_OFF, 0, 0, 0};
    plan_settle(cell, maker->options, maker->plan->cores);
    if (cell->unsupported || cell->estimate_ns > BASELINE_MAX_NS) {
        note_left_out(note, note_size, cell);
        return 0;
    }
    cell->baseline = true;
    rc = add_workers(maker, cell, 1);
    cell->baseline = false;
    return rc;
}

static const struct option_set *set_of(const struct options *options,
                                       const struct workload *workload, size_t param)
{
    for (size_t i = 0; i < options->set_count; i++) {
        if (options->sets[i].workload == workload && options->sets[i].param == param) {
            return &options->sets[i];
        }
    }
    return NULL;
}

static uint64_t tasks_of(const struct maker *maker, const struct cell *cell, size_t choice)
{
    const struct amount asked = maker->options->tasks[choice];
    return maker->options->tasks_count > 0 && asked.number > 0 ? resolve(asked, maker->plan->cores)
           : cell->workload->default_tasks ? cell->workload->default_tasks(cell->values)
                                           : DEFAULT_TASKS;
}

/* Every number of tasks that was asked for. */
static int add_tasks(struct maker *maker, const struct cell *work, char *note, size_t note_size)
{
    size_t choice = 0;
    do {
        struct cell cell = *work;
        cell.tasks = tasks_of(maker, work, choice);
        if (cell.tasks > TASKS_MAX) {
            return too_many(maker, "--tasks", cell.tasks);
        }
        int rc = add_modes(maker, &cell, note, note_size);
        if (rc != 0) {
            return rc;
        }
    } while (++choice < maker->options->tasks_count);
    return 0;
}

/* Every combination of the values that --set lists, by counting in a mixed radix. */
static int add_workload(struct maker *maker, const struct workload *workload, char *note,
                        size_t note_size)
{
    size_t digit[PARAM_MAX] = {0};
    for (;;) {
        struct cell cell = {.workload = workload};
        for (size_t i = 0; i < workload->param_count; i++) {
            const struct option_set *set = set_of(maker->options, workload, i);
            cell.values[i] = set ? set->values[digit[i]] : workload->params[i].initial;
        }
        int rc = add_tasks(maker, &cell, note, note_size);
        if (rc != 0) {
            return rc;
        }
        size_t i = 0;
        for (; i < workload->param_count; i++) {
            const struct option_set *set = set_of(maker->options, workload, i);
            if (set && ++digit[i] < set->count) {
                break;
            }
            digit[i] = 0;
        }
        if (i == workload->param_count) {
            return 0;
        }
    }
}

/* The same work in every plan: some 35 ms of computing. Other numbers would make the reference
 * cells of older runs useless. */
#define REFERENCE_ROUNDS UINT64_C(7500000)
#define REFERENCE_TASKS  4

static int add_reference(struct maker *maker)
{
    struct cell cell = {.workload = registry_workload("cpu"),
                        .mode = registry_mode("serial"),
                        .wait = registry_wait("blocking"),
                        .workers = 1,
                        .tasks = REFERENCE_TASKS,
                        .reference = true};
    cell.values[0] = REFERENCE_ROUNDS;
    static const struct options plain; /* it is not paced either */
    plan_settle(&cell, &plain, maker->plan->cores);
    return add_cell(maker, &cell);
}

/* Clients get the last core with all of its hardware threads, where there are two. */
static uint64_t server_cores(const struct topology_counts *counts)
{
    uint64_t left =
        counts->cores > 1 ? (uint64_t)counts->pus * (counts->cores - 1) / counts->cores : 1;
    return left < counts->usable ? left : counts->usable;
}

static int add_workloads(struct maker *maker, char *note, size_t note_size)
{
    int rc = 0;
    for (size_t i = 0; i < maker->options->workload_count && rc == 0; i++) {
        rc = add_workload(maker, maker->options->workloads[i], note, note_size);
    }
    return rc;
}

/* A run in which no cell could have the schedule that was asked for would measure nothing. What
 * else keeps cells from running is told in their rows: it lies in the mode, the workload or the
 * machine.
 */
static int check_schedules(const struct maker *maker)
{
    const char *reason = NULL;
    for (size_t i = 0; i < maker->plan->count; i++) {
        const struct cell *cell = &maker->plan->cells[i];
        const char *own = cell->baseline ? NULL : plan_schedule_unsupported(cell);
        if (!cell->baseline && (!own || cell->unsupported != own)) {
            return 0;
        }
        reason = reason ? reason : own;
    }
    return reason ? error_set(maker->err, -EINVAL, "--schedule: no cell could run: %s", reason) : 0;
}

int plan_make(struct plan *plan, const struct options *options,
              const struct topology_counts *counts, bool simulated, char *note, size_t note_size,
              struct error *err)
{
    return plan_make_all(plan, options, 1, counts, simulated, note, note_size, err);
}

int plan_make_all(struct plan *plan, const struct options *options, size_t count,
                  const struct topology_counts *counts, bool simulated, char *note,
                  size_t note_size, struct error *err)
{
    struct maker maker = {.plan = plan, .options = options, .err = err};
    /* The ring of a pool's queue counts in powers of two. */
    *plan = (struct plan){.warmup = options->warmup,
                          .min_runs = options->min_runs,
                          .max_runs = options->max_runs,
                          .precision = options->precision,
                          .invocations = options->invocations,
                          .pause_ns = options->pause_ns,
                          .max_time_ns = options->max_time_ns,
                          .seed = options->seed,
                          .cores = counts->usable,
                          .server_cores = server_cores(counts),
                          .pin = options->pin,
                          .simulated = simulated,
                          .rate = options->rate,
                          .poisson = options->poisson,
                          .queue = align_power(options->queue)};
    if (note_size > 0) {
        note[0] = '\0';
    }
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        maker.options = &options[i];
        rc = add_workloads(&maker, note, note_size);
    }
    if (rc == 0) {
        rc = check_schedules(&maker);
    }
    if (rc == 0 && !options->no_reference) {
        rc = add_reference(&maker);
    }
    if (rc != 0) {
        plan_free(plan);
    }
    return rc;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->cells[i].limit);
        free(plan->cells[i].clamp);
    }
    free(plan->cells);
    plan->cells = NULL;
    plan->count = 0;
}

void plan_order(const struct plan *plan, uint64_t invocation, uint64_t block, size_t *order)
{
    uint64_t state = mix64(plan->seed) ^ mix64(~block) ^ mix64(invocation << 32);
    for (size_t i = 0; i < plan->count; i++) {
        size_t j = (size_t)mix_below(&state, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

uint64_t plan_estimate_ns(const struct plan *plan, uint64_t runs)
{
    unsigned __int128 total = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (plan_runs(&plan->cells[i])) {
            total += plan->cells[i].estimate_ns;
        }
    }
    total = (total * (plan->warmup + runs) + plan->pause_ns) * plan->invocations;
    return saturate(total - plan->pause_ns);
}

char *plan_params(const struct cell *cell, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "off");
    for (size_t i = 0; i < cell->workload->param_count && used < size; i++) {
        const struct param *param = &cell->workload->params[i];
        char value[64];
        used += (size_t)snprintf(text + used, size - used, "%s%s=%s", i ? ";" : "", param->name,
                                 param_format(param, cell->values[i], value, sizeof value));
    }
    return text;
}

const char *plan_stack(const struct cell *cell)
{
    return cell->mode->inner != MODE_INNER_COROUTINES ? "off"
           : cell->shared_stack                       ? "shared"
                                                      : "own";
}

const char *plan_submit(const struct cell *cell)
{
    return !cell->mode->queue ? "off" : cell->sync ? "sync" : "async";
}

uint64_t plan_rate(const struct plan *plan, const struct cell *cell)
{
    return plan->rate > 0 && !cell->reference ? plan->rate : FIGURE_OFF;
}

const char *plan_arrivals(const struct plan *plan, const struct cell *cell)
{
    return plan_rate(plan, cell) == FIGURE_OFF ? "off" : plan->poisson ? "poisson" : "constant";
}

uint64_t plan_timeout_ns(const struct cell *cell, uint64_t asked_ns)
{
    return asked_ns ? asked_ns
                    : saturate(TIMEOUT_FLOOR_NS + (unsigned __int128)10 * cell->estimate_ns);
}
