/*
 * params.h - the typed parameters of a workload.
 *
 * Every value is held as one uint64_t: a count, bytes, nanoseconds, a
 * percentage, the index of a choice, or a short list of small numbers. A workload declares an
 * array of `struct param` and receives an array of values in the same order. Any thread.
 */
#ifndef WORKLOADS_PARAMS_H
#define WORKLOADS_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"

enum param_type {
    PARAM_COUNT,   /* a plain number */
    PARAM_SIZE,    /* bytes */
    PARAM_TIME,    /* nanoseconds */
    PARAM_PERCENT, /* 0 to 100 */
    PARAM_CHOICE,  /* index into `choices` */
    PARAM_LIST,    /* 1 to PARAM_LIST_MAX numbers, written 3:3:4 (--set parts values at commas) */
};

enum { PARAM_MAX = 12 }; /* no workload has more parameters */

/* A list lies in its uint64_t a byte for each number, the first one lowest. */
enum { PARAM_LIST_MAX = 8, PARAM_LIST_NUMBER_MAX = 255 };

static inline uint64_t param_list_number(uint64_t list, unsigned i)
{
    return list >> (8 * i) & PARAM_LIST_NUMBER_MAX;
}

/* How many numbers are in it: none of them is 0. */
static inline unsigned param_list_count(uint64_t list)
{
    unsigned count = 0;
    while (count < PARAM_LIST_MAX && param_list_number(list, count) > 0) {
        count++;
    }
    return count;
}

struct param {
    const char *name;
    const char *summary; /* one line, no full stop */
    enum param_type type;
    uint64_t initial;           /* the default */
    uint64_t min, max;          /* inclusive; of each number in a list; not used by PARAM_CHOICE */
    const char *const *choices; /* NULL-terminated; PARAM_CHOICE only */
    uint64_t multiple;          /* the value must be a multiple of this; 0: any value */
    const char *zero_means;     /* the word for the value 0, below the range ("auto"), or NULL */
};

/* Reads `text` as a value of `param`. 0, or -EINVAL with the range or the
 * choices in `err` (which does not name the workload: the caller does). */
int param_parse(const struct param *param, const char *text, uint64_t *value, struct error *err);

/* Writes the value so that param_parse reads the same value back. Returns text. */
char *param_format(const struct param *param, uint64_t value, char *text, size_t size);

/* The range as people write it: "1us to 1h", "stream|random". Returns text. */
char *param_range(const struct param *param, char *text, size_t size);

#endif
