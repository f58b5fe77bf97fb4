/* conditions_exact.c - what a claim's check demands of every repetition, and of memory. */
#include <math.h>

#include "bench/report/plain.h"
#include "bench/suite/finding_internal.h"

void finding_always(struct finding *finding, const char *name, struct way way,
                    const struct figure *figure, double least, double most)
{
    const struct cell_figures *cell = finding_cell(finding, way);
    double lowest = INFINITY, highest = -INFINITY;
    char lo[48], hi[48];
    for (size_t i = 0; cell && i < cell->row_count; i++) {
        const double value = cells_measured(cell->rows[i]) ? figure->row(cell->rows[i]) : NAN;
        if (!isnan(value)) {
            lowest = fmin(lowest, value);
            highest = fmax(highest, value);
        }
    }
    if (!cell) {
        return;
    }
    if (isinf(lowest)) {
        finding_cannot(finding, "the %s of %s %s is unknown", figure->name, cell->key->workload,
                       cell->key->mode);
        return;
    }
    finding_number_text(lo, sizeof lo, figure, lowest);
    finding_number_text(hi, sizeof hi, figure, highest);
    finding_add(finding, "%s %s%s%s", name, lo, lowest < highest ? " to " : "",
                lowest < highest ? hi : "");
    if (lowest < least) {
        finding_fails(finding, "%s is less than %s", name,
                      finding_number_text(lo, sizeof lo, figure, least));
    } else if (highest > most) {
        finding_fails(finding, "%s is more than %s", name,
                      finding_number_text(hi, sizeof hi, figure, most));
    }
}

/* Of two figures without an interval; by so much alike runs differ. */
#define MEMORY_SURE 1.1

void finding_memory(struct finding *finding, const char *name, struct way a, struct way b,
                    enum side side, double limit)
{
    const struct cell_figures *above = finding_cell(finding, a), *below = finding_cell(finding, b);
    char ratio[48], edge[48];
    if (!above || !below) {
        return;
    }
    const double value = above->peak_bytes / below->peak_bytes;
    if (!isfinite(value)) {
        finding_cannot(finding, "the peak memory is unknown");
        return;
    }
    finding_add(finding, "%s %s", name, finding_number_text(ratio, sizeof ratio, NULL, value));
    const double beyond = side == AT_MOST ? value / limit : limit / value;
    finding_number_text(edge, sizeof edge, NULL, limit);
    if (beyond > MEMORY_SURE) {
        finding_fails(finding, "%s is not %s %s", name, finding_side_words(side), edge);
    } else if (beyond > 1) {
        finding_cannot(finding, "%s cannot be told from %s by one figure a side", name, edge);
    }
}

/* What a repetition's end says of the work; other ends are accidents. */
static bool is_finding(enum status status)
{
    return status == STATUS_OK || status == STATUS_WRONG_RESULT || status == STATUS_DEADLOCK;
}

/* An end that is a finding and not the one that was demanded. */
static void tell_end(struct finding *finding, const char *name, const struct timing *row)
{
    char reason[TEXT_REASON];
    if (row->status == STATUS_OK) {
        finding_fails(finding, "%s: ok", name);
    } else {
        finding_fails(finding, "%s: %s: %s", name, status_names[row->status],
                      plain_text(reason, sizeof reason, row->reason));
    }
}

/* Rows that ended as demanded; *rows: all but the interrupted ones. */
static size_t count_ends(struct finding *finding, const char *name, const struct cell_figures *cell,
                         enum status status, size_t *rows)
{
    const struct timing *other = NULL;
    size_t so = 0;
    *rows = 0;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct timing *row = cell->rows[i];
        *rows += row->status != STATUS_INTERRUPTED;
        so += row->status == status;
        if (row->status != status && row->status != STATUS_INTERRUPTED &&
            (!other || (is_finding(row->status) && !is_finding(other->status)))) {
            other = row;
        }
    }
    if (other && is_finding(other->status)) {
        tell_end(finding, name, other);
    } else if (other) {
        finding_tell_trouble(finding, cell);
    }
    return so;
}

void finding_ends(struct finding *finding, const char *name, struct way way, enum status status)
{
    const struct cell_figures *cell = finding_any_rows(finding, &way);
    size_t rows = 0;
    const size_t so = cell ? count_ends(finding, name, cell, status, &rows) : 0;
    if (cell && rows > 0) {
        finding_add(finding, "%s: %zu of %zu %s", name, so, rows, status_names[status]);
    } else if (cell) {
        finding_cannot(finding, "%s was stopped before it was measured", name);
    }
}

void finding_right(struct finding *finding, const char *name, struct way way)
{
    const struct cell_figures *cell = finding_any_rows(finding, &way);
    size_t rows;
    if (cell) {
        count_ends(finding, name, cell, STATUS_OK, &rows);
    }
}
