#include "bench/report/chart.h"

const struct chart chart_latency = {
    .name = "latency",
    .what = "distribution of latencies by mode",
    .tasks = true,
};
