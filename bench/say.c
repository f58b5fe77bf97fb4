#include "bench/say.h"

#include <stdarg.h>
#include <stdio.h>

/* What a user typed comes back in messages: it must stay one line and must not
 * reach the terminal as a control sequence. */
static void make_plain(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

void say(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    make_plain(line);
    fprintf(stderr, "bench: %s\n", line);
}
