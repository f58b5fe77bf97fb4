/* A worker that runs many tasks on one event loop, as coroutines and as call-backs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/modes/loop_worker.h"
#include "bench/modes/worker_threads.h"
#include "tests/unit/mode_run.h"

extern const struct mode mode_coroutine, mode_event, mode_thread_coroutine;

enum { TASKS = 60, TASKS_MOST = 20000 };

#define US UINT64_C(1000)

/* --- what is tried: every way of carrying tasks on, over every loop that is offered here --- */

static const struct kind {
    const struct loop_tasks *tasks;
    bool shared_stack;
    const char *name;
} kinds[] = {{&loop_tasks_coroutines, false, "own stacks"},
             {&loop_tasks_coroutines, true, "a shared stack"},
             {&loop_tasks_steps, false, "call-backs"}};
enum { KINDS = sizeof kinds / sizeof kinds[0], STACKFUL = 2 };

static const struct wait *loops[8];

static void find_loops(void)
{
    static const struct wait *const all[] = {&wait_select, &wait_poll, &wait_epoll, &wait_nonblock,
                                             &wait_uring};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!all[i]->unavailable || !all[i]->unavailable()) {
            loops[count++] = all[i];
        }
    }
}

#define FOR_EACH_WAY(kind, wait)                                        \
    for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) \
        for (const struct wait *const *wait = loops; *wait; wait++)

/* --- a workload that keeps books; no assertion in it, for it runs on stacks of its own --- */

static struct {
    uint64_t waits_most; /* task i waits i % (waits_most + 1) times */
    uint64_t sleep_ns, busy_ns;
    bool fail; /* every seventh task */
    _Atomic uint32_t alive, most, wrong;
    _Atomic uint32_t come[TASKS_MOST], gone[TASKS_MOST]; /* the how-manieth, from 1; else 0 */
    _Atomic uint32_t events, runs[TASKS_MOST];
} watch;

static void watch_begin(uint64_t waits_most)
{
    memset(&watch, 0, sizeof watch);
    watch.waits_most = waits_most;
    watch.sleep_ns = 20 * US;
}

static uint64_t waits_of(uint64_t index)
{
    return index % (watch.waits_most + 1);
}

static uint64_t checksum_of(uint64_t index)
{
    return 1000003 * index + 17;
}

static int error_of(uint64_t index)
{
    return watch.fail && index % 7 == 3 ? -ENOSPC : 0;
}

static void come(uint64_t index)
{
    uint32_t alive = atomic_fetch_add(&watch.alive, 1) + 1;
    if (alive > watch.most) { /* exact where one thread runs all */
        watch.most = alive;
    }
    watch.runs[index]++;
    watch.come[index] = atomic_fetch_add(&watch.events, 1) + 1;
    uint64_t until = clock_now_ns() + watch.busy_ns;
    while (watch.busy_ns > 0 && index > 0 && clock_now_ns() < until) {
    }
}

static void go(uint64_t index)
{
    watch.gone[index] = atomic_fetch_add(&watch.events, 1) + 1;
    watch.alive--;
}

static int watched_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    (void)state;
    come(index);
    for (uint64_t i = 0; i < waits_of(index); i++) {
        watch.wrong += ctx_sleep(context, watch.sleep_ns) != 0;
    }
    *checksum = checksum_of(index);
    go(index);
    return error_of(index);
}

static int watched_step(struct step *step, const void *state, uint64_t index)
{
    uint64_t *waited = step->memory;
    (void)state;
    if (step->operation.kind == OPERATION_NONE) {
        watch.wrong += *waited != 0; /* zeroed, also where another task had it */
        come(index);
    } else {
        watch.wrong += step->operation.kind != OPERATION_SLEEP || step->operation.result != 0;
    }
    if (*waited < waits_of(index)) {
        ++*waited;
        step->operation = (struct operation){.kind = OPERATION_SLEEP,
                                             .until_ns = clock_now_ns() + watch.sleep_ns};
        return 0;
    }
    step->checksum = checksum_of(index);
    step->operation.kind = OPERATION_NONE;
    go(index);
    return error_of(index);
}

static const struct workload watched = {
    .name = "watched", .task = watched_task, .step = watched_step, .step_bytes = sizeof(uint64_t)};

