#include "bench/report/charts.h"

const struct chart *const charts[CHARTS_COUNT] = {
    &chart_wall,   &chart_speedup,   &chart_timeline, &chart_states,    &chart_latency,
    &chart_memory, &chart_crossover, &chart_waiting,  &chart_callbacks, &chart_machines,
};

const char *const charts_names[CHARTS_COUNT + 1] = {
    "wall",      "speedup", "timeline",  "states",   "latency", "memory",
    "crossover", "waiting", "callbacks", "machines", NULL,
};

const char *charts_missing(const struct chart *chart, const struct chart_data *data)
{
    if (chart->several && data->compared_count == 0)
        return "needs two runs or more: bench plot DIR DIR";
    return chart->missing ? chart->missing(data) : NULL;
}
