/* Objects of tasks that park: who is let go in which order; then over every loop, in one worker and
 * between several, threads and processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "bench/modes/loop_mail.h"
#include "bench/modes/loop_worker.h"
#include "bench/sync/parked.h"
#include "tests/unit/mode_run.h"
#include "tests/unit/valgrind.h"

extern const struct mode mode_coroutine, mode_thread_coroutine, mode_process_coroutine;

/* ------------------------------------------------------------------ queues, without any loop ---
 */

enum { TASKS = 12, OBJECTS = 10 };

static struct sync_area *area;
static size_t area_bytes;

/* Two workers: with guards. */
static int make_area(void **state)
{
    (void)state;
    area_bytes = sync_area_bytes(OBJECTS, TASKS, 2);
    area = mmap(NULL, area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(area != MAP_FAILED);
    sync_area_init(area, OBJECTS, TASKS, 2, true);
    return 0;
}

static int drop_area(void **state)
{
    (void)state;
    return munmap(area, area_bytes);
}

static bool waits(uint64_t task)
{
    return atomic_load(&sync_wait_of(area, task)->sequence) % 2 == 1;
}

/* The tasks that a call let go are these, in this order; none of them waits any more. */
static void went(struct let_go *let_go, const char *expected)
{
    char text[64] = "";
    uint64_t task;
    while (parked_next(area, let_go, &task)) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%llu ",
                 (unsigned long long)task);
        assert_false(waits(task));
        assert_int_equal(sync_wait_of(area, task)->granted, 1);
    }
    assert_string_equal(text, expected);
}

static void unlock(uint64_t task, uint32_t number, const char *expected)
{
    struct let_go let_go = {0};
    assert_int_equal(parked_unlock(area, task, number, &let_go), 0);
    went(&let_go, expected);
}

static void a_mutex_is_handed_on_in_order(void **state)
{
    struct let_go let_go = {0};
    struct sync_object *object = sync_at(area, 0);
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_MUTEX, 0), 0);
    assert_int_equal(parked_lock(area, 3, 0), 0);
    assert_int_equal(object->holder, 4);
    for (uint64_t task = 9; task > 6; task--) {
        assert_int_equal(parked_lock(area, task, 0), PARK);
        assert_true(waits(task));
        assert_int_equal(sync_wait_of(area, task)->object, 0);
    }
    assert_int_equal(parked_unlock(area, 9, 0, &let_go), -EPERM);
    went(&let_go, "");
    unlock(3, 0, "9 ");
    assert_int_equal(object->holder, 10); /* before it knows: nobody can come in between */
    assert_int_equal(parked_lock(area, 3, 0), PARK);
    unlock(9, 0, "8 ");
    unlock(8, 0, "7 ");
    unlock(7, 0, "3 ");
    assert_int_equal(parked_lock(area, 3, 0), PARK); /* it waits for itself, as a thread would */
    assert_true(waits(3));
    assert_int_equal(object->holder, 4);
}

static void a_recursive_lock_counts(void **state)
{
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_RECURSIVE, 0), 0);
    assert_int_equal(parked_lock(area, 0, 0), 0);
    assert_int_equal(parked_lock(area, 0, 0), 0);
    assert_int_equal(parked_lock(area, 1, 0), PARK);
    unlock(0, 0, "");
    unlock(0, 0, "1 ");
    assert_int_equal(parked_lock(area, 1, 0), 0);
    unlock(1, 0, "");
    unlock(1, 0, "");
    assert_int_equal(sync_at(area, 0)->holder, 0);
}

