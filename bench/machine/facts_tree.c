/* facts_tree.c - what the topology knows: cores, caches, NUMA nodes. */
#include <stdlib.h>
#include <string.h>

#include "bench/machine/facts.h"
#include "bench/machine/topology_internal.h"

static const struct fact core_facts[] = {
    {"smt_control", "/sys/devices/system/cpu/smt/control", FACT_TEXT},
    {"online", "/sys/devices/system/cpu/online", FACT_LIST},
    {"isolated", "/sys/devices/system/cpu/isolated", FACT_LIST},
};

/* "0-3,8" */
static json_t *cpu_list(hwloc_const_bitmap_t cpus)
{
    char *text = NULL;
    if (hwloc_bitmap_list_asprintf(&text, cpus) < 0)
        return NULL;
    json_t *list = fact_text(text);
    free(text);
    return list;
}

static unsigned most_siblings(const struct topology *topology)
{
    unsigned most = 0, here = 0;
    hwloc_obj_t pu = NULL, last = NULL;
    while ((pu = topology_next_usable(topology, pu)) != NULL) {
        hwloc_obj_t core = topology_core_of(pu);
        here = core == last ? here + 1 : 1;
        last = core;
        if (here > most)
            most = here;
    }
    return most;
}

/* Kinds of core as hwloc ranks them, slowest first; empty where all are alike or unknown. */
static json_t *kinds(const struct topology *topology)
{
    json_t *list = json_array();
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    int count = cpus != NULL ? hwloc_cpukinds_get_nr(topology->hwloc, 0) : 0;
    for (int i = 0; i < count; i++) {
        int efficiency;
        unsigned infos;
        struct hwloc_info_s *info;
        if (hwloc_cpukinds_get_info(topology->hwloc, (unsigned)i, cpus, &efficiency, &infos, &info,
                                    0) != 0)
            continue;
        json_t *kind = json_object();
        fact_set(kind, "efficiency", efficiency >= 0 ? json_integer(efficiency) : NULL);
        fact_set(kind, "cpus", cpu_list(cpus));
        for (unsigned n = 0; n < infos; n++)
            fact_set(kind, info[n].name, fact_text(info[n].value));
        json_array_append_new(list, kind);
    }
    hwloc_bitmap_free(cpus);
    return list;
}

static void add_bounds(json_t *cores, const struct topology *topology, const char *root)
{
    bool simulated = topology_is_simulated(topology);
    const struct cgroup_quota *quota = &topology->quota;
    fact_set(cores, "usable_cpus", cpu_list(topology->usable));
    if (simulated)
        fact_set(cores, "quota_cpus", NULL);
    else
        fact_set(cores, "quota_cpus", quota->cpus > 0 ? json_real(quota->cpus) : fact_text("none"));
    if (quota->cpus > 0)
        fact_set(cores, "quota_from",
                 json_pack("{s:s, s:s}", "cgroup", quota->group, "file", quota->file));

    for (size_t i = 0; i < sizeof(core_facts) / sizeof(core_facts[0]); i++)
        fact_set(cores, core_facts[i].key, simulated ? NULL : fact_file(root, &core_facts[i]));
}

json_t *facts_cores(const struct topology *topology, const char *root)
{
    struct topology_counts counts;
    char why[512];
    topology_counts(topology, &counts);
    topology_why(topology, why, sizeof(why));
    json_t *cores =
        json_pack("{s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "simulated",
                  topology_is_simulated(topology), "packages", (int)counts.packages, "numa_nodes",
                  (int)counts.numa_nodes, "cores", (int)counts.cores, "pus", (int)counts.pus,
                  "machine_cores", (int)counts.machine_cores, "machine_pus",
                  (int)counts.machine_pus, "most_pus_per_core", (int)most_siblings(topology),
                  "efficiency_kinds", (int)counts.efficiency_kinds, "usable", (int)counts.usable);
    if (cores == NULL)
        return NULL;
    fact_set(cores, "why", fact_text(why));
    fact_set(cores, "kinds", kinds(topology));
    fact_set(cores, "last_level_cache_bytes",
             counts.cache_bytes > 0 ? json_integer((json_int_t)counts.cache_bytes) : NULL);
    add_bounds(cores, topology, root);
    return cores;
}

static const char *cache_type(hwloc_obj_cache_type_t type)
{
    switch (type) {
    case HWLOC_OBJ_CACHE_DATA:
        return "data";
    case HWLOC_OBJ_CACHE_INSTRUCTION:
        return "instruction";
    case HWLOC_OBJ_CACHE_UNIFIED:
        break;
    }
    return "unified";
}

static bool same_cache(hwloc_obj_t a, hwloc_obj_t b)
{
    return a->attr->cache.size == b->attr->cache.size &&
           a->attr->cache.linesize == b->attr->cache.linesize &&
           hwloc_bitmap_weight(a->cpuset) == hwloc_bitmap_weight(b->cpuset);
}

static json_t *cache_fact(hwloc_obj_t cache, unsigned count)
{
    const struct hwloc_cache_attr_s *attributes = &cache->attr->cache;
    json_t *fact = json_pack("{s:i, s:s, s:i, s:i}", "level", (int)attributes->depth, "type",
                             cache_type(attributes->type), "shared_by_pus",
                             hwloc_bitmap_weight(cache->cpuset), "count", (int)count);
    /* hwloc writes 0 for what it could not read. */
    fact_set(fact, "size_bytes",
             attributes->size > 0 ? json_integer((json_int_t)attributes->size) : NULL);
    fact_set(fact, "line_bytes",
             attributes->linesize > 0 ? json_integer(attributes->linesize) : NULL);
    return fact;
}

/* One entry for each run of equal caches of a level: a hybrid machine has two kinds of L1. */
static void add_caches(json_t *list, hwloc_topology_t tree, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = NULL, first = NULL;
    unsigned count = 0;
    while ((cache = hwloc_get_next_obj_by_type(tree, type, cache)) != NULL) {
        if (first != NULL && !same_cache(first, cache)) {
            json_array_append_new(list, cache_fact(first, count));
            first = NULL;
        }
        if (first == NULL) {
            first = cache;
            count = 0;
        }
        count++;
    }
    if (first != NULL)
        json_array_append_new(list, cache_fact(first, count));
}

json_t *facts_caches(const struct topology *topology)
{
    static const hwloc_obj_type_t types[] = {
        HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L2ICACHE,
        HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L3ICACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        add_caches(list, topology->hwloc, types[i]);
    return list;
}

json_t *facts_numa(const struct topology *topology)
{
    json_t *list = json_array();
    hwloc_obj_t node = NULL;
    while ((node = hwloc_get_next_obj_by_type(topology->hwloc, HWLOC_OBJ_NUMANODE, node))) {
        json_t *fact = json_object();
        /* hwloc makes a size up for a synthetic node. */
        uint64_t bytes = topology_is_simulated(topology) ? 0 : node->attr->numanode.local_memory;
        fact_set(fact, "node", json_integer(node->os_index));
        fact_set(fact, "cpus", cpu_list(node->cpuset));
        fact_set(fact, "bytes", bytes > 0 ? json_integer((json_int_t)bytes) : NULL);
        json_array_append_new(list, fact);
    }
    return list;
}
