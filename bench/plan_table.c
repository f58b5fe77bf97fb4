#include "bench/plan_table.h"

#include <string.h>

#include "bench/plan_reason.h"
#include "bench/util/units.h"

static void print_runs(FILE *out, const struct plan *plan)
{
    char pause[32];
    if (plan->precision > 0) {
        fprintf(out, "%llu to %llu measured blocks,\nuntil its median is known to +-%g%%",
                (unsigned long long)plan->min_runs, (unsigned long long)plan->max_runs,
                100 * plan->precision);
    } else {
        fprintf(out, "%llu measured blocks", (unsigned long long)plan->max_runs);
    }
    if (plan->invocations > 1) {
        fprintf(out, ", in %llu invocations %s apart", (unsigned long long)plan->invocations,
                units_human_time(pause, sizeof pause, (double)plan->pause_ns));
    }
}

/* Of the column that names schedules; 0 where no cell has one. */
static int schedule_width(const struct plan *plan)
{
    size_t width = 0;
    for (size_t i = 0; i < plan->count; i++) {
        char text[SCHEDULE_TEXT];
        size_t length = strlen(schedule_text(&plan->cells[i].schedule, text, sizeof text)) + 2;
        if (plan->cells[i].schedule.kind != SCHEDULE_OFF && length > width) {
            width = length;
        }
    }
    return (int)(width > 0 && width < sizeof "schedule" + 1 ? sizeof "schedule" + 1 : width);
}

int plan_table_print(FILE *out, const struct plan *plan)
{
    char params[TEXT_PARAMS], reason[TEXT_REASON], time[32], schedule[SCHEDULE_TEXT];
    const int wide = schedule_width(plan);
    fprintf(out, "%-10s %-17s %-8s %8s %10s %10s  %-*s%s\n", "workload", "mode", "wait", "workers",
            "tasks", "estimate", wide, wide > 0 ? "schedule" : "", "parameters");
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        schedule_text(&cell->schedule, schedule, sizeof schedule);
        fprintf(out, "%-10s %-17s %-8s %8llu %10llu %10s  %-*s%s%s%s%s\n", cell->workload->name,
                cell->mode->name, cell->wait->name, (unsigned long long)cell->workers,
                (unsigned long long)cell->tasks,
                units_human_time(time, sizeof time, (double)cell->estimate_ns), wide,
                wide > 0 ? schedule : "", plan_params(cell, params, sizeof params),
                cell->baseline    ? " (baseline)"
                : cell->reference ? " (reference)"
                                  : "",
                cell->unsupported ? " unsupported: "
                : cell->limit     ? " skipped: "
                                  : "",
                plan_reason(cell, reason, sizeof reason));
    }
    const bool reference = plan->count > 0 && plan->cells[plan->count - 1].reference;
    const size_t cells = plan->count - reference;
    fprintf(out, "\n%zu cell%s%s, each in %llu warm-up and ", cells, cells == 1 ? "" : "s",
            reference ? " and the reference cell" : "", (unsigned long long)plan->warmup);
    print_runs(out, plan);
    fprintf(out, ", in an order drawn from seed %llu;\nworkers are %s; %llu usable cores; about %s",
            (unsigned long long)plan->seed,
            plan->pin == PIN_NONE ? "not pinned"
            : plan->simulated     ? "pinned in simulation only"
                                  : "pinned",
            (unsigned long long)plan->cores,
            units_human_time(time, sizeof time, (double)plan_estimate_ns(plan, plan->min_runs)));
    if (plan->max_runs > plan->min_runs) {
        fprintf(
            out, " to %s",
            units_human_time(time, sizeof time, (double)plan_estimate_ns(plan, plan->max_runs)));
    }
    fputs(" in all.\n", out);
    return fflush(out) == 0 ? 0 : 1;
}
