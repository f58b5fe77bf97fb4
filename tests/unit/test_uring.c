/* The io_uring engine: what loop.h promises, and what only a ring can get wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/loop/uring.h"
#include "bench/loop/uring_setup.h"
#include "bench/util/clock.h"
#include "bench/waits/wait.h"
#include "tests/unit/valgrind.h"

enum { MANY = 100000, BIG = 1 << 20, CHUNK = 4096 };

static struct loop *ring;
static uint64_t finished;           /* operations handed back */
static struct operation *order[64]; /* the first of them */
static void (*on_done)(struct operation *operation);
static unsigned char *sent, *got; /* BIG bytes each */

static void done(struct loop *loop, struct operation *operation)
{
    assert_ptr_equal(loop, ring);
    if (finished < sizeof order / sizeof order[0]) {
        order[finished] = operation;
    }
    finished++;
    if (on_done) {
        on_done(operation);
    }
}

static int entries_of(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while (readdir(entries)) {
        count++;
    }
    closedir(entries);
    return count;
}

static int maps(void)
{
    int count = 0;
    char line[512];
    FILE *file = fopen("/proc/self/maps", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        count += strstr(line, "io_uring") != NULL;
    }
    fclose(file);
    return count;
}

static void open_loop(uint64_t expected)
{
    struct error err = {.text = ""};
    if (uring_unavailable()) {
        print_message("skipped: %s\n", uring_unavailable());
        skip();
    }
    finished = 0;
    on_done = NULL;
    int code = loop_open(&ring, &uring_engine, expected, done, NULL, &err);
    if (code != 0) {
        fail_msg("loop_open: %s", err.text);
    }
}

static void turn(void)
{
    if (loop_turn(ring) != 0) {
        fail_msg("loop_turn: %s", ring->err.text);
    }
}

static void turn_until(uint64_t count)
{
    while (finished < count) {
        turn();
    }
}

/* Carries out one operation alone. */
static ssize_t run(struct operation operation)
{
    if (!loop_start(ring, &operation)) {
        turn_until(finished + 1);
    }
    return operation.result;
}

static struct operation on(enum operation_kind kind, int fd, void *buffer, size_t size)
{
    return (struct operation){.kind = (uint8_t)kind, .fd = fd, .buffer = buffer, .size = size};
}

static struct operation until(uint64_t ns)
{
    return (struct operation){.kind = OPERATION_SLEEP, .until_ns = ns};
}

/* --- sleeps --- */

static void sleeps_end_in_their_order_and_not_early(void **state)
{
    (void)state;
    static const uint64_t ms[] = {300, 0, 10, 20};
    static const size_t expected[] = {1, 2, 3, 0};
    struct operation sleeps[4];
    open_loop(4);
    uint64_t now = clock_now_ns();
    for (size_t i = 0; i < 4; i++) {
        sleeps[i] = until(now + ms[i] * 1000000);
        assert_false(loop_start(ring, &sleeps[i]));
    }
    for (uint64_t i = 0; i < 4; i++) {
        turn_until(i + 1);
        if (finished == i + 1) {
            assert_true(clock_now_ns() >= now + ms[expected[i]] * 1000000);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(order[i], &sleeps[expected[i]]);
        assert_int_equal(sleeps[i].result, 0);
    }
    assert_int_equal(ring->started, 4);
    assert_int_equal(ring->finished, 4);
    loop_close(ring);
}

/* A hundred times more than the rings hold, all due at once: the kernel must keep
 * what finds no room. */
static void no_sleep_of_many_is_lost(void **state)
{
    (void)state;
    struct operation *sleeps = calloc(MANY, sizeof *sleeps);
    assert_non_null(sleeps);
    open_loop(1);
    uint64_t when = clock_now_ns() + 20000000;
    for (size_t i = 0; i < MANY; i++) {
        sleeps[i] = until(when);
        sleeps[i].result = 77;
        assert_false(loop_start(ring, &sleeps[i]));
    }
    usleep(50000); /* most are done before the first of them is reaped */
    turn_until(MANY);
    assert_true(clock_now_ns() >= when);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(sleeps[i].result, 0);
    }
    assert_int_equal(finished, MANY);
    assert_int_equal(loop_turn(ring), -EDEADLK);
    loop_close(ring);
    free(sleeps);
}

