#include "bench/report/bars_text.h"

#include <math.h>
#include <string.h>

enum { BARS_LEAST = 40, BARS_NAME_MOST = 28, BARS_LABEL_MOST = 24 };

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

static void bar_print(FILE *out, const struct bar_text *bar, const struct scale *scale)
{
    if (!(bar->value > 0))
        return;
    const size_t end = scale_column(scale, bar->value);
    const bool interval = bar->low > 0 && bar->high > 0;
    const size_t low = interval ? scale_column(scale, bar->low) : end;
    const size_t high = interval ? scale_column(scale, bar->high) : end;
    for (size_t i = 0; i < scale->columns; i++) {
        const bool whisker = interval && high > low && i >= low && i <= high;
        fputc(whisker ? (i == low || i == high ? '|' : '-') : i <= end ? '=' : ' ', out);
    }
}

static size_t longest(const struct bar_text *bars, size_t count, bool label, size_t most)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t own = strlen(label ? bars[i].label : bars[i].name);
        if (label && !(bars[i].value > 0)) /* it takes the bar's room as well */
            continue;
        length = own > length ? own : length;
    }
    return length < most ? length : most;
}

void bars_text_print(FILE *out, const struct bar_text *bars, size_t count, size_t width)
{
    struct scale scale;
    const size_t names = longest(bars, count, false, BARS_NAME_MOST);
    const size_t labels = longest(bars, count, true, BARS_LABEL_MOST);
    const size_t taken = 2 + names + 1 + 2 + labels;
    width = width > BARS_LEAST ? width : BARS_LEAST;
    scale_of(&scale, bars, count);
    scale.columns = width > taken + 8 ? width - taken : 8;
    for (size_t i = 0; i < count; i++) {
        const struct bar_text *bar = &bars[i];
        fprintf(out, "%c %-*.*s ", bar->winner ? '*' : ' ', (int)names, (int)names, bar->name);
        bar_print(out, bar, &scale);
        if (bar->value > 0)
            fprintf(out, "  %*.*s\n", (int)labels, (int)labels, bar->label);
        else
            fprintf(out, "%.*s\n", (int)(width - 3 - names), bar->label);
    }
    if (scale.log && count > 1)
        fprintf(out, "  (the bars are on a log scale)\n");
}
