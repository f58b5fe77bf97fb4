#include "bench/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/append.h"
#include "bench/ending.h"
#include "bench/exclusive.h"
#include "bench/executor.h"
#include "bench/help.h"
#include "bench/machine/identity.h"
#include "bench/machine/limits.h"
#include "bench/measure.h"
#include "bench/noise.h"
#include "bench/own_limits.h"
#include "bench/plan.h"
#include "bench/plan_clamped.h"
#include "bench/plan_limits.h"
#include "bench/plan_table.h"
#include "bench/record_topology.h"
#include "bench/report/cells.h"
#include "bench/report/summary.h"
#include "bench/resume.h"
#include "bench/say.h"
#include "bench/scratch.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"
#include "bench/util/units.h"

struct run {
    struct options *options; /* the first of option_count */
    size_t option_count;
    const struct run_teller *teller; /* NULL: summary and charts */
    struct append append;
    struct resume resume;
    struct plan plan;
    struct topology *topology;
    json_t *facts; /* of machine.json */
    struct guard *guard;
    struct scratch scratch;
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

static void note_line(const char *line)
{
    say("%s", line);
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
        ending_warnings(&table, run->facts);
    }
    cells_free(&table);
}

static void tell(struct run *run)
{
    tell_cells(run);
    run->troubled += ending_tell(&run->record, "summary", run->options->quiet,
                                 executor_poll(&run->executor)) != 0;
}

static const char *command_of(const struct run *run)
{
    return run->teller ? run->teller->command : "run";
}

static void tell_interrupted(struct run *run)
{
    if (executor_poll(&run->executor) && run->record.count > 0 && !run->options->quiet) {
        say("interrupted; to finish the run: bench %s --resume %s", command_of(run),
            run->record.folder);
    }
}

/* --- the stages --- */

/* Nothing was left to be done. */
static void tell_whole(struct run *run)
{
    const uint64_t cells = run->resume.skipped_cells;
    const uint64_t repetitions = run->resume.skipped_repetitions;
    if (run->teller) { /* which tells what a limit left untested */
        say("nothing was left to do: the suite is whole");
        return;
    }
    if (cells > 0) {
        say("nothing was left to do; a limit of the machine kept %llu cell%s from running: when it "
            "is raised as the row%s, `bench run --append %s` runs %s in a further invocation",
            (unsigned long long)cells, cells == 1 ? "" : "s", cells == 1 ? " says" : "s say",
            run->record.folder, cells == 1 ? "it" : "them");
    } else if (repetitions > 0) {
        say("nothing was left to do, but a limit of the machine kept %llu repetition%s from "
            "running, as %s row%s: --append adds a further invocation",
            (unsigned long long)repetitions, repetitions == 1 ? "" : "s",
            repetitions == 1 ? "its" : "their", repetitions == 1 ? " says" : "s say");
    } else {
        say("nothing was left to do: the run is whole; --append adds a further invocation");
    }
}

/* They lack blocks that the others have, and their warm-up. */
static void tell_left_out(const struct run *run)
{
    const size_t count = run->resume.left_outs;
    if (!run->options->resume || count == 0 || run->options->quiet) {
        return;
    }
    if (run->teller) { /* a suite has but one invocation */
        say("%zu cell%s that a limit kept from running would fit now, but %s the blocks before "
            "this one: left out here; a new run of the suite has %s",
            count, count == 1 ? "" : "s", count == 1 ? "lacks" : "lack",
            count == 1 ? "it" : "them");
    } else {
        say("%zu cell%s that a limit kept from running would fit now, but %s the blocks before "
            "this one: left out here; `bench run --append %s` runs %s in a further invocation",
            count, count == 1 ? "" : "s", count == 1 ? "lacks" : "lack", run->record.folder,
            count == 1 ? "it" : "them");
    }
}

