#include "bench/ending.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/report/plain.h"
#include "bench/report/plot.h"
#include "bench/report/warnings.h"
#include "bench/say.h"

void ending_warnings(const struct cell_table *table, const json_t *facts)
{
    struct warning *list = NULL;
    size_t count = 0;
    if (warnings_collect(table, facts, &list, &count) != 0) {
        say("no memory for the warnings");
        return;
    }
    warnings_print(stderr, list, count);
    free(list);
}

static void ending_note(const char *line)
{
    say("%s", line);
}

/* The folder may have been moved or closed to us since the last row was written. */
static int ending_find(const struct record *record)
{
    char path[sizeof record->folder + sizeof "/timings.csv"];
    snprintf(path, sizeof path, "%s/timings.csv", record->folder);
    if (access(path, R_OK) == 0) {
        return 0;
    }
    const int code = -errno;
    say("%s cannot be read any more: %s; was its folder moved, or its mode changed?", path,
        strerror(-code));
    return code;
}

int ending_tell(const struct record *record, const char *what, bool quiet, bool interrupted)
{
    char folder[sizeof record->folder];
    struct error err;
    const int found = record->count > 0 ? ending_find(record) : 0;
    if (record->count > 0 && found == 0 && !interrupted &&
        plot_folder(record->folder, quiet ? NULL : ending_note, &err) != 0) {
        say("no charts: %s", err.text);
    }
    printf("Results: %s\n", plain_text(folder, sizeof folder, record->folder));
    if (fflush(stdout) != 0) {
        const int code = -errno;
        say("the %s could not be written: %s", what, strerror(-code));
        return code;
    }
    return found;
}
