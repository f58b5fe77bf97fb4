#include "bench/repetition/share.h"

#include "bench/modes/mode.h"
#include "bench/repetition/companion.h"
#include "bench/util/refusal.h"

#include <errno.h>
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
        refusal_tell("ftruncate", -errno, bytes);
        return NULL;
    } else {
        at = map_descriptor(bytes);
    }
    if (at == MAP_FAILED) {
        refusal_tell("mmap", -errno, bytes);
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

static int share_make(const struct workload_env *env, uint32_t number, enum object_kind kind,
                      uint64_t count)
{
    struct share *share = env->owner;
    struct sync_area *area = shared_sync(share->shared);
    if (!area) {
        return -EINVAL;
    }
    return share->first ? sync_make(area, number, kind, count) : 0;
}

void share_init(struct share *share, struct shared *shared, const struct workload *workload,
                const struct mode *mode, bool first)
{
    struct sync_area *area = shared_sync(shared);
    *share = (struct share){.by_descriptor = mode->image_per_worker,
                            .written = workload->clients || workload->shares || area,
                            .first = first,
                            .shared = shared};
    if (share->by_descriptor && first) {
        make_descriptor();
    }
    if (area && first) {
        sync_area_init(area, shared->request.objects, shared->request.tasks, shared->worker_slots,
                       mode->processes);
    }
    share->env.make = share_make;
    share->env.processes = mode->processes;
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
