/*
 * whole_file.h - a file that is written whole or not at all: a new one takes the old one's place
 * once all of it is on the disk. Meanwhile it is NAME.PID-N.tmp beside it, locked (flock()); what a
 * kill left of that is removed when the same file is next made. Signals are held until it is closed
 * (bench/util/interrupt.h). Any thread, one at a time per path.
 */
#ifndef BENCH_RESULTS_WHOLE_FILE_H
#define BENCH_RESULTS_WHOLE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/util/interrupt.h"

struct whole_file {
    FILE *out; /* without a descriptor of its own: fileno() knows none */
    int fd;
    int error; /* errno of the first write that failed, or 0: the C library loses it where the text
                  happened to fill its buffer to the last byte */
    char path[PATH_MAX], making[PATH_MAX + 48];
    struct interrupt held;
}; /* stays where it is until it is closed */

/* `mode` is that of the new file. 0 or -errno (-EINTR as below); then there is nothing to close. */
int whole_file_open(struct whole_file *file, const char *path, mode_t mode);

/* Ends it in any case. With `keep`, and where nothing went wrong with writing, it is put in place;
 * else there is what was there before. 0, or -errno where it was to be kept and was not; -EINTR
 * where a signal came meanwhile that nobody else will see: it was put in place all the same. */
int whole_file_close(struct whole_file *file, bool keep);

#endif
