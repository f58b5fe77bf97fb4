/* The noise of machines, left among the user's state files. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/noise.h"
#include "bench/noise_file.h"
#include "tests/unit/fake_root.h"

static struct fake_root root;
static struct error err;

static int start(void **state)
{
    (void)state;
    fake_root_make(&root);
    setenv("XDG_STATE_HOME", root.path, 1);
    unsetenv("HOME");
    err.text[0] = '\0';
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fake_root_remove(&root);
    return 0;
}

static json_t *machine_of(const char *host, const char *cpu, int usable, const char *kernel)
{
    json_t *machine = json_pack("{s:s, s:{s:s}, s:{s:i}, s:{s:s}}", "host", host, "cpu", "model",
                                cpu, "cores", "usable", usable, "kernel", "release", kernel);
    assert_non_null(machine);
    return machine;
}

static json_t *machine_here(void)
{
    return machine_of("here", "Fast CPU", 4, "6.1");
}

static const char *days_ago(double days)
{
    static char text[32];
    struct tm utc;
    const time_t then = time(NULL) - (time_t)(days * 86400);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&then, &utc));
    return text;
}

static json_t *noise_of(double sd)
{
    json_t *noise =
        json_pack("{s:f, s:i, s:s, s:f, s:i, s:[i]}", "sd", sd, "degrees_of_freedom", 7, "measured",
                  days_ago(0), "span_s", 118.5, "invocations", 8, "cells", 1);
    assert_non_null(noise);
    return noise;
}

/* Stores and lets go of both; what stands on stderr meanwhile is in `said`. */
static char said[4096];
static int store(json_t *machine, json_t *noise)
{
    FILE *file = tmpfile();
    const int kept = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    const int rc = noise_store(machine, noise, &err);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    json_decref(machine);
    json_decref(noise);
    return rc;
}

/* The stored standard deviation, or -1. */
static double loaded(json_t *machine)
{
    json_t *noise = noise_load(machine);
    const double sd = noise ? json_real_value(json_object_get(noise, "sd")) : -1;
    json_decref(noise);
    json_decref(machine);
    return sd;
}

