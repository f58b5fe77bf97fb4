#include "bench/report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/fold.h"
#include "bench/report/page_internal.h"

#define PAGE_BOLD  "\033[1m"
#define PAGE_PLAIN "\033[0m"

enum { PAGE_NARROWEST = 16 };

/* Markup and HTML lose their meaning, and nobody is called by @name; a line's end becomes a blank,
 * which a table needs. */
static void page_escaped(FILE *out, const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    /* As the first of an item they would start a list. */
    fputs(*text == '-' || *text == '+' ? "\\" : "", out);
    if (digits > 0 && (text[digits] == '.' || text[digits] == ')') &&
        (text[digits + 1] == ' ' || !text[digits + 1])) {
        fprintf(out, "%.*s\\", (int)digits, text);
        fputc(text[digits], out);
        text += digits + 1;
    }
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            fputc(' ', out);
        else if (*c == '<')
            fputs("&lt;", out);
        else if (*c == '>')
            fputs("&gt;", out);
        else if (*c == '&')
            fputs("&amp;", out);
        else if (*c == '@')
            fputs("@<!-- -->", out);
        else if (strchr("\\`*_[]#|~!$", *c))
            fprintf(out, "\\%c", *c);
        else
            fputc(*c, out);
    }
}

void page_title(const struct page *page, const char *text)
{
    if (page->form == PAGE_HTML) {
        page_html_heading(page, 0, text);
        return;
    }
    if (page->form == PAGE_MARKDOWN) {
        fputs("## ", page->out);
        page_escaped(page->out, text);
        fputs("\n\n", page->out);
        return;
    }
    fputs(page->colour ? PAGE_BOLD : "", page->out);
    fold_text(page->out, text, 0, 2);
    fputs(page->colour ? PAGE_PLAIN : "", page->out);
}

void page_section(const struct page *page, const char *text)
{
    if (page->form == PAGE_HTML) {
        page_html_heading(page, 1, text);
        return;
    }
    fputc('\n', page->out);
    if (page->form == PAGE_MARKDOWN) {
        fputs("### ", page->out);
        page_escaped(page->out, text);
        fputs("\n\n", page->out);
        return;
    }
    fold_text(page->out, text, 0, 2);
}

void page_item(const struct page *page, int level, const char *text)
{
    if (page->form == PAGE_HTML) {
        page_html_item(page, level, text);
        return;
    }
    if (page->form == PAGE_MARKDOWN) {
        fprintf(page->out, "%*s- ", 2 * level, "");
        page_escaped(page->out, text);
        fputc('\n', page->out);
        return;
    }
    fprintf(page->out, "%*s", 2 + 2 * level, "");
    fold_text(page->out, text, 2 + 2 * level, 4 + 2 * level);
}

void page_table_add(struct page_table *table, enum page_tone tone, const char *const *texts)
{
    if (table->count == table->room) {
        const size_t room = table->room ? 2 * table->room : 64;
        struct page_row *rows = realloc(table->rows, room * sizeof *rows);
        if (!rows) {
            table->full = true;
            return;
        }
        table->rows = rows;
        table->room = room;
    }
    struct page_row *row = &table->rows[table->count++];
    *row = (struct page_row){.tone = tone};
    for (size_t i = 0; i < table->columns; i++) {
        row->texts[i] = strdup(texts[i]);
        table->full |= !row->texts[i];
    }
}

void page_table_values(struct page_table *table, const double *values)
{
    if (table->full || table->count == 0)
        return;
    struct page_row *row = &table->rows[table->count - 1];
    row->valued = true;
    memcpy(row->values, values, table->columns * sizeof *values);
}

static void page_table_free(struct page_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        for (size_t c = 0; c < table->columns; c++)
            free(table->rows[i].texts[c]);
    free(table->rows);
    table->rows = NULL;
    table->count = table->room = 0;
}

bool page_left(const struct page_table *table, size_t column)
{
    return column == 0 || table->all_words || (table->words && column + 1 == table->columns);
}

/* --- Markdown --- */

