/* report_charts.c - the charts, light and dark, each with what it shows in words. */
#include <errno.h>
#include <stdlib.h>

#include "bench/report/charts.h"
#include "bench/report/html.h"
#include "bench/report/picture.h"
#include "bench/report/report_page.h"

static void charts_source(FILE *out, const struct picture *picture)
{
    fputs("data:image/svg+xml;base64,", out);
    html_base64(out, picture->bytes, picture->count);
}

/* As an image: an SVG that is one is read without network and without script. */
static void charts_figure(FILE *out, const struct chart *chart, const struct chart_data *data,
                          const struct picture *light, const struct picture *dark)
{
    char title[CHART_TITLE];
    chart->title(title, sizeof title, data);
    fputs("<figure><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart: ", out);
    html_text(out, chart->what);
    fputs("\"><picture><source media=\"(prefers-color-scheme: dark) and (not print)\" srcset=\"",
          out);
    charts_source(out, dark);
    fputs("\"><img alt=\"", out);
    html_text(out, title);
    fputs("\" src=\"", out);
    charts_source(out, light);
    fputs("\"></picture></div><figcaption>", out);
    html_text(out, chart->what);
    fputs(": ", out);
    html_text(out, title);
    fputs("</figcaption></figure>\n", out);
}

static int charts_draw(FILE *out, const struct chart *chart, const struct chart_data *data,
                       const char *gnuplot, struct error *err)
{
    struct picture light = {NULL, 0}, dark = {NULL, 0};
    int code = picture_draw(&light, chart, data, gnuplot, "light", err);
    if (code == 0) {
        code = picture_draw(&dark, chart, data, gnuplot, "dark", err);
        if (code == 0) {
            charts_figure(out, chart, data, &light, &dark);
            free(dark.bytes);
        }
        free(light.bytes);
    }
    return code;
}

static void charts_left_out(FILE *out, const struct chart_data *data)
{
    size_t count = 0;
    for (size_t i = 0; i < CHARTS_COUNT; i++) {
        const char *missing = charts_missing(charts[i], data);
        if (!missing)
            continue;
        fputs(count++ ? "" : "<p class=\"soft\">Not drawn:</p>\n<ul class=\"soft\">\n", out);
        fputs("<li>", out);
        html_text(out, charts[i]->what);
        fputs(": ", out);
        html_text(out, missing);
        fputs("</li>\n", out);
    }
    fputs(count ? "</ul>\n" : "", out);
}

int report_charts(FILE *out, const struct chart_data *data, const char *gnuplot,
                  const char *missing, struct error *err)
{
    int code = 0;
    if (!gnuplot) {
        html_element(out, "p", "", missing);
        return 0;
    }
    for (size_t i = 0; i < CHARTS_COUNT && code == 0; i++)
        if (!charts_missing(charts[i], data))
            code = charts_draw(out, charts[i], data, gnuplot, err);
    charts_left_out(out, data);
    return code;
}
