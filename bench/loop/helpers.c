#include "bench/loop/helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"

#define STACK_BYTES ((size_t)256 << 10)

/* One thread's. */
struct helper {
    struct helpers *all;
    pthread_t thread;
    uint64_t cpu_ns; /* at its end */
};

struct helpers {
    pthread_mutex_t lock; /* of the next five */
    pthread_cond_t more;
    struct operation *queue, **tail;
    unsigned queued, waiting; /* operations; threads without one */
    bool end;
    _Atomic(struct operation *) finished; /* the last one first */
    int wake;
    /* Of the loop's thread alone: */
    unsigned count;
    uint64_t under_way;
    struct helper helpers[HELPERS_MOST];
};

static ssize_t carry_out_all(struct operation *operation)
{
    bool reads = operation->kind == OPERATION_READ;
    while (operation->size > 0) {
        ssize_t moved = reads ? read(operation->fd, operation->buffer, operation->size)
                              : write(operation->fd, operation->buffer, operation->size);
        if (moved > 0) {
            operation->buffer = (char *)operation->buffer + moved;
            operation->size -= (size_t)moved;
            operation->result += moved;
        } else if (moved == 0) {
            return reads ? operation->result : -EIO;
        } else if (errno != EINTR) {
            return reads ? -errno : refusal_tell("write", -errno, operation->size);
        }
    }
    return operation->result;
}

static ssize_t carry_out(struct operation *operation)
{
    int code;
    if (operation->kind == OPERATION_READ || operation->kind == OPERATION_WRITE) {
        return carry_out_all(operation);
    }
    do {
        code = operation->kind == OPERATION_OPEN
                   ? openat(operation->fd, operation->name, operation->flags, operation->mode)
                   : fsync(operation->fd);
    } while (code < 0 && errno == EINTR);
    return code < 0
               ? refusal_tell(operation->kind == OPERATION_OPEN ? "openat" : "fsync", -errno, 0)
               : code;
}

static void finish(struct helpers *helpers, struct operation *operation)
{
    /* Beyond the exchange the operation is the loop's, which may have started it anew. */
    struct operation *before = atomic_load_explicit(&helpers->finished, memory_order_relaxed);
    do {
        operation->next = before;
    } while (!atomic_compare_exchange_weak_explicit(&helpers->finished, &before, operation,
                                                    memory_order_acq_rel, memory_order_relaxed));
    if (before == NULL && helpers->wake >= 0) {
        const uint64_t one = 1;
        ssize_t written = write(helpers->wake, &one, sizeof one);
        (void)written; /* fails only where the count is full, and then the loop is awake */
    }
}

/* With the lock held. NULL: the end. */
static struct operation *take(struct helpers *helpers)
{
    while (helpers->queue == NULL && !helpers->end) {
        helpers->waiting++;
        pthread_cond_wait(&helpers->more, &helpers->lock);
        helpers->waiting--;
    }
    struct operation *operation = helpers->queue;
    if (operation != NULL) {
        helpers->queue = operation->next;
        helpers->queued--;
        if (helpers->queue == NULL) {
            helpers->tail = &helpers->queue;
        }
    }
    return operation;
}

static void *help(void *argument)
{
    struct helper *self = argument;
    struct helpers *all = self->all;
    struct operation *operation;
    struct timespec cpu;

    pthread_mutex_lock(&all->lock);
    while ((operation = take(all)) != NULL) {
        pthread_mutex_unlock(&all->lock);
        operation->result = carry_out(operation);
        finish(all, operation);
        pthread_mutex_lock(&all->lock);
    }
    pthread_mutex_unlock(&all->lock);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    self->cpu_ns = clock_ns(cpu);
    return NULL;
}

struct helpers *helpers_open(int wake)
{
    struct helpers *helpers = calloc(1, sizeof *helpers);
    if (helpers != NULL) {
        pthread_mutex_init(&helpers->lock, NULL);
        pthread_cond_init(&helpers->more, NULL);
        helpers->tail = &helpers->queue;
        helpers->wake = wake;
    }
    return helpers;
}

static int hire(struct helpers *helpers)
{
    struct helper *helper = &helpers->helpers[helpers->count];
    sigset_t all, before;
    pthread_attr_t attr;

    int code = pthread_attr_init(&attr);
    if (code != 0) {
        return -code;
    }
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    *helper = (struct helper){.all = helpers};
    sigfillset(&all); /* signals are the loop's thread's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&helper->thread, &attr, help, helper);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (code == 0) {
        helpers->count++;
    }
    return -code;
}

int helpers_start(struct helpers *helpers, struct operation *operation)
{
    pthread_mutex_lock(&helpers->lock);
    bool busy = helpers->queued >= helpers->waiting;
    pthread_mutex_unlock(&helpers->lock);
    if (busy && helpers->count < HELPERS_MOST) {
        int code = hire(helpers);
        if (code != 0 && helpers->count == 0) {
            return refusal_tell("pthread_create", code, 0);
        }
    }
    operation->next = NULL;
    helpers->under_way++;
    pthread_mutex_lock(&helpers->lock);
    *helpers->tail = operation;
    helpers->tail = &operation->next;
    helpers->queued++;
    pthread_cond_signal(&helpers->more);
    pthread_mutex_unlock(&helpers->lock);
    return 0;
}

struct operation *helpers_finished(struct helpers *helpers)
{
    if (atomic_load_explicit(&helpers->finished, memory_order_relaxed) == NULL) {
        return NULL;
    }
    struct operation *from =
        atomic_exchange_explicit(&helpers->finished, NULL, memory_order_acq_rel);
    struct operation *list = NULL;
    while (from != NULL) {
        struct operation *next = from->next;
        from->next = list;
        list = from;
        from = next;
        helpers->under_way--;
    }
    return list;
}

uint64_t helpers_close(struct helpers *helpers)
{
    uint64_t cpu_ns = 0;

    pthread_mutex_lock(&helpers->lock);
    helpers->end = true;
    pthread_cond_broadcast(&helpers->more);
    pthread_mutex_unlock(&helpers->lock);
    if (helpers->under_way > 0) {
        for (unsigned i = 0; i < helpers->count; i++) {
            pthread_detach(helpers->helpers[i].thread);
        }
        return 0;
    }
    for (unsigned i = 0; i < helpers->count; i++) {
        pthread_join(helpers->helpers[i].thread, NULL);
        cpu_ns += helpers->helpers[i].cpu_ns;
    }
    if (helpers->wake >= 0) {
        close(helpers->wake);
    }
    pthread_cond_destroy(&helpers->more);
    pthread_mutex_destroy(&helpers->lock);
    free(helpers);
    return cpu_ns;
}
