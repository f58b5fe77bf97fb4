/*
 * bare_chain ROUNDS TASKS: the work of TASKS tasks of the workload cpu as independent
 * programs: one process bound to each usable core runs its share one after the other.
 * Timed from the moment that they are let go, all standing ready, to the last one's end: what a
 * mode pays for making its workers, they do not.
 */
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/perf/perf.h"
#include "workloads/chain.h"

struct finish {
    _Alignas(64) uint64_t end_ns;
    uint64_t x;
};

static void run_share(int core, int gate, uint64_t rounds, uint64_t tasks, struct finish *finish)
{
    cpu_set_t set;
    char byte;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0 || read(gate, &byte, 1) != 0) {
        _exit(1);
    }
    for (uint64_t i = 0; i < tasks; i++) {
        finish->x ^= chain_run(i + (uint64_t)core, rounds);
    }
    finish->end_ns = perf_now_ns();
    _exit(0);
}

int main(int count, char **arguments)
{
    uint64_t rounds = perf_number(count, arguments, 1);
    uint64_t tasks = perf_number(count, arguments, 2);
    int gate[2], cores = 0, status;
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0 || pipe(gate) != 0) {
        perf_fail("the usable cores cannot be read, or no pipe can be made");
    }
    uint64_t parts = (uint64_t)CPU_COUNT(&usable), last = 0;
    struct finish *finishes = mmap(NULL, parts * sizeof *finishes, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (finishes == MAP_FAILED) {
        perf_fail("no memory to share with the programs");
    }
    for (uint64_t part = 0; part < parts; cores++) {
        if (CPU_ISSET((size_t)cores, &usable)) {
            uint64_t share = tasks / parts + (part < tasks % parts);
            if (fork() == 0) {
                close(gate[1]);
                run_share(cores, gate[0], rounds, share, &finishes[part]);
            }
            part++;
        }
    }
    close(gate[0]);
    usleep(20000); /* they stand at the gate by then; a late one only adds to this side's time */
    uint64_t start = perf_now_ns();
    close(gate[1]); /* the end of the file lets all of them go */
    for (uint64_t part = 0; part < parts; part++) {
        if (wait(&status) < 0 || status != 0) {
            perf_fail("one of the programs failed");
        }
    }
    for (uint64_t part = 0; part < parts; part++) {
        last = finishes[part].end_ns > last ? finishes[part].end_ns : last;
    }
    perf_print(start, last);
    return 0;
}
