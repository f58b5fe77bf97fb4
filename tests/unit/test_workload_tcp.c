/* The workload tcp: its server over small waits of the tests' own, its clients in a fork. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/util/arrivals.h"
#include "bench/util/clock.h"
#include "tests/unit/valgrind.h"
#include "tests/unit/workload_run.h"
#include "workloads/tcp.h"
#include "workloads/tcp_client.h"
#include "workloads/tcp_content.h"
#include "workloads/tcp_letters.h"

extern const struct workload workload_tcp;

enum { MOST_TASKS = 64 };

/* What the server does to one of its sends; counted over all tasks. */
enum damage { DAMAGE_NONE, DAMAGE_CASE, DAMAGE_SWAP, DAMAGE_DROP, DAMAGE_SURPLUS, DAMAGE_HANG_UP };

struct bed {
    struct run run;
    struct task_context context;
    void *memory;
    size_t bytes;
    pid_t clients;
    bool die;    /* the clients do so at once */
    bool attach; /* share() finds the memory filled */
    int accept_error;
    enum damage damage;
    int damage_at; /* the number of the send */
    _Atomic int sends;
    _Atomic uint64_t accepted; /* when the first bytes came */
    uint64_t checksums[MOST_TASKS];
    int codes[MOST_TASKS];
};

static struct bed *bed_now; /* of the running test: contexts carry nothing of the tests' own */

/* --- a blocking wait of the tests' own --- */

static int test_accept(struct task_context *context, int fd)
{
    (void)context;
    if (bed_now->accept_error != 0) {
        return bed_now->accept_error;
    }
    int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    return got < 0 ? -errno : got;
}

static ssize_t test_receive(struct task_context *context, int fd, void *buffer, size_t size)
{
    (void)context;
    ssize_t got = recv(fd, buffer, size, 0);
    if (got > 0 && bed_now->accepted == 0) {
        const struct tcp_state *state = bed_now->run.state;
        bed_now->accepted = atomic_load(&state->shared->accepted);
    }
    return got < 0 ? -errno : got;
}

static ssize_t send_all(int fd, const void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t sent = send(fd, (const char *)buffer + done, size - done, MSG_NOSIGNAL);
        if (sent < 0) {
            return -errno;
        }
        done += (size_t)sent;
    }
    return (ssize_t)done;
}

/* Changes `copy` (size + 1 bytes long) and returns how many bytes of it to send. */
static size_t damage(enum damage how, char *copy, size_t size)
{
    char first = copy[0];
    switch (how) {
    case DAMAGE_CASE:
        copy[size / 2] = (char)tolower((unsigned char)copy[size / 2]);
        return size;
    case DAMAGE_SWAP:
        copy[0] = copy[1];
        copy[1] = first;
        return size;
    case DAMAGE_DROP:
        memmove(copy, copy + 1, size - 1);
        return size - 1;
    case DAMAGE_SURPLUS:
        copy[size] = copy[size - 1];
        return size + 1;
    default:
        return size;
    }
}

static ssize_t test_send(struct task_context *context, int fd, const void *buffer, size_t size)
{
    (void)context;
    if (bed_now->damage == DAMAGE_NONE || bed_now->sends++ != bed_now->damage_at) {
        return send_all(fd, buffer, size);
    }
    if (bed_now->damage == DAMAGE_HANG_UP) {
        return -EPIPE;
    }
    char *copy = malloc(size + 1);
    memcpy(copy, buffer, size);
    ssize_t sent = send_all(fd, copy, damage(bed_now->damage, copy, size));
    free(copy);
    return sent < 0 ? sent : (ssize_t)size;
}

static int test_close(struct task_context *context, int fd)
{
    (void)context;
    return close(fd) == 0 ? 0 : -errno;
}

static const struct wait_calls test_calls = {
    .accept = test_accept, .receive = test_receive, .send = test_send, .close = test_close};

/* --- what the executor offers --- */

static void *bed_share(const struct workload_env *env, size_t bytes, bool *fresh)
{
    struct bed *bed = env->owner;
    *fresh = !bed->attach;
    if (!bed->attach) {
        void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        bed->memory = at == MAP_FAILED ? NULL : at;
        bed->bytes = bytes;
    }
    return bed->memory;
}

