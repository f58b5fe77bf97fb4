#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_internal.h"
#include "tests/unit/fake_root.h"

static struct topology *load(const char *spec)
{
    struct topology *topology = NULL;
    struct error err = {""};
    int status = topology_load(&topology, spec, NULL, &err);
    if (status != 0)
        fail_msg("topology_load(%s) = %d: %s", spec != NULL ? spec : "NULL", status, err.text);
    return topology;
}

/* "0,2 1,3": the CPUs of each target. */
static char *targets_text(const struct topology *topology, enum pin pin)
{
    struct pin_target *targets;
    size_t count;
    struct error err = {""};
    int status = topology_pin_targets(topology, pin, &targets, &count, &err);
    if (status != 0)
        fail_msg("topology_pin_targets(%s) = %d: %s", pin_names[pin], status, err.text);
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *between = i > 0 ? " " : "";
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (!CPU_ISSET((size_t)cpu, &targets[i].cpus))
                continue;
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d", between, cpu);
            between = ",";
        }
    }
    free(targets);
    return text;
}

static void counts_of_synthetic_machines(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        unsigned packages, nodes, cores, pus;
    } machines[] = {
        {"pack:2 core:4 pu:2", 2, 1, 8, 16},
        {"numa:2 core:2 pu:1", 1, 2, 4, 4},
        {"pu:4", 1, 1, 4, 4},
        {"numa:2 pack:2 l3:1 core:3 pu:4", 4, 2, 12, 48},
        {"core:1 pu:1", 1, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        struct topology *topology = load(machines[i].spec);
        struct topology_counts counts;
        topology_counts(topology, &counts);
        assert_true(topology_is_simulated(topology));
        assert_int_equal(counts.packages, machines[i].packages);
        assert_int_equal(counts.numa_nodes, machines[i].nodes);
        assert_int_equal(counts.cores, machines[i].cores);
        assert_int_equal(counts.pus, machines[i].pus);
        assert_int_equal(counts.machine_cores, machines[i].cores);
        assert_int_equal(counts.machine_pus, machines[i].pus);
        assert_int_equal(counts.efficiency_kinds, 1);
        assert_int_equal(counts.usable, machines[i].pus);
        assert_true(counts.quota_cpus <= 0);
        topology_free(topology);
    }
}

static void bad_specs_are_refused_with_an_example(void **state)
{
    (void)state;
    static const char *const specs[] = {"pack:x", "",     "pack:0",          "pack:2 core:4",
                                        "-1",     "junk", "pack:2 pu:2 junk"};
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct topology *topology = NULL;
        struct error err = {""};
        assert_int_equal(topology_load(&topology, specs[i], NULL, &err), -EINVAL);
        assert_null(topology);
        char start[64];
        snprintf(start, sizeof(start), "--topology \"%s\": not an hwloc", specs[i]);
        assert_int_equal(strncmp(err.text, start, strlen(start)), 0);
        assert_non_null(strstr(err.text, "\"pack:2 core:4 pu:2\""));
    }
}

static void absurdly_large_specs_are_refused(void **state)
{
    (void)state;
    struct topology *topology = NULL;
    struct error err = {""};
    assert_int_equal(topology_load(&topology, "pack:100000 core:100000 pu:2", NULL, &err), -EINVAL);
    assert_non_null(strstr(err.text, "at most 16384"));
    /* Sizes in attributes are not numbers of objects. */
    topology = load("pack:2 l3:1(size=33554432) core:2 pu:2");
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.cache_bytes, 33554432);
    topology_free(topology);
}

static void pus_of_all_cores_come_before_siblings(void **state)
{
    (void)state;
    struct topology *topology = load("pack:2 core:2 pu:2");
    assert_string_equal(targets_text(topology, PIN_PU), "0 2 4 6 1 3 5 7");
    assert_string_equal(targets_text(topology, PIN_CORE), "0,1 2,3 4,5 6,7");
    assert_string_equal(targets_text(topology, PIN_NONE), "");
    topology_free(topology);
}

static void targets_are_os_indexes(void **state)
{
    (void)state;
    /* As Linux numbers most SMT machines: siblings are n/2 apart. */
    struct topology *topology = load("pack:1 core:4 pu:2(indexes=0,4,1,5,2,6,3,7)");
    assert_string_equal(targets_text(topology, PIN_PU), "0 1 2 3 4 5 6 7");
    assert_string_equal(targets_text(topology, PIN_CORE), "0,4 1,5 2,6 3,7");
    topology_free(topology);
}

static void numa_targets_hold_their_nodes_pus(void **state)
{
    (void)state;
    struct topology *topology = load("numa:2 core:2 pu:1");
    assert_string_equal(targets_text(topology, PIN_NUMA), "0,1 2,3");
    topology_free(topology);
    topology = load("pack:2 core:2 pu:1");
    assert_string_equal(targets_text(topology, PIN_NUMA), "0,1,2,3");
    topology_free(topology);
}

