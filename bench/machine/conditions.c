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
}

void conditions_open(struct conditions_probe *probe)
{
    conditions_open_at(probe, NULL);
}

static int read_start(int fd, char *text, size_t size)
{
    if (fd < 0)
        return -EBADF;
    ssize_t got;
    do
        got = pread(fd, text, size - 1, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    text[got] = '\0';
    return 0;
}

/* proc(5): "cpu  user nice system idle iowait irq softirq steal ...", in clock ticks. */
static uint64_t read_steal(int fd)
{
    char text[512];
    uint64_t ticks;
    if (read_start(fd, text, sizeof(text)) != 0 ||
        sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) != 1)
        return CONDITION_UNKNOWN;
    long per_second = sysconf(_SC_CLK_TCK);
    if (per_second <= 0)
        return CONDITION_UNKNOWN;
    return ticks * (NS_PER_SECOND / (uint64_t)per_second);
}

static uint64_t read_throttled(int fd, int v1)
{
    char text[1024];
    if (read_start(fd, text, sizeof(text)) != 0)
        return CONDITION_UNKNOWN;
    const char *key = v1 ? "throttled_time " : "throttled_usec ";
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        uint64_t value;
        if (strncmp(line, key, strlen(key)) == 0 &&
            sscanf(line + strlen(key), "%" SCNu64, &value) == 1)
            return v1 ? value : value * 1000;
    }
    return CONDITION_UNKNOWN;
}

void conditions_read(const struct conditions_probe *probe, struct conditions *now)
{
    now->steal_ns = read_steal(probe->stat_fd);
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
static uint64_t delta(uint64_t before, uint64_t after)
{
    if (before == CONDITION_UNKNOWN || after == CONDITION_UNKNOWN || after < before)
        return CONDITION_UNKNOWN;
    return after - before;
}

struct conditions conditions_delta(const struct conditions *before, const struct conditions *after)
{
    return (struct conditions){
        .steal_ns = delta(before->steal_ns, after->steal_ns),
        .throttled_ns = delta(before->throttled_ns, after->throttled_ns),
    };
}
