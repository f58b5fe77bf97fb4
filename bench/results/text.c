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

bool text_is_control(const char *text, size_t left)
{
    unsigned char c = left > 0 ? (unsigned char)text[0] : ' ';
    return c < 0x20 || c == 0x7f ||
           (c == 0xc2 && left > 1 && text_in((unsigned char)text[1], 0x80, 0x9f));
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
