/* facts_system.c - the kernel, its clock, memory, limits and load. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "bench/machine/cgroup.h"
#include "bench/machine/conditions_internal.h"
#include "bench/machine/facts.h"
#include "bench/machine/power.h"
#include "bench/machine/textfile.h"

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

static const struct fact kernel_facts[] = {
    {"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", FACT_NUMBER},
    {"io_uring_disabled", "/proc/sys/kernel/io_uring_disabled", FACT_NUMBER},
    {"sched_autogroup", "/proc/sys/kernel/sched_autogroup_enabled", FACT_NUMBER},
    {"numa_balancing", "/proc/sys/kernel/numa_balancing", FACT_NUMBER},
};

/* The value of NAME="value" in os-release(5). */
static json_t *distribution(const char *root)
{
    FILE *stream = textfile_open(root, "/etc/os-release");
    if (stream == NULL)
        return fact_text(NULL);
    char *line = NULL, name[256] = "";
    size_t room = 0;
    while (getline(&line, &room, stream) > 0)
        if (sscanf(line, "PRETTY_NAME=\"%255[^\"\n]", name) == 1 ||
            sscanf(line, "PRETTY_NAME=%255[^\"\n]", name) == 1)
            break;
    free(line);
    fclose(stream);
    return fact_text(name);
}

json_t *facts_kernel(const char *root)
{
    json_t *kernel = json_object();
    struct utsname system;
    bool known = uname(&system) == 0;
    fact_set(kernel, "name", known ? fact_text(system.sysname) : NULL);
    fact_set(kernel, "release", known ? fact_text(system.release) : NULL);
    fact_set(kernel, "version", known ? fact_text(system.version) : NULL);
    fact_set(kernel, "distribution", distribution(root));
#ifdef __GLIBC__
    fact_set(kernel, "libc", json_sprintf("glibc %s", gnu_get_libc_version()));
#else
    fact_set(kernel, "libc", NULL);
#endif
    fact_set_files(kernel, root, kernel_facts, COUNT_OF(kernel_facts));
    return kernel;
}

static const struct fact timer_facts[] = {
    {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", FACT_TEXT},
};

json_t *facts_timer(const char *root)
{
    json_t *timer = json_object();
    struct timespec step;
    fact_set_files(timer, root, timer_facts, COUNT_OF(timer_facts));
    fact_set(timer, "resolution_ns",
             clock_getres(CLOCK_MONOTONIC, &step) == 0
                 ? json_integer((json_int_t)step.tv_sec * 1000000000 + step.tv_nsec)
                 : NULL);
    int slack = prctl(PR_GET_TIMERSLACK);
    fact_set(timer, "slack_ns", slack >= 0 ? json_integer(slack) : NULL);
    return timer;
}

static const struct {
    const char *key, *name;
} meminfo_fields[] = {
    {"total_bytes", "MemTotal"},
    {"available_bytes", "MemAvailable"},
    {"swap_bytes", "SwapTotal"},
    {"swap_free_bytes", "SwapFree"},
};

static const struct fact memory_facts[] = {
    {"transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled", FACT_BRACKETED},
    {"overcommit", "/proc/sys/vm/overcommit_memory", FACT_NUMBER},
};

static void add_meminfo(json_t *memory, const char *root)
{
    for (size_t i = 0; i < COUNT_OF(meminfo_fields); i++)
        fact_set(memory, meminfo_fields[i].key, NULL);
    FILE *stream = textfile_open(root, "/proc/meminfo");
    if (stream == NULL)
        return;
    char *line = NULL, name[64];
    size_t room = 0;
    while (getline(&line, &room, stream) > 0) {
        long long kib;
        if (sscanf(line, "%63[^:]: %lld kB", name, &kib) != 2)
            continue;
        for (size_t i = 0; i < COUNT_OF(meminfo_fields); i++)
            if (strcmp(name, meminfo_fields[i].name) == 0)
                fact_set(memory, meminfo_fields[i].key, json_integer((json_int_t)kib * 1024));
    }
    free(line);
    fclose(stream);
}

/* A cgroup's limit, or "unlimited". Version 1 has no word for that: it shows the largest
 * multiple of the page size that a long holds (PAGE_COUNTER_MAX of the kernel). */
static json_t *cgroup_fact(const char *root, const char *controller, const char *v1_file,
                           const char *v2_file)
{
    uint64_t limit;
    if (cgroup_limit(root, controller, v1_file, v2_file, &limit) != 0)
        return fact_text(NULL);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (limit >= (uint64_t)LONG_MAX / page * page)
        return fact_text("unlimited");
    return json_integer((json_int_t)limit);
}

json_t *facts_memory(const char *root)
{
    json_t *memory = json_object();
    add_meminfo(memory, root);
    fact_set(memory, "page_bytes", json_integer(sysconf(_SC_PAGESIZE)));
    fact_set_files(memory, root, memory_facts, COUNT_OF(memory_facts));
    fact_set(memory, "cgroup_limit_bytes",
             cgroup_fact(root, "memory", "memory.limit_in_bytes", "memory.max"));
    return memory;
}

static const struct {
    const char *key;
    __rlimit_resource_t resource;
} rlimits[] = {
    {"processes", RLIMIT_NPROC},
    {"open_files", RLIMIT_NOFILE},
    {"locked_memory_bytes", RLIMIT_MEMLOCK},
    {"stack_bytes", RLIMIT_STACK},
};

static const struct fact limit_facts[] = {
    {"pid_max", "/proc/sys/kernel/pid_max", FACT_NUMBER},
    {"threads_max", "/proc/sys/kernel/threads-max", FACT_NUMBER},
    {"max_map_count", "/proc/sys/vm/max_map_count", FACT_NUMBER},
};

json_t *facts_limits(const char *root)
{
    json_t *limits = json_object();
    for (size_t i = 0; i < COUNT_OF(rlimits); i++) {
        struct rlimit limit;
        json_t *value = NULL;
        if (getrlimit(rlimits[i].resource, &limit) == 0)
            value = limit.rlim_cur == RLIM_INFINITY ? fact_text("unlimited")
                                                    : json_integer((json_int_t)limit.rlim_cur);
        fact_set(limits, rlimits[i].key, value);
    }
    fact_set_files(limits, root, limit_facts, COUNT_OF(limit_facts));
    fact_set(limits, "cgroup_pids", cgroup_fact(root, "pids", "pids.max", "pids.max"));
    return limits;
}

static json_t *condition_fact(uint64_t value)
{
    return value != CONDITION_UNKNOWN ? json_integer((json_int_t)value) : NULL;
}

json_t *facts_conditions(const char *root)
{
    json_t *facts = json_object();
    char text[128];
    double load[3];
    bool known = textfile_read(root, "/proc/loadavg", text, sizeof(text)) == 0 &&
                 sscanf(text, "%lf %lf %lf", &load[0], &load[1], &load[2]) == 3;
    fact_set(facts, "load_average", known ? json_pack("[f,f,f]", load[0], load[1], load[2]) : NULL);

    struct conditions_probe probe;
    struct conditions now;
    conditions_open_at(&probe, root);
    conditions_read(&probe, &now);
    conditions_close(&probe);
    fact_set(facts, "steal_ns", condition_fact(now.steal_ns));
    fact_set(facts, "throttled_ns", condition_fact(now.throttled_ns));

    struct power power;
    power_open(&power, root);
    uint64_t battery = power_on_battery(&power);
    power_close(&power);
    fact_set(facts, "on_battery", battery != CONDITION_UNKNOWN ? json_boolean(battery == 1) : NULL);
    return facts;
}
