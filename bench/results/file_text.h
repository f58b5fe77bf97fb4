/*
 * file_text.h - a whole file of a result folder as a text, from anywhere. Any thread.
 */
#ifndef BENCH_RESULTS_FILE_TEXT_H
#define BENCH_RESULTS_FILE_TEXT_H

#include <stddef.h>

/* *text is malloc'ed and has a NUL behind its *size bytes. 0; -EFBIG for more than `most` bytes;
 * -ELOOP and -EMEDIUMTYPE for what data_file.h does not open; -errno. */
int file_text(const char *path, size_t most, char **text, size_t *size);

#endif
