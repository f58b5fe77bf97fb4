#include "bench/schedule/schedule.h"

#include <stdio.h>

#include "bench/util/units.h"

const char *const schedule_names[] = {"fcfs", "sjf", "priority", "lifo", "rr", "mlfq", NULL};

bool schedule_equal(const struct schedule *a, const struct schedule *b)
{
    return a->kind == b->kind && a->slice_ns == b->slice_ns && a->levels == b->levels &&
           a->boost_ns == b->boost_ns;
}

char *schedule_text(const struct schedule *schedule, char *text, size_t size)
{
    char slice[32], boost[32];
    units_exact_time(slice, sizeof slice, schedule->slice_ns);
    switch (schedule->kind) {
    case SCHEDULE_OFF:
        snprintf(text, size, "off");
        break;
    case SCHEDULE_RR:
        snprintf(text, size, "rr;slice=%s", slice);
        break;
    case SCHEDULE_MLFQ:
        snprintf(text, size, "mlfq;levels=%llu;slice=%s;boost=%s",
                 (unsigned long long)schedule->levels, slice,
                 schedule->boost_ns == 0
                     ? "off"
                     : units_exact_time(boost, sizeof boost, schedule->boost_ns));
        break;
    case SCHEDULE_GIL:
        snprintf(text, size, "gil;interval=%s", slice);
        break;
    default:
        snprintf(text, size, "%s", schedule_names[schedule->kind - SCHEDULE_FCFS]);
    }
    return text;
}
