/* A loop worker whose tasks have their turns by a schedule. No test waits for a machine to be fast:
 * turns are either always over at the next yield point or never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/modes/loop_schedule.h"
#include "tests/unit/mode_run.h"

enum { TASKS = 6, MANY = 3000, EVENTS = 4000 };

#define US   UINT64_C(1000)
#define MS   UINT64_C(1000000)
#define LONG (168 * 3600 * 1000 * MS)

/* Turns that are over at once, and turns that never are. */
static const struct schedule off = {SCHEDULE_OFF, 0, 0, 0}, fcfs = {SCHEDULE_FCFS, 0, 0, 0},
                             sjf = {SCHEDULE_SJF, 0, 0, 0}, priority = {SCHEDULE_PRIORITY, 0, 0, 0},
                             lifo = {SCHEDULE_LIFO, 0, 0, 0}, rr = {SCHEDULE_RR, US, 0, 0},
                             rr_long = {SCHEDULE_RR, LONG, 0, 0}, mlfq = {SCHEDULE_MLFQ, US, 3, 0},
                             mlfq_long = {SCHEDULE_MLFQ, LONG, 3, 0},
                             mlfq_boosted = {SCHEDULE_MLFQ, US, 3, 50 * US};
static const struct schedule *const all[] = {&mlfq_long, &fcfs,    &sjf,  &priority,    &lifo,
                                             &rr,        &rr_long, &mlfq, &mlfq_boosted};
enum { ALL = sizeof all / sizeof *all };

static const struct wait *loops[8];

static void find_loops(void)
{
    static const struct wait *const known[] = {&wait_select, &wait_poll, &wait_epoll,
                                               &wait_nonblock, &wait_uring};
    size_t count = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!known[i]->unavailable || !known[i]->unavailable()) {
            loops[count++] = known[i];
        }
    }
}

/* Every loop, with own stacks and with a shared one. */
#define FOR_EACH_WAY(wait, shared)                              \
    for (const struct wait *const *wait = loops; *wait; wait++) \
        for (int shared = 0; shared <= 1; shared++)

/* --- what happened; no assertion here, for it runs on stacks of its own --- */

static struct {
    struct event {
        uint32_t task;
        char what; /* '<' begun, '>' ended, '.' a step in between */
    } events[EVENTS];
    size_t count;
    uint64_t alive, most, begun, wrong, steps[3];
    struct {
        uint64_t from_ns, to_ns; /* a piece of running */
        uint32_t task;
    } pieces[EVENTS];
    size_t piece_count;
    bool flag;
} watch;

static void note(uint64_t task, char what)
{
    if (watch.count < EVENTS) {
        watch.events[watch.count++] = (struct event){(uint32_t)task, what};
    }
}

static void come(uint64_t task)
{
    watch.alive++;
    watch.most = watch.alive > watch.most ? watch.alive : watch.most;
    note(task, '<');
}

static void go(uint64_t task)
{
    watch.alive--;
    note(task, '>');
}

/* Only the events of one kind, as text: "0 1 2". */
static const char *events_of(char what)
{
    static char text[2000];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < watch.count && used < sizeof text - 16; i++) {
        if (watch.events[i].what == what) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%u", used > 0 ? " " : "",
                                     watch.events[i].task);
        }
    }
    return text;
}

/* All of them: "<0 .0 >0". */
static const char *events(void)
{
    static char text[2000];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < watch.count && used < sizeof text - 16; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%c%u", used > 0 ? " " : "",
                                 watch.events[i].what, watch.events[i].task);
    }
    return text;
}

static uint64_t checksum_of(uint64_t task)
{
    return 1000003 * task + 17;
}

/* Keeps the CPU for that long, and books it. */
static void spin(uint64_t task, uint64_t ns)
{
    uint64_t from_ns = clock_now_ns(), to_ns;
    do {
        to_ns = clock_now_ns();
    } while (to_ns - from_ns < ns);
    if (watch.piece_count < EVENTS) {
        watch.pieces[watch.piece_count].from_ns = from_ns;
        watch.pieces[watch.piece_count].to_ns = to_ns;
        watch.pieces[watch.piece_count++].task = (uint32_t)task;
    }
}

