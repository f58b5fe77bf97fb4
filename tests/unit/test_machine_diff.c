/* What differs between two machines: what is told, in which words and order, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/machine_diff.h"

static json_t *a, *b;
static struct machine_diff diff;

static json_t *example(void)
{
    json_error_t why;
    json_t *json = json_load_file(BENCH_SOURCE_DIR "/tests/unit/reference/machine.json", 0, &why);
    if (!json)
        fail_msg("%s", why.text);
    return json;
}

static int start(void **state)
{
    (void)state;
    a = example();
    b = example();
    /* Whatever the load was when the example was made. */
    json_t *both[] = {a, b};
    for (size_t i = 0; i < 2; i++)
        json_object_set_new(json_object_get(both[i], "conditions"), "load_average",
                            json_pack("[f,f,f]", 6.76, 4.2, 3.6));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    machine_diff_free(&diff);
    json_decref(a);
    json_decref(b);
    return 0;
}

static json_t *section(json_t *machine, const char *name)
{
    json_t *found = json_object_get(machine, name);
    assert_true(json_is_object(found));
    return found;
}

static void set(json_t *object, const char *key, json_t *value)
{
    assert_int_equal(json_object_set_new(object, key, value), 0);
}

static void make(void)
{
    machine_diff_free(&diff);
    assert_int_equal(machine_diff_make(&diff, a, b), 0);
}

/* The differences are these paths and no others, in this order. */
static void paths(const char *const *expected, size_t count)
{
    for (size_t i = 0; i < diff.count || i < count; i++) {
        const char *path = i < diff.count ? diff.list[i].path : "nothing";
        const char *wanted = i < count ? expected[i] : "nothing";
        if (strcmp(path, wanted) != 0)
            fail_msg("difference %zu is %s and not %s", i, path, wanted);
    }
}

#define PATHS(...)                                     \
    do {                                               \
        const char *const paths_[] = {__VA_ARGS__};    \
        paths(paths_, sizeof paths_ / sizeof *paths_); \
    } while (0)

static void is(size_t i, const char *label, const char *left, const char *right)
{
    assert_true(i < diff.count);
    assert_string_equal(diff.list[i].label, label);
    assert_string_equal(diff.list[i].a, left);
    assert_string_equal(diff.list[i].b, right);
}

static void test_same(void **state)
{
    (void)state;
    make();
    assert_true(diff.known_a && diff.known_b);
    paths(NULL, 0);
}

static void test_no_business_of_a_ratio(void **state)
{
    (void)state;
    set(b, "host", json_string("other"));
    set(b, "noise", json_pack("{s:f}", "sd", 0.01)); /* told where it is used */
    set(section(b, "run"), "seed", json_integer(7));
    set(section(b, "cpu"), "mhz_now", json_real(3100.5));
    set(section(b, "memory"), "available_bytes", json_integer(1));
    set(section(b, "memory"), "swap_free_bytes", json_integer(1));
    set(section(b, "conditions"), "steal_ns", json_integer(1));
    set(section(b, "conditions"), "throttled_ns", json_integer(1));
    set(section(b, "cores"), "why", json_string("because"));
    set(section(b, "memory"), "total_bytes", json_integer(25276502016 + 4096));
    set(section(b, "limits"), "threads_max", json_integer(192731));
    set(section(b, "conditions"), "load_average", json_pack("[f,f,f]", 6.5, 1.0, 1.0));
    make();
    paths(NULL, 0);
}

