#include "bench/report/chart.h"

const struct chart chart_states = {
    .name = "states",
    .what = "running, ready and blocked by mode",
};
