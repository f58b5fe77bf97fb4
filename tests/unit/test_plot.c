/* Charts of a result folder: real, hostile and failing runs of gnuplot. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/report/external.h"
#include "bench/report/gnuplot.h"
#include "bench/report/plot.h"
#include "tests/unit/report_charts.h"

enum { PATH_MOST = 4096 };

static struct rows rows;
static struct texts *texts; /* of spoilt rows */
static char scratch[] = "/tmp/test_plot.XXXXXX";
static char folder[PATH_MOST]; /* a result folder with every kind of awkward character */
static char home[PATH_MOST];   /* where the test was started */
static char notes[2048];
static char *saved_path;

static void note(const char *line)
{
    snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%s\n", line);
}

static void below(char *path, const char *name)
{
    if (snprintf(path, PATH_MOST, "%s/%s", folder, name) >= PATH_MOST)
        fail_msg("path too long");
}

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    notes[0] = '\0';
    texts = texts_new();
    snprintf(scratch, sizeof scratch, "/tmp/test_plot.XXXXXX");
    if (!mkdtemp(scratch))
        return -1;
    snprintf(folder, sizeof folder, "%s/it's \"a\" `touch M` $(touch M); <b|c>, #1\\n", scratch);
    saved_path = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    return mkdir(folder, 0777) == 0 && chdir(scratch) == 0 ? 0 : -1;
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char name[PATH_MOST];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < PATH_MOST &&
            unlink(name) != 0)
            remove_tree(name);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static int stop(void **state)
{
    (void)state;
    texts_free(texts);
    if (saved_path)
        setenv("PATH", saved_path, 1);
    free(saved_path);
    if (chdir(home) != 0)
        return -1;
    remove_tree(scratch);
    return 0;
}

static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return count;
}

static bool there(const char *name)
{
    char path[PATH_MOST];
    below(path, name);
    return access(path, F_OK) == 0;
}

static void write_timings(void)
{
    struct timings_writer *writer;
    struct error err = {""};
    char path[PATH_MOST];
    below(path, "timings.csv");
    if (timings_create(&writer, path, &err) != 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < rows.count; i++)
        if (timings_append(writer, &rows.row[i], &err) != 0)
            fail_msg("%s", err.text);
    assert_int_equal(timings_close(writer, &err), 0);
}

static void keep(void *user, const char *line)
{
    error_set(user, -1, "%s", line);
}

static void plot(int expected, struct error *err)
{
    const struct plot_options options = {.all_notes = true};
    const char *folders[] = {folder};
    *err = (struct error){""};
    const int code = plot_folders(folders, 1, &options, note, keep, err);
    if (code != expected)
        fail_msg("%d is not %d: %s", code, expected, err->text);
}

static void need_gnuplot(void)
{
    char *path = NULL;
    if (gnuplot_find(&path, NULL) != 0)
        skip();
    free(path);
}

