#include "bench/machine/advice.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/util/units.h"

const char *const advice_state_names[] = {"fine", "disturbs", "unknown", NULL};

/* A load of so many threads was there without the run: more than what a shell and an editor leave
 * behind, and more than a twentieth of the cores. */
#define LOAD_LEAST 0.3
#define LOAD_SHARE 0.05

/* What lies in swap may have to be read back in the middle of a repetition; below 1% of the main
 * memory it is what no program has asked for since it started. */
#define SWAP_SHARE   0.01
#define MEMORY_SHARE 0.10

#define RESOLUTION_NS 1000.0

static const json_t *fact(const json_t *facts, const char *section, const char *key)
{
    const json_t *object = json_object_get(facts, section);
    return key ? json_object_get(object, key) : object;
}

/* The text of a fact that is known; NULL where it is not, or no text. */
static const char *fact_word(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, "unknown") != 0 ? text : NULL;
}

__attribute__((format(printf, 4, 5))) static void
tell(struct advice *advice, enum advice_state state, const char *remedy, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(advice->found, sizeof advice->found, format, args);
    va_end(args);
    advice->state = state;
    advice->remedy = remedy;
}

static void judge_governor(const json_t *facts, struct advice *advice)
{
    const char *governor = fact_word(fact(facts, "governor", NULL));
    if (!governor)
        tell(advice, ADVICE_UNKNOWN, "",
             "the kernel names no governor: what is below it may set the frequency");
    else if (strcmp(governor, "performance") == 0)
        tell(advice, ADVICE_FINE, "", "%s", governor);
    else
        tell(advice, ADVICE_DISTURBS, "sudo cpupower frequency-set -g performance",
             "%s: the frequency follows the load", governor);
}

static void judge_boost(const json_t *facts, struct advice *advice)
{
    const json_t *boost = fact(facts, "boost", NULL);
    const char *driver = fact_word(fact(facts, "cpu", "frequency_driver"));
    bool intel =
        driver && (strcmp(driver, "intel_pstate") == 0 || strcmp(driver, "intel_cpufreq") == 0);
    if (json_is_false(boost))
        tell(advice, ADVICE_FINE, "", "off");
    else if (json_is_true(boost))
        tell(advice, ADVICE_DISTURBS,
             intel ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                   : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost",
             "on: the frequency falls with heat and with the number of busy cores");
    else
        tell(advice, ADVICE_UNKNOWN, "", "the kernel does not say whether the CPU may boost");
}

static void judge_virtual(const json_t *facts, struct advice *advice)
{
    const json_t *virtual_machine = fact(facts, "virtualisation", "virtual_machine");
    const char *hypervisor = fact_word(fact(facts, "virtualisation", "hypervisor"));
    if (json_is_false(virtual_machine))
        tell(advice, ADVICE_FINE, "", "none");
    else if (json_is_true(virtual_machine))
        tell(advice, ADVICE_DISTURBS,
             "measure on the machine itself, or repeat over time (--invocations) and trust only "
             "what is compared inside one run",
             "%s%sits host may take CPUs and share caches, and hardware counters may lack",
             hypervisor ? hypervisor : "", hypervisor ? ": " : "");
    else
        tell(advice, ADVICE_UNKNOWN, "", "this processor does not say");
}

static void judge_quota(const json_t *facts, struct advice *advice)
{
    const json_t *quota = fact(facts, "cores", "quota_cpus");
    const json_t *machine = fact(facts, "cores", "machine_pus");
    const char *word = fact_word(quota);
    double cpus = json_number_value(quota);
    if (word && strcmp(word, "none") == 0)
        tell(advice, ADVICE_FINE, "", "none");
    else if (!json_is_number(quota))
        tell(advice, ADVICE_UNKNOWN, "", "no CPU quota is recorded");
    else if (json_is_integer(machine) && cpus >= json_number_value(machine))
        tell(advice, ADVICE_FINE, "", "%g CPUs, no less than the machine has", cpus);
    else
        tell(advice, ADVICE_DISTURBS,
             "raise or lift the quota (cpu.max of the group, --cpus of a container), or use fewer "
             "--workers than it allows",
             "%g CPUs: who uses more is stopped for the rest of the period%s", cpus,
             cpus > floor(cpus) ? "; it is no whole number, so even one worker per "
                                  "usable core is"
                                : "");
}

