/* report_parts.c - the page's run, workload by workload. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/report_page.h"

/* Groups lie in the order of their work, and so those of a workload lie together. */
static size_t parts_groups(const struct cell_table *table, size_t first)
{
    size_t count = 1;
    while (first + count < table->count && strcmp(table->groups[first + count].first->workload,
                                                  table->groups[first].first->workload) == 0)
        count++;
    return count;
}

int report_parts(struct report_part **parts, size_t *count, const struct chart_data *all)
{
    const struct cell_table *table = all->table;
    *count = 0;
    *parts = calloc(table->count ? table->count : 1, sizeof **parts);
    if (!*parts)
        return -ENOMEM;
    for (size_t g = 0; g < table->count; g += (*parts)[*count - 1].table.count) {
        struct report_part *part = &(*parts)[(*count)++];
        part->table.groups = &table->groups[g];
        part->table.count = parts_groups(table, g);
        part->data = *all;
        part->data.table = &part->table;
        part->data.compared = NULL;
        part->data.compared_count = 0;
    }
    return 0;
}