static void readers_go_together_and_before_writers(void **state)
{
    struct let_go let_go = {0};
    struct sync_object *object = sync_at(area, 0);
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_RW, 0), 0);
    assert_int_equal(parked_lock_shared(area, 0, 0), 0);
    assert_int_equal(parked_lock_shared(area, 1, 0), 0);
    assert_int_equal(parked_lock(area, 2, 0), PARK);
    assert_int_equal(parked_lock_shared(area, 3, 0), 0); /* past the writer */
    assert_int_equal(object->readers, 3);
    unlock(0, 0, "");
    unlock(1, 0, "");
    unlock(3, 0, "2 ");
    assert_int_equal(object->holder, 3);
    assert_int_equal(parked_lock(area, 2, 0), -EDEADLK);
    assert_int_equal(parked_lock_shared(area, 2, 0), -EDEADLK);
    assert_int_equal(parked_lock(area, 4, 0), PARK);
    assert_int_equal(parked_lock_shared(area, 5, 0), PARK);
    assert_int_equal(parked_lock_shared(area, 6, 0), PARK);
    unlock(2, 0, "5 6 ");
    assert_int_equal(object->readers, 2);
    assert_int_equal(object->holder, 0);
    unlock(5, 0, "");
    unlock(6, 0, "4 ");
    assert_int_equal(object->holder, 5);
    unlock(4, 0, "");
    assert_int_equal(parked_unlock(area, 4, 0, &let_go), -EPERM);
}

static void a_semaphore_hands_its_places_on(void **state)
{
    struct let_go let_go = {0};
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_SEMAPHORE, 2), 0);
    assert_int_equal(parked_acquire(area, 0, 0), 0);
    assert_int_equal(parked_acquire(area, 1, 0), 0);
    assert_int_equal(parked_acquire(area, 2, 0), PARK);
    assert_int_equal(parked_acquire(area, 3, 0), PARK);
    assert_int_equal(parked_release(area, 0, &let_go), 0);
    went(&let_go, "2 ");
    assert_int_equal(sync_at(area, 0)->places, 0);
    assert_int_equal(parked_release(area, 0, &let_go), 0);
    went(&let_go, "3 ");
    assert_int_equal(parked_release(area, 0, &let_go), 0);
    went(&let_go, "");
    assert_int_equal(sync_at(area, 0)->places, 1);
    assert_int_equal(parked_acquire(area, 4, 0), 0);
}

static void an_event_lets_all_go(void **state)
{
    struct let_go let_go = {0};
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_EVENT, 0), 0);
    for (uint64_t task = 0; task < 4; task++) {
        assert_int_equal(parked_await(area, task, 0), PARK);
    }
    assert_int_equal(parked_set(area, 0, &let_go), 0);
    went(&let_go, "0 1 2 3 ");
    assert_int_equal(parked_await(area, 5, 0), 0);
    assert_int_equal(parked_set(area, 0, &let_go), 0);
    went(&let_go, "");
}

static void a_barrier_opens_for_each_generation(void **state)
{
    struct let_go let_go = {0};
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_BARRIER, 3), 0);
    for (int round = 1; round <= 2; round++) {
        assert_int_equal(parked_arrive(area, 4, 0, &let_go), PARK);
        assert_int_equal(parked_arrive(area, 2, 0, &let_go), PARK);
        went(&let_go, "");
        assert_int_equal(parked_arrive(area, 0, 0, &let_go), 1);
        went(&let_go, "4 2 ");
        assert_int_equal(sync_at(area, 0)->arrived, 3 * round);
        assert_int_equal(sync_at(area, 0)->passed, 3 * round);
    }
}

static void a_condition_signals_in_order(void **state)
{
    struct let_go let_go = {0};
    struct sync_object *condition = sync_at(area, 1);
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_MUTEX, 0), 0);
    assert_int_equal(sync_make(area, 1, OBJECT_CONDITION, 0), 0);
    assert_int_equal(parked_wait(area, 0, 1, 0, &let_go), -EPERM); /* not its holder */
    assert_int_equal(parked_wait(area, 0, 0, 0, &let_go), -EINVAL);
    assert_int_equal(parked_wait(area, 0, 1, 1, &let_go), -EINVAL);
    for (uint64_t task = 3; task > 0; task--) {
        assert_int_equal(parked_lock(area, task, 0), 0);
        if (task == 1) {
            assert_int_equal(parked_lock(area, 7, 0), PARK);
        }
        assert_int_equal(parked_wait(area, task, 1, 0, &let_go), PARK);
        went(&let_go, task == 1 ? "7 " : ""); /* the mutex is free for others */
        assert_true(waits(task));
        assert_int_equal(sync_wait_of(area, task)->ticket, 3 - task);
    }
    assert_int_equal(parked_signal(area, 1, 1, &let_go), 0);
    went(&let_go, "3 ");
    assert_int_equal(condition->grants, 1);
    assert_int_equal(parked_signal(area, 1, UINT64_MAX, &let_go), 0);
    went(&let_go, "2 1 ");
    assert_int_equal(condition->grants, 3);
    assert_int_equal(parked_signal(area, 1, 1, &let_go), 0);
    went(&let_go, "");
    assert_int_equal(condition->grants, 3);
}