/* Each deadline must reach the kernel though entries of the submission ring are used again. */
static void deadlines_of_a_full_submission_ring_stay_their_own(void **state)
{
    (void)state;
    enum { SLEEPS = 2000 };
    static struct operation sleeps[SLEEPS];
    open_loop(1);
    uint64_t far = clock_now_ns() + 3600 * NS_PER_SECOND;
    for (size_t i = 0; i < SLEEPS; i++) {
        sleeps[i] = until(i % 2 ? far : 1);
        sleeps[i].result = 77;
        assert_false(loop_start(ring, &sleeps[i]));
    }
    turn_until(SLEEPS / 2);
    assert_int_equal(finished, SLEEPS / 2);
    loop_close(ring); /* with an hour to go */
}

static struct operation burst[3000];

static void start_burst(struct operation *operation)
{
    (void)operation;
    on_done = NULL;
    for (size_t i = 0; i < sizeof burst / sizeof burst[0]; i++) {
        burst[i] = until(1);
        assert_false(loop_start(ring, &burst[i]));
    }
}

static void one_call_back_may_start_more_than_the_rings_hold(void **state)
{
    (void)state;
    open_loop(1);
    on_done = start_burst;
    struct operation first = until(1);
    assert_false(loop_start(ring, &first));
    turn_until(1 + sizeof burst / sizeof burst[0]);
    assert_int_equal(ring->started, ring->finished);
    loop_close(ring);
}

static void pending_sleeps_do_not_hold_up_the_close(void **state)
{
    (void)state;
    struct operation *sleeps = calloc(MANY, sizeof *sleeps);
    assert_non_null(sleeps);
    open_loop(MANY);
    uint64_t far = clock_now_ns() + 3600 * NS_PER_SECOND;
    for (size_t i = 0; i < MANY; i++) {
        sleeps[i] = until(far);
        loop_start(ring, &sleeps[i]);
    }
    struct operation now = until(1);
    loop_start(ring, &now);
    turn_until(1);
    assert_ptr_equal(order[0], &now);
    assert_int_equal(ring->started - ring->finished, MANY);
    loop_close(ring); /* hangs for an hour where it waits for them */
    free(sleeps);
}

static void a_turn_without_anything_under_way_is_refused(void **state)
{
    (void)state;
    open_loop(1);
    assert_int_equal(loop_turn(ring), -EDEADLK);
    assert_string_not_equal(ring->err.text, "");
    loop_close(ring);
}

static void on_alarm(int number)
{
    (void)number;
}

static void a_signal_ends_no_wait(void **state)
{
    skip_on_valgrind("a signal still comes when its timer is off");
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm}, before;
    struct itimerval often = {.it_interval = {.tv_usec = 2000}, .it_value = {.tv_usec = 2000}};
    const struct itimerval never = {.it_value = {.tv_sec = 0}};
    open_loop(1);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    uint64_t when = clock_now_ns() + 30000000;
    assert_int_equal(run(until(when)), 0);
    assert_true(clock_now_ns() >= when);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    loop_close(ring);
}

/* --- streams --- */

/* Bytes in which a lost, doubled or moved part shows. */
static void fill_sent(void)
{
    uint32_t random = 1;
    for (size_t i = 0; i < BIG; i++) {
        random = random * 1664525 + 1013904223;
        sent[i] = (unsigned char)(random >> 24);
    }
    memset(got, 0, BIG);
}

static size_t got_size;

static void receive_on(struct operation *operation)
{
    if (operation->kind != OPERATION_RECEIVE) {
        return;
    }
    assert_true(operation->result >= 0);
    got_size += (size_t)operation->result;
    if (operation->result > 0 && got_size < BIG) {
        size_t room = BIG - got_size < CHUNK ? BIG - got_size : CHUNK;
        *operation = on(OPERATION_RECEIVE, operation->fd, got + got_size, room);
        assert_false(loop_start(ring, operation));
    }
}

