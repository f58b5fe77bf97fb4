#include "bench/repetition/share.h"

#include "bench/repetition/shared.h"

#include <sys/mman.h>
#include <unistd.h>

static void *map_private(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED) {
        madvise(at, bytes, MADV_HUGEPAGE); /* a wish: without it the work is the same */
    }
    return at;
}

static int make_descriptor(size_t bytes)
{
    int fd = memfd_create("bench-share", 0);
    if (fd >= 0 && ftruncate(fd, (off_t)bytes) == 0 &&
        (fd == SHARE_FD || dup2(fd, SHARE_FD) >= 0)) {
        if (fd != SHARE_FD) {
            close(fd);
        }
        return 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static void *map_descriptor(size_t bytes)
{
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, SHARE_FD, 0);
}

static void *share_memory(const struct workload_env *env, size_t bytes, bool *fresh)
{
    struct share *share = env->owner;
    void *at;
    *fresh = share->first;
    if (!share->by_descriptor) {
        at = map_private(bytes);
    } else if (share->first && make_descriptor(bytes) != 0) {
        return NULL;
    } else {
        at = map_descriptor(bytes);
    }
    if (at == MAP_FAILED) {
        return NULL;
    }
    share->mapped = at;
    share->bytes = bytes;
    return at;
}

void share_init(struct share *share, bool by_descriptor, bool first)
{
    *share = (struct share){.by_descriptor = by_descriptor, .first = first};
    share->env.share = share_memory;
    share->env.owner = share;
}

void share_end(struct share *share)
{
    if (share->mapped) {
        munmap(share->mapped, share->bytes);
        share->mapped = NULL;
    }
}