/* --- running it --- */

static void begin(struct mode_run *run, const struct kind *kind, const struct wait *wait,
                  struct request request)
{
    request.workers = request.workers > 0 ? request.workers : 1;
    request.shared_stack = kind->shared_stack;
    mode_run_begin(run, &request, wait, &watched);
}

static void check_record(const struct mode_run *run, uint64_t task, uint64_t worker)
{
    const struct task_record *record = &run->job.tasks[task];
    assert_int_equal(record->state, TASK_ENDED);
    assert_true(record->queued_ns > 0);
    assert_true(record->queued_ns <= record->start_ns);
    assert_true(record->start_ns <= record->end_ns);
    assert_int_equal(record->checksum, checksum_of(task));
    assert_int_equal(record->error, error_of(task));
    assert_int_equal(record->worker, worker);
    assert_int_equal(record->process, getpid());
    assert_int_equal(watch.runs[task], 1);
}

static void check_all(const struct mode_run *run)
{
    assert_int_equal(watch.wrong, 0);
    assert_int_equal(watch.alive, 0);
    for (uint64_t i = 0; i < run->job.task_count; i++) {
        check_record(run, i, i % run->job.worker_count);
    }
}

static void every_task_runs_once(void **state)
{
    static const uint64_t widths[] = {1, 3, TASKS - 1, TASKS};
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            struct mode_run run;
            watch_begin(4);
            watch.fail = true;
            begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = widths[w]});
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            assert_in_range(watch.most, 1, widths[w]);
            mode_run_end(&run);
        }
    }
}

static void a_share_is_every_so_manieth(void **state)
{
    enum { SHARES = 7, FEW = 5 };
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        struct mode_run run;
        watch_begin(2);
        begin(&run, kind, *wait, (struct request){.tasks = TASKS, .workers = SHARES, .width = 4});
        for (uint64_t share = 0; share < SHARES; share++) {
            /* The record is the caller's choice, and not its share. */
            uint64_t worker = SHARES - 1 - share;
            mode_run_went_well(&run,
                               loop_worker_run(&run.job, kind->tasks, worker, share, &run.job.err));
            for (uint64_t i = 0; i < TASKS; i++) {
                assert_int_equal(watch.runs[i], i % SHARES <= share);
                if (i % SHARES == share) {
                    check_record(&run, i, worker);
                }
            }
        }
        mode_run_end(&run);

        watch_begin(1); /* more workers than tasks: the last ones have nothing to do */
        begin(&run, kind, *wait, (struct request){.tasks = FEW, .workers = SHARES, .width = 4});
        for (uint64_t share = 0; share < SHARES; share++) {
            mode_run_went_well(&run,
                               loop_worker_run(&run.job, kind->tasks, share, share, &run.job.err));
        }
        check_all(&run);
        mode_run_end(&run);
    }
}

static void tasks_that_never_wait(void **state)
{
    static const uint64_t widths[] = {1, 2, TASKS_MOST};
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        for (size_t w = 0; w < 3; w++) {
            struct mode_run run;
            watch_begin(0);
            begin(&run, kind, *wait, (struct request){.tasks = TASKS_MOST, .width = widths[w]});
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            assert_int_equal(watch.most, 1);
            mode_run_end(&run);
        }
    }
}

static void tasks_that_wait_often(void **state)
{
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        struct mode_run run;
        watch_begin(2000);
        watch.sleep_ns = 0; /* due at once, and yet each must come back */
        begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = TASKS});
        mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
        check_all(&run);
        mode_run_end(&run);
    }
}

/* Task 0 waits for next to nothing; the others keep the thread longer than a slice each. */
static void those_that_can_go_on_need_not_wait_for_all_starts(void **state)
{
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        struct mode_run run;
        watch_begin(1);
        watch.busy_ns = 150 * US;
        watch.sleep_ns = 1;
        begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = TASKS});
        mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
        check_all(&run);
        assert_true(watch.gone[1] < watch.come[TASKS - 1]);
        mode_run_end(&run);
    }
}

/* --- the width is reached, not only kept: each waits until all others of its group have come ---
 */

static int gate[2];

