/*
 * machine_text.h - facts of machine.json as words, for machine_diff.c. Pure, any thread.
 *
 * A fact that is NULL, null, "" or "unknown" is not known. Texts are malloc'ed, NULL without
 * memory, and not yet safe to print, but for those of machine_cut().
 */
#ifndef BENCH_REPORT_MACHINE_TEXT_H
#define BENCH_REPORT_MACHINE_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum machine_unit {
    MACHINE_PLAIN, /* a text, number or truth value; other JSON as it is written */
    MACHINE_ROUGH, /* a count, alike within 1% */
    MACHINE_BYTES,
    MACHINE_ROUGH_BYTES, /* alike within 1% */
    MACHINE_MHZ,
    MACHINE_NS,
    MACHINE_WORDS,  /* a set, of which only what the other side lacks is told */
    MACHINE_CACHES, /* a list of caches */
    MACHINE_NODES,  /* a list of NUMA nodes; sizes alike within 1% */
    MACHINE_LOAD,   /* load averages, of which the first counts; alike within 0.5 */
    MACHINE_EACH    /* an object: each of its facts by itself; has no text */
};

/* Whether two facts are the same, or so near that nothing could come of it. */
bool machine_alike(const json_t *a, const json_t *b, enum machine_unit unit);

char *machine_text(const json_t *fact, enum machine_unit unit);

/* "+avx512f +sha and 12 more": the words of `set` that `other` has not. */
char *machine_words(const json_t *set, const json_t *other);

/* Two texts that differ, cut to `size` such that one sees where, and made safe to print. */
void machine_cut(char *a, char *b, size_t size, const char *from_a, const char *from_b);

/* The object for json_object_foreach(), which does not change it but cannot say so. */
json_t *machine_members(const json_t *object);

#endif
