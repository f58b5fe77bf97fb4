/*
 * doctor_print.h - what bench doctor tells, for people. Any thread. Texts from files are made safe
 * to show.
 */
#ifndef BENCH_DOCTOR_PRINT_H
#define BENCH_DOCTOR_PRINT_H

#include <stdio.h>

#include "bench/doctor_floor.h"
#include "bench/machine/advice.h"

/* What disturbs first, with its remedy; then what is not known, then what is fine. */
void doctor_print_advice(FILE *out, const struct advice *list, size_t count);

/* The table of the floor, the judged halves, and what it comes to in one sentence. */
void doctor_print_floor(FILE *out, const struct noise_floor *floor);

#endif
