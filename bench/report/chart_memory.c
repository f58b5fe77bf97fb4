#include "bench/report/chart.h"

const struct chart chart_memory = {
    .name = "memory",
    .what = "memory against tasks",
};
