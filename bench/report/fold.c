#include "bench/report/fold.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

static void fold_break(FILE *out, int *column, int indent)
{
    fprintf(out, "\n%*s", indent, "");
    *column = indent;
}

/* A word of which no line has more than `most` characters. */
static void fold_word(FILE *out, const char *word, int length, int *column, int indent, int most)
{
    while (length > most - *column && most > indent) {
        const int part = most - *column;
        fwrite(word, 1, (size_t)part, out);
        fold_break(out, column, indent);
        word += part;
        length -= part;
    }
    fwrite(word, 1, (size_t)length, out);
    *column += length;
}

static void fold(FILE *out, const char *text, int column, int indent, int width, int most)
{
    bool first = true;
    while (*text) {
        const int length = (int)strcspn(text, " ");
        if (!first && column + 1 + length > width) {
            fold_break(out, &column, indent);
        } else if (!first) {
            fputc(' ', out);
            column++;
        }
        fold_word(out, text, length, &column, indent, most);
        text += length;
        text += strspn(text, " ");
        first = false;
    }
    fputc('\n', out);
}

void fold_text(FILE *out, const char *text, int column, int indent)
{
    fold(out, text, column, indent, FOLD_COLUMN, INT_MAX);
}

void fold_text_within(FILE *out, const char *text, int column, int indent, int width)
{
    fold(out, text, column, indent, width, width);
}
