/* The process of a workload's other side: where it runs, what it costs, that it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/modes/mode.h"
#include "bench/repetition/companion.h"
#include "bench/repetition/share.h"
#include "bench/util/clock.h"

/* In memory that both sides share. */
struct board {
    struct shared shared;
    _Atomic uint32_t runs, begun;
    _Atomic uint64_t busy_ns; /* CPU time to be spent */
    _Atomic uint64_t used_ns; /* what it counted itself */
    _Atomic int32_t process, parent;
    cpu_set_t cpus; /* where it ran */
};

static struct board *board;
static cpu_set_t all_cpus; /* of this process at its start */

static uint64_t own_cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * NS_PER_SECOND + (uint64_t)used.tv_nsec;
}

static void watch(void *argument)
{
    struct board *at = argument;
    at->process = getpid();
    at->parent = getppid();
    sched_getaffinity(0, sizeof at->cpus, &at->cpus);
    at->begun = 1;
    while (own_cpu_ns() < at->busy_ns) {
    }
    at->used_ns = own_cpu_ns();
    at->runs++;
}

/* A test waits as long as it takes; alarm() ends what hangs. */
static void await(const _Atomic uint32_t *flag)
{
    while (atomic_load(flag) == 0) {
        usleep(100);
    }
}

static void await_end(void)
{
    await(&board->runs);
}

static int start(void **state)
{
    (void)state;
    memset(board, 0, sizeof *board);
    return sched_getaffinity(0, sizeof all_cpus, &all_cpus);
}

static int stop(void **state)
{
    (void)state;
    companion_end(&board->shared);
    sched_setaffinity(0, sizeof all_cpus, &all_cpus);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void it_runs_what_it_was_given(void **state)
{
    (void)state;
    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await_end();
    assert_int_equal(board->shared.companion, board->process);
    assert_int_not_equal(board->process, getpid());
    assert_int_equal(board->parent, getpid());
    assert_true(CPU_EQUAL(&board->cpus, &all_cpus)); /* not apart: anywhere */
    assert_int_equal(board->runs, 1);
}

/* A mode that reaps its workers must not get hold of it, though its work is done. */
static void it_stays_until_it_is_ended(void **state)
{
    siginfo_t info = {.si_pid = 0};
    (void)state;
    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await_end();
    pid_t other = fork();
    if (other == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(-1, NULL, 0), other); /* the worker's end, not the companion's */
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    assert_int_equal(info.si_pid, 0);
    assert_int_equal(kill(board->process, 0), 0);
    companion_end(&board->shared);
    assert_int_equal(board->shared.companion, 0);
    assert_int_equal(kill(board->process, 0), -1);
    assert_int_equal(errno, ESRCH);
    companion_end(&board->shared); /* with none there is nothing to do */
}

static void a_busy_one_is_ended_as_well(void **state)
{
    (void)state;
    board->busy_ns = UINT64_MAX;
    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await(&board->begun);
    companion_end(&board->shared);
    assert_int_equal(kill(board->process, 0), -1);
    assert_int_equal(board->runs, 0);
}

static void its_cpu_time_is_its_own(void **state)
{
    (void)state;
    assert_int_equal(companion_cpu_ns(&board->shared), 0); /* there is none */
    board->busy_ns = 30000000;
    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await_end();
    uint64_t used = companion_cpu_ns(&board->shared);
    assert_true(used >= board->used_ns);
    assert_true(used >= 30000000);
    /* It is asleep, and what this side does is not counted. */
    uint64_t until = own_cpu_ns() + 60000000;
    while (own_cpu_ns() < until) {
    }
    assert_true(companion_cpu_ns(&board->shared) < used + 60000000);
    companion_end(&board->shared);
    assert_int_equal(companion_cpu_ns(&board->shared), 0);
}

static void where_they_are_apart_each_has_its_cpus(void **state)
{
    cpu_set_t now;
    int first = -1, last = -1;
    (void)state;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET((size_t)cpu, &all_cpus)) {
            first = first < 0 ? cpu : first;
            last = cpu;
        }
    }
    if (first == last) {
        skip();
    }
    struct request *request = &board->shared.request;
    CPU_SET((size_t)first, &request->server_cpus.cpus);
    CPU_SET((size_t)last, &request->companion_cpus.cpus);

    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await_end();
    assert_true(CPU_EQUAL(&board->cpus, &all_cpus)); /* not asked for */
    companion_end(&board->shared);

    board->runs = 0;
    request->apart = true;
    assert_int_equal(companion_start(&board->shared, watch, board), 0);
    await_end();
    assert_true(CPU_EQUAL(&board->cpus, &request->companion_cpus.cpus));
    assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
    assert_true(CPU_EQUAL(&now, &request->server_cpus.cpus)); /* which its workers inherit */
}

