#include "bench/report/text_table.h"

#include <math.h>
#include <string.h>

#include "bench/report/fold.h"
#include "bench/util/units.h"

void table_time(struct text_row *row, size_t column, double ns)
{
    row->values[column] = ns;
    if (isnan(ns))
        snprintf(row->texts[column], TABLE_TEXT, "n/a");
    else
        units_human_time(row->texts[column], TABLE_TEXT, ns);
}

static void table_terminal(FILE *out, const struct text_table *table)
{
    size_t width[TABLE_COLUMNS] = {0}, all = 2;
    for (size_t c = 0; c < table->columns; c++) {
        for (size_t r = 0; r < table->count; r++) {
            const size_t length = strlen(table->rows[r].texts[c]);
            width[c] = length > width[c] ? length : width[c];
        }
        all += width[c];
    }
    const int gap = all + 2 * (table->columns - 1) <= FOLD_COLUMN ? 2 : 1;
    for (size_t r = 0; r < table->count; r++) {
        fprintf(out, "  %-*s", (int)width[0], table->rows[r].texts[0]);
        for (size_t c = 1; c < table->columns; c++)
            fprintf(out, "%*s%*s", gap, "", (int)width[c], table->rows[r].texts[c]);
        fputc('\n', out);
    }
}

void table_print(const struct page *page, const struct text_table *table, const char *caption)
{
    struct page_table other = {.columns = table->columns, .caption = caption};
    if (page->form == PAGE_TERMINAL) {
        table_terminal(page->out, table);
        return;
    }
    for (size_t r = 0; r < table->count; r++) {
        const char *texts[TABLE_COLUMNS];
        for (size_t c = 0; c < table->columns; c++)
            texts[c] = table->rows[r].texts[c];
        page_table_add(&other, PAGE_USUAL, texts);
        page_table_values(&other, table->rows[r].values);
    }
    page_table_print(page, &other);
}

void table_head(struct text_table *table, const char *const *names, size_t count)
{
    table->count = 1;
    table->columns = count;
    for (size_t c = 0; c < count; c++)
        snprintf(table->rows[0].texts[c], TABLE_TEXT, "%s", names[c]);
}

struct text_row *table_row(struct text_table *table)
{
    struct text_row *row = &table->rows[table->count++];
    for (size_t c = 0; c < TABLE_COLUMNS; c++) {
        row->texts[c][0] = '\0';
        row->values[c] = NAN;
    }
    return row;
}