static int bed_companion(const struct workload_env *env, void (*run)(void *), void *argument)
{
    struct bed *bed = env->owner;
    bed->clients = fork();
    if (bed->clients == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (bed->die) {
            ((const struct tcp_state *)argument)->shared->process = getpid();
        } else {
            run(argument);
        }
        _exit(0);
    }
    return bed->clients < 0 ? -errno : 0;
}

static void bed_init(struct bed *bed, uint64_t tasks)
{
    *bed = (struct bed){.context = {.calls = &test_calls}};
    run_init(&bed->run, &workload_tcp);
    bed->run.env.share = bed_share;
    bed->run.env.companion = bed_companion;
    bed->run.env.first = true;
    bed->run.env.owner = bed;
    bed->run.env.tasks = tasks;
    bed->run.env.seed = 42;
    run_set(&bed->run, "connections", "5");
    run_set(&bed->run, "messages", "20");
    bed_now = bed;
}

struct bed_task {
    struct bed *bed;
    uint64_t index;
};

static void *bed_thread(void *argument)
{
    struct bed_task *task = argument;
    struct bed *bed = task->bed;
    bed->codes[task->index] =
        workload_tcp.task(&bed->context, bed->run.state, task->index, &bed->checksums[task->index]);
    return NULL;
}

