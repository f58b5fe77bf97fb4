/*
 * mode_run.h - a job of a test's own workload, without the runner: what a mode is given. It is
 * watched where the request says `observed`.
 *
 * Included after cmocka.h. The mapping is shared with forked workers, as the executor's is.
 */
#ifndef TESTS_UNIT_MODE_RUN_H
#define TESTS_UNIT_MODE_RUN_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/modes/mode.h"
#include "bench/repetition/job.h"
#include "bench/repetition/watched.h"
#include "bench/waits/wait.h"

struct mode_run {
    struct shared *shared;
    size_t bytes;
    int fd; /* of the mapping */
    struct job job;
};

/* `asked`: tasks, workers, width and what else the test is about. Its objects, if there are some,
 * the caller makes: in run->job.area. */
static inline void mode_run_begin(struct mode_run *run, const struct request *asked,
                                  const struct wait *wait, const struct workload *workload)
{
    struct shared plan = {.request = *asked};
    uint64_t threads = asked->threads > 0 ? asked->threads : 1;
    const struct mode *mode;
    if (plan.request.stack_bytes == 0) {
        plan.request.stack_bytes = 256 << 10;
    }
    run->bytes = shared_layout(&plan, asked->workers * threads, 0);
    run->fd = memfd_create("test-repetition", MFD_CLOEXEC);
    assert_int_equal(ftruncate(run->fd, (off_t)run->bytes), 0);
    run->shared = mmap(NULL, run->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, run->fd, 0);
    assert_true(run->shared != MAP_FAILED);
    *run->shared = plan;
    if (asked->objects > 0) {
        sync_area_init(shared_sync(run->shared), asked->objects, asked->tasks,
                       run->shared->worker_slots, true);
    }
    snprintf(run->shared->request.workload, TEXT_NAME, "empty");
    snprintf(run->shared->request.mode, TEXT_NAME, "serial");
    snprintf(run->shared->request.wait, TEXT_NAME, "%s", wait->name);
    assert_int_equal(job_init(&run->job, run->shared, &mode), 0);
    assert_ptr_equal(run->job.wait, wait);
    run->job.workload = workload;
    watched_begin(&run->job, run->fd);
    for (uint64_t i = 0; i < asked->workers * threads; i++) {
        run->job.workers[i].process = getpid();
    }
    run->shared->report.clock_start_ns = clock_now_ns();
}

static inline void mode_run_end(struct mode_run *run)
{
    munmap(run->shared, run->bytes);
    close(run->fd);
}

/* Fails the test with the job's own words. */
static inline void mode_run_went_well(const struct mode_run *run, int rc)
{
    if (rc != 0) {
        fail_msg("%s: %d, %s", run->job.wait->name, rc, run->job.err.text);
    }
}

#endif
