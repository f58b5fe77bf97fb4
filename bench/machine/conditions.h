/*
 * conditions.h - what the machine did around a repetition: steal, quota
 * throttling. Opened before the clock starts, sampled before and after.
 * Every figure may be CONDITION_UNKNOWN. Thread rules: one thread at a time.
 */
#ifndef BENCH_MACHINE_CONDITIONS_H
#define BENCH_MACHINE_CONDITIONS_H

#include <stdint.h>

#define CONDITION_UNKNOWN UINT64_MAX

struct conditions {
    uint64_t steal_ns;     /* whole machine, since boot (/proc/stat, USER_HZ resolution) */
    uint64_t throttled_ns; /* time that the tightest CPU quota held its cgroup back (cpu.stat of
                            * that group; own group where there is no quota), summed over CPUs */
};

struct conditions_probe {
    int stat_fd;     /* -1: cannot be read */
    int throttle_fd; /* -1: no quota controller, or cannot be read */
    int throttle_v1; /* 1: throttled_time in ns (v1); 0: throttled_usec (v2) */
};

/* Never fails: what cannot be opened answers unknown. */
void conditions_open(struct conditions_probe *probe);
void conditions_read(const struct conditions_probe *probe, struct conditions *now);
void conditions_close(struct conditions_probe *probe);

/* after - before, per figure; CONDITION_UNKNOWN if either is, or if the counter went back. */
struct conditions conditions_delta(const struct conditions *before, const struct conditions *after);

#endif
