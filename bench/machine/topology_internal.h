/*
 * topology_internal.h - what the files of this folder (and their tests) share
 * of a topology. Nobody else includes it.
 */
#ifndef BENCH_MACHINE_TOPOLOGY_INTERNAL_H
#define BENCH_MACHINE_TOPOLOGY_INTERNAL_H

#include <hwloc.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/topology.h"

struct topology {
    hwloc_topology_t hwloc; /* the whole machine, not only the usable part */
    hwloc_bitmap_t usable;  /* OS indexes of the PUs that cpuset and affinity leave */
    char *spec;             /* NULL: this machine */
    char ignored[128];      /* variables of the environment that were not believed; "" */
    struct cgroup_quota quota;
};

/* The core that holds `pu`, or `pu` itself where the tree knows no cores. */
hwloc_obj_t topology_core_of(hwloc_obj_t pu);

/* Next usable PU after `previous` (NULL: the first) in logical order, or NULL. */
hwloc_obj_t topology_next_usable(const struct topology *topology, hwloc_obj_t previous);

/* hwloc's rank of the PU's kind of core, higher is faster; -1: not known. */
int topology_efficiency(const struct topology *topology, hwloc_obj_t pu);

/* Next NUMA node after `previous` with a usable PU and with PUs that no earlier node
 * has (a second memory of the same PUs is not a second place to run), or NULL. */
hwloc_obj_t topology_next_node(const struct topology *topology, hwloc_obj_t previous);

#endif
