#include "bench/machine/topology.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_internal.h"

#define SPEC_EXAMPLE "\"pack:2 core:4 pu:2\""

/* hwloc takes a time that grows with the cube of what one object has below it: minutes for 65536.
 */
#define SPEC_MOST_PUS   16384
#define SPEC_MOST_ARITY 2048

/* Each of these makes hwloc describe another machine, or bind on one that is not here. */
static const char *const hwloc_variables[] = {"HWLOC_SYNTHETIC",  "HWLOC_XMLFILE",
                                              "HWLOC_FSROOT",     "HWLOC_CPUID_PATH",
                                              "HWLOC_COMPONENTS", "HWLOC_THISSYSTEM"};

static void distrust_environment(struct topology *topology)
{
    size_t used = 0;
    for (size_t i = 0; i < sizeof(hwloc_variables) / sizeof(hwloc_variables[0]); i++) {
        if (getenv(hwloc_variables[i]) == NULL)
            continue;
        unsetenv(hwloc_variables[i]);
        int wrote = snprintf(topology->ignored + used, sizeof(topology->ignored) - used, "%s%s",
                             used > 0 ? ", " : "", hwloc_variables[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
        if (used >= sizeof(topology->ignored))
            used = sizeof(topology->ignored) - 1;
    }
}

/* The product of the spec's arities, and the largest one: hwloc would try to build any number. */
static double spec_size(const char *spec, double *most)
{
    double size = 1;
    *most = 1;
    bool attributes = false;
    for (const char *at = spec; *at != '\0'; at++) {
        if (*at == '(' || *at == ')')
            attributes = *at == '(';
        /* Not of a type's name, as in "l2:4"; behind "[numa]" the next level begins at once. */
        bool starts = at == spec || !isalnum((unsigned char)at[-1]);
        if (attributes || !starts || *at < '0' || *at > '9')
            continue;
        const double arity = strtod(at, NULL);
        *most = fmax(*most, arity);
        size *= arity;
    }
    return size;
}

static int load_synthetic(struct topology *topology, const char *spec, struct error *err)
{
    double arity, size = spec_size(spec, &arity);
    if (size > SPEC_MOST_PUS)
        return error_set(err, -EINVAL,
                         "--topology \"%.200s\": describes %.0f PUs; at most %d can be planned for",
                         spec, size, SPEC_MOST_PUS);
    if (arity > SPEC_MOST_ARITY)
        return error_set(err, -EINVAL,
                         "--topology \"%.200s\": %.0f of a kind in one place; at most %d can be "
                         "planned for, so write more levels, for example " SPEC_EXAMPLE,
                         spec, arity, SPEC_MOST_ARITY);
    if (hwloc_topology_set_synthetic(topology->hwloc, spec) != 0)
        return error_set(err, -EINVAL,
                         "--topology \"%.200s\": not an hwloc synthetic description; write for "
                         "example " SPEC_EXAMPLE,
                         spec);
    if (hwloc_topology_load(topology->hwloc) != 0)
        return error_set(err, -EINVAL,
                         "--topology \"%.200s\": hwloc cannot build it; write for "
                         "example " SPEC_EXAMPLE,
                         spec);
    /* hwloc falls back to the real machine without a word. */
    if (hwloc_topology_is_thissystem(topology->hwloc))
        return error_set(err, -EINVAL,
                         "--topology \"%.200s\": hwloc loaded this machine in its place", spec);

    topology->spec = strdup(spec);
    hwloc_const_bitmap_t all = hwloc_topology_get_topology_cpuset(topology->hwloc);
    if (topology->spec == NULL || hwloc_bitmap_copy(topology->usable, all) != 0)
        return error_set(err, -ENOMEM, "out of memory for the topology");
    return 0;
}

static int load_real(struct topology *topology, const char *cgroup_root, struct error *err)
{
    /* The whole machine is loaded, so that what is not usable can be told, and the bounds are
     * applied below: what RESTRICT_TO_CPUBINDING does, without losing sight of the rest. */
    unsigned long flags = HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
                          HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
                          HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
    if (hwloc_topology_set_flags(topology->hwloc, flags) != 0 ||
        hwloc_topology_set_icache_types_filter(topology->hwloc, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_load(topology->hwloc) != 0) {
        int code = errno != 0 ? -errno : -EIO;
        return error_set(err, code,
                         "hwloc cannot detect this machine (%s); is /sys mounted? "
                         "--topology " SPEC_EXAMPLE " describes one by hand",
                         strerror(-code));
    }

    hwloc_bitmap_t usable = topology->usable;
    if (hwloc_bitmap_copy(usable, hwloc_topology_get_allowed_cpuset(topology->hwloc)) != 0)
        return error_set(err, -ENOMEM, "out of memory for the topology");
    hwloc_bitmap_t affinity = hwloc_bitmap_alloc();
    if (affinity == NULL)
        return error_set(err, -ENOMEM, "out of memory for the topology");
    /* hwloc sizes the kernel's mask itself: more than CPU_SETSIZE PUs are no problem here. */
    if (hwloc_get_cpubind(topology->hwloc, affinity, HWLOC_CPUBIND_THREAD) == 0)
        hwloc_bitmap_and(usable, usable, affinity);
    hwloc_bitmap_free(affinity);
    if (hwloc_bitmap_iszero(usable))
        return error_set(err, -ENODEV,
                         "the affinity mask and the cpuset leave no PU that hwloc knows; "
                         "see `taskset -p $$`");

    cgroup_cpu_quota(cgroup_root, &topology->quota);
    return 0;
}

int topology_load(struct topology **topology, const char *spec, const char *cgroup_root,
                  struct error *err)
{
    *topology = NULL;
    struct topology *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(err, -ENOMEM, "out of memory for the topology");

    int status = -ENOMEM;
    distrust_environment(made);
    made->usable = hwloc_bitmap_alloc();
    if (made->usable == NULL || hwloc_topology_init(&made->hwloc) != 0) {
        error_set(err, status, "out of memory for the topology");
        goto fail;
    }
    status = spec != NULL ? load_synthetic(made, spec, err) : load_real(made, cgroup_root, err);
    if (status != 0)
        goto fail;
    *topology = made;
    return 0;

fail:
    topology_free(made);
    return status;
}

void topology_free(struct topology *topology)
{
    if (topology == NULL)
        return;
    if (topology->hwloc != NULL)
        hwloc_topology_destroy(topology->hwloc);
    hwloc_bitmap_free(topology->usable);
    free(topology->spec);
    free(topology);
}

bool topology_is_simulated(const struct topology *topology)
{
    return topology->spec != NULL;
}

hwloc_obj_t topology_core_of(hwloc_obj_t pu)
{
    hwloc_obj_t at = pu;
    while (at != NULL && at->type != HWLOC_OBJ_CORE)
        at = at->parent;
    return at != NULL ? at : pu;
}

hwloc_obj_t topology_next_usable(const struct topology *topology, hwloc_obj_t previous)
{
    hwloc_obj_t pu = previous;
    do
        pu = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_PU, pu);
    while (pu != NULL && !hwloc_bitmap_isset(topology->usable, pu->os_index));
    return pu;
}

hwloc_obj_t topology_next_node(const struct topology *topology, hwloc_obj_t previous)
{
    hwloc_obj_t node = previous;
    while ((node = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_NUMANODE, node)) != NULL) {
        bool fresh = hwloc_bitmap_intersects(node->cpuset, topology->usable);
        hwloc_obj_t other = NULL;
        while (fresh && (other = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_NUMANODE,
                                                            other)) != node)
            fresh = !hwloc_bitmap_isequal(other->cpuset, node->cpuset);
        if (fresh)
            return node;
    }
    return NULL;
}

