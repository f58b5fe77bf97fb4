/*
 * chain_once ROUNDS TASKS: the work of TASKS serial tasks of the workload cpu as one program, for
 * tools that time commands.
 */
#include "tests/perf/perf.h"
#include "workloads/chain.h"

int main(int count, char **arguments)
{
    uint64_t rounds = perf_number(count, arguments, 1);
    uint64_t tasks = perf_number(count, arguments, 2);
    uint64_t start = perf_now_ns(), x = 0;
    for (uint64_t i = 0; i < tasks; i++) {
        x ^= chain_run(i, rounds);
    }
    if (x == 0) {
        perf_fail("the chain's result cannot be 0");
    }
    perf_print(start, perf_now_ns());
    return 0;
}