static void tell_late(const struct run *run, uint64_t blocks)
{
    if (blocks > 0 && !run->options->quiet) {
        say("--max-time ended it after %llu of up to %llu blocks; to go on: bench %s --resume %s",
            (unsigned long long)blocks, (unsigned long long)(run->plan.warmup + run->plan.max_runs),
            command_of(run), run->record.folder);
    }
}

/* Once the folder exists. */
static int execute(struct run *run, struct error *err)
{
    struct measure measure = {.options = run->options,
                              .plan = &run->plan,
                              .executor = &run->executor,
                              .record = &run->record,
                              .resume = run->options->resume ? &run->resume : NULL,
                              .expects = run->teller ? run->teller->expects : NULL,
                              .user = run->teller ? run->teller->user : NULL};
    if (needs_scratch(&run->plan)) {
        const int rc = scratch_open(&run->scratch, run->guard, run->record.folder, err);
        if (rc != 0) {
            return rc;
        }
        run->executor.scratch = run->scratch.folder;
    }
    const size_t before = run->record.count;
    tell_left_out(run);
    int rc = measure_run(&measure, err);
    run->troubled += measure.troubled + (run->teller ? 0 : run->resume.troubled);
    tell_late(run, measure.late_after);
    if (rc == 0 && run->options->resume && run->record.count == before &&
        !run->executor.interrupted) {
        tell_whole(run);
    }
    return rc;
}

static int exit_status(const struct run *run, int rc)
{
    if (run->executor.interrupted || interrupt_came()) {
        return EXIT_INTERRUPTED;
    }
    if (rc == -EINVAL || rc == -EEXIST) {
        return 2;
    }
    return rc != 0 || run->troubled > 0 ? 1 : 0;
}

static int start_record(struct run *run, int count, char **arguments, struct error *err)
{
    if (run->options->append) {
        const int rc = record_append(&run->record, &run->append, run->options->append, &run->plan,
                                     run->facts, run->texts, err);
        /* For the warnings: what was clamped when the run was begun. */
        json_object_set(run->facts, "run", json_object_get(run->append.machine, "run"));
        if (rc == 0) {
            scratch_sweep(run->options->append);
        }
        return rc;
    }
    const int rc = record_open(&run->record, run->options, &run->plan, run->facts, count, arguments,
                               run->texts, err);
    return rc == 0 ? record_topology(run->record.folder, run->topology, err) : rc;
}

static int start_guard(struct run *run, struct error *err)
{
    char reason[400];
    struct limits_refusal refusal = {.live = true};
    const struct limits_need need = {.processes = 1, .descriptors = 1};
    const int rc = guard_start(&run->guard, &refusal.call);
    refusal.code = rc;
    const bool named = rc != 0 && limits_explain(&refusal, &need, NULL, reason, sizeof reason) != 0;
    return rc == 0 ? 0
                   : error_set(err, rc, "the guard process could not be started: %s",
                               named ? reason : strerror(-rc));
}

/* Nothing of the repetitions is left then, and nobody needs to be watched. */
static void end_guard(struct run *run)
{
    scratch_close(&run->scratch);
    guard_end(run->guard);
    run->guard = NULL;
}

