/*
 * The pool and what it is made of, over threads and over forked processes. Queues are
 * tiny so that both sides block all the time.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/modes/event.h"
#include "bench/modes/idle.h"
#include "bench/modes/pool.h"
#include "bench/util/relax.h"
#include "bench/waits/wait.h"

enum { WORKERS_MAX = 4, TASKS = 5000, CALM_CHECKS = 20000 };

/* In shared memory: what the tasks leave behind. */
struct marks {
    _Atomic uint64_t runs[TASKS]; /* how often each task ran */
    uint64_t order[TASKS];        /* tasks in the order of their starts */
    _Atomic uint64_t started;
    _Atomic uint64_t gate; /* tasks from this one on wait until it is raised */
    _Atomic uint64_t slow; /* even tasks take so many microseconds */
};

struct rig {
    struct job job;
    struct pool pool;
    struct marks *marks;
    bool processes;
    uint64_t workers;
    pthread_t threads[WORKERS_MAX];
    pid_t pids[WORKERS_MAX];
    _Atomic uint64_t done[TASKS];
    void *blocks[4];
    size_t block_bytes[4];
    size_t block_count;
};

static int mark_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    struct marks *marks = *(struct marks *const *)state;
    (void)context;
    marks->order[atomic_fetch_add(&marks->started, 1) % TASKS] = index;
    while (index >= atomic_load(&marks->gate)) {
        usleep(100);
    }
    if (index % 2 == 0 && atomic_load(&marks->slow) > 0) {
        usleep((useconds_t)atomic_load(&marks->slow));
    }
    atomic_fetch_add(&marks->runs[index], 1);
    *checksum = index;
    return 0;
}

/* Any but the order of the tasks, with ties. */
static uint64_t mark_length_ns(const void *state, uint64_t index)
{
    (void)state;
    return index * 7 % 10;
}

static uint64_t mark_priority(const void *state, uint64_t index)
{
    (void)state;
    return index * 3 % 5;
}

static const struct workload mark_workload = {
    .name = "mark", .task = mark_task, .length_ns = mark_length_ns, .priority = mark_priority};

static void *block(struct rig *rig, size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(at != MAP_FAILED);
    rig->blocks[rig->block_count] = at;
    rig->block_bytes[rig->block_count++] = bytes;
    return at;
}

static void mark_done(void *argument, uint64_t task)
{
    struct rig *rig = argument;
    atomic_fetch_add(&rig->done[task], 1);
}

static void *thread_main(void *argument)
{
    struct rig *rig = argument;
    static _Atomic uint64_t next;
    pool_work(&rig->pool, atomic_fetch_add(&next, 1) % rig->workers);
    return NULL;
}

/* Zeroed, and aligned as the records demand. */
static struct worker_record *worker_records(uint64_t count)
{
    const size_t bytes = count * sizeof(struct worker_record);
    void *records = aligned_alloc(_Alignof(struct worker_record), bytes);
    assert_non_null(records);
    return memset(records, 0, bytes);
}

static const enum schedule_kind schedules[] = {SCHEDULE_OFF, SCHEDULE_FCFS, SCHEDULE_SJF,
                                               SCHEDULE_PRIORITY, SCHEDULE_LIFO};
enum { SCHEDULES = sizeof schedules / sizeof schedules[0] };

static enum schedule_kind schedule; /* of the rigs to come */

static void rig_start(struct rig *rig, bool processes, uint64_t capacity, uint64_t workers,
                      uint64_t tasks)
{
    memset(rig, 0, sizeof *rig);
    rig->processes = processes;
    rig->workers = workers;
    rig->marks = block(rig, sizeof *rig->marks);
    atomic_store(&rig->marks->gate, UINT64_MAX);
    rig->job = (struct job){.shared = block(rig, sizeof(struct shared)),
                            .workload = &mark_workload,
                            .wait = &wait_blocking,
                            .state = &rig->marks,
                            .task_count = tasks,
                            .worker_count = workers,
                            .tasks = block(rig, tasks * sizeof(struct task_record)),
                            .workers = worker_records(workers)};
    assert_non_null(rig->job.workers);
    const struct pool_shape shape = {
        .capacity = capacity, .workers = workers, .completions = processes, .schedule = schedule};
    void *memory = block(rig, pool_bytes(&shape));
    pool_lay_out(memory, &shape);
    pool_open(&rig->pool, memory, &shape, &rig->job);
    rig->pool.done = mark_done;
    rig->pool.argument = rig;
    for (uint64_t i = 0; i < workers; i++) {
        if (!processes) {
            assert_int_equal(pthread_create(&rig->threads[i], NULL, thread_main, rig), 0);
        } else if ((rig->pids[i] = fork()) == 0) {
            pool_work(&rig->pool, i);
            _exit(0);
        }
    }
}

