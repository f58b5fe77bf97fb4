/*
 * process-spawn: a new process per task that executes a fresh program image and
 * sets up its workload anew, as multiprocessing does where there is no fork.
 */
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>

#include "bench/modes/mode.h"
#include "bench/modes/per_task.h"
#include "bench/util/refusal.h"

extern char **environ;

static int spawn_start(struct children *children, struct job *job, uint64_t slot, uint64_t task)
{
    char slot_text[24], task_text[24];
    char name[] = "bench-repetition", role[] = "worker";
    char *const arguments[] = {name, role, slot_text, task_text, NULL};
    pid_t pid;

    snprintf(slot_text, sizeof slot_text, "%" PRIu64, slot);
    snprintf(task_text, sizeof task_text, "%" PRIu64, task);
    job_queued(job, task);
    uint64_t before = clock_now_ns();
    int rc = -posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
    job->spawn_ns += clock_now_ns() - before;
    if (rc != 0) {
        refusal_tell("posix_spawn", rc, 0);
        return error_set(&job->err, rc,
                         "worker process %" PRIu64 " of %" PRIu64 " could not be spawned: %s", slot,
                         children->slots, strerror(-rc));
    }
    job->workers[slot].process = pid;
    children_enter(children, slot, pid);
    return 0;
}

static int process_spawn_launch(struct job *job)
{
    return per_task_launch(job, spawn_start);
}

const struct mode mode_process_spawn = {
    .name = "process-spawn",
    .summary = "a new process per task, executing a fresh program image",
    .workers = MODE_WORKERS_PER_TASK,
    .processes = true,
    .image_per_worker = true,
    .launch = process_spawn_launch,
};
