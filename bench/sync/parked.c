#include "bench/sync/parked.h"

#include <errno.h>

#include "bench/sync/parked_queue.h"

bool parked_next(const struct sync_area *area, struct let_go *let_go, uint64_t *task)
{
    if (let_go->first == 0) {
        return false;
    }
    *task = let_go->first - 1;
    let_go->first = sync_wait_of(area, *task)->next;
    return true;
}

/* --- semaphore --- */

int parked_acquire(struct sync_area *area, uint64_t task, uint32_t number)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_SEMAPHORE);
    int rc = 0;
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    if (LOOK(object->places) > 0) {
        CHANGE(object->places, -UINT64_C(1));
    } else {
        rc = park(area, &object->waiters, task, number, SYNC_OTHER);
    }
    give_guard(area, object);
    return rc;
}

int parked_release(struct sync_area *area, uint32_t number, struct let_go *let_go)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_SEMAPHORE);
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    if (let_one_go(area, &object->waiters, let_go) == 0) {
        CHANGE(object->places, 1);
    }
    give_guard(area, object);
    return 0;
}

/* --- event --- */

int parked_await(struct sync_area *area, uint64_t task, uint32_t number)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_EVENT);
    int rc = 0;
    if (!object) {
        return -EINVAL;
    }
    if (atomic_load_explicit(&object->native.word, memory_order_acquire) == 1) {
        return 0;
    }
    take_guard(area, object);
    if (LOOK(object->native.word) == 0) {
        rc = park(area, &object->waiters, task, number, SYNC_OTHER);
    }
    give_guard(area, object);
    return rc;
}

int parked_set(struct sync_area *area, uint32_t number, struct let_go *let_go)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_EVENT);
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    atomic_store_explicit(&object->native.word, 1, memory_order_release);
    let_all_go(area, &object->waiters, let_go);
    give_guard(area, object);
    return 0;
}

/* --- barrier --- */

int parked_arrive(struct sync_area *area, uint64_t task, uint32_t number, struct let_go *let_go)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_BARRIER);
    int rc = 1;
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    CHANGE(object->arrived, 1);
    if (LOOK(object->arrived) % object->count == 0) {
        let_all_go(area, &object->waiters, let_go);
        CHANGE(object->passed, object->count);
    } else {
        rc = park(area, &object->waiters, task, number, SYNC_OTHER);
    }
    give_guard(area, object);
    return rc;
}

/* --- condition --- */

/* The wait is made known only when the mutex is free, for before that others wait for this task.
 * Meanwhile it may have been signalled: then it is woken as soon as it has parked. */
static int wait_known(struct sync_area *area, struct sync_object *object, uint64_t task,
                      uint32_t number, uint32_t ticket)
{
    struct sync_wait *wait = sync_wait_of(area, task);
    take_guard(area, object);
    if (!wait->granted) {
        atomic_store_explicit(&wait->ticket, ticket, memory_order_release);
        sync_wait_begin(wait, number, SYNC_OTHER);
    }
    give_guard(area, object);
    return PARK;
}

int parked_wait(struct sync_area *area, uint64_t task, uint32_t number, uint32_t mutex,
                struct let_go *let_go)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_CONDITION);
    struct sync_object *lock = sync_find(area, mutex);
    if (!object || !lock ||
        (lock->made != OBJECT_MUTEX + 1 && lock->made != OBJECT_RECURSIVE + 1)) {
        return -EINVAL;
    }
    if (!sync_holds(lock, task) || lock->depth != 1) {
        return -EPERM; /* held twice it would stay locked */
    }
    take_guard(area, object);
    uint32_t ticket = LOOK(object->tickets);
    CHANGE(object->tickets, 1);
    join(area, &object->waiters, task);
    give_guard(area, object);
    parked_unlock(area, task, mutex, let_go);
    return wait_known(area, object, task, number, ticket);
}

int parked_signal(struct sync_area *area, uint32_t number, uint64_t most, struct let_go *let_go)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_CONDITION);
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    for (uint64_t i = 0; i < most && let_one_go(area, &object->waiters, let_go) != 0; i++) {
        CHANGE(object->grants, 1);
    }
    give_guard(area, object);
    return 0;
}
