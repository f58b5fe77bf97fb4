#include "bench/loop/timers.h"

#include <stdbool.h>
#include <string.h>

/* The root lies at 3, so that four siblings share a cache line: children of i are 4i - 8 .. 4i - 5.
 */
enum { ROOT = 3, WIDTH = 4 };

/* The part of the sorted queue that was taken out is given up only when it is this long, ... */
#define STALE ((size_t)4096)

static struct timer *sorted_of(const struct timers *timers)
{
    return timers->sorted_room.memory;
}

static struct timer *heap_of(const struct timers *timers)
{
    return timers->heap_room.memory;
}

static void find_next(struct timers *timers)
{
    uint64_t next = TIMERS_NEVER;
    if (timers->first < timers->end) {
        next = sorted_of(timers)[timers->first].deadline_ns;
    }
    if (timers->heap_count > 0 && heap_of(timers)[ROOT].deadline_ns < next) {
        next = heap_of(timers)[ROOT].deadline_ns;
    }
    timers->next_ns = next;
}

int timers_open(struct timers *timers, uint64_t expected)
{
    *timers = (struct timers){.next_ns = TIMERS_NEVER};
    int code = room_grow(&timers->sorted_room, (size_t)(expected + 1) * sizeof(struct timer));
    if (code == 0) {
        code = room_grow(&timers->heap_room, (size_t)(expected + ROOT) * sizeof(struct timer));
    }
    if (code != 0) {
        timers_close(timers);
    }
    return code;
}

void timers_close(struct timers *timers)
{
    room_free(&timers->sorted_room);
    room_free(&timers->heap_room);
}

static int sorted_add(struct timers *timers, struct timer timer)
{
    size_t count = timers->end - timers->first;
    /* ... and than what is left: moving that costs less than the taking out did. */
    if (count == 0 || (timers->first >= STALE && timers->first >= count)) {
        struct timer *sorted = sorted_of(timers);
        memmove(sorted, sorted + timers->first, count * sizeof *sorted);
        timers->first = 0;
        timers->end = count;
    }
    int code = room_grow(&timers->sorted_room, (timers->end + 1) * sizeof timer);
    if (code == 0) {
        sorted_of(timers)[timers->end++] = timer;
    }
    return code;
}

/* Moves the hole at `at` up until `timer` fits into it. */
static void heap_rise(struct timer *heap, size_t at, struct timer timer)
{
    while (at > ROOT) {
        size_t parent = at / WIDTH + 2;
        if (heap[parent].deadline_ns <= timer.deadline_ns) {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = timer;
}

static int heap_add(struct timers *timers, struct timer timer)
{
    size_t at = ROOT + timers->heap_count;
    int code = room_grow(&timers->heap_room, (at + 1) * sizeof timer);
    if (code == 0) {
        timers->heap_count++;
        heap_rise(heap_of(timers), at, timer);
    }
    return code;
}

static size_t earliest_child(const struct timer *heap, size_t child, size_t end)
{
    size_t best = child;
    if (child + WIDTH <= end) {
        /* Without branches that the processor would guess wrong three times in four. */
        size_t left = child + (heap[child + 1].deadline_ns < heap[child].deadline_ns);
        size_t right = child + 2 + (heap[child + 3].deadline_ns < heap[child + 2].deadline_ns);
        return heap[right].deadline_ns < heap[left].deadline_ns ? right : left;
    }
    for (size_t i = child + 1; i < end; i++) {
        if (heap[i].deadline_ns < heap[best].deadline_ns) {
            best = i;
        }
    }
    return best;
}

static struct operation *heap_take(struct timers *timers)
{
    struct timer *heap = heap_of(timers);
    struct operation *taken = heap[ROOT].operation;
    size_t end = ROOT + --timers->heap_count;
    struct timer last = heap[end];
    size_t at = ROOT;

    /* The last timer nearly always belongs at the bottom again: the hole goes all the way down
     * without comparing with it, and it rises from there. */
    for (size_t child = WIDTH * at - 8; child < end; child = WIDTH * at - 8) {
        size_t best = earliest_child(heap, child, end);
        heap[at] = heap[best];
        at = best;
    }
    heap_rise(heap, at, last);
    return taken;
}

int timers_add(struct timers *timers, struct operation *operation)
{
    struct timer timer = {.deadline_ns = operation->until_ns, .operation = operation};
    bool last = timers->first == timers->end ||
                sorted_of(timers)[timers->end - 1].deadline_ns <= timer.deadline_ns;
    int code = last ? sorted_add(timers, timer) : heap_add(timers, timer);
    if (code == 0 && timer.deadline_ns < timers->next_ns) {
        timers->next_ns = timer.deadline_ns;
    }
    return code;
}

struct operation *timers_take(struct timers *timers)
{
    struct operation *taken;
    bool sorted = timers->first < timers->end;
    if (sorted && timers->heap_count > 0) {
        sorted = sorted_of(timers)[timers->first].deadline_ns <= heap_of(timers)[ROOT].deadline_ns;
    }
    if (sorted) {
        taken = sorted_of(timers)[timers->first++].operation;
    } else {
        taken = heap_take(timers);
    }
    find_next(timers);
    return taken;
}
