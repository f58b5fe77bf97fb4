/* notes_pools.c - claims of the teaching notes about pools. */
#include "bench/suite/finding.h"

#define THREAD ((struct way){.mode = "thread"})

static void check_c19(struct finding *finding)
{
    const struct way pool = {.mode = "thread-pool", .scene = 1};
    const double tasks = finding_tasks(finding, pool);
    const double one = finding_param(finding, pool, "duration");
    const double rounds = tasks / 5;
    finding_between(finding, "pool", pool, &figure_wall, 0.98 * rounds * one, 1.1 * rounds * one);
    finding_always(finding, "its workers", pool, &figure_made, 5, 5);
    finding_always(finding, "tasks at once", pool, &figure_alive, 1, 5);
    finding_ratio(finding, "pool / a thread per task", pool, THREAD, &figure_wall, AT_LEAST,
                  rounds / 1.33);
    finding_memory(finding, "memory", pool, THREAD, AT_MOST, 1.02);
}

extern const struct claim notes_c19;
const struct claim notes_c19 = {
    .id = "C19",
    .text = "A pool bounds the resources and costs some speed; its workers are reused, never "
            "recreated",
    .scenes = {{"--workload sleep --mode thread --tasks 20", "--set sleep.duration=50ms",
                "--set sleep.duration=2s"},
               {"--workload sleep --mode thread-pool --workers 5 --tasks 20",
                "--set sleep.duration=50ms", "--set sleep.duration=2s"}},
    .check = check_c19,
};

/* Jobs of 4, 3, 2, 1, 4, 2 and 3 units: the sum is 19, and 5 workers that take them in order are
 * done after 5. */
static void check_c20(struct finding *finding)
{
    const struct way async = {.mode = "thread-pool"};
    const struct way sync = {.mode = "thread-pool", .scene = 1};
    const double unit = finding_param(finding, async, "unit");
    finding_between(finding, "submitted one by one", sync, &figure_wall, 18.5 * unit, 21 * unit);
    finding_between(finding, "submitted all", async, &figure_wall, 4.9 * unit, 5.75 * unit);
    finding_limit(finding, "from a task's end to its call-back", async, &figure_callback, AT_MOST,
                  0.1 * unit);
}

extern const struct claim notes_c20;
const struct claim notes_c20 = {
    .id = "C20",
    .text = "Synchronous submission gives the sum; asynchronous submission keeps all workers busy; "
            "call-backs come at once on completion",
    .scenes = {{"--workload jobs --mode thread-pool --submit async --workers 5 --tasks 7 --set "
                "jobs.lengths=list --set jobs.list=4:3:2:1:4:2:3 --set jobs.wait=100",
                "--set jobs.unit=20ms", "--set jobs.unit=500ms"},
               {"--workload jobs --mode thread-pool --submit sync --workers 5 --tasks 7 --set "
                "jobs.lengths=list --set jobs.list=4:3:2:1:4:2:3 --set jobs.wait=100",
                "--set jobs.unit=20ms", "--set jobs.unit=500ms"}},
    .check = check_c20,
};
