/*
 * claim_rows.h - rows as a run of a claim's scenes would leave them, for the tests of its check.
 *
 * claim_start() plans the claim's scenes on a machine of 2 cores and makes 1 warm-up and 12
 * measured rows per cell, all alike; figures are then set by PUT and the check is asked.
 */
#ifndef TESTS_CLAIM_ROWS_H
#define TESTS_CLAIM_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/suite/finding.h"
#include "bench/suite/judging.h"
#include "tests/unit/report_rows.h"

enum { CLAIM_RUNS = 12 };

static struct rows claim_rows;
static const struct claim *claim_under_test;
static struct topology_counts claim_machine = {.usable = 2, .cores = 2, .pus = 2};
static struct plan claim_scenes[SCENES_MAX];
static size_t claim_scene_count;

static inline const struct claim *claim_of(const char *id)
{
    for (size_t i = 0; notes_claims[i]; i++)
        if (strcmp(notes_claims[i]->id, id) == 0)
            return notes_claims[i];
    fail_msg("no claim %s", id);
    return NULL;
}

/* As long as the test program. */
static inline const char *claim_keep(const char *text)
{
    static struct texts *texts;
    texts = texts ? texts : texts_new();
    const char *kept = texts ? texts_keep(texts, text) : NULL;
    assert_non_null(kept);
    return kept;
}

static inline void claim_add_cell(const struct cell *cell)
{
    char params[TEXT_PARAMS], schedule[SCHEDULE_TEXT];
    for (size_t i = 0; i < claim_rows.count; i++)
        if (scene_has(cell, &claim_rows.row[i]))
            return; /* of an earlier scene, too */
    const char *kept = claim_keep(plan_params(cell, params, sizeof params));
    const char *order = claim_keep(schedule_text(&cell->schedule, schedule, sizeof schedule));
    for (uint64_t block = 1; block <= CLAIM_RUNS + 1; block++) {
        assert_in_range(claim_rows.count, 0, ROWS_MOST - 1);
        struct timing *row =
            rows_add(&claim_rows, cell->workload->name, cell->mode->name, cell->workers, 100);
        row->params = kept;
        row->schedule = order;
        row->wait = cell->wait->name;
        row->tasks = cell->tasks;
        row->width = cell->width;
        row->submit = plan_submit(cell);
        row->stack = plan_stack(cell);
        row->block = block;
        row->warmup = block == 1;
        row->peak_bytes = block == 1 ? UINT64_C(1000000) : FIGURE_OFF;
        row->workers_made = row->callback_ns = row->lost_updates = row->peak_inside =
            row->visible_writes = row->wake_spread_ns = FIGURE_OFF;
        row->short_tasks = row->short_waiting_ns = row->short_turnaround_ns = row->long_tasks =
            row->long_waiting_ns = row->long_turnaround_ns = FIGURE_OFF;
    }
}

/* Forgets the rows of the test before. */
static inline void claim_start(const char *id)
{
    struct error err;
    while (claim_scene_count > 0)
        plan_free(&claim_scenes[--claim_scene_count]);
    claim_rows.count = 0;
    claim_under_test = claim_of(id);
    for (size_t s = 0; s < SCENES_MAX && claim_under_test->scenes[s].words; s++) {
        struct plan *plan = &claim_scenes[claim_scene_count];
        if (scene_plan(&claim_under_test->scenes[s], false, &claim_machine, plan, &err) != 0)
            fail_msg("%s: %s", id, err.text);
        claim_scene_count++;
        for (size_t i = 0; i < plan->count; i++)
            claim_add_cell(&plan->cells[i]);
    }
}

static inline struct finding claim_judge(void)
{
    struct cell_table table;
    struct finding finding;
    struct error err;
    assert_int_equal(cells_gather(&table, claim_rows.row, claim_rows.count, 0), 0);
    assert_int_equal(
        judging_make(&claim_under_test, 1, false, &table, &claim_machine, &finding, &err), 0);
    cells_free(&table);
    return finding;
}

/* The claim's verdict is `verdict`, with `word` in its reason. */
static inline void claim_assert(enum claim_verdict verdict, const char *word)
{
    const struct finding finding = claim_judge();
    if (finding.verdict != verdict || !strstr(finding.reason, word))
        fail_msg("%s: %s: %s | %s; expected: %s, with '%s'", claim_under_test->id,
                 claim_verdicts[finding.verdict], finding.measured, finding.reason,
                 claim_verdicts[verdict], word);
}

static inline void claim_holds(void)
{
    claim_assert(CLAIM_HOLDS, "");
}

/* The n-th row of the cell that is meant; NULL past its last one. */
static inline struct timing *claim_row(struct way way, size_t nth)
{
    struct finding finding;
    const struct cell_table none = {0};
    finding_start(&finding, &none, claim_scenes, claim_scene_count, claim_machine.usable);
    const struct cell *cell = finding_planned(&finding, way);
    assert_non_null(cell);
    for (size_t i = 0; i < claim_rows.count; i++)
        if (scene_has(cell, &claim_rows.row[i]) && nth-- == 0)
            return &claim_rows.row[i];
    return NULL;
}

/* A figure of all rows of the cell: `value`, but for noise of up to 1% where it is large. */
#define PUT(way, field, value)                                                           \
    do {                                                                                 \
        struct timing *row_;                                                             \
        for (size_t n_ = 0; (row_ = claim_row(way, n_)) != NULL; n_++) {                 \
            const double value_ = (double)(value);                                       \
            row_->field = (uint64_t)(value_ * (1 + (value_ > 1e4) * 0.001 *              \
                                                       (double)(row_->block * 7 % 10))); \
        }                                                                                \
    } while (0)

/* A figure that tells nothing: it scatters around `value` by half of it. */
#define SCATTER(way, field, value)                                                     \
    do {                                                                               \
        struct timing *row_;                                                           \
        for (size_t n_ = 0; (row_ = claim_row(way, n_)) != NULL; n_++)                 \
            row_->field = (uint64_t)((double)(value) * (row_->block % 2 ? 0.5 : 2.0)); \
    } while (0)

/* The end of all rows of the cell. */
static inline void claim_ends(struct way way, enum status status, const char *reason)
{
    struct timing *row;
    for (size_t n = 0; (row = claim_row(way, n)) != NULL; n++) {
        row->status = status;
        row->reason = reason;
        if (status != STATUS_OK)
            row->wall_ns = FIGURE_OFF;
    }
}

/* The peak memory of the warm-up. */
static inline void claim_memory(struct way way, uint64_t bytes)
{
    struct timing *row;
    for (size_t n = 0; (row = claim_row(way, n)) != NULL; n++)
        row->peak_bytes = row->warmup ? bytes : FIGURE_OFF;
}

#define WAY(...) ((struct way){__VA_ARGS__})

#endif
