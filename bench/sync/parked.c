#include "bench/sync/parked.h"

#include <errno.h>

#include "bench/sync/futex.h"
#include "bench/util/relax.h"

/* A guard is held for some 20 ns: who finds it taken looks this often before it sleeps. */
enum { GUARD_LOOKS = 100 };

static bool take_if_free(_Atomic uint32_t *guard)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong_explicit(guard, &free, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

static void take_guard(const struct sync_area *area, struct sync_object *object)
{
    if (area->workers == 1 || take_if_free(&object->guard)) {
        return;
    }
    for (int looks = 0; looks < GUARD_LOOKS; looks++) {
        cpu_relax();
        if (atomic_load_explicit(&object->guard, memory_order_relaxed) == 0 &&
            take_if_free(&object->guard)) {
            return;
        }
    }
    while (atomic_exchange_explicit(&object->guard, 2, memory_order_acquire) != 0) {
        futex_sleep(&object->guard, 2, FUTEX_BITSET_MATCH_ANY, area->processes);
    }
}

static void give_guard(const struct sync_area *area, struct sync_object *object)
{
    if (area->workers > 1 &&
        atomic_exchange_explicit(&object->guard, 0, memory_order_release) == 2) {
        futex_wake_one(&object->guard, area->processes);
    }
}

/* Under the guard. What the runner reads is atomic, but changed by one at a time. */
#define CHANGE(field, by)                                                                        \
    atomic_store_explicit(&(field), atomic_load_explicit(&(field), memory_order_relaxed) + (by), \
                          memory_order_release)
#define LOOK(field) atomic_load_explicit(&(field), memory_order_relaxed)

/* --- queues --- */

static void join(const struct sync_area *area, struct sync_queue *queue, uint64_t task)
{
    struct sync_wait *wait = sync_wait_of(area, task);
    wait->next = 0;
    wait->granted = 0;
    if (queue->first == 0) {
        queue->first = task + 1;
    } else {
        sync_wait_of(area, queue->last - 1)->next = task + 1;
    }
    queue->last = task + 1;
}

static int park(const struct sync_area *area, struct sync_queue *queue, uint64_t task,
                uint32_t number, enum sync_how how)
{
    join(area, queue, task);
    sync_wait_begin(sync_wait_of(area, task), number, how);
    return PARK;
}

/* The first of the queue, task + 1; 0: none. It may then be holder of what it waited for. */
static uint64_t let_one_go(const struct sync_area *area, struct sync_queue *queue,
                           struct let_go *let_go)
{
    uint64_t first = queue->first;
    if (first == 0) {
        return 0;
    }
    struct sync_wait *wait = sync_wait_of(area, first - 1);
    queue->first = wait->next;
    wait->next = 0;
    wait->granted = 1;
    if (LOOK(wait->sequence) % 2 == 1) { /* else it is about to wait for a condition */
        sync_wait_end(wait);
    }
    if (let_go->first == 0) {
        let_go->first = first;
    } else {
        sync_wait_of(area, let_go->last - 1)->next = first;
    }
    let_go->last = first;
    return first;
}

static uint64_t let_all_go(const struct sync_area *area, struct sync_queue *queue,
                           struct let_go *let_go)
{
    uint64_t count = 0;
    while (let_one_go(area, queue, let_go) != 0) {
        count++;
    }
    return count;
}

bool parked_next(const struct sync_area *area, struct let_go *let_go, uint64_t *task)
{
    if (let_go->first == 0) {
        return false;
    }
    *task = let_go->first - 1;
    let_go->first = sync_wait_of(area, *task)->next;
    return true;
}

/* --- locks --- */

static int lock_mutex(struct sync_area *area, struct sync_object *object, uint64_t task,
                      uint32_t number)
{
    if (LOOK(object->holder) == 0) {
        sync_hold(object, task);
        object->depth = 1;
        return 0;
    }
    if (object->made == OBJECT_RECURSIVE + 1 && sync_holds(object, task)) {
        object->depth++;
        return 0;
    }
    return park(area, &object->waiters, task, number, SYNC_ALONE);
}

static int lock_rw(struct sync_area *area, struct sync_object *object, uint64_t task,
                   uint32_t number)
{
    if (LOOK(object->holder) == 0 && LOOK(object->readers) == 0) {
        sync_hold(object, task);
        return 0;
    }
    return sync_holds(object, task) ? -EDEADLK
                                    : park(area, &object->waiters, task, number, SYNC_ALONE);
}

int parked_lock(struct sync_area *area, uint64_t task, uint32_t number)
{
    struct sync_object *object = sync_find(area, number);
    int rc = -EINVAL;
    if (!object) {
        return rc;
    }
    take_guard(area, object);
    switch (object->made) {
    case OBJECT_MUTEX + 1:
    case OBJECT_RECURSIVE + 1:
        rc = lock_mutex(area, object, task, number);
        break;
    case OBJECT_RW + 1:
        rc = lock_rw(area, object, task, number);
        break;
    default:
        break;
    }
    give_guard(area, object);
    return rc;
}

int parked_lock_shared(struct sync_area *area, uint64_t task, uint32_t number)
{
    struct sync_object *object = sync_find_kind(area, number, OBJECT_RW);
    int rc = 0;
    if (!object) {
        return -EINVAL;
    }
    take_guard(area, object);
    if (LOOK(object->holder) == 0) {
        CHANGE(object->readers, 1);
    } else if (sync_holds(object, task)) {
        rc = -EDEADLK;
    } else {
        rc = park(area, &object->shared_waiters, task, number, SYNC_SHARED);
    }
    give_guard(area, object);
    return rc;
}

/* It is free now: the first that waits for it alone has it. */
static void pass_on(struct sync_area *area, struct sync_object *object, struct let_go *let_go)
{
    uint64_t first = let_one_go(area, &object->waiters, let_go);
    if (first != 0) {
        object->depth = 1;
        sync_hold(object, first - 1);
    }
}

static int unlock_alone(struct sync_area *area, struct sync_object *object, struct let_go *let_go)
{
    if (object->made == OBJECT_RECURSIVE + 1 && --object->depth > 0) {
        return 0;
    }
    sync_let_go(object);
    if (object->made == OBJECT_RW + 1 && object->shared_waiters.first != 0) {
        CHANGE(object->readers, let_all_go(area, &object->shared_waiters, let_go));
    } else {
        pass_on(area, object, let_go);
    }
    return 0;
}

static int unlock_shared(struct sync_area *area, struct sync_object *object, struct let_go *let_go)
{
    if (object->made != OBJECT_RW + 1 || LOOK(object->readers) == 0) {
        return -EPERM;
    }
    CHANGE(object->readers, -UINT64_C(1));
    if (LOOK(object->readers) == 0) {
        pass_on(area, object, let_go);
    }
    return 0;
}

int parked_unlock(struct sync_area *area, uint64_t task, uint32_t number, struct let_go *let_go)
{
    struct sync_object *object = sync_find(area, number);
    if (!object || object->made == 0 || object->made > OBJECT_RECURSIVE + 1 ||
        object->made == OBJECT_SPIN + 1) {
        return -EINVAL;
    }
    take_guard(area, object);
    int rc = sync_holds(object, task) ? unlock_alone(area, object, let_go)
                                      : unlock_shared(area, object, let_go);
    give_guard(area, object);
    return rc;
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
