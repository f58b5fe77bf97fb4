#include "bench/machine/counters.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counter_open(uint64_t event)
{
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = PERF_TYPE_HARDWARE;
    attr.config = event;
    attr.inherit = 1;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t counter_read(int fd)
{
    struct {
        uint64_t value, enabled, running;
    } got;
    /* A counter that had to share the hardware was not always on: its value
     * would have to be scaled up, and that is a guess. */
    if (fd < 0 || read(fd, &got, sizeof got) != (ssize_t)sizeof got || got.running != got.enabled ||
        got.enabled == 0) {
        return COUNTER_UNKNOWN;
    }
    return got.value;
}

void counters_open(struct counters *counters)
{
    counters->instructions_fd = counter_open(PERF_COUNT_HW_INSTRUCTIONS);
    counters->misses_fd = counter_open(PERF_COUNT_HW_CACHE_MISSES);
}

void counters_read(const struct counters *counters, uint64_t *instructions, uint64_t *misses)
{
    *instructions = counter_read(counters->instructions_fd);
    *misses = counter_read(counters->misses_fd);
}

void counters_close(struct counters *counters)
{
    if (counters->instructions_fd >= 0) {
        close(counters->instructions_fd);
    }
    if (counters->misses_fd >= 0) {
        close(counters->misses_fd);
    }
}
