/* Runs set side by side: which cells are alike, which are refused or missing, and what is read. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/report/compare.h"
#include "bench/results/machine_file.h"
#include "tests/unit/compare_runs.h"

enum { RUNS = 8 };

static const struct judge_rules quick = {JUDGE_EFFECT, 200, 1};

static struct compare_runs *runs;
static struct comparison made;
static struct compared_within within;
static struct compared_run loaded;

static int start(void **state)
{
    (void)state;
    runs = calloc(1, sizeof *runs);
    made = (struct comparison){0};
    within = (struct compared_within){0};
    loaded = (struct compared_run){0};
    return runs ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    compare_free(&made);
    compare_within_free(&within);
    compare_unload(&loaded);
    compare_runs_free(runs);
    free(runs);
    return 0;
}

/* Eight runs from `ms` on; returns the first of their rows. */
static struct timing *add(struct rows *rows, const char *workload, const char *mode,
                          uint64_t workers, uint64_t ms)
{
    struct timing *first = &rows->row[rows->count];
    rows_add_runs(rows, workload, mode, workers, ms, 1, RUNS);
    return first;
}

/* Sets a field in the runs that add() returned. */
#define EACH(first, field, value)               \
    do {                                        \
        struct timing *each = (first);          \
        for (size_t run = 0; run < RUNS; run++) \
            each[run].field = (value);          \
    } while (0)

static void make(const char *filter)
{
    if (!runs->a.rows)
        compare_runs_gather(runs);
    compare_free(&made);
    assert_int_equal(compare_make(&made, &runs->a, &runs->b, &quick, filter), 0);
}

static void counts_are(size_t cells, size_t refused, size_t missing_a, size_t missing_b)
{
    if (made.count != cells || made.refused_count != refused || made.missing_a_count != missing_a ||
        made.missing_b_count != missing_b)
        fail_msg("%zu cells, %zu refused, %zu and %zu missing", made.count, made.refused_count,
                 made.missing_a_count, made.missing_b_count);
}

static void near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-9))
        fail_msg("got %.17g, expected %.17g", got, expected);
}

static const struct compared_cell *cell_of(const char *mode)
{
    for (size_t i = 0; i < made.count; i++)
        if (strcmp(made.cells[i].a->key->mode, mode) == 0)
            return &made.cells[i];
    fail_msg("no cell of %s", mode);
    return NULL;
}

static void refused_for(const char *name, const char *reason)
{
    counts_are(0, 1, 0, 0);
    if (!strstr(made.refused[0].name, name) || !strstr(made.refused[0].reason, reason))
        fail_msg("'%s': %s", made.refused[0].name, made.refused[0].reason);
}

/* --- which cells are alike --- */

static void another_rate_is_another_work(void **state)
{
    (void)state;
    EACH(add(&runs->rows_a, "tcp", "event", 1, 100), rate, 50000);
    struct timing *other = add(&runs->rows_b, "tcp", "event", 1, 100);
    make(NULL);
    refused_for("tcp event", "50,000/s against closed loop: measure both with the same --rate");
    EACH(other, rate, 50000);
    EACH(other, arrivals, "poisson");
    cells_free(&runs->a.table);
    cells_free(&runs->b.table);
    compare_runs_gather(runs);
    make(NULL);
    refused_for("tcp event", "50,000/s against 50,000/s poisson: measure");
}

static void rates_are_named_where_a_run_has_several(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rows *rows = i ? &runs->rows_b : &runs->rows_a;
        add(rows, "tcp", "event", 1, 100);
        EACH(add(rows, "tcp", "event", 1, 200), rate, 50000);
    }
    make(NULL);
    counts_are(2, 0, 0, 0);
    assert_string_equal(made.cells[0].name, "tcp 50,000/s event");
    assert_string_equal(made.cells[1].name, "tcp closed loop event");
    for (size_t i = 0; i < 2; i++)
        assert_true(made.cells[i].a->key->rate == made.cells[i].b->key->rate);
}

