/*
 * doctor.h - `bench doctor`: what on this machine disturbs measuring, and how small a difference
 * can be seen here.
 */
#ifndef BENCH_DOCTOR_H
#define BENCH_DOCTOR_H

#include <stddef.h>
#include <stdint.h>

/* `arguments[0]` is the sub-command. Returns the exit status: 0, 1 where a repetition failed or
 * the figures could not be stored, 2 for bad input, 130 after an interrupt. */
int doctor_command(int count, char **arguments);

/* How the time that was asked for is spent. Pure, any thread. */
struct doctor_schedule {
    uint64_t tasks, runs, invocations, pause_ns;
};

/* As many invocations as fit, but no fewer than 4 and no more than 20, spread evenly; below 20 s
 * the work and the runs shrink, too, and what does not fit even then takes longer. */
struct doctor_schedule doctor_schedule_make(uint64_t time_ns);

#endif