static void misuse_is_refused(void **state)
{
    struct let_go let_go = {0};
    (void)state;
    assert_int_equal(sync_make(area, 0, OBJECT_EVENT, 0), 0);
    for (uint32_t number = 0; number <= OBJECTS; number++) {
        assert_int_equal(parked_lock(area, 0, number), -EINVAL);
        assert_int_equal(parked_lock_shared(area, 0, number), -EINVAL);
        assert_int_equal(parked_unlock(area, 0, number, &let_go), -EINVAL);
        assert_int_equal(parked_acquire(area, 0, number), -EINVAL);
        assert_int_equal(parked_release(area, number, &let_go), -EINVAL);
        assert_int_equal(parked_arrive(area, 0, number, &let_go), -EINVAL);
        assert_int_equal(parked_signal(area, number, 1, &let_go), -EINVAL);
        assert_int_equal(parked_await(area, 0, number), number == 0 ? PARK : -EINVAL);
    }
    assert_int_equal(sync_at(area, 0)->guard, 0);
}

/* ---------------------------------------------------------------------------- over the loops ---
 */

enum { JOB_TASKS = 48, ROUNDS = 20, PLACES = 3, WRITERS = 4 };
enum { MUTEX, SPIN, RW, RECURSIVE, SEMAPHORE, EVENT, BARRIER, FULL, FREE, DONE, ALL };

static const struct way {
    const struct mode *mode;
    uint64_t workers;
} ways[] = {{&mode_coroutine, 1},
            {&mode_thread_coroutine, 1},
            {&mode_thread_coroutine, 3},
            {&mode_process_coroutine, 3}};
enum { WAYS = sizeof ways / sizeof *ways };

static const struct wait *const engines[] = {&wait_select, &wait_poll, &wait_epoll, &wait_nonblock,
                                             &wait_uring};
enum { ENGINES = sizeof engines / sizeof *engines };

/* In memory that forks share. */
static struct board {
    uint64_t plain;
    _Atomic uint64_t inside, peak, wrong, first, second;
} * board;

/* No assertion in a task: it runs on a stack of its own. */
static void expect(bool right)
{
    if (!right) {
        atomic_fetch_add(&board->wrong, 1);
    }
}

static void enter(void)
{
    uint64_t inside = atomic_fetch_add(&board->inside, 1) + 1;
    uint64_t peak = atomic_load(&board->peak);
    while (inside > peak && !atomic_compare_exchange_weak(&board->peak, &peak, inside)) {
    }
}

static void leave(void)
{
    atomic_fetch_sub(&board->inside, 1);
}

typedef void body(struct task_context *context, uint64_t index);

static body *run_body;

static int run_task(struct task_context *context, const void *state, uint64_t index,
                    uint64_t *checksum)
{
    (void)state;
    run_body(context, index);
    *checksum = index;
    return 0;
}

/* The later ones first, so that whoever is waited for comes last. */
static uint64_t from_the_end(const void *state, uint64_t index)
{
    (void)state;
    return 1000 - index;
}

static const struct workload bodies = {
    .name = "bodies", .task = run_task, .length_ns = from_the_end, .priority = from_the_end};

/* Whoever is made ready has a turn in any order. */
static const struct schedule schedules[] = {
    {SCHEDULE_FCFS, 0, 0, 0},     {SCHEDULE_SJF, 0, 0, 0},   {SCHEDULE_LIFO, 0, 0, 0},
    {SCHEDULE_PRIORITY, 0, 0, 0}, {SCHEDULE_RR, 1000, 0, 0}, {SCHEDULE_MLFQ, 1000, 3, 50000}};
enum { SCHEDULES = sizeof schedules / sizeof schedules[0] };

static struct schedule schedule_tried;

