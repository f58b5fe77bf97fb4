/*
 * read_machine.h - bytes as machine.json of a result folder: read, judged, and held against
 * another machine's by a comparison.
 */
#ifndef TESTS_FUZZ_READ_MACHINE_H
#define TESTS_FUZZ_READ_MACHINE_H

#include <jansson.h>

#include "bench/machine/advice.h"
#include "bench/report/compare.h"
#include "bench/report/compare_export.h"
#include "bench/report/compare_print.h"
#include "bench/report/machine_diff.h"
#include "bench/report/warnings.h"
#include "bench/results/columns.h"
#include "bench/results/machine_file.h"
#include "tests/fuzz/feed.h"

static struct feed machine_given, machine_rows;
static char machine_folder[64];

/* Another machine: the facts that a comparison names first. */
static const char machine_other[] =
    "{\"schema\":1,\"host\":\"other\",\"simulated\":false,"
    "\"cpu\":{\"architecture\":\"x86_64\",\"model\":\"One\",\"mhz_now\":2600.0,"
    "\"flags\":[\"fpu\",\"avx2\"],\"governor\":\"performance\"},"
    "\"cores\":{\"usable\":2},\"memory\":{\"total_bytes\":8589934592},"
    "\"kernel\":{\"release\":\"6.1.0\"},\"noise\":{\"sd\":0.01,\"degrees_of_freedom\":9}}";

static inline void machine_remove(void)
{
    char path[128];
    static const char *const names[] = {"machine.json", "timings.csv"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", machine_folder, names[i]);
        unlink(path);
    }
    rmdir(machine_folder);
}

static inline void machine_link(const char *name, const char *to)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", machine_folder, name);
    FEED_CHECK(link(to, path) == 0, "%s", path);
}

/* One cell only: who leads a group is judged thoroughly at every reading. */
static inline void machine_put_rows(void)
{
    struct csv_buffer buffer = {0};
    size_t columns;
    const struct column *column = timings_columns(&columns);
    for (size_t c = 0; c < columns; c++)
        csv_put_text(&buffer, column[c].info.name);
    csv_put_end(&buffer);
    for (uint64_t i = 0; i < 4; i++) {
        const struct timing row = {.schema = TIMINGS_SCHEMA,
                                   .run = "fed",
                                   .workload = "cpu",
                                   .workload_version = 1,
                                   .params = "rounds=1000",
                                   .mode = "serial",
                                   .wait = "blocking",
                                   .workers = 1,
                                   .tasks = 8,
                                   .pin = "none",
                                   .submit = "off",
                                   .cores = 2,
                                   .invocation = 1,
                                   .block = 1 + i,
                                   .rep = 1 + i,
                                   .reason = "off",
                                   .wall_ns = 80000000 + 1000 * i};
        for (size_t c = 0; c < columns; c++)
            column_put(&column[c], &row, &buffer);
        csv_put_end(&buffer);
    }
    feed_put(&machine_rows, buffer.text, buffer.length);
    csv_put_free(&buffer);
}

/* A result folder whose files are the given ones; it is made once and removed at the end. */
static inline void machine_put(const void *data, size_t size)
{
    feed_put(&machine_given, data, size);
    if (machine_folder[0])
        return;
    strcpy(machine_folder, "/tmp/bench-fuzz-XXXXXX");
    FEED_CHECK(mkdtemp(machine_folder), "%s", machine_folder);
    machine_put_rows();
    machine_link("machine.json", machine_given.path);
    machine_link("timings.csv", machine_rows.path);
    atexit(machine_remove);
}

static inline void machine_check_diff(const json_t *a, const json_t *b)
{
    struct machine_diff diff;
    FEED_CHECK(machine_diff_make(&diff, a, b) == 0, "no memory");
    for (size_t i = 0; i < diff.count; i++) {
        const struct machine_difference *found = &diff.list[i];
        const char *const texts[] = {found->path, found->label, found->a, found->b};
        for (size_t t = 0; t < 4; t++)
            feed_check_text(texts[t], strlen(texts[t]), false);
        FEED_CHECK(found->label[0] && found->a[0] && found->b[0], "of %s", found->path);
    }
    FEED_CHECK(a != b || diff.count + diff.left_out == 0, "differs from itself: %s",
               diff.list[0].path);
    machine_diff_free(&diff);
}

static inline void machine_check_advice(const json_t *machine, const struct cell_table *table)
{
    struct advice list[ADVICE_MOST];
    struct warning *warnings = NULL;
    char *text = NULL;
    size_t size = 0, count = advice_collect(machine, list, ADVICE_MOST);
    FEED_CHECK(count <= ADVICE_MOST, "%zu", count);
    for (size_t i = 0; i < count; i++)
        FEED_CHECK(list[i].topic[0] && (unsigned)list[i].state <= ADVICE_UNKNOWN &&
                       list[i].found[0] &&
                       (list[i].state == ADVICE_DISTURBS) == (list[i].remedy[0] != '\0'),
                   "%s: %s", list[i].topic, list[i].found);
    FEED_CHECK(warnings_collect(table, machine, &warnings, &count) == 0, "no memory");
    FILE *out = open_memstream(&text, &size);
    FEED_CHECK(out && warnings_print(out, warnings, count) == 0, "%zu warnings", count);
    fclose(out);
    feed_check_text(text, size, true);
    free(text);
    free(warnings);
}

static inline void machine_show(struct compared_run *a, struct compared_run *b)
{
    static const struct judge_rules rules = {JUDGE_EFFECT, 20, 1};
    struct comparison comparison;
    char *text = NULL;
    size_t size = 0;
    json_error_t why;
    FEED_CHECK(compare_make(&comparison, a, b, &rules, NULL) == 0, "no memory");
    FILE *out = open_memstream(&text, &size);
    FEED_CHECK(out && compare_print(out, &comparison, 1, COMPARE_TABLE, COMPARE_BY_FILE, &rules,
                                    false) == 0,
               "table");
    fclose(out);
    feed_check_text(text, size, true);
    free(text);
    out = open_memstream(&text, &size);
    FEED_CHECK(out && compare_export_json(out, &comparison, 1, COMPARE_BY_FILE, &rules) == 0,
               "JSON");
    fclose(out);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    FEED_CHECK(json, "%s: %.*s", why.text, (int)size, text);
    json_decref(json);
    free(text);
    compare_free(&comparison);
}

/* 0 where the bytes could be read, or the negative code of the refusal. */
static inline int read_machine(const uint8_t *data, size_t size)
{
    struct compared_run run = {.label = ""}, base;
    struct texts *texts = texts_new();
    struct error err = {""};
    char path[128];
    FEED_CHECK(texts, "no memory");
    machine_put(data, size);
    snprintf(path, sizeof path, "%s/machine.json", machine_folder);
    const int code = compare_load(&run, "fed", machine_folder, texts, &err);
    if (code < 0) {
        feed_check_error(&err);
        feed_check_place(&err, path);
    } else {
        base = run;
        strcpy(base.label, "base");
        base.machine = json_loads(machine_other, 0, NULL);
        base.noise = (struct judge_noise){false, 0, 0};
        FEED_CHECK(base.machine, "the other machine");
        machine_check_diff(run.machine, run.machine);
        machine_check_diff(run.machine, base.machine);
        machine_check_diff(base.machine, run.machine);
        machine_check_diff(NULL, run.machine);
        machine_check_advice(run.machine, &run.table);
        machine_show(&base, &run);
        json_decref(base.machine);
        compare_unload(&run);
    }
    texts_free(texts);
    return code;
}

#endif
