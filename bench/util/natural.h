/*
 * natural.h - the order in which people expect texts that hold numbers. Pure, any thread.
 */
#ifndef BENCH_UTIL_NATURAL_H
#define BENCH_UTIL_NATURAL_H

/* Order as strcmp, but that numbers are compared by what they stand for, with the units of
 * units.h: "share=20%" before "share=100%", "10us" before "1ms", "64KiB" before "1MiB". A total
 * order; 0 only where the texts are the same. */
int natural_compare(const char *a, const char *b);

#endif
