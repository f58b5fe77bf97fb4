#include "bench/report/text_table.h"

#include <math.h>
#include <string.h>

#include "bench/report/fold.h"
#include "bench/util/units.h"

void table_time(char *text, double ns)
{
    if (isnan(ns))
        snprintf(text, TABLE_TEXT, "n/a");
    else
        units_human_time(text, TABLE_TEXT, ns);
}

void table_print(FILE *out, const struct text_table *table)
{
    size_t width[TABLE_COLUMNS] = {0}, all = 2;
    for (size_t c = 0; c < table->columns; c++) {
        for (size_t r = 0; r < table->count; r++) {
            const size_t length = strlen(table->rows[r][c]);
            width[c] = length > width[c] ? length : width[c];
        }
        all += width[c];
    }
    const int gap = all + 2 * (table->columns - 1) <= FOLD_COLUMN ? 2 : 1;
    for (size_t r = 0; r < table->count; r++) {
        fprintf(out, "  %-*s", (int)width[0], table->rows[r][0]);
        for (size_t c = 1; c < table->columns; c++)
            fprintf(out, "%*s%*s", gap, "", (int)width[c], table->rows[r][c]);
        fputc('\n', out);
    }
}

void table_head(struct text_table *table, const char *const *names, size_t count)
{
    table->count = 1;
    table->columns = count;
    for (size_t c = 0; c < count; c++)
        snprintf(table->rows[0][c], TABLE_TEXT, "%s", names[c]);
}
