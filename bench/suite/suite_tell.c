#include "bench/suite/suite_tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/ending.h"
#include "bench/report/summary.h"
#include "bench/results/claims.h"
#include "bench/say.h"
#include "bench/suite/judging.h"
#include "bench/suite/python_file.h"
#include "bench/suite/suite_table.h"
#include "bench/suite/twins.h"

/* The claims' commands as one text; malloc'ed, NULL without memory. */
static char *commands_of(const struct claim *claim, bool full)
{
    char *all = NULL, text[SCENE_TEXT];
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);
    for (size_t s = 0; out && s < SCENES_MAX && claim->scenes[s].words; s++) {
        fprintf(out, "%sbench %s", s > 0 ? "; " : "",
                scene_text(&claim->scenes[s], full, text, sizeof text));
    }
    if (!out || fclose(out) != 0) {
        free(all);
        return NULL;
    }
    return all;
}

static int keep_claims(const struct suite *suite, const struct record *record, struct error *err)
{
    const struct suite_asked *asked = suite->asked;
    struct claim_row rows[CLAIMS_MAX];
    char *commands[CLAIMS_MAX] = {NULL};
    int rc = 0;
    for (size_t i = 0; i < asked->claim_count && rc == 0; i++) {
        const struct claim *claim = asked->claims[i];
        const struct finding *finding = &suite->findings[i];
        commands[i] = commands_of(claim, asked->full);
        rc = commands[i] ? 0 : error_set(err, -ENOMEM, "claims.csv: no memory");
        rows[i] = (struct claim_row){.schema = 1,
                                     .run = record->run,
                                     .suite = "notes",
                                     .id = claim->id,
                                     .claim = claim->text,
                                     .verdict = claim_verdicts[finding->verdict],
                                     .measured = finding->measured,
                                     .reason = finding->reason,
                                     .commands = commands[i],
                                     .full = asked->full,
                                     .runs = asked->runs,
                                     .cores = suite->counts.usable};
    }
    if (rc == 0) {
        rc = claims_write(record->folder, rows, asked->claim_count, err);
    }
    for (size_t i = 0; i < asked->claim_count; i++) {
        free(commands[i]);
    }
    return rc;
}

/* CPython's side, and both tables. 0 or -errno. */
static int tell_python(const struct suite *suite, const struct record *record,
                       const struct cell_table *table, struct error *err)
{
    const struct suite_asked *asked = suite->asked;
    struct python python = {0};
    if (!asked->quiet) {
        say("running the same shapes in CPython, up to %d s", asked->python ? 70 : 30);
    }
    int rc = twins_run(&python, suite->interpreter, asked->python, asked->runs, err);
    if (rc == 0) {
        rc = twins_print_model(stdout, &python, table, &suite->counts, !asked->python, err);
    }
    if (rc == 0 && asked->python) {
        rc = twins_print_all(stdout, &python, table, &suite->counts, err);
    }
    if (rc == 0) {
        rc = python_write(record->folder, record->run, &python, err);
    }
    python_free(&python);
    return rc;
}

static int tell_table(struct suite *suite, const struct record *record,
                      const struct cell_table *table, struct error *err)
{
    const struct suite_asked *asked = suite->asked;
    int rc = judging_make(asked->claims, asked->claim_count, asked->full, table, &suite->counts,
                          suite->findings, err);
    if (rc == 0) {
        suite_table_print(stdout, asked->claims, suite->findings, asked->claim_count,
                          summary_colour(stdout));
        fflush(stdout);
        rc = keep_claims(suite, record, err);
    }
    return rc;
}

/* Without CPython the claims stand all the same; only who asked for it is failed by that. */
static int tell_model(const struct suite *suite, const struct record *record,
                      const struct cell_table *table)
{
    struct error err;
    if (!suite->interpreter) {
        printf("\nThe model of the GIL was not set beside the real one: %s\n", suite->no_python);
        return 0;
    }
    const int rc = tell_python(suite, record, table, &err);
    if (rc != 0 && rc != -EINTR) {
        say("no comparison with CPython: %s", err.text);
    }
    return rc != 0 && rc != -EINTR && suite->asked->python ? 1 : 0;
}

static int tell_rows(struct suite *suite, const struct record *record, const json_t *facts,
                     bool interrupted)
{
    struct cell_table table;
    struct error err;
    if (cells_gather(&table, record->rows, record->count, suite->counts.cache_bytes) != 0) {
        say("no memory for the claims");
        return 1;
    }
    int failed = tell_table(suite, record, &table, &err) != 0;
    if (failed) {
        say("%s", err.text);
    }
    if (!failed && !interrupted && suite->twins) {
        failed = tell_model(suite, record, &table);
    }
    if (!suite->asked->quiet) {
        ending_warnings(&table, facts);
    }
    cells_free(&table);
    return failed;
}

int suite_tell(void *user, const struct record *record, const json_t *facts, bool interrupted)
{
    struct suite *suite = user;
    const int failed = tell_rows(suite, record, facts, interrupted);
    return ending_tell(record, "table", suite->asked->quiet, interrupted) != 0 || failed;
}

/* A claim may want a repetition to end badly, and one that this machine has no room for cannot be
 * tested: neither is trouble. */
bool suite_expects(void *user, const struct timing *row)
{
    const struct suite *suite = user;
    bool expected = row->status == STATUS_SKIPPED;
    for (size_t i = 0; i < suite->asked->claim_count && !expected; i++) {
        const struct claim *claim = suite->asked->claims[i];
        expected = claim->expects && claim->expects(row);
    }
    return expected;
}
