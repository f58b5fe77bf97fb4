/*
 * suite_resume.h - `bench suite --resume DIR`: the suite that a folder's machine.json names, asked
 * for again to be finished there.
 */
#ifndef BENCH_SUITE_SUITE_RESUME_H
#define BENCH_SUITE_SUITE_RESUME_H

#include "bench/suite/asked.h"

struct suite_words { /* of the command line in the folder; what was asked for points into them */
    char **words;
    int count;
};

/* Puts what the folder's run asked for in place of `asked`, which keeps what goes with --resume. No
 * path of the file is followed: an interpreter must be named again. suite_resume_free() is due in
 * any case. 0, or -EINVAL with why, or -errno. */
int suite_resume(struct suite_asked *asked, struct suite_words *words, struct error *err);

void suite_resume_free(struct suite_words *words);

#endif
