/* peer_uv record|counter TASKS WORKERS: empty tasks through libuv's uv_queue_work, submitted
 * one by one. No call-back on completion: libuv is spared it. */
#include <uv.h>

#include "tests/perf/perf.h"
#include "tests/perf/task.h"

static void work(uv_work_t *request)
{
    task_run(task_worker(), (uint64_t)(uintptr_t)request->data);
}

int main(int count, char **arguments)
{
    uint64_t tasks = perf_number(count, arguments, 2);
    uint64_t workers = perf_number(count, arguments, 3);
    char size[24];
    snprintf(size, sizeof size, "%llu", (unsigned long long)workers);
    setenv("UV_THREADPOOL_SIZE", size, 1);
    task_setup(arguments[1], tasks);
    uv_work_t *requests = calloc(tasks, sizeof *requests);
    if (!requests) {
        perf_fail("no memory for the requests");
    }
    for (uint64_t i = 0; i < tasks; i++) { /* touches all of them before the clock starts */
        requests[i].data = (void *)(uintptr_t)i;
    }
    uv_loop_t *loop = uv_default_loop();
    uint64_t start = perf_now_ns();
    for (uint64_t i = 0; i < tasks; i++) {
        task_queued(i);
        if (uv_queue_work(loop, &requests[i], work, NULL) != 0) {
            perf_fail("uv_queue_work failed");
        }
    }
    uv_run(loop, UV_RUN_DEFAULT);
    perf_print(start, perf_now_ns());
    task_verify();
    free(requests);
    return 0;
}
