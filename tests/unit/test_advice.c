#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/machine/advice.h"

/* The state that a topic has for these facts (JSON with single quotes); ADVICE_MOST: not listed. */
static struct advice judged;

static int judge(const char *topic, const char *text)
{
    char copy[512];
    json_error_t where;
    struct advice list[ADVICE_MOST];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *c = copy; (c = strchr(c, '\'')) != NULL;)
        *c = '"';
    json_t *facts = json_loads(copy, 0, &where);
    if (!facts)
        fail_msg("%s: %s", copy, where.text);
    size_t count = advice_collect(facts, list, ADVICE_MOST);
    json_decref(facts);
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].found[0] != '\0');
        /* A remedy is there where one is needed, and only there. */
        assert_int_equal(list[i].remedy[0] != '\0', list[i].state == ADVICE_DISTURBS);
        if (strcmp(list[i].topic, topic) == 0) {
            judged = list[i];
            return (int)list[i].state;
        }
    }
    return ADVICE_MOST;
}

static void finds(const char *text)
{
    if (!strstr(judged.found, text))
        fail_msg("'%s' is not in: %s", text, judged.found);
}

static void mends(const char *text)
{
    if (!strstr(judged.remedy, text))
        fail_msg("'%s' is not in: %s", text, judged.remedy);
}

static void no_fact_is_no_finding(void **state)
{
    (void)state;
    struct advice list[ADVICE_MOST];
    json_t *empty = json_object();
    size_t count = advice_collect(empty, list, ADVICE_MOST);
    assert_true(count > 8);
    for (size_t i = 0; i < count; i++)
        if (list[i].state != ADVICE_UNKNOWN)
            fail_msg("%s: %s", list[i].topic, list[i].found);
    assert_int_equal(advice_collect(empty, list, 3), 3);
    json_decref(empty);
    assert_int_equal(advice_collect(NULL, list, ADVICE_MOST), count);
    assert_string_equal(advice_state_names[ADVICE_UNKNOWN], "unknown");
}

static void unknown_and_odd_facts_are_unknown(void **state)
{
    (void)state;
    const char *facts =
        "{'governor': 'unknown', 'boost': 'unknown', 'virtualisation': {'virtual_machine': 1},"
        " 'cores': {'quota_cpus': 'unknown', 'usable': 'many'}, 'memory': 7,"
        " 'conditions': {'load_average': 'unknown', 'on_battery': 'unknown'},"
        " 'timer': {'clocksource': 'unknown', 'resolution_ns': 'unknown'}}";
    static const char *const topics[] = {"frequency governor",
                                         "boost",
                                         "virtual machine",
                                         "CPU quota",
                                         "load",
                                         "battery",
                                         "clock source",
                                         "memory",
                                         "swap",
                                         "clock resolution",
                                         "transparent huge pages"};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        assert_int_equal(judge(topics[i], facts), ADVICE_UNKNOWN);
}

static void governor(void **state)
{
    (void)state;
    assert_int_equal(judge("frequency governor", "{'governor': 'performance'}"), ADVICE_FINE);
    assert_int_equal(judge("frequency governor", "{'governor': 'powersave'}"), ADVICE_DISTURBS);
    mends("cpupower");
    assert_int_equal(judge("frequency governor", "{'governor': 'performance, schedutil'}"),
                     ADVICE_DISTURBS);
    finds("schedutil");
}

static void boost(void **state)
{
    (void)state;
    assert_int_equal(judge("boost", "{'boost': false}"), ADVICE_FINE);
    assert_int_equal(judge("boost", "{'boost': true}"), ADVICE_DISTURBS);
    mends("cpufreq/boost");
    assert_int_equal(judge("boost", "{'boost': true, 'cpu': {'frequency_driver': 'intel_pstate'}}"),
                     ADVICE_DISTURBS);
    mends("no_turbo");
}

static void virtual_machine(void **state)
{
    (void)state;
    assert_int_equal(judge("virtual machine", "{'virtualisation': {'virtual_machine': false}}"),
                     ADVICE_FINE);
    assert_int_equal(judge("virtual machine", "{'virtualisation': {'virtual_machine': true, "
                                              "'hypervisor': 'KVMKVMKVM'}}"),
                     ADVICE_DISTURBS);
    finds("KVMKVMKVM: its");
}

static void quota(void **state)
{
    (void)state;
    assert_int_equal(judge("CPU quota", "{'cores': {'quota_cpus': 'none'}}"), ADVICE_FINE);
    assert_int_equal(judge("CPU quota", "{'cores': {'quota_cpus': 2.0, 'machine_pus': 8}}"),
                     ADVICE_DISTURBS);
    assert_null(strstr(judged.found, "whole number"));
    assert_int_equal(judge("CPU quota", "{'cores': {'quota_cpus': 1.5, 'machine_pus': 8}}"),
                     ADVICE_DISTURBS);
    finds("1.5 CPUs");
    finds("whole number");
    assert_int_equal(judge("CPU quota", "{'cores': {'quota_cpus': 8.0, 'machine_pus': 8}}"),
                     ADVICE_FINE);
}