/* On machines of other sizes "all tasks at once, in a loop per core" has other numbers. */
static void another_width_or_stack_is_another_way(void **state)
{
    (void)state;
    struct timing *base = add(&runs->rows_a, "sleep", "thread-coroutine", 2, 100);
    struct timing *other = add(&runs->rows_b, "sleep", "thread-coroutine", 4, 100);
    EACH(base, width, 4);
    EACH(other, width, 2);
    EACH(other, cores, 4);
    make(NULL);
    counts_are(1, 0, 0, 0);
    EACH(other, width, 1);
    cells_free(&runs->b.table);
    cells_free(&runs->a.table);
    compare_runs_gather(runs);
    make(NULL);
    counts_are(0, 0, 1, 1);
    EACH(other, width, 2);
    EACH(other, stack, "shared");
    cells_free(&runs->b.table);
    cells_free(&runs->a.table);
    compare_runs_gather(runs);
    make(NULL);
    counts_are(0, 0, 1, 1);
}

static void the_same_cells_meet(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "serial", 1, 200);
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 150);
    add(&runs->rows_b, "cpu", "serial", 1, 200);
    make(NULL);
    counts_are(2, 0, 0, 0);
    const struct compared_cell *thread = cell_of("thread");
    assert_string_equal(thread->name, "cpu thread");
    assert_ptr_equal(thread->a->key, &runs->rows_a.row[RUNS]);
    assert_ptr_equal(thread->b->key, &runs->rows_b.row[0]);
    assert_string_equal(thread->b->key->mode, "thread");
    assert_true(thread->pair.ratio > 1.4 && thread->pair.ratio < 1.6);
    assert_false(thread->pair.paired);
    /* 203.5 / 103.5 there, 203.5 / 153.5 here */
    near(thread->speedup_ratio, 103.5 / 153.5);
    near(cell_of("serial")->speedup_ratio, 1);
    near(made.geomean, sqrt(thread->pair.ratio * cell_of("serial")->pair.ratio));
}

static void without_serial_there_is_no_speedup(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "serial", 1, 200);
    make(NULL);
    counts_are(1, 0, 1, 0);
    assert_true(isnan(made.cells[0].speedup_ratio));
    near(made.geomean, 1);
}

static void a_worker_per_core_is_one_way(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100); /* on 2 cores */
    EACH(add(&runs->rows_b, "cpu", "thread", 4, 50), cores, 4);
    make(NULL);
    counts_are(1, 0, 0, 0);
    assert_string_equal(made.cells[0].name, "cpu thread (2 and 4 workers)");
}

static void other_numbers_of_workers_are_not(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 3, 50), cores, 4);
    make(NULL);
    counts_are(0, 0, 1, 1);
}

/* a: 2 (all its cores); b: 2 and 4 (all of its). */
static void the_same_number_goes_before_all_cores(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 4, 50), cores, 4);
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), cores, 4);
    make(NULL);
    counts_are(1, 0, 1, 0);
    assert_int_equal(made.cells[0].b->key->workers, 2);
    assert_int_equal(made.missing_a[0]->key->workers, 4);
}

/* a's thread x4 is on twice its cores and has its exact like in b, which a's x2 must not take. */
static void no_cell_takes_the_exact_like_of_another(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 10);
    add(&runs->rows_a, "cpu", "thread", 4, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 4, 50), cores, 4);
    make(NULL);
    counts_are(1, 0, 0, 1);
    assert_int_equal(made.cells[0].a->key->workers, 4);
    assert_string_equal(made.cells[0].name, "cpu thread x4");
    assert_int_equal(made.missing_b[0]->key->workers, 2);
}

static void ways_that_differ_do_not_meet(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "process", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), pin, "core");
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), wait, "epoll");
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), submit, "sync");
    add(&runs->rows_b, "float", "thread", 2, 100);
    make(NULL);
    counts_are(0, 0, 5, 1);
    assert_ptr_equal(made.missing_b[0]->key, &runs->rows_a.row[0]);
    assert_true(isnan(made.geomean));
}

static void cells_without_a_measured_row_are_not_there(void **state)
{
    (void)state;
    EACH(add(&runs->rows_a, "cpu", "thread", 2, 100), status, STATUS_CRASHED);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    make(NULL);
    counts_are(0, 0, 1, 0);
}

/* --- other work --- */

static void another_version_is_refused(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), workload_version, 2);
    make(NULL);
    refused_for("cpu thread", "version 1 of the workload against version 2");
}

