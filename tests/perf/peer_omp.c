/* peer_omp record|counter TASKS WORKERS: empty tasks as OpenMP tasks, made one by one by
 * one thread of a team that has WORKERS more. (An OpenMP runtime runs a task on the
 * spot where it holds enough of them; that is left to it.) */
#include <omp.h>

#include "tests/perf/perf.h"
#include "tests/perf/task.h"

int main(int count, char **arguments)
{
    uint64_t tasks = perf_number(count, arguments, 2);
    uint64_t workers = perf_number(count, arguments, 3);
    task_setup(arguments[1], tasks);
    uint64_t start = perf_now_ns();
#pragma omp parallel num_threads((int)workers + 1)
#pragma omp single
    for (uint64_t i = 0; i < tasks; i++) {
        task_queued(i);
#pragma omp task firstprivate(i)
        task_run((uint64_t)omp_get_thread_num(), i);
    }
    perf_print(start, perf_now_ns());
    task_verify();
    return 0;
}
