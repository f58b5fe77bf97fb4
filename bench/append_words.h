/*
 * append_words.h - the command line of the run that a folder holds, as its machine.json tells it.
 *
 * It comes from a file, which may be somebody else's: whoever runs it again follows no path in it.
 * Thread rules: any thread.
 */
#ifndef BENCH_APPEND_WORDS_H
#define BENCH_APPEND_WORDS_H

#include <jansson.h>

#include "bench/util/error.h"

/* The words, NULL behind the last; append_words_free() is due in any case. 0, -EINVAL where there
 * is no such list, or -ENOMEM. */
int append_words(const json_t *machine, const char *folder, char ***words, int *count,
                 struct error *err);

void append_words_free(char **words, int count);

#endif
