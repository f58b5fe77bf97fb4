/*
 * tracks.h - spans of time put into tracks, so that none overlaps another of its track, and into as
 * few tracks as can be. Any thread, one at a time.
 */
#ifndef BENCH_REPORT_TRACKS_H
#define BENCH_REPORT_TRACKS_H

#include <stddef.h>
#include <stdint.h>

struct track {
    uint64_t busy_until, number;
};

struct tracks {         /* start with {NULL, 0, 0}; count = 0 begins anew */
    struct track *heap; /* the one that is free soonest first */
    size_t count, room;
};

/* The number of a track that is free from `from` on, busy until `until` from now on; a new one gets
 * the next number after *last. 0 without memory. Calls must come in the order of `from`. */
uint64_t tracks_take(struct tracks *tracks, uint64_t from, uint64_t until, uint64_t *last);
void tracks_free(struct tracks *tracks);

#endif
