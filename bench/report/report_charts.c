/* report_charts.c - the charts, each with what it shows in words. */
#include <errno.h>
#include <stdlib.h>

#include "bench/report/charts.h"
#include "bench/report/html.h"
#include "bench/report/report_page.h"

/* --- which there are --- */

static void charts_add(struct report_charts *chosen, const struct chart_data *data, bool several)
{
    for (size_t i = 0; i < CHARTS_COUNT; i++)
        if (charts[i]->several == several && !charts_missing(charts[i], data))
            chosen->list[chosen->count++] = (struct drawing){.chart = charts[i], .data = data};
}

int report_charts_gather(struct report_charts *chosen, const struct chart_data *all,
                         const struct report_part *parts, size_t count)
{
    chosen->count = 0;
    chosen->list = calloc((count + 1) * CHARTS_COUNT, sizeof *chosen->list);
    if (!chosen->list)
        return -ENOMEM;
    charts_add(chosen, all, true);
    for (size_t i = 0; i < count; i++)
        charts_add(chosen, &parts[i].data, false);
    return 0;
}

/* --- on the page --- */

static void charts_figure(FILE *out, const struct drawing *drawing, const char *workload)
{
    const struct chart *chart = drawing->chart;
    char title[CHART_TITLE];
    chart->title(title, sizeof title, drawing->data);
    fputs("<figure><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart: ", out);
    html_text(out, chart->what);
    fputs(chart->several ? "" : ", ", out);
    html_text(out, chart->several ? "" : workload);
    fputs("\">", out);
    fputs("<img alt=\"", out);
    html_text(out, title);
    fputs("\" src=\"", out);
    html_svg(out, drawing->picture.bytes, drawing->picture.count);
    fputs("\"></div><figcaption>", out);
    html_text(out, chart->what);
    fputs(": ", out);
    html_words(out, title);
    fputs("</figcaption></figure>\n", out);
}

bool report_charts_any(const struct report_charts *chosen, const struct chart_data *data)
{
    for (size_t i = 0; i < chosen->count; i++)
        if (chosen->list[i].data == data)
            return true;
    return false;
}

void report_charts(FILE *out, const struct report_charts *chosen, const struct chart_data *data)
{
    for (size_t i = 0; i < chosen->count; i++)
        if (chosen->list[i].data == data)
            charts_figure(out, &chosen->list[i], data->table->groups->first->workload);
}

void report_charts_left_out(FILE *out, const struct chart_data *all)
{
    size_t count = 0;
    for (size_t i = 0; i < CHARTS_COUNT; i++) {
        const char *missing = charts_missing(charts[i], all);
        if (!missing)
            continue;
        fputs(count++ ? "" : "<h3>Charts that are not drawn</h3>\n<ul class=\"soft\">\n", out);
        fputs("<li>", out);
        html_text(out, charts[i]->what);
        fputs(": ", out);
        html_text(out, missing);
        fputs("</li>\n", out);
    }
    fputs(count ? "</ul>\n" : "", out);
}
