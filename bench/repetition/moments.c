#include "bench/repetition/moments.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/util/clock.h"

enum { LOOKS = 4 };

static uint64_t cpu_ns(void)
{
    struct timespec time;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 ? clock_ns(time) : 0;
}

/* The three numbers of schedstat. By hand: a thread's stack, which scanf() would take 2 KiB of, is
 * memory that is looked at. */
static bool parse_counters(const char *text, uint64_t numbers[3])
{
    for (int i = 0; i < 3; i++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        for (numbers[i] = 0; *text >= '0' && *text <= '9'; text++) {
            numbers[i] = 10 * numbers[i] + (uint64_t)(*text - '0');
        }
        text += *text == ' ';
    }
    return true;
}

/* Of schedstat the running time is not taken: it may lag by a tick. */
static bool read_counters(uint64_t *ready_ns, uint64_t *turns, uint64_t *blocks)
{
    char text[96];
    struct rusage usage;
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0 || getrusage(RUSAGE_THREAD, &usage) != 0) {
        return false;
    }
    text[got] = '\0';
    *blocks = (uint64_t)usage.ru_nvcsw;
    uint64_t numbers[3];
    if (!parse_counters(text, numbers)) {
        return false;
    }
    *ready_ns = numbers[1];
    *turns = numbers[2];
    return true;
}

void moments_begin(struct moments *moments, bool loop)
{
    *moments = (struct moments){.loop = loop, .all = loop ? MOMENTS_ALL_LOOP : MOMENTS_ALL};
    moments_forget(moments);
    moments_go_on(moments);
}

void moments_go_on(struct moments *moments)
{
    moments->running_ns = cpu_ns();
    moments->now_ns = clock_now_ns();
}

void moments_forget(struct moments *moments)
{
    moments->counters = read_counters(&moments->ready_ns, &moments->turns, &moments->blocks);
}

/* Others had the CPU since the last look. */
static bool was_away(const struct moments *moments)
{
    struct moments now = *moments;
    moments_go_on(&now);
    return now.now_ns - moments->now_ns >= now.running_ns - moments->running_ns + MOMENTS_GAP_NS;
}

/* From the last look to now, but for what a gap in it was. */
static void look(struct moments *moments, const struct moments *before, struct segment *segment)
{
    moments_go_on(moments);
    const uint64_t length = moments->now_ns - before->now_ns;
    const uint64_t ran = moments->running_ns - before->running_ns;
    *segment = (struct segment){.from_ns = before->now_ns,
                                .to_ns = moments->now_ns,
                                .running_ns = ran < length ? ran : length,
                                .joined = 1};
}

uint64_t moments_cut(struct moments *moments, struct segment *segment)
{
    const struct moments before = *moments;
    uint64_t gap = 0;
    /* Where the thread lost its CPU between the clocks and the counters, these hold a wait that is
     * none of the segment's: it would be taken from the time that it was blocked. */
    for (int looks = 0; looks < LOOKS; looks++) {
        look(moments, &before, segment);
        gap = segment->to_ns - segment->from_ns - segment->running_ns;
        if (gap < MOMENTS_GAP_NS) {
            return 0;
        }
        moments_forget(moments);
        if (!was_away(moments)) {
            break;
        }
    }
    if (!before.counters || !moments->counters) {
        return 0;
    }
    const uint64_t ready = moments->ready_ns - before.ready_ns;
    segment->ready_ns = ready < gap ? ready : gap;
    segment->blocked_ns = moments->blocks != before.blocks ? gap - segment->ready_ns : 0;
    return moments->turns - before.turns;
}