static int meeting_task(struct task_context *context, const void *state, uint64_t index,
                        uint64_t *checksum)
{
    const uint64_t *group = state;
    char bytes[TASKS] = {0};
    come(index);
    if (index % *group == *group - 1) {
        watch.wrong += ctx_send(context, gate[1], bytes, *group - 1) != (ssize_t)*group - 1;
    } else {
        watch.wrong += ctx_receive(context, gate[0], bytes, 1) != 1;
    }
    go(index);
    *checksum = checksum_of(index);
    return 0;
}

static int meeting_step(struct step *step, const void *state, uint64_t index)
{
    static char zeros[TASKS];
    const uint64_t *group = state;
    bool last = index % *group == *group - 1;
    if (step->operation.kind == OPERATION_NONE) {
        come(index);
        step->operation =
            last ? (struct operation){.kind = OPERATION_SEND,
                                      .fd = gate[1],
                                      .buffer = zeros,
                                      .size = *group - 1}
                 : (struct operation){
                       .kind = OPERATION_RECEIVE, .fd = gate[0], .buffer = step->memory, .size = 1};
        return 0;
    }
    watch.wrong += step->operation.result != (last ? (ssize_t)*group - 1 : 1);
    go(index);
    step->checksum = checksum_of(index);
    step->operation.kind = OPERATION_NONE;
    return 0;
}

static const struct workload meeting = {
    .name = "meeting", .task = meeting_task, .step = meeting_step, .step_bytes = 8};

static void as_many_run_at_once_as_asked(void **state)
{
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        static const uint64_t groups[] = {2, 5, TASKS};
        for (size_t g = 0; g < 3; g++) {
            struct mode_run run;
            watch_begin(0);
            assert_int_equal(pipe(gate), 0);
            begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = groups[g]});
            run.job.workload = &meeting;
            run.job.state = &groups[g];
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            assert_int_equal(watch.most, groups[g]);
            mode_run_end(&run);
            close(gate[0]);
            close(gate[1]);
        }
    }
}

/* --- paced --- */

static void check_arrivals(const struct mode_run *run, const uint64_t *arrivals)
{
    for (uint64_t i = 0; i < run->job.task_count; i++) {
        const struct task_record *record = &run->job.tasks[i];
        /* How late it was started is the queue's affair: the arrival is the intended one. */
        assert_int_equal(record->queued_ns, run->shared->report.clock_start_ns + arrivals[i]);
        assert_true(record->start_ns >= record->queued_ns);
        assert_true(i == 0 || watch.come[i] > watch.come[i - 1]);
    }
}

static void no_task_starts_before_it_arrives(void **state)
{
    static const uint64_t widths[] = {1, 3, TASKS};
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        for (size_t w = 0; w < 3; w++) {
            struct mode_run run;
            uint64_t arrivals[TASKS];
            watch_begin(2);
            begin(&run, kind, *wait,
                  (struct request){.tasks = TASKS, .width = widths[w], .paced = true});
            for (uint64_t i = 0; i < TASKS; i++) { /* by threes at once */
                arrivals[i] = run.job.tasks[i].queued_ns = (i / 3 + 1) * 150 * US;
            }
            run.shared->report.clock_start_ns = clock_now_ns();
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            check_arrivals(&run, arrivals);
            assert_in_range(watch.most, 1, widths[w]);
            mode_run_end(&run);
        }
    }
}

/* --- tasks that others make ready, not the loop --- */

static struct {
    struct operation parked[TASKS]; /* of each task, while it waits for another one */
    int order[3 * TASKS], events;
    unsigned rounds; /* how often two of them handed over to each other */
    unsigned waited; /* tasks whose wait in the loop is over */
} handing;

enum { STARTS = 1000, GOES_ON = 2000 };

static void note(int what, uint64_t task)
{
    if (handing.events < 3 * TASKS) {
        handing.order[handing.events++] = what + (int)task;
    }
}

static int handing_open(struct loop_worker *self, uint64_t most)
{
    (void)self;
    (void)most;
    memset(&handing, 0, sizeof handing);
    return 0;
}

static void handing_close(struct loop_worker *self)
{
    (void)self;
}