/* The pipe's end of the companion is closed when it is no more. */
static void it_dies_with_its_parent(void **state)
{
    int alive[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(alive), 0);
    pid_t parent = fork();
    if (parent == 0) {
        if (companion_start(&board->shared, watch, board) != 0) {
            _exit(1);
        }
        close(alive[1]);
        for (;;) {
            pause();
        }
    }
    close(alive[1]);
    await_end();
    assert_int_equal(kill(board->process, 0), 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(read(alive[0], &byte, 1), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    close(alive[0]);
    board->shared.companion = 0; /* it was not ours */
}

/* --- what a workload's setup asks for (share.h) --- */

static const struct workload alone = {.name = "alone"};
static const struct mode forked = {.name = "forked", .processes = true};
static const struct mode spawned = {.name = "spawned", .processes = true, .image_per_worker = true};
static const struct workload with_clients = {.name = "with-clients", .clients = true};

static void setup_asks_for_it(void **state)
{
    struct share share;
    (void)state;
    share_init(&share, &board->shared, &with_clients, &forked, true);
    assert_true(share.env.first);
    assert_int_equal(share.env.companion(&share.env, watch, board), 0);
    await_end();
    assert_int_equal(board->shared.companion, board->process);
    share_end(&share);
    share_init(&share, &board->shared, &with_clients, &spawned, false);
    assert_false(share.env.first); /* a spawned worker is told to start none */
    share_end(&share);
}

static void note(void *argument)
{
    _Atomic uint64_t *memory = argument;
    memory[1] = memory[0] + 1;
    board->runs = 1;
}

/* The answer of the other side is seen where there is one; else pages are the forks' own. */
static void clients_write_to_the_memory(void **state)
{
    static const struct workload *const workloads[] = {&alone, &with_clients};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct share share;
        bool fresh = false;
        share_init(&share, &board->shared, workloads[i], &forked, true);
        _Atomic uint64_t *memory = share.env.share(&share.env, 10000, &fresh);
        assert_non_null(memory);
        assert_true(fresh);
        assert_int_equal((uintptr_t)memory % 4096, 0);
        for (size_t k = 0; k < 10000 / sizeof *memory; k++) {
            assert_int_equal(memory[k], 0);
        }
        memory[0] = 41;
        board->runs = 0;
        assert_int_equal(share.env.companion(&share.env, note, (void *)(uintptr_t)memory), 0);
        await_end();
        assert_int_equal(memory[1], workloads[i]->clients ? 42 : 0);
        companion_end(&board->shared);
        share_end(&share);
    }
}

/* Here the second image is this process too: it has nothing but the descriptor's number. */
static void images_meet_by_a_descriptor(void **state)
{
    struct share first, second;
    bool fresh = false;
    (void)state;
    share_init(&first, &board->shared, &alone, &spawned, true);
    /* It has its number before setup() opens anything that could get it, and keeps it on exec. */
    assert_int_equal(fcntl(SHARE_FD, F_GETFD), 0);
    uint64_t *one = first.env.share(&first.env, 10000, &fresh);
    assert_non_null(one);
    assert_true(fresh);
    assert_int_equal(one[1249], 0);
    one[1249] = 7;
    share_init(&second, &board->shared, &alone, &spawned, false);
    uint64_t *other = second.env.share(&second.env, 10000, &fresh);
    assert_non_null(other);
    assert_false(fresh);
    assert_ptr_not_equal(one, other);
    assert_int_equal(other[1249], 7);
    other[0] = 8;
    assert_int_equal(one[0], 8);
    share_end(&second);
    share_end(&first);
    close(SHARE_FD);
}

static void objects_are_made_once(void **state)
{
    struct shared plan = {.request = {.tasks = 4, .objects = 2, .workers = 1}};
    struct share first, second;
    bool fresh;
    (void)state;
    size_t bytes = shared_layout(&plan, 1, 0);
    struct shared *shared =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    *shared = plan;
    share_init(&first, shared, &alone, &forked, true);
    assert_true(first.env.processes);
    struct sync_area *area = shared_sync(shared);
    assert_int_equal((uintptr_t)area % 256, 0);
    assert_int_equal(first.env.make(&first.env, 1, OBJECT_MUTEX, 0), 0);
    assert_int_equal(first.env.make(&first.env, 2, OBJECT_MUTEX, 0), -EINVAL); /* 0 and 1 */
    assert_int_equal(pthread_mutex_lock(&sync_at(area, 1)->native.mutex), 0);
    /* A worker's own image makes nothing anew. */
    share_init(&second, shared, &alone, &forked, false);
    assert_int_equal(second.env.make(&second.env, 1, OBJECT_MUTEX, 0), 0);
    assert_int_equal(pthread_mutex_trylock(&sync_at(area, 1)->native.mutex), EBUSY);
    pthread_mutex_unlock(&sync_at(area, 1)->native.mutex);
    /* What such tasks write is seen by all of them. */
    _Atomic uint32_t *memory = first.env.share(&first.env, 4096, &fresh);
    assert_non_null(memory);
    if (fork() == 0) {
        *memory = 5;
        _exit(0);
    }
    wait(NULL);
    assert_int_equal(*memory, 5);
    share_end(&first);
    munmap(shared, bytes);
}

static void without_objects_there_is_no_area(void **state)
{
    struct shared plan = {.request = {.tasks = 4, .workers = 1}};
    struct share share;
    (void)state;
    shared_layout(&plan, 1, 0);
    assert_int_equal(plan.sync_at, plan.bytes);
    assert_null(shared_sync(&plan));
    share_init(&share, &plan, &alone, &forked, true);
    assert_int_equal(share.env.make(&share.env, 0, OBJECT_MUTEX, 0), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_runs_what_it_was_given),
        TEST(it_stays_until_it_is_ended),
        TEST(a_busy_one_is_ended_as_well),
        TEST(its_cpu_time_is_its_own),
        TEST(where_they_are_apart_each_has_its_cpus),
        TEST(it_dies_with_its_parent),
        TEST(setup_asks_for_it),
        TEST(clients_write_to_the_memory),
        TEST(images_meet_by_a_descriptor),
        TEST(objects_are_made_once),
        TEST(without_objects_there_is_no_area),
    };
    alarm(1000); /* what hangs is a failure too */
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
