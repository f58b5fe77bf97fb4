#include "bench/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "bench/results/text.h"

void say(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    /* What a user typed comes back in messages: it must stay one line and must not
     * reach the terminal as a control sequence. */
    fprintf(stderr, "bench: %s\n", text_clean(line));
}
