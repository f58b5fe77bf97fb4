/* notes_locks.c - claims of the teaching notes about locks, semaphores and events. */
#include <stdio.h>
#include <string.h>

#include "bench/suite/finding.h"

/* Each buyer of a ticket reads what is left in a file, waits, and writes one less. */
static void check_c8(struct finding *finding)
{
    static const char *const modes[] = {"thread", "process"};
    for (size_t i = 0; i < 2; i++) {
        const struct way none = {.mode = modes[i], .param = "kind=none"};
        const struct way mutex = {.mode = modes[i], .param = "kind=mutex"};
        const double tasks = finding_tasks(finding, mutex);
        const double wait = finding_param(finding, mutex, "wait");
        const char *who = i == 0 ? "threads" : "processes";
        char name[64];
        finding_add(finding, "%.0f %s", tasks, who);
        finding_right(finding, "with a lock", mutex);
        snprintf(name, sizeof name, "%s without a lock lose", who);
        finding_always(finding, name, none, &figure_lost, 1, tasks);
        finding_always(finding, "with one", mutex, &figure_lost, 0, 0);
        snprintf(name, sizeof name, "%s take", who);
        finding_limit(finding, name, none, &figure_wall, AT_MOST, tasks * wait / 2);
        snprintf(name, sizeof name, "%s with a lock", who);
        finding_limit(finding, name, mutex, &figure_wall, AT_LEAST, 0.98 * tasks * wait);
    }
}

extern const struct claim notes_c8;
const struct claim notes_c8 = {
    .id = "C8",
    .text = "A mutex turns parallel work serial and keeps the data right; without it, data is lost",
    .scenes = {{"--workload lock --mode thread,process --set lock.kind=none,mutex --set "
                "lock.variant=file --set lock.updates=1 --set lock.hold=0 --set lock.outside=0",
                "--tasks 20 --set lock.wait=10ms", "--tasks 100 --set lock.wait=100ms"}},
    .check = check_c8,
};

/* --- deadlock --- */

static void check_c15(struct finding *finding)
{
    const struct way opposite = {.mode = "thread"};
    const struct way same = {.mode = "thread", .scene = 1};
    const struct way reentrant = {.mode = "thread", .scene = 2};
    finding_ends(finding, "opposite order", opposite, STATUS_DEADLOCK);
    finding_ends(finding, "same order", same, STATUS_OK);
    finding_ends(finding, "one re-entrant lock", reentrant, STATUS_OK);
}

static bool expects_deadlock(const struct timing *row)
{
    return row->status == STATUS_DEADLOCK && strcmp(row->workload, "deadlock") == 0 &&
           strncmp(row->params, "order=opposite;kind=mutex;", 26) == 0;
}

extern const struct claim notes_c15;
const struct claim notes_c15 = {
    .id = "C15",
    .text = "Two locks taken in opposite order deadlock; one re-entrant lock in both places does "
            "not",
    .scenes = {{"--workload deadlock --mode thread --tasks 10 --set deadlock.order=opposite",
                "--set deadlock.hold=50ms", "--set deadlock.hold=1s"},
               {"--workload deadlock --mode thread --tasks 10 --set deadlock.order=same",
                "--set deadlock.hold=5ms", "--set deadlock.hold=1s"},
               {"--workload deadlock --mode thread --tasks 10 --set deadlock.kind=recursive",
                "--set deadlock.hold=5ms", "--set deadlock.hold=1s"}},
    .check = check_c15,
    .expects = expects_deadlock,
};

/* --- semaphores and events --- */

static void check_c16(struct finding *finding)
{
    const struct way thread = {.mode = "thread"};
    const double tasks = finding_tasks(finding, thread);
    const double places = finding_param(finding, thread, "places");
    const double hold = finding_param(finding, thread, "hold");
    finding_add(finding, "%.0f tasks", tasks);
    finding_right(finding, "the semaphore", thread);
    finding_always(finding, "most inside at once", thread, &figure_inside, places, places);
    finding_between(finding, "wall time", thread, &figure_wall, 0.98 * tasks / places * hold,
                    1.25 * tasks / places * hold);
}

extern const struct claim notes_c16;
const struct claim notes_c16 = {
    .id = "C16",
    .text = "A semaphore lets n in at a time",
    .scenes = {{"--workload semaphore --mode thread --tasks 20 --set semaphore.places=5",
                "--set semaphore.hold=25ms", "--set semaphore.hold=3s"}},
    .check = check_c16,
};

/* What waking one thread costs where many are woken, a slow system's share included. */
#define WAKE_NS 250e3

static void check_c17(struct finding *finding)
{
    const struct way thread = {.mode = "thread"};
    const double waiters = finding_tasks(finding, thread) - 1;
    finding_add(finding, "%.0f waiters", waiters);
    finding_right(finding, "the event", thread);
    finding_limit(finding, "from the setting until the last one goes on", thread, &figure_spread,
                  AT_MOST, waiters * WAKE_NS);
    finding_limit(finding, "wall time", thread, &figure_wall, AT_LEAST,
                  finding_param(finding, thread, "delay"));
}

extern const struct claim notes_c17;
const struct claim notes_c17 = {
    .id = "C17",
    .text = "An event releases all its waiters at once",
    .scenes = {{"--workload event --mode thread --tasks 21", "--set event.delay=20ms",
                "--set event.delay=3s"}},
    .check = check_c17,
};
