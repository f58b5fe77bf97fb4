/* tracks.c - a heap of tracks. */
#include "bench/report/tracks.h"

#include <stdlib.h>

static void tracks_sink(struct tracks *tracks)
{
    for (size_t at = 0, least = 0;; at = least) {
        for (size_t below = 2 * at + 1; below <= 2 * at + 2 && below < tracks->count; below++)
            if (tracks->heap[below].busy_until < tracks->heap[least].busy_until)
                least = below;
        if (least == at)
            return;
        const struct track moved = tracks->heap[at];
        tracks->heap[at] = tracks->heap[least];
        tracks->heap[least] = moved;
    }
}

static void tracks_rise(struct tracks *tracks)
{
    size_t at = tracks->count - 1;
    const struct track moved = tracks->heap[at];
    for (; at > 0 && tracks->heap[(at - 1) / 2].busy_until > moved.busy_until; at = (at - 1) / 2)
        tracks->heap[at] = tracks->heap[(at - 1) / 2];
    tracks->heap[at] = moved;
}

uint64_t tracks_take(struct tracks *tracks, uint64_t from, uint64_t until, uint64_t *last)
{
    if (tracks->count > 0 && tracks->heap[0].busy_until <= from) {
        const uint64_t number = tracks->heap[0].number;
        tracks->heap[0].busy_until = until;
        tracks_sink(tracks);
        return number;
    }
    if (tracks->count == tracks->room) {
        const size_t room = tracks->room ? 2 * tracks->room : 16;
        struct track *heap = reallocarray(tracks->heap, room, sizeof *heap);
        if (!heap)
            return 0;
        tracks->heap = heap;
        tracks->room = room;
    }
    tracks->heap[tracks->count++] = (struct track){until, ++*last};
    const uint64_t number = *last;
    tracks_rise(tracks);
    return number;
}

void tracks_free(struct tracks *tracks)
{
    free(tracks->heap);
}