static void test_order(void **state)
{
    (void)state;
    set(section(b, "limits"), "open_files", json_integer(1024));
    set(section(b, "build"), "flags", json_string("-O3"));
    set(section(b, "build"), "commit", json_string("abc"));
    set(section(b, "memory"), "total_bytes", json_integer(8LL << 30));
    set(section(b, "virtualisation"), "virtual_machine", json_false());
    set(section(b, "mitigations"), "meltdown", json_string("Mitigation: PTI"));
    set(section(b, "kernel"), "release", json_string("5.10"));
    set(section(b, "kernel"), "sched_autogroup", json_integer(0));
    set(b, "boost", json_true());
    set(b, "governor", json_string("performance"));
    set(section(b, "cores"), "usable", json_integer(4));
    set(section(b, "cpu"), "model", json_string("AMD EPYC"));
    set(b, "fan", json_string("loud"));
    set(section(b, "conditions"), "load_average", json_pack("[f,f,f]", 0.5, 1.0, 1.0));
    json_object_set_new(json_array_get(json_object_get(b, "caches"), 2), "size_bytes",
                        json_integer(1 << 20));
    make();
    PATHS("cpu.model", "cores.usable", "caches", "governor", "boost", "kernel.release",
          "kernel.sched_autogroup", "mitigations.meltdown", "virtualisation.virtual_machine",
          "memory.total_bytes", "build.commit", "build.flags", "limits.open_files",
          "conditions.load_average", "fan");
    is(0, "CPU model", "Intel(R) Xeon(R) Processor", "AMD EPYC");
    is(1, "usable cores", "2", "4");
    is(3, "frequency governor", "unknown", "performance");
    is(4, "boost", "unknown", "yes");
    is(6, "kernel: sched autogroup", "1", "0");
    is(7, "mitigation of meltdown", "Not affected", "Mitigation: PTI");
    is(8, "virtual machine", "yes", "no");
    is(9, "memory", "23.5 GiB", "8.00 GiB");
    is(12, "limit: open files", "20000", "1024");
    is(13, "load before the run", "6.76", "0.5");
    is(14, "fan", "unknown", "loud");
}

static void test_caches(void **state)
{
    (void)state;
    json_array_remove(json_object_get(b, "caches"), 2);
    make();
    PATHS("caches");
    assert_non_null(strstr(diff.list[0].a, "2 x L2 2.00 MiB"));
    assert_null(strstr(diff.list[0].b, "L2"));
}

static void test_flags(void **state)
{
    (void)state;
    json_t *flags = json_object_get(section(b, "cpu"), "flags");
    json_t *more = json_pack("[s,s,s]", "sve", "sve2", "bf16");
    json_array_remove(flags, 0); /* fpu */
    json_array_extend(flags, more);
    json_array_append_new(flags, json_string("i8mm"));
    json_array_append_new(flags, json_string("dit"));
    json_decref(more);
    make();
    PATHS("cpu.flags");
    is(0, "CPU features", "+fpu", "+sve +sve2 +bf16 and 2 more");
    json_array_remove(json_object_get(section(a, "cpu"), "flags"), 0);
    make();
    is(0, "CPU features", "none of its own", "+sve +sve2 +bf16 and 2 more");
    set(section(b, "cpu"), "flags", json_string("unknown"));
    make();
    PATHS("cpu.flags");
    assert_string_equal(diff.list[0].b, "unknown");
    assert_non_null(strstr(diff.list[0].a, " of them"));
}

static void test_flags_in_another_order(void **state)
{
    (void)state;
    json_t *flags = json_object_get(section(b, "cpu"), "flags");
    json_t *one = json_incref(json_array_get(flags, 0));
    json_array_remove(flags, 0);
    json_array_append_new(flags, one);
    make();
    paths(NULL, 0);
}

static void test_numa(void **state)
{
    (void)state;
    json_t *node = json_array_get(json_object_get(section(b, "memory"), "nodes"), 0);
    json_object_set_new(node, "bytes", json_integer(16469143552 + 8192));
    make();
    paths(NULL, 0);
    json_object_set_new(node, "cpus", json_string("0-7"));
    make();
    PATHS("memory.nodes");
    is(0, "memory of the NUMA nodes", "15.3 GiB at CPUs 0-1", "15.3 GiB at CPUs 0-7");
}

static void test_battery(void **state)
{
    (void)state;
    set(section(a, "conditions"), "on_battery", json_false());
    set(section(b, "conditions"), "on_battery", json_true());
    make();
    PATHS("conditions.on_battery");
    is(0, "on battery", "no", "yes");
}

