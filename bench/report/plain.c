#include "bench/report/plain.h"

#include <stdbool.h>
#include <string.h>

static bool plain_continues(unsigned char byte) /* a UTF-8 sequence */
{
    return (byte & 0xc0) == 0x80;
}

char *plain_text(char *text, size_t size, const char *from)
{
    size_t used = 0;
    if (size == 0)
        return text;
    for (; *from; from++) {
        const unsigned char byte = (unsigned char)*from;
        if (plain_continues(byte))
            continue;
        if (used + 1 == size) {
            const size_t dots = size > 3 ? 3 : size - 1;
            memset(text + used - dots, '.', dots);
            break;
        }
        text[used++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
    }
    text[used] = '\0';
    return text;
}

char *plain_field(char *text, size_t size, const char *from)
{
    plain_text(text, size, *from ? from : "-");
    for (char *c = text; *c; c++) {
        /* In an SVG, "]]>" would have to be the end of something; gnuplot writes it as it is. */
        if (*c == '>' && c - text >= 2 && c[-1] == ']' && c[-2] == ']')
            *c = '?';
        /* gnuplot 5.4 ends even a quoted label at a comma, and reads \n in one as a new line. */
        if (*c == ',')
            *c = ';';
        else if (*c == '"')
            *c = '\'';
        else if (*c == '\\')
            *c = '/';
    }
    return text;
}
