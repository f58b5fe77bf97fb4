/*
 * surroundings.h - what the machine did around a repetition, as the runner sees it:
 * who else wanted a CPU, frequency, heat, swapping, battery.
 *
 * Opened once, sampled by the runner just before it opens the gate and after the
 * repetition was reaped, never while the clock runs. Every figure may be CONDITION_UNKNOWN.
 * Thread rules: one thread at a time per handle.
 */
#ifndef BENCH_MACHINE_SURROUNDINGS_H
#define BENCH_MACHINE_SURROUNDINGS_H

#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

struct surroundings {
    uint64_t running_before; /* threads of the whole machine that ran or wanted a CPU, but for the
                              * calling one */
    uint64_t frequency_khz;  /* mean of the usable CPUs, now */
    uint64_t thermal_events; /* meanwhile, summed over the usable CPUs: an event that slows a
                              * package counts once for each of its CPUs */
    uint64_t swapped_pages;  /* meanwhile, in and out, whole machine */
    uint64_t on_battery;     /* now: 0 or 1 */
};

struct surroundings_probe; /* opaque */

/* `root` is put before every path, NULL: this machine. `cpus`: the usable CPUs, NULL: those of
 * the calling thread's affinity mask. Where there are more than 64, or few descriptors are allowed
 * (ulimit -n), frequency and heat are asked of CPUs evenly spread among them. NULL without memory:
 * such a handle may be used, and all is unknown. */
struct surroundings_probe *surroundings_open(const char *root, const cpu_set_t *cpus);
void surroundings_close(struct surroundings_probe *probe);

/* `image`: a process that is about to fall asleep, waited for (some microseconds, 2 ms at the
 * most), so that it is not counted as running; 0: none. */
void surroundings_before(struct surroundings_probe *probe, pid_t image);
void surroundings_after(struct surroundings_probe *probe, struct surroundings *seen);

#endif
