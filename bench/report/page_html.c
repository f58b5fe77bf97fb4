/* page_html.c - titles, sentences and tables of a page as HTML. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/html.h"
#include "bench/report/page_internal.h"

/* The end of a line is one of a terminal's. */
static void page_html_text(FILE *out, const char *text)
{
    while (*text) {
        const size_t piece = strcspn(text, "\n");
        char *line = strndup(text, piece);
        html_words(out, line ? line : "");
        free(line);
        text += piece;
        if (*text == '\n') {
            fputc(' ', out);
            text++;
        }
    }
}

void page_html_heading(const struct page *page, unsigned below, const char *text)
{
    const unsigned level = page->heading + below;
    fprintf(page->out, "<h%u>", level);
    page_html_text(page->out, text);
    fprintf(page->out, "</h%u>\n", level);
}

void page_html_item(const struct page *page, int level, const char *text)
{
    fputs(level > 0 ? "<p class=\"item below\">" : "<p class=\"item\">", page->out);
    page_html_text(page->out, text);
    fputs("</p>\n", page->out);
}

static void html_head(FILE *out, const struct page_table *table)
{
    fputs("<thead><tr>", out);
    for (size_t c = 0; c < table->columns; c++) {
        fprintf(out, "<th scope=\"col\"%s>",
                c > 0 && page_left(table, c) ? " class=\"words\"" : "");
        page_html_text(out, table->rows[0].texts[c]);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
}

static void html_row(FILE *out, const struct page_table *table, const struct page_row *row)
{
    static const char *const tones[] = {[PAGE_USUAL] = "",
                                        [PAGE_BEST] = " class=\"best\"",
                                        [PAGE_BETTER] = " class=\"better\"",
                                        [PAGE_WORSE] = " class=\"worse\""};
    fprintf(out, "<tr%s><th scope=\"row\">", tones[row->tone]);
    page_html_text(out, row->texts[0]);
    fputs("</th>", out);
    for (size_t c = 1; c < table->columns; c++) {
        const bool words = page_left(table, c), mark = table->mark == c;
        fputs(words && mark ? "<td class=\"words mark\""
              : words       ? "<td class=\"words\""
              : mark        ? "<td class=\"mark\""
                            : "<td",
              out);
        if (row->valued && !isnan(row->values[c]))
            fprintf(out, " data-value=\"%.15g\"", row->values[c]);
        fputc('>', out);
        page_html_text(out, row->texts[c]);
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

void page_html_table(const struct page *page, const struct page_table *table)
{
    FILE *out = page->out;
    const char *caption = table->caption ? table->caption : "Table";
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
    html_text(out, caption);
    fputs("\"><table class=\"sortable\">\n", out);
    if (table->caption)
        html_element(out, "caption", "", caption);
    html_head(out, table);
    for (size_t r = 1; r < table->count; r++)
        html_row(out, table, &table->rows[r]);
    fputs("</tbody></table></div>\n", out);
}
