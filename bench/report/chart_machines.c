#include "bench/report/chart.h"

const struct chart chart_machines = {
    .name = "machines",
    .what = "machines compared",
    .several = true,
};
