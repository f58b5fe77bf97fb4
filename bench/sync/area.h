/*
 * area.h - where the objects that tasks share lie: locks, semaphores, events, barriers, conditions.
 *
 * A part of the repetition's shared mapping (bench/repetition/shared.h), so that workers find it
 * whatever they are, and the runner can look into it while the clock runs. Nothing in it is an
 * address but what one worker keeps for itself: images map it where they please. Laid out as
 *
 *     struct sync_area | objects | a record of waiting per task | a mailbox per worker
 *
 * What the runner may conclude from it (bench/sync/stuck.h) rests on three rules of order:
 *   - a wait is made known before the task blocks, and withdrawn after it was granted but before
 *     anything of the grant is made known (holder, places, passed, ...);
 *   - a holder makes itself known after it has taken the lock, and withdraws before it gives back;
 *   - what lets others go on is counted before they are let go.
 * So a wait that is known may be over already, but then the object does not look taken.
 */
#ifndef BENCH_SYNC_AREA_H
#define BENCH_SYNC_AREA_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/context.h"

/* The tasks of one queue in the order in which they came, linked by sync_wait.next. */
struct sync_queue {
    uint64_t first, last; /* task + 1; 0: none */
};

struct sync_object {
    _Alignas(256) uint32_t made; /* enum object_kind + 1; 0: not made yet */
    uint32_t depth;              /* how often its holder has locked a recursive one */
    /* task + 1 of who has it alone; 0: nobody, or it is about to change. Beside the lock itself,
     * whose line its holder has anyway. */
    _Atomic uint64_t holder;
    union {
        pthread_mutex_t mutex;
        pthread_spinlock_t spin;
        pthread_rwlock_t rw;
        sem_t semaphore;
        pthread_barrier_t barrier;
        _Atomic uint32_t word; /* event: 1 where it is set; the futex of its waiters */
    } native;
    uint64_t count; /* that it was made with */
    union {
        _Atomic uint64_t readers; /* rw: who have it shared */
        _Atomic uint64_t places;  /* semaphore: free ones, a taken one only when that is known */
        struct {                  /* barrier: ever */
            _Atomic uint64_t arrived, passed;
        };
        struct { /* condition: waits that began, and those signalled, modulo 2^32, in turn */
            _Atomic uint32_t tickets, grants;
        };
    };
    /* Of coroutines, for whom but a spin lock the native object is not used (parked.h): */
    _Atomic uint32_t guard; /* of what follows: 0: free, 1: taken, 2: and somebody sleeps */
    struct sync_queue waiters, shared_waiters;
};

/* One per task. Written by the task, and where it is parked by who lets it go on. */
struct sync_wait {
    _Alignas(64) _Atomic uint64_t sequence; /* of waits that began or ended: odd while one lasts */
    _Atomic uint32_t object;
    _Atomic uint32_t how; /* enum sync_how */
    _Atomic uint32_t ticket;
    uint32_t worker;  /* where it is parked */
    uint64_t next;    /* task + 1 of the next in the same queue or mailbox */
    void *parked;     /* the worker's own */
    uint32_t granted; /* it was let go */
};

enum sync_how { SYNC_ALONE, SYNC_SHARED, SYNC_OTHER };

/* Tasks of this worker that others let go on. */
struct sync_mailbox {
    _Alignas(64) _Atomic uint64_t last; /* task + 1; 0: empty */
    int32_t bell;                       /* eventfd, written when the box was empty; 0: none */
};

struct sync_area {
    uint64_t objects, tasks, workers;
    size_t waits_at, mailboxes_at; /* offsets from the start */
    bool processes;                /* tasks run in several */
};

/* Bytes for that many; 0 where there are no objects. */
size_t sync_area_bytes(uint64_t objects, uint64_t tasks, uint64_t workers);

/* Makes zeroed memory (256-aligned) an area. */
void sync_area_init(struct sync_area *area, uint64_t objects, uint64_t tasks, uint64_t workers,
                    bool processes);

/* Makes object `number`. Before any task starts, once. 0; -EINVAL: no such object, made already, or
 * a count that it cannot have; or what the C library says. */
int sync_make(struct sync_area *area, uint32_t number, enum object_kind kind, uint64_t count);

/* Threads and processes: who waits blocks. */
extern const struct sync_calls sync_blocking;

/* `number` is below area->objects. */
static inline struct sync_object *sync_at(const struct sync_area *area, uint64_t number)
{
    return (struct sync_object *)((uintptr_t)area + 256) + number;
}

/* NULL where there is no such object. */
static inline struct sync_object *sync_find(const struct sync_area *area, uint32_t number)
{
    return number < area->objects ? sync_at(area, number) : NULL;
}

/* The object of that kind, or NULL. */
static inline struct sync_object *sync_find_kind(const struct sync_area *area, uint32_t number,
                                                 enum object_kind kind)
{
    struct sync_object *object = sync_find(area, number);
    return object && object->made == (uint32_t)kind + 1 ? object : NULL;
}

static inline struct sync_wait *sync_wait_of(const struct sync_area *area, uint64_t task)
{
    return (struct sync_wait *)((uintptr_t)area + area->waits_at) + task;
}

static inline struct sync_mailbox *sync_mailbox_of(const struct sync_area *area, uint64_t worker)
{
    return (struct sync_mailbox *)((uintptr_t)area + area->mailboxes_at) + worker;
}

/* The task is about to wait for the object, and has got what it waited for. One writer at a time,
 * so that no addition need be atomic. */
static inline void sync_wait_begin(struct sync_wait *wait, uint32_t object, enum sync_how how)
{
    uint64_t sequence = atomic_load_explicit(&wait->sequence, memory_order_relaxed);
    /* Released, all of them: who reads one of a later wait sees that the former one is over. */
    atomic_store_explicit(&wait->object, object, memory_order_release);
    atomic_store_explicit(&wait->how, (uint32_t)how, memory_order_release);
    atomic_store_explicit(&wait->sequence, sequence + 1, memory_order_release);
}

static inline void sync_wait_end(struct sync_wait *wait)
{
    uint64_t sequence = atomic_load_explicit(&wait->sequence, memory_order_relaxed);
    atomic_store_explicit(&wait->sequence, sequence + 1, memory_order_release);
}

/* Ordered after the end of the wait by which it got the lock. */
static inline void sync_hold(struct sync_object *object, uint64_t task)
{
    atomic_store_explicit(&object->holder, task + 1, memory_order_release);
}

static inline void sync_let_go(struct sync_object *object)
{
    atomic_store_explicit(&object->holder, 0, memory_order_relaxed);
}

/* Only the task itself may ask: nobody else can make it true or false. */
static inline bool sync_holds(struct sync_object *object, uint64_t task)
{
    return atomic_load_explicit(&object->holder, memory_order_relaxed) == task + 1;
}

#endif
