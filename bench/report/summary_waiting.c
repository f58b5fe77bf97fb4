#include "bench/report/summary_waiting.h"

#include <stdlib.h>

#include "bench/report/fold.h"
#include "bench/report/text_table.h"
#include "bench/report/verdict.h"
#include "bench/report/waiting.h"

enum { COLUMNS = 5, COLUMNS_SHORT = 3 };

static const char *const columns[COLUMNS] = {"mode", "short wait", "short turnaround", "long wait",
                                             "long turnaround"};

static void say(FILE *out, const char *text)
{
    fputs("  ", out);
    fold_text(out, text, 2, 4);
}

static bool print_table(FILE *out, const struct cell_group *group, bool longs)
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
        char(*row)[TABLE_TEXT] = table.rows[table.count++];
        verdict_name(row[0], TABLE_TEXT, group, &group->cells[i]);
        table_time(row[1], figures.of_short.waiting);
        table_time(row[2], figures.of_short.turnaround);
        table_time(row[3], figures.of_long.waiting);
        table_time(row[4], figures.of_long.turnaround);
    }
    table_print(out, &table);
    free(table.rows);
    return true;
}

void summary_waiting(FILE *out, const struct cell_group *group)
{
    struct waiting_pair *pairs;
    size_t count;
    char text[512];
    if (!waiting_any(group) || !print_table(out, group, waiting_any_long(group)))
        return;
    say(out, waiting_any_long(group)
                 ? "means over the tasks of a repetition, median of the repetitions; short: up to "
                   "the middle between the shortest and the longest task; n/a where the kernel "
                   "decides whose turn it is"
                 : "means over the tasks of a repetition, all of one length, median of the "
                   "repetitions; n/a where the kernel decides whose turn it is");
    if (waiting_pairs(&pairs, &count, group) == 0 && count > 0)
        say(out, waiting_finding(text, sizeof text, pairs, count, true));
    free(pairs);
}