/* 1 MiB at once into one end, out of the other in pieces, and then its end. */
static void pass(int from, int into)
{
    struct operation send = on(OPERATION_SEND, into, sent, BIG);
    struct operation receive = on(OPERATION_RECEIVE, from, got, CHUNK);
    fill_sent();
    got_size = 0;
    on_done = receive_on;
    assert_false(loop_start(ring, &receive)); /* waits before there is anything */
    assert_false(loop_start(ring, &send));
    while (got_size < BIG || send.result == 0) {
        turn();
    }
    on_done = NULL;
    assert_int_equal(send.result, BIG);
    assert_memory_equal(sent, got, BIG);
    while (ring->started != ring->finished) {
        turn();
    }
    assert_int_equal(run((struct operation){.kind = OPERATION_CLOSE, .fd = into}), 0);
    assert_int_equal(run(on(OPERATION_RECEIVE, from, got, CHUNK)), 0);
    assert_int_equal(run((struct operation){.kind = OPERATION_CLOSE, .fd = from}), 0);
}

/* Pipes and sockets in turn on the same numbers: nothing must be taken for what it was. */
static void streams_carry_all_bytes_in_order_and_end(void **state)
{
    (void)state;
    open_loop(2);
    for (int round = 0; round < 4; round++) {
        int ends[2];
        assert_int_equal(round % 2 ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
        pass(ends[0], ends[1]);
    }
    loop_close(ring);
}

static void sending_to_nobody_is_an_error_without_a_signal(void **state)
{
    (void)state;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    struct sigaction action = {.sa_handler = SIG_DFL}, old; /* it would end the test */
    sigaction(SIGPIPE, &action, &old);
    open_loop(2);
    for (int round = 0; round < 2; round++) {
        int ends[2];
        assert_int_equal(round ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
        close(ends[0]);
        assert_int_equal(run(on(OPERATION_SEND, ends[1], sent, 10)), -EPIPE);
        close(ends[1]);
    }
    loop_close(ring);
    pthread_sigmask(SIG_BLOCK, NULL, &signals);
    assert_false(sigismember(&signals, SIGPIPE)); /* as before */
    sigaction(SIGPIPE, &old, NULL);
}

static void an_empty_send_is_done_at_once(void **state)
{
    (void)state;
    open_loop(1);
    struct operation send = on(OPERATION_SEND, -1, sent, 0);
    assert_true(loop_start(ring, &send));
    assert_int_equal(send.result, 0);
    assert_int_equal(ring->started, 0);
    loop_close(ring);
}

static int listening(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

static int connected(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)address, sizeof *address), 0);
    return fd;
}

static void each_accept_gets_a_connection_of_its_own(void **state)
{
    (void)state;
    enum { ACCEPTS = 4 };
    struct sockaddr_in address;
    struct operation accepts[ACCEPTS];
    int clients[ACCEPTS];
    unsigned seen = 0;
    open_loop(ACCEPTS);
    int server = listening(&address);
    for (size_t i = 0; i < ACCEPTS; i++) {
        accepts[i] = (struct operation){.kind = OPERATION_ACCEPT, .fd = server};
        assert_false(loop_start(ring, &accepts[i]));
    }
    for (size_t i = 0; i < ACCEPTS; i++) {
        unsigned char name = (unsigned char)(1U << i);
        clients[i] = connected(&address);
        assert_int_equal(send(clients[i], &name, 1, 0), 1);
    }
    turn_until(ACCEPTS);
    for (size_t i = 0; i < ACCEPTS; i++) {
        unsigned char name = 0;
        int fd = (int)accepts[i].result;
        assert_true(fd >= 0);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        assert_int_equal(run(on(OPERATION_RECEIVE, fd, &name, 1)), 1);
        seen |= name;
        close(fd);
        close(clients[i]);
    }
    assert_int_equal(seen, (1U << ACCEPTS) - 1);
    close(server);
    loop_close(ring);
}

