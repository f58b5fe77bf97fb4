#include "bench/suite/finding.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/suite/finding_internal.h"
#include "bench/util/units.h"

const char *const claim_verdicts[] = {[CLAIM_HOLDS] = "holds",
                                      [CLAIM_FAILS] = "does not hold",
                                      [CLAIM_UNTESTED] = "cannot be tested here"};

void finding_start(struct finding *finding, const struct cell_table *table,
                   const struct plan *scenes, size_t scene_count, size_t cores)
{
    *finding = (struct finding){.table = table,
                                .scenes = scenes,
                                .scene_count = scene_count,
                                .cores = cores,
                                .verdict = CLAIM_HOLDS};
}

/* --- what is told --- */

/* Appends one more part; what does not fit is cut. */
__attribute__((format(printf, 2, 0))) static void put(char *text, const char *format,
                                                      va_list arguments)
{
    const size_t used = strlen(text);
    const size_t from = used > 0 && used + 2 < FINDING_TEXT ? used + 2 : used;
    vsnprintf(text + from, FINDING_TEXT - from, format, arguments);
    if (from > used) {
        memcpy(text + used, "; ", 2);
    }
}

/* The same, but for what was said before: several conditions can lack one cell. */
__attribute__((format(printf, 2, 0))) static void put_once(char *text, const char *format,
                                                           va_list arguments)
{
    char part[FINDING_TEXT];
    vsnprintf(part, sizeof part, format, arguments);
    if (!strstr(text, part)) {
        const size_t used = strlen(text);
        snprintf(text + used, FINDING_TEXT - used, "%s%s", used > 0 ? "; " : "", part);
    }
}

void finding_add(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(finding->measured, format, arguments);
    va_end(arguments);
}

/* A verdict of more weight takes the place of the reasons so far. */
static bool reaches(struct finding *finding, enum claim_verdict verdict)
{
    if (finding->verdict == CLAIM_FAILS && verdict != CLAIM_FAILS) {
        return false;
    }
    if (finding->verdict != verdict) {
        finding->reason[0] = '\0';
    }
    finding->verdict = verdict;
    return true;
}

void finding_cannot(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (reaches(finding, CLAIM_UNTESTED)) {
        put_once(finding->reason, format, arguments);
    }
    va_end(arguments);
}

void finding_fails(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (reaches(finding, CLAIM_FAILS)) {
        put_once(finding->reason, format, arguments);
    }
    va_end(arguments);
}

char *finding_number_text(char *text, size_t size, const struct figure *figure, double value)
{
    if (figure && figure->unit == UNIT_TIME) {
        return units_human_time(text, size, value);
    }
    if (figure && figure->unit == UNIT_SIZE) {
        return units_human_size(text, size, value);
    }
    const bool whole = value == floor(value) && fabs(value) < 1e6;
    snprintf(text, size,
             figure && whole              ? "%.0f"
             : value < 10 && value >= 0.1 ? "%.2f"
                                          : "%.3g",
             value);
    return text;
}

/* --- which cell --- */

/* "name=value" as one of the parts between semicolons. */
static bool has_param(const char *params, const char *param)
{
    const size_t length = strlen(param);
    for (const char *at = params; at && *at; at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL) {
        if (strncmp(at, param, length) == 0 && (at[length] == '\0' || at[length] == ';')) {
            return true;
        }
    }
    return false;
}

static bool is_way(const struct cell *cell, const struct way *way)
{
    char params[TEXT_PARAMS], schedule[SCHEDULE_TEXT];
    schedule_text(&cell->schedule, schedule, sizeof schedule);
    return (!way->workload || strcmp(cell->workload->name, way->workload) == 0) &&
           (!way->mode || strcmp(cell->mode->name, way->mode) == 0) &&
           (!way->wait || strcmp(cell->wait->name, way->wait) == 0) &&
           (!way->submit || strcmp(plan_submit(cell), way->submit) == 0) &&
           (!way->schedule || strncmp(schedule, way->schedule, strlen(way->schedule)) == 0) &&
           (!way->param || has_param(plan_params(cell, params, sizeof params), way->param)) &&
           (way->workers == 0 || cell->workers == way->workers);
}