static void run_way(const struct way *way, const struct wait *wait, bool shared_stack)
{
    static const enum object_kind kinds[] = {
        OBJECT_MUTEX, OBJECT_SPIN,    OBJECT_RW,        OBJECT_RECURSIVE, OBJECT_SEMAPHORE,
        OBJECT_EVENT, OBJECT_BARRIER, OBJECT_CONDITION, OBJECT_CONDITION, OBJECT_CONDITION};
    struct request request = {.tasks = JOB_TASKS,
                              .objects = ALL,
                              .workers = way->workers,
                              .width = JOB_TASKS / way->workers,
                              .schedule = schedule_tried,
                              .shared_stack = shared_stack};
    struct mode_run run;
    mode_run_begin(&run, &request, wait, &bodies);
    for (uint32_t i = 0; i < ALL; i++) {
        uint64_t count = i == SEMAPHORE ? PLACES : i == BARRIER ? JOB_TASKS : 0;
        assert_int_equal(sync_make(run.job.area, i, kinds[i], count), 0);
    }
    if (way->mode->prepare) {
        way->mode->prepare(&run.job);
    }
    mode_run_went_well(&run, way->mode->launch(&run.job));
    for (uint64_t task = 0; task < JOB_TASKS; task++) {
        assert_int_equal(run.job.tasks[task].state, TASK_ENDED);
        assert_int_equal(sync_wait_of(run.job.area, task)->sequence % 2, 0);
    }
    for (uint64_t worker = 0; worker < way->workers; worker++) {
        assert_int_equal(sync_mailbox_of(run.job.area, worker)->last, 0);
    }
    mode_run_end(&run);
}

/* Over everything, without a schedule and with one of them; `check` sees the board of each. */
static void run_everywhere(body *tried, void (*check)(void))
{
    run_body = tried;
    for (size_t i = 0; i < WAYS * ENGINES * 4; i++) {
        const struct wait *wait = engines[i / 4 % ENGINES];
        /* valgrind lets no other thread run while one waits in io_uring_enter(). */
        if ((wait->unavailable && wait->unavailable()) || (on_valgrind() && wait == &wait_uring)) {
            continue;
        }
        *board = (struct board){0};
        schedule_tried = (struct schedule){.kind = SCHEDULE_OFF};
        if (i / 2 % 2 == 1) {
            schedule_tried = schedules[(i / 4 + i % 2) % SCHEDULES];
        }
        run_way(&ways[i / 4 / ENGINES], wait, i % 2);
        assert_int_equal(board->wrong, 0);
        check();
    }
    schedule_tried = (struct schedule){.kind = SCHEDULE_OFF};
}

static uint32_t lock_tried;

/* Some of them keep it while they wait for something else, and some come late, when another one,
 * of whatever length and priority, has it. */
static void add_under_lock(struct task_context *context, uint64_t index)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        expect(ctx_lock(context, lock_tried) == 0);
        expect(atomic_load(&sync_at(context->area, lock_tried)->holder) == index + 1);
        enter();
        board->plain++;
        if ((i + index) % 16 == 0) {
            expect(ctx_sleep(context, 1000) == 0);
        }
        leave();
        expect(ctx_unlock(context, lock_tried) == 0);
        if ((i + index) % 16 == 8) {
            expect(ctx_sleep(context, 1000) == 0);
        }
    }
}

static void one_at_a_time(void)
{
    assert_int_equal(board->plain, JOB_TASKS * ROUNDS);
    assert_int_equal(board->peak, 1);
}

static void locks_exclude(void **state)
{
    (void)state;
    for (lock_tried = MUTEX; lock_tried <= RECURSIVE; lock_tried++) {
        run_everywhere(add_under_lock, one_at_a_time);
    }
}

/* Every fourth one writes, with nobody else inside. */
static void read_or_write(struct task_context *context, uint64_t index)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (index % WRITERS == 0) {
            expect(ctx_lock(context, RW) == 0);
            expect(atomic_load(&board->inside) == 0);
            board->plain++;
        } else {
            expect(ctx_lock_shared(context, RW) == 0);
            enter();
            expect(ctx_sleep(context, 100) == 0);
            leave();
        }
        expect(ctx_unlock(context, RW) == 0);
    }
}

static void readers_shared(void)
{
    assert_int_equal(board->plain, JOB_TASKS / WRITERS * ROUNDS);
    assert_true(board->peak > 1);
}