/* A receive that waits on one socket holds up neither a sleep nor another socket. */
static void nothing_waits_for_a_silent_peer(void **state)
{
    (void)state;
    int silent[2], busy[2];
    char byte = 0;
    open_loop(3);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, silent), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, busy), 0);
    struct operation waiting = on(OPERATION_RECEIVE, silent[0], &byte, 1);
    assert_false(loop_start(ring, &waiting));
    for (int round = 0; round < 3; round++) {
        char letter = 'x';
        assert_int_equal(run(on(OPERATION_SEND, busy[0], &letter, 1)), 1);
        assert_int_equal(run(on(OPERATION_RECEIVE, busy[1], &letter, 1)), 1);
        assert_int_equal(run(until(clock_now_ns() + 1000000)), 0);
    }
    assert_int_equal(ring->started - ring->finished, 1);
    assert_int_equal(write(silent[1], "y", 1), 1);
    turn_until(finished + 1);
    assert_int_equal(waiting.result, 1);
    assert_int_equal(byte, 'y');
    close(silent[0]);
    close(silent[1]);
    close(busy[0]);
    close(busy[1]);
    loop_close(ring);
}

/* --- files --- */

static struct operation open_file(int folder, const char *name, int flags)
{
    return (struct operation){
        .kind = OPERATION_OPEN, .fd = folder, .name = name, .flags = flags, .mode = 0600};
}

static void files_make_a_round_trip(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_uring_XXXXXX";
    open_loop(4);
    fill_sent();
    assert_non_null(mkdtemp(folder));
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(run(open_file(at, "none", O_RDONLY)), -ENOENT);

    int fd = (int)run(open_file(at, "file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC));
    assert_true(fd >= 0);
    assert_int_equal(run(on(OPERATION_WRITE, fd, sent, BIG / 2)), BIG / 2);
    assert_int_equal(run(on(OPERATION_WRITE, fd, sent + BIG / 2, BIG / 2)), BIG / 2);
    assert_int_equal(run((struct operation){.kind = OPERATION_FSYNC, .fd = fd}), 0);
    assert_int_equal(lseek(fd, 0, SEEK_END), BIG);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(run(on(OPERATION_READ, fd, got, 1000)), 1000);
    /* More than there is: all of it, to the end. */
    unsigned char *rest = malloc(BIG);
    assert_non_null(rest);
    assert_int_equal(run(on(OPERATION_READ, fd, rest, BIG)), BIG - 1000);
    memcpy(got + 1000, rest, BIG - 1000);
    free(rest);
    assert_memory_equal(sent, got, BIG);
    assert_int_equal(run(on(OPERATION_READ, fd, got, 1)), 0);
    assert_int_equal(run((struct operation){.kind = OPERATION_CLOSE, .fd = fd}), 0);
    assert_int_equal(run((struct operation){.kind = OPERATION_CLOSE, .fd = fd}), -EBADF);
    assert_int_equal(run((struct operation){.kind = OPERATION_FSYNC, .fd = fd}), -EBADF);
    assert_int_equal(run(on(OPERATION_READ, fd, got, 1)), -EBADF);

    loop_helpers_end(ring);
    assert_true(ring->helper_ns <= uring_helpers_ns()); /* its threads live on for seconds */
    assert_true(ring->helper_ns > 0); /* O_CREAT and fsync are always handed to a helper */
    loop_helpers_end(ring);
    assert_true(ring->helper_ns <= uring_helpers_ns()); /* nothing was counted twice */
    unlinkat(at, "file", 0);
    close(at);
    rmdir(folder);
    loop_close(ring);
}

/* --- the rest --- */

static void loops_leave_nothing_behind(void **state)
{
    (void)state;
    open_loop(1); /* whatever is made once in a process */
    loop_close(ring);
    int descriptors = entries_of("/proc/self/fd");
    assert_int_equal(maps(), 0);
    for (uint64_t expected = 0; expected <= 1000000; expected = expected * 10 + 1) {
        open_loop(expected);
        assert_true(entries_of("/proc/self/fd") > descriptors);
        assert_true(maps() > 0);
        assert_int_equal(run(until(1)), 0);
        loop_close(ring);
        assert_null(uring_unavailable());
        assert_int_equal(entries_of("/proc/self/fd"), descriptors);
        assert_int_equal(maps(), 0);
    }
}

static void refusals_say_how_to_mend_them(void **state)
{
    (void)state;
    static const struct {
        int code, disabled, answer;
        const char *text;
    } cases[] = {
        {-ENOSYS, -1, -ENOTSUP, "offers no io_uring"},
        {-EPERM, 1, -ENOTSUP, "sysctl -w kernel.io_uring_disabled=0"},
        {-EPERM, 1, -ENOTSUP, "kernel.io_uring_group"},
        {-EPERM, 2, -ENOTSUP, "kernel.io_uring_disabled = 2"},
        {-EPERM, 2, -ENOTSUP, "sysctl -w kernel.io_uring_disabled=0"},
        {-EPERM, 0, -ENOTSUP, "seccomp"},
        {-EACCES, -1, -ENOTSUP, "--security-opt"},
        {-EMFILE, 0, -EMFILE, "ulimit -n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {.text = ""};
        assert_int_equal(uring_refusal(cases[i].code, cases[i].disabled, &err), cases[i].answer);
        if (!strstr(err.text, cases[i].text)) {
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].text);
        }
        assert_true(strlen(err.text) < sizeof err.text - 1);
    }
}

/* io_uring_setup answers EPERM from now on in this process. */
static void forbid_io_uring(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        _exit(99);
    }
}

