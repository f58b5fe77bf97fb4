#include "bench/modes/thread_stacks.h"

#include <errno.h>

static char *stack_at(const struct thread_stacks *stacks, uint64_t index)
{
    return stacks->space.at + index * THREAD_STACK_BYTES;
}

/* Only where guards are no maps, of which so many stacks would take too many. */
static int guard_all(struct thread_stacks *stacks)
{
    int rc = 0;
    if (space_guards_most() != UINT64_MAX) {
        return 0;
    }
    for (uint64_t i = 0; i < stacks->count && rc == 0; i++) {
        rc = space_guard(stack_at(stacks, i));
    }
    stacks->guard = space_page();
    return rc;
}

int thread_stacks_init(struct thread_stacks *stacks, uint64_t count)
{
    size_t bytes;
    *stacks = (struct thread_stacks){.count = count};
    if (__builtin_mul_overflow(count, THREAD_STACK_BYTES, &bytes)) {
        return -ENOMEM;
    }
    int rc = space_open(&stacks->space, bytes, SPACE_STACKS);
    if (rc == 0) {
        rc = guard_all(stacks);
    }
    if (rc != 0) {
        thread_stacks_end(stacks);
    }
    return rc;
}

void thread_stacks_end(struct thread_stacks *stacks)
{
    space_close(&stacks->space);
}

int thread_stacks_use(const struct thread_stacks *stacks, uint64_t index, pthread_attr_t *attr)
{
    return -pthread_attr_setstack(attr, stack_at(stacks, index) + stacks->guard,
                                  THREAD_STACK_BYTES - stacks->guard);
}
