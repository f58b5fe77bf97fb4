#include "bench/executor_refused.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "bench/plan_cell.h"
#include "bench/plan_limits.h"
#include "bench/util/descriptors.h"

/* Where the scratch folder lies, for people: it itself has a name that means nothing to them. */
static void name_folder(int scratch, char *path, size_t size)
{
    descriptors_path(scratch, path, size);
    char *slash = strrchr(path, '/');
    if (slash && slash != path) {
        *slash = '\0';
    } else if (!slash) {
        snprintf(path, size, "the result folder");
    }
}

static void look_at_disk(const struct cell *cell, int scratch, struct limits_refusal *refusal)
{
    struct statvfs facts;
    refusal->disk_free = refusal->inodes_free = UINT64_MAX;
    if (scratch < 0 || fstatvfs(scratch, &facts) != 0) {
        return;
    }
    refusal->disk_free = (uint64_t)facts.f_bavail * facts.f_frsize;
    const uint64_t scratch_bytes = plan_scratch_bytes(cell);
    refusal->disk_need = scratch_bytes > 0 ? scratch_bytes : 1;
    if (facts.f_files > 0) { /* else the file system makes them as they are needed */
        refusal->inodes_free = facts.f_favail;
        refusal->inodes_need = 1;
    }
}

void executor_refused_look(const struct cell *cell, int scratch, struct limits_refusal *refusal,
                           char *reason)
{
    char folder[4096];
    struct limits_need need;
    plan_need(cell, &need);
    look_at_disk(cell, scratch, refusal);
    name_folder(scratch, folder, sizeof folder);
    refusal->folder = folder;
    if (limits_explain(refusal, &need, NULL, reason, TEXT_REASON) == 0) {
        reason[0] = '\0';
    }
    refusal->folder = NULL;
}

void executor_refused_take(const struct cell *cell, int scratch, struct refusal *told, bool live,
                           char *reason)
{
    if (atomic_load(&told->stage) != REFUSAL_ASKED) {
        return;
    }
    char call[sizeof told->call];
    snprintf(call, sizeof call, "%.*s", (int)sizeof call - 1, told->call);
    struct limits_refusal refusal = {.call = call,
                                     .code = told->code,
                                     .amount = told->amount,
                                     .process = told->process,
                                     .live = live};
    executor_refused_look(cell, scratch, &refusal, reason);
    refusal_answered(told);
}
