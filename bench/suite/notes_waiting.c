/* notes_waiting.c - claims of the teaching notes about tasks that mostly wait. */
#include "bench/suite/finding.h"

#define SERIAL    ((struct way){.mode = "serial"})
#define THREAD    ((struct way){.mode = "thread"})
#define COROUTINE ((struct way){.mode = "coroutine"})

/* Jobs of 3, 3 and 4 units: the longest is 4 of the sum of 10. */
static void check_c1(struct finding *finding)
{
    const double unit = finding_param(finding, SERIAL, "unit");
    finding_limit(finding, "one after the other", SERIAL, &figure_wall, AT_LEAST, 9.5 * unit);
    finding_between(finding, "threads", THREAD, &figure_wall, 3.8 * unit, 4.6 * unit);
    finding_between(finding, "coroutines", COROUTINE, &figure_wall, 3.8 * unit, 4.6 * unit);
}

extern const struct claim notes_c1;
const struct claim notes_c1 = {
    .id = "C1",
    .text = "Overlapping jobs that mostly wait takes as long as the longest, not the sum",
    .scenes = {{"--workload jobs --mode serial,thread,coroutine --tasks 3 --set jobs.lengths=list "
                "--set jobs.list=3:3:4 --set jobs.wait=98",
                "--set jobs.unit=30ms", "--set jobs.unit=10s"}},
    .check = check_c1,
};

static void check_c5(struct finding *finding)
{
    const struct way each = {.mode = "process", .scene = 1};
    const double unit = finding_param(finding, each, "unit");
    finding_between(finding, "each joined before the next is started", each, &figure_wall,
                    5.8 * unit, 7 * unit);
    finding_between(finding, "all started, then joined", (struct way){.mode = "process"},
                    &figure_wall, 2.9 * unit, 3.5 * unit);
}

extern const struct claim notes_c5;
const struct claim notes_c5 = {
    .id = "C5",
    .text = "Starting and joining one process at a time gives the sum; starting all and then "
            "joining gives the maximum",
    .scenes = {{"--workload jobs --mode process --tasks 3 --set jobs.lengths=list --set "
                "jobs.list=1:2:3 --set jobs.wait=100",
                "--set jobs.unit=40ms", "--set jobs.unit=1s"},
               {"--workload jobs --mode process --workers 1 --tasks 3 --set jobs.lengths=list "
                "--set jobs.list=1:2:3 --set jobs.wait=100",
                "--set jobs.unit=40ms", "--set jobs.unit=1s"}},
    .check = check_c5,
};

static void check_c21(struct finding *finding)
{
    const struct way parked = {.mode = "coroutine", .wait = "epoll"};
    const struct way blocked = {.mode = "coroutine", .wait = "blocking", .scene = 1};
    const struct way serial = {.mode = "serial", .scene = 1};
    const double one = finding_param(finding, parked, "total");
    const double tasks = finding_tasks(finding, parked);
    finding_tell(finding, "serial", serial, &figure_wall);
    finding_limit(finding, "coroutines on an event loop", parked, &figure_wall, AT_MOST, 1.2 * one);
    finding_limit(finding, "coroutines whose waits block", blocked, &figure_wall, AT_LEAST,
                  0.95 * tasks * one);
    finding_always(finding, "workers made", parked, &figure_made, 1, 1);
}

extern const struct claim notes_c21;
const struct claim notes_c21 = {
    .id = "C21",
    .text = "Coroutines overlap waiting within one thread; switching by hand does not help when "
            "the wait itself blocks",
    .scenes = {{"--workload mixed --mode coroutine --wait epoll --tasks 3 --set "
                "mixed.share=100 --set mixed.alternations=5",
                "--set mixed.total=100ms", "--set mixed.total=1s"},
               {"--workload mixed --mode serial,coroutine --wait blocking --tasks 3 --set "
                "mixed.share=100 "
                "--set mixed.alternations=5",
                "--set mixed.total=100ms", "--set mixed.total=1s"}},
    .check = check_c21,
};

static void check_c24(struct finding *finding)
{
    const struct way busy = {.mode = "coroutine", .wait = "nonblock"};
    const struct way asleep = {.mode = "coroutine", .wait = "epoll"};
    finding_limit(finding, "CPUs kept busy by polling", busy, &figure_cpu_share, AT_LEAST, 0.8);
    finding_limit(finding, "by epoll", asleep, &figure_cpu_share, AT_MOST, 0.2);
}

extern const struct claim notes_c24;
const struct claim notes_c24 = {
    .id = "C24",
    .text = "A non-blocking polling loop keeps the CPU busy doing nothing",
    .scenes = {{"--workload sleep --mode coroutine --wait nonblock,epoll --tasks 20",
                "--set sleep.duration=50ms", "--set sleep.duration=2s"}},
    .check = check_c24,
};
