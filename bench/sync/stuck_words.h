/* stuck_words.h - what stuck.c has seen, in words. */
#ifndef BENCH_SYNC_STUCK_WORDS_H
#define BENCH_SYNC_STUCK_WORDS_H

#include "bench/sync/stuck.h"

/* A task at one look. */
struct stuck_seen {
    uint64_t sequence; /* of its wait; 0: it has not started, or has ended */
    uint64_t holder;   /* task + 1 of who had what it wanted alone; 0: nobody */
    uint32_t object, how, ticket;
    bool to_come; /* it has not started */
};

/* `task` wants what the next in the circle holds, and so on round to itself. */
void stuck_say_circle(const struct stuck *stuck, uint64_t task, char *text, size_t size);

/* Every task that started waits; `waiting` have not started. */
void stuck_say_all(const struct stuck *stuck, uint64_t waiting, char *text, size_t size);

#endif
