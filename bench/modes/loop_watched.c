#include "bench/modes/loop_watched.h"

#include "bench/modes/loop_schedule.h"
#include "bench/repetition/watched.h"
#include "bench/waits/wait.h"

/* What the thread's counters counted while it waited in the loop is no task's. */
static void notice(struct loop_watched *watched)
{
    if (watched->looked) {
        watched->looked = false;
        watched->noticed_ns = clock_now_ns();
        if (moments_spares(&watched->moments)) {
            watched->moments.counters = false;
        } else {
            moments_forget(&watched->moments);
        }
    }
}

static struct loop_watched *about_to_look(struct loop *loop)
{
    const struct loop_worker *self = loop->owner;
    self->watched->looked = true;
    return self->watched;
}

static int watched_turn(struct loop *loop)
{
    return about_to_look(loop)->inner_engine->turn(loop);
}

static int watched_look(struct loop *loop)
{
    return about_to_look(loop)->inner_engine->look(loop);
}

/* Of all that a look brings the first one is noticed first; the others wait for it. */
static void watched_handed_back(struct loop *loop, struct operation *operation)
{
    const struct loop_worker *self = loop->owner;
    notice(self->watched);
    loop_worker_done(loop, operation);
}

static int watched_start(struct loop_worker *self, uint64_t task)
{
    notice(self->watched);
    return self->watched->inner_kind->start(self, task);
}

static int watched_done(struct loop_worker *self, struct operation *operation)
{
    struct loop_watched *watched = self->watched;
    struct moments *moments = &watched->moments;
    notice(watched);
    if (self->schedule) {
        moments->since_ns = loop_schedule_since(self);
    } else if (operation->kind == OPERATION_SLEEP) {
        moments->since_ns = operation->until_ns;
    } else {
        moments->since_ns = watched->noticed_ns;
    }
    moments->resumed = true;
    moments_go_on(moments);
    return watched->inner_kind->done(self, operation);
}

/* The operation of a parked task is nobody's: it keeps the moment, as that of a sleep that is over
 * now. */
static void watched_ready(struct loop_worker *self, struct operation *operation)
{
    *operation = (struct operation){.kind = OPERATION_SLEEP, .until_ns = clock_now_ns()};
    loop_worker_append(self, operation);
}

void loop_watched_begin(struct loop_watched *watched, struct loop_worker *self,
                        const struct loop_engine **engine, loop_done **done)
{
    *watched = (struct loop_watched){
        .engine = **engine, .kind = *self->kind, .inner_engine = *engine, .inner_kind = self->kind};
    watched->engine.turn = watched_turn;
    watched->engine.look = watched_look;
    watched->kind.start = watched_start;
    watched->kind.done = watched_done;
    moments_begin(&watched->moments, true);
    watched_loop(&watched->moments);
    self->watched = watched;
    self->kind = &watched->kind;
    *engine = &watched->engine;
    if (!self->schedule) {
        *done = watched_handed_back;
        self->made_ready = watched_ready;
    }
}

void loop_watched_end(struct loop_worker *self)
{
    watched_loop(NULL);
    self->kind = self->watched->inner_kind;
    self->watched = NULL;
}
