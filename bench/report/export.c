/* export.c - what the formats of an export share. */
#include "bench/report/export.h"

#include <time.h>

#include "bench/results/machine_file.h"
#include "bench/util/clock.h"

char *export_started(char *text, size_t size, const struct compared_run *run)
{
    uint64_t first = FIGURE_OFF;
    struct tm utc;
    for (size_t i = 0; i < run->count; i++)
        if (run->rows[i].start_unix_ns < first)
            first = run->rows[i].start_unix_ns;
    const time_t seconds = (time_t)(first / NS_PER_SECOND);
    if (first >= FIGURE_OFF || !gmtime_r(&seconds, &utc) ||
        strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
    return text;
}

const char *export_fact(const struct compared_run *run, const char *path)
{
    return run->machine ? json_string_value(machine_fact(run->machine, path)) : NULL;
}
