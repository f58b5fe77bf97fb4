#include "bench/util/units.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

struct unit {
    const char *name;
    uint64_t scale;
};

/* Ordered from small to large; the formatters rely on it. */
static const struct unit counts[] = {{"", 1},           {"k", 1000},          {"M", 1000000},
                                     {"G", 1000000000}, {"T", 1000000000000}, {NULL, 0}};

static const struct unit sizes[] = {{"", 1},
                                    {"KiB", UINT64_C(1) << 10},
                                    {"MiB", UINT64_C(1) << 20},
                                    {"GiB", UINT64_C(1) << 30},
                                    {"TiB", UINT64_C(1) << 40},
                                    {NULL, 0}};

static const struct unit decimal_sizes[] = {
    {"B", 1}, {"kB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}, {NULL, 0}};

static const struct unit times[] = {{"ns", 1},
                                    {"us", 1000},
                                    {"ms", 1000000},
                                    {"s", 1000000000},
                                    {"m", UINT64_C(60) * 1000000000},
                                    {"h", UINT64_C(3600) * 1000000000},
                                    {NULL, 0}};

/* The number `digits` * 10^power, as it was written. */
struct decimal {
    wide digits;
    int power;
    bool too_long; /* more digits than `digits` can hold */
};

/* So that digits * scale fits 128 bits for every unit: no scale needs more than
 * 42 bits. */
#define DIGITS_LIMIT ((wide)1 << 86)

/* No exponent past this can give a number that fits, except for 0. */
enum { POWER_LIMIT = 1000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void decimal_push(struct decimal *number, unsigned digit)
{
    if (number->digits >= DIGITS_LIMIT / 10 - 1) {
        number->too_long = true;
    } else {
        number->digits = number->digits * 10 + digit;
    }
}

static const char *read_fraction(const char *text, struct decimal *number)
{
    int zeros = 0;
    while (is_digit(*text)) {
        /* Zeros count only once another digit follows: "1.500000" is as short as "1.5". */
        if (*text == '0') {
            zeros++;
        } else {
            for (; zeros > 0 && !number->too_long; zeros--) {
                decimal_push(number, 0);
                number->power--;
            }
            zeros = 0;
            decimal_push(number, (unsigned)(*text - '0'));
            if (!number->too_long) {
                number->power--;
            }
        }
        text++;
    }
    return text;
}

static const char *read_exponent(const char *text, struct decimal *number)
{
    int power = 0;
    while (is_digit(*text)) {
        if (power < POWER_LIMIT) {
            power = power * 10 + (*text - '0');
        }
        text++;
    }
    number->power += power;
    return text;
}

/* Returns where the unit starts, or NULL where no number is written. */
static const char *read_decimal(const char *text, struct decimal *number)
{
    *number = (struct decimal){0};
    if (!is_digit(*text)) {
        return NULL;
    }
    for (; is_digit(*text); text++) {
        decimal_push(number, (unsigned)(*text - '0'));
    }
    if (*text == '.') {
        if (!is_digit(text[1])) {
            return NULL;
        }
        text = read_fraction(text + 1, number);
    }
    if (*text == 'e' || *text == 'E') {
        if (!is_digit(text[1])) {
            return NULL;
        }
        text = read_exponent(text + 1, number);
    }
    return text;
}

static int decimal_scale(const struct decimal *number, uint64_t scale, uint64_t *value)
{
    if (number->too_long) {
        return number->power < 0 ? -EINVAL : -ERANGE;
    }
    wide result = number->digits * scale;
    for (int power = number->power; power < 0; power++) {
        if (result % 10 != 0) {
            return -EINVAL;
        }
        result /= 10;
    }
    for (int power = number->power; power > 0 && result != 0; power--) {
        if (result > UINT64_MAX) {
            return -ERANGE;
        }
        result *= 10;
    }
    if (result > UINT64_MAX) {
        return -ERANGE;
    }
    *value = (uint64_t)result;
    return 0;
}

static const struct unit *find_unit(const struct unit *units, const char *name)
{
    for (; units->name != NULL; units++) {
        if (strcmp(units->name, name) == 0) {
            return units;
        }
    }
    return NULL;
}

int units_parse_count(const char *text, uint64_t *count)
{
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    const struct unit *unit = rest == NULL ? NULL : find_unit(counts, rest);
    return unit == NULL ? -EINVAL : decimal_scale(&number, unit->scale, count);
}

int units_parse_size(const char *text, uint64_t *bytes)
{
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (rest == NULL) {
        return -EINVAL;
    }
    const struct unit *unit = find_unit(sizes, rest);
    if (unit == NULL) {
        unit = find_unit(decimal_sizes, rest);
    }
    return unit == NULL ? -EINVAL : decimal_scale(&number, unit->scale, bytes);
}

int units_parse_time(const char *text, uint64_t *ns)
{
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (rest == NULL) {
        return -EINVAL;
    }
    if (*rest == '\0' && number.digits == 0 && !number.too_long) {
        *ns = 0;
        return 0;
    }
    const struct unit *unit = find_unit(times, rest);
    return unit == NULL ? -EINVAL : decimal_scale(&number, unit->scale, ns);
}

int units_parse_share(const char *text, double *share)
{
    char digits[32], *end;
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '%')
        length--;
    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789.") != length ||
        text[0] == '.' || text[length - 1] == '.')
        return -EINVAL;
    memcpy(digits, text, length);
    digits[length] = '\0';
    double percent = strtod(digits, &end);
    if (*end)
        return -EINVAL;
    if (percent > 1000)
        return -ERANGE;
    *share = percent / 100;
    return 0;
}

int units_parse_percent(const char *text, uint64_t *percent)
{
    struct decimal number;
    uint64_t value = 0;
    const char *rest = read_decimal(text, &number);
    if (rest == NULL || (strcmp(rest, "") != 0 && strcmp(rest, "%") != 0)) {
        return -EINVAL;
    }
    int code = decimal_scale(&number, 1, &value);
    if (code != 0) {
        return code;
    }
    if (value > 100) {
        return -ERANGE;
    }
    *percent = value;
    return 0;
}

static char *format_exact(char *text, size_t size, uint64_t value, const struct unit *units)
{
    const struct unit *best = &units[0];
    for (const struct unit *unit = units; unit->name != NULL; unit++) {
        if (value % unit->scale == 0) {
            best = unit;
        }
    }
    if (value == 0) {
        snprintf(text, size, "0");
    } else {
        snprintf(text, size, "%llu%s", (unsigned long long)(value / best->scale), best->name);
    }
    return text;
}

char *units_exact_time(char *text, size_t size, uint64_t ns)
{
    return format_exact(text, size, ns, times);
}

char *units_exact_size(char *text, size_t size, uint64_t bytes)
{
    return format_exact(text, size, bytes, sizes);
}

struct step {
    const char *name;
    double scale;
    double limit; /* from here on the next unit reads better */
};

static char *format_human(char *text, size_t size, double value, const struct step *step)
{
    if (!isfinite(value)) {
        snprintf(text, size, "n/a");
        return text;
    }
    if (value == 0) {
        snprintf(text, size, "0 %s", step->name);
        return text;
    }
    double magnitude = fabs(value);
    while (magnitude / step->scale >= step->limit) {
        step++;
    }
    double shown = magnitude / step->scale;
    int decimals = shown < 9.995 ? 2 : shown < 99.95 ? 1 : 0;
    snprintf(text, size, "%.*f %s", decimals, value / step->scale, step->name);
    return text;
}

char *units_human_time(char *text, size_t size, double ns)
{
    static const struct step steps[] = {{"ns", 1, 999.5},     {"us", 1e3, 999.5},
                                        {"ms", 1e6, 999.5},   {"s", 1e9, 119.5},
                                        {"min", 60e9, 119.5}, {"h", 3600e9, INFINITY}};
    return format_human(text, size, ns, steps);
}

char *units_human_size(char *text, size_t size, double bytes)
{
    static const struct step steps[] = {{"B", 1, 1023.5},
                                        {"KiB", 0x1p10, 1023.5},
                                        {"MiB", 0x1p20, 1023.5},
                                        {"GiB", 0x1p30, 1023.5},
                                        {"TiB", 0x1p40, INFINITY}};
    /* Bytes below one KiB are whole in nearly every use; a mean of them is not worth
     * decimals either. */
    if (fabs(bytes) < 1023.5) {
        snprintf(text, size, "%.0f B", bytes);
        return text;
    }
    return format_human(text, size, bytes, steps);
}
