#include "bench/report/chart.h"

const struct chart chart_timeline = {
    .name = "timeline",
    .what = "tasks over time by worker",
    .tasks = true,
};