/* All tasks at once, a thread each. */
static void bed_serve(struct bed *bed)
{
    pthread_t threads[MOST_TASKS];
    struct bed_task tasks[MOST_TASKS];
    for (uint64_t i = 0; i < bed->run.env.tasks; i++) {
        tasks[i] = (struct bed_task){bed, i};
        assert_int_equal(pthread_create(&threads[i], NULL, bed_thread, &tasks[i]), 0);
    }
    for (uint64_t i = 0; i < bed->run.env.tasks; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void bed_reap(struct bed *bed)
{
    int status = -1;
    assert_int_equal(waitpid(bed->clients, &status, 0), bed->clients);
    assert_int_equal(status, 0);
}

static void bed_close(struct bed *bed)
{
    run_teardown(&bed->run);
    bed_reap(bed);
    munmap(bed->memory, bed->bytes);
}

static void assert_tasks_right(struct bed *bed)
{
    for (uint64_t i = 0; i < bed->run.env.tasks; i++) {
        assert_int_equal(bed->codes[i], 0);
        assert_int_equal(bed->checksums[i], workload_tcp.expected(bed->run.state, i));
    }
}

static void assert_verified(struct bed *bed)
{
    if (workload_tcp.verify(bed->run.state, &bed->run.err) != 0) {
        fail_msg("%s", bed->run.err.text);
    }
    assert_tasks_right(bed);
}

/* The clients must have found out, and say each of the words. */
static void assert_found(struct bed *bed, int code, const char *const *words)
{
    assert_int_equal(workload_tcp.verify(bed->run.state, &bed->run.err), code);
    for (; *words != NULL; words++) {
        if (strstr(bed->run.err.text, *words) == NULL) {
            fail_msg("'%s' is not in: %s", *words, bed->run.err.text);
        }
    }
}

/* Every request was served, in the order of its stamps. */
static const struct request_times *assert_requests(struct bed *bed, uint64_t expected)
{
    uint64_t count = 0;
    const struct request_times *times = workload_tcp.requests(bed->run.state, &count);
    assert_int_equal(count, expected);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(times[i].intended_ns > 0);
        assert_true(times[i].intended_ns <= times[i].sent_ns);
        assert_true(times[i].sent_ns <= times[i].done_ns);
    }
    return times;
}

static int open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

/* --- a toy event loop: drives step() of every task by poll --- */

struct toy {
    struct step step;
    struct tcp_step memory;
    size_t sent; /* of the current send */
    bool done;
};

static void toy_next(struct bed *bed, struct toy *toy, uint64_t index)
{
    toy->sent = 0;
    bed->codes[index] = workload_tcp.step(&toy->step, bed->run.state, index);
    toy->done = bed->codes[index] != 0 || toy->step.operation.kind == OPERATION_NONE;
    bed->checksums[index] = toy->step.checksum;
}

/* Tries what the task waits for; false where it would block. */
static bool toy_try(struct toy *toy)
{
    struct operation *operation = &toy->step.operation;
    ssize_t got = 0;
    switch (operation->kind) {
    case OPERATION_ACCEPT:
        got = accept4(operation->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        break;
    case OPERATION_RECEIVE:
        got = recv(operation->fd, operation->buffer, operation->size, 0);
        break;
    case OPERATION_SEND:
        got = send(operation->fd, (char *)operation->buffer + toy->sent,
                   operation->size - toy->sent, MSG_NOSIGNAL);
        toy->sent += got > 0 ? (size_t)got : 0;
        if (got >= 0 && toy->sent < operation->size) {
            return false;
        }
        got = got < 0 ? got : (ssize_t)toy->sent;
        break;
    case OPERATION_CLOSE:
        got = close(operation->fd);
        break;
    default:
        fail_msg("operation of kind %d", operation->kind);
    }
    operation->result = got < 0 ? -errno : got;
    return operation->result != -EAGAIN;
}

static void toy_serve(struct bed *bed)
{
    struct toy toys[MOST_TASKS] = {0};
    struct pollfd files[MOST_TASKS];
    uint64_t tasks = bed->run.env.tasks, alive = tasks;
    const struct tcp_state *state = bed->run.state;

    assert_true(workload_tcp.step_bytes == sizeof toys[0].memory);
    assert_int_equal(fcntl(state->listener, F_SETFL, O_NONBLOCK), 0);
    for (uint64_t i = 0; i < tasks; i++) {
        toys[i].step.memory = &toys[i].memory;
        toy_next(bed, &toys[i], i);
    }
    while (alive > 0) {
        alive = 0;
        for (uint64_t i = 0; i < tasks; i++) {
            while (!toys[i].done && toy_try(&toys[i])) {
                toy_next(bed, &toys[i], i);
            }
            alive += !toys[i].done;
            const struct operation *operation = &toys[i].step.operation;
            files[i] =
                (struct pollfd){.fd = toys[i].done ? -1 : operation->fd,
                                .events = operation->kind == OPERATION_SEND ? POLLOUT : POLLIN};
        }
        if (alive > 0) {
            poll(files, tasks, -1);
        }
    }
}

/* --- tests --- */

static void served_as(const char *size, const char *messages, void (*serve)(struct bed *))
{
    struct bed bed;
    int before = open_descriptors();
    bed_init(&bed, 5);
    run_set(&bed.run, "size", size);
    run_set(&bed.run, "messages", messages);
    run_setup(&bed.run);
    serve(&bed);
    assert_verified(&bed);
    assert_requests(&bed, 5 * strtoull(messages, NULL, 10));
    bed_close(&bed);
    assert_int_equal(open_descriptors(), before);
}

static void every_byte_comes_back_in_every_size(void **unused)
{
    static const char *const sizes[] = {"1", "7", "64", "16KiB", "100KiB", "1MiB"};
    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        served_as(sizes[i], "20", bed_serve);
        served_as(sizes[i], "20", toy_serve);
    }
    served_as("64", "1", bed_serve);
}

static void tasks_share_the_connections(void **unused)
{
    static const uint64_t tasks[] = {1, 3, 5, 12};
    (void)unused;
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        for (int toy = 0; toy < 2; toy++) {
            struct bed bed;
            bed_init(&bed, tasks[i]);
            run_setup(&bed.run);
            (toy ? toy_serve : bed_serve)(&bed);
            assert_verified(&bed);
            assert_requests(&bed, 100);
            bed_close(&bed);
        }
    }
}

static void idle_connections_stay_to_the_end(void **unused)
{
    (void)unused;
    for (int toy = 0; toy < 2; toy++) {
        struct bed bed;
        bed_init(&bed, 25);
        run_set(&bed.run, "idle", "20");
        assert_int_equal(workload_tcp.default_tasks(bed.run.values), 25);
        assert_int_equal(workload_tcp.together(bed.run.values, 25), 25);
        run_setup(&bed.run);
        (toy ? toy_serve : bed_serve)(&bed);
        assert_verified(&bed);
        assert_requests(&bed, 100);
        const struct tcp_state *state = bed.run.state;
        assert_int_equal(atomic_load(&state->shared->accepted), 25);
        assert_true(toy || bed.accepted == 25);
        bed_close(&bed);
    }
}

static void without_idle_ones_no_tasks_need_be_together(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 5);
    assert_int_equal(workload_tcp.together(bed.run.values, 5), 1);
    assert_int_equal(workload_tcp.default_tasks(bed.run.values), 5);
}

