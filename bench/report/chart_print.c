#include "bench/report/chart_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/bars_text.h"
#include "bench/report/fold.h"

enum { PRINT_COLUMNS = 13, PRINT_BARS = 64, PRINT_TEXT = CHART_NOTE };

/* A row of a derived CSV; its fields hold no comma and no quotes. */
struct print_row {
    char *text[PRINT_COLUMNS];
    size_t count;
};

/* How a group's rows become bars. */
typedef bool print_bar(const struct print_row *row, struct bar_text *bar, char name[PRINT_TEXT],
                       char label[PRINT_TEXT]);

static void print_split(struct print_row *row, char *line)
{
    row->count = 0;
    for (char *field = line; field && row->count < PRINT_COLUMNS;) {
        row->text[row->count++] = field;
        field = strchr(field, ',');
        if (field)
            *field++ = '\0';
    }
}

static double print_number(const struct print_row *row, size_t column)
{
    return strtod(row->text[column], NULL); /* "NaN" and what is no number give no bar */
}

/* kind,group,place,name,note,role,value,low,high,mark,ratio */
static bool print_cell(const struct print_row *row, struct bar_text *bar, char name[PRINT_TEXT],
                       char label[PRINT_TEXT])
{
    if (strcmp(row->text[0], "cell") != 0 || !(print_number(row, 2) > 0))
        return false;
    const double ratio = print_number(row, 10);
    if (strcmp(row->text[5], "long") == 0) /* below the same cell's short ones */
        snprintf(name, PRINT_TEXT, "  %s", row->text[3]);
    else
        snprintf(name, PRINT_TEXT, "%s%s", row->text[3],
                 strcmp(row->text[5], "short") == 0 ? " short" : "");
    if (!(print_number(row, 6) > 0))
        snprintf(label, PRINT_TEXT, "%s", row->text[4]);
    else if (ratio > 0)
        snprintf(label, PRINT_TEXT, "%s %6.2fx", row->text[4], ratio);
    else
        snprintf(label, PRINT_TEXT, "%s %7s", row->text[4],
                 strcmp(row->text[10], "n.s.") == 0 ? "n.s." : "");
    *bar = (struct bar_text){.value = print_number(row, 6),
                             .low = print_number(row, 7),
                             .high = print_number(row, 8),
                             .winner = strcmp(row->text[5], "winner") == 0};
    return true;
}

/* kind,group,line,name,note,workers,speedup,low,high,... */
static bool print_point(const struct print_row *row, struct bar_text *bar, char name[PRINT_TEXT],
                        char label[PRINT_TEXT])
{
    if (strcmp(row->text[0], "point") != 0)
        return false;
    *bar = (struct bar_text){
        .value = print_number(row, 6), .low = print_number(row, 7), .high = print_number(row, 8)};
    snprintf(name, PRINT_TEXT, "%s x%s", row->text[3], row->text[5]);
    snprintf(label, PRINT_TEXT, "%.2fx %5.0f%%", bar->value,
             100 * bar->value / print_number(row, 5));
    return true;
}

struct print_group {
    char names[PRINT_BARS][PRINT_TEXT], labels[PRINT_BARS][PRINT_TEXT];
    struct bar_text bars[PRINT_BARS];
    size_t count, left_out;
};

static void print_end_group(FILE *out, struct print_group *group, size_t width)
{
    bars_text_print(out, group->bars, group->count, width);
    if (group->left_out > 0)
        fprintf(out, "  ... and %zu more\n", group->left_out);
    group->count = group->left_out = 0;
}

static void print_add(struct print_group *group, const struct print_row *row, print_bar *take)
{
    char name[PRINT_TEXT], label[PRINT_TEXT];
    struct bar_text bar;
    if (!take(row, &bar, name, label))
        return;
    if (group->count == PRINT_BARS) {
        group->left_out++;
        return;
    }
    memcpy(group->names[group->count], name, sizeof name);
    memcpy(group->labels[group->count], label, sizeof label);
    bar.name = group->names[group->count];
    bar.label = group->labels[group->count];
    group->bars[group->count++] = bar;
}

/* What is said below the bars: of a line, or of all. */
static void print_words(FILE *out, const struct print_row *row, size_t width)
{
    char line[2 * PRINT_TEXT];
    const bool all = strcmp(row->text[3], "-") == 0;
    snprintf(line, sizeof line, "%s%s%s", all ? "" : row->text[3], all ? "" : ": ", row->text[4]);
    fputs("  ", out);
    fold_text_within(out, line, 2, 4, (int)width);
}

static int print_csv(FILE *out, char *csv, size_t width, print_bar *take)
{
    struct print_group *group = calloc(1, sizeof *group);
    char *rest = NULL;
    size_t groups = 0, all = 0;
    if (!group)
        return -ENOMEM;
    strtok_r(csv, "\n", &rest); /* the head */
    for (char *line; (line = strtok_r(NULL, "\n", &rest));) {
        struct print_row row;
        print_split(&row, line);
        if (row.count < 9)
            continue;
        if (strcmp(row.text[0], "figure") == 0)
            all = strtoul(row.text[1], NULL, 10);
        if (strcmp(row.text[0], "group") == 0) {
            print_end_group(out, group, width);
            if (groups++)
                fputc('\n', out);
            fold_text_within(out, row.text[3], 0, 2, (int)width);
            fold_text_within(out, row.text[4], 0, 2, (int)width);
        }
        if (strcmp(row.text[0], "text") == 0) {
            print_end_group(out, group, width);
            print_words(out, &row, width);
        }
        print_add(group, &row, take);
    }
    print_end_group(out, group, width);
    if (all > groups)
        fprintf(out, "\nThe first %zu of %zu.\n", groups, all);
    free(group);
    return ferror(out) ? -EIO : 0;
}

static int print_chart(FILE *out, chart_write *write, const struct chart_data *data, size_t width,
                       print_bar *take, const char *legend)
{
    char *csv = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&csv, &size);
    if (!stream)
        return -ENOMEM;
    int code = write(stream, data);
    if (fclose(stream) != 0 && code == 0)
        code = -ENOMEM;
    if (code == 0)
        code = print_csv(out, csv, width, take);
    if (code == 0) {
        fputc('\n', out);
        fold_text_within(out, legend, 0, 2, (int)width);
    }
    free(csv);
    return code;
}

int chart_print_bars(FILE *out, chart_write *write, const struct chart_data *data, size_t width,
                     const char *legend)
{
    return print_chart(out, write, data, width, print_cell, legend);
}

int chart_print_points(FILE *out, chart_write *write, const struct chart_data *data, size_t width,
                       const char *legend)
{
    return print_chart(out, write, data, width, print_point, legend);
}
