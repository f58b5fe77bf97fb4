#include "bench/report/machine_diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/machine_text.h"
#include "bench/report/plain.h"
#include "bench/results/machine_file.h"

/* In the order of how much they matter. */
static const struct diff_rule {
    const char *path, *label;
    enum machine_unit unit;
} rules[] = {
    {"simulated", "simulated machine", MACHINE_PLAIN},
    {"topology", "topology", MACHINE_PLAIN},
    {"cpu.architecture", "architecture", MACHINE_PLAIN},
    {"cpu.model", "CPU model", MACHINE_PLAIN},
    {"cpu.vendor", "CPU vendor", MACHINE_PLAIN},
    {"cpu.family", "CPU family", MACHINE_PLAIN},
    {"cpu.model_number", "CPU model number", MACHINE_PLAIN},
    {"cpu.stepping", "CPU stepping", MACHINE_PLAIN},
    {"cpu.microcode", "microcode", MACHINE_PLAIN},
    {"cpu.flags", "CPU features", MACHINE_WORDS},
    {"cores.usable", "usable cores", MACHINE_PLAIN},
    {"cores.quota_cpus", "CPU quota", MACHINE_PLAIN},
    {"cores.cores", "cores", MACHINE_PLAIN},
    {"cores.pus", "hardware threads", MACHINE_PLAIN},
    {"cores.most_pus_per_core", "hardware threads of a core", MACHINE_PLAIN},
    {"cores.smt_control", "SMT", MACHINE_PLAIN},
    {"cores.machine_cores", "cores of the machine", MACHINE_PLAIN},
    {"cores.machine_pus", "hardware threads of the machine", MACHINE_PLAIN},
    {"cores.packages", "packages", MACHINE_PLAIN},
    {"cores.numa_nodes", "NUMA nodes", MACHINE_PLAIN},
    {"cores.efficiency_kinds", "kinds of core", MACHINE_PLAIN},
    {"cores.kinds", "kinds of core, in detail", MACHINE_PLAIN},
    {"cores.isolated", "isolated CPUs", MACHINE_PLAIN},
    {"cores.usable_cpus", "usable CPUs", MACHINE_PLAIN},
    {"cores.online", "CPUs online", MACHINE_PLAIN},
    {"caches", "caches", MACHINE_CACHES},
    {"cores.last_level_cache_bytes", "last-level cache", MACHINE_BYTES},
    {"governor", "frequency governor", MACHINE_PLAIN},
    {"boost", "boost", MACHINE_PLAIN},
    {"conditions.on_battery", "on battery", MACHINE_PLAIN},
    {"cpu.max_mhz", "highest frequency", MACHINE_MHZ},
    {"cpu.base_mhz", "base frequency", MACHINE_MHZ},
    {"cpu.min_mhz", "lowest frequency", MACHINE_MHZ},
    {"cpu.frequency_driver", "frequency driver", MACHINE_PLAIN},
    {"kernel.name", "kernel's name", MACHINE_PLAIN},
    {"kernel.release", "kernel", MACHINE_PLAIN},
    {"kernel.version", "kernel's build", MACHINE_PLAIN},
    {"kernel", "kernel: ", MACHINE_EACH},
    {"mitigations", "mitigation of ", MACHINE_EACH},
    {"virtualisation.virtual_machine", "virtual machine", MACHINE_PLAIN},
    {"virtualisation.hypervisor", "hypervisor", MACHINE_PLAIN},
    {"virtualisation.container", "container", MACHINE_PLAIN},
    {"virtualisation", "virtualisation: ", MACHINE_EACH},
    {"memory.total_bytes", "memory", MACHINE_ROUGH_BYTES},
    {"memory.cgroup_limit_bytes", "memory limit of the cgroup", MACHINE_ROUGH_BYTES},
    {"memory.nodes", "memory of the NUMA nodes", MACHINE_NODES},
    {"memory.transparent_hugepages", "transparent huge pages", MACHINE_PLAIN},
    {"memory.page_bytes", "page size", MACHINE_BYTES},
    {"memory.swap_bytes", "swap", MACHINE_ROUGH_BYTES},
    {"memory", "memory: ", MACHINE_EACH},
    {"build.version", "version of bench", MACHINE_PLAIN},
    {"build.commit", "commit of bench", MACHINE_PLAIN},
    {"build.compiler", "compiler", MACHINE_PLAIN},
    {"build.flags", "compiler flags", MACHINE_PLAIN},
    {"build.type", "build type", MACHINE_PLAIN},
    {"timer.clocksource", "clock source", MACHINE_PLAIN},
    {"timer.resolution_ns", "clock resolution", MACHINE_NS},
    {"timer.slack_ns", "timer slack", MACHINE_NS},
    {"limits.stack_bytes", "stack limit", MACHINE_BYTES},
    {"limits.locked_memory_bytes", "locked memory limit", MACHINE_ROUGH_BYTES},
    {"limits.processes", "process limit", MACHINE_ROUGH},
    {"limits.threads_max", "threads of the system", MACHINE_ROUGH},
    {"limits", "limit: ", MACHINE_EACH},
    {"conditions.load_average", "load before the run", MACHINE_LOAD},
};