static void nothing_is_sent_before_the_first_task(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 5);
    run_setup(&bed.run);
    const struct tcp_state *state = bed.run.state;
    assert_int_equal(atomic_load(&state->shared->connected), 5);
    uint64_t before = clock_now_ns();
    bed_serve(&bed);
    assert_verified(&bed);
    const struct request_times *times = assert_requests(&bed, 100);
    for (int i = 0; i < 100; i++) {
        assert_true(times[i].intended_ns >= before);
    }
    bed_close(&bed);
}

static void more_than_the_backlog_takes_come_later(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 2);
    run_set(&bed.run, "connections", "4500");
    run_set(&bed.run, "messages", "1");
    run_setup(&bed.run);
    const struct tcp_state *state = bed.run.state;
    assert_true(state->backlog < 4500);
    assert_int_equal(atomic_load(&state->shared->connected), state->backlog);
    bed_serve(&bed);
    assert_verified(&bed);
    assert_requests(&bed, 4500);
    bed_close(&bed);
}

static void clients_think_between_messages(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 5);
    run_set(&bed.run, "messages", "4");
    run_set(&bed.run, "think", "2ms");
    run_setup(&bed.run);
    bed_serve(&bed);
    assert_verified(&bed);
    const struct request_times *times = assert_requests(&bed, 20);
    for (int i = 0; i < 20; i++) {
        if (i % 4 != 0) {
            assert_true(times[i].intended_ns >= times[i - 1].done_ns + 2000000);
        }
    }
    bed_close(&bed);
}

static void damage_is_found(enum damage how, const char *const *words)
{
    struct bed bed;
    bed_init(&bed, 1); /* served one after the other: so send 30 is message 10 of connection 1 */
    bed.damage = how;
    bed.damage_at = 30;
    run_setup(&bed.run);
    bed_serve(&bed);
    assert_found(&bed, -EBADMSG, words);
    /* The others were served. */
    uint64_t count = 0, done = 0;
    const struct request_times *times = workload_tcp.requests(bed.run.state, &count);
    for (uint64_t i = 0; i < count; i++) {
        done += times[i].done_ns != 0;
    }
    assert_int_equal(done, 90);
    if (how != DAMAGE_HANG_UP) {
        assert_tasks_right(&bed); /* so that the clients' word is what is reported */
    }
    bed_close(&bed);
}

static void wrong_bytes_are_named(void **unused)
{
    (void)unused;
    damage_is_found(DAMAGE_CASE,
                    (const char *const[]){"message 10, byte 32: got '", "expected '", NULL});
}

static void swapped_bytes_are_found(void **unused)
{
    (void)unused;
    damage_is_found(DAMAGE_SWAP, (const char *const[]){"message 10, byte 0: got '", NULL});
}

static void lost_bytes_are_found(void **unused)
{
    (void)unused;
    damage_is_found(DAMAGE_DROP, (const char *const[]){"message 10, byte 0: got '", NULL});
}

static void surplus_bytes_are_found(void **unused)
{
    (void)unused;
    damage_is_found(DAMAGE_SURPLUS,
                    (const char *const[]){"message 10, byte 64: got '", "nothing more", NULL});
}

static void a_server_that_hangs_up_is_found(void **unused)
{
    (void)unused;
    damage_is_found(DAMAGE_HANG_UP, (const char *const[]){"message 10, byte 0: the server", NULL});
}

/* After the last message too, when nothing is due any more. */
static void late_surplus_is_found(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 1);
    run_set(&bed.run, "messages", "1");
    bed.damage = DAMAGE_SURPLUS;
    bed.damage_at = 4;
    run_setup(&bed.run);
    bed_serve(&bed);
    assert_found(&bed, -EBADMSG, (const char *const[]){"message 0, byte 64", NULL});
    bed_close(&bed);
}

/* A task whose connection ended oddly, for no reason that the clients know, is wrong. */
static void *toy_thread(void *argument)
{
    toy_serve(((struct bed_task *)argument)->bed);
    return NULL;
}