static void handing_end(struct loop_worker *self, uint64_t task)
{
    job_task_end(self->job, self->worker, task, 0, checksum_of(task));
    loop_worker_ended(self);
}

/* The second makes the first ready; all others end at once. */
static int handing_start(struct loop_worker *self, uint64_t task)
{
    note(STARTS, task);
    job_task_begin(self->job, self->worker, task);
    if (task == 1) {
        loop_worker_ready(self, &handing.parked[0]);
    }
    if (task > 0) {
        handing_end(self, task);
    }
    return 0;
}

static int handing_done(struct loop_worker *self, struct operation *operation)
{
    uint64_t task = (uint64_t)(operation - handing.parked);
    note(GOES_ON, task);
    handing_end(self, task);
    return 0;
}

static const struct loop_tasks handing_tasks = {
    .open = handing_open, .close = handing_close, .start = handing_start, .done = handing_done};

/* The third arrives later: what is ready goes on before, though the loop has that to wait for. */
static void a_ready_task_waits_for_no_arrival(void **state)
{
    static const int right[] = {STARTS, STARTS + 1, GOES_ON, STARTS + 2};
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        struct mode_run run;
        begin(&run, &kinds[0], *wait, (struct request){.tasks = 3, .width = 3, .paced = true});
        run.job.tasks[2].queued_ns = 500000 * US;
        run.shared->report.clock_start_ns = clock_now_ns();
        mode_run_went_well(&run, loop_worker_run(&run.job, &handing_tasks, 0, 0, &run.job.err));
        assert_int_equal(handing.events, 4);
        assert_memory_equal(handing.order, right, sizeof right);
        mode_run_end(&run);
    }
}

/* Two tasks make each other ready in turn until two more, which wait in the loop, have ended, the
 * second of which finds room only when the first has: whoever is ready keeps neither the loop from
 * being looked at nor further tasks from starting. */
static int swapping_start(struct loop_worker *self, uint64_t task)
{
    job_task_begin(self->job, self->worker, task);
    if (task == 0) {
        loop_worker_ready(self, &handing.parked[0]);
    } else if (task > 1) {
        handing.parked[task] =
            (struct operation){.kind = OPERATION_SLEEP, .until_ns = clock_now_ns() + 2000 * US};
        loop_start(self->loop, &handing.parked[task]);
    }
    return 0;
}

static int swapping_done(struct loop_worker *self, struct operation *operation)
{
    uint64_t task = (uint64_t)(operation - handing.parked);
    if (task > 1 || handing.waited == 2) {
        handing.waited += task > 1;
        handing_end(self, task);
    } else {
        handing.rounds++;
    }
    if (task <= 1 && self->alive > 0) {
        loop_worker_ready(self, &handing.parked[1 - task]);
    }
    return 0;
}

static const struct loop_tasks swapping_tasks = {
    .open = handing_open, .close = handing_close, .start = swapping_start, .done = swapping_done};

static void those_that_are_always_ready_leave_room_for_others(void **state)
{
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        struct mode_run run;
        begin(&run, &kinds[0], *wait, (struct request){.tasks = 4, .width = 3});
        mode_run_went_well(&run, loop_worker_run(&run.job, &swapping_tasks, 0, 0, &run.job.err));
        assert_true(handing.rounds > 0);
        for (uint64_t i = 0; i < 4; i++) {
            assert_int_equal(run.job.tasks[i].state, TASK_ENDED);
        }
        mode_run_end(&run);
    }
}

/* --- a wait that blocks --- */

static void a_blocking_wait_runs_one_after_the_other(void **state)
{
    (void)state;
    for (const struct kind *kind = kinds; kind < kinds + STACKFUL; kind++) {
        for (int paced = 0; paced <= 1; paced++) {
            struct mode_run run;
            uint64_t arrivals[TASKS];
            watch_begin(2);
            watch.fail = true;
            begin(&run, kind, &wait_blocking,
                  (struct request){.tasks = TASKS, .width = TASKS, .paced = paced == 1});
            for (uint64_t i = 0; i < TASKS; i++) {
                arrivals[i] = run.job.tasks[i].queued_ns = paced ? i * 50 * US : 0;
            }
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            if (paced) {
                check_arrivals(&run, arrivals);
            }
            assert_int_equal(watch.most, 1);
            mode_run_end(&run);
        }
    }
}

