#include "bench/resume.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/util/saturate.h"

bool resume_counts(const struct timing *row)
{
    return row->status != STATUS_INTERRUPTED;
}

/* Per cell. */
struct resume_seen {
    /* Of the invocation that goes on: it has rows in earlier blocks; others than such that say a
     * limit. */
    bool before, ran_before;
    /* Of all: the last one that a limit kept from running, and whether there are others. */
    const struct timing *last_skipped;
    bool others;
    uint64_t skipped; /* of the invocations that were asked for together last */
};

/* One that was tried again has two rows. */
static void resume_tally(const struct resume *resume, const struct timing *row,
                         struct resume_seen *seen)
{
    const struct timing *last = seen->last_skipped;
    const bool again = last && last->invocation == row->invocation && last->block == row->block;
    const bool counts = row->invocation >= resume->first;
    if (row->status == STATUS_SKIPPED) {
        seen->skipped += counts && !again;
        seen->last_skipped = row;
        return;
    }
    seen->others = true;
    if (again) {
        seen->skipped -= counts;
        seen->last_skipped = NULL;
    }
}

static void resume_row(struct resume *resume, const struct plan *plan, const struct timing *row,
                       size_t cell, struct resume_seen *seen)
{
    const bool skipped = row->status == STATUS_SKIPPED;
    if (row->invocation >= resume->first)
        resume->said[cell] = skipped || row->status == STATUS_UNSUPPORTED;
    if (row->invocation != resume->invocation || !resume_counts(row))
        return;
    if (row->block < resume->block) {
        seen->before = true;
        seen->ran_before |= !skipped;
    } else if (!skipped || !plan_runs(&plan->cells[cell])) {
        resume->done[cell] = true;
    }
}

/* Other than by a limit or a signal, after which it may have been made again. */
static bool resume_failed(const struct resume *resume, const struct cell *cell,
                          const struct timing *row)
{
    return row->invocation >= resume->first && plan_troubled(cell, row->status) &&
           row->status != STATUS_INTERRUPTED && row->status != STATUS_SKIPPED;
}

/* What a limit kept from running, but for a repetition that is now made again. */
static uint64_t resume_lost(const struct resume *resume, const struct cell *cell,
                            const struct resume_seen *seen)
{
    const struct timing *last = seen->last_skipped;
    const bool now = last && last->invocation == resume->invocation &&
                     last->block == resume->block && plan_runs(cell);
    return seen->skipped - now;
}

static int resume_make(struct resume *resume, size_t cells)
{
    const size_t room = cells ? cells : 1;
    resume->done = calloc(room, sizeof *resume->done);
    resume->left_out = calloc(room, sizeof *resume->left_out);
    resume->said = calloc(room, sizeof *resume->said);
    return resume->done && resume->left_out && resume->said ? 0 : -ENOMEM;
}

int resume_find(struct resume *resume, const struct append *append, const struct plan *plan)
{
    *resume = (struct resume){.first = append->first,
                              .invocation = append->invocations,
                              .block = 1,
                              .cell = append->cells,
                              .count = append->count};
    struct resume_seen *seen = calloc(plan->count ? plan->count : 1, sizeof *seen);
    if (!seen || resume_make(resume, plan->count) != 0) {
        free(seen);
        return -ENOMEM;
    }
    /* Stopped before the first row of what was to be appended. */
    if (append->first > resume->invocation)
        resume->invocation = append->first;
    for (size_t i = 0; i < resume->count; i++) {
        const struct timing *row = &append->rows[i];
        if (row->invocation == resume->invocation && row->block > resume->block)
            resume->block = row->block;
    }
    for (size_t i = 0; i < resume->count; i++) {
        resume_row(resume, plan, &append->rows[i], resume->cell[i], &seen[resume->cell[i]]);
        resume_tally(resume, &append->rows[i], &seen[resume->cell[i]]);
        resume->troubled += resume_failed(resume, &plan->cells[resume->cell[i]], &append->rows[i]);
    }
    for (size_t c = 0; c < plan->count; c++) {
        resume->skipped_cells += seen[c].last_skipped && !seen[c].others;
        resume->skipped_repetitions += seen[c].others ? seen[c].skipped : 0;
        resume->left_out[c] = plan_runs(&plan->cells[c]) && seen[c].before && !seen[c].ran_before;
        resume->left_outs += resume->left_out[c];
        resume->troubled += resume_lost(resume, &plan->cells[c], &seen[c]);
    }
    free(seen);
    return 0;
}

int resume_recall(const struct resume *resume, const struct timing *rows, uint64_t invocation,
                  struct enough *enough)
{
    for (size_t i = 0; i < resume->count; i++) {
        const size_t cell = resume->cell[i];
        const bool again = rows[i].block == resume->block && !resume->done[cell];
        if (rows[i].invocation == invocation && resume_counts(&rows[i]) && !again &&
            enough_take(enough, cell, &rows[i]) != 0)
            return -ENOMEM;
    }
    for (size_t c = 0; invocation == resume->invocation && c < enough->plan->count; c++)
        if (resume->left_out[c])
            enough_leave_out(enough, c);
    return 0;
}

uint64_t resume_left_ns(const struct resume *resume, const struct enough *enough, uint64_t runs)
{
    const struct plan *plan = enough->plan;
    const uint64_t blocks = plan->warmup + runs;
    const uint64_t behind = blocks > resume->block ? blocks - resume->block : 0;
    const uint64_t begun = resume->invocation - resume->first + 1;
    const uint64_t later = plan->invocations > begun ? plan->invocations - begun : 0;
    const bool over = resume->block > 1 && enough_all(enough);
    unsigned __int128 whole = 0, left = 0;
    for (size_t c = 0; c < plan->count; c++) {
        if (!plan_runs(&plan->cells[c]))
            continue;
        const bool now = resume->block <= blocks && !resume->done[c];
        whole += plan->cells[c].estimate_ns;
        if (!over && !enough_done(enough, c))
            left += plan->cells[c].estimate_ns * ((unsigned __int128)behind + now);
    }
    left += (whole * blocks + plan->pause_ns) * later;
    return saturate(left);
}

void resume_free(struct resume *resume)
{
    free(resume->done);
    free(resume->left_out);
    free(resume->said);
    *resume = (struct resume){0};
}
