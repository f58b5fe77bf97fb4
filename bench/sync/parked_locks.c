#include <errno.h>

#include "bench/sync/parked_queue.h"

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