/* Longer than any turn of the schedules above that has an end. */
enum { OVER = 20000 };

/* --- workloads --- */

static const uint64_t lengths[TASKS] = {30, 10, 20, 10, 5, 20};

static uint64_t length_of(const void *state, uint64_t task)
{
    (void)state;
    return lengths[task % TASKS];
}

/* Another order, so that one is not taken for the other. */
static uint64_t priority_of(const void *state, uint64_t task)
{
    (void)state;
    return 100 - lengths[task % TASKS];
}

#define WORKLOAD(function)                                                                   \
    (struct workload)                                                                        \
    {                                                                                        \
        .name = "watched", .task = function, .length_ns = length_of, .priority = priority_of \
    }

static int plain_task(struct task_context *context, const void *state, uint64_t task,
                      uint64_t *checksum)
{
    (void)context;
    (void)state;
    come(task);
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static int sleeping_task(struct task_context *context, const void *state, uint64_t task,
                         uint64_t *checksum)
{
    (void)state;
    come(task);
    watch.wrong += ctx_sleep(context, 1) != 0;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

/* Three steps with a yield point behind each. */
static int stepping_task(struct task_context *context, const void *state, uint64_t task,
                         uint64_t *checksum)
{
    (void)state;
    come(task);
    for (int step = 0; step < 3; step++) {
        note(task, '.');
        spin(task, OVER);
        ctx_yield(context);
    }
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

/* --- running them --- */

static struct mode_run run;

struct asked {
    uint64_t tasks, width; /* width 0: all */
    uint64_t workers, share;
    bool shared_stack, paced;
};

static void begin(const struct wait *wait, const struct schedule *schedule,
                  const struct workload *workload, struct asked asked)
{
    memset(&watch, 0, sizeof watch);
    struct request request = {.tasks = asked.tasks,
                              .width = asked.width > 0 ? asked.width : asked.tasks,
                              .workers = asked.workers > 0 ? asked.workers : 1,
                              .shared_stack = asked.shared_stack,
                              .paced = asked.paced,
                              .schedule = *schedule};
    mode_run_begin(&run, &request, wait, workload);
}

static void go_through(const struct asked *asked)
{
    int rc = loop_worker_run(&run.job, &loop_tasks_coroutines, 0, asked->share, &run.job.err);
    mode_run_went_well(&run, rc);
    assert_int_equal(watch.wrong, 0);
    assert_int_equal(watch.alive, 0);
    for (uint64_t i = asked->share; i < run.job.task_count; i += run.job.worker_count) {
        const struct task_record *record = &run.job.tasks[i];
        assert_int_equal(record->state, TASK_ENDED);
        assert_int_equal(record->error, 0);
        assert_int_equal(record->checksum, checksum_of(i));
        assert_true(record->queued_ns > 0 && record->queued_ns <= record->start_ns);
        assert_true(record->start_ns <= record->end_ns);
        assert_true(record->waited_ns <= record->end_ns - record->queued_ns);
    }
}

static void carry_out(const struct wait *wait, const struct schedule *schedule,
                      const struct workload *workload, struct asked asked)
{
    begin(wait, schedule, workload, asked);
    go_through(&asked);
    mode_run_end(&run);
}

/* --- orders --- */

static void tasks_begin_in_the_order_of_the_schedule(void **state)
{
    static const struct {
        const struct schedule *schedule;
        const char *right;
    } orders[] = {{&fcfs, "0 1 2 3 4 5"}, {&lifo, "5 4 3 2 1 0"},
                  {&sjf, "4 1 3 2 5 0"},  {&priority, "0 2 5 1 3 4"},
                  {&rr, "0 1 2 3 4 5"},   {&rr_long, "0 1 2 3 4 5"},
                  {&mlfq, "0 1 2 3 4 5"}, {&mlfq_boosted, "0 1 2 3 4 5"}};
    const struct workload plain = WORKLOAD(plain_task), sleeping = WORKLOAD(sleeping_task);
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        FOR_EACH_WAY(wait, shared)
        {
            struct asked asked = {.tasks = TASKS, .shared_stack = shared};
            carry_out(*wait, orders[i].schedule, &plain, asked);
            assert_string_equal(events_of('<'), orders[i].right);
            assert_string_equal(events_of('>'), orders[i].right);
            /* With room for one, whoever waits holds up those that have not begun. */
            asked.width = 1;
            carry_out(*wait, orders[i].schedule, &sleeping, asked);
            assert_string_equal(events_of('<'), orders[i].right);
            assert_string_equal(events_of('>'), orders[i].right);
            assert_int_equal(watch.most, 1);
        }
    }
}

static void each_worker_orders_its_share(void **state)
{
    const struct workload plain = WORKLOAD(plain_task);
    (void)state;
    struct asked asked = {.tasks = 3 * TASKS, .width = TASKS, .workers = 3, .share = 1};
    carry_out(loops[0], &lifo, &plain, asked);
    assert_string_equal(events_of('<'), "16 13 10 7 4 1");
    carry_out(loops[0], &sjf, &plain, asked); /* of lengths 10, 5, 10, 5, 10, 5 */
    assert_string_equal(events_of('<'), "4 10 16 1 7 13");
    asked = (struct asked){.tasks = 4, .width = 4, .workers = 5, .share = 4};
    carry_out(loops[0], &sjf, &plain, asked); /* with nothing to do */
    assert_int_equal(watch.count, 0);
}

/* Who comes back from a wait stands behind those that were there before. */
static int first_sleeping_task(struct task_context *context, const void *state, uint64_t task,
                               uint64_t *checksum)
{
    (void)state;
    come(task);
    if (task == 0) {
        watch.wrong += ctx_sleep(context, 1) != 0;
    } else {
        spin(task, 150 * US); /* the loop is looked at in between */
    }
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void a_wait_leads_to_the_end_of_the_queue(void **state)
{
    const struct workload workload = WORKLOAD(first_sleeping_task);
    (void)state;
    FOR_EACH_WAY(wait, shared)
    {
        struct asked asked = {.tasks = TASKS, .shared_stack = shared};
        carry_out(*wait, &fcfs, &workload, asked);
        assert_string_equal(events_of('>'), "1 2 3 4 5 0");
    }
}

static void no_more_run_at_once_than_asked(void **state)
{
    const struct workload sleeping = WORKLOAD(sleeping_task);
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        for (uint64_t width = 1; width <= TASKS; width++) {
            struct asked asked = {.tasks = 40, .width = width};
            carry_out(loops[i % 2], all[i], &sleeping, asked);
            assert_in_range(watch.most, 1, width);
        }
    }
}

/* --- slices --- */

static void turns_are_taken_in_slices(void **state)
{
    static const char interleaved[] = "0 1 2 0 1 2 0 1 2", whole[] = "0 0 0 1 1 1 2 2 2";
    const struct workload stepping = WORKLOAD(stepping_task);
    (void)state;
    FOR_EACH_WAY(wait, shared)
    {
        struct asked asked = {.tasks = 3, .shared_stack = shared};
        carry_out(*wait, &rr, &stepping, asked);
        assert_string_equal(events(), "<0 .0 <1 .1 <2 .2 .0 .1 .2 .0 .1 .2 >0 >1 >2");
        carry_out(*wait, &mlfq, &stepping, asked);
        assert_string_equal(events_of('.'), interleaved);
        carry_out(*wait, &mlfq_boosted, &stepping, asked); /* whenever the boosts come */
        carry_out(*wait, &rr_long, &stepping, asked);
        assert_string_equal(events_of('.'), whole);
        carry_out(*wait, &fcfs, &stepping, asked);
        assert_string_equal(events_of('.'), whole);
        /* Those that found no room are nobody to give way to. */
        asked.width = 1;
        carry_out(*wait, &rr, &stepping, asked);
        assert_string_equal(events_of('.'), whole);
        carry_out(*wait, &mlfq, &stepping, asked);
        assert_string_equal(events_of('.'), whole);
        asked.width = 2;
        carry_out(*wait, &rr, &stepping, asked);
        assert_string_equal(events_of('.'), "0 1 0 1 0 1 2 2 2");
    }
}

/* Task 0 goes on until the last one has ended; task 1 leaves its place to that one. */
static int sinking_task(struct task_context *context, const void *state, uint64_t task,
                        uint64_t *checksum)
{
    (void)state;
    come(task);
    for (int step = 0; task == 0 ? !watch.flag : step < 3; step++) {
        note(task, '.');
        spin(task, OVER);
        ctx_yield(context);
    }
    watch.flag = task == 2;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void whoever_has_sunk_comes_after_those_above(void **state)
{
    const struct workload workload = WORKLOAD(sinking_task);
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        struct asked asked = {.tasks = 3, .width = 2};
        /* 0 is on the ground: 2 has a turn on each of the two levels above, and then shares. */
        carry_out(*wait, &mlfq, &workload, asked);
        assert_string_equal(events(), "<0 .0 <1 .1 .0 .1 .0 .1 .0 >1 <2 .2 .2 .0 .2 .0 >2 >0");
        carry_out(*wait, &rr, &workload, asked);
        assert_string_equal(events(), "<0 .0 <1 .1 .0 .1 .0 .1 .0 >1 <2 .2 .0 .2 .0 .2 .0 >2 >0");
    }
}

/* --- who is alone must not keep the loop from being looked at --- */

/* Task 0 computes until the other one, which waits or has still to arrive, has ended. */
static int until_the_other_task(struct task_context *context, const void *state, uint64_t task,
                                uint64_t *checksum)
{
    (void)state;
    come(task);
    while (task == 0 && !watch.flag) {
        spin(task, US);
        ctx_yield(context);
    }
    if (task == 1) {
        watch.wrong += ctx_sleep(context, 2 * MS) != 0;
        watch.flag = true;
    }
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void a_task_alone_gives_way_to_those_that_come_back(void **state)
{
    static const struct schedule *const sliced[] = {&rr, &mlfq, &mlfq_boosted};
    const struct workload workload = WORKLOAD(until_the_other_task);
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        FOR_EACH_WAY(wait, shared)
        {
            struct asked asked = {.tasks = 2, .shared_stack = shared};
            carry_out(*wait, sliced[i], &workload, asked);
            assert_string_equal(events_of('>'), "1 0");

            asked.paced = true;
            begin(*wait, sliced[i], &workload, asked);
            run.job.tasks[1].queued_ns = 3 * MS;
            run.shared->report.clock_start_ns = clock_now_ns();
            go_through(&asked);
            assert_string_equal(events(), "<0 <1 >1 >0");
            mode_run_end(&run);
        }
    }
}

/* At the first yield point after an arrival, not only when the loop is looked at. */
static int arriving_task(struct task_context *context, const void *state, uint64_t task,
                         uint64_t *checksum)
{
    const uint64_t *arrival_ns = state;
    come(task);
    while (task == 0 && !watch.flag) {
        spin(task, US);
        bool due = clock_now_ns() >= *arrival_ns;
        ctx_yield(context);
        watch.wrong += due && !watch.flag;
    }
    watch.flag = true;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void an_arrival_is_seen_at_the_next_yield_point(void **state)
{
    const struct workload workload = WORKLOAD(arriving_task);
    struct asked asked = {.tasks = 2, .paced = true};
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        begin(*wait, &rr, &workload, asked);
        run.job.tasks[1].queued_ns = 3 * MS;
        run.shared->report.clock_start_ns = clock_now_ns();
        uint64_t arrival_ns = run.shared->report.clock_start_ns + 3 * MS;
        run.job.state = &arrival_ns;
        go_through(&asked);
        mode_run_end(&run);
    }
}

/* Rule 1: tasks 0 and 2 are on the second level, where a turn lasts half a second; the other one,
 * above them, comes back from its waits long before the turn of 0 is over, and leaves it to 0. */
static int interactive_task(struct task_context *context, const void *state, uint64_t task,
                            uint64_t *checksum)
{
    (void)state;
    come(task);
    if (task != 1) {
        spin(task, 250 * MS);
        ctx_yield(context);
    }
    while (task != 1 && !watch.flag) {
        watch.steps[task]++;
        spin(task, OVER);
        ctx_yield(context);
    }
    for (int i = 0; task == 1 && i < 4; i++) {
        watch.wrong += ctx_sleep(context, MS) != 0;
    }
    watch.flag = true;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void whoever_is_above_need_not_wait_for_the_end_of_a_turn(void **state)
{
    static const struct schedule slow = {SCHEDULE_MLFQ, 250 * MS, 2, 0};
    const struct workload workload = WORKLOAD(interactive_task);
    (void)state;
    struct asked asked = {.tasks = 3};
    for (const struct wait *const *wait = loops; *wait; wait++) {
        carry_out(*wait, &slow, &workload, asked);
        assert_string_equal(events_of('>'), "1 0 2");
        assert_true(watch.steps[0] > 0);
        assert_true(watch.steps[0] < 500 * MS / OVER); /* a whole turn */
        assert_int_equal(watch.steps[2], 0);
    }
}

/* Rule 4: task 0 uses its allotment up before it waits, 1 does not, and 2 sees to it that the waits
 * of both are over. */
static int waiting_task(struct task_context *context, const void *state, uint64_t task,
                        uint64_t *checksum)
{
    (void)state;
    come(task);
    spin(task, task == 0 ? 100 * MS : task == 2 ? 300 * US : 0);
    watch.wrong += task < 2 && ctx_sleep(context, 1) != 0;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void what_was_used_before_a_wait_counts(void **state)
{
    static const struct schedule slow = {SCHEDULE_MLFQ, 100 * MS, 2, 0};
    const struct workload workload = WORKLOAD(waiting_task);
    (void)state;
    struct asked asked = {.tasks = 3};
    for (const struct wait *const *wait = loops; *wait; wait++) {
        carry_out(*wait, &slow, &workload, asked);
        assert_string_equal(events_of('>'), "2 1 0");
    }
}

/* --- yield points --- */

static const struct wait_calls *seen_calls;

static int looking_task(struct task_context *context, const void *state, uint64_t task,
                        uint64_t *checksum)
{
    (void)state;
    seen_calls = context->calls;
    *checksum = checksum_of(task);
    return 0;
}

static void a_yield_point_costs_a_look_where_there_are_no_slices(void **state)
{
    const struct workload workload = WORKLOAD(looking_task);
    (void)state;
    struct asked asked = {.tasks = 1};
    carry_out(loops[0], &off, &workload, asked);
    assert_null(seen_calls->yield);
    for (size_t i = 0; i < ALL; i++) {
        carry_out(loops[0], all[i], &workload, asked);
        assert_int_equal(seen_calls->yield != NULL, schedule_slices(all[i]->kind));
    }
}

/* --- tasks that others make ready --- */

static struct operation parked[TASKS];

static int handing_open(struct loop_worker *self, uint64_t most)
{
    (void)self;
    (void)most;
    return 0;
}

static void handing_close(struct loop_worker *self)
{
    (void)self;
}

static uint64_t handing_whose(const struct operation *operation)
{
    return (uint64_t)(operation - parked);
}

static int handing_done(struct loop_worker *self, struct operation *operation)
{
    uint64_t task = handing_whose(operation);
    go(task);
    job_task_end(self->job, self->worker, task, 0, checksum_of(task));
    loop_worker_ended(self);
    return 0;
}

/* Each waits; every third one that begins makes the two before it ready, and gives way itself. */
static int handing_start(struct loop_worker *self, uint64_t task)
{
    static uint64_t group[3];
    job_task_begin(self->job, self->worker, task);
    come(task);
    group[watch.begun++ % 3] = task;
    for (int i = 0; watch.begun % 3 == 0 && i < 3; i++) {
        loop_worker_ready(self, &parked[group[i]]);
    }
    return 0;
}

static const struct loop_tasks handing_tasks = {.open = handing_open,
                                                .close = handing_close,
                                                .start = handing_start,
                                                .done = handing_done,
                                                .whose = handing_whose};

static void whoever_is_made_ready_has_its_place(void **state)
{
    static const struct {
        const struct schedule *schedule;
        const char *right;
    } orders[] = {{&fcfs, "<0 <1 <2 <3 <4 <5 >0 >1 >2 >3 >4 >5"},
                  {&mlfq_long, "<0 <1 <2 <3 <4 <5 >0 >1 >2 >3 >4 >5"},
                  {&rr, "<0 <1 <2 <3 <4 <5 >0 >1 >2 >3 >4 >5"},
                  {&lifo, "<5 <4 <3 >4 >5 <2 <1 <0 >1 >2 >3 >0"},
                  {&sjf, "<4 <1 <3 >4 >1 <2 <5 <0 >2 >5 >3 >0"},
                  {&priority, "<0 <2 <5 >0 >2 <1 <3 <4 >1 >3 >5 >4"}};
    const struct workload workload = WORKLOAD(plain_task);
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        begin(loops[0], orders[i].schedule, &workload, (struct asked){.tasks = TASKS});
        int rc = loop_worker_run(&run.job, &handing_tasks, 0, 0, &run.job.err);
        mode_run_went_well(&run, rc);
        assert_string_equal(events(), orders[i].right);
        mode_run_end(&run);
    }
}

/* --- waiting --- */

static uint64_t running_ns(uint64_t task)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < watch.piece_count; i++) {
        sum += watch.pieces[i].task == task ? watch.pieces[i].to_ns - watch.pieces[i].from_ns : 0;
    }
    return sum;
}

/* What others ran while the task was there. */
static uint64_t others_ns(uint64_t task)
{
    const struct task_record *record = &run.job.tasks[task];
    uint64_t sum = 0;
    for (size_t i = 0; i < watch.piece_count; i++) {
        if (watch.pieces[i].task != task && watch.pieces[i].from_ns >= record->queued_ns &&
            watch.pieces[i].to_ns <= record->end_ns) {
            sum += watch.pieces[i].to_ns - watch.pieces[i].from_ns;
        }
    }
    return sum;
}

/* No task of these ever waits for anything but its turn. Both bounds hold however slow the machine
 * is: the pieces are the tasks' own stamps, within turns, and waiting lies between turns. */
static void waiting_is_what_is_left_of_the_turnaround(void **state)
{
    const struct workload workload = WORKLOAD(stepping_task);
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        for (int paced = 0; paced <= 1; paced++) {
            struct asked asked = {.tasks = TASKS, .paced = paced == 1};
            begin(loops[i % 2], all[i], &workload, asked);
            for (uint64_t t = 0; paced && t < TASKS; t++) {
                run.job.tasks[t].queued_ns = t * 30 * US;
            }
            run.shared->report.clock_start_ns = clock_now_ns();
            go_through(&asked);
            for (uint64_t t = 0; t < TASKS; t++) {
                const struct task_record *record = &run.job.tasks[t];
                uint64_t turnaround_ns = record->end_ns - record->queued_ns;
                assert_true(running_ns(t) >= 3 * OVER);
                assert_true(record->waited_ns <= turnaround_ns - running_ns(t));
                assert_true(record->waited_ns >= others_ns(t));
                if (!paced) { /* all arrive at once */
                    assert_true(record->queued_ns == run.job.tasks[0].queued_ns);
                }
            }
            mode_run_end(&run);
        }
    }
}

