#include "bench/machine/conditions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/conditions_internal.h"
#include "bench/util/clock.h"

void conditions_open_at(struct conditions_probe *probe, const char *root)
{
    char path[PATH_MAX];
    const char *prefix = root != NULL ? root : "";
    int length = snprintf(path, sizeof(path), "%s/proc/stat", prefix);
    bool fits = length > 0 && (size_t)length < sizeof(path);
    probe->stat_fd = fits ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    bool v1 = false;
    probe->throttle_fd = cgroup_open_cpu_stat(root, &v1);
    probe->throttle_v1 = v1;
    if (sched_getaffinity(0, sizeof(probe->cpus), &probe->cpus) != 0)
        CPU_ZERO(&probe->cpus);
}

void conditions_open(struct conditions_probe *probe)
{
    conditions_open_at(probe, NULL);
}

/* Small, because the pages of the stack that it touches are copied by every later fork. */
enum { PIECE = 1024 };

static ssize_t read_piece(int fd, char *text, size_t size, off_t at)
{
    ssize_t got;
    do
        got = pread(fd, text, size, at);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int conditions_lines(int fd, conditions_take take, void *data)
{
    char text[PIECE];
    size_t used = 0;
    bool cut = false; /* the line's start was taken already */
    off_t at = 0;
    for (;;) {
        ssize_t got = read_piece(fd, text + used, sizeof(text) - 1 - used, at);
        if (got < 0)
            return (int)got;
        at += got;
        used += (size_t)got;
        text[used] = '\0';
        char *line = text;
        for (char *end; (end = memchr(line, '\n', (size_t)(text + used - line))) != NULL;) {
            *end = '\0';
            if (!cut && !take(line, data))
                return 0;
            cut = false;
            line = end + 1;
        }
        used = (size_t)(text + used - line);
        bool last = got == 0, full = used == sizeof(text) - 1;
        if ((last || full) && used > 0 && !cut && !take(line, data))
            return 0;
        if (last)
            return 0;
        cut = cut || full;
        used = cut ? 0 : used;
        memmove(text, line, used);
    }
}

struct cpu_times {
    const cpu_set_t *cpus;
    uint64_t steal, busy; /* ticks */
    bool steal_known;
    int seen; /* how many of cpus */
};

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };

static size_t parse_fields(const char *text, uint64_t fields[FIELDS])
{
    size_t count = 0;
    for (char *end; count < FIELDS; text = end) {
        fields[count] = strtoull(text, &end, 10);
        if (end == text)
            break;
        count++;
    }
    return count;
}

/* proc(5): "cpuN user nice system idle iowait irq softirq steal guest guest_nice", in ticks; the
 * line without a number comes first and adds all up; guests are in user and nice already. */
static bool take_cpu_line(const char *line, void *data)
{
    struct cpu_times *times = data;
    uint64_t fields[FIELDS];
    char *rest;
    if (strncmp(line, "cpu", 3) != 0)
        return false;
    if (line[3] == ' ') {
        times->steal_known = parse_fields(line + 3, fields) == FIELDS;
        times->steal = fields[STEAL];
        return true;
    }
    unsigned long cpu = strtoul(line + 3, &rest, 10);
    if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, times->cpus) &&
        parse_fields(rest, fields) > (size_t)SOFTIRQ) {
        times->busy += fields[USER] + fields[NICE] + fields[SYSTEM] + fields[IRQ] + fields[SOFTIRQ];
        times->seen++;
    }
    return true;
}

static void read_times(const struct conditions_probe *probe, struct conditions *now)
{
    struct cpu_times times = {.cpus = &probe->cpus};
    long per_second = sysconf(_SC_CLK_TCK);
    now->steal_ns = now->busy_ns = CONDITION_UNKNOWN;
    if (probe->stat_fd < 0 || per_second <= 0 ||
        conditions_lines(probe->stat_fd, take_cpu_line, &times) != 0)
        return;
    uint64_t tick_ns = NS_PER_SECOND / (uint64_t)per_second;
    if (times.steal_known)
        now->steal_ns = times.steal * tick_ns;
    /* Without one of them (offline meanwhile) the sum would be another one's. */
    if (times.seen > 0 && times.seen == CPU_COUNT(&probe->cpus))
        now->busy_ns = times.busy * tick_ns;
}

struct throttling {
    const char *key;
    uint64_t value;
};

static bool take_throttling(const char *line, void *data)
{
    struct throttling *throttling = data;
    size_t length = strlen(throttling->key);
    if (strncmp(line, throttling->key, length) != 0 ||
        sscanf(line + length, "%" SCNu64, &throttling->value) != 1)
        return true;
    return false;
}

static uint64_t read_throttled(int fd, int v1)
{
    struct throttling found = {v1 ? "throttled_time " : "throttled_usec ", CONDITION_UNKNOWN};
    if (fd < 0 || conditions_lines(fd, take_throttling, &found) != 0 ||
        found.value == CONDITION_UNKNOWN)
        return CONDITION_UNKNOWN;
    return v1 ? found.value : found.value * 1000;
}

void conditions_read(const struct conditions_probe *probe, struct conditions *now)
{
    read_times(probe, now);
    now->throttled_ns = read_throttled(probe->throttle_fd, probe->throttle_v1);
}

void conditions_close(struct conditions_probe *probe)
{
    if (probe->stat_fd >= 0)
        close(probe->stat_fd);
    if (probe->throttle_fd >= 0)
        close(probe->throttle_fd);
    probe->stat_fd = -1;
    probe->throttle_fd = -1;
}

/* Counters that went back (a CPU taken offline, a changed group) tell nothing. */
uint64_t conditions_change(uint64_t before, uint64_t after)
{
    if (before == CONDITION_UNKNOWN || after == CONDITION_UNKNOWN || after < before)
        return CONDITION_UNKNOWN;
    return after - before;
}

struct conditions conditions_delta(const struct conditions *before, const struct conditions *after)
{
    return (struct conditions){
        .steal_ns = conditions_change(before->steal_ns, after->steal_ns),
        .throttled_ns = conditions_change(before->throttled_ns, after->throttled_ns),
        .busy_ns = conditions_change(before->busy_ns, after->busy_ns),
    };
}

uint64_t conditions_others(uint64_t busy_ns, uint64_t own_ns)
{
    if (busy_ns == CONDITION_UNKNOWN || own_ns == CONDITION_UNKNOWN)
        return CONDITION_UNKNOWN;
    return busy_ns > own_ns ? busy_ns - own_ns : 0;
}
