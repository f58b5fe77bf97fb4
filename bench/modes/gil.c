#include "bench/modes/gil.h"

#include <errno.h>

#include "bench/util/clock.h"

/* Deadlines are of the clock that cannot be set back. */
static int init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);
    if (rc == 0) {
        rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        rc = rc == 0 ? pthread_cond_init(condition, &attr) : rc;
        pthread_condattr_destroy(&attr);
    }
    return -rc;
}

int gil_init(struct gil *gil, uint64_t interval_ns)
{
    *gil = (struct gil){.interval_ns = interval_ns};
    int rc = -pthread_mutex_init(&gil->mutex, NULL);
    if (rc != 0) {
        return rc;
    }
    rc = init_condition(&gil->freed);
    if (rc != 0) {
        goto no_freed;
    }
    rc = init_condition(&gil->taken);
    if (rc == 0) {
        return 0;
    }
    pthread_cond_destroy(&gil->freed);
no_freed:
    pthread_mutex_destroy(&gil->mutex);
    return rc;
}

void gil_end(struct gil *gil)
{
    pthread_cond_destroy(&gil->taken);
    pthread_cond_destroy(&gil->freed);
    pthread_mutex_destroy(&gil->mutex);
}

/* One interval at the most, with the mutex held. A holder that changed meanwhile has its own
 * interval before it is asked. */
static void wait_an_interval(struct gil *gil)
{
    const uint64_t seen = gil->switches;
    const struct timespec deadline = clock_timespec(clock_now_ns() + gil->interval_ns);
    int rc = pthread_cond_timedwait(&gil->freed, &gil->mutex, &deadline);
    if (rc == ETIMEDOUT && gil->held && gil->switches == seen) {
        atomic_store_explicit(&gil->asked, true, memory_order_relaxed);
    }
}

uint64_t gil_take(struct gil *gil, uint64_t who)
{
    uint64_t waited_ns = 0;
    pthread_mutex_lock(&gil->mutex);
    if (gil->held) {
        const uint64_t before = clock_now_ns();
        while (gil->held) {
            wait_an_interval(gil);
        }
        waited_ns = clock_now_ns() - before;
    }
    gil->held = true;
    atomic_store_explicit(&gil->asked, false, memory_order_relaxed);
    if (gil->last != who) {
        gil->last = who;
        gil->switches++;
        pthread_cond_broadcast(&gil->taken);
    }
    pthread_mutex_unlock(&gil->mutex);
    return waited_ns;
}

void gil_give(struct gil *gil, uint64_t who)
{
    pthread_mutex_lock(&gil->mutex);
    gil->held = false;
    pthread_cond_signal(&gil->freed);
    /* Who asked is waiting still, so that somebody will take it, and say so. */
    if (atomic_load_explicit(&gil->asked, memory_order_relaxed)) {
        while (gil->last == who) {
            pthread_cond_wait(&gil->taken, &gil->mutex);
        }
    }
    pthread_mutex_unlock(&gil->mutex);
}
