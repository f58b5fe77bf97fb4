/* What is too short to be drawn is put together with what stands next to it. */
#include <stdbool.h>

#include "bench/report/lanes.h"

/* Of the summed times and states, `part` of a whole of `length`. What is taken is what the other
 * bar loses, so that no time is lost. */
static void lanes_move_time(struct lane_bar *to, struct lane_bar *from, uint64_t part,
                            uint64_t length)
{
    const double share = part == length ? 1 : (double)part / (double)length;
    const uint64_t filled =
        part == length ? from->filled_ns : (uint64_t)((double)from->filled_ns * share);
    const double running = from->running_ns * share, ready = from->ready_ns * share;
    const double blocked = from->blocked_ns * share;
    to->filled_ns += filled;
    to->running_ns += running;
    to->ready_ns += ready;
    to->blocked_ns += blocked;
    from->filled_ns -= filled;
    from->running_ns -= running;
    from->ready_ns -= ready;
    from->blocked_ns -= blocked;
}

static uint64_t lanes_length(const struct lane_bar *bar)
{
    return bar->to_ns - bar->from_ns;
}

/* The bar takes of the next one what it lacks of a step, or all of it where less than a step would
 * be left. Whether that is all. */
static bool lanes_take_next(struct lane_bar *bar, struct lane_bar *next, uint64_t step_ns)
{
    const uint64_t length = lanes_length(next), least = bar->from_ns + step_ns;
    const bool all = length < step_ns || next->to_ns - least < step_ns;
    const uint64_t part = all ? length : least - next->from_ns;
    lanes_move_time(bar, next, part, length);
    bar->parts += all ? next->parts : 1;
    bar->tasks += all ? next->tasks : 0;
    bar->ends = all && next->ends;
    bar->to_ns = next->from_ns = next->from_ns + part;
    next->queued_ns = next->from_ns;
    return all;
}

/* The same of the bar before it, whose task, if one ends with it, now ends within this one. */
static bool lanes_take_last(struct lane_bar *bar, struct lane_bar *last, uint64_t step_ns)
{
    const uint64_t length = lanes_length(last), most = bar->to_ns - step_ns;
    const bool all = most - last->from_ns < step_ns;
    const uint64_t part = all ? length : last->to_ns - most;
    lanes_move_time(bar, last, part, length);
    bar->parts += all ? last->parts : 1;
    bar->tasks += last->tasks;
    last->tasks = 0;
    last->ends = false;
    bar->from_ns = last->to_ns = last->to_ns - part;
    bar->queued_ns = all ? last->queued_ns : bar->from_ns;
    return all;
}

/* The last bar of `count` is short, and nothing follows that it could be joined with. Returns how
 * many bars are left. */
static size_t lanes_settle(struct lane_bar *bars, size_t count, uint64_t step_ns)
{
    struct lane_bar *bar = &bars[count - 1], *last = bar - 1;
    if (count < 2 || last->lane != bar->lane || lanes_length(bar) >= step_ns ||
        lanes_length(last) < step_ns || bar->to_ns - last->to_ns >= step_ns)
        return count;
    if (!lanes_take_last(bar, last, step_ns))
        return count;
    *last = *bar;
    return count - 1;
}

/* Whether a bar can be joined with the next one. */
static bool lanes_join(const struct lane_bar *bar, const struct lane_bar *next, uint64_t step_ns)
{
    const bool close = lanes_length(next) < step_ns ? next->from_ns - bar->to_ns < step_ns
                                                    : next->from_ns - bar->from_ns < step_ns;
    return bar->lane == next->lane && lanes_length(bar) < step_ns && close;
}

static void lanes_merge_step(struct lanes *lanes, uint64_t step_ns)
{
    struct lane_bar *bars = lanes->bars;
    size_t kept = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane_bar next = bars[i];
        /* The end of a task stays with that task, where it has a part that is long enough. */
        if (kept > 1 && bars[kept - 1].tasks > 0 && bars[kept - 2].tasks == 0 &&
            bars[kept - 2].to_ns == bars[kept - 1].from_ns)
            kept = lanes_settle(bars, kept, step_ns);
        if (kept > 0 && lanes_join(&bars[kept - 1], &next, step_ns)) {
            if (lanes_take_next(&bars[kept - 1], &next, step_ns))
                continue;
        } else if (kept > 0) {
            kept = lanes_settle(bars, kept, step_ns);
        }
        bars[kept++] = next;
    }
    lanes->count = kept > 0 ? lanes_settle(bars, kept, step_ns) : 0;
}

void lanes_merge(struct lanes *lanes, uint64_t least_ns, size_t most)
{
    uint64_t step = least_ns > 0 ? least_ns : 1;
    lanes_merge_step(lanes, step);
    while (lanes->count > most && step <= lanes->end_ns && step <= UINT64_MAX / 2) {
        step *= 2;
        lanes_merge_step(lanes, step);
    }
}