static void other_parameters_are_refused(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), params, "rounds=2000");
    make(NULL);
    refused_for("cpu thread", "rounds=1000 against rounds=2000");
}

static void another_number_of_tasks_is_refused(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), tasks, 16);
    make(NULL);
    refused_for("cpu thread", "8 tasks against 16: measure both with the same --tasks");
}

/* A worker per task: as many workers as tasks on both sides, on more than the cores. */
static void a_worker_per_task_is_refused_not_missing(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 8, 100);
    struct timing *other = add(&runs->rows_b, "cpu", "thread", 16, 100);
    EACH(other, tasks, 16);
    make(NULL);
    refused_for("cpu thread", "8 tasks against 16");
}

static void hostile_parameters_are_shown_plain(void **state)
{
    (void)state;
    static char wide[TEXT_PARAMS];
    memset(wide, 'w', sizeof wide - 1);
    EACH(add(&runs->rows_a, "cpu", "thread", 2, 100), params, "\x1b[2J\x07");
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 100), params, wide);
    make(NULL);
    refused_for("cpu thread", "its parameters differ");
    for (const char *c = made.refused[0].reason; *c; c++)
        assert_in_range(*c, ' ', '~');
}

static void of_several_works_the_same_ones_meet(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_a, "cpu", "thread", 2, 200), params, "rounds=2000");
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 200), params, "rounds=2000");
    EACH(add(&runs->rows_b, "cpu", "thread", 2, 300), params, "rounds=3000");
    make(NULL);
    counts_are(1, 1, 0, 0);
    near(made.cells[0].pair.ratio, 1);
    assert_string_equal(made.cells[0].name, "cpu rounds=2000 thread");
    assert_string_equal(made.refused[0].name, "cpu rounds=1000 thread");
    assert_non_null(strstr(made.refused[0].reason, "rounds=1000 against rounds=3000"));
}

/* --- names, filter, reference --- */

static void names_tell_cells_apart(void **state)
{
    (void)state;
    struct rows *sides[] = {&runs->rows_a, &runs->rows_b};
    for (size_t i = 0; i < 2; i++) {
        add(sides[i], "cpu", "thread", 2, 100);
        add(sides[i], "cpu", "thread", 4, 100);
        EACH(add(sides[i], "cpu", "thread", 2, 100), tasks, 16);
        EACH(add(sides[i], "cpu", "thread", 2, 100), params, "rounds=2000");
        add(sides[i], "float", "thread", 2, 100);
    }
    make(NULL);
    counts_are(5, 0, 0, 0);
    for (size_t i = 0; i < made.count; i++)
        for (size_t j = i + 1; j < made.count; j++)
            assert_string_not_equal(made.cells[i].name, made.cells[j].name);
    const struct compared_cell *last = &made.cells[4];
    assert_string_equal(last->name, "float thread"); /* no more than is needed */
}

static void the_filter_is_a_pattern(void **state)
{
    (void)state;
    struct rows *sides[] = {&runs->rows_a, &runs->rows_b};
    for (size_t i = 0; i < 2; i++) {
        add(sides[i], "cpu", "serial", 1, 200);
        add(sides[i], "cpu", "thread", 2, 100);
        add(sides[i], "float", "thread", 2, 100);
    }
    add(&runs->rows_a, "cpu", "process", 2, 100);
    add(&runs->rows_b, "float", "process", 2, 100);
    make(NULL);
    counts_are(3, 0, 1, 1);
    make("cpu/*");
    counts_are(2, 0, 0, 1);
    make("*/thread");
    counts_are(2, 0, 0, 0);
    make("float/thread");
    counts_are(1, 0, 0, 0);
    assert_string_equal(made.cells[0].a->key->workload, "float");
    make("thread");
    counts_are(0, 0, 0, 0);
    assert_true(isnan(made.geomean));
}