static void page_markdown_row(FILE *out, const struct page_table *table, const struct page_row *row)
{
    for (size_t c = 0; c < table->columns; c++) {
        const bool bold = row->tone != PAGE_USUAL && c + 1 == table->columns && row->texts[c][0];
        fputs(bold ? "| **" : "| ", out);
        page_escaped(out, row->texts[c]);
        fputs(bold ? "** " : " ", out);
    }
    fputs("|\n", out);
}

static void page_markdown(FILE *out, const struct page_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        page_markdown_row(out, table, &table->rows[i]);
        for (size_t c = 0; i == 0 && c < table->columns; c++)
            fputs(page_left(table, c) ? "| --- " : "| ---: ", out);
        fputs(i == 0 ? "|\n" : "", out);
    }
    fputc('\n', out);
}

/* --- terminal --- */

/* Bytes of the next line of a text, which is folded at blanks where `width` is not 0. */
static size_t page_piece(const char *text, size_t width)
{
    const size_t line = strcspn(text, "\n");
    size_t piece = 0;
    if (width == 0 || line <= width)
        return line;
    for (size_t i = 1; i <= width; i++)
        piece = text[i] == ' ' ? i : piece;
    return piece ? piece : 1 + strcspn(text + 1, " \n");
}

static size_t page_widest(const struct page_table *table, size_t column)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->count; i++)
        for (const char *text = table->rows[i].texts[column]; *text;) {
            const size_t piece = page_piece(text, 0);
            widest = piece > widest ? piece : widest;
            text += piece + (text[piece] == '\n');
        }
    return widest;
}

static void page_widths(const struct page_table *table, size_t *width)
{
    size_t others = 2;
    for (size_t c = 0; c < table->columns; c++)
        width[c] = page_widest(table, c);
    for (size_t c = 1; c < table->columns; c++)
        others += 2 + width[c];
    const size_t left =
        others + PAGE_NARROWEST < FOLD_COLUMN ? FOLD_COLUMN - others : PAGE_NARROWEST;
    width[0] = width[0] < left ? width[0] : left;
}

static void page_blanks(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* One line of a row; true while there is more. Blanks go out only before a text. */
static bool page_line(FILE *out, const struct page_table *table, const char **rest,
                      const size_t *width)
{
    bool more = false;
    size_t due = 2;
    for (size_t c = 0; c < table->columns; c++) {
        const size_t piece = page_piece(rest[c], c == 0 ? width[0] : 0);
        const size_t blanks = piece < width[c] ? width[c] - piece : 0;
        due += page_left(table, c) ? 0 : blanks;
        if (piece > 0) {
            page_blanks(out, due);
            fwrite(rest[c], 1, piece, out);
            due = 0;
        }
        due += 2 + (page_left(table, c) ? blanks : 0);
        rest[c] += piece + (rest[c][piece] != '\0');
        more |= *rest[c] != '\0';
    }
    return more;
}

static void page_row(const struct page *page, const struct page_table *table,
                     const struct page_row *row, const size_t *width)
{
    const bool bold = page->colour && row->tone != PAGE_USUAL;
    const char *rest[PAGE_COLUMNS];
    bool more = true;
    memcpy(rest, row->texts, sizeof rest);
    fputs(bold ? PAGE_BOLD : "", page->out);
    while (more) {
        more = page_line(page->out, table, rest, width);
        fputs(!more && bold ? PAGE_PLAIN "\n" : "\n", page->out);
    }
}

int page_table_print(const struct page *page, struct page_table *table)
{
    size_t width[PAGE_COLUMNS] = {0};
    const int code = table->full ? -ENOMEM : 0;
    if (code == 0 && page->form == PAGE_HTML && table->count > 1) {
        page_html_table(page, table);
    } else if (code == 0 && page->form == PAGE_MARKDOWN && table->count > 1) {
        page_markdown(page->out, table);
    } else if (code == 0 && table->count > 1) {
        page_widths(table, width);
        for (size_t i = 0; i < table->count; i++)
            page_row(page, table, &table->rows[i], width);
    }
    page_table_free(table);
    return code;
}