static void near(double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("%.9g is not within %g of %.9g", got, within, expected);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

static char *in_root(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", root.path, name);
    return path;
}

static size_t files(void)
{
    size_t count = 0;
    DIR *folder = opendir(in_root("/bench"));
    assert_non_null(folder);
    for (const struct dirent *file; (file = readdir(folder));)
        count += strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0;
    closedir(folder);
    return count;
}

static void what_is_stored_is_loaded(void **state)
{
    (void)state;
    json_t *machine = machine_here();
    assert_int_equal(store(machine_here(), noise_of(0.0321)), 0);
    assert_string_equal(said, "");
    json_t *noise = noise_load(machine);
    assert_non_null(noise);
    near(json_real_value(json_object_get(noise, "sd")), 0.0321, 1e-9);
    assert_int_equal(json_integer_value(json_object_get(noise, "degrees_of_freedom")), 7);
    near(json_real_value(json_object_get(noise, "span_s")), 118.5, 1e-9);
    assert_true(json_is_string(json_object_get(noise, "measured")));
    assert_null(json_object_get(noise, "cells")); /* nor anything else that is foreign */
    json_decref(noise);
    json_decref(machine);
}

static void nothing_is_loaded_where_nothing_is_stored(void **state)
{
    (void)state;
    assert_true(loaded(machine_here()) < 0);
}

static void another_machine_has_another_noise(void **state)
{
    (void)state;
    assert_int_equal(store(machine_here(), noise_of(0.01)), 0);
    assert_true(loaded(machine_of("there", "Fast CPU", 4, "6.1")) < 0);
    assert_true(loaded(machine_of("here", "Slow CPU", 4, "6.1")) < 0);
    assert_true(loaded(machine_of("here", "Fast CPU", 2, "6.1")) < 0);
    assert_true(loaded(machine_of("here", "Fast CPU", 4, "6.2")) < 0);
    assert_true(loaded(json_object()) < 0);
    assert_true(loaded(machine_here()) > 0);
}

static void whose_figures_they_are_must_be_known(void **state)
{
    (void)state;
    assert_int_equal(store(machine_of("here", "unknown", 4, "6.1"), noise_of(0.01)), -EINVAL);
    has(err.text, "unknown");
    assert_int_equal(store(json_object(), noise_of(0.01)), -EINVAL);
    assert_int_not_equal(access(in_root("/bench"), F_OK), 0);
}

static void machines_share_a_file(void **state)
{
    (void)state;
    assert_int_equal(store(machine_here(), noise_of(0.01)), 0);
    assert_int_equal(store(machine_of("there", "Slow CPU", 2, "6.1"), noise_of(0.02)), 0);
    assert_int_equal(store(machine_here(), noise_of(0.03)), 0);
    near(loaded(machine_here()), 0.03, 1e-9);
    near(loaded(machine_of("there", "Slow CPU", 2, "6.1")), 0.02, 1e-9);
    json_t *file = NULL;
    assert_int_equal(noise_file_read(in_root("/bench/noise.json"), &file, &err), 0);
    assert_int_equal(json_array_size(json_object_get(file, "machines")), 2);
    json_decref(file);
    assert_int_equal(files(), 1);
}

static void the_oldest_of_many_machines_goes(void **state)
{
    (void)state;
    char host[32];
    for (int i = 0; i < 70; i++) {
        snprintf(host, sizeof host, "host-%d", i);
        assert_int_equal(store(machine_of(host, "CPU", 4, "6.1"), noise_of(0.01)), 0);
    }
    assert_true(loaded(machine_of("host-5", "CPU", 4, "6.1")) < 0);
    assert_true(loaded(machine_of("host-6", "CPU", 4, "6.1")) > 0);
    assert_true(loaded(machine_of("host-69", "CPU", 4, "6.1")) > 0);
}

/* --- where --- */

static void the_state_folder_is_found_as_others_find_it(void **state)
{
    char path[PATH_MAX];
    (void)state;
    setenv("HOME", in_root("/home"), 1);
    assert_int_equal(noise_path(path, sizeof path), 0);
    assert_string_equal(path, in_root("/bench/noise.json"));
    setenv("XDG_STATE_HOME", "relative/state", 1);
    assert_int_equal(noise_path(path, sizeof path), 0);
    assert_string_equal(path, in_root("/home/.local/state/bench/noise.json"));
    setenv("XDG_STATE_HOME", "", 1);
    assert_int_equal(store(machine_here(), noise_of(0.01)), 0);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(noise_path(path, 10), -ENAMETOOLONG);
    unsetenv("HOME");
    assert_int_equal(noise_path(path, sizeof path), -ENOENT);
    assert_int_equal(store(machine_here(), noise_of(0.01)), -ENOENT);
    has(err.text, "HOME");
    assert_true(loaded(machine_here()) < 0);
}

static void new_folders_are_private(void **state)
{
    struct stat facts;
    char above[PATH_MAX];
    (void)state;
    snprintf(above, sizeof above, "%s", in_root("/new/state"));
    setenv("XDG_STATE_HOME", above, 1);
    assert_int_equal(store(machine_here(), noise_of(0.01)), 0);
    const char *const folders[] = {"/new", "/new/state", "/new/state/bench"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(in_root(folders[i]), &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0700);
    }
    assert_int_equal(stat(in_root("/new/state/bench/noise.json"), &facts), 0);
    assert_int_equal(facts.st_mode & 077, 0);
}

static void a_file_in_place_of_a_folder_is_told(void **state)
{
    (void)state;
    fake_root_write(&root, "/bench", "in the way");
    assert_int_equal(store(machine_here(), noise_of(0.01)), -ENOTDIR);
    has(err.text, "/bench");
    has(err.text, "XDG_STATE_HOME");
    assert_true(loaded(machine_here()) < 0);
}

/* --- what may be used --- */

static void put(const char *sd, const char *from, const char *measured)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{\"schema\": 1, \"machines\": [null, {\"host\": \"here\"}, {\"host\": \"here\", "
             "\"cpu\": \"Fast CPU\", \"usable_cores\": 4, \"kernel\": \"6.1\", \"noise\": "
             "{\"sd\": %s, \"degrees_of_freedom\": %s, \"measured\": %s}}]}",
             sd, from, measured);
    fake_root_write(&root, "/bench/noise.json", text);
}

static double loaded_after(double days)
{
    char measured[64];
    snprintf(measured, sizeof measured, "\"%s\"", days_ago(days));
    put("0.02", "5", measured);
    return loaded(machine_here());
}

static void old_figures_are_not_used(void **state)
{
    (void)state;
    assert_true(loaded_after(0) > 0);
    assert_true(loaded_after(NOISE_DAYS - 0.5) > 0);
    assert_true(loaded_after(NOISE_DAYS + 0.5) < 0);
    assert_true(loaded_after(-0.5) > 0); /* the clock was set back */
    assert_true(loaded_after(-2) < 0);
}

