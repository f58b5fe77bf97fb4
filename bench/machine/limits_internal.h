/*
 * limits_internal.h - what the files of limits.h share: the limits that were found to stand in the
 * way, each with its line, and where facts are read.
 */
#ifndef BENCH_MACHINE_LIMITS_INTERNAL_H
#define BENCH_MACHINE_LIMITS_INTERNAL_H

#include <limits.h>
#include <stdbool.h>

#include "bench/machine/limits.h"

/* What bench's own processes take at the most. */
enum { OWN_THREADS = 4, OWN_MAPS = 256, OWN_DESCRIPTORS = 64 };

#define UNLIMITED UINT64_MAX

enum { MOST_LIMITS = 10 };

struct limit {
    double room; /* share of the need that fits */
    char text[PATH_MAX + 256];
};

struct limits {
    const struct limits_need *need;
    const char *root;    /* "": this machine */
    char process[24];    /* whose limits are asked, below /proc: "self", or an id */
    uint64_t threads;    /* needed, with bench's own */
    uint64_t room_least; /* threads that must fit; less than are needed where some are there */
    uint64_t in_use;     /* threads of the whole system; 0: not known */
    size_t count;        /* of the limits that forbid it */
    struct limit *found; /* MOST_LIMITS */
};

/* The text to be written (LIMIT_TEXT bytes), or NULL: `room` is enough, or there are too many. */
#define LIMIT_TEXT sizeof(((struct limit *)0)->text)
char *limits_found(struct limits *limits, uint64_t room, uint64_t need);

/* Numbers that end at their ends. */
uint64_t limits_plus(uint64_t a, uint64_t b);
uint64_t limits_less(uint64_t limit, uint64_t in_use);
uint64_t limits_next_power(uint64_t number); /* a round number to raise a limit to */

/* False where it cannot be read. */
bool limits_read_number(const struct limits *limits, const char *path, uint64_t *value);
/* One line of /proc/PROCESS/limits: soft and hard, UNLIMITED where it says so. */
bool limits_read_rlimit(const struct limits *limits, const char *name, uint64_t *soft,
                        uint64_t *hard);
/* "VmSize" in bytes. */
bool limits_read_status(const struct limits *limits, const char *key, uint64_t *bytes);
/* Its process may lock any amount of memory. */
bool limits_may_lock(const struct limits *limits);

/* One limit or a few each. `need` is what is told, `room_least` what must fit. */
void limits_of_threads(struct limits *limits);
void limits_of_maps(struct limits *limits, uint64_t need, uint64_t room);
void limits_of_memory(struct limits *limits, uint64_t need);
void limits_of_locked_memory(struct limits *limits);
void limits_of_file_size(struct limits *limits);
void limits_of_ports(struct limits *limits, uint64_t room_least);

/* "needs 7 threads at once, which does not fit: ". As snprintf. */
int limits_describe(const struct limits_need *need, char *text, size_t size);
/* What was found, the tightest first, behind the `at` characters that are there. */
void limits_write(struct limits *limits, char *reason, size_t at, size_t size);

#endif