static void two_memories_of_one_place_are_one_target(void **state)
{
    (void)state;
    struct topology *topology = load("pack:2 [numa] [numa] core:2 pu:1");
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.numa_nodes, 2);
    assert_string_equal(targets_text(topology, PIN_NUMA), "0,1 2,3");
    topology_free(topology);
}

static void machines_without_cores_pin_to_pus(void **state)
{
    (void)state;
    struct topology *topology = load("pu:3");
    assert_string_equal(targets_text(topology, PIN_CORE), "0 1 2");
    topology_free(topology);
}

static void unusable_pus_are_left_out(void **state)
{
    (void)state;
    struct topology *topology = load("numa:2 core:2 pu:2");
    hwloc_bitmap_clr(topology->usable, 0);
    hwloc_bitmap_clr_range(topology->usable, 4, 7);
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.pus, 3);
    assert_int_equal(counts.cores, 2);
    assert_int_equal(counts.numa_nodes, 1);
    assert_int_equal(counts.machine_pus, 8);
    assert_int_equal(counts.machine_cores, 4);
    assert_int_equal(counts.usable, 3);
    /* PU 1 is the first usable one of its core now. */
    assert_string_equal(targets_text(topology, PIN_PU), "1 2 3");
    assert_string_equal(targets_text(topology, PIN_CORE), "1 2,3");
    assert_string_equal(targets_text(topology, PIN_NUMA), "1,2,3");
    topology_free(topology);
}

static void register_kind(struct topology *topology, unsigned first, unsigned last, int efficiency)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    hwloc_bitmap_set_range(cpus, first, (int)last);
    assert_int_equal(hwloc_cpukinds_register(topology->hwloc, cpus, efficiency, 0, NULL, 0), 0);
    hwloc_bitmap_free(cpus);
}

static void fast_cores_come_first(void **state)
{
    (void)state;
    /* Cores 0 and 1 are slow, 2 and 3 fast. */
    struct topology *topology = load("core:4 pu:2");
    register_kind(topology, 0, 3, 10);
    register_kind(topology, 4, 7, 20);
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.efficiency_kinds, 2);
    assert_string_equal(targets_text(topology, PIN_PU), "4 6 0 2 5 7 1 3");
    assert_string_equal(targets_text(topology, PIN_CORE), "4,5 6,7 0,1 2,3");
    hwloc_bitmap_clr_range(topology->usable, 0, 3);
    topology_counts(topology, &counts);
    assert_int_equal(counts.efficiency_kinds, 1);
    topology_free(topology);
}

static void cpus_beyond_the_mask_are_refused(void **state)
{
    (void)state;
    struct topology *topology = load("pack:2 core:300 pu:2");
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.pus, 1200);
    struct pin_target *targets;
    size_t count;
    struct error err = {""};
    assert_int_equal(topology_pin_targets(topology, PIN_CORE, &targets, &count, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "CPU 1199 is beyond the 1024"));
    assert_non_null(strstr(err.text, "--pin none"));
    assert_int_equal(topology_pin_targets(topology, PIN_NONE, &targets, &count, &err), 0);
    topology_free(topology);
}

static void largest_mask_is_accepted(void **state)
{
    (void)state;
    struct topology *topology = load("pack:2 core:256 pu:2");
    struct pin_target *targets;
    size_t count;
    assert_int_equal(topology_pin_targets(topology, PIN_PU, &targets, &count, NULL), 0);
    assert_int_equal(count, 1024);
    assert_true(CPU_ISSET(1023, &targets[1023].cpus));
    free(targets);
    topology_free(topology);
}

static void quota_bounds_the_usable_cores(void **state)
{
    (void)state;
    static const struct {
        const char *cpu_max;
        unsigned usable;
    } quotas[] = {{"10000 100000", 1}, {"100000 100000", 1}, {"900000000 100000", 0}, {"max", 0}};
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
        struct fake_root root;
        fake_root_make(&root);
        fake_root_write(&root, "/proc/self/mountinfo",
                        "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        fake_root_write(&root, "/proc/self/cgroup", "0::/box\n");
        fake_root_write(&root, "/sys/fs/cgroup/box/cpu.max", quotas[i].cpu_max);
        struct topology *topology = NULL;
        assert_int_equal(topology_load(&topology, NULL, root.path, NULL), 0);
        fake_root_remove(&root);
        struct topology_counts counts;
        topology_counts(topology, &counts);
        assert_int_equal(counts.usable, quotas[i].usable > 0 ? quotas[i].usable : counts.pus);
        char why[256];
        topology_why(topology, why, sizeof(why));
        const char *named = strstr(why, "(cgroup /box, cpu.max)");
        assert_int_equal(named != NULL, counts.quota_cpus > 0);
        topology_free(topology);
    }
}

