/* figures.c - what claims' conditions are about. */
#include <math.h>

#include "bench/report/requests.h"
#include "bench/suite/finding.h"

#define FIGURE_ROW(id, expression)                   \
    static double row_##id(const struct timing *row) \
    {                                                \
        return expression;                           \
    }
#define FIGURE_OF(id, label, kind, expression) \
    FIGURE_ROW(id, expression)                 \
    const struct figure figure_##id = {label, row_##id, kind};
#define OF(field) cells_figure(row->field)

FIGURE_OF(wall, "wall time", UNIT_TIME, OF(wall_ns))
FIGURE_OF(cpu, "CPU time", UNIT_TIME, OF(user_ns) + OF(sys_ns))
FIGURE_OF(spawn, "time in calls that make workers", UNIT_TIME, OF(spawn_ns))
FIGURE_OF(longest, "longest task", UNIT_TIME, OF(longest_task_ns))
FIGURE_OF(callback, "call-back's delay", UNIT_TIME, OF(callback_ns))
FIGURE_OF(spread, "spread of wake-ups", UNIT_TIME, OF(wake_spread_ns))
FIGURE_OF(latency, "median latency", UNIT_TIME, OF(latency_p50_ns))
FIGURE_OF(cpu_request, "CPU time per request", UNIT_TIME, requests_cpu(row))
/* As in the summary: CPU time is counted until all is reaped. */
FIGURE_OF(cpu_share, "CPUs kept busy", UNIT_COUNT,
          (OF(user_ns) + OF(sys_ns)) / (OF(wall_ns) + OF(join_ns)))
FIGURE_OF(blocked_share, "share of the tasks' time that is blocked", UNIT_COUNT,
          OF(blocked_ns) / (OF(running_ns) + OF(ready_ns) + OF(blocked_ns)))
FIGURE_OF(unblocked_share, "share of the tasks' time that is not blocked", UNIT_COUNT,
          (OF(running_ns) + OF(ready_ns)) / (OF(running_ns) + OF(ready_ns) + OF(blocked_ns)))
FIGURE_OF(short_waiting, "waiting of short tasks", UNIT_TIME, OF(short_waiting_ns))
FIGURE_OF(long_waiting, "waiting of long tasks", UNIT_TIME, OF(long_waiting_ns))
FIGURE_OF(short_turnaround, "turnaround of short tasks", UNIT_TIME, OF(short_turnaround_ns))
FIGURE_OF(long_turnaround, "turnaround of long tasks", UNIT_TIME, OF(long_turnaround_ns))
FIGURE_OF(wall_longest, "wall time over the longest task", UNIT_COUNT,
          OF(wall_ns) / OF(longest_task_ns))
FIGURE_OF(lost, "lost updates", UNIT_COUNT, OF(lost_updates))
FIGURE_OF(inside, "most tasks inside", UNIT_COUNT, OF(peak_inside))
FIGURE_OF(visible, "writes that the parent saw", UNIT_COUNT, OF(visible_writes))
FIGURE_OF(made, "workers made", UNIT_COUNT, OF(workers_made))
FIGURE_OF(alive, "most tasks at once", UNIT_COUNT, OF(peak_alive))
FIGURE_OF(requests, "requests", UNIT_COUNT, OF(requests))
