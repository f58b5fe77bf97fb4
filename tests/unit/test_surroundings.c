#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "bench/machine/conditions.h"
#include "bench/machine/power.h"
#include "bench/machine/surroundings.h"
#include "tests/unit/fake_root_fixture.h"

#define CPU   "/sys/devices/system/cpu"
#define POWER "/sys/class/power_supply"

static cpu_set_t cpus_of(size_t first, size_t second)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(first, &cpus);
    CPU_SET(second, &cpus);
    return cpus;
}

static struct surroundings_probe *open_probe(void)
{
    cpu_set_t cpus = cpus_of(1, 3);
    struct surroundings_probe *probe = surroundings_open(root.path, &cpus);
    assert_non_null(probe);
    return probe;
}

static struct surroundings look(struct surroundings_probe *probe)
{
    struct surroundings seen;
    surroundings_before(probe, 0);
    surroundings_after(probe, &seen);
    return seen;
}

static struct surroundings look_once(void)
{
    struct surroundings_probe *probe = open_probe();
    struct surroundings seen = look(probe);
    surroundings_close(probe);
    return seen;
}

static void all_unknown(const struct surroundings *seen)
{
    assert_true(seen->running_before == CONDITION_UNKNOWN);
    assert_true(seen->frequency_khz == CONDITION_UNKNOWN);
    assert_true(seen->thermal_events == CONDITION_UNKNOWN);
    assert_true(seen->swapped_pages == CONDITION_UNKNOWN);
    assert_true(seen->on_battery == CONDITION_UNKNOWN);
}

static void nothing_there_is_unknown(void **state)
{
    (void)state;
    struct surroundings seen = look_once();
    all_unknown(&seen);
    seen = look(NULL);
    all_unknown(&seen);
    surroundings_close(NULL);
}

static void running_leaves_the_reader_out(void **state)
{
    (void)state;
    fake_root_write(&root, "/proc/stat",
                    "cpu  1 2\nprocesses 9\nprocs_running 4\nprocs_blocked 7\n");
    assert_int_equal(look_once().running_before, 3);
    fake_root_write(&root, "/proc/stat", "cpu  1 2\nprocs_running 0\n");
    assert_int_equal(look_once().running_before, 0);
    fake_root_write(&root, "/proc/stat", "cpu  1 2\nprocs_running_ever 4\n");
    assert_true(look_once().running_before == CONDITION_UNKNOWN);
}

static void running_is_that_of_before(void **state)
{
    (void)state;
    struct surroundings seen;
    fake_root_write(&root, "/proc/stat", "procs_running 3\n");
    struct surroundings_probe *probe = open_probe();
    surroundings_before(probe, getpid()); /* runs for ever: the wait must end */
    fake_root_write(&root, "/proc/stat", "procs_running 9\n");
    surroundings_after(probe, &seen);
    surroundings_close(probe);
    assert_int_equal(seen.running_before, 2);
}

static void frequency_is_the_mean_of_the_usable_cpus(void **state)
{
    (void)state;
    fake_root_write(&root, CPU "/cpu0/cpufreq/scaling_cur_freq", "9000000\n");
    fake_root_write(&root, CPU "/cpu1/cpufreq/scaling_cur_freq", "1000000\n");
    fake_root_write(&root, CPU "/cpu3/cpufreq/scaling_cur_freq", "2000000\n");
    assert_int_equal(look_once().frequency_khz, 1500000);
    fake_root_write(&root, CPU "/cpu3/cpufreq/scaling_cur_freq", "<unknown>\n");
    assert_int_equal(look_once().frequency_khz, 1000000);
}

static void heat_counts_events_meanwhile(void **state)
{
    (void)state;
    struct surroundings seen;
    fake_root_write(&root, CPU "/cpu0/thermal_throttle/core_throttle_count", "1\n");
    fake_root_write(&root, CPU "/cpu1/thermal_throttle/core_throttle_count", "10\n");
    fake_root_write(&root, CPU "/cpu1/thermal_throttle/package_throttle_count", "100\n");
    fake_root_write(&root, CPU "/cpu3/thermal_throttle/core_throttle_count", "20\n");
    struct surroundings_probe *probe = open_probe();
    assert_int_equal(look(probe).thermal_events, 0);
    surroundings_before(probe, 0);
    fake_root_write(&root, CPU "/cpu0/thermal_throttle/core_throttle_count", "500\n");
    fake_root_write(&root, CPU "/cpu1/thermal_throttle/package_throttle_count", "103\n");
    fake_root_write(&root, CPU "/cpu3/thermal_throttle/core_throttle_count", "24\n");
    surroundings_after(probe, &seen);
    assert_int_equal(seen.thermal_events, 7);
    surroundings_before(probe, 0);
    fake_root_write(&root, CPU "/cpu3/thermal_throttle/core_throttle_count", "3\n");
    surroundings_after(probe, &seen); /* it went back */
    assert_true(seen.thermal_events == CONDITION_UNKNOWN);
    surroundings_close(probe);
}