/* Task 0 sleeps for 1 us; the other one keeps the worker for far longer before it ends. */
static int oversleeping_task(struct task_context *context, const void *state, uint64_t task,
                             uint64_t *checksum)
{
    (void)state;
    come(task);
    if (task == 0) {
        watch.wrong += ctx_sleep(context, US) != 0;
    } else {
        spin(task, 300 * US);
    }
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void a_sleeper_waits_from_its_deadline_on(void **state)
{
    const struct workload workload = WORKLOAD(oversleeping_task);
    (void)state;
    FOR_EACH_WAY(wait, shared)
    {
        struct asked asked = {.tasks = 2, .shared_stack = shared};
        begin(*wait, &fcfs, &workload, asked);
        go_through(&asked);
        assert_string_equal(events(), "<0 <1 >1 >0");
        /* It was put to sleep before the other one began, and woke after that had ended. */
        assert_true(run.job.tasks[0].waited_ns >= running_ns(1) - US);
        mode_run_end(&run);
    }
}

static void without_a_schedule_no_waiting_is_told(void **state)
{
    const struct workload workload = WORKLOAD(stepping_task);
    (void)state;
    struct asked asked = {.tasks = TASKS};
    begin(loops[0], &off, &workload, asked);
    go_through(&asked);
    for (uint64_t t = 0; t < TASKS; t++) {
        assert_int_equal(run.job.tasks[t].waited_ns, 0);
    }
    mode_run_end(&run);
}

/* --- many, of all sorts --- */

static int any_task(struct task_context *context, const void *state, uint64_t task,
                    uint64_t *checksum)
{
    uint64_t sum = 0, right = 0;
    (void)state;
    come(task);
    for (uint64_t i = 0; i < task % 5; i++) {
        volatile uint64_t on_stack[20]; /* must be as it was whoever ran meanwhile */
        for (uint64_t k = 0; k < 20; k++) {
            on_stack[k] = task + i * k;
            right += task + i * k;
        }
        if ((task + i) % 3 == 0) {
            watch.wrong += ctx_sleep(context, task % 50 * US) != 0;
        }
        ctx_yield(context);
        for (uint64_t k = 0; k < 20; k++) {
            sum += on_stack[k];
        }
    }
    watch.wrong += sum != right;
    *checksum = checksum_of(task);
    go(task);
    return 0;
}

static void all_tasks_end_under_every_schedule(void **state)
{
    static const uint64_t widths[] = {1, 7, MANY};
    const struct workload workload = WORKLOAD(any_task);
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        FOR_EACH_WAY(wait, shared)
        {
            struct asked asked = {.tasks = MANY, .width = widths[i % 3], .shared_stack = shared};
            carry_out(*wait, all[i], &workload, asked);
            assert_in_range(watch.most, 1, asked.width);
        }
    }
}

