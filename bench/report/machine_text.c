#include "bench/report/machine_text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/util/units.h"

#define MACHINE_UNKNOWN "unknown"

enum { MACHINE_SHOWN = 3, MACHINE_BEFORE = 12 };

static bool machine_known(const json_t *fact)
{
    const char *text = json_string_value(fact);
    return fact && !json_is_null(fact) && !(text && (!*text || strcmp(text, MACHINE_UNKNOWN) == 0));
}

/* --- are two facts alike? --- */

static bool machine_near(double a, double b, double part)
{
    return fabs(a - b) <= part * fmax(fabs(a), fabs(b));
}

static bool machine_same_nodes(const json_t *a, const json_t *b)
{
    if (!json_is_array(a) || !json_is_array(b) || json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++) {
        const json_t *left = json_array_get(a, i), *right = json_array_get(b, i);
        if (!json_equal(json_object_get(left, "cpus"), json_object_get(right, "cpus")) ||
            !machine_alike(json_object_get(left, "bytes"), json_object_get(right, "bytes"),
                           MACHINE_ROUGH_BYTES))
            return false;
    }
    return true;
}

static bool machine_same_words(const json_t *a, const json_t *b)
{
    char *left = machine_words(a, b), *right = machine_words(b, a);
    bool same = left && right && strcmp(left, right) == 0;
    free(left);
    free(right);
    return same;
}

bool machine_alike(const json_t *a, const json_t *b, enum machine_unit unit)
{
    const bool known_a = machine_known(a), known_b = machine_known(b);
    if (!known_a || !known_b)
        return known_a == known_b;
    if (json_is_number(a) && json_is_number(b)) {
        const bool rough = unit == MACHINE_ROUGH || unit == MACHINE_ROUGH_BYTES;
        return machine_near(json_number_value(a), json_number_value(b), rough ? 0.01 : 0);
    }
    if (unit == MACHINE_NODES)
        return machine_same_nodes(a, b) || json_equal(a, b);
    if (unit == MACHINE_WORDS)
        return machine_same_words(a, b);
    if (unit == MACHINE_LOAD)
        return fabs(json_number_value(json_array_get(a, 0)) -
                    json_number_value(json_array_get(b, 0))) < 0.5;
    return json_equal(a, b);
}

/* --- as words --- */

static void machine_number(FILE *out, const json_t *fact, enum machine_unit unit)
{
    char text[32];
    const double value = json_number_value(fact);
    if (unit == MACHINE_BYTES || unit == MACHINE_ROUGH_BYTES)
        fputs(units_human_size(text, sizeof text, value), out);
    else if (unit == MACHINE_NS)
        fputs(units_human_time(text, sizeof text, value), out);
    else if (unit == MACHINE_MHZ)
        fprintf(out, "%.6g MHz", value);
    else if (json_is_integer(fact))
        fprintf(out, "%lld", (long long)json_integer_value(fact));
    else
        fprintf(out, "%.6g", value);
}

static void machine_plain(FILE *out, const json_t *fact, enum machine_unit unit)
{
    if (!machine_known(fact))
        fputs(MACHINE_UNKNOWN, out);
    else if (json_is_string(fact))
        fputs(json_string_value(fact), out);
    else if (json_is_boolean(fact))
        fputs(json_is_true(fact) ? "yes" : "no", out);
    else if (json_is_number(fact))
        machine_number(out, fact, unit);
    else
        json_dumpf(fact, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
}

/* "2 x L1 data 48.0 KiB of 1 PU" */
static void machine_cache(FILE *out, const json_t *cache)
{
    const char *type = json_string_value(json_object_get(cache, "type"));
    machine_plain(out, json_object_get(cache, "count"), MACHINE_PLAIN);
    fputs(" x L", out);
    machine_plain(out, json_object_get(cache, "level"), MACHINE_PLAIN);
    if (type && strcmp(type, "unified") != 0)
        fprintf(out, " %s", type);
    fputc(' ', out);
    machine_plain(out, json_object_get(cache, "size_bytes"), MACHINE_BYTES);
    const json_t *line = json_object_get(cache, "line_bytes");
    if (json_integer_value(line) != 64) {
        fputs(" in lines of ", out);
        machine_plain(out, line, MACHINE_BYTES);
    }
    const json_t *shared = json_object_get(cache, "shared_by_pus");
    if (json_integer_value(shared) != 1) {
        fputs(" for ", out);
        machine_plain(out, shared, MACHINE_PLAIN);
    }
}

static void machine_node(FILE *out, const json_t *node)
{
    machine_plain(out, json_object_get(node, "bytes"), MACHINE_BYTES);
    fputs(" at CPUs ", out);
    machine_plain(out, json_object_get(node, "cpus"), MACHINE_PLAIN);
}

static void machine_list(FILE *out, const json_t *list, void (*one)(FILE *, const json_t *))
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        fputs(i > 0 ? ", " : "", out);
        one(out, json_array_get(list, i));
    }
}

char *machine_text(const json_t *fact, enum machine_unit unit)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (unit == MACHINE_CACHES && json_is_array(fact))
        machine_list(out, fact, machine_cache);
    else if (unit == MACHINE_NODES && json_is_array(fact))
        machine_list(out, fact, machine_node);
    else if (unit == MACHINE_LOAD && json_is_array(fact))
        machine_plain(out, json_array_get(fact, 0), MACHINE_PLAIN);
    else
        machine_plain(out, fact, unit);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* --- sets of words --- */

/* An object with the words as keys: two lists of a million words must not be compared pairwise. */
static json_t *machine_set(const json_t *list)
{
    json_t *set = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word)
            json_object_set_new(set, word, json_true());
    }
    return set;
}

char *machine_words(const json_t *set, const json_t *other)
{
    char *text = NULL;
    size_t size = 0, lacking = 0;
    if (!json_is_array(set))
        return machine_text(set, MACHINE_PLAIN);
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (!json_is_array(other)) {
        fprintf(out, "%zu of them", json_array_size(set));
    } else {
        json_t *there = machine_set(other);
        for (size_t i = 0; i < json_array_size(set); i++) {
            const char *word = json_string_value(json_array_get(set, i));
            if (word && !json_object_get(there, word) && lacking++ < MACHINE_SHOWN)
                fprintf(out, "%s+%.24s", lacking > 1 ? " " : "", word);
        }
        json_decref(there);
        if (lacking > MACHINE_SHOWN)
            fprintf(out, " and %zu more", lacking - MACHINE_SHOWN);
        else if (lacking == 0)
            fputs("none of its own", out);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* --- cut --- */

static size_t machine_same_start(const char *a, const char *b)
{
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    return same;
}

static void machine_cut_one(char *text, size_t size, const char *from, size_t skip)
{
    const bool cut = skip > 0;
    if (cut)
        memcpy(text, "...", sizeof "...");
    plain_text(text + (cut ? 3 : 0), size - (cut ? 3 : 0), from + skip);
}

void machine_cut(char *a, char *b, size_t size, const char *from_a, const char *from_b)
{
    const size_t same = machine_same_start(from_a, from_b);
    /* What is the same is left out where the difference would fall off the end. */
    const bool late = same + MACHINE_BEFORE >= size;
    const size_t skip = late ? same - MACHINE_BEFORE : 0;
    machine_cut_one(a, size, from_a, skip);
    machine_cut_one(b, size, from_b, skip);
}

json_t *machine_members(const json_t *object)
{
    return (json_t *)(uintptr_t)object;
}
