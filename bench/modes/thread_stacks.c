#include "bench/modes/thread_stacks.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL /* C libraries older than the kernel's 6.13 */
#define MADV_GUARD_INSTALL 102
#endif

static char *stack_at(const struct thread_stacks *stacks, uint64_t index)
{
    return stacks->base + index * THREAD_STACK_BYTES;
}

/* All or none: a kernel that refuses the first guard refuses each. */
static void guard_all(struct thread_stacks *stacks)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (uint64_t i = 0; i < stacks->count; i++) {
        if (madvise(stack_at(stacks, i), page, MADV_GUARD_INSTALL) != 0) {
            return;
        }
    }
    stacks->guard = page;
}

int thread_stacks_init(struct thread_stacks *stacks, uint64_t count)
{
    *stacks = (struct thread_stacks){.count = count};
    if (__builtin_mul_overflow(count, THREAD_STACK_BYTES, &stacks->bytes)) {
        return -ENOMEM;
    }
    void *base = mmap(NULL, stacks->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (base == MAP_FAILED) {
        return -errno;
    }
    stacks->base = base;
    /* Fails only where the kernel has no huge pages to switch off. */
    madvise(base, stacks->bytes, MADV_NOHUGEPAGE);
    guard_all(stacks);
    return 0;
}

void thread_stacks_end(struct thread_stacks *stacks)
{
    if (stacks->base) {
        munmap(stacks->base, stacks->bytes);
        stacks->base = NULL;
    }
}

int thread_stacks_use(const struct thread_stacks *stacks, uint64_t index, pthread_attr_t *attr)
{
    return -pthread_attr_setstack(attr, stack_at(stacks, index) + stacks->guard,
                                  THREAD_STACK_BYTES - stacks->guard);
}
