/*
 * conditions.h - what the machine did around a repetition, as the repetition itself
 * sees it: CPU time used on the usable CPUs, steal, quota throttling. Opened before the clock
 * starts, sampled before and after. Every figure may be CONDITION_UNKNOWN.
 * /proc/stat counts in ticks of USER_HZ (10 ms nearly everywhere), each kind of time cut to whole
 * ticks: a delta is off by up to about one tick per CPU, however long the repetition.
 * Links nothing but the C library. Thread rules: one thread at a time.
 */
#ifndef BENCH_MACHINE_CONDITIONS_H
#define BENCH_MACHINE_CONDITIONS_H

#include <sched.h>
#include <stdint.h>

#define CONDITION_UNKNOWN UINT64_MAX

struct conditions {
    uint64_t steal_ns;     /* whole machine, since boot (/proc/stat, USER_HZ resolution) */
    uint64_t throttled_ns; /* time that the tightest CPU quota held its cgroup back (cpu.stat of
                            * that group; own group where there is no quota), summed over CPUs */
    uint64_t busy_ns;      /* CPU time of everybody on the usable CPUs, since boot: user, nice,
                            * system and interrupts of /proc/stat (USER_HZ resolution) */
};

struct conditions_probe {
    int stat_fd;     /* -1: cannot be read */
    int throttle_fd; /* -1: no quota controller, or cannot be read */
    int throttle_v1; /* 1: throttled_time in ns (v1); 0: throttled_usec (v2) */
    cpu_set_t cpus;  /* the usable CPUs; empty: not known */
};

/* Never fails: what cannot be opened answers unknown. The usable CPUs are those of the calling
 * thread's affinity mask at this moment. */
void conditions_open(struct conditions_probe *probe);
void conditions_read(const struct conditions_probe *probe, struct conditions *now);
void conditions_close(struct conditions_probe *probe);

/* after - before, per figure; CONDITION_UNKNOWN if either is, or if the counter went back. */
struct conditions conditions_delta(const struct conditions *before, const struct conditions *after);

/* What of `busy_ns` (a delta) others used, where `own_ns` of CPU time was one's own: not below 0,
 * CONDITION_UNKNOWN if either is. */
uint64_t conditions_others(uint64_t busy_ns, uint64_t own_ns);

#endif
