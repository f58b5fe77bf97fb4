/*
 * loop_sync.c - objects that coroutines share: who waits parks, and goes on when another task lets
 * it go: in the same worker by the list of those that are ready, without a system call; in
 * another one by its mailbox.
 */
#include <errno.h>

#include "bench/modes/loop_frame.h"
#include "bench/modes/loop_mail.h"
#include "bench/sync/parked.h"
#include "bench/util/relax.h"

/* Looks at a spin lock that is taken, before others of the same worker have their turn. */
enum { SPIN_LOOKS = 100 };

void loop_sync_begin(struct task_frame *frame)
{
    const struct job *job = frame->worker->job;
    if (job->area) {
        struct sync_wait *wait = sync_wait_of(job->area, frame->task);
        wait->worker = (uint32_t)frame->worker->worker;
        wait->parked = frame;
    }
}

static void wake(struct loop_worker *worker, struct sync_area *area, struct let_go *let_go)
{
    uint64_t task;
    while (parked_next(area, let_go, &task)) {
        struct sync_wait *wait = sync_wait_of(area, task);
        if (wait->worker == worker->worker) {
            loop_worker_ready(worker, wait->parked);
        } else {
            loop_mail_send(area, task);
        }
    }
}

/* `rc`: what the call came to. */
static int finish(struct task_context *context, struct let_go *let_go, int rc)
{
    struct task_frame *frame = context->owner;
    if (let_go) {
        wake(frame->worker, context->area, let_go);
    }
    if (rc == PARK) {
        coroutine_park(frame->coroutine);
        rc = 0;
    }
    return rc;
}

static bool take_spin(struct sync_object *object, int looks)
{
    while (pthread_spin_trylock(&object->native.spin) != 0) {
        if (looks-- == 0) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

/* Burns the CPU as a spinning thread does, but lets others of its worker run: the holder may be one
 * of them. In a single worker it is, so that more looks are in vain. */
static int lock_spin(struct task_context *context, struct sync_object *object, uint32_t number)
{
    struct task_frame *frame = context->owner;
    int looks = context->area->workers == 1 ? 0 : SPIN_LOOKS;
    if (!take_spin(object, looks)) {
        struct sync_wait *wait = sync_wait_of(context->area, context->task);
        sync_wait_begin(wait, number, SYNC_ALONE);
        loop_worker_ready(frame->worker, &frame->operation); /* to come here was no spinning */
        coroutine_park(frame->coroutine);
        while (!take_spin(object, looks)) {
            loop_worker_spin(frame->worker, &frame->operation);
            coroutine_park(frame->coroutine);
        }
        sync_wait_end(wait);
    }
    sync_hold(object, context->task);
    return 0;
}

static int sync_lock(struct task_context *context, uint32_t number)
{
    int rc = parked_lock(context->area, context->task, number);
    if (rc == -EINVAL) {
        struct sync_object *spin = sync_find_kind(context->area, number, OBJECT_SPIN);
        return spin ? lock_spin(context, spin, number) : rc;
    }
    return finish(context, NULL, rc);
}

static int sync_lock_shared(struct task_context *context, uint32_t number)
{
    return finish(context, NULL, parked_lock_shared(context->area, context->task, number));
}

static int sync_unlock(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_unlock(context->area, context->task, number, &let_go);
    if (rc == -EINVAL && sync_find_kind(context->area, number, OBJECT_SPIN)) {
        return sync_blocking.unlock(context, number);
    }
    return finish(context, &let_go, rc);
}

static int sync_acquire(struct task_context *context, uint32_t number)
{
    return finish(context, NULL, parked_acquire(context->area, context->task, number));
}

static int sync_release(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_release(context->area, number, &let_go);
    return finish(context, &let_go, rc);
}

static int sync_await(struct task_context *context, uint32_t number)
{
    return finish(context, NULL, parked_await(context->area, context->task, number));
}

static int sync_set(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_set(context->area, number, &let_go);
    return finish(context, &let_go, rc);
}

static int sync_arrive(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_arrive(context->area, context->task, number, &let_go);
    return finish(context, &let_go, rc);
}

static int sync_wait(struct task_context *context, uint32_t number, uint32_t mutex)
{
    struct let_go let_go = {0};
    int rc = parked_wait(context->area, context->task, number, mutex, &let_go);
    rc = finish(context, &let_go, rc);
    return rc != 0 ? rc : sync_lock(context, mutex);
}

static int sync_signal(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_signal(context->area, number, 1, &let_go);
    return finish(context, &let_go, rc);
}

static int sync_broadcast(struct task_context *context, uint32_t number)
{
    struct let_go let_go = {0};
    int rc = parked_signal(context->area, number, UINT64_MAX, &let_go);
    return finish(context, &let_go, rc);
}

const struct sync_calls loop_sync_calls = {
    .lock = sync_lock,
    .lock_shared = sync_lock_shared,
    .unlock = sync_unlock,
    .acquire = sync_acquire,
    .release = sync_release,
    .await = sync_await,
    .set = sync_set,
    .arrive = sync_arrive,
    .wait = sync_wait,
    .signal = sync_signal,
    .broadcast = sync_broadcast,
};
