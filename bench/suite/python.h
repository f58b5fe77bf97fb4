/*
 * python.h - the same shapes of work in CPython: scripts/python/shapes.py, run and read.
 * Thread rules: the runner's main thread. While it runs, an interrupt that is noted or
 * blocked (bench/util/interrupt.h) is seen and left as it is.
 */
#ifndef BENCH_SUITE_PYTHON_H
#define BENCH_SUITE_PYTHON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"

/* One repetition. Texts live in the answer. */
struct python_row {
    const char *shape, *mode;
    uint64_t tasks, workers, block, switch_ns;
    uint64_t wall_ns;
    uint64_t lateness_p50_ns, lateness_p99_ns, lateness_max_ns; /* FIGURE_OFF: none */
    uint64_t lost_updates;                                      /* likewise */
    uint64_t rounds;                                            /* of a computing task */
};

struct python {      /* from zeros; answers of several calls add up */
    json_t *answers; /* an array */
    struct python_row *rows;
    size_t count;
    size_t failed;
    char why[256]; /* the first failed repetition's reason, or why a mode is missing; "" */
    char name[96]; /* "CPython 3.11.7 (GIL on)" */
};

/* Absolute path of the interpreter: `asked`, or python3 on the PATH where it is NULL; malloc'ed. 0;
 * -ENOENT with why; -ENOMEM. */
int python_find(const char *asked, char **path, struct error *err);

/* Runs the shapes with these further words (NULL at the end) and adds what they print. 0; -EINTR
 * after an interrupt; -EINVAL where the answer is none; -errno. No process is left. */
int python_run(struct python *python, const char *interpreter, const char *const *words,
               struct error *err);

/* Adds one answer as shapes.py prints it. 0, -EINVAL with what is wrong, or -ENOMEM. */
int python_take(struct python *python, json_t *answer, struct error *err);

void python_free(struct python *python);

#endif
