// peer_tbb record|counter TASKS WORKERS: empty tasks through TBB's task_group, submitted
// one by one by a thread that is not among the WORKERS; when all are submitted, it helps
// (task_group::wait does).
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "tests/perf/perf.h"
#include "tests/perf/task.h"

int main(int count, char **arguments)
{
    uint64_t tasks = perf_number(count, arguments, 2);
    uint64_t workers = perf_number(count, arguments, 3);
    task_setup(arguments[1], tasks);
    uint64_t start = perf_now_ns();
    tbb::global_control threads(tbb::global_control::max_allowed_parallelism, workers + 1);
    tbb::task_arena arena(static_cast<int>(workers) + 1, 1);
    arena.execute([&] {
        tbb::task_group group;
        for (uint64_t i = 0; i < tasks; i++) {
            task_queued(i);
            group.run([i] { task_run(task_worker(), i); });
        }
        group.wait();
    });
    perf_print(start, perf_now_ns());
    task_verify();
    return 0;
}