/* --- buffers on the stack --- */

enum { PAIRS = 12, BUFFER = 6000 };

static struct {
    int pipes[PAIRS][2];
    int folder;
} streams;

static void fill(char *buffer, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i++) {
        buffer[i] = (char)((i * 31 + seed * 101 + (i >> 8)) & 0xff);
    }
}

static bool is_filled(const char *buffer, size_t size, uint64_t seed)
{
    char right[BUFFER];
    fill(right, size, seed);
    return memcmp(buffer, right, size) == 0;
}

/* Half of the tasks send a local array, twice what the pipe holds, and half receive it in one;
 * what lies beside it on the stack must be as it was as well. */
static int streaming_task(struct task_context *context, const void *state, uint64_t index,
                          uint64_t *checksum)
{
    uint64_t pair = index % PAIRS;
    char before[64], buffer[BUFFER], after[64];
    bool sends = index >= PAIRS; /* the receivers are all waiting when the first one sends */
    ssize_t got = 0;
    (void)state;
    come(index);
    fill(before, sizeof before, index + 500);
    fill(after, sizeof after, index + 900);
    fill(buffer, sizeof buffer, sends ? pair : 77);
    if (sends) {
        watch.wrong += ctx_send(context, streams.pipes[pair][1], buffer, BUFFER) != BUFFER;
    } else {
        for (size_t have = 0; have < BUFFER; have += (size_t)got) {
            got = ctx_receive(context, streams.pipes[pair][0], buffer + have, BUFFER - have);
            if (got <= 0) {
                watch.wrong++;
                break;
            }
        }
    }
    watch.wrong += !is_filled(buffer, BUFFER, pair);
    watch.wrong += ctx_sleep(context, 10 * US) != 0;
    watch.wrong += !is_filled(buffer, BUFFER, pair) ||
                   !is_filled(before, sizeof before, index + 500) ||
                   !is_filled(after, sizeof after, index + 900);
    *checksum = checksum_of(index);
    go(index);
    return 0;
}

static const struct workload streaming = {.name = "streaming", .task = streaming_task};

static void streams_move_what_lies_on_a_stack(void **state)
{
    (void)state;
    for (const struct kind *kind = kinds; kind < kinds + STACKFUL; kind++) {
        for (const struct wait *const *wait = loops; *wait; wait++) {
            struct mode_run run;
            watch_begin(0);
            for (size_t i = 0; i < PAIRS; i++) {
                assert_int_equal(pipe2(streams.pipes[i], O_CLOEXEC), 0);
                assert_true(fcntl(streams.pipes[i][1], F_SETPIPE_SZ, 4096) >= 0);
            }
            begin(&run, kind, *wait, (struct request){.tasks = 2 * PAIRS, .width = 2 * PAIRS});
            run.job.workload = &streaming;
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            assert_true(watch.most > PAIRS); /* they did run in between */
            mode_run_end(&run);
            for (size_t i = 0; i < PAIRS; i++) {
                close(streams.pipes[i][0]);
                close(streams.pipes[i][1]);
            }
        }
    }
}

/* The name, what is written and what is read back are all local. */
static int filing_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    char name[32], buffer[BUFFER];
    (void)state;
    come(index);
    snprintf(name, sizeof name, "f%llu", (unsigned long long)index);
    fill(buffer, BUFFER, index);
    int fd =
        ctx_open_at(context, streams.folder, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    watch.wrong += fd < 0;
    watch.wrong += ctx_write(context, fd, buffer, BUFFER) != BUFFER;
    watch.wrong += ctx_fsync(context, fd) != 0;
    watch.wrong += lseek(fd, 0, SEEK_SET) != 0;
    memset(buffer, 0, sizeof buffer);
    watch.wrong += ctx_read(context, fd, buffer, BUFFER) != BUFFER;
    watch.wrong += !is_filled(buffer, BUFFER, index);
    watch.wrong += ctx_read(context, fd, buffer, BUFFER) != 0; /* the end of the file */
    watch.wrong += ctx_close(context, fd) != 0;
    watch.wrong += fcntl(fd, F_GETFD) != -1 && watch.alive == 1; /* nobody else has its number */
    watch.wrong += unlinkat(streams.folder, name, 0) != 0;       /* by the name that was meant */
    watch.wrong += ctx_open_at(context, streams.folder, name, O_RDONLY | O_CLOEXEC, 0) != -ENOENT;
    *checksum = checksum_of(index);
    go(index);
    return 0;
}

