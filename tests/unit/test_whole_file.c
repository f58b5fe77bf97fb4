#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/results/whole_file.h"
#include "tests/unit/fake_root_fixture.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

static const char *at(const char *name)
{
    static char path[2][PATH_MAX];
    static unsigned turn;
    char *text = path[turn++ % 2];
    snprintf(text, PATH_MAX, "%s/%s", root.path, name);
    return text;
}

static bool exists(const char *name)
{
    struct stat facts;
    return lstat(at(name), &facts) == 0;
}

static void assert_holds(const char *name, const char *text)
{
    char got[64] = "";
    FILE *file = fopen(at(name), "r");
    assert_non_null(file);
    assert_true(fread(got, 1, sizeof got - 1, file) > 0);
    fclose(file);
    assert_string_equal(got, text);
}

static void begin(struct whole_file *file, const char *text)
{
    assert_int_equal(whole_file_open(file, at("page"), 0666), 0);
    assert_true(fputs(text, file->out) >= 0);
}

static void it_takes_the_old_ones_place_at_the_end(void **state)
{
    (void)state;
    struct whole_file file;
    fake_root_write(&root, "/page", "old");
    begin(&file, "new");
    assert_holds("page", "old");
    assert_int_equal(whole_file_close(&file, true), 0);
    assert_holds("page", "new");
    assert_int_not_equal(access(file.making, F_OK), 0);
}

static void one_that_is_not_kept_leaves_the_old_one(void **state)
{
    (void)state;
    struct whole_file file;
    fake_root_write(&root, "/page", "old");
    begin(&file, "new");
    assert_int_equal(whole_file_close(&file, false), 0);
    assert_holds("page", "old");
    assert_int_not_equal(access(file.making, F_OK), 0);
}

static void what_a_kill_left_is_removed(void **state)
{
    (void)state;
    struct whole_file file;
    fake_root_write(&root, "/page.123-0.tmp", "half");
    fake_root_write(&root, "/page.4194304-99.tmp", "half");
    begin(&file, "new");
    assert_int_equal(whole_file_close(&file, true), 0);
    assert_false(exists("page.123-0.tmp"));
    assert_false(exists("page.4194304-99.tmp"));
}

static void what_another_one_is_making_stays(void **state)
{
    (void)state;
    struct whole_file first, second;
    begin(&first, "first");
    begin(&second, "second");
    assert_string_not_equal(first.making, second.making);
    assert_int_equal(whole_file_close(&second, true), 0);
    assert_holds("page", "second");
    assert_int_equal(whole_file_close(&first, true), 0);
    assert_holds("page", "first");
}

/* whole_file.c's own call: what happens in that moment. */
static bool another_begins;

int rename(const char *from, const char *to)
{
    if (another_begins) {
        const pid_t pid = fork();
        if (pid == 0) {
            struct whole_file other;
            _exit(whole_file_open(&other, to, 0666) == 0 ? whole_file_close(&other, false) : 1);
        }
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void it_is_its_makers_until_it_has_its_name(void **state)
{
    (void)state;
    struct whole_file file;
    begin(&file, "new");
    another_begins = true;
    assert_int_equal(whole_file_close(&file, true), 0);
    another_begins = false;
    assert_holds("page", "new");
}

static void a_signal_waits_until_it_is_whole(void **state)
{
    (void)state;
    struct whole_file file;
    struct interrupt outer;
    begin(&file, "new");
    raise(SIGTERM);
    assert_int_equal(whole_file_close(&file, true), -EINTR);
    assert_holds("page", "new");
    assert_false(interrupt_came());
    /* Who holds signals himself sees it, as before. */
    interrupt_hold(&outer);
    begin(&file, "newer");
    raise(SIGTERM);
    assert_int_equal(whole_file_close(&file, true), 0);
    assert_true(interrupt_came());
    assert_true(interrupt_release(&outer));
    assert_holds("page", "newer");
    /* None can be made in this folder. */
    assert_int_equal(whole_file_open(&file, at("none/page"), 0666), -ENOENT);
    assert_false(interrupt_release(&outer));
}

/* Pieces that fill the stream's buffer to the last byte, and such that do not. */
static void why_it_could_not_be_written_is_told(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 64, 1000, 1024, 4096, 5000, 65536};
    static const char piece[65536] = "new";
    struct rlimit old;
    struct whole_file file;
    fake_root_write(&root, "/page", "old");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1024, old.rlim_max}), 0);
        begin(&file, "");
        for (size_t done = 0; done < 2 * sizeof piece; done += sizes[i]) {
            fwrite(piece, 1, sizes[i], file.out);
            errno = 0; /* as by any other call between two writes */
        }
        const int code = whole_file_close(&file, true);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(code, -EFBIG);
        assert_holds("page", "old");
    }
    signal(SIGXFSZ, SIG_DFL);
}

static void what_is_not_ours_stays(void **state)
{
    (void)state;
    static const char *const names[] = {"page.tmp",       "page.1-.tmp",   "page.-1.tmp",
                                        "page.1-2.tmp~",  "page.1.tmp",    "page.a-0.tmp",
                                        "page1-0.tmp",    "other.1-0.tmp", "page.1-0tmp",
                                        "page.1-0.tmp.1", "precious"};
    struct whole_file file;
    char name[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "/%s", names[i]);
        fake_root_write(&root, name, "mine");
    }
    assert_int_equal(symlink("precious", at("page.7-0.tmp")), 0);
    assert_int_equal(mkfifo(at("page.8-0.tmp"), 0600), 0);
    assert_int_equal(mkdir(at("page.9-0.tmp"), 0700), 0);
    begin(&file, "new");
    assert_int_equal(whole_file_close(&file, true), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_holds(names[i], "mine");
    }
    assert_true(exists("page.7-0.tmp") && exists("page.8-0.tmp") && exists("page.9-0.tmp"));
}

static void a_path_without_a_folder(void **state)
{
    (void)state;
    struct whole_file file;
    assert_int_equal(chdir(root.path), 0);
    fake_root_write(&root, "/page.5-0.tmp", "half");
    assert_int_equal(whole_file_open(&file, "page", 0666), 0);
    assert_int_equal(whole_file_close(&file, true), 0);
    assert_true(exists("page"));
    assert_false(exists("page.5-0.tmp"));
    assert_int_equal(chdir("/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_takes_the_old_ones_place_at_the_end),
        TEST(one_that_is_not_kept_leaves_the_old_one),
        TEST(what_a_kill_left_is_removed),
        TEST(what_another_one_is_making_stays),
        TEST(it_is_its_makers_until_it_has_its_name),
        TEST(a_signal_waits_until_it_is_whole),
        TEST(why_it_could_not_be_written_is_told),
        TEST(what_is_not_ours_stays),
        TEST(a_path_without_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