/* Waits for the workers, which must end of themselves. */
static void rig_end(struct rig *rig)
{
    pool_close(&rig->pool);
    for (uint64_t i = 0; i < rig->workers; i++) {
        int status = 0;
        if (!rig->processes) {
            assert_int_equal(pthread_join(rig->threads[i], NULL), 0);
        } else {
            assert_int_equal(waitpid(rig->pids[i], &status, 0), rig->pids[i]);
            assert_int_equal(status, 0);
        }
    }
}

static void rig_free(struct rig *rig)
{
    for (size_t i = 0; i < rig->block_count; i++) {
        munmap(rig->blocks[i], rig->block_bytes[i]);
    }
    free(rig->job.workers);
}

static void assert_each_ran_once(struct rig *rig)
{
    for (uint64_t i = 0; i < rig->job.task_count; i++) {
        assert_int_equal(atomic_load(&rig->marks->runs[i]), 1);
    }
}

static void assert_each_done_once(struct rig *rig)
{
    for (uint64_t i = 0; i < rig->job.task_count; i++) {
        assert_int_equal(atomic_load(&rig->done[i]), 1);
    }
}

static int refuse(void *argument)
{
    (void)argument;
    return -ECHILD;
}

static const bool kinds[] = {false, true};
static const uint64_t capacities[] = {1, 2, 4, 8};
static struct rig rig;

static void every_task_runs_and_completes_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        for (size_t c = 0; c < 4; c++) {
            for (uint64_t workers = 1; workers <= WORKERS_MAX; workers++) {
                rig_start(&rig, kinds[k], capacities[c], workers, TASKS);
                assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
                assert_each_done_once(&rig); /* drained: before the workers end */
                assert_each_ran_once(&rig);
                rig_end(&rig);
                rig_free(&rig);
            }
        }
    }
}

static void one_at_a_time_has_one_task_in_flight(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        rig_start(&rig, kinds[k], 4, 3, 500);
        rig.job.shared->request.sync = true;
        assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
        for (uint64_t i = 0; i < 500; i++) {
            assert_int_equal(rig.marks->order[i], i);
        }
        for (uint64_t i = 1; i < 500; i++) {
            assert_true(rig.job.tasks[i].queued_ns >= rig.job.tasks[i - 1].end_ns);
        }
        rig_end(&rig);
        rig_free(&rig);
    }
}

static void one_worker_takes_tasks_in_their_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        for (size_t c = 0; c < 4; c++) {
            rig_start(&rig, kinds[k], capacities[c], 1, TASKS);
            assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
            for (uint64_t i = 0; i < TASKS; i++) {
                assert_int_equal(rig.marks->order[i], i);
            }
            rig_end(&rig);
            rig_free(&rig);
        }
    }
}

/* The first task holds the only worker until all others are queued. */
static void hold_back_and_release(void)
{
    atomic_store(&rig.marks->gate, 0);
    for (uint64_t task = 0; task < rig.job.task_count; task++) {
        assert_int_equal(pool_submit(&rig.pool, task), 0);
        while (task == 0 && atomic_load(&rig.marks->started) == 0) {
            usleep(100);
        }
    }
    atomic_store(&rig.marks->gate, UINT64_MAX);
    assert_int_equal(pool_drain(&rig.pool), 0);
}

