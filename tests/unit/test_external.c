/* Programs that draw: what they get, and what is left of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/report/external.h"
#include "bench/util/interrupt.h"
#include "tests/unit/valgrind.h"

static int run(const char *script, unsigned seconds, char *said, size_t size, struct error *err)
{
    const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
    const int here = open("/", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    assert_true(here >= 0);
    err->text[0] = '\0';
    const int code = external_run(arguments, here, seconds, said, size, err);
    close(here);
    return code;
}

static void what_it_says_and_how_it_ends_is_known(void **state)
{
    char said[64], little[4];
    struct error err;
    (void)state;
    assert_int_equal(run("exit 0", 0, said, sizeof said, &err), 0);
    assert_string_equal(said, "");
    assert_int_equal(run("echo why >&2; echo lost; exit 3", 0, said, sizeof said, &err), -EIO);
    assert_string_equal(said, "why\n");
    assert_int_equal(run("echo one >&2; echo two; echo three >&2", 0, said, sizeof said, &err), 0);
    assert_string_equal(said, "one\nthree\n");
    assert_int_equal(run("pwd >&2; exit 7", 0, said, sizeof said, &err), -EIO);
    assert_string_equal(said, "/\n");
    assert_int_equal(run("kill -SEGV $$", 0, said, sizeof said, &err), -EIO);
    assert_string_equal(said, "killed by signal 11 (Segmentation fault)");
    assert_int_equal(run("pwd >&2", 60, said, sizeof said, &err), 0);
    assert_string_equal(said, "/\n");
    assert_int_equal(run("echo longer >&2", 60, little, sizeof little, &err), 0);
    assert_string_equal(little, "lon");
    /* Nobody is held up by what nobody keeps. */
    assert_int_equal(run("i=0; while [ $i -lt 9999 ]; do echo $i$i$i$i; i=$((i+1)); done >&2", 0,
                         little, sizeof little, &err),
                     0);
    assert_int_equal(strlen(little), sizeof little - 1);
}

/* A process that has ended may wait for somebody to fetch its status. */
static bool lives(int pid)
{
    char path[64], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d %*[^)]) %c", &state) != 1)
        state = 'X';
    if (file)
        fclose(file);
    return state != 'X' && state != 'Z';
}

static void one_that_hangs_is_ended(void **state)
{
    skip_on_valgrind("a shell takes as long to start as it is given");
    char said[64];
    struct error err;
    (void)state;
    assert_int_equal(run("exec sleep 100000", 1, said, sizeof said, &err), -ETIMEDOUT);
    assert_string_equal(err.text, "/bin/sh did not end within 1 s");
    assert_int_equal(run("exec sleep 100000 2>&-", 1, said, sizeof said, &err), -ETIMEDOUT);
    /* Nor does its child that hangs hold anybody up. */
    assert_int_equal(run("sleep 1000", 1, said, sizeof said, &err), -ETIMEDOUT);
    assert_int_equal(run("exec 2>&-; sleep 1000; true", 1, said, sizeof said, &err), -ETIMEDOUT);
    /* And what one leaves running that has ended itself. */
    assert_int_equal(run("sleep 100000 & echo >&2 $!", 0, said, sizeof said, &err), 0);
    while (lives(atoi(said)))
        usleep(1000);
}

static void not_held_back(int signal)
{
    (void)signal;
    fail_msg("the signal was not held back");
}

/* The program itself sends it, so that it never comes before anybody waits for it. */
static void an_interrupt_ends_it(void **state)
{
    char said[64];
    struct error err;
    struct interrupt outer;
    (void)state;
    signal(SIGTERM, not_held_back);
    assert_int_equal(run("kill -TERM $PPID; sleep 100000", 0, said, sizeof said, &err), -EINTR);
    assert_string_equal(err.text, "interrupted");
    assert_false(interrupt_came()); /* nobody else is to see it, */
    interrupt_hold(&outer);
    assert_int_equal(run("kill -TERM $PPID; sleep 100000", 0, said, sizeof said, &err), -EINTR);
    assert_true(interrupt_came()); /* but who held it first */
    interrupt_release(&outer);
    assert_false(interrupt_came());
    signal(SIGTERM, SIG_IGN);
    assert_int_equal(run("kill -TERM $PPID; echo on >&2", 0, said, sizeof said, &err), 0);
    assert_string_equal(said, "on\n");
    signal(SIGTERM, SIG_DFL);
}

static void one_that_is_not_there_is_told(void **state)
{
    skip_on_valgrind("its posix_spawn() does not tell that there is no such program");
    static const char *const arguments[] = {"/no/such/program", NULL};
    char said[64];
    struct error err;
    (void)state;
    const int here = open("/", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    assert_int_equal(external_run(arguments, here, 0, said, sizeof said, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/no/such/program"));
    close(here);
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC); /* no folder to run it in */
    assert_int_equal(external_run(arguments, file, 0, said, sizeof said, &err), -ENOTDIR);
    assert_non_null(strstr(err.text, "cannot run /no/such/program: "));
    close(file);
}

static void the_environment_stays_outside(void **state)
{
    char said[2048];
    struct error err;
    (void)state;
    clearenv(); /* there is room for few */
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("HWLOC_XMLFILE", "/etc/passwd", 1);
    setenv("GNUPLOT_LIB", "/tmp", 1);
    assert_int_equal(run("env >&2", 0, said, sizeof said, &err), 0);
    assert_null(strstr(said, "HWLOC_XMLFILE"));
    assert_null(strstr(said, "GNUPLOT_LIB"));
    assert_non_null(strstr(said, "LC_ALL=C.UTF-8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_and_how_it_ends_is_known),
        cmocka_unit_test(one_that_hangs_is_ended),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(one_that_is_not_there_is_told),
        cmocka_unit_test(the_environment_stays_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