static void killed_clients_show(void *(*serve)(void *))
{
    struct bed bed;
    bed_init(&bed, 1);
    run_set(&bed.run, "connections", "1");
    run_set(&bed.run, "messages", "1000000");
    run_setup(&bed.run);
    pthread_t thread;
    struct bed_task task = {&bed, 0};
    const struct tcp_state *state = bed.run.state;
    pthread_create(&thread, NULL, serve, &task);
    while (atomic_load(&state->shared->gate) == TCP_SHUT) {
        sched_yield();
    }
    kill(bed.clients, SIGKILL);
    pthread_join(thread, NULL);
    assert_int_equal(bed.codes[0], 0);
    assert_true(bed.checksums[0] != workload_tcp.expected(state, 0));
    assert_found(&bed, -ECHILD, (const char *const[]){"died", NULL});
    run_teardown(&bed.run);
    waitpid(bed.clients, NULL, 0);
    munmap(bed.memory, bed.bytes);
}

static void a_vanished_client_makes_a_wrong_checksum(void **unused)
{
    (void)unused;
    killed_clients_show(bed_thread);
    killed_clients_show(toy_thread);
}

static void a_failing_call_ends_the_task(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 2);
    bed.accept_error = -EMFILE;
    run_setup(&bed.run);
    bed_serve(&bed);
    assert_int_equal(bed.codes[0], -EMFILE);
    assert_int_equal(bed.codes[1], -EMFILE);
    /* The clients do not wait for what nobody will serve. */
    assert_true(workload_tcp.verify(bed.run.state, &bed.run.err) < 0);
    bed_close(&bed);
}

static void set_up_fails_with_clients_that_die(void **unused)
{
    struct bed bed;
    (void)unused;
    int before = open_descriptors();
    bed_init(&bed, 5);
    bed.die = true;
    run_setup_fails(&bed.run, -ECHILD, "died");
    bed_reap(&bed);
    munmap(bed.memory, bed.bytes);
    assert_int_equal(open_descriptors(), before);
}

/* No task ever comes: the clients must end all the same. */
static void teardown_ends_the_clients(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 5);
    run_setup(&bed.run);
    bed_close(&bed);
}

/* In a process that is a program image of its own, set up anew. */
static void spawned_workers_find_the_listener(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 2);
    run_setup(&bed.run);
    void *first = bed.run.state;
    for (uint64_t i = 0; i < 2; i++) {
        pid_t worker = fork();
        if (worker == 0) {
            uint64_t checksum = 0;
            bed.attach = true;
            bed.run.env.first = false;
            bed.run.state = NULL;
            if (workload_tcp.setup(&bed.run.env, &bed.run.state, &bed.run.err) != 0 ||
                workload_tcp.task(&bed.context, bed.run.state, i, &checksum) != 0 ||
                checksum != workload_tcp.expected(first, i)) {
                _exit(1);
            }
            _exit(0);
        }
        int status = -1;
        assert_int_equal(waitpid(worker, &status, 0), worker);
        assert_int_equal(status, 0);
    }
    assert_int_equal(workload_tcp.verify(first, &bed.run.err), 0);
    assert_requests(&bed, 100);
    bed_close(&bed);
}