static void figures_must_make_sense(void **state)
{
    static const char *const sds[] = {"0",     "-0.01",    "10",   "1e300",
                                      "1e-12", "\"0.02\"", "null", "[0.02]"};
    static const char *const froms[] = {"0", "0.5", "-3", "1e6", "null", "\"5\""};
    static const char *const times[] = {"null", "1767323045", "\"\"", "\"yesterday\"",
                                        "\"2026-13-45T00:00:00Z\""};
    char today[64], longer[64];
    (void)state;
    snprintf(today, sizeof today, "\"%s\"", days_ago(0));
    snprintf(longer, sizeof longer, "\"%s and more\"", days_ago(0));
    put("0.02", "5", today);
    assert_true(loaded(machine_here()) > 0);
    for (size_t i = 0; i < sizeof sds / sizeof *sds; i++) {
        put(sds[i], "5", today);
        assert_true(loaded(machine_here()) < 0);
    }
    for (size_t i = 0; i < sizeof froms / sizeof *froms; i++) {
        put("0.02", froms[i], today);
        assert_true(loaded(machine_here()) < 0);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        put("0.02", "5", times[i]);
        assert_true(loaded(machine_here()) < 0);
    }
    put("0.02", "5", longer);
    assert_true(loaded(machine_here()) < 0);
}

static void figures_without_sense_are_not_stored(void **state)
{
    (void)state;
    assert_int_equal(store(machine_here(), noise_of(0)), -EINVAL);
    assert_int_equal(store(machine_here(), json_object()), -EINVAL);
    assert_int_not_equal(access(in_root("/bench/noise.json"), F_OK), 0);
}

/* --- files that are none of ours --- */

static void replaced(const char *text, const char *why)
{
    fake_root_write(&root, "/bench/noise.json", text);
    assert_true(loaded(machine_here()) < 0);
    assert_int_equal(store(machine_here(), noise_of(0.04)), 0);
    has(said, "noise.json");
    has(said, "replaced");
    has(said, why);
    near(loaded(machine_here()), 0.04, 1e-9);
    assert_int_equal(files(), 1);
}

static void broken_and_foreign_files_are_replaced_and_told(void **state)
{
    (void)state;
    replaced("", "noise.json:1:");
    replaced("{\"schema\": 1, \"machines\": [", "noise.json:1:");
    replaced("{\"schema\": 1, \"schema\": 1}", "duplicate");
    replaced("[]", "object");
    replaced("{}", "another kind");
    replaced("{\"schema\": 2, \"machines\": []}", "version");
    replaced("{\"schema\": 1, \"machines\": {}}", "another kind");
}

static void a_huge_file_is_not_read(void **state)
{
    (void)state;
    const size_t size = (1 << 20) + 1;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, ' ', size);
    memcpy(text, "{}", 2);
    text[size] = '\0';
    replaced(text, "1 MiB");
    free(text);
}

static void a_fifo_is_not_waited_for(void **state)
{
    (void)state;
    fake_root_write(&root, "/bench/noise.json", "");
    assert_int_equal(unlink(in_root("/bench/noise.json")), 0);
    assert_int_equal(mkfifo(in_root("/bench/noise.json"), 0600), 0);
    assert_true(loaded(machine_here()) < 0);
    assert_int_equal(store(machine_here(), noise_of(0.04)), 0);
    has(said, "regular file");
    near(loaded(machine_here()), 0.04, 1e-9);
}

static void a_folder_of_that_name_is_left_alone(void **state)
{
    (void)state;
    fake_root_write(&root, "/bench/noise.json/kept", "text");
    assert_true(loaded(machine_here()) < 0);
    assert_true(store(machine_here(), noise_of(0.04)) < 0);
    assert_int_equal(access(in_root("/bench/noise.json/kept"), F_OK), 0);
    assert_int_equal(files(), 1);
}

static void a_store_that_fails_keeps_the_old_figures(void **state)
{
    (void)state;
    struct rlimit old, tight = {64, 64};
    assert_int_equal(store(machine_here(), noise_of(0.01)), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    json_t *machine = machine_here(), *noise = noise_of(0.02);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const int rc = noise_store(machine, noise, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    json_decref(machine);
    json_decref(noise);
    assert_int_equal(rc, -EFBIG);
    has(err.text, "noise.json");
    near(loaded(machine_here()), 0.01, 1e-9);
    assert_int_equal(files(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_stored_is_loaded),
        TEST(nothing_is_loaded_where_nothing_is_stored),
        TEST(another_machine_has_another_noise),
        TEST(whose_figures_they_are_must_be_known),
        TEST(machines_share_a_file),
        TEST(the_oldest_of_many_machines_goes),
        TEST(the_state_folder_is_found_as_others_find_it),
        TEST(new_folders_are_private),
        TEST(a_file_in_place_of_a_folder_is_told),
        TEST(old_figures_are_not_used),
        TEST(figures_must_make_sense),
        TEST(figures_without_sense_are_not_stored),
        TEST(broken_and_foreign_files_are_replaced_and_told),
        TEST(a_huge_file_is_not_read),
        TEST(a_fifo_is_not_waited_for),
        TEST(a_folder_of_that_name_is_left_alone),
        TEST(a_store_that_fails_keeps_the_old_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
