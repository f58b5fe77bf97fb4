/* The blocking wait under signals, partial transfers and errors. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/util/clock.h"
#include "bench/waits/wait.h"
#include "tests/unit/valgrind.h"

static struct task_context context;
static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

/* Signals every `us` microseconds that break off system calls; 0: no more. */
static void set_alarms(long us)
{
    struct sigaction action = {.sa_handler = count_alarm}; /* without SA_RESTART */
    /* valgrind takes longer for each than it is to the next, and would do nothing else. */
    const long often = us * (on_valgrind() ? 5 : 1);
    struct itimerval timer = {{0, often}, {0, often}};
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static int set_up(void **state)
{
    (void)state;
    context.calls = wait_blocking.calls;
    alarms = 0;
    return 0;
}

static void test_sleep_is_never_early(void **state)
{
    /* The last one carries into the next second whenever it starts. */
    static const uint64_t durations[] = {0, 1, 1000, 50000, 3000000, 999999999};
    (void)state;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        uint64_t start = clock_now_ns();
        assert_int_equal(ctx_sleep(&context, durations[i]), 0);
        assert_true(clock_now_ns() - start >= durations[i]);
    }
}

static void test_sleep_outlasts_signals(void **state)
{
    const uint64_t ns = 30000000;
    (void)state;
    set_alarms(1000);
    uint64_t start = clock_now_ns();
    int code = ctx_sleep(&context, ns);
    uint64_t slept = clock_now_ns() - start;
    set_alarms(0);
    assert_int_equal(code, 0);
    assert_true(slept >= ns);
    assert_true(alarms > 0);
}

enum { BULK = 1 << 20 };
static unsigned char sent[BULK], got[BULK];
static int ends[2];

static int set_up_pipe(void **state)
{
    for (size_t i = 0; i < BULK; i++) {
        sent[i] = (unsigned char)(i * 7 + i / 251);
    }
    memset(got, 0, sizeof got);
    return set_up(state) != 0 || pipe2(ends, O_CLOEXEC) != 0;
}

static void mask_alarms(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* Bytes that nobody has read yet. */
static int waiting_bytes(int fd)
{
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

/* The second half is written only when the first has been read. */
static void *write_in_halves(void *unused)
{
    (void)unused;
    mask_alarms();
    if (write(ends[1], sent, 1000) == 1000) {
        while (waiting_bytes(ends[0]) > 0) {
            usleep(100);
        }
        usleep(3000); /* time for an alarm while the reader blocks; nothing depends on it */
        if (write(ends[1], sent + 1000, 1000) == 1000) {
            close(ends[1]);
        }
    }
    return NULL;
}

static void test_read_is_completed(void **state)
{
    pthread_t writer;
    (void)state;
    assert_int_equal(pthread_create(&writer, NULL, write_in_halves, NULL), 0);
    set_alarms(500);
    ssize_t read_all = ctx_read(&context, ends[0], got, 2000);
    ssize_t at_end = ctx_read(&context, ends[0], got + 2000, 10);
    set_alarms(0);
    pthread_join(writer, NULL);
    assert_int_equal(read_all, 2000);
    assert_int_equal(at_end, 0);
    assert_memory_equal(got, sent, 2000);
    close(ends[0]);
}

static void test_read_ends_with_the_file(void **state)
{
    (void)state;
    assert_int_equal(ctx_write(&context, ends[1], sent, 300), 300);
    assert_int_equal(ctx_close(&context, ends[1]), 0);
    assert_int_equal(ctx_read(&context, ends[0], got, 1000), 300);
    assert_int_equal(ctx_close(&context, ends[0]), 0);
}

static void *read_slowly(void *unused)
{
    size_t done = 0;
    ssize_t some = 1;
    (void)unused;
    mask_alarms();
    while (done < BULK && some > 0) {
        some = read(ends[0], got + done, 30011);
        done += some > 0 ? (size_t)some : 0;
        usleep(200);
    }
    return NULL;
}

/* A pipe holds 64 KiB, so that a signal breaks the write off in the middle. */
static void test_write_is_completed(void **state)
{
    pthread_t reader;
    (void)state;
    assert_int_equal(pthread_create(&reader, NULL, read_slowly, NULL), 0);
    set_alarms(500);
    ssize_t wrote = ctx_write(&context, ends[1], sent, BULK);
    set_alarms(0);
    close(ends[1]);
    pthread_join(reader, NULL);
    close(ends[0]);
    assert_int_equal(wrote, BULK);
    assert_memory_equal(got, sent, BULK);
    assert_true(alarms > 0);
}

static void test_errors_come_back(void **state)
{
    (void)state;
    assert_int_equal(ctx_open_at(&context, AT_FDCWD, "/nowhere/at/all", O_RDONLY, 0), -ENOENT);
    assert_int_equal(ctx_read(&context, -1, got, 1), -EBADF);
    assert_int_equal(ctx_write(&context, -1, sent, 1), -EBADF);
    assert_int_equal(ctx_fsync(&context, -1), -EBADF);
    assert_int_equal(ctx_close(&context, -1), -EBADF);
    int full = ctx_open_at(&context, AT_FDCWD, "/dev/full", O_WRONLY | O_CLOEXEC, 0);
    assert_true(full >= 0);
    assert_int_equal(ctx_write(&context, full, sent, 1), -ENOSPC);
    assert_int_equal(ctx_close(&context, full), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sleep_is_never_early, set_up),
        cmocka_unit_test_setup(test_sleep_outlasts_signals, set_up),
        cmocka_unit_test_setup(test_read_is_completed, set_up_pipe),
        cmocka_unit_test_setup(test_read_ends_with_the_file, set_up_pipe),
        cmocka_unit_test_setup(test_write_is_completed, set_up_pipe),
        cmocka_unit_test_setup(test_errors_come_back, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
