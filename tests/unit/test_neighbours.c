/* Other runs on this machine: seen by those that announced themselves, and gone with their end. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/machine/neighbours.h"

enum { PLACES = 4 };
static struct neighbours *run[PLACES];

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        neighbours_close(run[i]);
        run[i] = NULL;
    }
    return 0;
}

static struct neighbours *announced(size_t place)
{
    run[place] = neighbours_open();
    assert_non_null(run[place]);
    assert_int_equal(neighbours_announce(run[place]), 0);
    return run[place];
}

static void end_run(size_t place)
{
    neighbours_close(run[place]);
    run[place] = NULL;
}

static void they_see_each_other(void **state)
{
    (void)state;
    struct neighbours *first = announced(0);
    assert_int_equal(neighbours_before(first), 0);
    assert_int_equal(neighbours_since(first), 0);
    assert_int_equal(neighbours_process(first), 0);
    struct neighbours *second = announced(1);
    assert_int_equal(neighbours_before(second), 1); /* found */
    assert_int_equal(neighbours_since(first), 1);   /* told */
    assert_int_equal(neighbours_process(first), getpid());
    announced(2);
    assert_int_equal(neighbours_since(first), 2);
    assert_int_equal(neighbours_since(second), 2);
    assert_int_equal(neighbours_since(first), 2); /* as often as asked */
}

static void who_leaves_counts_until_the_next_span(void **state)
{
    (void)state;
    struct neighbours *first = announced(0);
    announced(1);
    end_run(1);
    assert_int_equal(neighbours_since(first), 1);
    assert_int_equal(neighbours_before(first), 0);
    assert_int_equal(neighbours_since(first), 0);
}

static void who_came_and_went_is_counted(void **state)
{
    (void)state;
    struct neighbours *first = announced(0);
    assert_int_equal(neighbours_before(first), 0);
    announced(1);
    end_run(1);
    announced(1);
    end_run(1);
    assert_int_equal(neighbours_since(first), 2);
}

static void a_killed_one_is_gone(void **state)
{
    int ready[2];
    char byte;
    (void)state;
    struct neighbours *first = announced(0);
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct neighbours *mine = neighbours_open();
        if (neighbours_announce(mine) == 0 && write(ready[1], "", 1) == 1) {
            pause();
        }
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(neighbours_before(first), 1);
    assert_int_equal(neighbours_process(first), child);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(neighbours_before(first), 0);
    close(ready[0]);
    close(ready[1]);
}

static void nothing_is_known_before_the_announcement(void **state)
{
    (void)state;
    run[0] = neighbours_open();
    assert_true(neighbours_before(run[0]) == UINT64_MAX);
    assert_true(neighbours_since(run[0]) == UINT64_MAX);
    assert_true(neighbours_before(NULL) == UINT64_MAX);
    assert_true(neighbours_since(NULL) == UINT64_MAX);
    assert_int_equal(neighbours_announce(NULL), -ENOTSUP);
    assert_int_equal(neighbours_alone(NULL), -ENOTSUP);
    assert_int_equal(neighbours_process(NULL), 0);
    announced(1);
    assert_int_equal(neighbours_since(run[1]), 0); /* who waits is no neighbour */
}

static void alone_when_the_last_one_has_gone(void **state)
{
    (void)state;
    announced(0);
    announced(1);
    run[2] = neighbours_open();
    assert_int_equal(neighbours_alone(run[2]), 0);
    assert_int_not_equal(neighbours_process(run[2]), 0);
    end_run(0);
    assert_int_equal(neighbours_alone(run[2]), 0);
    assert_int_equal(neighbours_before(run[1]), 0); /* it still waits */
    end_run(1);
    assert_int_equal(neighbours_alone(run[2]), 1);
    assert_int_equal(neighbours_before(run[2]), 0); /* announced, and alone */
    announced(0);
    assert_int_equal(neighbours_before(run[0]), 1);
    assert_int_equal(neighbours_since(run[2]), 1);
}

static void one_after_another(void **state)
{
    (void)state;
    run[0] = neighbours_open();
    run[1] = neighbours_open();
    assert_int_equal(neighbours_alone(run[0]), 1);
    assert_int_equal(neighbours_alone(run[1]), 0);
    end_run(0);
    assert_int_equal(neighbours_alone(run[1]), 1);
}

/* Two that wait for a third must not wait for each other. */
static void two_that_wait(void **state)
{
    (void)state;
    announced(0);
    run[1] = neighbours_open();
    run[2] = neighbours_open();
    assert_int_equal(neighbours_alone(run[1]), 0);
    assert_int_equal(neighbours_alone(run[2]), 0);
    end_run(0);
    assert_int_equal(neighbours_alone(run[2]), 0); /* the first one has the place */
    assert_int_equal(neighbours_alone(run[1]), 1);
    end_run(1);
    assert_int_equal(neighbours_alone(run[2]), 1);
}

/* Any local user may make names and send messages. */
static void foreign_names_are_passed_over(void **state)
{
    static const char *const names[] = {"bench/run/",     "bench/run/12 34", "bench/run/../x",
                                        "bench/runs/1-2", "other",           "bench/run/%s%n-1"};
    enum { COUNT = sizeof names / sizeof *names };
    int sockets[COUNT];
    (void)state;
    struct neighbours *first = announced(0);
    for (size_t i = 0; i < COUNT; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const socklen_t length =
            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(names[i]));
        memcpy(address.sun_path + 1, names[i], strlen(names[i]));
        sockets[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(sockets[i], (struct sockaddr *)&address, length), 0);
    }
    struct neighbours *second = announced(1);
    assert_int_equal(neighbours_before(second), 1);
    assert_int_equal(neighbours_since(first), 1);
    for (size_t i = 0; i < COUNT; i++) {
        close(sockets[i]);
    }
}

/* In a network of its own, so that runs beside the test are not seen. Where that is not allowed,
 * the test takes what there is. */
static int apart(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        print_message("not in a network of its own: other runs of bench would be counted\n");
    }
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_see_each_other),
        TEST(who_leaves_counts_until_the_next_span),
        TEST(who_came_and_went_is_counted),
        TEST(a_killed_one_is_gone),
        TEST(nothing_is_known_before_the_announcement),
        TEST(alone_when_the_last_one_has_gone),
        TEST(one_after_another),
        TEST(two_that_wait),
        TEST(foreign_names_are_passed_over),
    };
    return cmocka_run_group_tests(tests, apart, NULL);
}