static void readers_share(void **state)
{
    (void)state;
    run_everywhere(read_or_write, readers_shared);
}

static void pass_semaphore(struct task_context *context, uint64_t index)
{
    (void)index;
    for (int i = 0; i < ROUNDS; i++) {
        expect(ctx_acquire(context, SEMAPHORE) == 0);
        enter();
        expect(ctx_sleep(context, 1000) == 0);
        leave();
        expect(ctx_release(context, SEMAPHORE) == 0);
    }
}

static void some_at_a_time(void)
{
    assert_int_equal(board->peak, PLACES);
}

static void a_semaphore_bounds(void **state)
{
    (void)state;
    run_everywhere(pass_semaphore, some_at_a_time);
}

/* The last of them sets it, when all others wait. */
static void await_or_set(struct task_context *context, uint64_t index)
{
    if (index < JOB_TASKS - 1) {
        expect(ctx_await(context, EVENT) == 0);
        expect(board->plain == 1);
        return;
    }
    for (uint64_t task = 0; task < JOB_TASKS - 1; task++) {
        while (atomic_load(&sync_wait_of(context->area, task)->sequence) % 2 == 0) {
            expect(ctx_sleep(context, 10000) == 0);
        }
    }
    board->plain = 1;
    expect(ctx_set(context, EVENT) == 0);
}

static void nothing_more(void)
{
}

static void an_event_wakes_all(void **state)
{
    (void)state;
    run_everywhere(await_or_set, nothing_more);
}

static void arrive(struct task_context *context, uint64_t index)
{
    (void)index;
    for (int i = 0; i < ROUNDS; i++) {
        int rc = ctx_arrive(context, BARRIER);
        expect(rc == 0 || rc == 1);
        atomic_fetch_add(&board->first, (uint64_t)rc);
        expect(ctx_sleep(context, (uint64_t)i % 3 * 1000) == 0);
    }
}

static void one_of_each_round(void)
{
    assert_int_equal(board->first, ROUNDS);
}

static void a_barrier_tells_one(void **state)
{
    (void)state;
    run_everywhere(arrive, one_of_each_round);
}

static void hand_over(struct task_context *context, uint64_t index)
{
    bool gives = index % 2 == 0;
    for (int i = 0; i < ROUNDS; i++) {
        expect(ctx_lock(context, MUTEX) == 0);
        while (board->plain == gives) {
            expect(ctx_wait(context, gives ? FREE : FULL, MUTEX) == 0);
            expect(atomic_load(&sync_at(context->area, MUTEX)->holder) == index + 1);
        }
        board->plain = gives;
        expect(ctx_signal(context, gives ? FULL : FREE) == 0);
        expect(ctx_unlock(context, MUTEX) == 0);
    }
    expect(ctx_lock(context, MUTEX) == 0);
    if (atomic_fetch_add(&board->first, 1) + 1 == JOB_TASKS) {
        expect(ctx_broadcast(context, DONE) == 0);
    }
    while (atomic_load(&board->first) < JOB_TASKS) {
        expect(ctx_wait(context, DONE, MUTEX) == 0);
    }
    expect(ctx_unlock(context, MUTEX) == 0);
}

static void conditions_signal(void **state)
{
    (void)state;
    run_everywhere(hand_over, nothing_more);
}

/* A signal may come when the mutex is free but the waiter has not parked yet. */
static void wait_or_signal(struct task_context *context, uint64_t index)
{
    struct sync_wait *wait = sync_wait_of(context->area, index);
    if (index == 1) {
        while (atomic_load(&board->first) == 0) {
            expect(ctx_broadcast(context, FULL) == 0);
        }
    }
    if (index != 0) {
        return;
    }
    const int rounds = on_valgrind() ? 200 : 20000;
    for (int i = 0; i < rounds; i++) {
        expect(ctx_lock(context, MUTEX) == 0);
        expect(ctx_wait(context, FULL, MUTEX) == 0);
        expect(ctx_unlock(context, MUTEX) == 0);
        expect(atomic_load(&wait->sequence) % 2 == 0);
    }
    atomic_store(&board->first, 1);
}

