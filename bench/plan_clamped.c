#include "bench/plan_clamped.h"

#include <errno.h>
#include <string.h>

#include "bench/plan_cell.h"
#include "bench/results/machine_file.h"

json_t *plan_clamped_list(const struct plan *plan)
{
    json_t *list = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        if (!cell->clamp) {
            continue;
        }
        list = list ? list : json_array();
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:[I,I], s:[I,I], s:s}", "cell", (json_int_t)i,
                            "workload", cell->workload->name, "mode", cell->mode->name, "workers",
                            (json_int_t)cell->asked_workers, (json_int_t)cell->workers, "width",
                            (json_int_t)cell->asked_width, (json_int_t)cell->width, "reason",
                            cell->clamp));
    }
    return list;
}

/* [asked, used] under `key`: the second one, or 0 where it is none that follows from `asked`. */
static uint64_t used_of(const json_t *entry, const char *key, uint64_t asked)
{
    const json_t *pair = json_object_get(entry, key);
    const json_int_t from = json_integer_value(json_array_get(pair, 0));
    const json_int_t to = json_integer_value(json_array_get(pair, 1));
    return from > 0 && (uint64_t)from == asked && to > 0 && to <= from ? (uint64_t)to : 0;
}

static bool is_text(const json_t *entry, const char *key, const char *text)
{
    const char *there = json_string_value(json_object_get(entry, key));
    return there && strcmp(there, text) == 0;
}

/* 0, -EINVAL or -ENOMEM. */
static int restore(struct plan *plan, const struct options *options, const json_t *entry)
{
    const json_t *number = json_object_get(entry, "cell");
    const char *reason = json_string_value(json_object_get(entry, "reason"));
    const json_int_t index = json_is_integer(number) ? json_integer_value(number) : -1;
    if (index < 0 || (uint64_t)index >= plan->count || !reason) {
        return -EINVAL;
    }
    struct cell *cell = &plan->cells[index];
    const uint64_t workers = used_of(entry, "workers", cell->workers);
    const uint64_t width = used_of(entry, "width", cell->width);
    if (cell->clamp || workers == 0 || width == 0 ||
        !is_text(entry, "workload", cell->workload->name) ||
        !is_text(entry, "mode", cell->mode->name)) {
        return -EINVAL;
    }
    struct options narrower = *options;
    narrower.width = width;
    cell->asked_workers = cell->workers;
    cell->asked_width = cell->width;
    cell->workers = workers;
    plan_settle(cell, &narrower, plan->cores);
    cell->clamp = strndup(reason, TEXT_REASON - 1);
    return !cell->clamp ? -ENOMEM : cell->width == width ? 0 : -EINVAL;
}

int plan_clamped_restore(struct plan *plan, const struct options *options, const json_t *machine,
                         const char *option, struct error *err)
{
    const json_t *list = machine_fact(machine, "run.clamped");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const int rc = restore(plan, options, json_array_get(list, i));
        if (rc == -ENOMEM) {
            return error_set(err, rc, "no memory");
        }
        if (rc != 0) {
            return error_set(
                err, rc,
                "%s: machine.json tells of a cell that was clamped (run.clamped, entry "
                "%zu), which its own command line does not make; start a new run",
                option, i + 1);
        }
    }
    return 0;
}
