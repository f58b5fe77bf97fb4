#include "bench/suite/map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/ending.h"
#include "bench/report/chart.h"
#include "bench/run.h"
#include "bench/say.h"
#include "bench/suite/scene.h"

/* Work that hangs is not to use up the minutes that a quick run has. */
#define MAP_TIMEOUT_NS UINT64_C(10000000000)

/* The quick map holds one mode of each kind: with a thread per task and hybrids beside pools,
 * two that do alike would leave most fields undecided. Tasks are told by the core, as workers are:
 * more workers than tasks would be idle. */
static const struct scene map_scene = {
    "--workload mixed --workers 1,2,1x,2x,4x",
    "--mode serial,thread-pool,process-pool,coroutine --tasks 8x --set mixed.total=4ms "
    "--set mixed.share=0%,20%,40%,60%,80%,90%,100%",
    "--mode serial,thread,process,thread-pool,process-pool,coroutine,thread-coroutine,thread-gil "
    "--tasks 16x --set mixed.total=10ms "
    "--set mixed.share=0%,10%,20%,30%,40%,50%,60%,70%,80%,90%,95%,100%",
};

static int tell_map(const struct record *record, const json_t *facts, bool quiet)
{
    struct cell_table table;
    char title[CHART_TITLE];
    if (cells_gather(&table, record->rows, record->count, 0) != 0) {
        say("no memory for the map");
        return 1;
    }
    const struct chart_data data = {.table = &table};
    const char *missing = chart_crossover.missing(&data);
    int failed = 0;
    if (missing) {
        printf("No map: too little was measured.\n");
    } else {
        printf("%s\n\n", chart_crossover.title(title, sizeof title, &data));
        failed = chart_crossover.print(stdout, &data, 80) != 0;
    }
    fflush(stdout);
    if (!quiet) {
        ending_warnings(&table, facts);
    }
    cells_free(&table);
    return failed;
}

static int map_tell(void *user, const struct record *record, const json_t *facts, bool interrupted)
{
    const struct suite_asked *asked = user;
    const int failed = tell_map(record, facts, asked->quiet);
    return ending_tell(record, "map", asked->quiet, interrupted) != 0 || failed;
}

int map_list(FILE *out, bool full)
{
    char text[SCENE_TEXT];
    fprintf(out, "bench %s\n", scene_text(&map_scene, full, text, sizeof text));
    return fflush(out) != 0 ? -EIO : 0;
}

int map_suite(const struct suite_asked *asked, int count, char **arguments, struct error *err)
{
    /* What is told does not change what was asked for. */
    struct suite_asked own = *asked;
    const struct run_teller teller = {
        .command = "suite", .tell = map_tell, .user = &own, .always = true};
    struct options options;
    int rc = scene_options(&map_scene, asked->full, &options, err);
    if (rc != 0) {
        return rc;
    }
    suite_fill(&options, asked);
    options.timeout_ns = asked->full ? 0 : MAP_TIMEOUT_NS;
    return run_options(&options, 1, count, arguments, &teller);
}
