#include "bench/repetition/share.h"

#include "bench/repetition/companion.h"

#include <sys/mman.h>
#include <unistd.h>

static void *map_inherited(size_t bytes, bool written)
{
    int flags = (written ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS;
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (at != MAP_FAILED) {
        madvise(at, bytes, MADV_HUGEPAGE); /* a wish: without it the work is the same */
    }
    return at;
}

/* Takes its fixed number before the workload opens anything that could get it. */
static void make_descriptor(void)
{
    int fd = memfd_create("bench-share", 0);
    if (fd >= 0 && fd != SHARE_FD) {
        dup2(fd, SHARE_FD);
        close(fd);
    }
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
        at = map_inherited(bytes, share->written);
    } else if (share->first && ftruncate(SHARE_FD, (off_t)bytes) != 0) {
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

static int share_companion(const struct workload_env *env, void (*run)(void *argument),
                           void *argument)
{
    struct share *share = env->owner;
    return companion_start(share->shared, run, argument);
}

void share_init(struct share *share, struct shared *shared, const struct workload *workload,
                bool by_descriptor, bool first)
{
    *share = (struct share){.by_descriptor = by_descriptor,
                            .written = workload->clients,
                            .first = first,
                            .shared = shared};
    if (by_descriptor && first) {
        make_descriptor();
    }
    share->env.share = share_memory;
    share->env.companion = share_companion;
    share->env.first = first;
    share->env.owner = share;
}

void share_end(struct share *share)
{
    if (share->mapped) {
        munmap(share->mapped, share->bytes);
        share->mapped = NULL;
    }
}
