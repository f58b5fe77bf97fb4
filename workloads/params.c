#include "workloads/params.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/util/names.h"
#include "bench/util/units.h"

enum { TEXT_MAX = 256 };

/* What the user is told when a text is not even of the right type. */
static const char *type_hint(enum param_type type)
{
    switch (type) {
    case PARAM_COUNT:
        return "a whole number such as 1000, 2.5k or 1e6";
    case PARAM_SIZE:
        return "a whole number of bytes such as 4096, 64KiB or 4MiB";
    case PARAM_TIME:
        return "a time with its unit (ns, us, ms, s, m, h) such as 10ms or 1.5s";
    case PARAM_PERCENT:
        return "a whole percentage such as 50%";
    case PARAM_LIST:
        return "up to 8 whole numbers with ':' between such as 3:3:4";
    case PARAM_CHOICE:
        break;
    }
    return "one of its choices";
}

static int parse_choice(const struct param *param, const char *text, uint64_t *value,
                        struct error *err)
{
    char range[TEXT_MAX];
    size_t count = 0;

    for (; param->choices[count] != NULL; count++) {
        if (strcmp(param->choices[count], text) == 0) {
            *value = count;
            return 0;
        }
    }
    param_range(param, range, sizeof range);
    int near = names_nearest(text, param->choices, count);
    if (near >= 0) {
        return error_set(err, -EINVAL, "%s=%s: did you mean '%s'? It takes %s", param->name, text,
                         param->choices[near], range);
    }
    return error_set(err, -EINVAL, "%s=%s: it takes %s", param->name, text, range);
}

/* -EINVAL: not a list; -ERANGE: too many numbers, or one that no list can hold. */
static int parse_list(const char *text, uint64_t *value)
{
    uint64_t list = 0;
    for (unsigned count = 0;; count++) {
        char word[TEXT_MAX];
        uint64_t number = 0;
        size_t length = strcspn(text, ":");
        if (length >= sizeof word) {
            return -EINVAL;
        }
        memcpy(word, text, length);
        word[length] = '\0';
        int code = units_parse_count(word, &number);
        if (code != 0) {
            return code;
        }
        if (count == PARAM_LIST_MAX || number == 0 || number > PARAM_LIST_NUMBER_MAX) {
            return -ERANGE;
        }
        list |= number << (8 * count);
        if (text[length] == '\0') {
            *value = list;
            return 0;
        }
        text += length + 1;
    }
}

static bool in_range(const struct param *param, uint64_t value)
{
    if (param->type != PARAM_LIST) {
        return value >= param->min && value <= param->max;
    }
    for (unsigned i = 0; i < param_list_count(value); i++) {
        uint64_t number = param_list_number(value, i);
        if (number < param->min || number > param->max) {
            return false;
        }
    }
    return true;
}

static int parse_number(enum param_type type, const char *text, uint64_t *value)
{
    switch (type) {
    case PARAM_COUNT:
        return units_parse_count(text, value);
    case PARAM_SIZE:
        return units_parse_size(text, value);
    case PARAM_TIME:
        return units_parse_time(text, value);
    case PARAM_PERCENT:
        return units_parse_percent(text, value);
    case PARAM_LIST:
        return parse_list(text, value);
    case PARAM_CHOICE:
        break;
    }
    return -EINVAL;
}

int param_parse(const struct param *param, const char *text, uint64_t *value, struct error *err)
{
    char range[TEXT_MAX];
    uint64_t parsed = 0;

    if (param->type == PARAM_CHOICE) {
        return parse_choice(param, text, value, err);
    }
    if (param->zero_means != NULL && strcmp(text, param->zero_means) == 0) {
        *value = 0;
        return 0;
    }
    param_range(param, range, sizeof range);
    int code = parse_number(param->type, text, &parsed);
    if (code == -EINVAL) {
        return error_set(err, -EINVAL, "%s=%s: give %s; the range is %s", param->name, text,
                         type_hint(param->type), range);
    }
    if (code != 0 || !in_range(param, parsed)) {
        return error_set(err, -EINVAL, "%s=%s is out of range: give %s", param->name, text, range);
    }
    if (param->multiple != 0 && parsed % param->multiple != 0) {
        return error_set(err, -EINVAL, "%s=%s: give a multiple of %" PRIu64, param->name, text,
                         param->multiple);
    }
    *value = parsed;
    return 0;
}

static char *format_list(uint64_t list, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "%s", "");
    for (unsigned i = 0; i < param_list_count(list) && used < size; i++) {
        int wrote = snprintf(text + used, size - used, "%s%" PRIu64, i == 0 ? "" : ":",
                             param_list_number(list, i));
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    return text;
}

static char *format_number(enum param_type type, uint64_t value, char *text, size_t size)
{
    switch (type) {
    case PARAM_SIZE:
        return units_exact_size(text, size, value);
    case PARAM_TIME:
        return units_exact_time(text, size, value);
    case PARAM_PERCENT:
        snprintf(text, size, "%" PRIu64 "%%", value);
        return text;
    case PARAM_LIST: /* by its numbers */
    case PARAM_COUNT:
    case PARAM_CHOICE:
        break;
    }
    snprintf(text, size, "%" PRIu64, value);
    return text;
}

char *param_format(const struct param *param, uint64_t value, char *text, size_t size)
{
    if (param->type == PARAM_CHOICE) {
        snprintf(text, size, "%s", param->choices[value]);
    } else if (param->type == PARAM_LIST) {
        format_list(value, text, size);
    } else if (value == 0 && param->zero_means != NULL) {
        snprintf(text, size, "%s", param->zero_means);
    } else {
        format_number(param->type, value, text, size);
    }
    return text;
}

/* One end of a range; a long round count reads better as 1e12. */
static char *format_bound(const struct param *param, uint64_t value, char *text, size_t size)
{
    unsigned zeros = 0;
    uint64_t digits = value;

    while (digits != 0 && digits % 10 == 0) {
        digits /= 10;
        zeros++;
    }
    if (param->type == PARAM_COUNT && zeros >= 6) {
        snprintf(text, size, "%" PRIu64 "e%u", digits, zeros);
        return text;
    }
    return format_number(param->type, value, text, size);
}

static char *choices_range(const struct param *param, char *text, size_t size)
{
    size_t used = 0;

    snprintf(text, size, "%s", "");
    for (size_t i = 0; param->choices[i] != NULL && used < size; i++) {
        int wrote =
            snprintf(text + used, size - used, "%s%s", i == 0 ? "" : "|", param->choices[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    return text;
}

char *param_range(const struct param *param, char *text, size_t size)
{
    char low[48], high[48];

    if (param->type == PARAM_CHOICE) {
        return choices_range(param, text, size);
    }
    format_bound(param, param->min, low, sizeof low);
    format_bound(param, param->max, high, sizeof high);
    if (param->type == PARAM_LIST) {
        snprintf(text, size, "1 to %d numbers of %s to %s with ':' between", PARAM_LIST_MAX, low,
                 high);
    } else if (param->zero_means != NULL) {
        snprintf(text, size, "%s, or %s to %s", param->zero_means, low, high);
    } else {
        snprintf(text, size, "%s to %s", low, high);
    }
    return text;
}