static void the_reference_cells_are_set_apart(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_a, "cpu", "serial", 1, 10), reference, 1);
    EACH(add(&runs->rows_b, "cpu", "serial", 1, 23), reference, 1);
    make(NULL);
    counts_are(1, 0, 0, 0);
    near(made.reference.ratio, 26.5 / 13.5);
    assert_true(made.reference.interval.exists);
    assert_true(made.reference.interval.lo <= 26.5 / 13.5 &&
                made.reference.interval.hi >= 26.5 / 13.5);
    near(made.geomean, 1);
    assert_true(isnan(made.reference.p)); /* nothing is called */
    assert_int_equal(made.reference.judged, JUDGED_INCONCLUSIVE);
}

static void twice_the_time_is_slower(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 200);
    make(NULL);
    assert_int_equal(made.cells[0].pair.judged, JUDGED_SLOWER);
}

/* Unless the reference cell was, too: the machine's mood explains it, on one machine. */
static void what_the_machine_moved_is_no_difference(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 200);
    EACH(add(&runs->rows_a, "cpu", "serial", 1, 10), reference, 1);
    EACH(add(&runs->rows_b, "cpu", "serial", 1, 23), reference, 1);
    make(NULL);
    assert_int_equal(made.cells[0].pair.judged, JUDGED_INCONCLUSIVE);
    near(made.moved, log(26.5 / 13.5));
}

static void without_both_references_none_is_told(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_a, "cpu", "serial", 1, 10), reference, 1);
    make(NULL);
    assert_true(isnan(made.reference.ratio));
}

static void references_of_other_work_are_none(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    EACH(add(&runs->rows_a, "cpu", "serial", 1, 10), reference, 1);
    struct timing *other = add(&runs->rows_b, "cpu", "serial", 1, 10);
    EACH(other, reference, 1);
    EACH(other, workload_version, 2);
    make(NULL);
    assert_true(isnan(made.reference.ratio));
    assert_false(made.reference.interval.exists);
}

static void the_runs_noise_is_handed_on(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_b, "cpu", "thread", 2, 100);
    compare_runs_gather(runs);
    runs->a.noise = (struct judge_noise){true, 0.01, 9};
    runs->b.noise = (struct judge_noise){true, 0.02, 7};
    make(NULL);
    near(made.cells[0].pair.noise_a.sd, 0.01);
    near(made.cells[0].pair.noise_b.sd, 0.02);
}

/* --- inside one run --- */

static int within_make(const char *filter)
{
    if (!runs->a.rows)
        compare_runs_gather(runs);
    compare_within_free(&within);
    return compare_within(&within, &runs->a, &quick, filter);
}

static void the_first_work_is_the_base_of_the_others(void **state)
{
    (void)state;
    struct rows *rows = &runs->rows_a;
    static const char *const params[] = {"rounds=1", "rounds=2", "rounds=3"};
    for (size_t i = 0; i < 3; i++) {
        EACH(add(rows, "cpu", "thread", 2, 100), params, params[i]);
        EACH(add(rows, "cpu", "serial", 1, 200), params, params[i]);
    }
    EACH(&rows->row[2 * RUNS], wall_ns, 150 * MS); /* thread of rounds=2 */
    add(rows, "float", "thread", 2, 100);
    EACH(add(rows, "float", "thread", 2, 120), tasks, 16);
    add(rows, "sleep", "thread", 2, 100); /* alone */
    assert_int_equal(within_make(NULL), 0);
    assert_int_equal(within.count, 3);
    for (size_t i = 0; i < 2; i++) {
        const struct comparison *one = &within.list[i];
        assert_true(one->within);
        assert_int_equal(one->count, 2);
        assert_string_equal(one->a->label, "rounds=1");
        assert_string_equal(one->b->label, params[i + 1]);
        assert_int_equal(one->refused_count + one->missing_a_count + one->missing_b_count, 0);
        assert_true(isnan(one->reference.ratio));
        for (size_t c = 0; c < one->count; c++) {
            assert_true(one->cells[c].pair.paired);
            assert_int_equal(one->cells[c].pair.ratio_count, RUNS);
            assert_string_equal(one->cells[c].a->key->params, "rounds=1");
            assert_string_equal(one->cells[c].b->key->params, params[i + 1]);
        }
    }
    assert_string_equal(within.list[2].a->label, "8 tasks");
    assert_string_equal(within.list[2].b->label, "16 tasks");
    const struct comparison *second = &within.list[0];
    size_t thread = strcmp(second->cells[0].a->key->mode, "thread") == 0 ? 0 : 1;
    near(second->cells[1 - thread].pair.ratio, 1);
    assert_true(second->cells[thread].pair.ratio > 1.4);
    assert_true(second->geomean > 1.1 && second->geomean < 1.3);
}

