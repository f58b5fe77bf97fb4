/* notes_starting.c - claims of the teaching notes about starting threads and processes. */
#include "bench/suite/finding.h"

#define THREAD  ((struct way){.mode = "thread"})
#define PROCESS ((struct way){.mode = "process"})

/* Every task sets a variable of its own program to another value. */
static void check_c6(struct finding *finding)
{
    const double tasks = finding_tasks(finding, THREAD);
    finding_add(finding, "of %.0f tasks' writes the parent saw", tasks);
    finding_always(finding, "threads'", THREAD, &figure_visible, tasks, tasks);
    finding_always(finding, "processes'", PROCESS, &figure_visible, 0, 0);
}

extern const struct claim notes_c6;
const struct claim notes_c6 = {
    .id = "C6",
    .text = "A child process's writes are invisible to its parent; a thread's are visible",
    .scenes = {{"--workload isolation --mode thread,process", "--tasks 8", NULL}},
    .check = check_c6,
};

/* The workload looks at the states of its children by itself, and fails where one is another. */
static void check_c7(struct finding *finding)
{
    const double tasks = finding_tasks(finding, THREAD);
    finding_ends(finding, "a zombie until waited for, then gone; an orphan adopted", THREAD,
                 STATUS_OK);
    finding_add(finding, "%.0f children of each kind in a repetition", tasks);
}

extern const struct claim notes_c7;
const struct claim notes_c7 = {
    .id = "C7",
    .text = "A finished child stays a zombie until it is waited for; a child whose parent died is "
            "adopted",
    .scenes = {{"--workload child --mode thread", "--tasks 8", "--tasks 100"}},
    .check = check_c7,
};

static void check_c10(struct finding *finding)
{
    const struct way thread = {.mode = "thread", .scene = 1};
    const struct way process = {.mode = "process", .scene = 1};
    finding_ratio(finding, "process / thread, calls that start them", PROCESS, THREAD,
                  &figure_spawn, AT_LEAST, 1.5);
    finding_ratio(finding, "from start to join, one by one", process, thread, &figure_wall,
                  AT_LEAST, 2);
}

extern const struct claim notes_c10;
const struct claim notes_c10 = {
    .id = "C10",
    .text = "Starting a thread costs far less than starting a process",
    .scenes = {{"--workload empty --mode thread,process", "--tasks 200", "--tasks 2000"},
               {"--workload empty --mode thread,process --workers 1", "--tasks 100",
                "--tasks 1000"}},
    .check = check_c10,
};

static void check_c13(struct finding *finding)
{
    finding_tell(finding, "threads", THREAD, &figure_wall);
    finding_tell(finding, "processes", PROCESS, &figure_wall);
    finding_ratio(finding, "threads / processes, wall time", THREAD, PROCESS, &figure_wall, AT_MOST,
                  1.05);
    finding_ratio(finding, "CPU time", THREAD, PROCESS, &figure_cpu, AT_MOST, 0.67);
    finding_memory(finding, "memory", THREAD, PROCESS, AT_MOST, 0.67);
}

extern const struct claim notes_c13;
const struct claim notes_c13 = {
    .id = "C13",
    .text = "For IO-bound tasks threads are as fast as processes and cost far less",
    .scenes = {{"--workload sleep --mode thread,process", "--tasks 400 --set sleep.duration=200ms",
                "--tasks 40000 --set sleep.duration=2s"}},
    .check = check_c13,
};
