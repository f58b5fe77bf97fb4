/*
 * units.h - numbers as people write them, and back.
 *
 * Parsing is strict: the whole text must be a number with an allowed unit, no
 * sign, no blanks, no overflow. Parsers return 0, or -EINVAL (not a number, or
 * unknown unit), or -ERANGE (does not fit). Formatters write at most `size`
 * bytes with the terminator and return `text`. Pure functions, any thread.
 */
#ifndef BENCH_UTIL_UNITS_H
#define BENCH_UTIL_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* "1000", "1e6", "2.5k" (k M G T: powers of 1000). Fractions that do not come
 * to a whole number are -EINVAL. */
int units_parse_count(const char *text, uint64_t *count);

/* Bytes: "4096", "64KiB", "4MiB", "1GiB" (powers of 1024) or "kB MB GB"
 * (powers of 1000); "B" may be written. */
int units_parse_size(const char *text, uint64_t *bytes);

/* Nanoseconds: "10ns", "50us", "5ms", "1.5s", "2m", "1h"; a bare number is
 * refused (-EINVAL) unless it is 0, because seconds and milliseconds are both guessed by people. */
int units_parse_time(const char *text, uint64_t *ns);

/* "50%" or "50": 0 to 100, whole numbers. */
int units_parse_percent(const char *text, uint64_t *percent);

/* "2%", "0.5%" or "2": a percentage from 0 to 1000 as a share, 0.02. */
int units_parse_share(const char *text, double *share);

/* Exact and short, so that it can be parsed back to the same value: 50000000 -> "50ms", 4194304 ->
 * "4MiB", 1000000 -> "1000000". Used for the parameters in the CSV. */
char *units_exact_time(char *text, size_t size, uint64_t ns);
char *units_exact_size(char *text, size_t size, uint64_t bytes);

/* Rounded to three or so digits for people: "12.3 ms", "960 MiB". */
char *units_human_time(char *text, size_t size, double ns);
char *units_human_size(char *text, size_t size, double bytes);

#endif