static void versions_are_works_too(void **state)
{
    (void)state;
    EACH(add(&runs->rows_a, "cpu", "thread", 2, 100), workload_version, 2);
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_a, "cpu", "process", 2, 100);
    assert_int_equal(within_make(NULL), 0);
    assert_int_equal(within.count, 1);
    assert_string_equal(within.list[0].a->label, "version 1");
    assert_string_equal(within.list[0].b->label, "version 2");
    assert_int_equal(within.list[0].count, 1);
    assert_int_equal(within.list[0].missing_b_count, 1); /* process */
    assert_int_equal(within_make("cpu/process"), 0);
    assert_int_equal(within.list[0].count, 0);
}

static void one_work_has_nothing_to_compare(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    add(&runs->rows_a, "float", "thread", 2, 100);
    assert_int_equal(within_make(NULL), -ENOENT);
    assert_null(within.list);
    assert_int_equal(within.count, 0);
}

/* --- reading a folder --- */

static char base[64], folder[96], file[128];
static struct texts *texts;
static struct error err;

static int make_folder(void **state)
{
    snprintf(base, sizeof base, "/tmp/test_compare.XXXXXX");
    if (!mkdtemp(base))
        return -1;
    snprintf(folder, sizeof folder, "%s/before-1", base);
    snprintf(file, sizeof file, "%s/timings.csv", folder);
    texts = texts_new();
    return mkdir(folder, 0755) == 0 ? start(state) : -1;
}

static int remove_folder(void **state)
{
    char name[128];
    stop(state);
    texts_free(texts);
    unlink(file);
    snprintf(name, sizeof name, "%s/machine.json", folder);
    unlink(name);
    rmdir(folder);
    return rmdir(base);
}

static void put_rows(void)
{
    struct timings_writer *writer = NULL;
    int rc = timings_create(&writer, file, &err);
    for (size_t i = 0; i < runs->rows_a.count && rc == 0; i++)
        rc = timings_append(writer, &runs->rows_a.row[i], &err);
    if (rc != 0 || timings_close(writer, &err) != 0)
        fail_msg("%s", err.text);
}

/* Takes over `machine`. */
static void put_machine(json_t *machine)
{
    if (machine_write(folder, machine, &err) != 0)
        fail_msg("%s", err.text);
    json_decref(machine);
}

static void load(const char *label, const char *from)
{
    compare_unload(&loaded);
    if (compare_load(&loaded, label, from, texts, &err) != 0)
        fail_msg("%s", err.text);
}

static void the_label_is_the_folders_name(void **state)
{
    char dotted[128], wide[2 * COMPARE_NAME];
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    runs->rows_a.row[3].invocation = 2;
    put_rows();
    load(NULL, folder);
    assert_string_equal(loaded.label, "before-1");
    assert_int_equal(loaded.count, RUNS);
    assert_int_equal(loaded.table.count, 1);
    assert_int_equal(loaded.invocations, 2);
    assert_null(loaded.machine); /* none is needed */
    assert_false(loaded.noise.known);
    snprintf(dotted, sizeof dotted, "%s/../before-1/./", folder);
    load(NULL, dotted);
    assert_string_equal(loaded.label, "before-1");
    load("mine\x1b", folder);
    assert_memory_equal(loaded.label, "mine", 4);
    assert_null(strchr(loaded.label, '\x1b'));
    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    load(wide, folder);
    assert_in_range(strlen(loaded.label), 1, COMPARE_NAME - 1);
}

