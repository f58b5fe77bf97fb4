#include "bench/plan_table.h"

#include "bench/util/units.h"

int plan_table_print(FILE *out, const struct plan *plan)
{
    char params[TEXT_PARAMS], time[32];
    fprintf(out, "%-10s %-14s %8s %10s %10s  %s\n", "workload", "mode", "workers", "tasks",
            "estimate", "parameters");
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        fprintf(
            out, "%-10s %-14s %8llu %10llu %10s  %s%s%s%s\n", cell->workload->name,
            cell->mode->name, (unsigned long long)cell->workers, (unsigned long long)cell->tasks,
            units_human_time(time, sizeof time, (double)cell->estimate_ns),
            plan_params(cell, params, sizeof params), cell->baseline ? " (baseline)" : "",
            cell->unsupported ? " unsupported: " : "", cell->unsupported ? cell->unsupported : "");
    }
    fprintf(out,
            "\n%zu cell%s, each in %llu warm-up and %llu measured blocks, in an order drawn from "
            "seed %llu;\nworkers are %s; %llu usable cores; about %s in all.\n",
            plan->count, plan->count == 1 ? "" : "s", (unsigned long long)plan->warmup,
            (unsigned long long)plan->runs, (unsigned long long)plan->seed,
            plan->pin == PIN_NONE ? "not pinned"
            : plan->simulated     ? "pinned in simulation only"
                                  : "pinned",
            (unsigned long long)plan->cores,
            units_human_time(time, sizeof time, (double)plan_estimate_ns(plan)));
    return fflush(out) == 0 ? 0 : 1;
}
