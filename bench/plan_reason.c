#include "bench/plan_reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/plan_cell.h"

struct remedies {
    char *text;
    size_t size;
    bool any;
};

static void remedy(struct remedies *said, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void remedy(struct remedies *said, const char *format, ...)
{
    size_t used = strlen(said->text);
    va_list values;
    used += (size_t)snprintf(said->text + used, said->size - used, said->any ? ", or " : ": ");
    va_start(values, format);
    if (used < said->size) {
        vsnprintf(said->text + used, said->size - used, format, values);
    }
    va_end(values);
    said->any = true;
}

static uint64_t ceil_over(uint64_t number, uint64_t by)
{
    return (number + by - 1) / by;
}

static void more_at_once(struct remedies *said, const struct cell *cell)
{
    const struct mode *mode = cell->mode;
    const unsigned long long all = cell->together;
    const bool counted = mode->workers != MODE_WORKERS_ONE;
    if (cell->sync && cell->workers < cell->together) {
        remedy(said, "--submit async with --workers %llu", all);
    } else if (cell->sync) {
        remedy(said, "--submit async");
    } else if (counted) {
        remedy(said, "--workers %llu", (unsigned long long)ceil_over(cell->together, cell->width));
    }
    if (mode->inner == MODE_INNER_NONE) {
        return;
    }
    if (mode->inner == MODE_INNER_COROUTINES && cell->wait->calls) {
        remedy(said, "--wait epoll");
    } else {
        remedy(said, "--width %llu", (unsigned long long)ceil_over(cell->together, cell->workers));
    }
}

/* No more of them than run at once, where these then meet; one alone meets nobody. */
static void fewer_tasks(struct remedies *said, const struct cell *cell)
{
    const struct workload *workload = cell->workload;
    const uint64_t tasks = plan_at_once(cell);
    if (tasks > 1 && workload->together(cell->values, tasks) <= tasks) {
        remedy(said, "--tasks %llu", (unsigned long long)tasks);
    }
}

char *plan_reason(const struct cell *cell, char *text, size_t size)
{
    struct remedies said = {.text = text, .size = size};
    if (cell->unsupported == NULL || cell->together == 0) {
        snprintf(text, size, "%s",
                 cell->unsupported ? cell->unsupported
                 : cell->limit     ? cell->limit
                                   : "");
        return text;
    }
    const unsigned long long all = cell->together, some = plan_at_once(cell);
    snprintf(text, size, "%s, so that %llu must run at once, and %llu do%s", cell->unsupported, all,
             some, some == 1 ? "es" : "");
    more_at_once(&said, cell);
    fewer_tasks(&said, cell);
    if (!said.any) {
        remedy(&said, "another mode");
    }
    return text;
}
