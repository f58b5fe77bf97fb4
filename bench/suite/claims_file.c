#include "bench/suite/claims_file.h"

#include "bench/suite/suite_file.h"

#define TEXT(field, summary)        COLUMN_OF_TEXT(claim_row, field, 0, summary)
#define COUNT(field, unit, summary) COLUMN(claim_row, field, COLUMN_COUNT, unit, summary)

static const struct column columns[] = {
    COUNT(schema, "version", "version of this file's layout, 1"),
    TEXT(run, "name of the result folder when it was made"),
    TEXT(suite, "name of the suite"),
    TEXT(id, "the claim's name"),
    TEXT(claim, "the claim"),
    TEXT(verdict, "holds, does not hold, or cannot be tested here"),
    TEXT(measured, "the figures by which it was judged, joined by ;"),
    TEXT(reason, "why it does not hold or cannot be tested, off where it holds"),
    TEXT(commands, "what was run, as command lines of bench joined by ;"),
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
    return suite_file_write(folder, "claims.csv", columns, COLUMNS, rows, count, sizeof *rows, err);
}
