#include "bench/loop/interests.h"

#include <errno.h>

/* The last entry takes the place that becomes free. */
static void drop(struct interests *self, size_t *place)
{
    struct pollfd *entries = self->entries.memory;
    struct pollfd last = entries[--self->count];
    entries[*place - 1] = last;
    ((size_t *)self->places.memory)[last.fd] = *place;
    *place = 0;
}

int interests_set(struct interests *self, int fd, bool read, bool write)
{
    if (room_grow(&self->places, ((size_t)fd + 1) * sizeof(size_t)) != 0 ||
        room_grow(&self->entries, (self->count + 1) * sizeof(struct pollfd)) != 0) {
        return -ENOMEM;
    }
    size_t *place = (size_t *)self->places.memory + fd;
    if (!read && !write) {
        if (*place != 0) {
            drop(self, place);
        }
        return 0;
    }
    if (*place == 0) {
        *place = ++self->count;
    }
    interests_entries(self)[*place - 1] =
        (struct pollfd){.fd = fd, .events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0))};
    return 0;
}

void interests_free(struct interests *self)
{
    room_free(&self->entries);
    room_free(&self->places);
}
