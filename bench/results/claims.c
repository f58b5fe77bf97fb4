#include "bench/results/claims.h"

#include "bench/results/csv_table.h"

enum { CLAIM_TEXT = 4096, CLAIM_ROWS = 1000 };

#define TEXT(field, most, summary)  COLUMN_OF_TEXT(claim_row, field, most, summary)
#define COUNT(field, unit, summary) COLUMN(claim_row, field, COLUMN_COUNT, unit, summary)

static const struct column columns[] = {
    COUNT(schema, "version", "version of this file's layout, 1"),
    TEXT(run, TEXT_RUN, "name of the result folder when it was made"),
    TEXT(suite, TEXT_NAME, "name of the suite"),
    TEXT(id, TEXT_NAME, "the claim's name"),
    TEXT(claim, CLAIM_TEXT, "the claim"),
    TEXT(verdict, TEXT_NAME, "holds, does not hold, or cannot be tested here"),
    TEXT(measured, CLAIM_TEXT, "the figures by which it was judged, joined by ;"),
    TEXT(reason, CLAIM_TEXT, "why it does not hold or cannot be tested, off where it holds"),
    TEXT(commands, 4 * CLAIM_TEXT, "what was run, as command lines of bench joined by ;"),
    COLUMN(claim_row, full, COLUMN_FLAG, "0 or 1", "1 for the notes' own sizes"),
    COUNT(runs, "blocks", "measured blocks that were asked for"),
    COUNT(cores, "cores", "usable cores of the machine"),
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const struct column_info *claims_column(size_t index)
{
    return index < COLUMNS ? &columns[index].info : NULL;
}

int claims_write(const char *folder, const struct claim_row *rows, size_t count, struct error *err)
{
    return csv_table_write(folder, "claims.csv", columns, COLUMNS, rows, count, sizeof *rows, err);
}

int claims_read(const char *folder, struct texts *texts, struct claim_row **rows, size_t *count,
                struct error *err)
{
    void *records = NULL;
    int code = csv_table_read(folder, "claims.csv", columns, COLUMNS, sizeof **rows, CLAIM_ROWS,
                              texts, &records, count, err);
    *rows = records;
    return code;
}