int topology_efficiency(const struct topology *topology, hwloc_obj_t pu)
{
    int kind = hwloc_cpukinds_get_by_cpuset(topology->hwloc, pu->cpuset, 0);
    int efficiency = -1;
    if (kind < 0 || hwloc_cpukinds_get_info(topology->hwloc, (unsigned)kind, NULL, &efficiency,
                                            NULL, NULL, 0) != 0)
        return -1;
    return efficiency;
}

static unsigned usable_packages(const struct topology *topology)
{
    unsigned packages = 0;
    hwloc_obj_t package = NULL;
    while ((package = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_PACKAGE, package)))
        packages += hwloc_bitmap_intersects(package->cpuset, topology->usable) != 0;
    return packages > 0 ? packages : 1;
}

static unsigned usable_kinds(const struct topology *topology)
{
    unsigned kinds = 0;
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    int count = hwloc_cpukinds_get_nr(topology->hwloc, 0);
    for (int i = 0; cpus != NULL && i < count; i++) {
        int efficiency = -1;
        if (hwloc_cpukinds_get_info(topology->hwloc, (unsigned)i, cpus, &efficiency, NULL, NULL,
                                    0) == 0)
            kinds += efficiency >= 0 && hwloc_bitmap_intersects(cpus, topology->usable);
    }
    hwloc_bitmap_free(cpus);
    return kinds > 0 ? kinds : 1;
}

static uint64_t last_level_cache(hwloc_obj_t pu)
{
    uint64_t size = 0;
    for (hwloc_obj_t at = pu; at != NULL; at = at->parent)
        if (hwloc_obj_type_is_dcache(at->type) && at->attr->cache.size > 0)
            size = at->attr->cache.size;
    return size;
}

static unsigned count_of(const struct topology *topology, hwloc_obj_type_t type)
{
    int count = hwloc_get_nbobjs_by_type(topology->hwloc, type);
    return count > 0 ? (unsigned)count : 0;
}

static unsigned usable_with_quota(unsigned pus, double quota)
{
    if (quota <= 0 || quota >= pus)
        return pus;
    return (unsigned)ceil(quota);
}

void topology_counts(const struct topology *topology, struct topology_counts *counts)
{
    memset(counts, 0, sizeof(*counts));
    counts->packages = usable_packages(topology);
    counts->machine_pus = count_of(topology, HWLOC_OBJ_PU);
    counts->machine_cores = count_of(topology, HWLOC_OBJ_CORE);
    if (counts->machine_cores == 0)
        counts->machine_cores = counts->machine_pus;
    counts->efficiency_kinds = usable_kinds(topology);
    for (hwloc_obj_t node = NULL; (node = topology_next_node(topology, node)) != NULL;)
        counts->numa_nodes++;

    hwloc_obj_t pu = NULL, last_core = NULL;
    while ((pu = topology_next_usable(topology, pu)) != NULL) {
        hwloc_obj_t core = topology_core_of(pu);
        counts->pus++;
        counts->cores += core != last_core;
        last_core = core;
        uint64_t cache = last_level_cache(pu);
        if (cache > counts->cache_bytes)
            counts->cache_bytes = cache;
    }
    counts->quota_cpus = topology->quota.cpus;
    counts->usable = usable_with_quota(counts->pus, counts->quota_cpus);
}
