#include "bench/repetition/watched.h"

#include "bench/util/clock.h"

/* Calls and what is computed between them are told apart from this length on; a segment that
 * computes is looked at this often. */
#define CALL_NS    UINT64_C(20000)
#define COMPUTE_NS UINT64_C(50000)

static struct {
    struct workload workload;     /* that the job has */
    const struct workload *inner; /* and should have */
    const struct shared *shared;
    int fd;
} watch;

static _Thread_local struct moments *loop_moments;

/* A task and its context, as it sees it. */
struct watched {
    struct task_context context; /* first: what the task hands to the calls */
    struct task_context *inner;
    struct moments *moments; /* of its thread */
};

static void add(uint64_t task, struct segment *segments, size_t count, enum doing doing)
{
    for (size_t i = 0; i < count; i++) {
        segments[i].doing = doing;
    }
    segments_add(watch.shared, watch.fd, task, segments, count);
}

static void cut(struct watched *self, enum doing doing)
{
    struct segment parts[2];
    const uint64_t turns = moments_cut(self->moments, &parts[0]);
    size_t count = 1;
    if (turns == 1 && parts[0].blocked_ns > 0 && parts[0].ready_ns >= CALL_NS) {
        /* It left its CPU once, to block; was made ready; and came back. */
        const uint64_t since_ns = parts[0].to_ns - parts[0].ready_ns;
        parts[1] = (struct segment){.from_ns = since_ns,
                                    .to_ns = parts[0].to_ns,
                                    .ready_ns = parts[0].ready_ns,
                                    .joined = 1};
        parts[0].to_ns = since_ns;
        parts[0].ready_ns = 0;
        count = 2;
    }
    add(self->context.task, parts, count, doing);
}

/* What a loop knows of a task that waited: since begin_ns for something, since `since_ns` for its
 * turn, and now it goes on. Fills two segments. */
static void parked(const struct moments *moments, uint64_t begin_ns, bool known, enum doing doing,
                   struct segment *segments)
{
    uint64_t since_ns = moments->since_ns < begin_ns ? begin_ns : moments->since_ns;
    since_ns = since_ns > moments->now_ns ? moments->now_ns : since_ns;
    segments[0] = (struct segment){.from_ns = begin_ns,
                                   .to_ns = since_ns,
                                   .blocked_ns = known ? since_ns - begin_ns : 0,
                                   .doing = doing,
                                   .joined = 1};
    segments[1] = (struct segment){.from_ns = since_ns,
                                   .to_ns = moments->now_ns,
                                   .ready_ns = moments->now_ns - since_ns,
                                   .doing = doing,
                                   .joined = 1};
}

/* A call, as it begins. In a loop also: when, and at which CPU time, the task was looked at last
 * before; what it had computed since then. */
struct call {
    struct watched *self;
    bool looked_at; /* else nobody knows when it began */
    uint64_t begin_ns, from_ns, from_running_ns, ran_ns;
};

/* Others may have the loop's thread until the call is over, so what was computed until now must be
 * looked at. It is added when they had it; most locks are free. */
static void before_in_loop(struct call *call)
{
    struct moments *moments = call->self->moments;
    for (int looks = 0; looks < 2; looks++) {
        call->from_ns = moments->now_ns;
        call->from_running_ns = moments->running_ns;
        moments_go_on(moments);
        call->begin_ns = moments->now_ns;
        call->ran_ns = moments->running_ns - call->from_running_ns;
        if (moments->now_ns - call->from_ns - call->ran_ns < MOMENTS_GAP_NS) {
            return;
        }
        moments->now_ns = call->from_ns;
        moments->running_ns = call->from_running_ns;
        cut(call->self, DOING_COMPUTING);
    }
    call->from_ns = call->begin_ns = moments->now_ns;
    call->from_running_ns = moments->running_ns;
    call->ran_ns = 0;
}

static void after_in_loop(const struct call *call, bool known, enum doing doing)
{
    struct moments *moments = call->self->moments;
    if (!moments->resumed) { /* nobody else had it: it goes on as if nothing had been */
        moments->now_ns = call->from_ns;
        moments->running_ns = call->from_running_ns;
        return;
    }
    moments->resumed = false;
    const uint64_t length = call->begin_ns - call->from_ns;
    struct segment segments[3] = {{.from_ns = call->from_ns,
                                   .to_ns = call->begin_ns,
                                   .running_ns = call->ran_ns < length ? call->ran_ns : length,
                                   .doing = DOING_COMPUTING,
                                   .joined = 1}};
    parked(moments, call->begin_ns, known && call->looked_at, doing, segments + 1);
    segments_add(watch.shared, watch.fd, call->self->context.task, segments, 3);
}

