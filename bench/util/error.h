/*
 * error.h - one human-readable error line.
 *
 * Owns: the text that explains a failure. Functions that can fail return 0 or
 * -errno and describe the failure here: what was wrong and, where there is a
 * way, how to mend it. No trailing full stop or newline, no program name.
 * Thread rules: an error object belongs to one thread at a time.
 */
#ifndef BENCH_UTIL_ERROR_H
#define BENCH_UTIL_ERROR_H

struct error {
    char text[512];
};

/* Sets the text (cut to fit) and returns `code`, so that a caller can write
 * `return error_set(err, -EINVAL, "...")`. `err` may be NULL. */
int error_set(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