static void signals_come_at_any_moment(void **state)
{
    static const struct way two = {&mode_thread_coroutine, 2};
    (void)state;
    *board = (struct board){0};
    run_body = wait_or_signal;
    run_way(&two, &wait_epoll, false);
    assert_int_equal(board->wrong, 0);
}

/* Those that were let go in another worker go on in that order. */
static void mail_keeps_its_order(void **state)
{
    struct request request = {.tasks = 8, .objects = 1, .workers = 2, .width = 1};
    static const uint64_t tasks[] = {5, 1, 7};
    struct operation parked[3], *at;
    struct mode_run run;
    (void)state;
    mode_run_begin(&run, &request, &wait_epoll, &bodies);
    loop_mail_open(&run.job);
    struct loop_worker worker = {.job = &run.job, .worker = 1, .alive = 3};
    worker.ready_end = &worker.ready;
    for (size_t i = 0; i < 3; i++) {
        struct sync_wait *wait = sync_wait_of(run.job.area, tasks[i]);
        wait->worker = 1;
        wait->parked = &parked[i];
        loop_mail_send(run.job.area, tasks[i]);
    }
    struct error err;
    assert_int_equal(loop_open(&worker.loop, wait_epoll.engine, 4, NULL, &worker, &err), 0);
    assert_int_equal(loop_mail_begin(&worker), 0);
    at = worker.ready;
    for (size_t i = 0; i < 3; i++, at = at->next) {
        assert_ptr_equal(at, &parked[i]);
    }
    assert_null(at);
    assert_true(worker.listening);
    loop_close(worker.loop);
    loop_mail_close(&run.job);
    mode_run_end(&run);
}

/* Not a loop but the worker waits: then the blocking calls serve. */
/* --- spinners --- */

/* Turns of the worker, and how many there had been when what the holder waits for came. */
static struct {
    uint64_t turns, came, noticed;
    int ends[2];
} spinning;

static int counting_done(struct loop_worker *worker, struct operation *operation)
{
    if (++spinning.turns == 4 * JOB_TASKS) {
        spinning.came = spinning.turns;
        expect(send(spinning.ends[1], "x", 1, 0) == 1);
    }
    return loop_tasks_coroutines.done(worker, operation);
}

/* Whoever has it first waits with it. */
static void wait_with_spin_lock(struct task_context *context, uint64_t index)
{
    char byte;
    (void)index;
    expect(ctx_lock(context, SPIN) == 0);
    if (board->plain++ == 0) {
        expect(ctx_receive(context, spinning.ends[0], &byte, 1) == 1);
        spinning.noticed = spinning.turns;
    }
    expect(ctx_unlock(context, SPIN) == 0);
}

/* The holder need not wait until those that only spin have used a slice up, which takes thousands
 * of turns: some rounds of them are the most, and some more where the kernel is late itself on a
 * busy machine. */
static void spinners_do_not_keep_the_holder_waiting(void **state)
{
    struct loop_tasks counting = loop_tasks_coroutines;
    (void)state;
    counting.done = counting_done;
    run_body = wait_with_spin_lock;
    for (size_t i = 0; i < ENGINES * (1 + SCHEDULES); i++) {
        const struct wait *wait = engines[i % ENGINES];
        struct request request = {
            .tasks = JOB_TASKS, .objects = ALL, .workers = 1, .width = JOB_TASKS};
        struct mode_run run;
        if (wait->unavailable && wait->unavailable()) {
            continue;
        }
        if (i >= ENGINES) {
            request.schedule = schedules[i / ENGINES - 1];
        }
        *board = (struct board){0};
        spinning.turns = spinning.came = spinning.noticed = 0;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, spinning.ends), 0);
        mode_run_begin(&run, &request, wait, &bodies);
        assert_int_equal(sync_make(run.job.area, SPIN, OBJECT_SPIN, 0), 0);
        mode_run_went_well(&run, loop_worker_run(&run.job, &counting, 0, 0, &run.job.err));
        assert_int_equal(board->wrong, 0);
        assert_int_equal(board->plain, JOB_TASKS);
        assert_true(spinning.came > 0 && spinning.noticed <= spinning.came + 20 * JOB_TASKS);
        mode_run_end(&run);
        close(spinning.ends[0]);
        close(spinning.ends[1]);
    }
}

