#include "bench/modes/ordered.h"

#include <errno.h>

#include "bench/util/relax.h"

/* How often the guard is tried before its holder is waited for in the kernel: some 2 us. It is held
 * for a tenth of that. */
enum { GUARD_TRIES = 50 };

size_t ordered_bytes(uint64_t capacity)
{
    return sizeof(struct ordered) + capacity * sizeof(struct ordered_entry);
}

void ordered_init(struct ordered *queue, uint64_t capacity, enum ordered_kind kind)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (pthread_mutex_init(&queue->guard, &attributes) != 0) {
        /* Some sandboxes keep no robust lists: there a death is seen when the time is up. */
        pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_STALLED);
        pthread_mutex_init(&queue->guard, &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    atomic_init(&queue->used, 0);
    queue->capacity = capacity;
    queue->ticket = 0;
    queue->kind = kind;
    queue->broken = false;
    for (uint64_t i = 0; i < capacity; i++) {
        queue->entries[i] = (struct ordered_entry){0, 0, 0};
    }
}

static bool hold(struct ordered *queue)
{
    int rc = pthread_mutex_trylock(&queue->guard);
    for (int look = 0; rc == EBUSY && look < GUARD_TRIES; look++) {
        cpu_relax();
        rc = pthread_mutex_trylock(&queue->guard);
    }
    if (rc == EBUSY) {
        rc = pthread_mutex_lock(&queue->guard);
    }
    /* Left unrecoverable, glibc's trylock would keep it for its caller at the second try. */
    if (rc == EOWNERDEAD) {
        queue->broken = true;
        rc = pthread_mutex_consistent(&queue->guard);
    }
    if (rc == 0 && queue->broken) {
        pthread_mutex_unlock(&queue->guard);
        return false;
    }
    return rc == 0;
}

static bool before(const struct ordered_entry *a, const struct ordered_entry *b)
{
    return a->key < b->key || (a->key == b->key && a->ticket < b->ticket);
}

/* Moves greater parents down until `entry` has its place on the way from `at` to the root. */
static void sift_up(struct ordered_entry *entries, uint64_t at, struct ordered_entry entry)
{
    while (at > 0 && before(&entry, &entries[(at - 1) / 2])) {
        entries[at] = entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    entries[at] = entry;
}

/* Moves the lesser children up from the root until `entry` has its place among `used`. */
static void sift_down(struct ordered_entry *entries, uint64_t used, struct ordered_entry entry)
{
    uint64_t at = 0, child;
    while ((child = 2 * at + 1) < used) {
        if (child + 1 < used && before(&entries[child + 1], &entries[child])) {
            child++;
        }
        if (!before(&entries[child], &entry)) {
            break;
        }
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = entry;
}

bool ordered_push(struct ordered *queue, uint64_t key, uint64_t value)
{
    uint64_t used = atomic_load(&queue->used);
    if (used == queue->capacity || !hold(queue)) { /* only this producer makes it fuller */
        return false;
    }
    used = atomic_load_explicit(&queue->used, memory_order_relaxed);
    struct ordered_entry entry = {key, queue->ticket++, value};
    if (queue->kind == ORDERED_SMALLEST) {
        sift_up(queue->entries, used, entry);
    } else {
        queue->entries[used] = entry;
    }
    atomic_store(&queue->used, used + 1);
    pthread_mutex_unlock(&queue->guard);
    return true;
}

bool ordered_pop(struct ordered *queue, uint64_t *value)
{
    if (atomic_load(&queue->used) == 0 || !hold(queue)) {
        return false;
    }
    uint64_t used = atomic_load_explicit(&queue->used, memory_order_relaxed);
    if (used > 0) {
        struct ordered_entry *entries = queue->entries;
        *value = entries[queue->kind == ORDERED_SMALLEST ? 0 : used - 1].value;
        if (queue->kind == ORDERED_SMALLEST) {
            sift_down(entries, used - 1, entries[used - 1]);
        }
        atomic_store(&queue->used, used - 1);
    }
    pthread_mutex_unlock(&queue->guard);
    return used > 0;
}
