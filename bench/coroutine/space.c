#include "bench/coroutine/space.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/util/align.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* <linux/mman.h> of Linux 6.13 */
#endif

enum {
    SPACE_HUGE_FROM = 4 << 20, /* below it a huge page might be mostly empty */
    SPACE_OTHER_MAPS = 1000,   /* left for libraries, other stacks and arenas */
};

size_t space_page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void *reserve(size_t bytes, int flags)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* Cut to alignment by hand: only newer kernels align what is large by themselves. */
static char *reserve_aligned(size_t bytes)
{
    char *at = reserve(bytes + SPACE_HUGE, 0);
    if (at == NULL) {
        return NULL;
    }
    size_t before = (SPACE_HUGE - (uintptr_t)at % SPACE_HUGE) % SPACE_HUGE;
    if (before > 0) {
        munmap(at, before);
    }
    if (SPACE_HUGE - before > 0) {
        munmap(at + before + bytes, SPACE_HUGE - before);
    }
    return at + before;
}

int space_open(struct space *space, size_t bytes, enum space_use use)
{
    size_t page = space_page();
    *space = (struct space){0};
    if (bytes == 0 || bytes > SIZE_MAX / 2) {
        return -ENOMEM;
    }
    bytes = align_up(bytes, page);
    bool huge = use == SPACE_DENSE && bytes >= SPACE_HUGE_FROM;
    if (huge) {
        bytes = align_up(bytes, SPACE_HUGE);
    }
    char *at = huge ? reserve_aligned(bytes) : reserve(bytes, use == SPACE_STACKS ? MAP_STACK : 0);
    if (at == NULL) {
        return -ENOMEM;
    }
    /* Advice only: what the kernel makes of it changes speed and memory, not what works. */
    if (huge) {
        madvise(at, bytes, MADV_HUGEPAGE);
    } else if (use == SPACE_STACKS) {
        madvise(at, bytes, MADV_NOHUGEPAGE);
    }
    *space = (struct space){at, bytes};
    return 0;
}

void space_close(struct space *space)
{
    if (space->at != NULL) {
        munmap(space->at, space->bytes);
    }
    *space = (struct space){0};
}

int space_guard(void *at)
{
    size_t page = space_page();
    if (madvise(at, page, MADV_GUARD_INSTALL) == 0 || mprotect(at, page, PROT_NONE) == 0) {
        return 0;
    }
    return -errno;
}

static uint64_t maps_most(void)
{
    uint64_t most = 65530; /* the kernel's default */
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file != NULL) {
        if (fscanf(file, "%" SCNu64, &most) != 1) {
            most = 65530;
        }
        fclose(file);
    }
    return most;
}

uint64_t space_guards_most(void)
{
    struct space probe;
    bool in_tables = false;
    if (space_open(&probe, space_page(), SPACE_STACKS) == 0) {
        in_tables = madvise(probe.at, probe.bytes, MADV_GUARD_INSTALL) == 0;
        space_close(&probe);
    }
    uint64_t maps = maps_most();
    return in_tables ? UINT64_MAX : maps > SPACE_OTHER_MAPS ? (maps - SPACE_OTHER_MAPS) / 2 : 0;
}