static void fractions_of_a_quota_count_as_a_core(void **state)
{
    (void)state;
    struct topology *topology = load("core:4 pu:2");
    static const struct {
        double cpus;
        unsigned usable;
    } quotas[] = {{0.2, 1}, {1.0, 1}, {1.5, 2}, {3.0, 3}, {7.01, 8}, {8.0, 8}, {64, 8}, {0, 8}};
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
        struct topology_counts counts;
        topology->quota.cpus = quotas[i].cpus;
        topology_counts(topology, &counts);
        assert_int_equal(counts.usable, quotas[i].usable);
        assert_int_equal(counts.pus, 8);
    }
    topology->quota.cpus = 1.5;
    assert_string_equal(targets_text(topology, PIN_CORE), "0,1 2,3 4,5 6,7");
    topology_free(topology);
}

static void affinity_bounds_this_machine(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    size_t last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &before))
        last--;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    struct topology *topology = load(NULL);
    cpu_set_t after;
    assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);

    assert_true(CPU_EQUAL(&after, &one));
    struct topology_counts counts;
    topology_counts(topology, &counts);
    assert_int_equal(counts.pus, 1);
    assert_int_equal(counts.cores, 1);
    assert_true(counts.machine_pus >= (unsigned)CPU_COUNT(&before));
    char expected[16], why[256];
    snprintf(expected, sizeof(expected), "%zu", last);
    assert_string_equal(targets_text(topology, PIN_CORE), expected);
    topology_why(topology, why, sizeof(why));
    if (CPU_COUNT(&before) > 1)
        assert_non_null(strstr(why, "allowed by the affinity mask"));
    topology_free(topology);
}

static void environment_is_not_believed(void **state)
{
    (void)state;
    setenv("HWLOC_SYNTHETIC", "pack:3 core:7 pu:5", 1);
    setenv("HWLOC_THISSYSTEM", "1", 1);
    struct topology *topology = load(NULL);
    struct topology_counts counts;
    char why[512];
    topology_counts(topology, &counts);
    assert_int_not_equal(counts.machine_pus, 105);
    assert_false(topology_is_simulated(topology));
    topology_why(topology, why, sizeof(why));
    assert_non_null(strstr(why, "HWLOC_SYNTHETIC, HWLOC_THISSYSTEM in the environment ignored"));
    topology_free(topology);

    /* With this, hwloc takes any topology for this machine and would bind on it. */
    setenv("HWLOC_THISSYSTEM", "1", 1);
    topology = load("pu:2");
    assert_int_equal(hwloc_topology_is_thissystem(topology->hwloc), 0);
    topology_free(topology);
    assert_null(getenv("HWLOC_THISSYSTEM"));
}

static void texts_say_what_is_there(void **state)
{
    (void)state;
    struct topology *topology = load("pack:2 core:2 pu:2");
    char why[256], cut[8];
    topology_why(topology, why, sizeof(why));
    assert_string_equal(why,
                        "all 8 PUs of the simulated machine \"pack:2 core:2 pu:2\"; pinning is "
                        "only simulated");
    assert_string_equal(topology_why(topology, cut, sizeof(cut)), "all 8 P");
    hwloc_bitmap_clr(topology->usable, 7);
    char *text = topology_text(topology);
    assert_non_null(strstr(text, "  Package L#1\n    Core L#2\n      PU L#4 (P#4)\n"));
    assert_non_null(strstr(text, "PU L#7 (P#7) not usable\n"));
    assert_null(strstr(text, "(P#6) not usable"));
    free(text);
    topology_free(topology);
    topology_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_synthetic_machines),
        cmocka_unit_test(bad_specs_are_refused_with_an_example),
        cmocka_unit_test(absurdly_large_specs_are_refused),
        cmocka_unit_test(pus_of_all_cores_come_before_siblings),
        cmocka_unit_test(targets_are_os_indexes),
        cmocka_unit_test(numa_targets_hold_their_nodes_pus),
        cmocka_unit_test(two_memories_of_one_place_are_one_target),
        cmocka_unit_test(machines_without_cores_pin_to_pus),
        cmocka_unit_test(unusable_pus_are_left_out),
        cmocka_unit_test(fast_cores_come_first),
        cmocka_unit_test(cpus_beyond_the_mask_are_refused),
        cmocka_unit_test(largest_mask_is_accepted),
        cmocka_unit_test(quota_bounds_the_usable_cores),
        cmocka_unit_test(fractions_of_a_quota_count_as_a_core),
        cmocka_unit_test(affinity_bounds_this_machine),
        cmocka_unit_test(environment_is_not_believed),
        cmocka_unit_test(texts_say_what_is_there),
    };
    return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
