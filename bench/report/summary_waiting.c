#include "bench/report/summary_waiting.h"

#include <stdlib.h>

#include "bench/report/requests.h"
#include "bench/report/text_table.h"
#include "bench/report/verdict.h"
#include "bench/report/waiting.h"

enum { COLUMNS = 5, COLUMNS_SHORT = 3 };

static const char *const columns[COLUMNS] = {"mode", "short wait", "short turnaround", "long wait",
                                             "long turnaround"};

static bool print_table(const struct page *page, const struct cell_group *group, bool longs)
{
    struct text_table table = {.rows = calloc(group->count + 1, sizeof *table.rows)};
    if (!table.rows)
        return false;
    table_head(&table, columns, longs ? COLUMNS : COLUMNS_SHORT);
    for (size_t i = 0; i < group->count; i++) {
        struct waiting_figures figures;
        waiting_of(&figures, &group->cells[i]);
        if (figures.runs == 0)
            continue;
        struct text_row *row = table_row(&table);
        verdict_name(row->texts[0], TABLE_TEXT, group, &group->cells[i]);
        table_time(row, 1, figures.of_short.waiting);
        table_time(row, 2, figures.of_short.turnaround);
        table_time(row, 3, figures.of_long.waiting);
        table_time(row, 4, figures.of_long.turnaround);
    }
    table_print(page, &table, "Waiting and turnaround of short and long tasks");
    free(table.rows);
    return true;
}

/* How many tasks: of the first cell that tells it, for all of the group do the same work. */
static void print_basis(const struct page *page, const struct cell_group *group)
{
    struct waiting_figures figures = {.runs = 0};
    char text[512], shorts[32], longs[32];
    for (size_t i = 0; i < group->count && figures.runs == 0; i++)
        waiting_of(&figures, &group->cells[i]);
    requests_number(shorts, sizeof shorts, figures.of_short.tasks);
    requests_number(longs, sizeof longs, figures.of_long.tasks);
    if (waiting_any_long(group))
        snprintf(text, sizeof text,
                 "%s short (up to the middle between the shortest and the longest) and %s long "
                 "task%s: means over them, median of the repetitions; n/a where the kernel decides "
                 "whose turn it is, and in thread-gil, which knows the wait for its lock alone",
                 shorts, longs, figures.of_long.tasks > 1 ? "s" : "");
    else
        snprintf(text, sizeof text,
                 "%s task%s, all of one length: means over them, median of the repetitions; n/a "
                 "where the kernel decides whose turn it is, and in thread-gil, which knows the "
                 "wait for its lock alone",
                 shorts, figures.of_short.tasks > 1 ? "s" : "");
    page_item(page, 0, text);
}

void summary_waiting(const struct page *page, const struct cell_group *group)
{
    struct waiting_pair *pairs;
    size_t count;
    char text[512];
    if (!waiting_any(group) || !print_table(page, group, waiting_any_long(group)))
        return;
    print_basis(page, group);
    if (waiting_pairs(&pairs, &count, group) == 0 && count > 0)
        page_item(page, 0, waiting_finding(text, sizeof text, pairs, count, true));
    free(pairs);
}