static const struct workload filing = {.name = "filing", .task = filing_task};

static void files_move_what_lies_on_a_stack(void **state)
{
    char path[] = "/tmp/test_loop_worker.XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(path));
    streams.folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(streams.folder >= 0);
    for (const struct kind *kind = kinds; kind < kinds + STACKFUL; kind++) {
        for (const struct wait *const *wait = loops; *wait; wait++) {
            struct mode_run run;
            watch_begin(0);
            begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = TASKS / 2});
            run.job.workload = &filing;
            mode_run_went_well(&run, loop_worker_run(&run.job, kind->tasks, 0, 0, &run.job.err));
            check_all(&run);
            assert_true(watch.most > 1);
            /* What the helper threads of a readiness loop computed is told. */
            assert_true(*wait == &wait_uring || run.shared->report.helper_ns > 0);
            mode_run_end(&run);
        }
    }
    close(streams.folder);
    assert_int_equal(rmdir(path), 0);
}

static void without_files_there_are_no_helpers(void **state)
{
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        struct mode_run run;
        watch_begin(1);
        begin(&run, &kinds[0], *wait, (struct request){.tasks = TASKS, .width = TASKS});
        mode_run_went_well(&run, loop_worker_run(&run.job, kinds[0].tasks, 0, 0, &run.job.err));
        assert_int_equal(run.shared->report.helper_ns, 0);
        mode_run_end(&run);
    }
}

/* --- what fails --- */

static int high_fd;

/* One waits for ever, and one touches what select cannot. Frames that are abandoned are not
 * unwound: the buffer is on no stack, from which it would be moved. */
static int touching_task(struct task_context *context, const void *state, uint64_t index,
                         uint64_t *checksum)
{
    static char byte;
    (void)state;
    *checksum = 0;
    return index == 0 ? ctx_sleep(context, UINT64_MAX)
                      : (int)ctx_receive(context, high_fd, &byte, 1);
}

static int touching_step(struct step *step, const void *state, uint64_t index)
{
    (void)state;
    if (step->operation.kind != OPERATION_NONE) {
        return (int)step->operation.result;
    }
    step->operation =
        index == 0
            ? (struct operation){.kind = OPERATION_SLEEP, .until_ns = UINT64_MAX}
            : (struct operation){
                  .kind = OPERATION_RECEIVE, .fd = high_fd, .buffer = step->memory, .size = 1};
    return 0;
}

static const struct workload touching = {
    .name = "touching", .task = touching_task, .step = touching_step, .step_bytes = 8};

/* A descriptor that select cannot watch, of a pipe whose other end is fds[1]. */
static void open_high(int fds[2])
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_max > 1100);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(pipe(fds), 0);
    high_fd = dup2(fds[0], 1100);
    assert_int_equal(high_fd, 1100);
    close(fds[0]);
}

static void a_loop_that_can_go_on_no_longer_says_why(void **state)
{
    int fds[2];
    (void)state;
    open_high(fds);
    for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) {
        struct mode_run run;
        begin(&run, kind, &wait_select, (struct request){.tasks = 2, .width = 2});
        run.job.workload = &touching;
        assert_int_equal(loop_worker_launch(&run.job, kind->tasks), -ENOTSUP);
        assert_int_equal(run.job.status, STATUS_UNSUPPORTED);
        assert_non_null(strstr(run.job.err.text, "select"));
        assert_non_null(strstr(run.job.err.text, "1024"));
        assert_non_null(strstr(run.job.err.text, "1100"));
        assert_non_null(strstr(run.job.err.text, "--wait"));
        assert_int_equal(run.job.workers[0].lives, 1);
        assert_int_not_equal(run.job.tasks[0].state, TASK_ENDED);
        mode_run_end(&run);
    }
    close(high_fd);
    close(fds[1]);
}

