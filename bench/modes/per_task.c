#include "bench/modes/per_task.h"

#include <errno.h>

int per_task_launch(struct job *job, per_task_start *start)
{
    struct children children;
    uint64_t task = 0;
    int rc = children_init(&children, job);

    for (; task < job->worker_count && rc == 0; task++) {
        rc = start(&children, job, task, task);
    }
    while (rc == 0 && children.alive > 0) {
        uint64_t slot = 0;
        rc = children_reap(&children, job, true, &slot);
        if (rc == 1) {
            rc = task < job->task_count ? start(&children, job, slot, task++) : 0;
        }
    }
    children_end(&children);
    return rc;
}
