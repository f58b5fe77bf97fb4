/*
 * segments.h - where a watched repetition keeps at which moments its tasks were in which state.
 *
 * A task's segments follow each other without gaps. A new one that says the same as the last one is
 * joined to it; where there is no room left, the two neighbours are that lose least by it. So the
 * sums always hold, whatever the room, and long tasks lose only the finest detail.
 *
 * They lie in the shared file behind what the repetition maps (shared.h), and are written by the
 * descriptor. A task's segments have one writer at a time; the runner reads them when the
 * repetition is over. Nothing is recorded of more than SEGMENTS_TASKS tasks, nor of coroutines that
 * share a stack: a recorder's few words on each would be a good part of what is kept of them.
 */
#ifndef BENCH_REPETITION_SEGMENTS_H
#define BENCH_REPETITION_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "workloads/operation.h"

struct request;
struct shared;

enum { SEGMENTS_TASKS = 10000, SEGMENTS_LEAST = 3, SEGMENTS_MOST = 256, SEGMENTS_ALL = 1024 };

/* What a task does in a segment: the context's calls that may wait, by their names. */
enum doing {
    DOING_COMPUTING,
    DOING_SLEEP,
    DOING_OPEN,
    DOING_READ,
    DOING_WRITE,
    DOING_FSYNC,
    DOING_CLOSE,
    DOING_ACCEPT,
    DOING_RECEIVE,
    DOING_SEND,
    DOING_YIELD,
    DOING_LOCK,
    DOING_ACQUIRE,
    DOING_AWAIT,
    DOING_ARRIVE,
    DOING_WAIT,
    DOING_SEVERAL, /* of these */
    DOING_COUNT
};
extern const char *const doing_names[DOING_COUNT];

/* Of an operation of a loop. */
enum doing doing_of(enum operation_kind kind);

struct segment {
    uint64_t from_ns, to_ns;                   /* CLOCK_MONOTONIC */
    uint64_t running_ns, ready_ns, blocked_ns; /* what is left of its length is unknown */
    uint32_t doing;
    uint32_t joined; /* of so many it was made */
};

/* Of each task. */
struct segments_head {
    uint64_t count;      /* of segments in the array; the last one lies here */
    uint64_t lost;       /* that could not be written: then none of the task's are to be used */
    struct segment last; /* joined == 0: nothing was recorded */
};

/* For the layout: how many of a task there is room for, 0 where none is recorded. */
size_t segments_most(const struct request *request);
size_t segments_bytes(uint64_t tasks, size_t most);

/* --- the repetition's side: `fd` is the shared file's --- */

/* Adds a task's next segments. Those without a length are passed over. */
void segments_add(const struct shared *shared, int fd, uint64_t task,
                  const struct segment *segments, size_t count);

/* When the task's last segment ended; 0: there is none. */
uint64_t segments_end(const struct shared *shared, int fd, uint64_t task);

/* --- the runner's side, when the repetition is over --- */

/* How many segments the task has; 0 where none are known. */
size_t segments_count(const struct shared *shared, uint64_t task);
const struct segment *segments_at(const struct shared *shared, uint64_t task, size_t index);

#endif
