#include "bench/repetition/segments.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/repetition/shared.h"

/* Two neighbours are alike where so much time, or such a share of the shorter one, would be told at
 * the wrong moment if they were one. */
#define ALIKE_NS    5000.0
#define ALIKE_SHARE 0.05

const char *const doing_names[DOING_COUNT] = {
    "computing", "sleep", "open", "read",    "write", "fsync",  "close", "accept",  "receive",
    "send",      "yield", "lock", "acquire", "await", "arrive", "wait",  "several",
};

enum doing doing_of(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_SLEEP:
        return DOING_SLEEP;
    case OPERATION_ACCEPT:
        return DOING_ACCEPT;
    case OPERATION_RECEIVE:
        return DOING_RECEIVE;
    case OPERATION_SEND:
        return DOING_SEND;
    case OPERATION_OPEN:
        return DOING_OPEN;
    case OPERATION_READ:
        return DOING_READ;
    case OPERATION_WRITE:
        return DOING_WRITE;
    case OPERATION_FSYNC:
        return DOING_FSYNC;
    case OPERATION_CLOSE:
        return DOING_CLOSE;
    default:
        return DOING_COMPUTING;
    }
}

size_t segments_most(const struct request *request)
{
    if (!request->observed || request->shared_stack || request->tasks == 0 ||
        request->tasks > SEGMENTS_TASKS) {
        return 0;
    }
    size_t most = (size_t)(SEGMENTS_ALL / request->tasks);
    return most > SEGMENTS_MOST ? SEGMENTS_MOST : most < SEGMENTS_LEAST ? SEGMENTS_LEAST : most;
}

size_t segments_bytes(uint64_t tasks, size_t most)
{
    return tasks * (sizeof(struct segments_head) + most * sizeof(struct segment));
}

static size_t head_at(const struct shared *shared, uint64_t task)
{
    return shared->segments_at + task * sizeof(struct segments_head);
}

static size_t segment_at(const struct shared *shared, uint64_t task, size_t index)
{
    return shared->segments_at + shared->request.tasks * sizeof(struct segments_head) +
           (task * shared->segments_most + index) * sizeof(struct segment);
}

/* --- joining --- */

static double length_of(const struct segment *segment)
{
    return (double)(segment->to_ns - segment->from_ns);
}

/* How much of its time the shares of both together would tell in another state. */
static double displaced(const struct segment *one, const struct segment *both)
{
    const double scale = length_of(one) / length_of(both);
    const double running = fabs((double)one->running_ns - (double)both->running_ns * scale);
    const double ready = fabs((double)one->ready_ns - (double)both->ready_ns * scale);
    const double blocked = fabs((double)one->blocked_ns - (double)both->blocked_ns * scale);
    return (running + ready + blocked) / 2;
}

static struct segment join(const struct segment *a, const struct segment *b)
{
    return (struct segment){.from_ns = a->from_ns,
                            .to_ns = b->to_ns,
                            .running_ns = a->running_ns + b->running_ns,
                            .ready_ns = a->ready_ns + b->ready_ns,
                            .blocked_ns = a->blocked_ns + b->blocked_ns,
                            .doing = a->doing == b->doing ? a->doing : DOING_SEVERAL,
                            .joined = a->joined + b->joined};
}

static double loss_of(const struct segment *a, const struct segment *b)
{
    const struct segment both = join(a, b);
    return (displaced(a, &both) + displaced(b, &both)) / 2; /* what one lacks the other has */
}

/* `b` says nothing new; then `a` is both. */
static bool is_more_of(struct segment *a, const struct segment *b)
{
    const double loss = loss_of(a, b);
    const double shorter = length_of(a) < length_of(b) ? length_of(a) : length_of(b);
    if (loss > ALIKE_SHARE * shorter && loss > ALIKE_NS) {
        return false;
    }
    const struct segment both = join(a, b);
    /* A short call within a long computing one is no second thing that the task does. */
    const uint32_t doing = length_of(a) >= length_of(b) ? a->doing : b->doing;
    const uint32_t joined = a->joined; /* nothing was lost */
    *a = both;
    a->doing = doing;
    a->joined = joined;
    return true;
}

