/*
 * coroutine_switch SWITCHES: so many switches through bench/coroutine/coroutine.h, a resume and a
 * park in turn, of one coroutine with a stack of its own.
 */
#include "bench/coroutine/coroutine.h"
#include "tests/perf/perf.h"

static void body(struct coroutine *self, void *argument)
{
    (void)argument;
    for (;;) {
        coroutine_park(self);
    }
}

int main(int count, char **arguments)
{
    uint64_t switches = perf_number(count, arguments, 1);
    struct coroutine_options options = {.guard = true, .stack_bytes = 64 << 10, .most = 1};
    struct coroutines *set;
    struct error err;
    if (coroutines_open(&set, &options, &err) != 0) {
        perf_fail(err.text);
    }
    struct coroutine *coroutine = coroutine_start(set, body, NULL);
    if (coroutine == NULL) {
        perf_fail("no coroutine could be started");
    }
    uint64_t start = perf_now_ns();
    for (uint64_t i = 0; i < switches; i += 2) {
        coroutine_resume(coroutine);
    }
    perf_print(start, perf_now_ns());
    coroutines_close(set);
    return 0;
}