static void test_section_missing(void **state)
{
    (void)state;
    json_object_del(b, "mitigations");
    set(b, "virtualisation", json_string("unknown"));
    json_object_del(b, "governor"); /* unknown on both sides, then */
    make();
    PATHS("mitigations", "virtualisation.virtual_machine", "virtualisation.hypervisor",
          "virtualisation.container", "virtualisation");
    is(0, "mitigations", "19 facts", "unknown");
}

static void test_same_number(void **state)
{
    (void)state;
    set(section(a, "cpu"), "max_mhz", json_real(3000));
    set(section(b, "cpu"), "max_mhz", json_integer(3000));
    make();
    paths(NULL, 0);
    set(section(b, "cpu"), "max_mhz", json_integer(3100));
    make();
    is(0, "highest frequency", "3000 MHz", "3100 MHz");
}

/* The part that differs is shown, wherever it is. */
static void test_long_texts(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'x', sizeof text);
    text[299] = '\0';
    set(section(a, "kernel"), "version", json_string(text));
    text[298] = 'y';
    set(section(b, "kernel"), "version", json_string(text));
    make();
    is(0, "kernel's build", "...xxxxxxxxxxxxx", "...xxxxxxxxxxxxy");
    text[1] = 'z';
    set(section(b, "kernel"), "version", json_string(text));
    make();
    assert_int_equal(strlen(diff.list[0].b), MACHINE_DIFF_VALUE - 1);
    assert_int_equal(strncmp(diff.list[0].b, "xzxx", 4), 0);
}

static void test_hostile(void **state)
{
    (void)state;
    set(b, "\033[2J", json_string("\033]0;x\a\xc3\xa9"));
    set(section(b, "cpu"), "model", json_pack("{s:[i,s]}", "\033", 1, "\x7f"));
    set(b, "caches", json_string("none"));
    set(section(b, "memory"), "nodes", json_pack("[i, n, {}]", 1));
    json_array_append_new(json_object_get(section(b, "cpu"), "flags"), json_string("\033[31m"));
    json_array_append_new(json_object_get(section(b, "cpu"), "flags"), json_integer(3));
    json_array_insert_new(json_object_get(a, "caches"), 0, json_null());
    make();
    PATHS("cpu.model", "cpu.flags", "caches", "memory.nodes", "?[2J");
    for (size_t i = 0; i < diff.count; i++) {
        const char *const texts[] = {diff.list[i].path, diff.list[i].label, diff.list[i].a,
                                     diff.list[i].b};
        for (size_t t = 0; t < 4; t++)
            for (const char *c = texts[t]; *c; c++)
                assert_true(*c >= 0x20 && *c < 0x7f);
    }
}

static void test_many(void **state)
{
    (void)state;
    char key[128];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "a%0100d", i); /* the same for 64 characters */
        set(b, key, json_integer(i));
    }
    set(section(b, "cores"), "usable", json_integer(4));
    make();
    assert_int_equal(diff.count, MACHINE_DIFF_MOST);
    assert_int_equal(diff.count + diff.left_out, 1001);
    assert_string_equal(diff.list[0].path, "cores.usable");
}

static void test_nothing_known(void **state)
{
    (void)state;
    assert_int_equal(machine_diff_make(&diff, NULL, NULL), 0);
    assert_false(diff.known_a || diff.known_b);
    assert_int_equal(diff.count, 0);
    assert_int_equal(machine_diff_make(&diff, a, NULL), 0);
    assert_true(diff.known_a && !diff.known_b);
    assert_int_equal(diff.count, 0);
}

static void test_empty_objects(void **state)
{
    (void)state;
    json_object_clear(a);
    json_object_clear(b);
    make();
    assert_true(diff.known_a && diff.known_b);
    paths(NULL, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_same),
        TEST(test_no_business_of_a_ratio),
        TEST(test_order),
        TEST(test_caches),
        TEST(test_flags),
        TEST(test_flags_in_another_order),
        TEST(test_numa),
        TEST(test_battery),
        TEST(test_section_missing),
        TEST(test_same_number),
        TEST(test_long_texts),
        TEST(test_hostile),
        TEST(test_many),
        TEST(test_nothing_known),
        TEST(test_empty_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