static void limits_are_named(void **unused)
{
    int status = -1;
    (void)unused;
    skip_on_valgrind("it sets limits of descriptors for itself");
    pid_t child = fork(); /* a hard limit cannot be raised again */
    if (child == 0) {
        struct bed bed;
        const struct rlimit limit = {100, 100};
        bed_init(&bed, 5);
        run_set(&bed.run, "idle", "50");
        bool ok = setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                  workload_tcp.setup(&bed.run.env, &bed.run.state, &bed.run.err) == -EMFILE &&
                  strstr(bed.run.err.text, "limit (RLIMIT_NOFILE) is 100") &&
                  strstr(bed.run.err.text, "ulimit -n 119") && bed.clients == 0;
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void too_many_messages_are_refused(void **unused)
{
    struct bed bed;
    (void)unused;
    bed_init(&bed, 5);
    run_set(&bed.run, "messages", "1e9");
    run_set(&bed.run, "connections", "10000");
    run_setup_fails(&bed.run, -ENOMEM, "tcp.messages");
    assert_int_equal(bed.clients, 0);
}

static void open_loop(struct bed *bed, uint64_t tasks, bool poisson)
{
    bed_init(bed, tasks);
    bed->run.env.rate = 3000;
    bed->run.env.poisson = poisson;
    run_setup(&bed->run);
    bed_serve(bed);
    assert_verified(bed);
}

static void an_open_loop_keeps_its_schedule(void **unused)
{
    static const uint64_t tasks[] = {5, 1};
    (void)unused;
    for (int i = 0; i < 2; i++) { /* with one task most connections are busy for long: no matter */
        struct bed bed;
        open_loop(&bed, tasks[i], false);
        const struct request_times *times = assert_requests(&bed, 100);
        const struct tcp_state *state = bed.run.state;
        uint64_t begin_ns = atomic_load(&state->shared->begin_ns);
        for (uint64_t k = 0; k < 100; k++) {
            assert_int_equal(times[k].intended_ns, begin_ns + k * 1000000000 / 3000);
        }
        bed_close(&bed);
    }
}

static void a_poisson_schedule_hangs_on_the_seed(void **unused)
{
    uint64_t gaps[2][99];
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct bed bed;
        open_loop(&bed, 5, true);
        const struct request_times *times = assert_requests(&bed, 100);
        for (uint64_t k = 0; k < 99; k++) {
            assert_true(times[k + 1].intended_ns >= times[k].intended_ns);
            gaps[i][k] = times[k + 1].intended_ns - times[k].intended_ns;
        }
        bed_close(&bed);
    }
    assert_memory_equal(gaps[0], gaps[1], sizeof gaps[0]);
}

/* Gaps of the rate's mean, and of an exponential's spread (equal to its mean) and shape. */
static void poisson_gaps_are_exponential(void **unused)
{
    enum { COUNT = 200000, RATE = 1000 };
    struct arrivals arrivals;
    double last = 0, sum = 0, squares = 0, above = 0;
    (void)unused;
    arrivals_init(&arrivals, RATE, true, 7);
    for (int i = 0; i < COUNT; i++) {
        double at = (double)arrivals_next(&arrivals) / 1e6, gap = at - last;
        sum += gap;
        squares += gap * gap;
        above += gap > 1;
        last = at;
    }
    double mean = sum / COUNT, deviation = sqrt(squares / COUNT - mean * mean);
    /* Five standard errors: 5 / sqrt(200000) = 0.011. */
    assert_true(fabs(mean - 1) < 0.012);
    assert_true(fabs(deviation - 1) < 0.02);
    assert_true(fabs(above / COUNT - exp(-1.0)) < 0.006);
}

static void even_arrivals_do_not_drift(void **unused)
{
    struct arrivals arrivals;
    (void)unused;
    arrivals_init(&arrivals, 7, false, 0);
    for (uint64_t k = 0; k < 100; k++) {
        assert_int_equal(arrivals_next(&arrivals), k * 1000000000 / 7);
    }
}

static void the_logarithm_is_right(void **unused)
{
    (void)unused;
    assert_true(arrivals_minus_ln(1.0) >= 0 && arrivals_minus_ln(1.0) < 1e-15);
    for (double x = 0x1p-53; x < 1; x *= 1.0137) {
        assert_true(fabs(arrivals_minus_ln(x) + log(x)) <= 1e-9 * -log(x));
    }
}

static void upper_case_touches_nothing_else(void **unused)
{
    (void)unused;
    for (size_t shift = 0; shift < 9; shift++) {
        for (size_t size = 0; size <= 256; size++) {
            unsigned char text[280];
            memset(text, 'z', sizeof text);
            for (size_t i = 0; i < size; i++) {
                text[shift + i] = (unsigned char)(i + size);
            }
            tcp_upper((char *)text + shift, size);
            for (size_t i = 0; i < size; i++) {
                unsigned char byte = (unsigned char)(i + size);
                unsigned char right =
                    byte >= 'a' && byte <= 'z' ? (unsigned char)(byte - 32) : byte;
                assert_int_equal(text[shift + i], right);
            }
            assert_int_equal(text[shift + size], 'z');
        }
    }
}

static void contents_tell_messages_apart(void **unused)
{
    struct content content, same, other;
    (void)unused;
    assert_int_equal(content_open(&content, 64, 1), 0);
    assert_int_equal(content_open(&same, 64, 1), 0);
    assert_int_equal(content_open(&other, 64, 2), 0);
    int small = 0;
    for (int i = 0; i < 64 + CONTENT_STARTS; i++) {
        assert_int_equal(toupper((unsigned char)content.lower[i]), content.upper[i]);
        assert_true(i == 0 || content.upper[i] != content.upper[i - 1]);
        small += islower((unsigned char)content.lower[i]) != 0;
    }
    assert_in_range(small, CONTENT_STARTS / 3, CONTENT_STARTS * 2 / 3);
    assert_memory_equal(content.lower, same.lower, 64 + CONTENT_STARTS);
    assert_true(memcmp(content.upper, other.upper, 64) != 0);
    for (uint64_t connection = 0; connection < 20; connection++) {
        for (uint64_t message = 0; message < 100; message++) {
            const char *now = content.upper + content_at(&content, connection, message);
            assert_true(memcmp(now, content.upper + content_at(&content, connection, message + 1),
                               64) != 0);
        }
    }
    content_close(&content);
    content_close(&same);
    content_close(&other);
}

/* --- clients without manners, beside polite ones --- */

static int rude_connect(const struct tcp_state *state)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&state->address, sizeof state->address)) {
        _exit(1);
    }
    return fd;
}