static void swapping_adds_both_ways(void **state)
{
    (void)state;
    struct surroundings seen;
    fake_root_write(&root, "/proc/vmstat", "nr_free 5\npswpin 10\npswpout 20\npgfault 7\n");
    struct surroundings_probe *probe = open_probe();
    surroundings_before(probe, 0);
    fake_root_write(&root, "/proc/vmstat", "nr_free 9\npswpin 11\npswpout 24\npgfault 99\n");
    surroundings_after(probe, &seen);
    surroundings_close(probe);
    assert_int_equal(seen.swapped_pages, 5);
    fake_root_write(&root, "/proc/vmstat", "nr_free 9\npswpin 11\n");
    assert_true(look_once().swapped_pages == CONDITION_UNKNOWN);
}

static void supply(const char *name, const char *type, const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, POWER "/%s/type", name);
    fake_root_write(&root, path, type);
    snprintf(path, sizeof path, POWER "/%s/%s", name, file);
    fake_root_write(&root, path, text);
}

static uint64_t battery(void)
{
    struct power power;
    power_open(&power, root.path);
    uint64_t on_battery = power_on_battery(&power);
    power_close(&power);
    return on_battery;
}

static void a_desktop_has_no_battery(void **state)
{
    (void)state;
    supply("hid", "Battery\n", "status", "Discharging\n"); /* a mouse */
    fake_root_write(&root, POWER "/hid/scope", "Device\n");
    assert_int_equal(battery(), 0);
}

static void a_laptop_tells_what_it_runs_on(void **state)
{
    (void)state;
    supply("AC", "Mains\n", "online", "1\n");
    supply("BAT0", "Battery\n", "status", "Discharging\n"); /* a weak adapter */
    assert_int_equal(battery(), 0);
    supply("AC", "Mains\n", "online", "0\n");
    assert_int_equal(battery(), 1);
    assert_int_equal(look_once().on_battery, 1);
    supply("BAT0", "Battery\n", "status", "Charging\n"); /* by another socket */
    assert_int_equal(battery(), 0);
    supply("BAT0", "Battery\n", "status", "Unknown\n");
    assert_true(battery() == CONDITION_UNKNOWN);
    supply("BAT0", "Battery\n", "status", "Discharging\n");
    supply("AC", "Mains\n", "online", "?\n");
    assert_true(battery() == CONDITION_UNKNOWN);
}

static void an_open_probe_sees_the_plug_pulled(void **state)
{
    (void)state;
    supply("AC", "Mains\n", "online", "1\n");
    supply("BAT0", "Battery\n", "status", "Full\n");
    struct surroundings_probe *probe = open_probe();
    assert_int_equal(look(probe).on_battery, 0);
    supply("AC", "Mains\n", "online", "0\n");
    supply("BAT0", "Battery\n", "status", "Discharging\n");
    assert_int_equal(look(probe).on_battery, 1);
    surroundings_close(probe);
}

static void a_supply_without_a_type_makes_it_unknown(void **state)
{
    (void)state;
    fake_root_write(&root, POWER "/odd/online", "1\n");
    assert_true(battery() == CONDITION_UNKNOWN);
}

static void many_cpus_are_sampled_evenly(void **state)
{
    (void)state;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (size_t i = 0; i < 256; i++) {
        char path[128], khz[32];
        snprintf(path, sizeof path, CPU "/cpu%zu/cpufreq/scaling_cur_freq", i);
        snprintf(khz, sizeof khz, "%zu\n", 1000000 + 1000 * i);
        fake_root_write(&root, path, khz);
        CPU_SET(i, &cpus);
    }
    struct surroundings_probe *probe = surroundings_open(root.path, &cpus);
    uint64_t khz = look(probe).frequency_khz;
    surroundings_close(probe);
    assert_in_range(khz, 1110000, 1140000); /* the mean of all is 1127500 */
}

static void this_machine_answers_or_says_unknown(void **state)
{
    (void)state;
    struct surroundings_probe *probe = surroundings_open(NULL, NULL);
    struct surroundings seen = look(probe);
    surroundings_close(probe);
    assert_true(seen.running_before == CONDITION_UNKNOWN || seen.running_before < 1000000);
    assert_true(seen.frequency_khz == CONDITION_UNKNOWN || seen.frequency_khz < 100000000);
    assert_true(seen.on_battery == CONDITION_UNKNOWN || seen.on_battery <= 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_there_is_unknown),           TEST(running_leaves_the_reader_out),
        TEST(running_is_that_of_before),          TEST(frequency_is_the_mean_of_the_usable_cpus),
        TEST(heat_counts_events_meanwhile),       TEST(swapping_adds_both_ways),
        TEST(a_desktop_has_no_battery),           TEST(a_laptop_tells_what_it_runs_on),
        TEST(an_open_probe_sees_the_plug_pulled), TEST(a_supply_without_a_type_makes_it_unknown),
        TEST(many_cpus_are_sampled_evenly),       TEST(this_machine_answers_or_says_unknown),
    };
    return cmocka_run_group_tests_name("surroundings", tests, NULL, NULL);
}
