#include "bench/util/natural.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/units.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { NATURAL_WORD = 64 };

static bool natural_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "10", "2.5" */
static size_t natural_digits(const char *text)
{
    const size_t whole = strspn(text, DIGITS);
    return text[whole] == '.' ? whole + 1 + strspn(text + whole + 1, DIGITS) : whole;
}

/* Of the number at `text`; its value, in units of the smallest. Letters that are no unit, as those
 * of "4x", are no part of it. */
static size_t natural_number(const char *text, double *value)
{
    char word[NATURAL_WORD];
    const size_t digits = natural_digits(text), letters = strspn(text + digits, LETTERS);
    uint64_t exact;
    if (digits + letters < sizeof word) {
        memcpy(word, text, digits + letters);
        word[digits + letters] = '\0';
        if (units_parse_time(word, &exact) == 0 || units_parse_size(word, &exact) == 0 ||
            units_parse_count(word, &exact) == 0) {
            *value = (double)exact;
            return digits + letters;
        }
    }
    /* Not by strtod(), which reads an exponent and more. */
    *value = 0;
    double place = 1;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] == '.')
            place = 0.1;
        else if (place < 1) {
            *value += place * (text[i] - '0');
            place /= 10;
        } else
            *value = 10 * *value + (text[i] - '0');
    }
    return digits;
}

int natural_compare(const char *a, const char *b)
{
    const char *at_a = a, *at_b = b;
    while (*at_a && *at_b) {
        if (natural_is_digit(*at_a) && natural_is_digit(*at_b)) {
            double x, y;
            at_a += natural_number(at_a, &x);
            at_b += natural_number(at_b, &y);
            if (x < y || x > y)
                return x < y ? -1 : 1;
        } else if (*at_a != *at_b) {
            return (unsigned char)*at_a < (unsigned char)*at_b ? -1 : 1;
        } else {
            at_a++;
            at_b++;
        }
    }
    if (*at_a || *at_b)
        return *at_a ? 1 : -1;
    return strcmp(a, b); /* "1s" and "1000ms" are not the same text */
}
