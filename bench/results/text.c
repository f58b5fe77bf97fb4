#include "bench/results/text.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 40 };

static bool text_in(unsigned char c, unsigned low, unsigned high)
{
    return c >= low && c <= high;
}

size_t text_character(const char *text, size_t left)
{
    unsigned char c[4] = {0};
    memcpy(c, text, left < sizeof c ? left : sizeof c);
    if (left > 0 && c[0] < 0x80)
        return 1;
    if (left > 1 && text_in(c[0], 0xc2, 0xdf) && text_in(c[1], 0x80, 0xbf))
        return 2;
    /* The second byte's bounds shut out overlong forms, surrogates and what is past U+10FFFF. */
    unsigned low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
    unsigned high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;
    bool second = text_in(c[1], low, high);
    if (left > 2 && text_in(c[0], 0xe0, 0xef) && second && text_in(c[2], 0x80, 0xbf))
        return 3;
    if (left > 3 && text_in(c[0], 0xf0, 0xf4) && second && text_in(c[2], 0x80, 0xbf) &&
        text_in(c[3], 0x80, 0xbf))
        return 4;
    return 0;
}

/* Marks, embeddings, overrides and isolates (Unicode 15, UAX #9, table 4), the separators of lines
 * and paragraphs, and what nobody would see (U+FEFF, and U+FFFE and U+FFFF, which are none). */
static bool text_misleads(const unsigned char c[3])
{
    return (c[0] == 0xd8 && c[1] == 0x9c) ||
           (c[0] == 0xe2 && c[1] == 0x80 &&
            (text_in(c[2], 0x8e, 0x8f) || text_in(c[2], 0xa8, 0xae))) ||
           (c[0] == 0xe2 && c[1] == 0x81 && text_in(c[2], 0xa6, 0xa9)) ||
           (c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf) ||
           (c[0] == 0xef && c[1] == 0xbf && text_in(c[2], 0xbe, 0xbf));
}

bool text_is_control(const char *text, size_t left)
{
    unsigned char c[3] = " ";
    memcpy(c, text, left < sizeof c ? left : sizeof c);
    return c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && text_in(c[1], 0x80, 0x9f)) ||
           text_misleads(c);
}

char *text_clean(char *text)
{
    size_t left = strlen(text);
    char *to = text;
    for (const char *from = text; left > 0;) {
        size_t bytes = text_character(from, left);
        if (bytes == 0 || text_is_control(from, left)) {
            *to++ = '?';
            bytes = bytes ? bytes : 1;
        } else {
            memmove(to, from, bytes);
            to += bytes;
        }
        from += bytes;
        left -= bytes;
    }
    *to = '\0';
    return text;
}

char *text_show(char *shown, size_t size, const char *text, size_t length)
{
    size_t used = 0;
    shown[0] = '\0';
    for (size_t i = 0; i < length && used + sizeof "\\xNN..." <= size; i++) {
        if (i == SHOWN_MAX) {
            memcpy(shown + used, "...", sizeof "...");
            break;
        }
        unsigned char c = (unsigned char)text[i];
        if (text_in(c, 0x20, 0x7e))
            used += (size_t)snprintf(shown + used, size - used, "%c", c);
        else
            used += (size_t)snprintf(shown + used, size - used, "\\x%02x", c);
    }
    return shown;
}