static void noise_is_taken_where_it_is_sane(void **state)
{
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    put_rows();
    put_machine(json_pack("{s:{s:f, s:i}}", "noise", "sd", 0.03, "degrees_of_freedom", 9));
    load(NULL, folder);
    assert_non_null(loaded.machine);
    assert_true(loaded.noise.known);
    near(loaded.noise.sd, 0.03);
    near(loaded.noise.from, 9);
    json_t *const insane[] = {json_pack("{s:f, s:f}", "sd", 0.0, "degrees_of_freedom", 9.0),
                              json_pack("{s:f, s:f}", "sd", -0.1, "degrees_of_freedom", 9.0),
                              json_pack("{s:f, s:f}", "sd", 10.0, "degrees_of_freedom", 9.0),
                              json_pack("{s:f, s:f}", "sd", 1e300, "degrees_of_freedom", 9.0),
                              json_pack("{s:f, s:f}", "sd", 0.03, "degrees_of_freedom", 0.5),
                              json_pack("{s:f, s:f}", "sd", 0.03, "degrees_of_freedom", 1e6),
                              json_pack("{s:s, s:f}", "sd", "0.03", "degrees_of_freedom", 9.0),
                              json_pack("{s:f, s:s}", "sd", 0.03, "degrees_of_freedom", "9"),
                              json_pack("{s:f}", "sd", 0.03),
                              json_pack("{s:f}", "degrees_of_freedom", 9.0),
                              json_pack("{s:n, s:n}", "sd", "degrees_of_freedom"),
                              json_pack("[f, f]", 0.03, 9.0),
                              json_string("unknown")};
    for (size_t i = 0; i < sizeof insane / sizeof *insane; i++) {
        put_machine(json_pack("{s:o}", "noise", insane[i]));
        load(NULL, folder);
        if (loaded.noise.known)
            fail_msg("noise %zu is taken: %g from %g", i, loaded.noise.sd, loaded.noise.from);
    }
}

static void a_folder_without_rows_is_refused(void **state)
{
    (void)state;
    put_rows(); /* the header alone */
    assert_int_equal(compare_load(&loaded, NULL, folder, texts, &err), -EINVAL);
    assert_non_null(strstr(err.text, "timings.csv: no rows"));
    unlink(file);
    assert_int_not_equal(compare_load(&loaded, NULL, folder, texts, &err), 0);
    assert_non_null(strstr(err.text, file));
}

static void a_broken_machine_file_is_refused(void **state)
{
    char name[128];
    (void)state;
    add(&runs->rows_a, "cpu", "thread", 2, 100);
    put_rows();
    snprintf(name, sizeof name, "%s/machine.json", folder);
    FILE *out = fopen(name, "w");
    assert_non_null(out);
    fputs("{\"noise\": ", out);
    fclose(out);
    assert_int_equal(compare_load(&loaded, NULL, folder, texts, &err), -EINVAL);
    assert_non_null(strstr(err.text, "machine.json:1:"));
    assert_null(loaded.rows);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, start, stop)
#define FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_rate_is_another_work),
        TEST(rates_are_named_where_a_run_has_several),
        TEST(another_width_or_stack_is_another_way),
        TEST(the_same_cells_meet),
        TEST(without_serial_there_is_no_speedup),
        TEST(a_worker_per_core_is_one_way),
        TEST(other_numbers_of_workers_are_not),
        TEST(the_same_number_goes_before_all_cores),
        TEST(no_cell_takes_the_exact_like_of_another),
        TEST(ways_that_differ_do_not_meet),
        TEST(cells_without_a_measured_row_are_not_there),
        TEST(another_version_is_refused),
        TEST(other_parameters_are_refused),
        TEST(another_number_of_tasks_is_refused),
        TEST(a_worker_per_task_is_refused_not_missing),
        TEST(hostile_parameters_are_shown_plain),
        TEST(of_several_works_the_same_ones_meet),
        TEST(names_tell_cells_apart),
        TEST(the_filter_is_a_pattern),
        TEST(the_reference_cells_are_set_apart),
        TEST(twice_the_time_is_slower),
        TEST(what_the_machine_moved_is_no_difference),
        TEST(without_both_references_none_is_told),
        TEST(references_of_other_work_are_none),
        TEST(the_runs_noise_is_handed_on),
        TEST(the_first_work_is_the_base_of_the_others),
        TEST(versions_are_works_too),
        TEST(one_work_has_nothing_to_compare),
        FOLDER(the_label_is_the_folders_name),
        FOLDER(noise_is_taken_where_it_is_sane),
        FOLDER(a_folder_without_rows_is_refused),
        FOLDER(a_broken_machine_file_is_refused),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