static void rude_clients(void *argument)
{
    const struct tcp_state *state = argument;
    const struct linger at_once = {.l_onoff = 1};
    static const char rubbish[] = "\x80\xff\0 half a message";
    char block[4096] = {0};
    int fds[4];
    pid_t child = fork();
    if (child != 0) {
        tcp_clients(argument);
        waitpid(child, NULL, 0);
        return;
    }
    for (int i = 0; i < 4; i++) {
        fds[i] = rude_connect(state);
    }
    send(fds[0], rubbish, sizeof rubbish, 0); /* half a message, then the end */
    close(fds[0]);
    send(fds[1], rubbish, sizeof rubbish, 0); /* a reset */
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fds[1]);
    close(fds[2]);                                              /* not a word */
    struct pollfd writable = {.fd = fds[3], .events = POLLOUT}; /* never reads */
    while (poll(&writable, 1, 100) == 1 &&
           send(fds[3], block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
    }
    _exit(0);
}

static void rude_clients_harm_nobody(void **unused)
{
    static const struct tcp_kind rude = {.rude = 4, .clients = rude_clients};
    (void)unused;
    for (int toy = 0; toy < 2; toy++) {
        for (uint64_t tasks = 1; tasks <= 9; tasks += 8) {
            struct bed bed;
            int before = open_descriptors();
            bed_init(&bed, tasks);
            if (tcp_set_up(&bed.run.env, &rude, &bed.run.state, &bed.run.err) != 0) {
                fail_msg("%s", bed.run.err.text);
            }
            (toy ? toy_serve : bed_serve)(&bed);
            assert_verified(&bed);
            assert_requests(&bed, 100);
            bed_close(&bed);
            assert_int_equal(open_descriptors(), before);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_comes_back_in_every_size),
        cmocka_unit_test(tasks_share_the_connections),
        cmocka_unit_test(idle_connections_stay_to_the_end),
        cmocka_unit_test(without_idle_ones_no_tasks_need_be_together),
        cmocka_unit_test(nothing_is_sent_before_the_first_task),
        cmocka_unit_test(more_than_the_backlog_takes_come_later),
        cmocka_unit_test(clients_think_between_messages),
        cmocka_unit_test(wrong_bytes_are_named),
        cmocka_unit_test(swapped_bytes_are_found),
        cmocka_unit_test(lost_bytes_are_found),
        cmocka_unit_test(surplus_bytes_are_found),
        cmocka_unit_test(late_surplus_is_found),
        cmocka_unit_test(a_server_that_hangs_up_is_found),
        cmocka_unit_test(a_vanished_client_makes_a_wrong_checksum),
        cmocka_unit_test(a_failing_call_ends_the_task),
        cmocka_unit_test(set_up_fails_with_clients_that_die),
        cmocka_unit_test(teardown_ends_the_clients),
        cmocka_unit_test(spawned_workers_find_the_listener),
        cmocka_unit_test(limits_are_named),
        cmocka_unit_test(too_many_messages_are_refused),
        cmocka_unit_test(an_open_loop_keeps_its_schedule),
        cmocka_unit_test(a_poisson_schedule_hangs_on_the_seed),
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(even_arrivals_do_not_drift),
        cmocka_unit_test(the_logarithm_is_right),
        cmocka_unit_test(upper_case_touches_nothing_else),
        cmocka_unit_test(contents_tell_messages_apart),
        cmocka_unit_test(rude_clients_harm_nobody),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