/* Whether the schedule lets task `a` go before task `b`, which was submitted later. */
static bool goes_first(uint64_t a, uint64_t b)
{
    switch (schedule) {
    case SCHEDULE_SJF:
        return mark_length_ns(NULL, a) <= mark_length_ns(NULL, b);
    case SCHEDULE_PRIORITY:
        return mark_priority(NULL, a) <= mark_priority(NULL, b);
    case SCHEDULE_LIFO:
        return false;
    default:
        return true;
    }
}

static void one_worker_takes_what_is_queued_as_the_schedule_says(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        for (size_t s = 0; s < SCHEDULES; s++) {
            schedule = schedules[s];
            rig_start(&rig, kinds[k], 64, 1, 60);
            hold_back_and_release();
            assert_int_equal(rig.marks->order[0], 0);
            for (uint64_t i = 1; i < 60; i++) {
                for (uint64_t j = i + 1; j < 60; j++) {
                    uint64_t a = rig.marks->order[i], b = rig.marks->order[j];
                    assert_true(a < b ? goes_first(a, b) : !goes_first(b, a));
                }
            }
            assert_each_done_once(&rig);
            rig_end(&rig);
            rig_free(&rig);
        }
    }
    schedule = SCHEDULE_OFF;
}

/* Killed while it held the guard of the queue, a worker leaves a submitter that asks. */
static void a_worker_that_dies_in_the_queue_is_noticed(void **state)
{
    int status;
    (void)state;
    schedule = SCHEDULE_SJF;
    rig_start(&rig, true, 4, 2, 8);
    rig.pool.check = refuse;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_mutex_lock(&rig.pool.queue.ordered->guard);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(pool_submit(&rig.pool, 0), -ECHILD);
    rig_end(&rig); /* the others still can be told to end */
    rig_free(&rig);
    schedule = SCHEDULE_OFF;
}

/* Closing without draining loses nothing that was queued. */
static void closed_workers_finish_what_is_queued(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        for (int round = 0; round < 50; round++) {
            rig_start(&rig, kinds[k], 64, 2, 50);
            for (uint64_t task = 0; task < 50; task++) {
                assert_int_equal(pool_submit(&rig.pool, task), 0);
            }
            rig_end(&rig);
            assert_each_ran_once(&rig);
            rig_free(&rig);
        }
    }
}

static void closing_wakes_every_idle_worker(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        rig_start(&rig, false, 2, WORKERS_MAX, 4);
        assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
        if (round % 2 == 0) {
            usleep(500); /* some asleep, some on their way */
        }
        rig_end(&rig); /* hangs where one is left asleep */
        rig_free(&rig);
    }
}

/* With every worker held inside a task, each of them has got one: a burst wakes as
 * many sleeping workers as it has tasks. */
static void a_burst_of_long_tasks_reaches_every_worker(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        uint64_t last = 2 * WORKERS_MAX;
        rig_start(&rig, kinds[round % 2], 8, WORKERS_MAX, last);
        atomic_store(&rig.marks->gate, WORKERS_MAX);
        for (uint64_t task = 0; task < WORKERS_MAX; task++) {
            assert_int_equal(pool_submit(&rig.pool, task), 0);
        }
        assert_int_equal(pool_drain(&rig.pool), 0);
        usleep(2000); /* most of the workers are asleep by then */
        for (uint64_t task = WORKERS_MAX; task < last; task++) {
            assert_int_equal(pool_submit(&rig.pool, task), 0);
        }
        while (atomic_load(&rig.marks->started) < last) {
            usleep(100); /* for ever where a worker was not woken */
        }
        atomic_store(&rig.marks->gate, UINT64_MAX);
        assert_int_equal(pool_drain(&rig.pool), 0);
        assert_each_done_once(&rig);
        rig_end(&rig);
        rig_free(&rig);
    }
}

/* Tasks that come at any moment of a worker's way to sleep: the drain waits for ever
 * where a wake-up is lost. */
static void no_wake_up_is_lost_on_the_way_to_sleep(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t k = 0; k < 2; k++) {
        for (uint64_t workers = 1; workers <= 2; workers++) {
            rig_start(&rig, kinds[k], 2, workers, TASKS);
            for (uint64_t task = 0; task < TASKS; task++) {
                assert_int_equal(pool_submit(&rig.pool, task), 0);
                assert_int_equal(pool_drain(&rig.pool), 0);
                random = random * UINT64_C(6364136223846793005) + 1;
                for (uint64_t wait = random >> 55; wait > 0; wait--) {
                    cpu_relax();
                }
            }
            assert_each_done_once(&rig);
            rig_end(&rig);
            rig_free(&rig);
        }
    }
}

