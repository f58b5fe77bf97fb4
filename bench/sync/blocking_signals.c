/*
 * blocking_signals.c - semaphores, events, barriers and conditions for tasks that have a thread to
 * block.
 *
 * Semaphores and barriers are the C library's. Its condition is not used: whether a waiter was
 * signalled cannot be seen in it, so that a woken one without a CPU would look stuck; and a process
 * that dies while it waits there may keep every later signal from returning. The one here
 * is a number that signals raise: a waiter draws a ticket and sleeps until the number has passed
 * it. So waiters go on in their order, and none goes on unsignalled.
 */
#include "bench/sync/blocking.h"

#include <errno.h>

#include "bench/sync/futex.h"

/* --- semaphore --- */

int blocking_acquire(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_SEMAPHORE);
    if (!object) {
        return -EINVAL;
    }
    if (sem_trywait(&object->native.semaphore) != 0) {
        blocking_begin(context, number, SYNC_OTHER);
        while (sem_wait(&object->native.semaphore) != 0 && errno == EINTR) {
        }
        blocking_end(context);
    }
    atomic_fetch_sub_explicit(&object->places, 1, memory_order_release);
    return 0;
}

int blocking_release(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_SEMAPHORE);
    if (!object) {
        return -EINVAL;
    }
    atomic_fetch_add_explicit(&object->places, 1, memory_order_relaxed);
    return sem_post(&object->native.semaphore) == 0 ? 0 : -errno;
}

/* --- event --- */

int blocking_await(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_EVENT);
    if (!object) {
        return -EINVAL;
    }
    _Atomic uint32_t *word = &object->native.word;
    if (atomic_load_explicit(word, memory_order_acquire) == 0) {
        blocking_begin(context, number, SYNC_OTHER);
        while (atomic_load_explicit(word, memory_order_acquire) == 0) {
            futex_sleep(word, 0, FUTEX_BITSET_MATCH_ANY, context->area->processes);
        }
        blocking_end(context);
    }
    return 0;
}

int blocking_set(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_EVENT);
    if (!object) {
        return -EINVAL;
    }
    if (atomic_exchange(&object->native.word, 1) == 0) {
        futex_wake(&object->native.word, FUTEX_BITSET_MATCH_ANY, context->area->processes);
    }
    return 0;
}

/* --- barrier --- */

int blocking_arrive(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_BARRIER);
    if (!object) {
        return -EINVAL;
    }
    atomic_fetch_add_explicit(&object->arrived, 1, memory_order_relaxed);
    blocking_begin(context, number, SYNC_OTHER);
    int rc = pthread_barrier_wait(&object->native.barrier);
    blocking_end(context);
    atomic_fetch_add_explicit(&object->passed, 1, memory_order_release);
    return rc == PTHREAD_BARRIER_SERIAL_THREAD ? 1 : -rc;
}

/* --- condition --- */

/* A signal wakes those whose turn it is and every 32nd one behind: the kernel tells sleepers of one
 * word apart by 32 bits. */
static uint32_t ticket_bit(uint32_t ticket)
{
    return UINT32_C(1) << ticket % 32;
}

static bool is_granted(struct sync_object *object, uint32_t ticket, uint32_t *grants)
{
    *grants = atomic_load_explicit(&object->grants, memory_order_acquire);
    return (int32_t)(*grants - ticket) > 0;
}

int blocking_wait(struct task_context *context, uint32_t number, uint32_t mutex)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_CONDITION);
    struct sync_object *lock = sync_find(context->area, mutex);
    uint32_t grants;
    if (!object || !lock ||
        (lock->made != OBJECT_MUTEX + 1 && lock->made != OBJECT_RECURSIVE + 1)) {
        return -EINVAL;
    }
    if (!sync_holds(lock, context->task) || lock->depth != 1) {
        return -EPERM; /* held twice it would stay locked */
    }
    uint32_t ticket = atomic_fetch_add(&object->tickets, 1);
    int rc = blocking_unlock(context, mutex);
    if (rc != 0) {
        return rc;
    }
    if (!is_granted(object, ticket, &grants)) {
        struct sync_wait *wait = sync_wait_of(context->area, context->task);
        atomic_store_explicit(&wait->ticket, ticket, memory_order_release);
        blocking_begin(context, number, SYNC_OTHER);
        while (!is_granted(object, ticket, &grants)) {
            futex_sleep(&object->grants, grants, ticket_bit(ticket), context->area->processes);
        }
        blocking_end(context);
    }
    return blocking_lock(context, mutex);
}

/* Lets `most` waiters go on, if there are so many. */
static int grant(struct task_context *context, uint32_t number, uint32_t most)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_CONDITION);
    if (!object) {
        return -EINVAL;
    }
    uint32_t grants = atomic_load(&object->grants), waiting, more;
    do {
        waiting = atomic_load(&object->tickets) - grants;
        more = waiting < most ? waiting : most;
        if (waiting == 0) {
            return 0;
        }
    } while (!atomic_compare_exchange_weak(&object->grants, &grants, grants + more));
    futex_wake(&object->grants, more == 1 ? ticket_bit(grants) : FUTEX_BITSET_MATCH_ANY,
               context->area->processes);
    return 0;
}

int blocking_signal(struct task_context *context, uint32_t number)
{
    return grant(context, number, 1);
}

int blocking_broadcast(struct task_context *context, uint32_t number)
{
    return grant(context, number, UINT32_MAX);
}
