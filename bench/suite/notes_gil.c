/* notes_gil.c - claims of the teaching notes about the interpreter lock of CPython. */
#include "bench/suite/finding.h"

#define SERIAL  ((struct way){.mode = "serial"})
#define GIL     ((struct way){.mode = "thread-gil"})
#define PROCESS ((struct way){.mode = "process"})

/* One core is what one worker at a time has. */
static void check_c12(struct finding *finding)
{
    const struct way alone = {.mode = "process", .scene = 1};
    finding_tell(finding, "serial", SERIAL, &figure_wall);
    finding_ratio(finding, "threads under a GIL / serial", GIL, SERIAL, &figure_wall, AT_LEAST,
                  0.95);
    finding_ratio(finding, "processes one at a time / serial", alone, SERIAL, &figure_wall,
                  AT_LEAST, 0.98);
    if (finding->cores < 2) {
        finding_cannot(finding, "there is one usable core");
        return;
    }
    finding_ratio(finding, "processes / serial", PROCESS, SERIAL, &figure_wall, AT_MOST, 0.75);
    finding_ratio(finding, "threads without a GIL / serial", (struct way){.mode = "thread"}, SERIAL,
                  &figure_wall, AT_MOST, 0.75);
}

extern const struct claim notes_c12;
const struct claim notes_c12 = {
    .id = "C12",
    .text = "Under the GIL, threads cannot use several cores for computing, processes can; on one "
            "core processes only cost more",
    .scenes = {{"--workload cpu --mode serial,thread-gil,process,thread --tasks 4",
                "--set cpu.rounds=20000000", "--set cpu.rounds=8000000000"},
               {"--workload cpu --mode process --workers 1 --tasks 4", "--set cpu.rounds=20000000",
                "--set cpu.rounds=8000000000"}},
    .check = check_c12,
    .interpreter = true,
};

static void check_c14(struct finding *finding)
{
    const struct way none = {.mode = "thread-gil", .param = "kind=none"};
    const struct way mutex = {.mode = "thread-gil", .param = "kind=mutex"};
    const double tasks = finding_tasks(finding, mutex);
    const double wait = finding_param(finding, mutex, "wait");
    finding_add(finding, "%.0f updates", tasks);
    finding_right(finding, "with a lock", mutex);
    finding_always(finding, "lost without a lock", none, &figure_lost, 1, tasks);
    finding_always(finding, "with one", mutex, &figure_lost, 0, 0);
    finding_limit(finding, "wall time without", none, &figure_wall, AT_MOST, tasks * wait / 2);
    finding_limit(finding, "with one", mutex, &figure_wall, AT_LEAST, 0.98 * tasks * wait);
}

extern const struct claim notes_c14;
const struct claim notes_c14 = {
    .id = "C14",
    .text = "The GIL is released on IO, so a user lock is still needed and the GIL holder may wait "
            "for it",
    .scenes = {{"--workload lock --mode thread-gil --set lock.kind=none,mutex --set "
                "lock.variant=file --set lock.updates=1 --set lock.hold=0 --set lock.outside=0",
                "--tasks 20 --set lock.wait=10ms", "--tasks 100 --set lock.wait=100ms"}},
    .check = check_c14,
    .interpreter = true,
};