static void submission_stops_while_the_queue_is_full(void **state)
{
    (void)state;
    rig_start(&rig, false, 2, 1, 4);
    const struct task_record *tasks = rig.job.tasks;
    atomic_store(&rig.marks->gate, 0); /* task 0 is held: 1 and 2 wait, 3 finds no room */
    assert_int_equal(pool_submit(&rig.pool, 0), 0);
    while (atomic_load(&rig.marks->started) < 1) {
        usleep(100);
    }
    assert_int_equal(pool_submit(&rig.pool, 1), 0);
    assert_int_equal(pool_submit(&rig.pool, 2), 0);
    assert_false(task_queue_push(&rig.pool.queue, 3));
    assert_int_equal(task_queue_used(&rig.pool.queue), 2);
    atomic_store(&rig.marks->gate, UINT64_MAX);
    assert_int_equal(pool_submit(&rig.pool, 3), 0);
    assert_int_equal(pool_drain(&rig.pool), 0);
    assert_true(tasks[3].start_ns >= tasks[0].end_ns);
    assert_each_ran_once(&rig);
    rig_end(&rig);
    rig_free(&rig);
}

/* A submitter whose workers are gone does not wait for them for ever. */
static void a_failing_check_ends_the_wait(void **state)
{
    (void)state;
    rig_start(&rig, true, 2, 1, 8);
    atomic_store(&rig.marks->gate, 0);
    rig.pool.check = refuse;
    assert_int_equal(pool_submit(&rig.pool, 0), 0);
    assert_int_equal(pool_drain(&rig.pool), -ECHILD);
    atomic_store(&rig.marks->gate, UINT64_MAX);
    rig_end(&rig);
    rig_free(&rig);
}

static uint64_t measured_ns; /* from tasks' ends to their call-backs, by the call-backs */

static void clock_done(void *argument, uint64_t task)
{
    struct rig *own = argument;
    const struct task_record *record = &own->job.tasks[task];
    if (record->end_ns - record->start_ns >= 200000) {
        measured_ns += clock_now_ns() - record->end_ns;
    }
    mark_done(argument, task);
}

/* The even tasks are long, and perhaps some of the others were kept from the CPU. */
static void long_tasks_tell_how_late_their_call_backs_were(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        uint64_t count = 0;
        rig_start(&rig, kinds[k], 4, 1, 40);
        rig.pool.done = clock_done;
        measured_ns = 0;
        atomic_store(&rig.marks->slow, 300);
        assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
        rig_end(&rig);
        for (uint64_t i = 0; i < 40; i++) {
            count += rig.job.tasks[i].end_ns - rig.job.tasks[i].start_ns >= 200000;
        }
        assert_in_range(count, 20, 40);
        assert_int_not_equal(pool_callback_ns(&rig.pool), FIGURE_OFF);
        assert_true(pool_callback_ns(&rig.pool) <= measured_ns / count);
        assert_each_done_once(&rig);
        rig_free(&rig);
    }
}

/* Its lateness counts from the task's end, however long nobody looks. */
static void a_call_back_waits_for_who_collects_it(void **state)
{
    (void)state;
    rig_start(&rig, true, 4, 1, 1);
    assert_int_equal(pool_callback_ns(&rig.pool), FIGURE_OFF);
    atomic_store(&rig.marks->slow, 300);
    assert_int_equal(pool_submit(&rig.pool, 0), 0);
    while (atomic_load(&rig.job.tasks[0].state) != TASK_ENDED) {
        usleep(100);
    }
    usleep(3000);
    assert_int_equal(pool_drain(&rig.pool), 0);
    assert_in_range(pool_callback_ns(&rig.pool), 3000000, UINT64_MAX - 2);
    rig_end(&rig);
    rig_free(&rig);
}

