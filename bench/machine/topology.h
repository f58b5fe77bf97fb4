/*
 * topology.h - the cores that work may use, and where workers are pinned.
 *
 * Owns the hwloc topology. Variables such as HWLOC_SYNTHETIC, which make hwloc describe
 * another machine, are removed from the environment and named in the why. Usable PUs = PUs that
 * hwloc sees, bounded by the cpuset and by this process's affinity; usable cores = min(usable PUs,
 * ceil(CPU quota)), cgroup v1 and v2, own group and every ancestor.
 * A synthetic topology (`--topology`) describes a machine that is not here: plans
 * are made for it and pinning is only simulated.
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_MACHINE_TOPOLOGY_H
#define BENCH_MACHINE_TOPOLOGY_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/util/error.h"

enum pin { PIN_NONE, PIN_CORE, PIN_PU, PIN_NUMA };
extern const char *const pin_names[]; /* "none", "core", "pu", "numa", NULL */

struct topology; /* opaque */

/* `spec` NULL: this machine. Otherwise an hwloc synthetic description, e.g.
 * "pack:2 core:4 pu:2". `cgroup_root` NULL: "/" (tests hand a folder that holds
 * proc/self/cgroup, proc/self/mountinfo and sys/fs/cgroup). 0, or -EINVAL for a bad spec, or
 * -errno. */
int topology_load(struct topology **topology, const char *spec, const char *cgroup_root,
                  struct error *err);
void topology_free(struct topology *topology);

bool topology_is_simulated(const struct topology *topology);

struct topology_counts {
    unsigned packages, numa_nodes; /* with at least one usable PU; at least 1 package */
    unsigned cores;                /* physical cores with at least one usable PU */
    unsigned pus;                  /* usable PUs (after cpuset and affinity) */
    unsigned machine_cores;        /* cores and PUs of the whole machine */
    unsigned machine_pus;
    unsigned efficiency_kinds; /* kinds of core (P/E): 1 where all are alike or unknown */
    double quota_cpus;         /* CPU quota in CPUs; 0: none */
    unsigned usable;           /* the default number of workers */
    uint64_t cache_bytes;      /* last-level cache seen by one core; 0: unknown */
};
void topology_counts(const struct topology *topology, struct topology_counts *counts);

/* One sentence on how `usable` came about: "2 of 8 PUs allowed by the affinity
 * mask; the CPU quota of 1.5 (cgroup /x, cpu.max) leaves 2". Returns text. */
char *topology_why(const struct topology *topology, char *text, size_t size);

/* Where workers go: worker w is bound to targets[w % count]. Order: one PU of each
 * physical core, fastest kind of core first (P before E), else in the machine's order;
 * then the second PU of each core in the same order, and so on: on a hybrid machine an
 * idle E core is a better place than the sibling of a busy P core. NUMA nodes in order.
 * The CPU quota cuts no targets: it bounds time, not places. */
struct pin_target {
    cpu_set_t cpus; /* OS indexes of the PUs */
};
/* *targets is malloc'ed (free it); count 0 for PIN_NONE. 0 or -ENOMEM, or -ENOTSUP with the
 * reason (a usable PU whose OS index no cpu_set_t holds). */
int topology_pin_targets(const struct topology *topology, enum pin pin, struct pin_target **targets,
                         size_t *count, struct error *err);

/* hwloc's own drawing of the tree as indented text lines; malloc'ed, NULL on failure. */
char *topology_text(const struct topology *topology);

#endif
