/*
 * facts.h - the sections of machine.json, one function each, and the helpers
 * that fill them. For this folder only.
 *
 * Every function that returns json_t * hands over a new reference. A fact that
 * cannot be read is the string "unknown". `root` is put before every path; NULL
 * means this machine.
 */
#ifndef BENCH_MACHINE_FACTS_H
#define BENCH_MACHINE_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/machine/conditions.h"
#include "bench/machine/topology.h"

#define FACT_UNKNOWN "unknown"

enum fact_type {
    FACT_TEXT,
    FACT_LIST,     /* text whose "" means "none" */
    FACT_NUMBER,   /* a whole number */
    FACT_KHZ,      /* a whole number of kHz, told in MHz */
    FACT_BRACKETED /* the chosen word of "always [madvise] never" */
};

struct fact {
    const char *key, *path;
    enum fact_type type;
};

json_t *fact_text(const char *text);   /* NULL, "" or no UTF-8: unknown */
json_t *fact_number(const char *text); /* whole numbers; anything else: unknown */
json_t *fact_file(const char *root, const struct fact *fact);

/* object[key] = value (taken over); unknown where value is NULL. */
void fact_set(json_t *object, const char *key, json_t *value);
void fact_set_files(json_t *object, const char *root, const struct fact *facts, size_t count);

json_t *facts_cpu(const char *root);
json_t *facts_governor(const char *root); /* "performance", or all that are in use: "a, b" */
json_t *facts_boost(const char *root);    /* true, false */
json_t *facts_mitigations(const char *root);
json_t *facts_virtualisation(const char *root);
json_t *facts_kernel(const char *root);
json_t *facts_timer(const char *root);
json_t *facts_memory(const char *root);
json_t *facts_limits(const char *root);
json_t *facts_conditions(const char *root);

/* From the tree; the facts of this machine's kernel are unknown where it is simulated. */
json_t *facts_caches(const struct topology *topology);
json_t *facts_cores(const struct topology *topology, const char *root);
json_t *facts_numa(const struct topology *topology);

/* identity_collect and identity_print with another root and stream. */
json_t *identity_collect_at(const struct topology *topology, const char *root);
int identity_page(const json_t *identity, const char *tree, FILE *out);

#endif