/* The first bytes of a file of the result folder, as text. */
static const char *slurp(const char *name)
{
    static char text[1 << 20];
    char path[PATH_MOST];
    below(path, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("no %s", name);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void test_charts_are_drawn(void **state)
{
    (void)state;
    struct error err;
    need_gnuplot();
    fill_sweep(&rows);
    write_timings();
    plot(0, &err);
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x06\x40"; /* 1600 wide */
    assert_memory_equal(slurp("charts/wall.png"), png, sizeof png - 1);
    assert_memory_equal(slurp("charts/speedup.png"), png, sizeof png - 1);
    has(slurp("charts/wall.svg"), "cpu: thread-pool x2 1.18x faster than thread and 2.00x faster");
    has(slurp("charts/wall.svg"), "</svg>");
    has(slurp("charts/speedup.svg"), "cpu: 2.00x with 2 workers (thread-pool) at 100% efficiency");
    has(slurp("charts/wall.csv"), "cell,1,1,");
    has(slurp("charts/speedup.csv"), "point,1,1,");
    has(notes, "wall time by mode: ");
    assert_int_equal(entries(folder), 2); /* timings.csv and charts: nothing hidden is left */
    char path[PATH_MOST];
    below(path, "charts");
    assert_int_equal(entries(path), 6);
}

static void draw_as(unsigned formats, unsigned theme)
{
    const struct plot_options options = {
        .charts = 1, .formats = formats, .theme = theme}; /* of wall times alone */
    const char *folders[] = {folder};
    struct error err = {""};
    if (plot_folders(folders, 1, &options, note, keep, &err) != 0)
        fail_msg("%s", err.text);
}

static void test_formats_and_themes(void **state)
{
    (void)state;
    need_gnuplot();
    fill_sweep(&rows);
    write_timings();
    draw_as(1u << PLOT_PDF | 1u << PLOT_SVG, 0);
    assert_memory_equal(slurp("charts/wall.pdf"), "%PDF-", 5);
    has(slurp("charts/wall.svg"), "fill=\"#ffffff\"");
    has_not(slurp("charts/wall.svg"), "#14171c");
    assert_false(there("charts/wall.png"));
    assert_false(there("charts/speedup.csv"));
    has(notes, "charts/wall.svg and .pdf");
    draw_as(1u << PLOT_SVG, 1);
    has(slurp("charts/wall.svg"), "#14171c");
    has_not(slurp("charts/wall.svg"), "fill=\"#ffffff\"");
    assert_true(there("charts/wall.pdf")); /* it shows the same figures */
    rows_add(&rows, "cpu", "process", 8, 70);
    char path[PATH_MOST];
    below(path, "timings.csv");
    unlink(path);
    write_timings();
    draw_as(1u << PLOT_SVG, 0);
    assert_false(there("charts/wall.pdf")); /* and now it does not */
}

/* Drawn where a run holds both, forgotten where it does not, without a word. */
static void test_callbacks_are_drawn(void **state)
{
    (void)state;
    struct error err;
    char path[PATH_MOST];
    need_gnuplot();
    rows_add_runs(&rows, "cpu", "event", 1, 60, 1, 7);
    for (size_t i = 0; i < 7; i++)
        rows.row[i].user_ns /= 2;
    rows_add_runs(&rows, "cpu", "coroutine", 1, 60, 1, 7);
    write_timings();
    plot(0, &err);
    has(notes, "call-backs against coroutines: ");
    has(slurp("charts/callbacks.svg"), "Call-backs need 48.4% less CPU per task than coroutines");
    has(slurp("charts/callbacks.svg"), "coroutine/blocking");
    has(slurp("charts/callbacks.svg"), "</svg>");
    assert_true(there("charts/callbacks.png"));
    below(path, "timings.csv");
    unlink(path);
    rows.count = 7;
    notes[0] = '\0';
    write_timings();
    plot(0, &err);
    has(notes, "call-backs against coroutines: not drawn");
    assert_false(there("charts/callbacks.svg"));
    assert_false(there("charts/callbacks.csv"));
}

/* Likewise, where rows tell short tasks from long ones. */
static void test_waiting_is_drawn(void **state)
{
    (void)state;
    struct error err;
    char path[PATH_MOST];
    need_gnuplot();
    for (size_t i = 0; i < 14; i++) {
        struct timing *row = rows_add(&rows, "jobs", "thread-pool", 1, 60);
        row->schedule = i < 7 ? "fcfs" : "sjf";
        row->block = i % 7 + 1;
        row->short_tasks = row->long_tasks = 4;
        row->short_waiting_ns = (i < 7 ? 40 : 10) * MS;
        row->short_turnaround_ns = row->short_waiting_ns + MS;
        row->long_waiting_ns = 30 * MS;
        row->long_turnaround_ns = i < 7 ? 35 * MS : FIGURE_UNKNOWN;
    }
    write_timings();
    plot(0, &err);
    has(notes, "who waits how long: ");
    has(slurp("charts/waiting.svg"), "Short tasks wait 4.0x less under sjf than under fcfs");
    has(slurp("charts/waiting.svg"), "thread-pool sjf");
    has(slurp("charts/waiting.svg"), "long tasks");
    /* Head and foot 368, and 48 for each line: the last of four lies between the fourth and fifth.
     */
    has(slurp("charts/waiting.svg"), "viewBox=\"0 0 1600 608\"");
    has(slurp("charts/waiting.svg"), "</svg>");
    assert_true(there("charts/waiting.png"));
    below(path, "timings.csv");
    unlink(path);
    rows.count = 7;
    notes[0] = '\0';
    write_timings();
    plot(0, &err);
    has(notes, "who waits how long: not drawn");
    assert_false(there("charts/waiting.svg"));
    assert_false(there("charts/waiting.csv"));
}

/* How often a mark of an axis is in a picture. */
static size_t marks(const char *svg, const char *mark)
{
    char part[64];
    size_t count = 0;
    snprintf(part, sizeof part, ">%s<", mark);
    for (const char *at = svg; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* Over a wide range or in a narrow panel, marks would run into each other. */
static void test_marks_have_room(void **state)
{
    (void)state;
    struct error err;
    char path[PATH_MOST];
    need_gnuplot();
    rows_add_runs(&rows, "sleep", "serial", 1, 2000, 1, 7);
    rows_add_runs(&rows, "sleep", "thread", 8, 10, 1, 7);
    write_timings();
    plot(0, &err);
    assert_int_equal(marks(slurp("charts/wall.svg"), "10 ms"), 1);
    assert_int_equal(marks(slurp("charts/wall.svg"), "30 ms"), 1);
    assert_int_equal(marks(slurp("charts/wall.svg"), "300 ms"), 1);
    below(path, "timings.csv");
    unlink(path);
    rows_add_runs(&rows, "tcp", "process-coroutine-at-length", 1, 2000, 1, 7);
    rows_add_runs(&rows, "tcp", "thread", 8, 10, 1, 7);
    write_timings();
    plot(0, &err);
    assert_int_equal(marks(slurp("charts/wall.svg"), "10 ms"), 2);
    assert_int_equal(marks(slurp("charts/wall.svg"), "100 ms"), 2);
    assert_int_equal(marks(slurp("charts/wall.svg"), "30 ms"), 0);
    assert_int_equal(marks(slurp("charts/wall.svg"), "300 ms"), 0);
}

/* The longest names, on a machine and in a run of sixty letters: nothing is cut, titles have two
 * lines. The winner is known by more than its colour. */
static void test_long_texts_are_whole(void **state)
{
    (void)state;
    static const char run[] = "a-run-that-is-named-with-exactly-sixty-letters-and-no-less-x";
    struct error err;
    char path[PATH_MOST];
    need_gnuplot();
    for (size_t w = 0; w < 2; w++) {
        rows_add_runs(&rows, w ? "contention" : "cpu", "process-coroutine", 64, 1000, 1, 9);
        rows_add_runs(&rows, w ? "contention" : "cpu", "process-coroutine", 16, 1600, 1, 9);
        rows_add_runs(&rows, w ? "contention" : "cpu", "thread-coroutine", 64, 1900, 1, 9);
        rows_add_runs(&rows, w ? "contention" : "cpu", "thread-coroutine", 16, 2200, 1, 9);
        rows_add_runs(&rows, w ? "contention" : "cpu", "serial", 1, 4000, 1, 9);
    }
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].run = run;
        rows.row[i].wait = rows.row[i].workers > 1 ? "nonblock" : "blocking";
        rows.row[i].pin = rows.row[i].workers == 16 ? "numa" : "core";
        if (strcmp(rows.row[i].mode, "serial") == 0)
            rows.row[i].pin = "none";
    }
    write_timings();
    below(path, "machine.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "{\"schema\": 1, \"host\": \"host-%.55s\"}\n", run);
    fclose(file);
    plot(0, &err);
    const char *svg = slurp("charts/wall.svg");
    has_not(svg, "...");
    has(svg, ">process-coroutine wins all 2 workloads:<");
    has(svg, ">up to 1.60x faster than process-coroutine x16 pin=numa (contention)<");
    has(svg, ">cpu: process-coroutine x64 pin=core 1.60x faster than<");
    has(svg, ">process-coroutine x16 pin=numa and 3.99x faster than serial<");
    has(svg, ">\u2605 process-coroutine x64 pin=core<");
    has(svg, ">\u2605 winner: every rival is seen to be slower<");
    has(svg, run);
    has(svg, "2 usable cores");
}

static void test_stale_speedup_goes(void **state)
{
    (void)state;
    struct error err;
    need_gnuplot();
    fill_sweep(&rows);
    write_timings();
    plot(0, &err);
    assert_true(there("charts/speedup.svg"));
    char path[PATH_MOST];
    below(path, "timings.csv");
    unlink(path);
    rows.count = 0;
    rows_add_runs(&rows, "cpu", "serial", 1, 100, 1, 7);
    write_timings();
    plot(0, &err);
    has(notes, "speed-up against workers: not drawn: needs at least two worker counts");
    assert_false(there("charts/speedup.svg"));
    assert_false(there("charts/speedup.csv"));
    assert_true(there("charts/wall.svg"));
}

/* Rows with a foe's text in every field. A reader of files may refuse some of these; a chart must
 * bear them all the same. */
static void fill_hostile(const char *text)
{
    const size_t first = rows.count;
    char line[TEXT_PARAMS];
    snprintf(line, sizeof line, "%s\nM", text);
    const char *workload = texts_keep(texts, line);
    snprintf(line, sizeof line, "%s\n%s", text, text);
    const char *params = texts_keep(texts, line);
    rows_add_runs(&rows, "cpu", "serial", 1, 121, 1, 2);
    rows_add_runs(&rows, "cpu", text, 1, 59, 1, 2);
    rows_add_runs(&rows, "cpu", text, 2, 59, 1, 2);
    rows_add(&rows, "cpu", "broken", 2, 1)->status = STATUS_FAILED;
    for (size_t i = 0; i < 2; i++)
        rows_add(&rows, "cpu", i ? "event" : "coroutine", 2, 1)->wait = text;
    for (size_t r = first; r < rows.count; r++) {
        rows.row[r].workload = workload;
        rows.row[r].params = params;
        rows.row[r].run = rows.row[r].reason = text;
    }
}

/* Draws every chart that the rows can carry as they are, in the result folder. */
static void draw_rows(const char *gnuplot, int here)
{
    static const char *const pictures[] = {"out.svg", "out.png"};
    struct error err = {""};
    struct cell_table cells;
    assert_int_equal(cells_gather(&cells, rows.row, rows.count, 0), 0);
    for (size_t c = 0; c < CHARTS_COUNT; c++) {
        if (missing(charts[c], &cells))
            continue;
        char *csv = chart(&rows, charts[c]), *script = NULL;
        char path[PATH_MOST], name[64];
        rectangular(csv);
        below(path, "data.csv");
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(csv, file);
        fclose(file);
        free(csv);
        snprintf(name, sizeof name, "%s.gp", charts[c]->name);
        assert_int_equal(external_script(&script, name, &err), 0);
        for (int p = 0; p < 2; p++)
            if (gnuplot_run(gnuplot, here, script, "data.csv", pictures[p], "light", &err) != 0)
                fail_msg("%s", err.text);
        free(script);
        has_not(slurp("out.svg"), "<script>");
        has(slurp("out.svg"), "</svg>");
    }
    cells_free(&cells);
}

static void test_hostile_texts(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "`touch M`",
        "$(touch M)",
        "\"; system(\"touch M\"); \"",
        "'.system('touch M').'",
        "< touch M",
        "| touch M",
        "@M ${M} %s%n%d {/:Bold x}^_&~",
        "a,b,\"c\"",
        "\xc3\xa9\xff\xe2\x82",
        "\\\"; !touch M",
        "</text><script>touch M</script>",
        "#comment",
        "",
    };
    enum { HOSTILE = sizeof hostile / sizeof hostile[0], AT_ONCE = 7 }; /* all fit on a sheet */
    struct error err;
    char *gnuplot = NULL;
    need_gnuplot();
    assert_int_equal(gnuplot_find(&gnuplot, &err), 0);
    const int here = open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    assert_true(here >= 0);
    for (size_t i = 0; i < HOSTILE; i++) {
        fill_hostile(hostile[i]);
        if (i + 1 == HOSTILE || (i + 1) % AT_ONCE == 0) {
            draw_rows(gnuplot, here);
            rows.count = 0;
        }
    }
    close(here);
    free(gnuplot);
    assert_int_equal(entries(folder), 3); /* data.csv and two pictures: no file M */
    assert_int_equal(entries(scratch), 1);
}

static void test_hostile_names_in_a_file(void **state)
{
    (void)state;
    struct error err;
    need_gnuplot();
    fill_sweep(&rows);
    for (size_t i = 0; i < rows.count; i++) {
        rows.row[i].workload = "`touch M` $(touch M)";
        rows.row[i].params = "a=\"<b>, 'c'\";d=\xc3\xa9";
        if (rows.row[i].workers > 2)
            rows.row[i].mode = "\"<thread>\", `touch M`";
    }
    write_timings();
    plot(0, &err);
    has(slurp("charts/wall.svg"), "`touch M` $(touch M)");
    char path[PATH_MOST];
    below(path, "charts");
    assert_int_equal(entries(path), 6);
    assert_int_equal(entries(scratch), 1);
    assert_int_equal(entries(folder), 2);
}

static void test_without_gnuplot(void **state)
{
    (void)state;
    struct error err;
    fill_sweep(&rows);
    write_timings();
    setenv("PATH", "/nonexistent", 1);
    plot(-ENOENT, &err);
    assert_string_equal(err.text, "charts need gnuplot: apt-get install gnuplot-nox");
    assert_true(there("charts/wall.csv"));
    assert_false(there("charts/wall.svg"));
    assert_int_equal(entries(folder), 2);
}

/* A program of that name in PATH, which a test writes in shell. */
static void fake_gnuplot(const char *body)
{
    char path[PATH_MOST];
    snprintf(path, sizeof path, "%s/gnuplot", scratch);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", body);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
}

static void test_gnuplot_beside_the_results_is_not_run(void **state)
{
    (void)state;
    struct error err;
    char *path = NULL;
    fake_gnuplot("exit 0");
    setenv("PATH", ".::", 1);
    assert_int_equal(gnuplot_find(&path, &err), -ENOENT);
    setenv("PATH", scratch, 1);
    assert_int_equal(gnuplot_find(&path, &err), 0);
    assert_int_equal(path[0], '/');
    free(path);
}

static void test_gnuplot_fails(void **state)
{
    (void)state;
    struct error err;
    fill_sweep(&rows);
    write_timings();
    fake_gnuplot(
        "echo half > \"$5\"; printf '\\n\\nset bang\\n    ^\\n\"x.gp\" line 3: warning: no\\n"
        "\"x.gp\" line 7: it \\033[1m broke\\n' >&2; exit 1");
    setenv("PATH", scratch, 1);
    plot(-EIO, &err);
    assert_string_equal(err.text,
                        "gnuplot could not draw wall.svg: \"x.gp\" line 7: it ?[1m broke");
    assert_int_equal(entries(folder), 1); /* timings.csv: nothing half-made is left */
}

static void test_gnuplot_draws_nothing(void **state)
{
    (void)state;
    struct error err;
    fill_sweep(&rows);
    write_timings();
    fake_gnuplot(": > \"$5\"");
    setenv("PATH", scratch, 1);
    plot(-EIO, &err);
    has(err.text, "gnuplot made no whole wall.svg");
    assert_int_equal(entries(folder), 1);
}

static void test_failure_leaves_older_pictures(void **state)
{
    (void)state;
    struct error err;
    char path[PATH_MOST];
    fill_sweep(&rows);
    write_timings();
    below(path, "charts");
    assert_int_equal(mkdir(path, 0777), 0);
    below(path, "charts/wall.svg");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("older", file);
    fclose(file);
    fake_gnuplot("exit 3");
    setenv("PATH", scratch, 1);
    plot(-EIO, &err);
    has(err.text, "it said nothing");
    assert_string_equal(slurp("charts/wall.svg"), "older");
}

static void test_gnuplot_gets_a_clean_environment(void **state)
{
    (void)state;
    struct error err;
    fill_sweep(&rows);
    write_timings();
    fake_gnuplot("{ /bin/pwd; echo \"$1|$2|$4|$5\"; /usr/bin/env; case \"$5\" in "
                 "*svg) echo '</svg>';; *) printf 'IEND\\256B`\\202';; esac; } > \"$5\"");
    setenv("PATH", scratch, 1);
    setenv("GNUPLOT_LIB", "/evil", 1);
    setenv("GNUTERM", "x11", 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    plot(0, &err);
    unsetenv("GNUPLOT_LIB");
    unsetenv("GNUTERM");
    unsetenv("LC_ALL");
    const char *said = slurp("charts/wall.svg");
    has(said, "-d|-c|wall.csv|wall.svg\n"); /* no name that comes from outside */
    has(said, "LC_ALL=C.UTF-8\n");
    has_not(said, "GNUPLOT_LIB");
    has_not(said, "GNUTERM");
    has_not(said, "de_DE");
}

static void test_script_missing(void **state)
{
    (void)state;
    struct error err;
    char *path = NULL;
    assert_int_equal(external_script(&path, "no-such-chart.gp", &err), -ENOENT);
    has(err.text, "no no-such-chart.gp in $BENCH_SCRIPTS");
    has(err.text, "share/bench/scripts");
    assert_null(path);
}

static void test_bad_results(void **state)
{
    (void)state;
    struct error err;
    char path[PATH_MOST];
    plot(-EINVAL, &err);
    has(err.text, "timings.csv");
    write_timings(); /* a header alone */
    plot(-EINVAL, &err);
    has(err.text, "no rows");
    below(path, "timings.csv");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("what,is,this\n1,2,3\n", file);
    fclose(file);
    plot(-EINVAL, &err);
    assert_int_equal(entries(folder), 1);
}

/* The scripts of the source tree, unless told otherwise. */
static int find_scripts(void **state)
{
    (void)state;
    setenv("BENCH_SCRIPTS", BENCH_SOURCE_DIR "/scripts", 0);
    return getcwd(home, sizeof home) ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_charts_are_drawn),
        TEST(test_formats_and_themes),
        TEST(test_callbacks_are_drawn),
        TEST(test_waiting_is_drawn),
        TEST(test_marks_have_room),
        TEST(test_long_texts_are_whole),
        TEST(test_stale_speedup_goes),
        TEST(test_hostile_texts),
        TEST(test_hostile_names_in_a_file),
        TEST(test_without_gnuplot),
        TEST(test_gnuplot_beside_the_results_is_not_run),
        TEST(test_gnuplot_fails),
        TEST(test_gnuplot_draws_nothing),
        TEST(test_failure_leaves_older_pictures),
        TEST(test_gnuplot_gets_a_clean_environment),
        TEST(test_script_missing),
        TEST(test_bad_results),
    };
    return cmocka_run_group_tests(tests, find_scripts, NULL);
}
