#include "bench/suite/python_file.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/results/csv_table.h"

struct python_record {
    uint64_t schema;
    const char *run, *python, *shape, *mode;
    uint64_t tasks, workers, block, rounds, switch_interval_ns, wall_ns;
    uint64_t lateness_p50_ns, lateness_p99_ns, lateness_max_ns, lost_updates;
};

#define TEXT(field, summary)         COLUMN_OF_TEXT(python_record, field, 0, summary)
#define COUNT(field, unit, summary)  COLUMN(python_record, field, COLUMN_COUNT, unit, summary)
#define FIGURE(field, unit, summary) COLUMN(python_record, field, COLUMN_FIGURE, unit, summary)

static const struct column columns[] = {
    COUNT(schema, "version", "version of this file's layout, 1"),
    TEXT(run, "name of the result folder when it was made"),
    TEXT(python, "the interpreter, and whether its lock is on"),
    TEXT(shape, "what one task does: cpu, sleep, empty, beside, tickets or tickets-nolock"),
    TEXT(mode, "how tasks are made concurrent, in Python's names"),
    COUNT(tasks, "tasks", "tasks of the repetition"),
    COUNT(workers, "workers", "workers at once, at the most"),
    COUNT(block, "number", "block, from 0; a block runs every shape in every mode once"),
    COUNT(rounds, "rounds", "multiplications of a computing task"),
    COUNT(switch_interval_ns, "ns", "the interpreter's switch interval"),
    FIGURE(wall_ns, "ns", "from just before the first worker is made to the end of the last join"),
    FIGURE(lateness_p50_ns, "ns",
           "median time by which a waiting task goes on late beside computing ones; off: no such "
           "task"),
    FIGURE(lateness_p99_ns, "ns", "its 99th percentile"),
    FIGURE(lateness_max_ns, "ns", "its longest"),
    FIGURE(lost_updates, "updates", "changes that others overwrote; off: nothing is shared"),
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const struct column_info *python_column(size_t index)
{
    return index < COLUMNS ? &columns[index].info : NULL;
}

int python_write(const char *folder, const char *run, const struct python *python,
                 struct error *err)
{
    struct python_record *records = calloc(python->count + 1, sizeof *records);
    if (!records) {
        return error_set(err, -ENOMEM, "no memory for python.csv");
    }
    for (size_t i = 0; i < python->count; i++) {
        const struct python_row *row = &python->rows[i];
        records[i] = (struct python_record){.schema = 1,
                                            .run = run,
                                            .python = python->name,
                                            .shape = row->shape,
                                            .mode = row->mode,
                                            .tasks = row->tasks,
                                            .workers = row->workers,
                                            .block = row->block,
                                            .rounds = row->rounds,
                                            .switch_interval_ns = row->switch_ns,
                                            .wall_ns = row->wall_ns,
                                            .lateness_p50_ns = row->lateness_p50_ns,
                                            .lateness_p99_ns = row->lateness_p99_ns,
                                            .lateness_max_ns = row->lateness_max_ns,
                                            .lost_updates = row->lost_updates};
    }
    const int rc = csv_table_write(folder, "python.csv", columns, COLUMNS, records, python->count,
                                   sizeof *records, err);
    free(records);
    return rc;
}