static void only_what_is_not_offered_is_unsupported(void **state)
{
    struct job job = {.status = STATUS_FAILED};
    (void)state;
    loop_worker_judge(&job, -ENOMEM);
    assert_int_equal(job.status, STATUS_FAILED);
    loop_worker_judge(&job, 0);
    assert_int_equal(job.status, STATUS_FAILED);
    loop_worker_judge(&job, -ENOTSUP);
    assert_int_equal(job.status, STATUS_UNSUPPORTED);
}

/* A way of carrying tasks on that fails at its `n`-th start, or at its `n`-th operation's end. */
static struct {
    struct operation operations[TASKS];
    unsigned starts, dones, fails_at_start, fails_at_done, opened, closed;
} frail;

static int frail_open(struct loop_worker *self, uint64_t most)
{
    (void)self;
    frail.opened += most == 4;
    return 0;
}

static void frail_close(struct loop_worker *self)
{
    (void)self;
    frail.closed++;
}

static int frail_start(struct loop_worker *self, uint64_t task)
{
    if (++frail.starts == frail.fails_at_start) {
        return error_set(&self->err, -ENOMEM, "no room for a start");
    }
    frail.operations[task] =
        (struct operation){.kind = OPERATION_SLEEP, .until_ns = clock_now_ns() + 100 * US};
    if (loop_start(self->loop, &frail.operations[task])) {
        loop_worker_ended(self);
    }
    return 0;
}

static int frail_done(struct loop_worker *self, struct operation *operation)
{
    (void)operation;
    if (++frail.dones == frail.fails_at_done) {
        return error_set(&self->err, -ENOMEM, "no room for going on");
    }
    loop_worker_ended(self);
    return 0;
}

static const struct loop_tasks frail_tasks = {
    .open = frail_open, .close = frail_close, .start = frail_start, .done = frail_done};

static void what_keeps_a_task_from_going_on_ends_the_worker(void **state)
{
    (void)state;
    for (const struct wait *const *wait = loops; *wait; wait++) {
        for (unsigned at = 1; at <= 10; at++) {
            struct mode_run run;
            memset(&frail, 0, sizeof frail);
            frail.fails_at_done = at;
            begin(&run, &kinds[0], *wait, (struct request){.tasks = TASKS, .width = 4});
            assert_int_equal(loop_worker_run(&run.job, &frail_tasks, 0, 0, &run.job.err), -ENOMEM);
            assert_string_equal(run.job.err.text, "no room for going on");
            assert_int_equal(frail.dones, at); /* and no further one was asked */
            assert_int_equal(frail.opened, 1);
            assert_int_equal(frail.closed, 0); /* the kernel may still be writing to it */
            mode_run_end(&run);

            memset(&frail, 0, sizeof frail);
            frail.fails_at_start = at;
            begin(&run, &kinds[0], *wait, (struct request){.tasks = TASKS, .width = 4});
            assert_int_equal(loop_worker_run(&run.job, &frail_tasks, 0, 0, &run.job.err), -ENOMEM);
            assert_string_equal(run.job.err.text, "no room for a start");
            assert_int_equal(frail.starts, at);
            assert_int_equal(frail.closed, 0); /* the kernel may still be writing to it */
            mode_run_end(&run);
        }
    }
}

/* --- as modes --- */

static void modes_of_one_worker_run_all(void **state)
{
    static const struct mode *const modes[] = {&mode_coroutine, &mode_coroutine, &mode_event};
    (void)state;
    FOR_EACH_WAY(kind, wait)
    {
        struct mode_run run;
        watch_begin(2);
        begin(&run, kind, *wait, (struct request){.tasks = TASKS, .width = TASKS});
        mode_run_went_well(&run, modes[kind - kinds]->launch(&run.job));
        check_all(&run);
        assert_int_equal(run.job.workers[0].lives, 1);
        assert_int_equal(run.job.status, STATUS_FAILED); /* the caller's affair */
        mode_run_end(&run);
    }
}

