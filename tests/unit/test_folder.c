/* The result folder: its name, its parents, and what it must not do to what exists. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/results/folder.h"

static char base[64];

/* Every test in an empty working folder of its own. */
static int enter(void **state)
{
    (void)state;
    snprintf(base, sizeof base, "/tmp/test_folder.XXXXXX");
    return mkdtemp(base) ? chdir(base) : -1;
}

static int leave(void **state)
{
    (void)state;
    if (chdir("/") < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", "--", base, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static void assert_folder(const char *path)
{
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_true(S_ISDIR(facts.st_mode));
}

static int create(const char *asked, const char *label, char path[PATH_MAX], char run[128],
                  struct error *err)
{
    *err = (struct error){""};
    return folder_create(asked, label, path, PATH_MAX, run, 128, err);
}

/* The folder's name tells the time at which it was made. */
static void the_default_name_is_label_and_time(void **state)
{
    (void)state;
    char path[PATH_MAX], run[128];
    struct error err;
    time_t before = time(NULL);
    assert_int_equal(create(NULL, "my.host_1", path, run, &err), 0);
    time_t after = time(NULL);
    assert_folder(path);
    assert_int_equal(strncmp(path, "results/my.host_1-", 18), 0);
    assert_string_equal(path + strlen("results/"), run);
    struct tm utc = {0};
    char *end = strptime(path + 18, "%Y%m%dT%H%M%SZ", &utc);
    assert_non_null(end);
    assert_string_equal(end, "");
    time_t made = timegm(&utc);
    assert_true(before <= made && made <= after);
}

/* Some of these fall into the same second; all of them must get folders of their own. */
static void names_never_collide(void **state)
{
    (void)state;
    enum { FOLDERS = 20 };
    char paths[FOLDERS][64];
    for (unsigned i = 0; i < FOLDERS; i++) {
        char path[PATH_MAX], run[128];
        struct error err;
        assert_int_equal(create(NULL, "h", path, run, &err), 0);
        assert_folder(path);
        snprintf(paths[i], sizeof paths[i], "%.60s", path);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(paths[i], paths[j]);
    }
}

static void bad_labels_are_refused(void **state)
{
    (void)state;
    char path[PATH_MAX], run[128], longest[FOLDER_LABEL_MAX + 2];
    struct error err;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = {"",    "-x",  ".x",          "..",  "a/b",
                               "a b", "a,b", "caf\xc3\xa9", "a\n", longest};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(folder_label_ok(bad[i]));
        assert_int_equal(create(NULL, bad[i], path, run, &err), -EINVAL);
        assert_non_null(strstr(err.text, "label"));
    }
    assert_int_not_equal(access("results", F_OK), 0);
    const char *const good[] = {"a", "A-Za-z0-9_.-", "_x", "0", "a.b-c_d", longest + 1};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(folder_label_ok(good[i]));
}

static void labels_are_made_from_any_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"host", "host"},
        {"host.example.org", "host.example.org"},
        {"my host,1", "my-host-1"},
        {"-.-x", "x"},
        {"", "machine"},
        {"---", "machine"},
        {"\xc3\xa9", "machine"},
        {"a\xc3\xa9", "a--"},
    };
    char label[FOLDER_LABEL_MAX + 1], small[5], name[301];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(folder_label_from(cases[i][0], label, sizeof label), cases[i][1]);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    char roomy[512];
    assert_true(folder_label_ok(folder_label_from(name, roomy, sizeof roomy)));
    assert_string_equal(folder_label_from("abcdefgh", small, sizeof small), "abcd");
    assert_true(folder_label_ok(folder_default_label(label, sizeof label)));
}

static void the_folder_asked_for_is_made_with_its_parents(void **state)
{
    (void)state;
    char path[PATH_MAX], run[128], absolute[PATH_MAX];
    struct error err;
    assert_int_equal(create("a/b/c", NULL, path, run, &err), 0);
    assert_string_equal(path, "a/b/c");
    assert_string_equal(run, "c");
    assert_folder("a/b/c");
    assert_int_equal(create("a/b/d/", NULL, path, run, &err), 0);
    assert_string_equal(run, "d");
    assert_folder("a/b/d");
    snprintf(absolute, sizeof absolute, "%s/x//y/.", base);
    assert_int_equal(mkdir("x", 0777), 0);
    assert_int_equal(mkdir("x/y", 0777), 0);
    assert_int_equal(create(absolute, NULL, path, run, &err), 0); /* exists and is empty */
    assert_string_equal(run, "y");
    assert_int_equal(create("./a/../e", NULL, path, run, &err), 0);
    assert_string_equal(run, "e");
    assert_folder("e");
}

static void what_exists_is_not_touched(void **state)
{
    (void)state;
    char path[PATH_MAX], run[128];
    struct error err;
    assert_int_equal(mkdir("full", 0777), 0);
    fclose(fopen("full/.hidden", "w"));
    fclose(fopen("file", "w"));
    assert_int_equal(create("full", NULL, path, run, &err), -EEXIST);
    assert_non_null(strstr(err.text, "full"));
    assert_non_null(strstr(err.text, "--output"));
    assert_int_equal(create("file", NULL, path, run, &err), -EINVAL);
    assert_non_null(strstr(err.text, "file"));
    assert_int_equal(create("file/under", NULL, path, run, &err), -EINVAL);
    assert_int_equal(create("", NULL, path, run, &err), -EINVAL);
    assert_int_equal(create("/proc/nothing/here", NULL, path, run, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/proc/nothing"));
    assert_int_equal(create("/", NULL, path, run, &err), -EEXIST);
}

static void names_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    char path[PATH_MAX], run[128], name[201];
    struct error err;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(create(name, NULL, path, run, &err), -EINVAL);
    assert_int_not_equal(access(name, F_OK), 0);
    assert_int_equal(folder_create(NULL, "h", path, 10, run, sizeof run, &err), -EINVAL);
    assert_int_equal(folder_create("abc/def", NULL, path, 7, run, sizeof run, &err), -EINVAL);
    assert_int_not_equal(access("abc", F_OK), 0);
}

static void paths_are_joined(void **state)
{
    (void)state;
    char out[8];
    assert_int_equal(folder_path("a", "b.csv", out, sizeof out), 0);
    assert_string_equal(out, "a/b.csv");
    assert_int_equal(folder_path("a/", "b.csv", out, sizeof out), 0);
    assert_string_equal(out, "a/b.csv");
    assert_int_equal(folder_path("ab", "b.csv", out, sizeof out), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_default_name_is_label_and_time, enter, leave),
        cmocka_unit_test_setup_teardown(names_never_collide, enter, leave),
        cmocka_unit_test_setup_teardown(bad_labels_are_refused, enter, leave),
        cmocka_unit_test(labels_are_made_from_any_name),
        cmocka_unit_test_setup_teardown(the_folder_asked_for_is_made_with_its_parents, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(what_exists_is_not_touched, enter, leave),
        cmocka_unit_test_setup_teardown(names_that_do_not_fit_are_refused, enter, leave),
        cmocka_unit_test(paths_are_joined),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