/* CPU time of a process so far, in clock ticks, and its state, from /proc. */
static char state_of(pid_t pid, uint64_t *ticks)
{
    char path[64], text[512], *at;
    unsigned long user = 0, sys = 0;
    char state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    at = strrchr(text, ')');
    assert_non_null(at);
    assert_int_equal(
        sscanf(at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user, &sys),
        3);
    *ticks = user + sys;
    return state;
}

/* Idle workers come to rest in the kernel, and stay there. A worker that spins is
 * never seen asleep; the check waits for the machine as long as it must. */
static void idle_workers_sleep(void **state)
{
    (void)state;
    uint64_t before, after;
    rig_start(&rig, true, 4, 2, 10);
    assert_int_equal(pool_run_job(&rig.pool, &rig.job), 0);
    for (uint64_t i = 0; i < 2; i++) {
        int checks = 0;
        while (state_of(rig.pids[i], &before) != 'S' && checks < CALM_CHECKS) {
            usleep(1000);
            checks++;
        }
        assert_true(checks < CALM_CHECKS);
        usleep(200000); /* 20 ticks of a worker that spins */
        assert_int_equal(state_of(rig.pids[i], &after), 'S');
        assert_true(after <= before + 1);
    }
    rig_end(&rig);
    rig_free(&rig);
}

/* --- the parts --- */

static void ring_is_bounded_and_fifo_over_many_laps(void **state)
{
    (void)state;
    for (size_t c = 0; c < 4; c++) {
        uint64_t capacity = capacities[c], in = 0, out = 0, value = 0;
        struct ring *ring = aligned_alloc(256, (ring_bytes(capacity) + 255) / 256 * 256);
        assert_non_null(ring);
        ring_init(ring, capacity);
        assert_false(ring_pop(ring, &value));
        for (int lap = 0; lap < 100; lap++) {
            /* Always filled up; emptied by another number each time, so that the border
             * wanders over all cells. */
            while (ring_push(ring, 1000 + in)) {
                in++;
                assert_true(in - out <= capacity);
            }
            assert_int_equal(in - out, capacity);
            assert_int_equal(ring_used(ring), capacity);
            for (uint64_t n = 1 + (uint64_t)lap % capacity; n > 0; n--) {
                assert_true(ring_pop(ring, &value));
                assert_int_equal(value, 1000 + out++);
            }
        }
        while (ring_pop(ring, &value)) {
            assert_int_equal(value, 1000 + out++);
        }
        assert_int_equal(in, out);
        free(ring);
    }
}

/* A consumer that stopped inside its cell (its turn not passed on yet) makes the ring
 * look full to the producer when it comes round, though all else is taken. */
static void a_cell_that_is_not_left_holds_the_producer(void **state)
{
    (void)state;
    uint64_t value;
    struct ring *ring = aligned_alloc(256, (ring_bytes(2) + 255) / 256 * 256);
    assert_non_null(ring);
    ring_init(ring, 2);
    assert_true(ring_push(ring, 1));
    assert_true(ring_push(ring, 2));
    uint64_t turn = atomic_load(&ring->cells[0].turn);
    assert_true(ring_pop(ring, &value));
    uint64_t left = atomic_exchange(&ring->cells[0].turn, turn);
    assert_true(ring_pop(ring, &value));
    assert_int_equal(value, 2);
    assert_int_equal(ring_used(ring), 0);
    assert_false(ring_push(ring, 3));
    atomic_store(&ring->cells[0].turn, left);
    assert_true(ring_push(ring, 3));
    free(ring);
}