/* --- what fails --- */

static int high_fd;

static int touching_task(struct task_context *context, const void *state, uint64_t task,
                         uint64_t *checksum)
{
    static char byte;
    (void)state;
    *checksum = 0;
    return task == 0 ? ctx_sleep(context, LONG) : (int)ctx_receive(context, high_fd, &byte, 1);
}

static void a_loop_that_can_go_on_no_longer_is_heard(void **state)
{
    const struct workload workload = WORKLOAD(touching_task);
    struct rlimit limit;
    int fds[2];
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_max > 1100);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(pipe(fds), 0);
    high_fd = dup2(fds[0], 1100);
    for (size_t i = 0; i < ALL; i++) {
        begin(&wait_select, all[i], &workload, (struct asked){.tasks = 2});
        int rc = loop_worker_run(&run.job, &loop_tasks_coroutines, 0, 0, &run.job.err);
        assert_int_equal(rc, -ENOTSUP);
        assert_non_null(strstr(run.job.err.text, "1100"));
        mode_run_end(&run);
    }
    close(high_fd);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_begin_in_the_order_of_the_schedule),
        cmocka_unit_test(each_worker_orders_its_share),
        cmocka_unit_test(a_wait_leads_to_the_end_of_the_queue),
        cmocka_unit_test(no_more_run_at_once_than_asked),
        cmocka_unit_test(turns_are_taken_in_slices),
        cmocka_unit_test(whoever_has_sunk_comes_after_those_above),
        cmocka_unit_test(a_task_alone_gives_way_to_those_that_come_back),
        cmocka_unit_test(an_arrival_is_seen_at_the_next_yield_point),
        cmocka_unit_test(what_was_used_before_a_wait_counts),
        cmocka_unit_test(whoever_is_above_need_not_wait_for_the_end_of_a_turn),
        cmocka_unit_test(a_yield_point_costs_a_look_where_there_are_no_slices),
        cmocka_unit_test(whoever_is_made_ready_has_its_place),
        cmocka_unit_test(waiting_is_what_is_left_of_the_turnaround),
        cmocka_unit_test(a_sleeper_waits_from_its_deadline_on),
        cmocka_unit_test(without_a_schedule_no_waiting_is_told),
        cmocka_unit_test(all_tasks_end_under_every_schedule),
        cmocka_unit_test(a_loop_that_can_go_on_no_longer_is_heard),
    };
    find_loops();
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
