#include "bench/machine/surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/machine/conditions_internal.h"
#include "bench/machine/power.h"
#include "bench/machine/textfile.h"

/* Each CPU takes three descriptors: at most 3/16 of those that the process may have. */
enum { CPUS_MOST = 64, LIMIT_PART = 16 };

struct cpu_files {
    int frequency, core, package; /* descriptors, -1: not there */
};

struct surroundings_probe {
    int stat_fd, vmstat_fd;
    struct power power;
    size_t count;
    struct cpu_files files[CPUS_MOST];
    uint64_t running, thermal, swapped; /* before */
};

static int open_at(const char *root, const char *path)
{
    char full[PATH_MAX];
    int length = snprintf(full, sizeof full, "%s%s", root != NULL ? root : "", path);
    return length > 0 && (size_t)length < sizeof full ? open(full, O_RDONLY | O_CLOEXEC) : -1;
}

static int open_cpu(const char *root, size_t cpu, const char *file)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%zu/%s", cpu, file);
    return open_at(root, path);
}

static size_t cpus_allowed(size_t usable)
{
    struct rlimit limit;
    size_t most = CPUS_MOST;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / LIMIT_PART < most)
        most = limit.rlim_cur / LIMIT_PART;
    return usable < most ? usable : most;
}

static void open_cpus(struct surroundings_probe *probe, const char *root, const cpu_set_t *cpus)
{
    size_t usable = (size_t)CPU_COUNT(cpus), take = cpus_allowed(usable), nth = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE && probe->count < take; cpu++) {
        /* Of the nth usable CPU: is it the first at or past its even share? */
        if (CPU_ISSET(cpu, cpus) && nth++ >= probe->count * usable / take)
            probe->files[probe->count++] = (struct cpu_files){
                .frequency = open_cpu(root, cpu, "cpufreq/scaling_cur_freq"),
                .core = open_cpu(root, cpu, "thermal_throttle/core_throttle_count"),
                .package = open_cpu(root, cpu, "thermal_throttle/package_throttle_count")};
    }
}

struct surroundings_probe *surroundings_open(const char *root, const cpu_set_t *cpus)
{
    cpu_set_t own;
    struct surroundings_probe *probe = calloc(1, sizeof *probe);
    if (!probe)
        return NULL;
    probe->stat_fd = open_at(root, "/proc/stat");
    probe->vmstat_fd = open_at(root, "/proc/vmstat");
    power_open(&probe->power, root);
    CPU_ZERO(&own);
    if (!cpus && sched_getaffinity(0, sizeof own, &own) != 0)
        CPU_ZERO(&own);
    open_cpus(probe, root, cpus ? cpus : &own);
    probe->running = probe->thermal = probe->swapped = CONDITION_UNKNOWN;
    return probe;
}

static void close_file(int fd)
{
    if (fd >= 0)
        close(fd);
}

void surroundings_close(struct surroundings_probe *probe)
{
    if (!probe)
        return;
    close_file(probe->stat_fd);
    close_file(probe->vmstat_fd);
    power_close(&probe->power);
    for (size_t i = 0; i < probe->count; i++) {
        close_file(probe->files[i].frequency);
        close_file(probe->files[i].core);
        close_file(probe->files[i].package);
    }
    free(probe);
}

/* The number that is all of a small file. */
static uint64_t read_number(int fd)
{
    char text[32];
    uint64_t value;
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (got <= 0)
        return CONDITION_UNKNOWN;
    text[got] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return textfile_parse_u64(text, &value) == 0 ? value : CONDITION_UNKNOWN;
}

/* Sum of the lines "KEY VALUE" with these keys. */
struct wanted {
    const char *keys[2];
    uint64_t sum;
    size_t left;
};

static bool take_wanted(const char *line, void *data)
{
    struct wanted *wanted = data;
    for (size_t i = 0; i < 2 && wanted->keys[i]; i++) {
        size_t length = strlen(wanted->keys[i]);
        uint64_t value;
        if (strncmp(line, wanted->keys[i], length) == 0 && line[length] == ' ' &&
            textfile_parse_u64(line + length + 1, &value) == 0) {
            wanted->sum += value;
            wanted->left--;
        }
    }
    return wanted->left > 0;
}

static uint64_t read_sum(int fd, struct wanted wanted)
{
    if (fd < 0 || conditions_lines(fd, take_wanted, &wanted) != 0 || wanted.left > 0)
        return CONDITION_UNKNOWN;
    return wanted.sum;
}

static uint64_t read_running(const struct surroundings_probe *probe)
{
    uint64_t running =
        read_sum(probe->stat_fd, (struct wanted){.keys = {"procs_running"}, .left = 1});
    if (running == CONDITION_UNKNOWN)
        return running;
    return running > 0 ? running - 1 : 0; /* the caller itself */
}

static uint64_t read_swapped(const struct surroundings_probe *probe)
{
    return read_sum(probe->vmstat_fd, (struct wanted){.keys = {"pswpin", "pswpout"}, .left = 2});
}

static uint64_t read_thermal(const struct surroundings_probe *probe)
{
    uint64_t sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < probe->count; i++) {
        const int fds[] = {probe->files[i].core, probe->files[i].package};
        for (size_t n = 0; n < 2; n++) {
            uint64_t events = read_number(fds[n]);
            if (events == CONDITION_UNKNOWN && fds[n] >= 0)
                return CONDITION_UNKNOWN;
            sum += fds[n] >= 0 ? events : 0;
            known += fds[n] >= 0;
        }
    }
    return known > 0 ? sum : CONDITION_UNKNOWN;
}

static uint64_t read_frequency(const struct surroundings_probe *probe)
{
    uint64_t sum = 0, known = 0;
    for (size_t i = 0; i < probe->count; i++) {
        uint64_t khz = read_number(probe->files[i].frequency);
        if (khz != CONDITION_UNKNOWN) {
            sum += khz;
            known++;
        }
    }
    return known > 0 ? sum / known : CONDITION_UNKNOWN;
}

static bool is_running(pid_t process)
{
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    if (textfile_read(NULL, path, text, sizeof text) != 0)
        return false;
    const char *name_end = strrchr(text, ')'); /* a name may hold anything */
    return name_end && strncmp(name_end, ") R", 3) == 0;
}

/* It tells that it is ready before it sleeps, and on a single CPU it may not have run since. */
static void wait_for_sleep(pid_t process)
{
    const struct timespec pause = {.tv_nsec = 50000};
    for (int tries = 0; tries < 40 && is_running(process); tries++)
        nanosleep(&pause, NULL);
}

void surroundings_before(struct surroundings_probe *probe, pid_t image)
{
    if (!probe)
        return;
    probe->thermal = read_thermal(probe);
    probe->swapped = read_swapped(probe);
    if (image > 0)
        wait_for_sleep(image);
    probe->running = read_running(probe);
}

void surroundings_after(struct surroundings_probe *probe, struct surroundings *seen)
{
    *seen = (struct surroundings){.running_before = CONDITION_UNKNOWN,
                                  .frequency_khz = CONDITION_UNKNOWN,
                                  .thermal_events = CONDITION_UNKNOWN,
                                  .swapped_pages = CONDITION_UNKNOWN,
                                  .on_battery = CONDITION_UNKNOWN};
    if (!probe)
        return;
    seen->frequency_khz = read_frequency(probe); /* first: it falls soon after the work */
    seen->running_before = probe->running;
    seen->thermal_events = conditions_change(probe->thermal, read_thermal(probe));
    seen->swapped_pages = conditions_change(probe->swapped, read_swapped(probe));
    seen->on_battery = power_on_battery(&probe->power);
}
