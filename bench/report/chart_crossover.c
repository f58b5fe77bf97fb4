#include "bench/report/chart.h"

const struct chart chart_crossover = {
    .name = "crossover",
    .what = "winner by share of waiting and workers",
};
