#include "bench/loop/descriptors.h"

int descriptors_grow(struct descriptors *all, int fd)
{
    int code = room_grow(&all->room, ((size_t)fd + 1) * sizeof(struct descriptor));
    if (code == 0) {
        all->count = all->room.bytes / sizeof(struct descriptor);
    }
    return code;
}

void descriptors_add_due(struct descriptors *all, int fd)
{
    struct descriptor *descriptor = descriptors_at(all, fd);
    if (!descriptor->due) {
        descriptor->due = true;
        descriptor->next = all->due;
        all->due = fd;
    }
}

void descriptors_reset(struct descriptors *all, int fd)
{
    struct descriptor *descriptor = descriptors_at(all, fd);
    /* It may stand on the list still: then it is served in vain once. */
    *descriptor = (struct descriptor){.due = descriptor->due, .next = descriptor->next};
}
