#include "bench/util/names.h"

#include <string.h>

/* Longer texts are not slips of a name. */
enum { NAME_LIMIT = 64 };

static unsigned min_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Names are lower-case, so a capital is no slip worth a point. Only ASCII is folded: names
 * hold nothing else, and the answer must not depend on the locale. */
static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The optimal string alignment distance: Damerau's four slips, none applied twice to the
 * same place (Navarro, "A guided tour to approximate string matching", ACM Computing
 * Surveys 33(1), 2001). Row i of the table holds the distances of a's first i letters. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NAME_LIMIT + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++) {
        last[j] = before[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            char here = folded(a[i - 1]), there = folded(b[j - 1]);
            unsigned best = min_of(last[j], row[j - 1]) + 1;
            best = min_of(best, last[j - 1] + (here != there));
            if (i > 1 && j > 1 && here == folded(b[j - 2]) && folded(a[i - 2]) == there) {
                best = min_of(best, before[j - 2] + 1);
            }
            row[j] = best;
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

int names_nearest(const char *typed, const char *const *known, size_t count)
{
    size_t typed_length = strlen(typed);
    unsigned nearest = 0;
    int index = -1;

    if (typed_length > NAME_LIMIT) {
        return -1;
    }
    for (size_t k = 0; k < count; k++) {
        size_t length = strlen(known[k]);
        if (length > NAME_LIMIT) {
            continue;
        }
        size_t longer = length > typed_length ? length : typed_length;
        unsigned far = distance(typed, typed_length, known[k], length);
        if (far <= (longer + 2) / 3 && (index < 0 || far < nearest)) {
            nearest = far;
            index = (int)k;
        }
    }
    return index;
}
