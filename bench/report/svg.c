#include "bench/report/svg.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/html.h"

struct refining {
    const char *at, *end; /* what is left to read */
    FILE *out;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool starts(const char *at, const char *end, const char *word)
{
    const size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* "rgb(  0, 114, 178)": what follows it, NULL where it is none. */
static const char *colour(FILE *out, const char *at, const char *end)
{
    char text[32];
    unsigned red, green, blue;
    int length = 0;
    if (!starts(at, end, "rgb("))
        return NULL;
    snprintf(text, sizeof text, "%.*s", (int)(end - at), at);
    if (sscanf(text, "rgb(%3u ,%3u ,%3u )%n", &red, &green, &blue, &length) != 3 || length == 0 ||
        red > 255 || green > 255 || blue > 255)
        return NULL;
    fprintf(out, "#%02x%02x%02x", red, green, blue);
    return at + length;
}

/* The part of a number behind its point, without zeros that say nothing. */
static const char *decimals(FILE *out, const char *at, const char *end)
{
    const char *stop = at + 1, *last;
    while (stop < end && isdigit((unsigned char)*stop))
        stop++;
    for (last = stop; last > at + 1 && last[-1] == '0'; last--) {
    }
    if (last > at + 1)
        fwrite(at, 1, (size_t)(last - at), out);
    return stop;
}

/* The value of an attribute. gnuplot writes its own words there alone, never a text of a chart. */
static void put_value(FILE *out, const char *at, const char *end)
{
    while (end > at && is_space(end[-1]))
        end--;
    while (at < end && is_space(*at))
        at++;
    for (const char *begin = at; at < end;) {
        const char *behind = colour(out, at, end);
        if (behind) {
            at = behind;
        } else if (is_space(*at)) {
            fputc(' ', out);
            while (is_space(*at))
                at++;
        } else if (*at == '.' && at > begin && isdigit((unsigned char)at[-1]) && at + 1 < end &&
                   isdigit((unsigned char)at[1])) {
            at = decimals(out, at, end);
        } else {
            fputc(*at++, out);
        }
    }
}

/* The declaration before all: its version is no figure. */
static bool put_declaration(struct refining *svg)
{
    if (!starts(svg->at, svg->end, "<?"))
        return false;
    for (bool last = false; svg->at < svg->end && !last; svg->at++) {
        last = *svg->at == '>';
        fputc(*svg->at, svg->out);
    }
    return true;
}

/* From '<' behind '>'. gnuplot writes no comments and no CDATA, in which this would see attributes.
 */
static void put_tag(struct refining *svg)
{
    bool blank = false; /* one is due before what comes next */
    fputc(*svg->at++, svg->out);
    while (svg->at < svg->end) {
        const char c = *svg->at++;
        if (is_space(c)) {
            blank = true;
            continue;
        }
        if (blank && c != '=' && c != '/' && c != '>')
            fputc(' ', svg->out);
        blank = false;
        fputc(c, svg->out);
        if (c == '=')
            while (svg->at < svg->end && is_space(*svg->at))
                svg->at++;
        if (c == '"' || c == '\'') {
            const char *close = memchr(svg->at, c, (size_t)(svg->end - svg->at));
            if (!close)
                close = svg->end;
            put_value(svg->out, svg->at, close);
            svg->at = close;
            if (svg->at < svg->end)
                fputc(*svg->at++, svg->out);
        }
        if (c == '>')
            return;
    }
}

/* What stands between two tags: a text, or the break of a line. */
static void put_text(struct refining *svg)
{
    const char *begin = svg->at;
    bool blank = true;
    for (; svg->at < svg->end && *svg->at != '<'; svg->at++)
        blank = blank && is_space(*svg->at);
    const size_t length = (size_t)(svg->at - begin);
    if (blank && memchr(begin, '\n', length))
        fputc('\n', svg->out);
    else
        fwrite(begin, 1, length, svg->out);
}

/* Whether an element of that name was left out, with all that is in it. */
static bool leave_out(struct refining *svg, const char *begin, const char *end)
{
    if (!starts(svg->at, svg->end, begin))
        return false;
    const char *found = memmem(svg->at, (size_t)(svg->end - svg->at), end, strlen(end));
    svg->at = found ? found + strlen(end) : svg->end;
    while (svg->at < svg->end && is_space(*svg->at))
        svg->at++;
    return true;
}

static void put_head(FILE *out, const char *title, const char *style)
{
    if (title) {
        fputs("\n<title>", out);
        html_text(out, title);
        fputs("</title>", out);
    }
    if (style)
        fprintf(out, "\n<style>%s</style>", style);
}

char *svg_refine(const char *svg, size_t count, const char *title, const char *style, size_t *size)
{
    char *made = NULL;
    bool head = false;
    struct refining refining = {.at = svg, .end = svg + count, .out = open_memstream(&made, size)};
    if (!refining.out)
        return NULL;
    while (refining.at < refining.end) {
        if (*refining.at != '<') {
            put_text(&refining);
        } else if (!put_declaration(&refining) && !leave_out(&refining, "<title>", "</title>") &&
                   !leave_out(&refining, "<desc>", "</desc>")) {
            const bool root = !head && starts(refining.at, refining.end, "<svg");
            put_tag(&refining);
            if (root)
                put_head(refining.out, title, style);
            head |= root;
        }
    }
    const bool failed = ferror(refining.out);
    if (fclose(refining.out) != 0 || failed) {
        free(made);
        return NULL;
    }
    return made;
}
