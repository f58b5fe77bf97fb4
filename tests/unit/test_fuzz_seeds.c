/* The seeds of the fuzz targets and what fuzzing found, replayed without a fuzzer: what lies in
 * read/ can be read, what lies in refused/ is refused with a reason, and all that the targets
 * check of what comes out holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "tests/fuzz/read_csv.h"
#include "tests/fuzz/read_machine.h"
#include "tests/fuzz/read_options.h"
#include "tests/fuzz/read_suite.h"
#include "tests/fuzz/read_tasks.h"
#include "tests/fuzz/read_topology.h"
#include "tests/fuzz/read_topology_xml.h"

enum { SEED_MAX = 16384, SEEDS_MAX = 400 * 1024 };

typedef int entry(const uint8_t *data, size_t size);

/* An exact copy, so that a sanitizer sees what is read past its end. */
static int seed_replay(entry *replay, const char *path, size_t *size)
{
    static uint8_t room[SEED_MAX + 1];
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    *size = fread(room, 1, sizeof room, file);
    fclose(file);
    assert_true(*size <= SEED_MAX);
    uint8_t *data = malloc(*size ? *size : 1);
    assert_non_null(data);
    memcpy(data, room, *size);
    const int code = replay(data, *size);
    free(data);
    return code;
}

static size_t seeds_replay(entry *replay, const char *reader, const char *verdict, size_t *bytes)
{
    char folder[PATH_MAX], path[2 * PATH_MAX];
    size_t count = 0;
    snprintf(folder, sizeof folder, BENCH_SOURCE_DIR "/tests/fuzz/seeds/%s/%s", reader, verdict);
    DIR *seeds = opendir(folder);
    if (!seeds)
        fail_msg("%s: %s", folder, strerror(errno));
    for (const struct dirent *seed; (seed = readdir(seeds));) {
        if (seed->d_name[0] == '.')
            continue;
        size_t size = 0;
        snprintf(path, sizeof path, "%s/%s", folder, seed->d_name);
        const int code = seed_replay(replay, path, &size);
        if ((code == 0) != (strcmp(verdict, "read") == 0))
            fail_msg("%s: %d", path, code);
        *bytes += size;
        count++;
    }
    closedir(seeds);
    return count;
}

/* Both kinds are there, and none has grown beyond what a checkout should carry. */
static void seeds_both(entry *replay, const char *reader)
{
    size_t bytes = 0;
    assert_in_range(seeds_replay(replay, reader, "read", &bytes), 5, 1000);
    assert_in_range(seeds_replay(replay, reader, "refused", &bytes), 5, 1000);
    assert_in_range(bytes, 1, SEEDS_MAX);
}

static void seeds_of_the_table(void **state)
{
    (void)state;
    seeds_both(read_csv, "csv");
}

static void seeds_of_the_machine(void **state)
{
    (void)state;
    seeds_both(read_machine, "machine");
}

static void seeds_of_the_command_line(void **state)
{
    (void)state;
    seeds_both(read_options, "options");
}

static void seeds_of_the_topology_file(void **state)
{
    (void)state;
    seeds_both(read_topology_xml, "topology_xml");
}

static void seeds_of_the_tasks(void **state)
{
    (void)state;
    seeds_both(read_tasks, "tasks");
}

static void seeds_of_the_suites(void **state)
{
    (void)state;
    seeds_both(read_suite, "suite");
}

static void seeds_of_the_topology(void **state)
{
    (void)state;
    seeds_both(read_topology, "topology");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_of_the_table),        cmocka_unit_test(seeds_of_the_machine),
        cmocka_unit_test(seeds_of_the_command_line), cmocka_unit_test(seeds_of_the_topology_file),
        cmocka_unit_test(seeds_of_the_tasks),        cmocka_unit_test(seeds_of_the_suites),
        cmocka_unit_test(seeds_of_the_topology),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
