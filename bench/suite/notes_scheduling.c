/* notes_scheduling.c - claims of the teaching notes about who runs when. */
#include "bench/suite/finding.h"

/* Threads that hand one lock on are what a time slice can be set for: with a short one it is handed
 * on often. Coroutines switch so cheaply that it is told but not judged. The same computing with
 * waits in between is what losing the CPU to IO costs. */
static void check_c2(struct finding *finding)
{
    const struct way slow = {.mode = "thread-gil"}, fast = {.mode = "thread-gil", .scene = 1};
    const struct way waits = {.mode = "thread", .scene = 2};
    const struct way alone = {.mode = "thread", .scene = 3};
    const struct way sliced = {.mode = "coroutine", .schedule = "rr", .scene = 4};
    const struct way whole = {.mode = "coroutine", .schedule = "fcfs", .scene = 4};
    finding_ratio(finding, "CPU time in slices of 10 us / of 5 ms", fast, slow, &figure_cpu,
                  AT_LEAST, 1.02);
    finding_tell_ratio(finding, "coroutines in slices / without", sliced, whole, &figure_cpu);
    finding_ratio(finding, "with waits / without", waits, alone, &figure_cpu, AT_MOST, 1.05);
}

extern const struct claim notes_c2;
const struct claim notes_c2 = {
    .id = "C2",
    .text = "Losing the CPU to IO costs a program nothing; losing it to the time slice costs it "
            "switching time on top of its own",
    .scenes = {{"--workload cpu --mode thread-gil --switch-interval 5ms --tasks 4",
                "--set cpu.rounds=20000000", "--set cpu.rounds=2000000000"},
               {"--workload cpu --mode thread-gil --switch-interval 10us --tasks 4",
                "--set cpu.rounds=20000000", "--set cpu.rounds=2000000000"},
               {"--workload mixed --mode thread --tasks 8 --set mixed.share=50",
                "--set mixed.total=40ms", "--set mixed.total=4s"},
               {"--workload mixed --mode thread --tasks 8 --set mixed.share=0",
                "--set mixed.total=20ms", "--set mixed.total=2s"},
               {"--workload cpu --mode coroutine --schedule fcfs,rr --slice 10us --tasks 8",
                "--set cpu.rounds=16000000", "--set cpu.rounds=1600000000"}},
    .check = check_c2,
};

/* Four jobs of 20 units among twelve of 2, a long one first. */
static void check_c3(struct finding *finding)
{
    const struct way fcfs = {.mode = "coroutine", .schedule = "fcfs"};
    const struct way sjf = {.mode = "coroutine", .schedule = "sjf"};
    const struct way rr = {.mode = "coroutine", .schedule = "rr"};
    const struct way mlfq = {.mode = "coroutine", .schedule = "mlfq"};
    finding_tell(finding, "turnaround of short ones with fcfs", fcfs, &figure_short_turnaround);
    finding_tell(finding, "of long ones", fcfs, &figure_long_turnaround);
    finding_ratio(finding, "short ones, sjf / fcfs", sjf, fcfs, &figure_short_turnaround, AT_MOST,
                  0.5);
    finding_ratio(finding, "long ones, sjf / fcfs", sjf, fcfs, &figure_long_turnaround, AT_LEAST,
                  1.05);
    finding_ratio(finding, "short ones, rr / fcfs", rr, fcfs, &figure_short_turnaround, AT_MOST,
                  0.5);
    finding_ratio(finding, "short ones, mlfq / fcfs", mlfq, fcfs, &figure_short_turnaround, AT_MOST,
                  0.5);
    finding_ratio(finding, "long ones, mlfq / fcfs", mlfq, fcfs, &figure_long_turnaround, AT_MOST,
                  2);
}

extern const struct claim notes_c3;
const struct claim notes_c3 = {
    .id = "C3",
    .text = "First-come-first-served favours long jobs, shortest-job-first favours short ones; "
            "round robin with multilevel feedback queues balances them",
    .scenes = {{"--workload jobs --mode coroutine --schedule fcfs,sjf,rr,mlfq --tasks 16 --set "
                "jobs.lengths=list --set jobs.list=20:2:2:2",
                "--set jobs.unit=1ms --slice 2ms", "--set jobs.unit=50ms --slice 100ms"}},
    .check = check_c3,
};

static void check_c4(struct finding *finding)
{
    const struct way computing = {.mode = "thread"}, waiting = {.mode = "thread", .scene = 1};
    finding_limit(finding, "running or ready while computing", computing, &figure_unblocked_share,
                  AT_LEAST, 0.9);
    finding_limit(finding, "blocked while sleeping", waiting, &figure_blocked_share, AT_LEAST, 0.9);
}

extern const struct claim notes_c4;
const struct claim notes_c4 = {
    .id = "C4",
    .text = "A task is always ready, running or blocked; ideal code moves between ready and "
            "running only",
    .scenes = {{"--workload cpu --mode thread --tasks 8", "--set cpu.rounds=16000000",
                "--set cpu.rounds=160000000"},
               {"--workload sleep --mode thread --tasks 8", "--set sleep.duration=20ms",
                "--set sleep.duration=1s"}},
    .check = check_c4,
};

static void check_c23(struct finding *finding)
{
    const struct way one = {.mode = "coroutine"}, many = {.mode = "process"};
    const struct way coroutines = {.mode = "process-coroutine"},
                     threads = {.mode = "process-thread"};
    if (finding->cores < 2) {
        finding_cannot(finding, "there is one usable core");
        return;
    }
    finding_tell(finding, "processes with coroutines", coroutines, &figure_wall);
    finding_tell(finding, "processes with threads", threads, &figure_wall);
    finding_ratio(finding, "with coroutines / one process with coroutines", coroutines, one,
                  &figure_wall, AT_MOST, 0.75);
    finding_ratio(finding, "/ a process per task", coroutines, many, &figure_wall, AT_MOST, 1.02);
    finding_memory(finding, "memory", coroutines, many, AT_MOST, 0.8);
    finding_ratio(finding, "with threads / a process per task", threads, many, &figure_wall,
                  AT_MOST, 1.02);
    finding_memory(finding, "memory", threads, many, AT_MOST, 0.8);
}

extern const struct claim notes_c23;
const struct claim notes_c23 = {
    .id = "C23",
    .text = "Several processes, each with threads or coroutines inside, use the cores and save "
            "resources: the ideal",
    .scenes = {{"--workload mixed --mode coroutine,process,process-coroutine,process-thread "
                "--tasks 64",
                "--set mixed.total=10ms", "--set mixed.total=100ms"}},
    .check = check_c23,
};