/* What differs between any two runs, only repeats other facts in words, or is a section that is
 * gone through by itself. */
static const char *const ignored[] = {"run",
                                      "cpu",
                                      "cores",
                                      "timer",
                                      "build",
                                      "host",
                                      "noise",
                                      "conditions",
                                      "cpu.mhz_now",
                                      "cores.why",
                                      "cores.simulated",
                                      "cores.quota_from",
                                      "memory.available_bytes",
                                      "memory.swap_free_bytes"};

enum { RULES = sizeof rules / sizeof *rules, IGNORED = sizeof ignored / sizeof *ignored };

/* Has a rule of its own, or is none of a reader's business. */
static bool diff_settled(const char *path)
{
    for (size_t i = 0; i < IGNORED; i++)
        if (strcmp(ignored[i], path) == 0)
            return true;
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(rules[i].path, path) == 0)
            return true;
    return false;
}

static void diff_put(struct machine_diff *diff, const char *path, const char *label, const char *a,
                     const char *b)
{
    if (diff->count == MACHINE_DIFF_MOST) {
        diff->left_out++;
        return;
    }
    struct machine_difference *one = &diff->list[diff->count++];
    plain_text(one->path, sizeof one->path, path);
    plain_text(one->label, sizeof one->label, *label ? label : "(a fact without a name)");
    machine_cut(one->a, one->b, MACHINE_DIFF_VALUE, a, b);
}

static void diff_add(struct machine_diff *diff, const char *path, const char *label,
                     enum machine_unit unit, const json_t *a, const json_t *b)
{
    if (machine_alike(a, b, unit))
        return;
    char *text_a = unit == MACHINE_WORDS ? machine_words(a, b) : machine_text(a, unit);
    char *text_b = unit == MACHINE_WORDS ? machine_words(b, a) : machine_text(b, unit);
    /* What rounds to the same is no difference that a reader could see. */
    if (text_a && text_b && strcmp(text_a, text_b) != 0)
        diff_put(diff, path, label, text_a, text_b);
    free(text_a);
    free(text_b);
}

/* A key of an object that only one of two may have. */
static void diff_member(struct machine_diff *diff, const char *path, const char *prefix,
                        const char *key, const json_t *a, const json_t *b)
{
    char full[MACHINE_DIFF_NAME], label[MACHINE_DIFF_NAME];
    snprintf(full, sizeof full, "%s%s%s", path, *path ? "." : "", key);
    if (diff_settled(full))
        return;
    snprintf(label, sizeof label, "%s%s", prefix, *prefix ? key : full);
    for (char *c = label + strlen(prefix); *prefix && *c; c++)
        *c = *c == '_' ? ' ' : *c;
    diff_add(diff, full, label, MACHINE_PLAIN, json_object_get(a, key), json_object_get(b, key));
}

/* A whole section that only one side has is one difference. */
static void diff_section(struct machine_diff *diff, const char *path, const json_t *a,
                         const json_t *b)
{
    char count[32];
    snprintf(count, sizeof count, "%zu facts", json_object_size(a) + json_object_size(b));
    diff_put(diff, path, path, json_is_object(a) ? count : "unknown",
             json_is_object(b) ? count : "unknown");
}

static void diff_each(struct machine_diff *diff, const char *path, const char *prefix,
                      const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (json_is_object(a) != json_is_object(b)) {
        diff_section(diff, path, a, b);
        return;
    }
    json_object_foreach(machine_members(a), key, value) diff_member(diff, path, prefix, key, a, b);
    json_object_foreach(machine_members(b), key, value) if (!json_object_get(a, key))
        diff_member(diff, path, prefix, key, a, b);
}

int machine_diff_make(struct machine_diff *diff, const json_t *a, const json_t *b)
{
    static const char *const sections[] = {"cpu", "cores", "timer", "build"};
    *diff = (struct machine_diff){.known_a = a != NULL, .known_b = b != NULL};
    if (!a || !b)
        return 0;
    diff->list = calloc(MACHINE_DIFF_MOST, sizeof *diff->list);
    if (!diff->list)
        return -ENOMEM;
    for (size_t i = 0; i < RULES; i++) {
        const struct diff_rule *rule = &rules[i];
        const json_t *fact_a = machine_fact(a, rule->path), *fact_b = machine_fact(b, rule->path);
        if (rule->unit == MACHINE_EACH)
            diff_each(diff, rule->path, rule->label, fact_a, fact_b);
        else
            diff_add(diff, rule->path, rule->label, rule->unit, fact_a, fact_b);
    }
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        diff_each(diff, sections[i], "", machine_fact(a, sections[i]),
                  machine_fact(b, sections[i]));
    diff_each(diff, "", "", a, b);
    return 0;
}

void machine_diff_free(struct machine_diff *diff)
{
    free(diff->list);
    *diff = (struct machine_diff){0};
}
