/* pin.c - where workers are bound, and in which order. */
#include <errno.h>
#include <stdlib.h>

#include "bench/machine/topology_internal.h"

const char *const pin_names[] = {"none", "core", "pu", "numa", NULL};

/* One usable PU with what decides its place. */
struct place {
    hwloc_obj_t pu, core;
    unsigned sibling; /* how many usable PUs of its core come before it */
    int efficiency;
    unsigned order; /* logical order in the machine */
};

static int by_efficiency(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->sibling != b->sibling)
        return a->sibling < b->sibling ? -1 : 1;
    if (a->efficiency != b->efficiency)
        return a->efficiency > b->efficiency ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static struct place *places_sorted(const struct topology *topology, size_t *count)
{
    int pus = hwloc_bitmap_weight(topology->usable);
    struct place *places = calloc(pus > 0 ? (size_t)pus : 1, sizeof(*places));
    if (places == NULL)
        return NULL;
    size_t used = 0;
    hwloc_obj_t pu = NULL;
    while (used < (size_t)pus && (pu = topology_next_usable(topology, pu)) != NULL) {
        struct place *place = &places[used];
        place->pu = pu;
        place->core = topology_core_of(pu);
        place->order = (unsigned)used;
        place->efficiency = topology_efficiency(topology, pu);
        if (used > 0 && place[-1].core == place->core)
            place->sibling = place[-1].sibling + 1;
        used++;
    }
    qsort(places, used, sizeof(*places), by_efficiency);
    *count = used;
    return places;
}

/* The usable PUs of `wanted` as the kernel's mask. */
static void fill_mask(const struct topology *topology, hwloc_const_bitmap_t wanted, cpu_set_t *mask)
{
    CPU_ZERO(mask);
    int cpu;
    hwloc_bitmap_foreach_begin(cpu, wanted) if (hwloc_bitmap_isset(topology->usable, (unsigned)cpu))
        CPU_SET((size_t)cpu, mask);
    hwloc_bitmap_foreach_end();
}

static size_t fill_nodes(const struct topology *topology, struct pin_target *targets, size_t room)
{
    size_t used = 0;
    hwloc_obj_t node = NULL;
    while (used < room && (node = topology_next_node(topology, node)) != NULL)
        fill_mask(topology, node->cpuset, &targets[used++].cpus);
    return used;
}

static size_t fill_places(const struct topology *topology, enum pin pin, const struct place *places,
                          size_t count, struct pin_target *targets)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (pin == PIN_CORE && places[i].sibling > 0)
            continue;
        hwloc_obj_t wanted = pin == PIN_CORE ? places[i].core : places[i].pu;
        fill_mask(topology, wanted->cpuset, &targets[used++].cpus);
    }
    return used;
}

int topology_pin_targets(const struct topology *topology, enum pin pin, struct pin_target **targets,
                         size_t *count, struct error *err)
{
    *targets = NULL;
    *count = 0;
    if (pin == PIN_NONE)
        return 0;
    int last = hwloc_bitmap_last(topology->usable);
    if (last >= CPU_SETSIZE)
        return error_set(err, -ENOTSUP,
                         "--pin %s: CPU %d is beyond the %d that a pin mask holds; use --pin none, "
                         "or leave the higher ones out with `taskset -c 0-%d`",
                         pin_names[pin], last, CPU_SETSIZE, CPU_SETSIZE - 1);

    size_t places_count = 0;
    struct place *places = places_sorted(topology, &places_count);
    struct pin_target *made = calloc(places_count > 0 ? places_count : 1, sizeof(*made));
    if (places == NULL || made == NULL) {
        free(places);
        free(made);
        return error_set(err, -ENOMEM, "out of memory for the pin targets");
    }
    if (pin == PIN_NUMA)
        *count = fill_nodes(topology, made, places_count);
    else
        *count = fill_places(topology, pin, places, places_count, made);
    free(places);
    if (*count == 0) {
        free(made);
        return error_set(err, -ENOTSUP,
                         "--pin %s: this machine shows no such place; use --pin none",
                         pin_names[pin]);
    }
    *targets = made;
    return 0;
}
