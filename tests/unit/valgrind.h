/*
 * valgrind.h - for tests of what does not hold under valgrind, by scripts/valgrind: it runs one
 * thread at a time, slowly, has its own memory beside the program's, and starts programs its own
 * way.
 */
#ifndef TESTS_UNIT_VALGRIND_H
#define TESTS_UNIT_VALGRIND_H

#include <stdbool.h>

#include <cmocka.h>

#ifdef BENCH_VALGRIND
#include <valgrind/valgrind.h>
#endif

static inline bool on_valgrind(void)
{
#ifdef BENCH_VALGRIND
    return RUNNING_ON_VALGRIND;
#else
    return false;
#endif
}

/* Ends the test that says why. */
static inline void skip_on_valgrind(const char *why)
{
    if (on_valgrind()) {
        print_message("not under valgrind: %s\n", why);
        skip();
    }
}

#endif
