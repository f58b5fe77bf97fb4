#include "bench/suite/judging.h"

#include "bench/suite/finding.h"

static int judge_claim(const struct claim *claim, bool full, const struct cell_table *table,
                       const struct topology_counts *counts, struct finding *finding,
                       struct error *err)
{
    struct plan scenes[SCENES_MAX];
    size_t made;
    int rc = scene_plans(claim->scenes, SCENES_MAX, full, counts, scenes, &made, err);
    if (rc != 0) {
        return rc;
    }
    finding_start(finding, table, scenes, made, counts->usable);
    claim->check(finding);
    finding->table = NULL;
    finding->scenes = NULL;
    scene_plans_free(scenes, made);
    return 0;
}

int judging_make(const struct claim *const *claims, size_t count, bool full,
                 const struct cell_table *table, const struct topology_counts *counts,
                 struct finding *findings, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = judge_claim(claims[i], full, table, counts, &findings[i], err);
    }
    return rc;
}