static struct call look_at(struct watched *self)
{
    struct moments *moments = self->moments;
    struct call call = {.self = self, .looked_at = true};
    moments->resumed = false;
    if (moments->loop) {
        moments->calls++;
        before_in_loop(&call);
    } else if (clock_now_ns() - moments->now_ns >= CALL_NS) {
        cut(self, DOING_COMPUTING);
    } else {
        moments->calls++; /* for nothing */
    }
    return call;
}

static struct call before(struct task_context *context)
{
    struct watched *self = (struct watched *)(void *)context;
    struct moments *moments = self->moments;
    if (!moments_spares(moments)) {
        return look_at(self);
    }
    moments->calls++;
    moments->resumed = false;
    return (struct call){.self = self,
                         .begin_ns = moments->now_ns,
                         .from_ns = moments->now_ns,
                         .from_running_ns = moments->running_ns};
}

static void after_known(const struct call *call, bool known, enum doing doing)
{
    const struct moments *moments = call->self->moments;
    if (moments->loop) {
        after_in_loop(call, known, doing);
    } else if (call->looked_at && clock_now_ns() - moments->now_ns >= CALL_NS) {
        cut(call->self, doing);
    }
}

static void after(const struct call *call, enum doing doing)
{
    after_known(call, true, doing);
}

/* --- the context's calls --- */

#define CALL(type, name, doing, parameters, arguments)    \
    static type watched_##name parameters                 \
    {                                                     \
        const struct call call = before(context);         \
        struct task_context *inner = call.self->inner;    \
        const type result = inner->calls->name arguments; \
        after(&call, doing);                              \
        return result;                                    \
    }

CALL(int, sleep, DOING_SLEEP, (struct task_context * context, uint64_t ns), (inner, ns))
CALL(int, open_at, DOING_OPEN,
     (struct task_context * context, int folder, const char *name, int flags, mode_t mode),
     (inner, folder, name, flags, mode))
CALL(ssize_t, read, DOING_READ, (struct task_context * context, int fd, void *buffer, size_t size),
     (inner, fd, buffer, size))
CALL(ssize_t, write, DOING_WRITE,
     (struct task_context * context, int fd, const void *buffer, size_t size),
     (inner, fd, buffer, size))
CALL(int, fsync, DOING_FSYNC, (struct task_context * context, int fd), (inner, fd))
CALL(int, close, DOING_CLOSE, (struct task_context * context, int fd), (inner, fd))
CALL(int, accept, DOING_ACCEPT, (struct task_context * context, int fd), (inner, fd))
CALL(ssize_t, receive, DOING_RECEIVE,
     (struct task_context * context, int fd, void *buffer, size_t size), (inner, fd, buffer, size))
CALL(ssize_t, send, DOING_SEND,
     (struct task_context * context, int fd, const void *buffer, size_t size),
     (inner, fd, buffer, size))

/* Who computes comes by here every 10 us or so, also where no task ever gives way. */
static void watched_yield(struct task_context *context)
{
    struct watched *self = (struct watched *)(void *)context;
    void (*yield)(struct task_context *) = self->inner->calls->yield;
    const uint64_t calls = self->moments->calls;
    if (clock_now_ns() - self->moments->now_ns >= COMPUTE_NS) {
        cut(self, DOING_COMPUTING);
    }
    if (yield) {
        const struct call call = look_at(self);
        yield(self->inner);
        after(&call, DOING_YIELD);
    }
    self->moments->calls = calls; /* it is not asked for more often than a look may cost */
}

static const struct wait_calls watched_calls = {
    .sleep = watched_sleep,
    .open_at = watched_open_at,
    .read = watched_read,
    .write = watched_write,
    .fsync = watched_fsync,
    .close = watched_close,
    .accept = watched_accept,
    .receive = watched_receive,
    .send = watched_send,
    .yield = watched_yield,
};

/* --- its objects: those calls that may wait are looked at --- */

#define SYNC(name, doing)                                                    \
    static int watched_##name(struct task_context *context, uint32_t object) \
    {                                                                        \
        const struct call call = before(context);                            \
        struct task_context *inner = call.self->inner;                       \
        const int result = inner->sync->name(inner, object);                 \
        after(&call, doing);                                                 \
        return result;                                                       \
    }