/* Makes room in a full array: a quarter of it, so that it is not done for each. */
static size_t squeeze(struct segment *segments, size_t count)
{
    const size_t enough = count - count / 4 - 1;
    while (count > enough && count > 1) {
        size_t best = 0;
        double least = (double)INFINITY;
        for (size_t i = 0; i + 1 < count; i++) {
            const double loss = loss_of(&segments[i], &segments[i + 1]);
            if (loss < least) {
                least = loss;
                best = i;
            }
        }
        segments[best] = join(&segments[best], &segments[best + 1]);
        memmove(&segments[best + 1], &segments[best + 2], (count - best - 2) * sizeof *segments);
        count--;
    }
    return count;
}

/* Mapped for a moment only: the caller's stack may be a small one. */
static uint64_t make_room(const struct shared *shared, int fd, uint64_t task, uint64_t count)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t at = segment_at(shared, task, 0), before = at % page;
    const size_t bytes = before + count * sizeof(struct segment);
    char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(at - before));
    if (map == MAP_FAILED) {
        return count;
    }
    count = squeeze((struct segment *)(void *)(map + before), count);
    munmap(map, bytes);
    return count;
}

/* --- the repetition's side --- */

static bool read_head(const struct shared *shared, int fd, uint64_t task,
                      struct segments_head *head)
{
    return pread(fd, head, sizeof *head, (off_t)head_at(shared, task)) == (ssize_t)sizeof *head;
}

static bool write_at(int fd, const void *what, size_t bytes, size_t at)
{
    return pwrite(fd, what, bytes, (off_t)at) == (ssize_t)bytes;
}

static void add(const struct shared *shared, int fd, uint64_t task, struct segments_head *head,
                const struct segment *segment)
{
    if (head->last.joined == 0) {
        head->last = *segment;
    } else if (!is_more_of(&head->last, segment)) {
        if (head->count == shared->segments_most) {
            head->count = make_room(shared, fd, task, head->count);
        }
        if (head->count < shared->segments_most &&
            write_at(fd, &head->last, sizeof head->last, segment_at(shared, task, head->count))) {
            head->count++;
        } else {
            head->lost++;
        }
        head->last = *segment;
    }
}

void segments_add(const struct shared *shared, int fd, uint64_t task,
                  const struct segment *segments, size_t count)
{
    struct segments_head head;
    if (!read_head(shared, fd, task, &head)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (segments[i].to_ns > segments[i].from_ns) {
            add(shared, fd, task, &head, &segments[i]);
        }
    }
    write_at(fd, &head, sizeof head, head_at(shared, task));
}

uint64_t segments_end(const struct shared *shared, int fd, uint64_t task)
{
    struct segments_head head;
    return read_head(shared, fd, task, &head) ? head.last.to_ns : 0;
}

/* --- the runner's side --- */

static const struct segments_head *head_of(const struct shared *shared, uint64_t task)
{
    return (const struct segments_head *)(const void *)((const char *)shared +
                                                        head_at(shared, task));
}

size_t segments_count(const struct shared *shared, uint64_t task)
{
    if (shared->segments_most == 0) {
        return 0;
    }
    const struct segments_head *head = head_of(shared, task);
    return head->last.joined == 0 || head->lost > 0 || head->count > shared->segments_most
               ? 0
               : (size_t)head->count + 1;
}

const struct segment *segments_at(const struct shared *shared, uint64_t task, size_t index)
{
    const struct segments_head *head = head_of(shared, task);
    return index == head->count
               ? &head->last
               : (const struct segment *)(const void *)((const char *)shared +
                                                        segment_at(shared, task, index));
}
