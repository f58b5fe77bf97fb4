#include "bench/loop/room.h"

#include "bench/util/align.h"

#include <errno.h>
#include <sys/mman.h>

#define ROOM_LEAST ((size_t)64 << 10)

int room_grow(struct room *room, size_t bytes)
{
    void *memory;

    if (bytes <= room->bytes) {
        return 0;
    }
    size_t wanted = room->bytes == 0 ? ROOM_LEAST : 2 * room->bytes;
    if (wanted < bytes) {
        wanted = align_up(bytes, ROOM_LEAST);
    }
    if (room->bytes == 0) {
        memory = mmap(NULL, wanted, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    } else {
        memory = mremap(room->memory, room->bytes, wanted, MREMAP_MAYMOVE);
    }
    if (memory == MAP_FAILED) {
        return -ENOMEM;
    }
    *room = (struct room){.memory = memory, .bytes = wanted};
    return 0;
}

void room_free(struct room *room)
{
    if (room->bytes != 0) {
        munmap(room->memory, room->bytes);
    }
    *room = (struct room){.bytes = 0};
}