#define PASSED_ON(name)                                                      \
    static int watched_##name(struct task_context *context, uint32_t object) \
    {                                                                        \
        const struct watched *self = (struct watched *)(void *)context;      \
        return self->inner->sync->name(self->inner, object);                 \
    }

SYNC(lock_shared, DOING_LOCK)
SYNC(acquire, DOING_ACQUIRE)
SYNC(await, DOING_AWAIT)
SYNC(arrive, DOING_ARRIVE)
PASSED_ON(unlock)
PASSED_ON(release)
PASSED_ON(set)
PASSED_ON(signal)
PASSED_ON(broadcast)

static int watched_lock(struct task_context *context, uint32_t object)
{
    const struct call call = before(context);
    struct task_context *inner = call.self->inner;
    const int result = inner->sync->lock(inner, object);
    /* A coroutine that spins is parked and has turns: how long each were nobody says. */
    after_known(&call, !sync_find_kind(inner->area, object, OBJECT_SPIN), DOING_LOCK);
    return result;
}

static int watched_wait(struct task_context *context, uint32_t condition, uint32_t mutex)
{
    const struct call call = before(context);
    struct task_context *inner = call.self->inner;
    const int result = inner->sync->wait(inner, condition, mutex);
    after(&call, DOING_WAIT);
    return result;
}

static const struct sync_calls watched_sync = {
    .lock = watched_lock,
    .lock_shared = watched_lock_shared,
    .unlock = watched_unlock,
    .acquire = watched_acquire,
    .release = watched_release,
    .await = watched_await,
    .set = watched_set,
    .arrive = watched_arrive,
    .wait = watched_wait,
    .signal = watched_signal,
    .broadcast = watched_broadcast,
};

/* --- tasks --- */

static int watched_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    struct moments own;
    struct watched self = {
        .context = *context, .inner = context, .moments = loop_moments ? loop_moments : &own};
    self.context.calls = &watched_calls;
    self.context.sync = context->sync ? &watched_sync : NULL;
    if (loop_moments) {
        moments_go_on(loop_moments);
    } else {
        moments_begin(&own, false);
    }
    const int error = watch.inner->task(&self.context, state, index, checksum);
    cut(&self, DOING_COMPUTING);
    return error;
}

/* A task by steps has no stack on which something could lie: since when it waited is in its last
 * segment. */
static void step_begins(struct moments *moments, const struct step *step, uint64_t index,
                        bool known)
{
    if (step->operation.kind == OPERATION_NONE) {
        moments_go_on(moments);
    } else if (moments->resumed) {
        struct segment waited[2];
        parked(moments, segments_end(watch.shared, watch.fd, index), known,
               doing_of(step->operation.kind), waited);
        segments_add(watch.shared, watch.fd, index, waited, 2);
    }
}

/* Steps that were not looked at leave a gap, of which nothing is known. */
static void fill_gap(uint64_t index, uint64_t to_ns)
{
    struct segment gap = {
        .from_ns = segments_end(watch.shared, watch.fd, index), .to_ns = to_ns, .joined = 1};
    if (gap.from_ns > 0) {
        add(index, &gap, 1, DOING_SEVERAL);
    }
}

static int watched_step(struct step *step, const void *state, uint64_t index)
{
    struct moments *moments = loop_moments;
    const bool first = step->operation.kind == OPERATION_NONE;
    const bool all = moments->calls < moments->all;
    const bool looked_at = first || !moments_spares(moments);
    moments->calls++;
    if (looked_at) {
        step_begins(moments, step, index, all);
    }
    moments->resumed = false;
    const int error = watch.inner->step(step, state, index);
    const bool last = error != 0 || step->operation.kind == OPERATION_NONE;
    if (looked_at || last) {
        struct segment ran;
        moments_cut(moments, &ran);
        if (!all) {
            fill_gap(index, ran.from_ns);
        }
        add(index, &ran, 1, DOING_COMPUTING);
    }
    return error;
}

/* --- */

void watched_begin(struct job *job, int fd)
{
    if (job->shared->segments_most == 0) {
        return;
    }
    watch.workload = *job->workload;
    watch.inner = job->workload;
    watch.shared = job->shared;
    watch.fd = fd;
    watch.workload.task = watched_task;
    watch.workload.step = job->workload->step ? watched_step : NULL;
    job->workload = &watch.workload;
}

bool watched_is(const struct job *job)
{
    return job->workload == &watch.workload;
}

void watched_loop(struct moments *moments)
{
    loop_moments = moments;
}