static int forbidden_child(void)
{
    struct error err = {.text = ""};
    struct loop *loop = NULL;
    forbid_io_uring();
    const char *why = wait_uring.unavailable();
    if (!why) {
        return 1;
    }
    if (!strstr(why, "io_uring") || !strstr(why, "seccomp") == !strstr(why, "sysctl")) {
        return 2; /* the cause: the filter here, or a setting that forbids it anyway */
    }
    if (loop_open(&loop, wait_uring.engine, 1, done, NULL, &err) != -ENOTSUP || loop) {
        return 3;
    }
    return strcmp(err.text, why) == 0 ? 0 : 4;
}

static void a_filter_that_forbids_it_is_named(void **state)
{
    int status = 0;
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(forbidden_child());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 99) {
        skip(); /* no seccomp filters here */
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void count_done(struct loop *loop, struct operation *operation)
{
    *(ssize_t *)loop->owner += 1 + operation->result;
}

static void *own_ring(void *argument)
{
    struct operation sleep = until(1);
    struct error err;
    struct loop *loop;
    if (loop_open(&loop, &uring_engine, 1, count_done, argument, &err) == 0) {
        loop_start(loop, &sleep);
        loop_turn(loop);
        loop_close(loop);
    }
    return NULL;
}

static void every_thread_may_have_a_ring(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    ssize_t counts[THREADS] = {0};
    open_loop(1);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, own_ring, &counts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(counts[i], 1);
    }
    assert_int_equal(run(until(1)), 0);
    loop_close(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleeps_end_in_their_order_and_not_early),
        cmocka_unit_test(no_sleep_of_many_is_lost),
        cmocka_unit_test(deadlines_of_a_full_submission_ring_stay_their_own),
        cmocka_unit_test(one_call_back_may_start_more_than_the_rings_hold),
        cmocka_unit_test(pending_sleeps_do_not_hold_up_the_close),
        cmocka_unit_test(a_turn_without_anything_under_way_is_refused),
        cmocka_unit_test(a_signal_ends_no_wait),
        cmocka_unit_test(streams_carry_all_bytes_in_order_and_end),
        cmocka_unit_test(sending_to_nobody_is_an_error_without_a_signal),
        cmocka_unit_test(an_empty_send_is_done_at_once),
        cmocka_unit_test(each_accept_gets_a_connection_of_its_own),
        cmocka_unit_test(nothing_waits_for_a_silent_peer),
        cmocka_unit_test(files_make_a_round_trip),
        cmocka_unit_test(loops_leave_nothing_behind),
        cmocka_unit_test(refusals_say_how_to_mend_them),
        cmocka_unit_test(a_filter_that_forbids_it_is_named),
        cmocka_unit_test(every_thread_may_have_a_ring),
    };
    sent = malloc(BIG);
    got = malloc(BIG);
    int failures = sent && got ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    free(sent);
    free(got);
    return failures;
}
