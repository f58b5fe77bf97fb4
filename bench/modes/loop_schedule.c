#include "bench/modes/loop_schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/modes/loop_mail.h"
#include "bench/schedule/ready.h"

/* So often the loop is looked at while tasks are ready, and do not all spin. A look may be a
 * system call, which for turns of a microsecond would be a quarter of all time. */
#define LOOK_NS UINT64_C(100000)

#define NEVER UINT64_MAX

/* Of each task of the share, by its number there. */
struct waiting {
    struct operation *operation; /* with which it parked; NULL: it has not begun */
    uint64_t since_ns;           /* when it came into the ready queue */
};

struct loop_schedule {
    struct ready *ready;
    struct waiting *waiting;
    enum schedule_kind kind;
    uint64_t first;         /* task of the share */
    uint64_t count;         /* of its tasks */
    uint64_t arrived;       /* so many have */
    uint64_t due_ns;        /* when the next one does; NEVER: there is none */
    uint64_t looked_ns;     /* when the loop was looked at last */
    bool in_vain;           /* all who are ready have spun since then */
    uint64_t noticed_ns;    /* when the first operation of that look was handed back; 0: none yet */
    uint32_t running;       /* number of the task whose turn it is, or READY_NOBODY */
    uint64_t turn_began_ns; /* of this turn, or when its task was last charged */
    uint64_t turn_ends_ns;
};

static uint64_t task_of(const struct loop_worker *self, uint32_t number)
{
    return self->schedule->first + number * self->stride;
}

static uint32_t number_of(const struct loop_worker *self, const struct operation *operation)
{
    return (uint32_t)((self->kind->whose(operation) - self->schedule->first) / self->stride);
}

static bool has_room(const struct loop_worker *self)
{
    return self->alive < self->width;
}

/* --- into the ready queue --- */

static uint64_t key_of(const struct loop_worker *self, uint64_t task)
{
    const struct job *job = self->job;
    switch (self->schedule->kind) {
    case SCHEDULE_SJF:
        return job->workload->length_ns(job->state, task);
    case SCHEDULE_PRIORITY:
        return job->workload->priority(job->state, task);
    default:
        return 0;
    }
}

static void put(struct loop_worker *self, uint32_t number, struct operation *operation,
                uint64_t since_ns)
{
    struct loop_schedule *own = self->schedule;
    own->waiting[number] = (struct waiting){operation, since_ns};
    ready_put(own->ready, number, operation != NULL, key_of(self, task_of(self, number)));
}

/* Those that have arrived by now. */
static void admit(struct loop_worker *self, uint64_t now_ns)
{
    struct loop_schedule *own = self->schedule;
    const struct job *job = self->job;
    while (own->due_ns <= now_ns && own->arrived < own->count) {
        uint32_t number = (uint32_t)own->arrived++;
        uint64_t task = task_of(self, number);
        if (job->paced) {
            job_arrived(job, task);
        } else {
            job->tasks[task].queued_ns = now_ns;
        }
        put(self, number, NULL, job->tasks[task].queued_ns);
        if (own->arrived == own->count) {
            own->due_ns = NEVER;
        } else if (job->paced) {
            own->due_ns = job_arrival_ns(job, task + self->stride);
        }
    }
}

void loop_schedule_done(struct loop *loop, struct operation *operation)
{
    struct loop_worker *self = loop->owner;
    struct loop_schedule *own = self->schedule;
    if (operation == &self->starter) {
        self->starting = false; /* admit() sees that for itself */
        return;
    }
    if (operation == &self->mail) {
        int rc = loop_mail_came(self);
        self->rc = self->rc == 0 ? rc : self->rc;
        return;
    }
    /* No task runs meanwhile, so one reading will do for all of a look. */
    if (own->noticed_ns == 0) {
        own->noticed_ns = clock_now_ns();
    }
    bool slept = operation->kind == OPERATION_SLEEP && operation->until_ns < own->noticed_ns;
    put(self, number_of(self, operation), operation, slept ? operation->until_ns : own->noticed_ns);
}

/* --- turns --- */

static void begin_turn(struct loop_worker *self, uint32_t number, uint64_t now_ns)
{
    struct loop_schedule *own = self->schedule;
    uint64_t turn_ns = ready_turn_ns(own->ready, number);
    own->running = number;
    own->turn_began_ns = now_ns;
    own->turn_ends_ns = turn_ns < NEVER - now_ns ? now_ns + turn_ns : NEVER;
    self->check_ns = own->turn_ends_ns;
    /* Below the top level somebody above must be noticed long before it is over. */
    if (ready_below(own->ready, number) && self->check_ns > now_ns + LOOK_NS) {
        self->check_ns = now_ns + LOOK_NS;
    }
}

/* The task that had its turn has ended, waits, or has given way. */
static void end_turn(struct loop_schedule *own, uint64_t now_ns)
{
    if (own->running != READY_NOBODY) {
        ready_ran(own->ready, own->running, now_ns - own->turn_began_ns, now_ns);
        own->running = READY_NOBODY;
    }
}

