#include "bench/report/bars_text.h"

#include <math.h>
#include <string.h>

#include "bench/report/fold.h"

enum { BARS_LEAST = 40, BARS_COLUMNS = 20, BARS_LABEL_MOST = 24 };

/* From there on a linear bar would squeeze the short ones into nothing. */
#define BARS_LOG_RATIO 20

struct scale {
    double low, high;
    bool log;
    size_t columns;
};

static void scale_of(struct scale *scale, const struct bar_text *bars, size_t count)
{
    double low = INFINITY, high = 0, least = INFINITY, most = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(bars[i].value > 0))
            continue;
        least = fmin(least, bars[i].value);
        most = fmax(most, bars[i].value);
        low = fmin(low, bars[i].low > 0 ? fmin(bars[i].low, bars[i].value) : bars[i].value);
        high = fmax(high, bars[i].high > 0 ? fmax(bars[i].high, bars[i].value) : bars[i].value);
    }
    scale->log = most > BARS_LOG_RATIO * least;
    scale->low = scale->log ? low / 2 : 0;
    scale->high = high;
}

static size_t scale_column(const struct scale *scale, double value)
{
    const double share =
        scale->log ? log(value / scale->low) / log(scale->high / scale->low) : value / scale->high;
    const double column = round(share * (double)(scale->columns - 1));
    return column <= 0 ? 0 : (size_t)fmin(column, (double)(scale->columns - 1));
}

/* Up to the median, whatever its interval: equal medians have bars of one length. */
static void bar_print(FILE *out, const struct bar_text *bar, const struct scale *scale)
{
    if (!(bar->value > 0))
        return;
    const size_t end = scale_column(scale, bar->value);
    const bool interval = bar->low > 0 && bar->high > 0;
    const size_t low = interval ? scale_column(scale, bar->low) : end;
    const size_t high = interval ? scale_column(scale, bar->high) : end;
    const bool whisker = high > low;
    for (size_t i = 0; i < scale->columns; i++) {
        if (whisker && i == end)
            fputc('o', out);
        else if (whisker && (i == low || i == high))
            fputc('|', out);
        else
            fputc(i <= end ? '=' : whisker && i < high ? '-' : ' ', out);
    }
}

static size_t longest(const struct bar_text *bars, size_t count, bool label)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t own = strlen(label ? bars[i].label : bars[i].name);
        if (label && !(bars[i].value > 0)) /* it takes the bar's room as well */
            continue;
        length = own > length ? own : length;
    }
    return length;
}

bool bars_text_narrow(size_t names, size_t labels, size_t width)
{
    return 2 + names + 1 + BARS_COLUMNS + 2 + labels > width;
}

/* Two blanks, then the label to the right; blanks that end it line others up, and are left out. */
static void label_print(FILE *out, const char *label, size_t columns)
{
    const size_t length = strlen(label) < columns ? strlen(label) : columns;
    size_t end = length;
    while (end > 0 && label[end - 1] == ' ')
        end--;
    fprintf(out, "  %*s%.*s\n", (int)(columns - length), "", (int)end, label);
}

/* In a line of its own, or more where it needs them. */
static void bar_name_print(FILE *out, char mark, const char *name, size_t width)
{
    fprintf(out, "%c ", mark);
    fold_text_within(out, name, 2, 2, (int)width);
    fputs("  ", out);
}

void bars_text_print(FILE *out, const struct bar_text *bars, size_t count, size_t width)
{
    struct scale scale;
    size_t names = longest(bars, count, false);
    size_t labels = longest(bars, count, true);
    width = width > BARS_LEAST ? width : BARS_LEAST;
    labels = labels < BARS_LABEL_MOST ? labels : BARS_LABEL_MOST;
    const bool narrow = bars_text_narrow(names, labels, width);
    const size_t taken = narrow ? 2 + 2 + labels : 2 + names + 1 + 2 + labels;
    scale_of(&scale, bars, count);
    scale.columns = width > taken + 8 ? width - taken : 8;
    for (size_t i = 0; i < count; i++) {
        const struct bar_text *bar = &bars[i];
        const char mark = bar->winner ? '*' : ' ';
        const int indent = narrow ? 2 : (int)names + 3;
        if (narrow)
            bar_name_print(out, mark, bar->name, width);
        else
            fprintf(out, "%c %-*.*s ", mark, (int)names, (int)names, bar->name);
        bar_print(out, bar, &scale);
        if (bar->value > 0)
            label_print(out, bar->label, labels);
        else
            fold_text_within(out, bar->label, indent, indent, (int)width);
    }
    if (scale.log && count > 1)
        fprintf(out, "  (the bars are on a log scale)\n");
}
