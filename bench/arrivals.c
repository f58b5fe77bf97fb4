#include "bench/arrivals.h"

#include "bench/util/arrivals.h"

void arrivals_fill(struct task_record *tasks, uint64_t count, uint64_t rate, bool poisson,
                   uint64_t seed)
{
    struct arrivals arrivals;
    arrivals_init(&arrivals, rate, poisson, seed);
    for (uint64_t i = 0; i < count; i++) {
        tasks[i].queued_ns = arrivals_next(&arrivals);
    }
}