static void judge_load(const json_t *facts, struct advice *advice)
{
    const json_t *averages = fact(facts, "conditions", "load_average");
    const json_t *minute = json_array_get(averages, 0);
    const json_t *usable = fact(facts, "cores", "usable");
    double load = json_number_value(minute), cores = json_number_value(usable);
    double limit = cores * LOAD_SHARE > LOAD_LEAST ? cores * LOAD_SHARE : LOAD_LEAST;
    if (!json_is_number(minute) || !json_is_number(usable))
        tell(advice, ADVICE_UNKNOWN, "", "no load average is recorded");
    else if (json_is_true(fact(facts, "simulated", NULL)))
        tell(advice, ADVICE_UNKNOWN, "", "%.2f, but the cores are simulated", load);
    else if (load <= limit)
        tell(advice, ADVICE_FINE, "", "%.2f over the last minute", load);
    else
        tell(advice, ADVICE_DISTURBS, "close other programs, or wait until they are done",
             "%.2f over the last minute, on %.0f usable cores", load, cores);
}

static void judge_battery(const json_t *facts, struct advice *advice)
{
    const json_t *battery = fact(facts, "conditions", "on_battery");
    if (json_is_false(battery))
        tell(advice, ADVICE_FINE, "", "not in use");
    else if (json_is_true(battery))
        tell(advice, ADVICE_DISTURBS, "plug the machine in",
             "in use: the frequency is held low to save it");
    else
        tell(advice, ADVICE_UNKNOWN, "", "the machine does not say what it runs on");
}

static bool is_among(const char *word, const char *const *list)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

/* What the C library reads without a system call (the kernel's vdso), and what it does not. */
static void judge_clock(const json_t *facts, struct advice *advice)
{
    static const char *const fast[] = {
        "tsc",      "arch_sys_counter", "riscv_clocksource",           "tod",
        "timebase", "kvm-clock",        "hyperv_clocksource_tsc_page", NULL};
    static const char *const slow[] = {"hpet", "acpi_pm", "jiffies", "refined-jiffies",
                                       "pit",  NULL};
    const char *source = fact_word(fact(facts, "timer", "clocksource"));
    if (!source)
        tell(advice, ADVICE_UNKNOWN, "", "the kernel does not name its clock source");
    else if (is_among(source, fast))
        tell(advice, ADVICE_FINE, "", "%s", source);
    else if (is_among(source, slow))
        tell(advice, ADVICE_DISTURBS,
             "see `dmesg | grep -i tsc` for why; where it was in error, boot with tsc=reliable",
             "%s: a reading is coarse and takes a system call", source);
    else
        tell(advice, ADVICE_UNKNOWN, "", "how fast %s is read is not known", source);
}

static void judge_resolution(const json_t *facts, struct advice *advice)
{
    const json_t *resolution = fact(facts, "timer", "resolution_ns");
    char time[32];
    double ns = json_number_value(resolution);
    units_human_time(time, sizeof time, ns);
    if (!json_is_number(resolution))
        tell(advice, ADVICE_UNKNOWN, "", "the clock's resolution is not recorded");
    else if (ns <= RESOLUTION_NS)
        tell(advice, ADVICE_FINE, "", "%s", time);
    else
        tell(advice, ADVICE_DISTURBS,
             "a kernel with high-resolution timers (CONFIG_HIGH_RES_TIMERS, no highres=off)",
             "%s: short tasks and waits are whole steps of it", time);
}

static void judge_memory(const json_t *facts, struct advice *advice)
{
    const json_t *total = fact(facts, "memory", "total_bytes");
    const json_t *available = fact(facts, "memory", "available_bytes");
    char left[32], all[32];
    units_human_size(left, sizeof left, json_number_value(available));
    units_human_size(all, sizeof all, json_number_value(total));
    if (!json_is_integer(total) || !json_is_integer(available))
        tell(advice, ADVICE_UNKNOWN, "", "it is not recorded how much is available");
    else if (json_number_value(available) >= MEMORY_SHARE * json_number_value(total))
        tell(advice, ADVICE_FINE, "", "%s of %s available", left, all);
    else
        tell(advice, ADVICE_DISTURBS, "close other programs",
             "only %s of %s available: the machine may begin to swap", left, all);
}