static void each_thread_runs_its_share(void **state)
{
    enum { THREADS = 3 };
    (void)state;
    for (const struct kind *kind = kinds; kind < kinds + STACKFUL; kind++) {
        for (const struct wait *const *wait = loops; *wait; wait++) {
            struct mode_run run;
            watch_begin(3);
            begin(&run, kind, *wait,
                  (struct request){.tasks = TASKS, .workers = THREADS, .width = 5});
            mode_run_went_well(&run, mode_thread_coroutine.launch(&run.job));
            check_all(&run); /* each with the record of its own thread */
            for (size_t i = 0; i < THREADS; i++) {
                assert_int_equal(run.job.workers[i].lives, 1);
            }
            assert_true(run.job.spawn_ns > 0);
            mode_run_end(&run);
        }
    }
}

static void a_thread_whose_loop_fails_is_heard(void **state)
{
    struct mode_run run;
    int fds[2];
    (void)state;
    open_high(fds);
    begin(&run, &kinds[0], &wait_select, (struct request){.tasks = 2, .workers = 1, .width = 2});
    run.job.workload = &touching;
    assert_int_equal(mode_thread_coroutine.launch(&run.job), -ENOTSUP);
    assert_int_equal(run.job.status, STATUS_UNSUPPORTED);
    assert_non_null(strstr(run.job.err.text, "1024"));
    mode_run_end(&run);
    close(high_fd);
    close(fds[1]);
}

/* --- worker_threads --- */

enum { BODIES = 6 };

static struct {
    _Atomic uint32_t entered[BODIES];
    const struct job *job;
} bodies;

static int body(const struct job *job, void *argument, uint64_t index, uint64_t worker,
                struct error *err)
{
    const uint64_t *failing = argument;
    if (job == bodies.job && worker == index + 2 && index < BODIES) {
        bodies.entered[index]++;
    }
    return index == *failing || index == *failing + 2
               ? error_set(err, -(int)(index + 1), "body %llu", (unsigned long long)index)
               : 0;
}

static void threads_are_made_and_joined_whatever_one_says(void **state)
{
    static const uint64_t failing[] = {1, 100};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct mode_run run;
        uint64_t which = failing[i];
        begin(&run, &kinds[0], &wait_epoll,
              (struct request){.tasks = 1, .workers = BODIES + 2, .width = 1});
        memset(&bodies, 0, sizeof bodies);
        bodies.job = &run.job;
        int rc = worker_threads_run(&run.job, 2, BODIES, body, &which);
        assert_int_equal(rc, i == 0 ? -2 : 0); /* of two that fail, the first */
        if (i == 0) {
            assert_string_equal(run.job.err.text, "body 1");
        }
        for (size_t b = 0; b < BODIES; b++) {
            assert_int_equal(bodies.entered[b], 1);
        }
        for (size_t w = 0; w < BODIES + 2; w++) {
            assert_int_equal(run.job.workers[w].lives, w >= 2);
        }
        mode_run_end(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(a_share_is_every_so_manieth),
        cmocka_unit_test(tasks_that_never_wait),
        cmocka_unit_test(tasks_that_wait_often),
        cmocka_unit_test(those_that_can_go_on_need_not_wait_for_all_starts),
        cmocka_unit_test(as_many_run_at_once_as_asked),
        cmocka_unit_test(no_task_starts_before_it_arrives),
        cmocka_unit_test(a_ready_task_waits_for_no_arrival),
        cmocka_unit_test(those_that_are_always_ready_leave_room_for_others),
        cmocka_unit_test(a_blocking_wait_runs_one_after_the_other),
        cmocka_unit_test(streams_move_what_lies_on_a_stack),
        cmocka_unit_test(files_move_what_lies_on_a_stack),
        cmocka_unit_test(without_files_there_are_no_helpers),
        cmocka_unit_test(a_loop_that_can_go_on_no_longer_says_why),
        cmocka_unit_test(only_what_is_not_offered_is_unsupported),
        cmocka_unit_test(what_keeps_a_task_from_going_on_ends_the_worker),
        cmocka_unit_test(modes_of_one_worker_run_all),
        cmocka_unit_test(each_thread_runs_its_share),
        cmocka_unit_test(a_thread_whose_loop_fails_is_heard),
        cmocka_unit_test(threads_are_made_and_joined_whatever_one_says),
    };
    find_loops();
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
