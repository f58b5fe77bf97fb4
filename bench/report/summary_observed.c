#include "bench/report/summary_observed.h"

#include <math.h>
#include <stdlib.h>

#include "bench/report/observed.h"
#include "bench/report/requests.h"
#include "bench/report/text_table.h"
#include "bench/report/verdict.h"

static const char *const names[OBSERVED_KINDS] = {
    [OBSERVED_LOST] = "lost updates",
    [OBSERVED_INSIDE] = "most inside",
    [OBSERVED_VISIBLE] = "visible writes",
    [OBSERVED_SPREAD] = "wake-up spread",
};

/* "0", or "2,310 (145..6,691)" where repetitions differ. */
static void count_text(char *text, const struct observed_figure *figure)
{
    char median[32], low[32], high[32];
    requests_number(median, sizeof median, figure->median);
    requests_number(low, sizeof low, figure->low);
    requests_number(high, sizeof high, figure->high);
    if (figure->low < figure->high)
        snprintf(text, TABLE_TEXT, "%s (%s..%s)", median, low, high);
    else
        snprintf(text, TABLE_TEXT, "%s", median);
}

static void put_figure(struct text_row *row, size_t column, enum observed_kind kind,
                       const struct observed_figure *figure)
{
    char *text = row->texts[column];
    row->values[column] = kind == OBSERVED_INSIDE ? figure->high : figure->median;
    if (figure->runs == 0)
        snprintf(text, TABLE_TEXT, "n/a");
    else if (kind == OBSERVED_SPREAD)
        table_time(row, column, figure->median);
    else if (kind == OBSERVED_INSIDE)
        requests_number(text, TABLE_TEXT, figure->high);
    else
        count_text(text, figure);
}

static bool print_table(const struct page *page, const struct cell_group *group,
                        const enum observed_kind *kinds, size_t count)
{
    struct text_table table = {.rows = calloc(group->count + 1, sizeof *table.rows)};
    const char *columns[1 + OBSERVED_KINDS] = {"mode"};
    if (!table.rows)
        return false;
    for (size_t c = 0; c < count; c++)
        columns[c + 1] = names[kinds[c]];
    table_head(&table, columns, count + 1);
    for (size_t i = 0; i < group->count; i++) {
        struct observed_figure figures[OBSERVED_KINDS];
        if (group->cells[i].runs == 0)
            continue;
        observed_of(figures, &group->cells[i]);
        struct text_row *row = table_row(&table);
        verdict_name(row->texts[0], TABLE_TEXT, group, &group->cells[i]);
        for (size_t c = 0; c < count; c++)
            put_figure(row, c + 1, kinds[c], &figures[kinds[c]]);
    }
    table_print(page, &table, "What tasks did to each other");
    free(table.rows);
    return true;
}

/* A lock that let one get lost would have made the row's status wrong-result: in a row that is ok
 * there was none. */
static void say_lost(const struct page *page, const struct cell_group *group)
{
    const struct cell_figures *worst = NULL;
    struct observed_figure most = {.median = -1};
    char name[VERDICT_NAME], number[32], text[512];
    size_t runs = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct observed_figure figures[OBSERVED_KINDS];
        observed_of(figures, &group->cells[i]);
        const struct observed_figure *lost = &figures[OBSERVED_LOST];
        runs += lost->runs;
        if (lost->above > 0 && lost->median > most.median) {
            worst = &group->cells[i];
            most = *lost;
        }
    }
    if (worst)
        snprintf(text, sizeof text,
                 "updates were lost, most under %s (in %zu of %zu repetitions, median %s): without "
                 "a lock that is what happens",
                 verdict_name(name, sizeof name, group, worst), most.above, most.runs,
                 requests_number(number, sizeof number, most.median));
    else
        snprintf(text, sizeof text, "no update was lost in %zu repetition%s", runs,
                 runs == 1 ? "" : "s");
    page_item(page, 0, text);
}

void summary_observed(const struct page *page, const struct cell_group *group)
{
    enum observed_kind kinds[OBSERVED_KINDS];
    size_t count = 0;
    for (enum observed_kind kind = 0; kind < OBSERVED_KINDS; kind++)
        if (observed_any(group, kind))
            kinds[count++] = kind;
    if (count == 0 || !print_table(page, group, kinds, count))
        return;
    if (observed_any(group, OBSERVED_LOST))
        say_lost(page, group);
}
