#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/util/refusal.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

/* Only ends a test that would hang. */
enum { PATIENCE_MS = 60 * 1000 };

static struct refusal place;
static int bell;

static int enter(void **state)
{
    (void)state;
    memset(&place, 0, sizeof place);
    bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(bell >= 0);
    refusal_begin(&place, bell);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    refusal_begin(NULL, -1);
    close(bell);
    return 0;
}

static bool has_rung(int timeout_ms)
{
    struct pollfd file = {.fd = bell, .events = POLLIN};
    return poll(&file, 1, timeout_ms) == 1;
}

/* --- a call that is refused in a thread of its own --- */

static atomic_bool went_on;

static void *be_refused(void *unused)
{
    (void)unused;
    errno = ERANGE;
    const int code = refusal_tell("fork", -EAGAIN, 4096);
    atomic_store(&went_on, true);
    return code == -EAGAIN && errno == ERANGE ? &went_on : NULL;
}

static void start(pthread_t *thread)
{
    atomic_store(&went_on, false);
    assert_int_equal(pthread_create(thread, NULL, be_refused, NULL), 0);
    assert_true(has_rung(PATIENCE_MS));
}

static void end(pthread_t thread)
{
    void *sound = NULL;
    assert_int_equal(pthread_join(thread, &sound), 0);
    assert_non_null(sound);
}

static void it_waits_until_the_runner_has_looked(void **state)
{
    (void)state;
    pthread_t thread;
    start(&thread);
    assert_int_equal(atomic_load(&place.stage), REFUSAL_ASKED);
    assert_string_equal(place.call, "fork");
    assert_int_equal(place.code, -EAGAIN);
    assert_int_equal(place.process, getpid());
    assert_int_equal(place.amount, 4096);
    poll(NULL, 0, 50); /* in which it would go on; later proves no less */
    assert_false(atomic_load(&went_on));
    refusal_answered(&place);
    end(thread);
    assert_int_equal(atomic_load(&place.stage), REFUSAL_ANSWERED);
}

static void a_runner_that_stands_still_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    pthread_t thread;
    start(&thread);
    end(thread);
    assert_int_equal(atomic_load(&place.stage), REFUSAL_ASKED);
}

static void the_first_one_is_told(void **state)
{
    (void)state;
    pthread_t thread;
    start(&thread);
    assert_int_equal(refusal_tell("mmap", -ENOMEM, 0), -ENOMEM);
    assert_string_equal(place.call, "fork");
    refusal_answered(&place);
    end(thread);
    assert_int_equal(refusal_tell("mmap", -ENOMEM, 0), -ENOMEM);
    assert_int_equal(place.code, -EAGAIN);
}

static void what_no_limit_causes_is_not_told(void **state)
{
    (void)state;
    const int codes[] = {0, -EIO, -EACCES, -ENOENT, -EINVAL, -ECHILD};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_int_equal(refusal_tell("open", codes[i], 0), codes[i]);
    }
    refusal_tell_lack(-EAGAIN);
    assert_false(has_rung(0));
    assert_int_equal(atomic_load(&place.stage), REFUSAL_NONE);
}

static void nobody_to_tell_it_to(void **state)
{
    (void)state;
    refusal_begin(NULL, -1);
    assert_int_equal(refusal_tell("fork", -EAGAIN, 0), -EAGAIN);
    refusal_begin(&place, -1); /* found at the end, and so not waited for */
    refusal_tell_lack(-ENOMEM);
    assert_int_equal(atomic_load(&place.stage), REFUSAL_ASKED);
    assert_string_equal(place.call, "malloc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_waits_until_the_runner_has_looked),
        TEST(a_runner_that_stands_still_is_not_waited_for_for_ever),
        TEST(the_first_one_is_told),
        TEST(what_no_limit_causes_is_not_told),
        TEST(nobody_to_tell_it_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
