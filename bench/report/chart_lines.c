#include "bench/report/chart_lines.h"

#include <string.h>

#include "bench/report/plain.h"

size_t chart_lines_named(struct chart_lines *lines, const char *name)
{
    char field[VERDICT_NAME];
    plain_field(field, sizeof field, name);
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->names[i], field) == 0)
            return i + 1;
    if (lines->count == CHART_LINES)
        return 0;
    memcpy(lines->names[lines->count], field, sizeof field);
    return ++lines->count;
}

size_t chart_lines_number(struct chart_lines *lines, const struct cell_group *group,
                          const struct cell_figures *cell)
{
    char name[VERDICT_NAME];
    return chart_lines_named(lines, verdict_name(name, sizeof name, group, cell));
}

const char *chart_lines_name(const struct chart_lines *lines, size_t number)
{
    return lines->names[number - 1];
}
