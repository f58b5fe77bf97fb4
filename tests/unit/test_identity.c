#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/facts.h"
#include "bench/machine/identity.h"
#include "tests/unit/fake_root_fixture.h"

#define CPU_DIR "/sys/devices/system/cpu"

static json_t *collect(const char *spec)
{
    struct topology *topology;
    assert_int_equal(topology_load(&topology, spec, root.path, NULL), 0);
    json_t *identity = identity_collect_at(topology, root.path);
    topology_free(topology);
    assert_non_null(identity);
    return identity;
}

static const json_t *at(const json_t *object, const char *section, const char *key)
{
    const json_t *value = json_object_get(object, section);
    if (key != NULL)
        value = json_object_get(value, key);
    if (value == NULL)
        fail_msg("no %s.%s", section, key != NULL ? key : "");
    return value;
}

static void assert_text(const json_t *identity, const char *section, const char *key,
                        const char *expected)
{
    const json_t *value = at(identity, section, key);
    assert_true(json_is_string(value));
    assert_string_equal(json_string_value(value), expected);
}

static void assert_number(const json_t *identity, const char *section, const char *key,
                          double expected)
{
    const json_t *value = at(identity, section, key);
    assert_true(json_is_number(value));
    double difference = json_number_value(value) - expected;
    assert_true(difference < 1e-6 && difference > -1e-6);
}

static void unreadable_facts_are_unknown(void **state)
{
    (void)state;
    json_t *identity = collect("core:2 pu:2");
    static const char *const facts[][2] = {
        {"cpu", "model"},
        {"cpu", "vendor"},
        {"cpu", "family"},
        {"cpu", "flags"},
        {"cpu", "base_mhz"},
        {"cpu", "mhz_now"},
        {"kernel", "distribution"},
        {"kernel", "io_uring_disabled"},
        {"memory", "total_bytes"},
        {"memory", "transparent_hugepages"},
        {"limits", "pid_max"},
        {"limits", "cgroup_pids"},
        {"timer", "clocksource"},
        {"conditions", "load_average"},
        {"conditions", "steal_ns"},
        {"conditions", "on_battery"},
        {"virtualisation", "virtual_machine"},
        {"governor", NULL},
        {"virtualisation", "container"},
        {"boost", NULL},
        {"mitigations", NULL},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        assert_text(identity, facts[i][0], facts[i][1], "unknown");
    json_decref(identity);
}

static void cpu_is_the_first_processor(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/cpuinfo",
                    "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 97\n"
                    "model name\t: AMD Ryzen 9 : test\nstepping\t: 2\nmicrocode\t: 0xa601203\n"
                    "cpu MHz\t\t: 3593.243\nflags\t\t: fpu sse2 avx512f\n\n"
                    "processor\t: 1\nmodel name\t: another\nflags\t\t: none\n");
    fake_root_write(&root, CPU_DIR "/cpu0/cpufreq/base_frequency", "4500000\n");
    fake_root_write(&root, CPU_DIR "/cpu0/cpufreq/cpuinfo_max_freq", "many\n");
    json_t *identity = collect("core:2 pu:2");
    assert_text(identity, "cpu", "vendor", "AuthenticAMD");
    assert_text(identity, "cpu", "model", "AMD Ryzen 9 : test");
    assert_number(identity, "cpu", "family", 25);
    assert_number(identity, "cpu", "model_number", 97);
    assert_number(identity, "cpu", "stepping", 2);
    assert_text(identity, "cpu", "microcode", "0xa601203");
    assert_number(identity, "cpu", "mhz_now", 3593.243);
    assert_number(identity, "cpu", "base_mhz", 4500);
    assert_text(identity, "cpu", "max_mhz", "unknown");
    const json_t *flags = at(identity, "cpu", "flags");
    assert_int_equal(json_array_size(flags), 3);
    assert_string_equal(json_string_value(json_array_get(flags, 2)), "avx512f");
    assert_true(json_is_false(at(identity, "virtualisation", "virtual_machine")));
    json_decref(identity);
}

static void arm_names_are_understood(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/cpuinfo",
                    "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\n"
                    "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\n"
                    "CPU revision\t: 1\n");
    json_t *identity = collect("core:2 pu:2");
    assert_text(identity, "cpu", "vendor", "0x41");
    assert_number(identity, "cpu", "family", 8);
    assert_text(identity, "cpu", "model_number", "0xd0c");
    assert_text(identity, "cpu", "model", "unknown");
    assert_int_equal(json_array_size(at(identity, "cpu", "flags")), 2);
    /* No flag on Arm says that there is no hypervisor. */
    assert_text(identity, "virtualisation", "virtual_machine", "unknown");
    json_decref(identity);
}