static void load(void **state)
{
    (void)state;
    const char *idle = "{'conditions': {'load_average': [0.25, 9, 9]}, 'cores': {'usable': 2}}";
    const char *busy = "{'conditions': {'load_average': [0.5, 0, 0]}, 'cores': {'usable': 2}}";
    const char *large = "{'conditions': {'load_average': [3.0, 0, 0]}, 'cores': {'usable': 64}}";
    assert_int_equal(judge("load", idle), ADVICE_FINE);
    assert_int_equal(judge("load", busy), ADVICE_DISTURBS);
    finds("0.50");
    assert_int_equal(judge("load", large), ADVICE_FINE);
    assert_int_equal(judge("load", "{'conditions': {'load_average': [3.5, 0, 0]}, 'cores': "
                                   "{'usable': 64}}"),
                     ADVICE_DISTURBS);
    assert_int_equal(judge("load", "{'simulated': true, 'conditions': {'load_average': [3.5, 0, "
                                   "0]}, 'cores': {'usable': 64}}"),
                     ADVICE_UNKNOWN);
}

static void battery(void **state)
{
    (void)state;
    assert_int_equal(judge("battery", "{'conditions': {'on_battery': false}}"), ADVICE_FINE);
    assert_int_equal(judge("battery", "{'conditions': {'on_battery': true}}"), ADVICE_DISTURBS);
    mends("plug");
}

static void clock_source(void **state)
{
    (void)state;
    assert_int_equal(judge("clock source", "{'timer': {'clocksource': 'tsc'}}"), ADVICE_FINE);
    assert_int_equal(judge("clock source", "{'timer': {'clocksource': 'arch_sys_counter'}}"),
                     ADVICE_FINE);
    assert_int_equal(judge("clock source", "{'timer': {'clocksource': 'hpet'}}"), ADVICE_DISTURBS);
    finds("hpet");
    assert_int_equal(judge("clock source", "{'timer': {'clocksource': 'sundial'}}"),
                     ADVICE_UNKNOWN);
}

static void clock_resolution(void **state)
{
    (void)state;
    assert_int_equal(judge("clock resolution", "{'timer': {'resolution_ns': 1}}"), ADVICE_FINE);
    assert_int_equal(judge("clock resolution", "{'timer': {'resolution_ns': 4000000}}"),
                     ADVICE_DISTURBS);
    finds("4.00 ms");
}

static void memory_and_swap(void **state)
{
    (void)state;
    assert_int_equal(judge("memory", "{'memory': {'total_bytes': 1000, 'available_bytes': 100}}"),
                     ADVICE_FINE);
    assert_int_equal(judge("memory", "{'memory': {'total_bytes': 1000, 'available_bytes': 99}}"),
                     ADVICE_DISTURBS);
    assert_int_equal(judge("swap", "{'memory': {'swap_bytes': 0}}"), ADVICE_FINE);
    assert_int_equal(judge("swap", "{'memory': {'total_bytes': 1000, 'swap_bytes': 500, "
                                   "'swap_free_bytes': 490}}"),
                     ADVICE_FINE);
    assert_int_equal(judge("swap", "{'memory': {'total_bytes': 1000, 'swap_bytes': 500, "
                                   "'swap_free_bytes': 480}}"),
                     ADVICE_DISTURBS);
    finds("20 B");
}

static void huge_pages(void **state)
{
    (void)state;
    assert_int_equal(
        judge("transparent huge pages", "{'memory': {'transparent_hugepages': 'madvise'}}"),
        ADVICE_FINE);
    assert_int_equal(
        judge("transparent huge pages", "{'memory': {'transparent_hugepages': 'always'}}"),
        ADVICE_DISTURBS);
}

static void hardware_threads_matter_to_pinned_runs(void **state)
{
    (void)state;
    assert_int_equal(judge("hardware threads", "{'cores': {'most_pus_per_core': 2}}"), ADVICE_MOST);
    assert_int_equal(
        judge("hardware threads", "{'cores': {'most_pus_per_core': 2}, 'run': {'pin': 'none'}}"),
        ADVICE_MOST);
    assert_int_equal(
        judge("hardware threads", "{'cores': {'most_pus_per_core': 2}, 'run': {'pin': 'pu'}}"),
        ADVICE_DISTURBS);
    assert_int_equal(
        judge("hardware threads", "{'cores': {'most_pus_per_core': 2}, 'run': {'pin': 'core'}}"),
        ADVICE_FINE);
    assert_int_equal(
        judge("hardware threads", "{'cores': {'most_pus_per_core': 1}, 'run': {'pin': 'pu'}}"),
        ADVICE_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_fact_is_no_finding),
        cmocka_unit_test(unknown_and_odd_facts_are_unknown),
        cmocka_unit_test(governor),
        cmocka_unit_test(boost),
        cmocka_unit_test(virtual_machine),
        cmocka_unit_test(quota),
        cmocka_unit_test(load),
        cmocka_unit_test(battery),
        cmocka_unit_test(clock_source),
        cmocka_unit_test(clock_resolution),
        cmocka_unit_test(memory_and_swap),
        cmocka_unit_test(huge_pages),
        cmocka_unit_test(hardware_threads_matter_to_pinned_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
