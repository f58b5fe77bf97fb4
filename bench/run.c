#include "bench/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/append.h"
#include "bench/executor.h"
#include "bench/guard.h"
#include "bench/help.h"
#include "bench/machine/identity.h"
#include "bench/measure.h"
#include "bench/noise.h"
#include "bench/plan.h"
#include "bench/plan_limits.h"
#include "bench/plan_table.h"
#include "bench/report/cells.h"
#include "bench/report/plot.h"
#include "bench/report/summary.h"
#include "bench/report/warnings.h"
#include "bench/say.h"

struct run {
    struct options *options; /* the first of option_count */
    size_t option_count;
    const struct run_teller *teller; /* NULL: summary and charts */
    struct append append;
    struct plan plan;
    struct topology *topology;
    json_t *facts; /* of machine.json */
    struct guard *guard;
    struct executor executor;
    struct record record;
    struct texts *texts;
    uint64_t troubled; /* rows that are neither ok nor unsupported, and other failures */
};

static bool needs_scratch(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->cells[i].workload->needs_scratch) {
            return true;
        }
    }
    return false;
}

/* --- what came of it --- */

static void note_chart(const char *line)
{
    say("%s", line);
}

static void tell_warnings(const struct cell_table *table, const json_t *facts)
{
    struct warning *list = NULL;
    size_t count = 0;
    if (warnings_collect(table, facts, &list, &count) != 0) {
        say("no memory for the warnings");
        return;
    }
    warnings_print(stderr, list, count);
    free(list);
}

static void tell_cells(struct run *run)
{
    struct topology_counts counts;
    struct cell_table table;
    topology_counts(run->topology, &counts);
    if (cells_gather(&table, run->record.rows, run->record.count, counts.cache_bytes) != 0) {
        say("no memory for the summary");
        run->troubled++;
        return;
    }
    summary_print(stdout, &table, run->record.precision, summary_colour(stdout));
    fflush(stdout);
    if (!run->options->quiet) {
        tell_warnings(&table, run->facts);
    }
    cells_free(&table);
}

static void tell(struct run *run)
{
    struct error err;
    tell_cells(run);
    if (run->record.count > 0 && !run->executor.interrupted &&
        plot_folder(run->record.folder, run->options->quiet ? NULL : note_chart, &err) != 0) {
        say("no charts: %s", err.text);
    }
    printf("Results: %s\n", run->record.folder);
    if (fflush(stdout) != 0) {
        say("the summary could not be written: %s", strerror(errno));
        run->troubled++;
    }
}

/* --- the stages --- */

/* Once the folder exists. */
static int execute(struct run *run, struct error *err)
{
    struct measure measure = {.options = run->options,
                              .plan = &run->plan,
                              .executor = &run->executor,
                              .record = &run->record,
                              .expects = run->teller ? run->teller->expects : NULL,
                              .user = run->teller ? run->teller->user : NULL};
    if (needs_scratch(&run->plan)) {
        run->executor.scratch = guard_scratch(run->guard, run->record.folder, err);
        if (run->executor.scratch < 0) {
            return run->executor.scratch;
        }
    }
    int rc = measure_run(&measure, err);
    run->troubled += measure.troubled;
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

static int start_record(struct run *run, int count, char **arguments, struct error *err)
{
    if (run->options->append) {
        return record_append(&run->record, &run->append, run->options->append, &run->plan,
                             run->facts, run->texts, err);
    }
    return record_open(&run->record, run->options, &run->plan, run->facts, count, arguments,
                       run->texts, err);
}

static int run_planned(struct run *run, int count, char **arguments)
{
    struct error err = {""};
    bool recording = false;
    int rc = guard_start(&run->guard, &err);
    if (rc == 0) {
        rc = executor_open(&run->executor, &run->plan, run->topology, run->guard, run->texts, &err);
    }
    if (rc == 0) {
        rc = start_record(run, count, arguments, &err);
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
        if (!run->teller) {
            tell(run);
        } else if (!run->executor.interrupted || run->teller->always) {
            run->troubled += run->teller->tell(run->teller->user, &run->record, run->facts,
                                               run->executor.interrupted) != 0;
        }
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
    return exit_status(run, rc);
}

/* The machine, what doctor measured on it, and the plan. 0 or -errno. */
static int prepare(struct run *run, char *note, size_t note_size, struct error *err)
{
    struct topology_counts counts;
    int rc = run->texts ? 0 : error_set(err, -ENOMEM, "no memory");
    if (rc == 0 && run->options->append) {
        rc = append_open(&run->append, run->options, run->texts, err);
    }
    if (rc == 0) {
        rc = topology_load(&run->topology, run->options->topology, NULL, err);
    }
    if (rc != 0) {
        return rc;
    }
    run->facts = identity_collect(run->topology);
    if (!run->facts) {
        return error_set(err, -ENOMEM, "no memory");
    }
    json_t *noise = noise_load(run->facts);
    if (noise) {
        json_object_set_new(run->facts, "noise", noise);
    }
    topology_counts(run->topology, &counts);
    rc = plan_make_all(&run->plan, run->options, run->option_count, &counts,
                       topology_is_simulated(run->topology), note, note_size, err);
    if (rc == 0) {
        rc = plan_limits(&run->plan, NULL, err);
    }
    return rc == 0 && run->options->append ? append_check(&run->append, &run->plan, run->facts, err)
                                           : rc;
}

int run_options(struct options *options, size_t option_count, int count, char **arguments,
                const struct run_teller *teller)
{
    struct run run = {.options = options,
                      .option_count = option_count,
                      .teller = teller,
                      .executor = {.signals = -1, .scratch = -1},
                      .texts = texts_new()};
    struct error err;
    char note[768] = "";
    int status;
    int rc = prepare(&run, note, sizeof note, &err);
    if (rc != 0) {
        say("%s", err.text);
        status = rc == -EINVAL ? 2 : 1;
    } else {
        if (*note && !options->quiet) {
            say("%s", note);
        }
        if (run.plan.simulated && !options->quiet) {
            say("the topology is simulated: cores are counted on it, but no worker is bound");
        }
        status = options->dry_run ? plan_table_print(stdout, &run.plan)
                                  : run_planned(&run, count, arguments);
    }
    plan_free(&run.plan);
    append_close(&run.append);
    json_decref(run.facts);
    topology_free(run.topology);
    texts_free(run.texts);
    return status;
}

int run_command(int count, char **arguments)
{
    struct options options;
    struct error err;
    int rc = options_parse(&options, count, arguments, &err);
    if (rc == 1) {
        return help_print("run");
    }
    if (rc != 0) {
        say("%s", err.text);
        return 2;
    }
    return run_options(&options, 1, count, arguments, NULL);
}