static void governors_in_use_are_all_named(void **state)
{
    (void)state;
    fake_root_write(&root, CPU_DIR "/cpufreq/policy0/scaling_governor", "powersave\n");
    fake_root_write(&root, CPU_DIR "/cpufreq/policy1/scaling_governor", "powersave\n");
    json_t *identity = collect("pu:2");
    assert_text(identity, "governor", NULL, "powersave");
    json_decref(identity);
    fake_root_write(&root, CPU_DIR "/cpufreq/policy2/scaling_governor", "performance\n");
    identity = collect("pu:2");
    assert_text(identity, "governor", NULL, "powersave, performance");
    json_decref(identity);
}

static void boost_of_both_drivers(void **state)
{
    (void)state;
    fake_root_write(&root, CPU_DIR "/cpufreq/boost", "1\n");
    json_t *identity = collect("pu:2");
    assert_true(json_is_true(at(identity, "boost", NULL)));
    json_decref(identity);
    fake_root_write(&root, CPU_DIR "/intel_pstate/no_turbo", "1\n");
    identity = collect("pu:2");
    assert_true(json_is_false(at(identity, "boost", NULL)));
    json_decref(identity);
}

static void system_facts(void **state)
{
    (void)state;
    fake_root_write(&root, "/etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Debian 12 (x)\"\n");
    fake_root_write(&root, "/proc/meminfo",
                    "MemTotal:       2048 kB\nMemFree: 1 kB\nMemAvailable:   1024 kB\n"
                    "SwapTotal:       0 kB\nHugePages_Total:       0\n");
    fake_root_write(&root, "/sys/kernel/mm/transparent_hugepage/enabled",
                    "always [madvise] never\n");
    fake_root_write(&root, "/proc/sys/kernel/perf_event_paranoid", "-1\n");
    fake_root_write(&root, "/proc/sys/kernel/pid_max", "4194304\n");
    fake_root_write(&root, "/proc/sys/vm/max_map_count", "not a number\n");
    fake_root_write(&root, "/proc/loadavg", "0.50 1.25 2.00 1/200 4711\n");
    fake_root_write(&root, "/sys/class/power_supply/BAT0/type", "Battery\n");
    fake_root_write(&root, "/sys/class/power_supply/BAT0/status", "Discharging\n");
    fake_root_write(&root, CPU_DIR "/vulnerabilities/meltdown", "Mitigation: PTI\n");
    fake_root_write(&root, "/proc/self/cgroup", "0::/kubepods/pod1\n");
    json_t *identity = collect("pu:2");
    assert_text(identity, "kernel", "distribution", "Debian 12 (x)");
    assert_number(identity, "kernel", "perf_event_paranoid", -1);
    assert_number(identity, "memory", "total_bytes", 2048 * 1024);
    assert_number(identity, "memory", "available_bytes", 1024 * 1024);
    assert_number(identity, "memory", "swap_bytes", 0);
    assert_text(identity, "memory", "transparent_hugepages", "madvise");
    assert_number(identity, "limits", "pid_max", 4194304);
    assert_text(identity, "limits", "max_map_count", "unknown");
    assert_text(identity, "mitigations", "meltdown", "Mitigation: PTI");
    assert_text(identity, "virtualisation", "container", "kubepods (/proc/self/cgroup)");
    assert_true(json_is_true(at(identity, "conditions", "on_battery")));
    const json_t *load = at(identity, "conditions", "load_average");
    assert_int_equal(json_array_size(load), 3);
    assert_true(json_real_value(json_array_get(load, 1)) > 1.24 &&
                json_real_value(json_array_get(load, 1)) < 1.26);
    json_decref(identity);
}

static void cgroup_limits_are_numbers_or_unlimited(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo",
                    "31 23 0:28 / /cg rw - cgroup2 cgroup2 rw\n"
                    "32 23 0:29 / /mem rw - cgroup cgroup rw,memory\n");
    fake_root_write(&root, "/proc/self/cgroup", "3:memory:/\n0::/box\n");
    fake_root_write(&root, "/cg/box/pids.max", "512\n");
    fake_root_write(&root, "/mem/memory.limit_in_bytes", "9223372036854771712\n");
    json_t *identity = collect("pu:2");
    assert_number(identity, "limits", "cgroup_pids", 512);
    assert_text(identity, "memory", "cgroup_limit_bytes", "unlimited");
    json_decref(identity);
}