static void idle_counts_stay_exact(void **state)
{
    (void)state;
    struct idle idle = {.word = 0};
    idle_wake(&idle); /* nobody sleeps: nothing is granted */
    assert_int_equal(atomic_load(&idle.word), 0);

    assert_true(idle_search(&idle));
    assert_false(idle_search(&idle)); /* one at a time */
    idle_enter(&idle, false);         /* another goes to sleep */
    idle_wake(&idle);                 /* nobody is woken while one searches */
    assert_int_equal(atomic_load(&idle.word), IDLE_SEARCHING + IDLE_SLEEPER);
    idle_enter(&idle, true); /* the searcher gives up */
    assert_int_equal(atomic_load(&idle.word), 2 * IDLE_SLEEPER);

    idle_wake(&idle);
    idle_wake(&idle); /* the first wake-up made a searcher */
    assert_int_equal(atomic_load(&idle.word), IDLE_SLEEPER + IDLE_SEARCHING + IDLE_WAKEUP);
    assert_true(idle_leave(&idle)); /* takes the wake-up that was granted */
    idle_found(&idle);
    assert_int_equal(atomic_load(&idle.word), IDLE_SLEEPER);
    assert_false(idle_leave(&idle));
    assert_int_equal(atomic_load(&idle.word), 0);

    idle_enter(&idle, false);
    idle_enter(&idle, false);
    idle_wake_all(&idle);
    assert_int_equal(atomic_load(&idle.word), 2 * IDLE_WAKEUP);
    idle_sleep(&idle); /* both return at once */
    idle_sleep(&idle);
    assert_int_equal(atomic_load(&idle.word), 0);
}

static void event_is_raised_only_for_a_waiter(void **state)
{
    (void)state;
    struct event event = {.epoch = 0};
    event_notify(&event);
    assert_int_equal(atomic_load(&event.epoch), 0);
    uint32_t key = event_prepare(&event);
    assert_true(event_awaited(&event));
    event_notify(&event);
    assert_int_not_equal(atomic_load(&event.epoch), key);
    event_sleep(&event, key, NULL); /* hangs unless the epoch has moved on */
    event_prepare(&event);
    event_finish(&event);
    assert_false(event_awaited(&event));
}

/* What must hold in whatever order tasks are taken. */
static void whatever_the_order(void (*test)(void **state), void **state)
{
    for (size_t s = 0; s < SCHEDULES; s++) {
        schedule = schedules[s];
        test(state);
    }
    schedule = SCHEDULE_OFF;
}

#define IN_EVERY_ORDER(test)                   \
    static void any_order_##test(void **state) \
    {                                          \
        whatever_the_order(test, state);       \
    }
IN_EVERY_ORDER(every_task_runs_and_completes_once)
IN_EVERY_ORDER(one_at_a_time_has_one_task_in_flight)
IN_EVERY_ORDER(closed_workers_finish_what_is_queued)
IN_EVERY_ORDER(closing_wakes_every_idle_worker)
IN_EVERY_ORDER(a_burst_of_long_tasks_reaches_every_worker)
IN_EVERY_ORDER(no_wake_up_is_lost_on_the_way_to_sleep)
IN_EVERY_ORDER(submission_stops_while_the_queue_is_full)
IN_EVERY_ORDER(a_failing_check_ends_the_wait)
IN_EVERY_ORDER(idle_workers_sleep)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_takes_what_is_queued_as_the_schedule_says),
        cmocka_unit_test(a_worker_that_dies_in_the_queue_is_noticed),
        cmocka_unit_test(long_tasks_tell_how_late_their_call_backs_were),
        cmocka_unit_test(a_call_back_waits_for_who_collects_it),
        cmocka_unit_test(ring_is_bounded_and_fifo_over_many_laps),
        cmocka_unit_test(a_cell_that_is_not_left_holds_the_producer),
        cmocka_unit_test(idle_counts_stay_exact),
        cmocka_unit_test(event_is_raised_only_for_a_waiter),
        cmocka_unit_test(any_order_every_task_runs_and_completes_once),
        cmocka_unit_test(any_order_one_at_a_time_has_one_task_in_flight),
        cmocka_unit_test(one_worker_takes_tasks_in_their_order),
        cmocka_unit_test(any_order_closed_workers_finish_what_is_queued),
        cmocka_unit_test(any_order_closing_wakes_every_idle_worker),
        cmocka_unit_test(any_order_a_burst_of_long_tasks_reaches_every_worker),
        cmocka_unit_test(any_order_no_wake_up_is_lost_on_the_way_to_sleep),
        cmocka_unit_test(any_order_submission_stops_while_the_queue_is_full),
        cmocka_unit_test(any_order_a_failing_check_ends_the_wait),
        cmocka_unit_test(any_order_idle_workers_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