void loop_schedule_ready(struct loop_worker *self, struct operation *operation)
{
    struct loop_schedule *own = self->schedule;
    uint32_t number = number_of(self, operation);
    uint64_t now_ns = clock_now_ns();
    if (number == own->running) { /* it is about to park, so that others can do something */
        end_turn(own, now_ns);
        own->waiting[number] = (struct waiting){operation, now_ns};
        ready_put_last(own->ready, number);
    } else {
        put(self, number, operation, now_ns);
    }
}

uint64_t loop_schedule_since(const struct loop_worker *self)
{
    const struct loop_schedule *own = self->schedule;
    return own->waiting[own->running].since_ns;
}

static void give_turn(struct loop_worker *self, uint64_t now_ns)
{
    struct loop_schedule *own = self->schedule;
    uint32_t number = ready_take(own->ready, has_room(self), now_ns);
    struct operation *operation = own->waiting[number].operation;
    self->task = task_of(self, number);
    self->job->tasks[self->task].waited_ns += now_ns - own->waiting[number].since_ns;
    begin_turn(self, number, now_ns);
    if (operation) {
        self->rc = self->kind->done(self, operation);
    } else {
        self->left--;
        self->alive++;
        self->rc = self->kind->start(self, self->task);
    }
    own->in_vain = loop_worker_in_vain(self, operation);
}

bool loop_schedule_gives_way(struct loop_worker *self, struct operation *operation, uint64_t now_ns)
{
    struct loop_schedule *own = self->schedule;
    uint32_t number = own->running;
    bool over = now_ns >= own->turn_ends_ns;
    end_turn(own, now_ns);
    admit(self, now_ns);
    bool others = over ? ready_any(own->ready, has_room(self))
                       : ready_above(own->ready, number, has_room(self));
    if (!others && now_ns - own->looked_ns < LOOK_NS) {
        begin_turn(self, number, now_ns);
        return false;
    }
    if (over) {
        put(self, number, operation, now_ns);
    } else {
        own->waiting[number] = (struct waiting){operation, now_ns};
        ready_put_back(own->ready, number);
    }
    return true;
}

/* --- the loop --- */

/* Waits until something is done, or the next task arrives. */
static void wait_for_loop(struct loop_worker *self)
{
    const struct loop_schedule *own = self->schedule;
    if (own->due_ns != NEVER && has_room(self) && !self->starting) {
        self->starter = (struct operation){.kind = OPERATION_SLEEP, .until_ns = own->due_ns};
        self->starting = !loop_start(self->loop, &self->starter);
        if (!self->starting) {
            return; /* it has arrived */
        }
    }
    loop_worker_attend(self, true);
}

void loop_schedule_run(struct loop_worker *self)
{
    struct loop_schedule *own = self->schedule;
    while (self->rc == 0 && (self->alive > 0 || self->left > 0)) {
        uint64_t now_ns = clock_now_ns();
        end_turn(own, now_ns);
        admit(self, now_ns);
        bool any = ready_any(own->ready, has_room(self));
        if (any && !own->in_vain && now_ns - own->looked_ns < LOOK_NS) {
            give_turn(self, now_ns);
            continue;
        }
        own->noticed_ns = 0;
        own->in_vain = false;
        if (any) {
            loop_worker_attend(self, false);
        } else {
            wait_for_loop(self);
        }
        own->looked_ns = clock_now_ns();
    }
    while (self->rc == 0 && self->starting) { /* long due, but the clock was quicker to tell */
        loop_worker_attend(self, true);
    }
}

/* --- its life --- */

int loop_schedule_open(struct loop_worker *self)
{
    const struct schedule *schedule = &self->job->shared->request.schedule;
    struct loop_schedule *own = calloc(1, sizeof *own);
    uint64_t now_ns = clock_now_ns();
    self->schedule = own;
    self->made_ready = loop_schedule_ready;
    if (own) {
        *own = (struct loop_schedule){.kind = schedule->kind,
                                      .first = self->next,
                                      .count = self->left,
                                      .looked_ns = now_ns,
                                      .running = READY_NOBODY};
        own->due_ns = self->job->paced ? job_arrival_ns(self->job, self->next) : now_ns;
        own->waiting = calloc(self->left, sizeof *own->waiting);
        own->ready = ready_open(schedule, (uint32_t)self->left, now_ns);
    }
    if (!own || !own->waiting || !own->ready) {
        loop_schedule_close(self);
        return error_set(&self->err, -ENOMEM,
                         "no memory for the ready queue of %llu tasks: fewer --tasks need less",
                         (unsigned long long)self->left);
    }
    return 0;
}

void loop_schedule_close(struct loop_worker *self)
{
    struct loop_schedule *own = self->schedule;
    if (own) {
        ready_close(own->ready);
        free(own->waiting);
        free(own);
        self->schedule = NULL;
    }
}