static void simulated_cores_come_from_the_tree(void **state)
{
    (void)state;
    fake_root_write(&root, CPU_DIR "/smt/control", "on\n");
    json_t *identity = collect("pack:2 l3:1(size=8388608) core:2 l1:1(size=32768) pu:2");
    assert_true(json_is_true(at(identity, "simulated", NULL)));
    assert_number(identity, "cores", "packages", 2);
    assert_number(identity, "cores", "cores", 4);
    assert_number(identity, "cores", "pus", 8);
    assert_number(identity, "cores", "most_pus_per_core", 2);
    assert_number(identity, "cores", "usable", 8);
    assert_text(identity, "cores", "usable_cpus", "0-7");
    assert_text(identity, "cores", "quota_cpus", "unknown");
    assert_text(identity, "cores", "smt_control", "unknown");
    const json_t *caches = at(identity, "caches", NULL);
    assert_int_equal(json_array_size(caches), 2);
    const json_t *l3 = json_array_get(caches, 1);
    assert_int_equal(json_integer_value(json_object_get(l3, "level")), 3);
    assert_int_equal(json_integer_value(json_object_get(l3, "size_bytes")), 8388608);
    assert_int_equal(json_integer_value(json_object_get(l3, "shared_by_pus")), 4);
    assert_int_equal(json_integer_value(json_object_get(l3, "count")), 2);
    json_decref(identity);
}

static void real_cores_tell_their_quota(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/self/mountinfo", "31 23 0:28 / /cg rw - cgroup2 cgroup2 rw\n");
    fake_root_write(&root, "/proc/self/cgroup", "0::/box\n");
    fake_root_write(&root, CPU_DIR "/isolated", "\n");
    json_t *identity = collect(NULL);
    assert_true(json_is_false(at(identity, "simulated", NULL)));
    assert_text(identity, "cores", "quota_cpus", "none");
    assert_text(identity, "cores", "isolated", "none");
    json_decref(identity);
    fake_root_write(&root, "/cg/box/cpu.max", "50000 100000\n");
    identity = collect(NULL);
    assert_number(identity, "cores", "quota_cpus", 0.5);
    assert_number(identity, "cores", "usable", 1);
    assert_text(at(identity, "cores", NULL), "quota_from", "cgroup", "/box");
    json_decref(identity);
}

/* Every leaf is a number, a boolean or a text that says something. */
static void check_leaves(const json_t *value, const char *name)
{
    if (json_is_object(value)) {
        const char *key;
        json_t *child;
        json_object_foreach((json_t *)(uintptr_t)value, key, child) check_leaves(child, key);
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            check_leaves(json_array_get(value, i), name);
    } else if (json_is_null(value) ||
               (json_is_string(value) && json_string_value(value)[0] == '\0')) {
        fail_msg("%s is empty", name);
    }
}

static void this_machine_has_every_section(void **state)
{
    (void)state;
    struct topology *topology;
    assert_int_equal(topology_load(&topology, NULL, NULL, NULL), 0);
    json_t *identity = identity_collect(topology);
    topology_free(topology);
    static const char *const sections[] = {
        "schema", "host",        "cpu",    "caches", "cores",      "kernel", "virtualisation",
        "boost",  "mitigations", "memory", "limits", "conditions", "build",  "governor"};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        at(identity, sections[i], NULL);
    static const char *const build[] = {"compiler", "flags", "commit", "version", "type"};
    for (size_t i = 0; i < sizeof(build) / sizeof(build[0]); i++)
        at(identity, "build", build[i]);
    check_leaves(identity, "machine.json");
    json_decref(identity);
}

static void page_shows_the_facts(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/meminfo", "MemTotal:       2097152 kB\n");
    fake_root_write(&root, CPU_DIR "/vulnerabilities/a", "Mitigation: X\n");
    fake_root_write(&root, CPU_DIR "/vulnerabilities/b", "Vulnerable: no microcode\n");
    fake_root_write(&root, CPU_DIR "/vulnerabilities/c", "Not affected\n");
    json_t *identity = collect("pack:2 core:2 pu:2");
    char *page = NULL;
    size_t length;
    FILE *out = open_memstream(&page, &length);
    assert_int_equal(identity_page(identity, "the tree\n", out), 0);
    fclose(out);
    json_decref(identity);
    assert_non_null(strstr(page, "\nUsable cores    8: all 8 PUs of the simulated machine"));
    assert_non_null(strstr(page, "\nMemory          2.00 GiB, unknown available"));
    assert_non_null(
        strstr(page, "\nMitigations     1 active, 1 not affected, 0 other, 1 vulnerable: b\n"));
    assert_non_null(strstr(page, "\nthe tree\n"));
    assert_null(strstr(page, "(null)"));
    free(page);
}

static void page_reports_a_full_disk(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        skip();
    json_t *identity = collect("pu:2");
    assert_int_equal(identity_page(identity, "", full), -ENOSPC);
    json_decref(identity);
    fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unreadable_facts_are_unknown),
        TEST(cpu_is_the_first_processor),
        TEST(arm_names_are_understood),
        TEST(governors_in_use_are_all_named),
        TEST(boost_of_both_drivers),
        TEST(system_facts),
        TEST(cgroup_limits_are_numbers_or_unlimited),
        TEST(simulated_cores_come_from_the_tree),
        TEST(real_cores_tell_their_quota),
        TEST(this_machine_has_every_section),
        TEST(page_shows_the_facts),
        TEST(page_reports_a_full_disk),
    };
    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
