/* bare_threads TASKS: one thread per empty task, all made before the first is joined,
 * with the default stack, as the mode thread makes them. */
#include <pthread.h>

#include "tests/perf/perf.h"

static void *nothing(void *argument)
{
    return argument;
}

int main(int count, char **arguments)
{
    uint64_t tasks = perf_number(count, arguments, 1);
    pthread_t *threads = calloc(tasks, sizeof *threads);
    if (!threads) {
        perf_fail("no memory for the threads' ids");
    }
    uint64_t start = perf_now_ns();
    for (uint64_t i = 0; i < tasks; i++) {
        if (pthread_create(&threads[i], NULL, nothing, NULL) != 0) {
            perf_fail("pthread_create failed: ask for fewer tasks");
        }
    }
    for (uint64_t i = 0; i < tasks; i++) {
        pthread_join(threads[i], NULL);
    }
    perf_print(start, perf_now_ns());
    free(threads);
    return 0;
}
