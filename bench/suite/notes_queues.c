/* notes_queues.c - claims of the teaching notes about queues. The workload itself finds items that
 * are lost, doubled, changed or out of their order; then its repetitions have a wrong result. */
#include <stdio.h>

#include "bench/suite/finding.h"

static void check_c9(struct finding *finding)
{
    const struct way beside = {.mode = "process", .scene = 1};
    finding_ends(finding, "ended by a sentinel per consumer",
                 (struct way){.mode = "process", .param = "end=sentinels"}, STATUS_OK);
    finding_ends(finding, "by counting", (struct way){.mode = "process", .param = "end=counted"},
                 STATUS_OK);
    finding_tell(finding, "items in a repetition",
                 (struct way){.mode = "process", .param = "end=counted"}, &figure_requests);
    if (finding->cores < 2) {
        finding_add(finding, "one usable core, so side by side was not tested");
        return;
    }
    finding_limit(finding, "CPUs kept busy by 1 producer and 1 consumer", beside, &figure_cpu_share,
                  AT_LEAST, 1.3);
}

extern const struct claim notes_c9;
const struct claim notes_c9 = {
    .id = "C9",
    .text = "Processes exchange data through a queue; producers and consumers are decoupled by it; "
            "ending needs one sentinel per consumer, or a queue that counts tasks done",
    .scenes = {{"--workload queue --mode process --set queue.producers=2 --set queue.consumers=2 "
                "--set queue.end=sentinels,counted",
                "--set queue.items=500", "--set queue.items=100000"},
               {"--workload queue --mode process --set queue.producers=1 --set queue.consumers=1 "
                "--set queue.produce=85000 --set queue.consume=85000",
                "--set queue.items=200", "--set queue.items=20000"}},
    .check = check_c9,
};

static void check_c18(struct finding *finding)
{
    static const char *const orders[] = {"fifo", "lifo", "priority"};
    for (size_t i = 0; i < 3; i++) {
        char param[32];
        snprintf(param, sizeof param, "order=%s", orders[i]);
        finding_ends(finding, orders[i], (struct way){.mode = "thread", .param = param}, STATUS_OK);
    }
}

extern const struct claim notes_c18;
const struct claim notes_c18 = {
    .id = "C18",
    .text = "Queues come as FIFO, LIFO and priority (smallest first)",
    .scenes = {{"--workload queue --mode thread --set queue.order=fifo,lifo,priority",
                "--set queue.items=200", "--set queue.items=10000"}},
    .check = check_c18,
};
