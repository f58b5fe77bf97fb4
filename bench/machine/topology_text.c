/* topology_text.c - a topology in words: one sentence, or the whole tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_internal.h"

static const char *pu_word(unsigned count)
{
    return count == 1 ? "PU" : "PUs";
}

static void why_bounds(const struct topology *topology, const struct topology_counts *counts,
                       FILE *out)
{
    if (counts->pus == counts->machine_pus) {
        if (counts->pus == 1)
            fprintf(out, "the machine's only PU");
        else
            fprintf(out, "all %u PUs", counts->pus);
        return;
    }
    hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology->hwloc);
    bool cpuset_alone = hwloc_bitmap_isequal(topology->usable, allowed);
    fprintf(out, "%u of %u PUs allowed by the %s", counts->pus, counts->machine_pus,
            cpuset_alone ? "cpuset" : "affinity mask");
}

static void why_quota(const struct topology *topology, const struct topology_counts *counts,
                      FILE *out)
{
    const struct cgroup_quota *quota = &topology->quota;
    if (quota->cpus <= 0) {
        fprintf(out, "; no CPU quota");
        return;
    }
    fprintf(out, "; the CPU quota of %.3g (cgroup %s, %s) ", quota->cpus, quota->group,
            quota->file);
    if (counts->usable < counts->pus)
        fprintf(out, "leaves %u", counts->usable);
    else
        fprintf(out, "takes none away");
}

char *topology_why(const struct topology *topology, char *text, size_t size)
{
    char *whole = NULL;
    size_t length;
    FILE *out = open_memstream(&whole, &length);
    if (out != NULL) {
        struct topology_counts counts;
        topology_counts(topology, &counts);
        if (topology_is_simulated(topology)) {
            fprintf(out, "all %u %s of the simulated machine \"%s\"; pinning is only simulated",
                    counts.pus, pu_word(counts.pus), topology->spec);
        } else {
            why_bounds(topology, &counts, out);
            why_quota(topology, &counts, out);
        }
        if (topology->ignored[0] != '\0')
            fprintf(out, "; %s in the environment ignored (use --topology)", topology->ignored);
        fclose(out);
    }
    snprintf(text, size, "%s", whole != NULL ? whole : "unknown: out of memory");
    free(whole);
    return text;
}

static void draw_one(const struct topology *topology, hwloc_obj_t object, FILE *out)
{
    char type[64], attributes[128];
    hwloc_obj_type_snprintf(type, sizeof(type), object, 0);
    hwloc_obj_attr_snprintf(attributes, sizeof(attributes), object, " ", 0);
    fputs(type, out);
    if (object->type != HWLOC_OBJ_MACHINE)
        fprintf(out, " L#%u", object->logical_index);
    bool indexed = object->type == HWLOC_OBJ_PU || object->type == HWLOC_OBJ_NUMANODE;
    if (indexed && object->os_index != HWLOC_UNKNOWN_INDEX)
        fprintf(out, " (P#%u)", object->os_index);
    if (attributes[0] != '\0')
        fprintf(out, " (%s)", attributes);
    if (object->type == HWLOC_OBJ_PU && !hwloc_bitmap_isset(topology->usable, object->os_index))
        fputs(" not usable", out);
}

/* Only children share the parent's line, as in lstopo: big machines stay readable. */
static void draw(const struct topology *topology, hwloc_obj_t object, int depth, FILE *out)
{
    fprintf(out, "%*s", depth * 2, "");
    draw_one(topology, object, out);
    while (object->arity == 1 && object->memory_arity == 0 && object->depth > 0) {
        object = object->first_child;
        fputs(" + ", out);
        draw_one(topology, object, out);
    }
    fputc('\n', out);
    for (hwloc_obj_t child = object->memory_first_child; child != NULL; child = child->next_sibling)
        draw(topology, child, depth + 1, out);
    for (hwloc_obj_t child = object->first_child; child != NULL; child = child->next_sibling)
        draw(topology, child, depth + 1, out);
}

char *topology_text(const struct topology *topology)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    draw(topology, hwloc_get_root_obj(topology->hwloc), 0, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
