/*
 * thread_stacks.h - where the threads of the mode `thread` have their stacks, and what such a
 * thread takes of the machine's limits.
 *
 * Up to THREAD_OWN_STACKS_MOST alive at once, threads are made as pthread_create makes them: each
 * with a mapping of its own, as large as `ulimit -s` says, and a guard page, which the kernel
 * counts as two of the vm.max_map_count (65530) maps that a process may have. 40,000 such threads
 * do not fit; where the limit is raised, mapping, guarding and giving back each stack more than
 * doubles the kernel's time for a thread.
 * Above that number each thread gets 64 KiB (THREAD_STACK_BYTES) of one mapping, reserved and not
 * touched, and without huge pages, of which one for the first word on a stack would be 2 MiB. Its
 * lowest page is a guard where the kernel makes one without a map (MADV_GUARD_INSTALL, Linux 6.13);
 * elsewhere there is none. The number is fixed, so that the figures of two machines mean the same.
 */
#ifndef BENCH_MODES_THREAD_STACKS_H
#define BENCH_MODES_THREAD_STACKS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/coroutine/space.h"
#include "bench/repetition/job.h"

#define THREAD_OWN_STACKS_MOST UINT64_C(4096)

/* A sanitizer's own thread-local data lies on the stack too, nearly a MiB of it. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define THREAD_STACK_BYTES ((size_t)2 << 20)
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define THREAD_STACK_BYTES ((size_t)2 << 20)
#endif
#endif
#ifndef THREAD_STACK_BYTES
#define THREAD_STACK_BYTES ((size_t)64 << 10)
#endif

/* What so many threads alive at once take of their process's maps. */
static inline uint64_t thread_maps(uint64_t at_once)
{
    return at_once > THREAD_OWN_STACKS_MOST ? 1 : 2 * at_once;
}

struct thread_stacks {
    struct space space; /* at NULL: none were reserved */
    uint64_t count;
    size_t guard; /* bytes at the low end of each stack that may not be touched, or 0 */
};

/* Reserves `count` stacks. 0 or -errno. */
int thread_stacks_init(struct thread_stacks *stacks, uint64_t count);

/* Gives all of them back. Every thread on them must have been joined. */
void thread_stacks_end(struct thread_stacks *stacks);

/* The next thread that is made with `attr` runs on stack `index`, which no living thread may be
 * using. 0 or -errno. Any thread, with an `attr` of its own. */
int thread_stacks_use(const struct thread_stacks *stacks, uint64_t index, pthread_attr_t *attr);

/* How a thread runs its task: job_run_task(), or something around it. */
typedef void thread_run(const struct job *job, void *argument, uint64_t worker, uint64_t task);

/* The launch of the mode, and of others that make a thread per task. `own_stacks_most`:
 * THREAD_OWN_STACKS_MOST, but in tests. */
int thread_launch(struct job *job, uint64_t own_stacks_most, thread_run *run, void *argument);

#endif
