#include "bench/sync/area.h"

#include <errno.h>
#include <limits.h>

#include "bench/util/align.h"

enum { PART_ALIGN = 256 };

_Static_assert(sizeof(struct sync_area) <= PART_ALIGN, "objects start behind it");
_Static_assert(sizeof(struct sync_object) == PART_ALIGN, "each on lines of its own");
_Static_assert(sizeof(struct sync_wait) == 64, "one line per task");

static size_t waits_at(uint64_t objects)
{
    return PART_ALIGN + objects * sizeof(struct sync_object);
}

static size_t mailboxes_at(uint64_t objects, uint64_t tasks)
{
    return align_up(waits_at(objects) + tasks * sizeof(struct sync_wait), PART_ALIGN);
}

size_t sync_area_bytes(uint64_t objects, uint64_t tasks, uint64_t workers)
{
    return objects == 0
               ? 0
               : align_up(mailboxes_at(objects, tasks) + workers * sizeof(struct sync_mailbox),
                          PART_ALIGN);
}

void sync_area_init(struct sync_area *area, uint64_t objects, uint64_t tasks, uint64_t workers,
                    bool processes)
{
    *area = (struct sync_area){.objects = objects,
                               .tasks = tasks,
                               .workers = workers,
                               .waits_at = waits_at(objects),
                               .mailboxes_at = mailboxes_at(objects, tasks),
                               .processes = processes};
}

static int make_mutex(struct sync_object *object, int type, bool processes)
{
    pthread_mutexattr_t attr;
    int rc = pthread_mutexattr_init(&attr);
    if (rc != 0) {
        return -rc;
    }
    rc = pthread_mutexattr_settype(&attr, type);
    if (rc == 0 && processes) {
        rc = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    }
    if (rc == 0 && processes) {
        rc = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    }
    if (rc == 0) {
        rc = pthread_mutex_init(&object->native.mutex, &attr);
    }
    pthread_mutexattr_destroy(&attr);
    return -rc;
}

static int make_rw(struct sync_object *object, bool processes)
{
    pthread_rwlockattr_t attr;
    int rc = pthread_rwlockattr_init(&attr);
    if (rc != 0) {
        return -rc;
    }
    rc = pthread_rwlockattr_setpshared(&attr, processes);
    if (rc == 0) {
        rc = pthread_rwlock_init(&object->native.rw, &attr);
    }
    pthread_rwlockattr_destroy(&attr);
    return -rc;
}

static int make_barrier(struct sync_object *object, bool processes)
{
    pthread_barrierattr_t attr;
    int rc = object->count <= UINT32_MAX ? pthread_barrierattr_init(&attr) : EINVAL;
    if (rc != 0) {
        return -rc;
    }
    rc = pthread_barrierattr_setpshared(&attr, processes);
    if (rc == 0) {
        rc = pthread_barrier_init(&object->native.barrier, &attr, (unsigned)object->count);
    }
    pthread_barrierattr_destroy(&attr);
    return -rc;
}

static int make_semaphore(struct sync_object *object, bool processes)
{
    atomic_store(&object->places, object->count);
    if (object->count > SEM_VALUE_MAX) {
        return -EINVAL;
    }
    return sem_init(&object->native.semaphore, processes, (unsigned)object->count) == 0 ? 0
                                                                                        : -errno;
}

static int make_native(struct sync_object *object, enum object_kind kind, bool processes)
{
    _Static_assert(PTHREAD_PROCESS_PRIVATE == 0 && PTHREAD_PROCESS_SHARED == 1, "as bool");
    switch (kind) {
    case OBJECT_MUTEX:
        return make_mutex(object, PTHREAD_MUTEX_NORMAL, processes);
    case OBJECT_RECURSIVE:
        return make_mutex(object, PTHREAD_MUTEX_RECURSIVE, processes);
    case OBJECT_SPIN:
        return -pthread_spin_init(&object->native.spin, processes);
    case OBJECT_RW:
        return make_rw(object, processes);
    case OBJECT_SEMAPHORE:
        return make_semaphore(object, processes);
    case OBJECT_BARRIER:
        return make_barrier(object, processes);
    case OBJECT_EVENT:
    case OBJECT_CONDITION:
        return 0; /* zeroed memory */
    default:
        return -EINVAL;
    }
}

int sync_make(struct sync_area *area, uint32_t number, enum object_kind kind, uint64_t count)
{
    struct sync_object *object = sync_find(area, number);
    if (!object || object->made != 0) {
        return -EINVAL;
    }
    object->count = count;
    int rc = make_native(object, kind, area->processes);
    if (rc == 0) {
        object->made = (uint32_t)kind + 1;
    }
    return rc;
}
