#include "bench/plan_clamp.h"

#include "bench/plan_cell.h"
#include "bench/plan_limits.h"

static uint64_t power_below(uint64_t number)
{
    uint64_t power = 1;
    while (power <= (number - 1) / 2) {
        power *= 2;
    }
    return power;
}

static bool fits(const struct cell *cell, const char *root)
{
    struct limits_need need;
    char reason[TEXT_REASON];
    plan_need(cell, &need);
    return limits_check(&need, root, reason, sizeof reason) == 0;
}

/* With *number (workers, or the options' width) at a power of two below what it is. */
static bool lower(struct cell *cell, struct options *options, uint64_t *number, uint64_t from,
                  uint64_t cores, const char *root)
{
    for (uint64_t power = power_below(from); from > 1; power /= 2) {
        *number = power;
        plan_settle(cell, options, cores);
        if (fits(cell, root)) {
            return true;
        }
        if (power == 1) {
            break;
        }
    }
    return false;
}

bool plan_clamp(struct cell *cell, const struct options *options, uint64_t cores, const char *root)
{
    const struct cell former = *cell;
    struct options narrower = *options;
    if (lower(cell, &narrower, &narrower.width, cell->width, cores, root) ||
        (cell->mode->workers != MODE_WORKERS_ONE &&
         lower(cell, &narrower, &cell->workers, cell->workers, cores, root))) {
        return true;
    }
    *cell = former;
    return false;
}