static void judge_swap(const json_t *facts, struct advice *advice)
{
    const json_t *total = fact(facts, "memory", "total_bytes");
    const json_t *swap = fact(facts, "memory", "swap_bytes");
    const json_t *unused = fact(facts, "memory", "swap_free_bytes");
    char used[32];
    double bytes = json_number_value(swap) - json_number_value(unused);
    units_human_size(used, sizeof used, bytes);
    if (json_is_integer(swap) && json_integer_value(swap) == 0)
        tell(advice, ADVICE_FINE, "", "there is none");
    else if (!json_is_integer(swap) || !json_is_integer(unused) || !json_is_integer(total))
        tell(advice, ADVICE_UNKNOWN, "", "it is not recorded how much is in use");
    else if (bytes <= SWAP_SHARE * json_number_value(total))
        tell(advice, ADVICE_FINE, "", "%s in use", used);
    else
        tell(advice, ADVICE_DISTURBS,
             "close other programs, then sudo swapoff -a && sudo swapon -a",
             "%s in use: it may be read back during a repetition", used);
}

static void judge_huge_pages(const json_t *facts, struct advice *advice)
{
    const char *mode = fact_word(fact(facts, "memory", "transparent_hugepages"));
    if (!mode)
        tell(advice, ADVICE_UNKNOWN, "", "the kernel does not say when it makes them");
    else if (strcmp(mode, "always") != 0)
        tell(advice, ADVICE_FINE, "", "%s", mode);
    else
        tell(advice, ADVICE_DISTURBS,
             "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
             "always: what gets one depends on how scattered the free memory is just then");
}

/* What a run was pinned to is in its machine.json; without that, nothing is pinned yet. */
static bool is_pinned(const json_t *facts)
{
    const char *pin = fact_word(fact(facts, "run", "pin"));
    return pin && strcmp(pin, "none") != 0;
}

static void judge_smt(const json_t *facts, struct advice *advice)
{
    const json_t *siblings = fact(facts, "cores", "most_pus_per_core");
    const char *pin = fact_word(fact(facts, "run", "pin"));
    if (!json_is_integer(siblings))
        tell(advice, ADVICE_UNKNOWN, "", "hardware threads per core are not recorded");
    else if (json_integer_value(siblings) <= 1)
        tell(advice, ADVICE_FINE, "", "one hardware thread per core");
    else if (pin && strcmp(pin, "pu") == 0)
        tell(advice, ADVICE_DISTURBS,
             "--pin core with no more --workers than cores, or echo off | sudo tee "
             "/sys/devices/system/cpu/smt/control",
             "workers that are pinned to hardware threads of one core share its units");
    else
        tell(advice, ADVICE_FINE, "", "%lld hardware threads per core, workers have whole cores",
             (long long)json_integer_value(siblings));
}

static const struct topic {
    const char *name;
    void (*judge)(const json_t *facts, struct advice *advice);
    bool (*applies)(const json_t *facts); /* NULL: always */
} topics[] = {
    {"frequency governor", judge_governor, NULL},
    {"boost", judge_boost, NULL},
    {"virtual machine", judge_virtual, NULL},
    {"CPU quota", judge_quota, NULL},
    {"load", judge_load, NULL},
    {"battery", judge_battery, NULL},
    {"clock source", judge_clock, NULL},
    {"clock resolution", judge_resolution, NULL},
    {"memory", judge_memory, NULL},
    {"swap", judge_swap, NULL},
    {"transparent huge pages", judge_huge_pages, NULL},
    {"hardware threads", judge_smt, is_pinned},
};
_Static_assert(sizeof topics / sizeof *topics <= ADVICE_MOST, "ADVICE_MOST is always enough");

size_t advice_collect(const json_t *facts, struct advice *list, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof topics / sizeof *topics && count < room; i++) {
        if (topics[i].applies && !topics[i].applies(facts))
            continue;
        list[count] = (struct advice){.topic = topics[i].name};
        topics[i].judge(facts, &list[count++]);
    }
    return count;
}
