/*
 * blocking.c - locks for tasks that have a thread to block: the C library's own.
 *
 * Each first tries, and makes its wait known only where it is going to block: a lock that is free
 * costs some ns more than the bare one (who holds it is written down beside it).
 */
#include "bench/sync/blocking.h"

#include <errno.h>

/* In both: 0, 1 or -errno as lock(). */
static int lock_mutex(struct task_context *context, struct sync_object *object, uint32_t number)
{
    pthread_mutex_t *mutex = &object->native.mutex;
    int inherited = 0;
    int rc = pthread_mutex_trylock(mutex);
    if (rc == EBUSY) {
        blocking_begin(context, number, SYNC_ALONE);
        rc = pthread_mutex_lock(mutex);
        blocking_end(context);
    }
    if (rc == EOWNERDEAD) {
        pthread_mutex_consistent(mutex);
        object->depth = 0;
        inherited = 1;
        rc = 0;
    }
    if (rc != 0) {
        return -rc;
    }
    object->depth++;
    sync_hold(object, context->task);
    return inherited;
}

static int unlock_mutex(struct sync_object *object)
{
    if (--object->depth == 0) {
        sync_let_go(object);
    }
    return -pthread_mutex_unlock(&object->native.mutex);
}

static int lock_spin(struct task_context *context, struct sync_object *object, uint32_t number)
{
    if (pthread_spin_trylock(&object->native.spin) != 0) {
        blocking_begin(context, number, SYNC_ALONE);
        pthread_spin_lock(&object->native.spin);
        blocking_end(context);
    }
    sync_hold(object, context->task);
    return 0;
}

/* Who has it alone and wants it again would wait for itself: the C library says so. */
static int lock_rw(struct task_context *context, struct sync_object *object, uint32_t number)
{
    int rc = pthread_rwlock_trywrlock(&object->native.rw);
    if (rc == EBUSY) {
        blocking_begin(context, number, SYNC_ALONE);
        rc = pthread_rwlock_wrlock(&object->native.rw);
        blocking_end(context);
    }
    if (rc == 0) {
        sync_hold(object, context->task);
    }
    return -rc;
}

int blocking_lock(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find(context->area, number);
    switch (object ? object->made : 0) {
    case OBJECT_MUTEX + 1:
    case OBJECT_RECURSIVE + 1:
        return lock_mutex(context, object, number);
    case OBJECT_SPIN + 1:
        return lock_spin(context, object, number);
    case OBJECT_RW + 1:
        return lock_rw(context, object, number);
    default:
        return -EINVAL;
    }
}

static int blocking_lock_shared(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find_kind(context->area, number, OBJECT_RW);
    if (!object) {
        return -EINVAL;
    }
    int rc = pthread_rwlock_tryrdlock(&object->native.rw);
    if (rc == EBUSY) {
        blocking_begin(context, number, SYNC_SHARED);
        rc = pthread_rwlock_rdlock(&object->native.rw);
        blocking_end(context);
    }
    if (rc == 0) {
        atomic_fetch_add_explicit(&object->readers, 1, memory_order_release);
    }
    return -rc;
}

static int unlock_shared(struct sync_object *object)
{
    if (object->made != OBJECT_RW + 1 ||
        atomic_load_explicit(&object->readers, memory_order_relaxed) == 0) {
        return -EPERM;
    }
    atomic_fetch_sub_explicit(&object->readers, 1, memory_order_relaxed);
    return -pthread_rwlock_unlock(&object->native.rw);
}

int blocking_unlock(struct task_context *context, uint32_t number)
{
    struct sync_object *object = sync_find(context->area, number);
    if (!object || object->made == 0 || object->made > OBJECT_RECURSIVE + 1) {
        return -EINVAL;
    }
    if (!sync_holds(object, context->task)) {
        return unlock_shared(object);
    }
    switch (object->made) {
    case OBJECT_SPIN + 1:
        sync_let_go(object);
        return -pthread_spin_unlock(&object->native.spin);
    case OBJECT_RW + 1:
        sync_let_go(object);
        return -pthread_rwlock_unlock(&object->native.rw);
    default:
        return unlock_mutex(object);
    }
}

const struct sync_calls sync_blocking = {
    .lock = blocking_lock,
    .lock_shared = blocking_lock_shared,
    .unlock = blocking_unlock,
    .acquire = blocking_acquire,
    .release = blocking_release,
    .await = blocking_await,
    .set = blocking_set,
    .arrive = blocking_arrive,
    .wait = blocking_wait,
    .signal = blocking_signal,
    .broadcast = blocking_broadcast,
};
