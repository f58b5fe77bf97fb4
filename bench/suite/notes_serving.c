/* notes_serving.c - claims of the teaching notes about serving TCP clients. */
#include <stdio.h>

#include "bench/suite/finding.h"

#define SERIAL    ((struct way){.mode = "serial"})
#define THREAD    ((struct way){.mode = "thread"})
#define PROCESS   ((struct way){.mode = "process"})
#define COROUTINE ((struct way){.mode = "coroutine"})

static void check_c11(struct finding *finding)
{
    const double clients = finding_param(finding, SERIAL, "connections");
    finding_tell(finding, "one after the other", SERIAL, &figure_wall);
    finding_tell(finding, "threads", THREAD, &figure_wall);
    finding_tell(finding, "processes", PROCESS, &figure_wall);
    finding_ratio(finding, "one after the other / threads", SERIAL, THREAD, &figure_wall, AT_LEAST,
                  clients / 2);
    finding_ratio(finding, "/ processes", SERIAL, PROCESS, &figure_wall, AT_LEAST, clients / 2);
}

extern const struct claim notes_c11;
const struct claim notes_c11 = {
    .id = "C11",
    .text = "A TCP server with a thread (or process) per client serves clients side by side",
    .scenes = {{"--workload tcp --mode serial,thread,process --set tcp.size=1000",
                "--set tcp.connections=8 --set tcp.messages=5 --set tcp.think=10ms",
                "--set tcp.connections=20 --set tcp.messages=20 --set tcp.think=50ms"}},
    .check = check_c11,
};

static void check_c22(struct finding *finding)
{
    const double clients = finding_param(finding, COROUTINE, "connections");
    const double alone =
        finding_param(finding, COROUTINE, "messages") * finding_param(finding, COROUTINE, "think");
    finding_add(finding, "%.0f clients", clients);
    finding_always(finding, "threads", COROUTINE, &figure_made, 1, 1);
    finding_limit(finding, "wall time", COROUTINE, &figure_wall, AT_MOST, clients * alone / 20);
    finding_limit(finding, "CPU time per request", COROUTINE, &figure_cpu_request, AT_MOST, 1e6);
}

extern const struct claim notes_c22;
const struct claim notes_c22 = {
    .id = "C22",
    .text = "One thread with coroutines serves many TCP clients",
    .scenes = {{"--workload tcp --mode coroutine --set tcp.connections=200",
                "--set tcp.messages=10 --set tcp.think=20ms",
                "--set tcp.messages=100 --set tcp.think=20ms"}},
    .check = check_c22,
};

static void check_c25(struct finding *finding)
{
    const struct way thread = {.mode = "thread", .scene = 2};
    const struct way one = {.mode = "serial", .scene = 2};
    const struct way many = {.mode = "coroutine", .scene = 3};
    finding_ratio(finding, "1 client: select / blocking", COROUTINE,
                  (struct way){.mode = "serial", .scene = 1}, &figure_wall, AT_LEAST, 0.98);
    finding_ratio(finding, "many: blocking, one thread / select", one, many, &figure_wall, AT_LEAST,
                  1.5);
    finding_ratio(finding, "blocking, a thread per client / select", thread, many, &figure_wall,
                  AT_LEAST, 1.05);
}

extern const struct claim notes_c25;
const struct claim notes_c25 = {
    .id = "C25",
    .text = "With a single connection, multiplexing (select) is no better than blocking IO; it "
            "pays with many",
    .scenes = {{"--workload tcp --mode coroutine --wait select --set tcp.connections=1",
                "--set tcp.messages=3000", "--set tcp.messages=20000"},
               {"--workload tcp --mode serial --set tcp.connections=1", "--set tcp.messages=3000",
                "--set tcp.messages=20000"},
               {"--workload tcp --mode serial,thread --set tcp.connections=100",
                "--set tcp.messages=50", "--set tcp.messages=1000"},
               {"--workload tcp --mode coroutine --wait select --set tcp.connections=100",
                "--set tcp.messages=50", "--set tcp.messages=1000"}},
    .check = check_c25,
};

/* Latency of one busy client among idle ones over that of one alone. select can watch no
 * descriptor above 1023. */
static void check_c26(struct finding *finding)
{
    static const char *const waits[] = {"select", "poll", "epoll"};
    for (size_t i = 0; i < 3; i++) {
        const struct way alone = {.mode = "event", .wait = waits[i], .param = "idle=0"};
        const struct way among = {.mode = "event", .wait = waits[i], .scene = i == 0 ? 1 : 2};
        char name[64];
        snprintf(name, sizeof name, "%s, among %.0f idle ones / alone", waits[i],
                 finding_param(finding, among, "idle"));
        finding_ratio(finding, name, among, alone, &figure_latency, i < 2 ? AT_LEAST : AT_MOST,
                      i < 2 ? 1.25 : 1.25);
    }
}

extern const struct claim notes_c26;
const struct claim notes_c26 = {
    .id = "C26",
    .text = "select and poll slow down with very many descriptors; epoll does not",
    .scenes = {{"--workload tcp --mode event --wait select,poll,epoll --set tcp.connections=1 "
                "--set tcp.messages=500",
                "", NULL},
               {"--workload tcp --mode event --wait select --set tcp.connections=1 --set "
                "tcp.messages=500 --set tcp.idle=900",
                "", NULL},
               {"--workload tcp --mode event --wait poll,epoll --set tcp.connections=1 --set "
                "tcp.messages=500",
                "--set tcp.idle=4000", "--set tcp.idle=9000"}},
    .check = check_c26,
};

/* Of ways that serve equally well, the one that needs the least CPU time is the most efficient. */
static void check_c27(struct finding *finding)
{
    static const char *const waits[] = {"epoll", "poll", "select"};
    const struct way uring = {.mode = "event", .wait = "uring"};
    finding_tell(finding, "io_uring", uring, &figure_cpu_request);
    for (size_t i = 0; i < 3; i++) {
        char name[48];
        snprintf(name, sizeof name, "io_uring / %s, CPU time per request", waits[i]);
        finding_ratio(finding, name, uring, (struct way){.mode = "event", .wait = waits[i]},
                      &figure_cpu_request, AT_MOST, 1);
    }
    finding_ratio(finding, "io_uring / a blocking thread per client", uring,
                  (struct way){.mode = "thread", .scene = 1}, &figure_cpu_request, AT_MOST, 1);
}

extern const struct claim notes_c27;
const struct claim notes_c27 = {
    .id = "C27",
    .text = "Asynchronous IO is the most efficient model",
    .scenes = {{"--workload tcp --mode event --wait uring,epoll,poll,select --set "
                "tcp.connections=100",
                "--set tcp.messages=200", "--set tcp.messages=2000"},
               {"--workload tcp --mode thread --set tcp.connections=100", "--set tcp.messages=200",
                "--set tcp.messages=2000"}},
    .check = check_c27,
};
