/* event: a state machine per task, carried on by call-backs of one event loop; no stacks. */
#include "bench/modes/loop_worker.h"
#include "bench/modes/mode.h"

static const char *event_unsupported(const struct workload *workload)
{
    return workload->step ? NULL
                          : "its task is written for a stack, not as a state machine (step): "
                            "--mode coroutine runs it on the same loops";
}

static int event_launch(struct job *job)
{
    return loop_worker_launch(job, &loop_tasks_steps);
}

const struct mode mode_event = {
    .name = "event",
    .summary = "a state machine per task, called back by an event loop in one thread",
    .workers = MODE_WORKERS_ONE,
    .inner = MODE_INNER_STEPS,
    .unsupported = event_unsupported,
    .launch = event_launch,
};