static int run_planned(struct run *run, int count, char **arguments)
{
    struct error err = {""};
    bool recording = false;
    int rc = start_guard(run, &err);
    if (rc == 0) {
        rc = executor_open(&run->executor, &run->plan, run->topology, run->guard, run->texts, &err);
    }
    if (rc == 0) {
        rc = exclusive_settle(&run->executor, run->options, &err);
    }
    if (rc == 0) {
        rc = start_record(run, count, arguments, &err);
        recording = true;
    }
    if (rc == 0) {
        if (!run->options->quiet) {
            exclusive_tell(&run->executor);
        }
        rc = execute(run, &err);
        if (rc != 0) {
            say("%s", err.text);
            run->troubled++;
            rc = 0; /* what there is, is told all the same */
        }
        end_guard(run);
        interrupt_let(); /* who reads the summary may take long */
        if (!run->teller) {
            tell(run);
        } else if (!executor_poll(&run->executor) || run->teller->always) {
            run->troubled += run->teller->tell(run->teller->user, &run->record, run->facts,
                                               run->executor.interrupted) != 0;
        }
        tell_interrupted(run);
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
    end_guard(run);
    const int status = exit_status(run, rc);
    interrupt_once();
    return status;
}

/* Behind the plan, which is that of the whole. 0 or -ENOMEM. */
static int print_left(const struct run *run)
{
    const struct plan *plan = &run->plan;
    struct enough enough;
    char least[32], most[32];
    if (enough_open(&enough, plan) != 0) {
        return -ENOMEM;
    }
    enough_begin(&enough);
    const int rc = resume_recall(&run->resume, run->append.rows, run->resume.invocation, &enough);
    const uint64_t least_ns = resume_left_ns(&run->resume, &enough, plan->min_runs);
    const uint64_t most_ns = resume_left_ns(&run->resume, &enough, plan->max_runs);
    units_human_time(least, sizeof least, (double)least_ns);
    units_human_time(most, sizeof most, (double)most_ns);
    if (rc == 0 && most_ns == 0) {
        puts("Nothing of that is left to do.");
    } else if (rc == 0 && least_ns == most_ns) {
        printf("About %s of that is left to do.\n", most);
    } else if (rc == 0 && least_ns == 0) {
        printf("At most %s of that is left to do.\n", most);
    } else if (rc == 0) {
        printf("About %s to %s of that is left to do.\n", least, most);
    }
    enough_close(&enough);
    return rc;
}

/* Instead of running it. Returns the exit status. */
static int print_plan(const struct run *run)
{
    int status = plan_table_print(stdout, &run->plan);
    if (status == 0 && run->options->resume && print_left(run) != 0) {
        say("no memory");
        status = 1;
    }
    return fflush(stdout) == 0 ? status : 1;
}

/* The machine, what doctor measured on it, and the plan. 0 or -errno. */
static int prepare(struct run *run, char *note, size_t note_size, struct error *err)
{
    struct topology_counts counts;
    int rc = run->texts ? 0 : error_set(err, -ENOMEM, "no memory");
    if (rc == 0 && run->options->append) {
        rc = append_open(&run->append, run->options, run->texts, err);
        if (rc == 0 && !run->teller) {
            rc = append_options(&run->append, run->options, run->texts, err);
        }
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
    if (rc == 0 && run->options->append) {
        rc = plan_clamped_restore(&run->plan, run->options, run->append.machine, run->append.option,
                                  err);
    }
    if (rc == 0) {
        rc = plan_limits(&run->plan, run->options, NULL, run->options->quiet ? NULL : note_line,
                         err);
    }
    if (rc == 0 && run->options->append) {
        rc = append_check(&run->append, &run->plan, run->facts, err);
    }
    if (rc == 0 && run->options->resume &&
        resume_find(&run->resume, &run->append, &run->plan) != 0) {
        rc = error_set(err, -ENOMEM, "no memory");
    }
    return rc;
}

int run_options(struct options *options, size_t option_count, int count, char **arguments,
                const struct run_teller *teller)
{
    struct run run = {.options = options,
                      .option_count = option_count,
                      .teller = teller,
                      .executor = {.signals = -1, .scratch = -1, .oom = {.fd = -1}},
                      .texts = texts_new()};
    struct error err;
    char note[768] = "";
    int status;
    int rc = prepare(&run, note, sizeof note, &err);
    if (rc != 0) {
        say("%s", err.text);
        status = rc == -EINVAL ? 2 : 1;
    } else {
        if (!options->quiet) {
            own_limits_warn();
        }
        if (*note && !options->quiet) {
            say("%s", note);
        }
        if (run.plan.simulated && !options->quiet) {
            say("the topology is simulated: cores are counted on it, but no worker is bound");
        }
        status = options->dry_run ? print_plan(&run) : run_planned(&run, count, arguments);
    }
    plan_free(&run.plan);
    resume_free(&run.resume);
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
