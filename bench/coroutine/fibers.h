/*
 * fibers.h - telling the address and the thread sanitizer which stack is in use, and valgrind which
 * stacks there are (CMake option BENCH_VALGRIND). Without them every call here is empty.
 *
 * Each switch is told from both of its sides:
 *   caller      fibers_enter()  -> jump -> fibers_entered()   coroutine
 *   coroutine   fibers_leave()  -> jump -> fibers_left()      caller
 *
 * The thread sanitizer bears some 8000 fibers in a process, so coroutines share FIBERS_MOST of
 * them per set: its reports then show frames of several coroutines in one call stack, but what
 * it finds does not change, as the coroutines of a set run in one thread. A function that switches
 * fibers must not be instrumented (FIBERS_PLAIN): it would enter on one call stack and
 * leave on another.
 */
#ifndef BENCH_COROUTINE_FIBERS_H
#define BENCH_COROUTINE_FIBERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define FIBERS_ADDRESS 1
#endif
#if __has_feature(thread_sanitizer)
#define FIBERS_THREAD 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define FIBERS_ADDRESS 1
#endif
#ifdef __SANITIZE_THREAD__
#define FIBERS_THREAD 1
#endif

#if defined(FIBERS_ADDRESS) || defined(FIBERS_THREAD)
#define FIBERS 1
#endif

#ifdef BENCH_VALGRIND
#include <valgrind/memcheck.h>
#endif

#ifdef FIBERS_ADDRESS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef FIBERS_THREAD
#include <sanitizer/tsan_interface.h>
#ifdef __clang__
#define FIBERS_PLAIN __attribute__((disable_sanitizer_instrumentation))
#else
#define FIBERS_PLAIN __attribute__((no_sanitize_thread))
#endif
#else
#define FIBERS_PLAIN
#endif

enum { FIBERS_MOST = 64 };

/* Of a set. All zero at first. */
struct fibers {
#ifdef FIBERS_ADDRESS
    const void *caller_bottom; /* the stack from which the running coroutine was entered */
    size_t caller_bytes;
#endif
#ifdef FIBERS_THREAD
    void *caller;
    void *shared[FIBERS_MOST];
#endif
    char none; /* a structure needs a member */
};

/* A stack that was made. What valgrind would otherwise take for one stack that grows and shrinks by
 * a lot, it knows for a switch then. It forgets a stack with its memory. */
static inline void fibers_stack(const void *bottom, size_t bytes)
{
#ifdef BENCH_VALGRIND
    VALGRIND_STACK_REGISTER(bottom, (const char *)bottom + bytes);
#endif
    (void)bottom, (void)bytes;
}

/* Before the jump to the coroutine of place `index` with the stack [bottom, bottom + bytes).
 * `*kept` belongs to the caller's side until fibers_left(). */
FIBERS_PLAIN static inline void fibers_enter(struct fibers *fibers, uint64_t index, void **kept,
                                             const void *bottom, size_t bytes)
{
#ifdef FIBERS_ADDRESS
    __sanitizer_start_switch_fiber(kept, bottom, bytes);
#endif
#ifdef FIBERS_THREAD
    void **fiber = &fibers->shared[index % FIBERS_MOST];
    if (*fiber == NULL) {
        *fiber = __tsan_create_fiber(0);
    }
    fibers->caller = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(*fiber, 0);
#endif
    (void)fibers, (void)index, (void)kept, (void)bottom, (void)bytes;
}

/* In the coroutine, behind that jump. `kept` is what fibers_leave() set, NULL at its start. */
FIBERS_PLAIN static inline void fibers_entered(struct fibers *fibers, void *kept)
{
#ifdef FIBERS_ADDRESS
    __sanitizer_finish_switch_fiber(kept, &fibers->caller_bottom, &fibers->caller_bytes);
#endif
    (void)fibers, (void)kept;
}

/* Before the jump back. `kept` is NULL where the coroutine ends. */
FIBERS_PLAIN static inline void fibers_leave(struct fibers *fibers, void **kept)
{
#ifdef FIBERS_ADDRESS
    __sanitizer_start_switch_fiber(kept, fibers->caller_bottom, fibers->caller_bytes);
#endif
#ifdef FIBERS_THREAD
    __tsan_switch_to_fiber(fibers->caller, 0);
#endif
    (void)fibers, (void)kept;
}

FIBERS_PLAIN static inline void fibers_left(void *kept)
{
#ifdef FIBERS_ADDRESS
    __sanitizer_finish_switch_fiber(kept, NULL, NULL);
#endif
    (void)kept;
}

/* Not from inside a coroutine of the set. */
FIBERS_PLAIN static inline void fibers_close(struct fibers *fibers)
{
#ifdef FIBERS_THREAD
    for (size_t i = 0; i < FIBERS_MOST; i++) {
        if (fibers->shared[i] != NULL) {
            __tsan_destroy_fiber(fibers->shared[i]);
        }
    }
#endif
    (void)fibers;
}

/* The marks around the locals of frames that lie there no longer, or not yet. */
FIBERS_PLAIN static inline void fibers_unmark(const void *at, size_t bytes)
{
#ifdef FIBERS_ADDRESS
    __asan_unpoison_memory_region(at, bytes);
#endif
#ifdef BENCH_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(at, bytes);
#endif
    (void)at, (void)bytes;
}

#endif