const struct cell *finding_planned(const struct finding *finding, struct way way)
{
    const struct plan *scene =
        way.scene < finding->scene_count ? &finding->scenes[way.scene] : NULL;
    const struct cell *found = NULL;
    for (size_t i = 0; scene && i < scene->count; i++) {
        if (is_way(&scene->cells[i], &way)) {
            if (found) {
                return NULL; /* which one is meant, nobody can know */
            }
            found = &scene->cells[i];
        }
    }
    return found;
}

static const struct cell_figures *measured(const struct finding *finding, const struct cell *cell)
{
    for (size_t g = 0; cell && g < finding->table->count; g++) {
        const struct cell_group *group = &finding->table->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            if (scene_has(cell, group->cells[i].key)) {
                return &group->cells[i];
            }
        }
    }
    return NULL;
}

static const char *way_text(char *text, size_t size, const struct cell *cell)
{
    snprintf(text, size, "%s %s", cell ? cell->workload->name : "scene",
             cell ? cell->mode->name : "");
    return text;
}

/* The cell with rows, whatever came of them, or NULL with the reason. */
const struct cell_figures *finding_any_rows(struct finding *finding, const struct way *way)
{
    char name[64];
    const struct cell *cell = finding_planned(finding, *way);
    const struct cell_figures *figures = measured(finding, cell);
    if (!figures) {
        finding_cannot(finding, "%s was not run", way_text(name, sizeof name, cell));
    }
    return figures;
}

void finding_tell_trouble(struct finding *finding, const struct cell_figures *cell)
{
    const struct timing *row = cell->trouble;
    char reason[TEXT_REASON], count[64] = "";
    if (cell->troubled > 0) {
        snprintf(count, sizeof count, ", %zu of %zu repetitions", cell->troubled, cell->row_count);
    }
    plain_text(reason, sizeof reason, row->reason);
    finding_cannot(finding, "%s %s (%s%s)%s%s", row->workload, row->mode, status_names[row->status],
                   count, strcmp(reason, "off") == 0 ? "" : ": ",
                   strcmp(reason, "off") == 0 ? "" : reason);
}

const struct cell_figures *finding_cell(struct finding *finding, struct way way)
{
    const struct cell_figures *cell = finding_any_rows(finding, &way);
    if (!cell) {
        return NULL;
    }
    /* An interrupt is the user's. All else throws doubt on the repetitions that came out well. */
    if (cell->trouble && cell->trouble->status != STATUS_INTERRUPTED) {
        finding_tell_trouble(finding, cell);
        return NULL;
    }
    if (cell->runs == 0) {
        char name[64];
        finding_cannot(finding, "%s was stopped before it was measured",
                       way_text(name, sizeof name, finding_planned(finding, way)));
        return NULL;
    }
    return cell;
}

double finding_tasks(struct finding *finding, struct way way)
{
    const struct cell *cell = finding_planned(finding, way);
    if (!cell) {
        finding_cannot(finding, "the scene has no such cell");
    }
    return cell ? (double)cell->tasks : (double)NAN;
}

double finding_param(struct finding *finding, struct way way, const char *name)
{
    const struct cell *cell = finding_planned(finding, way);
    for (size_t i = 0; cell && i < cell->workload->param_count; i++) {
        if (strcmp(cell->workload->params[i].name, name) == 0) {
            return (double)cell->values[i];
        }
    }
    finding_cannot(finding, "the scene has no parameter %s", name);
    return (double)NAN;
}

double finding_tell(struct finding *finding, const char *name, struct way way,
                    const struct figure *figure)
{
    char text[48];
    const struct cell_figures *cell = finding_cell(finding, way);
    const double value = cell ? requests_median(cell, figure->row, NULL) : (double)NAN;
    if (cell && isnan(value)) {
        finding_cannot(finding, "the %s of %s %s is unknown", figure->name, cell->key->workload,
                       cell->key->mode);
    } else if (cell && name) {
        finding_add(finding, "%s %s", name, finding_number_text(text, sizeof text, figure, value));
    }
    return value;
}
