/*
 * scene.h - a part of a command line of `bench run`, and the cells that it comes to.
 * Thread rules: options_parse()'s, one thread.
 */
#ifndef BENCH_SUITE_SCENE_H
#define BENCH_SUITE_SCENE_H

#include "bench/options.h"
#include "bench/plan.h"

/* Words separated by blanks. What is run is `words` and one of the sizes. */
struct scene {
    const char *words; /* NULL: no scene */
    const char *quick; /* sizes for minutes; "" where words say all */
    const char *full;  /* the notes' own; NULL: as quick */
};

enum { SCENE_TEXT = 512 };

/* "--workload sleep --mode thread --tasks 400". Returns text. */
char *scene_text(const struct scene *scene, bool full, char *text, size_t size);

/* Without a serial baseline of its own. 0, or -EINVAL with why. */
int scene_options(const struct scene *scene, bool full, struct options *options, struct error *err);

/* The scene's own cells on a machine; the reference cell is none of them. 0 or -errno. */
int scene_plan(const struct scene *scene, bool full, const struct topology_counts *counts,
               struct plan *plan, struct error *err);

/* The same for several scenes, up to `most` or the first without words; *count: how many. 0 or
 * -errno: then there are none. */
int scene_plans(const struct scene *scenes, size_t most, bool full,
                const struct topology_counts *counts, struct plan *plans, size_t *count,
                struct error *err);
void scene_plans_free(struct plan *plans, size_t count);

/* Whether a row belongs to a planned cell. */
bool scene_has(const struct cell *cell, const struct timing *row);

#endif
