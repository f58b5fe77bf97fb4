#include "bench/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/executor.h"
#include "bench/guard.h"
#include "bench/help.h"
#include "bench/options.h"
#include "bench/plan.h"
#include "bench/plan_table.h"
#include "bench/progress.h"
#include "bench/record.h"
#include "bench/report/cells.h"
#include "bench/report/plot.h"
#include "bench/report/summary.h"
#include "bench/say.h"
#include "bench/util/clock.h"

struct run {
    struct options options;
    struct plan plan;
    struct topology *topology;
    struct guard *guard;
    struct executor executor;
    struct record record;
    struct progress progress;
    struct texts *texts;
    uint64_t troubled; /* rows that are neither ok nor unsupported */
};

static int run_cell(struct run *run, size_t index, uint64_t block, struct error *err)
{
    const struct cell *cell = &run->plan.cells[index];
    struct timing row;
    struct shared *shared = NULL;
    uint64_t before = clock_now_ns();

    record_start_row(&run->record, &run->plan, index, block, &row);
    if (cell->unsupported && block > 1) {
        progress_done(&run->progress, index, 0);
        return 0; /* said once */
    }
    progress_draw(&run->progress, index);
    int rc = executor_run(&run->executor, cell, row.warmup == 1,
                          plan_timeout_ns(cell, run->options.timeout_ns), &row, &shared, err);
    if (rc == 0) {
        rc = record_row(&run->record, &row, err);
        run->troubled += row.status != STATUS_OK && row.status != STATUS_UNSUPPORTED;
    }
    if (rc == 0) {
        rc = record_tasks(&run->record, &run->plan, index, &row, shared, err);
    }
    executor_release(shared);
    progress_done(&run->progress, index, clock_now_ns() - before);
    return rc;
}

/* Every block in its own order, until done, interrupted or unable to go on. */
static int run_blocks(struct run *run, struct error *err)
{
    uint64_t blocks = run->plan.warmup + run->plan.runs;
    size_t *order = calloc(run->plan.count ? run->plan.count : 1, sizeof *order);
    int rc = order ? 0 : error_set(err, -ENOMEM, "no memory");
    for (uint64_t block = 1; block <= blocks && rc == 0; block++) {
        plan_order(&run->plan, block, order);
        for (size_t i = 0; i < run->plan.count && rc == 0; i++) {
            rc = executor_poll(&run->executor) ? -EINTR : run_cell(run, order[i], block, err);
        }
    }
    free(order);
    return rc == -EINTR && run->executor.interrupted ? 0 : rc;
}

static bool needs_scratch(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->cells[i].workload->needs_scratch) {
            return true;
        }
    }
    return false;
}

static void note_chart(const char *line)
{
    say("%s", line);
}

static void tell(struct run *run)
{
    struct topology_counts counts;
    struct cell_table table;
    struct error err;
    topology_counts(run->topology, &counts);
    if (cells_gather(&table, run->record.rows, run->record.count, counts.cache_bytes) == 0) {
        summary_print(stdout, &table, summary_colour(stdout));
        cells_free(&table);
    } else {
        say("no memory for the summary");
    }
    if (run->record.count > 0 && !run->executor.interrupted &&
        plot_folder(run->record.folder, run->options.quiet ? NULL : note_chart, &err) != 0) {
        say("no charts: %s", err.text);
    }
    printf("Results: %s\n", run->record.folder);
    if (fflush(stdout) != 0) {
        say("the summary could not be written: %s", strerror(errno));
        run->troubled++;
    }
}

/* Once the folder exists. */
static int execute(struct run *run, struct error *err)
{
    if (needs_scratch(&run->plan)) {
        run->executor.scratch = guard_scratch(run->guard, run->record.folder, err);
        if (run->executor.scratch < 0) {
            return run->executor.scratch;
        }
    }
    progress_start(&run->progress, &run->plan, run->options.quiet);
    int rc = run_blocks(run, err);
    progress_end(&run->progress);
    return rc;
}

static int exit_status(const struct run *run, int rc)
{
    if (run->executor.interrupted) {
        return 130;
    }
    if (rc == -EINVAL || rc == -EEXIST) {
        return 2;
    }
    return rc != 0 || run->troubled > 0 ? 1 : 0;
}

static int run_planned(struct run *run, int count, char **arguments)
{
    struct error err = {""};
    bool recording = false;
    run->texts = texts_new();
    int rc = run->texts ? guard_start(&run->guard, &err) : error_set(&err, -ENOMEM, "no memory");
    if (rc == 0) {
        rc = executor_open(&run->executor, &run->plan, run->topology, run->guard, run->texts, &err);
    }
    if (rc == 0) {
        rc = record_open(&run->record, &run->options, &run->plan, run->topology, count, arguments,
                         run->texts, &err);
        recording = true;
    }
    if (rc == 0) {
        rc = execute(run, &err);
        if (rc != 0) {
            say("%s", err.text);
            run->troubled++;
            rc = 0; /* what there is, is told all the same */
        }
        guard_end(run->guard);
        run->guard = NULL;
        tell(run);
        executor_poll(&run->executor); /* a signal waits until the charts are whole */
    } else {
        say("%s", err.text);
    }
    executor_close(&run->executor);
    if (recording) {
        int closing = record_close(&run->record, &err);
        if (closing != 0) {
            say("%s", err.text);
            run->troubled++;
        }
    }
    guard_end(run->guard);
    texts_free(run->texts);
    return exit_status(run, rc);
}

int run_command(int count, char **arguments)
{
    struct run run = {.executor = {.signals = -1, .scratch = -1}};
    struct error err;
    struct topology_counts counts;
    char note[768];
    int status = 2;

    int rc = options_parse(&run.options, count, arguments, &err);
    if (rc == 1) {
        return help_print("run");
    }
    if (rc == 0) {
        rc = topology_load(&run.topology, run.options.topology, NULL, &err);
    }
    if (rc == 0) {
        topology_counts(run.topology, &counts);
        rc = plan_make(&run.plan, &run.options, &counts, topology_is_simulated(run.topology), note,
                       sizeof note, &err);
    }
    if (rc != 0) {
        say("%s", err.text);
        topology_free(run.topology);
        return rc == -EINVAL ? 2 : 1;
    }
    if (*note && !run.options.quiet) {
        say("%s", note);
    }
    if (run.plan.simulated && !run.options.quiet) {
        say("the topology is simulated: cores are counted on it, but no worker is bound");
    }
    status = run.options.dry_run ? plan_table_print(stdout, &run.plan)
                                 : run_planned(&run, count, arguments);
    plan_free(&run.plan);
    topology_free(run.topology);
    return status;
}
