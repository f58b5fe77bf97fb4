#include "bench/report/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bench/results/text.h"

static const char *html_reference(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Returns how many bytes it was. */
static size_t html_character(FILE *out, const char *text, size_t left)
{
    const size_t length = text_character(text, left);
    const char *reference = html_reference(*text);
    if (reference)
        fputs(reference, out);
    else if (length == 0 || text_is_control(text, left))
        fputc('?', out);
    else
        fwrite(text, 1, length, out);
    return length > 0 ? length : 1;
}

void html_text(FILE *out, const char *text)
{
    for (const char *end = text + strlen(text); text < end;)
        text += html_character(out, text, (size_t)(end - text));
}

static bool html_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the blank at `at`, behind a digit, stands before a unit (units.h). */
static bool html_is_before_unit(const char *at)
{
    static const char *const units[] = {"ns", "us",  "ms",  "s",   "min", "h",
                                        "B",  "KiB", "MiB", "GiB", "TiB"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t length = strlen(units[i]);
        if (strncmp(at + 1, units[i], length) == 0 && !isalnum((unsigned char)at[1 + length]))
            return true;
    }
    return false;
}

void html_words(FILE *out, const char *text)
{
    const char *end = text + strlen(text);
    for (const char *at = text; at < end;) {
        if (*at == ' ' && at > text && html_is_digit(at[-1]) && html_is_before_unit(at)) {
            fputs("\u00a0", out);
            at++;
        } else {
            at += html_character(out, at, (size_t)(end - at));
        }
    }
}

void html_element(FILE *out, const char *tag, const char *attributes, const char *text)
{
    fprintf(out, "<%s%s>", tag, attributes);
    html_words(out, text);
    fprintf(out, "</%s>\n", tag);
}

void html_base64(FILE *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const size_t left = count - i;
        const uint32_t three = (uint32_t)bytes[i] << 16 |
                               (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (left > 2 ? bytes[i + 2] : 0u);
        fputc(digits[three >> 18], out);
        fputc(digits[three >> 12 & 63], out);
        fputc(left > 1 ? digits[three >> 6 & 63] : '=', out);
        fputc(left > 2 ? digits[three & 63] : '=', out);
    }
}

void html_svg(FILE *out, const char *bytes, size_t count)
{
    fputs("data:image/svg+xml;base64,", out);
    html_base64(out, (const unsigned char *)bytes, count);
}