static void lock_alone(struct task_context *context, uint64_t index)
{
    (void)index;
    expect(context->sync == &sync_blocking);
    expect(ctx_lock(context, MUTEX) == 0);
    board->plain++;
    expect(ctx_unlock(context, MUTEX) == 0);
}

static void under_a_blocking_wait_they_block(void **state)
{
    (void)state;
    run_body = lock_alone;
    for (size_t i = 0; i < WAYS; i++) {
        *board = (struct board){0};
        run_way(&ways[i], &wait_blocking, false);
        assert_int_equal(board->wrong, 0);
        assert_int_equal(board->plain, JOB_TASKS);
    }
}

/* A loop whose tasks are all parked neither fails nor computes until it is killed. */
static void lock_both(struct task_context *context, uint64_t index)
{
    uint32_t first = index % 2 ? MUTEX : RECURSIVE;
    expect(ctx_lock(context, first) == 0);
    atomic_fetch_add(&board->first, 1);
    expect(ctx_sleep(context, 1000000) == 0);
    expect(ctx_lock(context, first == MUTEX ? RECURSIVE : MUTEX) == 0);
}

static void deadlocked_loops_stay_quiet(void **state)
{
    skip_on_valgrind("it computes for them");
    (void)state;
    run_body = lock_both;
    for (size_t i = 0; i < WAYS * ENGINES; i++) {
        const struct wait *wait = engines[i % ENGINES];
        struct rusage usage;
        int status;
        if (wait == &wait_nonblock || (wait->unavailable && wait->unavailable())) {
            continue; /* nonblock never sleeps */
        }
        *board = (struct board){0};
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);
            run_way(&ways[i / ENGINES], wait, false);
            _exit(0);
        }
        setpgid(pid, pid);
        while (atomic_load(&board->first) < 2) {
            sched_yield();
        }
        usleep(400000);
        assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
        kill(-pid, SIGKILL);
        assert_int_equal(wait4(pid, &status, 0, &usage), pid);
        assert_true(WIFSIGNALED(status));
        assert_true(usage.ru_utime.tv_sec == 0 && usage.ru_utime.tv_usec < 200000);
        assert_true(usage.ru_stime.tv_sec == 0 && usage.ru_stime.tv_usec < 200000);
        assert_int_equal(board->wrong, 0);
    }
}

static void bells_that_cannot_be_made_are_told(void **state)
{
    struct request request = {.tasks = 2, .objects = 1, .workers = 2, .width = 1};
    struct mode_run run;
    (void)state;
    run_body = lock_alone;
    mode_run_begin(&run, &request, &wait_epoll, &bodies);
    sync_mailbox_of(run.job.area, 1)->bell = -EMFILE;
    assert_int_equal(mode_thread_coroutine.launch(&run.job), -EMFILE);
    assert_non_null(strstr(run.job.err.text, "worker 1"));
    mode_run_end(&run);
}

#define QUEUES(name) cmocka_unit_test_setup_teardown(name, make_area, drop_area)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUES(a_mutex_is_handed_on_in_order),
        QUEUES(a_recursive_lock_counts),
        QUEUES(readers_go_together_and_before_writers),
        QUEUES(a_semaphore_hands_its_places_on),
        QUEUES(an_event_lets_all_go),
        QUEUES(a_barrier_opens_for_each_generation),
        QUEUES(a_condition_signals_in_order),
        QUEUES(misuse_is_refused),
        cmocka_unit_test(locks_exclude),
        cmocka_unit_test(readers_share),
        cmocka_unit_test(a_semaphore_bounds),
        cmocka_unit_test(an_event_wakes_all),
        cmocka_unit_test(a_barrier_tells_one),
        cmocka_unit_test(conditions_signal),
        cmocka_unit_test(signals_come_at_any_moment),
        cmocka_unit_test(mail_keeps_its_order),
        cmocka_unit_test(spinners_do_not_keep_the_holder_waiting),
        cmocka_unit_test(under_a_blocking_wait_they_block),
        cmocka_unit_test(deadlocked_loops_stay_quiet),
        cmocka_unit_test(bells_that_cannot_be_made_are_told),
    };
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
