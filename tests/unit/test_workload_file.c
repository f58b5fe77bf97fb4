/* The workload file when calls fail and when a disk lies. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/workload_run.h"

extern const struct workload workload_file;

/* What the wrapped calls do. */
static struct {
    int calls;   /* made so far */
    int fail_at; /* number of the call that fails, from 0; -1: none */
    int code;    /* with which -errno */
    int spoil;   /* this byte of what is read is flipped; -1: none */
    size_t cut;  /* this many bytes less are read */
    size_t lost; /* this many bytes less are written, without a word */
    int opened;  /* files open now */
    int synced;  /* calls of fsync */
    unsigned reads, writes;
} faults;

static bool fails_now(void)
{
    return faults.calls++ == faults.fail_at;
}

static int faulty_open_at(struct task_context *context, int folder, const char *name, int flags,
                          mode_t mode)
{
    if (fails_now()) {
        return faults.code;
    }
    int fd = wait_blocking.calls->open_at(context, folder, name, flags, mode);
    faults.opened += fd >= 0;
    return fd;
}

static ssize_t faulty_read(struct task_context *context, int fd, void *buffer, size_t size)
{
    if (fails_now()) {
        return faults.code;
    }
    faults.reads++;
    ssize_t got = wait_blocking.calls->read(context, fd, buffer, size - faults.cut);
    if (faults.spoil >= 0) {
        ((unsigned char *)buffer)[faults.spoil] ^= 1;
    }
    return got;
}

static ssize_t faulty_write(struct task_context *context, int fd, const void *buffer, size_t size)
{
    if (fails_now()) {
        return faults.code;
    }
    faults.writes++;
    return wait_blocking.calls->write(context, fd, buffer, size - faults.lost);
}

static int faulty_fsync(struct task_context *context, int fd)
{
    if (fails_now()) {
        return faults.code;
    }
    faults.synced++;
    return wait_blocking.calls->fsync(context, fd);
}

/* The descriptor goes even where close fails, as on Linux. */
static int faulty_close(struct task_context *context, int fd)
{
    bool fails = fails_now();
    faults.opened--;
    int code = wait_blocking.calls->close(context, fd);
    return fails ? faults.code : code;
}

static const struct wait_calls faulty_calls = {.open_at = faulty_open_at,
                                               .read = faulty_read,
                                               .write = faulty_write,
                                               .fsync = faulty_fsync,
                                               .close = faulty_close};

static char scratch_path[] = "/tmp/bench-test-XXXXXX";
static int scratch = -1;

static size_t files_left(void)
{
    size_t files = 0;
    DIR *folder = opendir(scratch_path);
    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        files++;
    }
    closedir(folder);
    return files - 2; /* . and .. */
}

/* Three blocks, the last one short. */
static void begin(struct run *run)
{
    memset(&faults, 0, sizeof faults);
    faults.fail_at = faults.spoil = -1;
    run_init(run, &workload_file);
    run_set(run, "size", "10KiB");
    run_set(run, "block", "4KiB");
    run->env.seed = 1;
    run->env.scratch = scratch;
    run->context.calls = &faulty_calls;
    run_setup(run);
}

static void check_clean(void)
{
    assert_int_equal(faults.opened, 0);
    assert_int_equal(files_left(), 0);
}

static void test_a_task_does_what_it_says(void **state)
{
    struct run run;
    (void)state;
    begin(&run);
    assert_true(run_is_right(&run, 0));
    assert_int_equal(faults.writes, 3);
    assert_int_equal(faults.reads, 3);
    assert_int_equal(faults.synced, 1);
    check_clean();
    run_teardown(&run);
}

static void test_every_call_may_fail(void **state)
{
    static const int codes[] = {-ENOSPC, -EIO};
    struct run run;
    uint64_t checksum = 0;
    (void)state;
    begin(&run);
    assert_int_equal(run_task(&run, 0, &checksum), 0);
    int calls = faults.calls;
    assert_true(calls >= 11);
    for (int at = 0; at < calls; at++) {
        for (size_t c = 0; c < 2; c++) {
            faults.calls = 0;
            faults.fail_at = at;
            faults.code = codes[c];
            assert_int_equal(run_task(&run, (uint64_t)at, &checksum), codes[c]);
            check_clean();
        }
    }
    run_teardown(&run);
}

static void test_wrong_content_is_seen(void **state)
{
    struct run run;
    (void)state;
    begin(&run);
    for (int spoil = 0; spoil < 2048; spoil += 7) {
        faults.spoil = spoil;
        assert_false(run_is_right(&run, 0));
    }
    check_clean();
    run_teardown(&run);
}

static void test_short_file_is_seen(void **state)
{
    static const size_t cuts[] = {1, 8, 2048};
    struct run run;
    (void)state;
    begin(&run);
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        faults.cut = cuts[c];
        assert_false(run_is_right(&run, 0));
        check_clean();
    }
    run_teardown(&run);
}

static void test_short_write_is_an_error(void **state)
{
    struct run run;
    uint64_t checksum = 0;
    (void)state;
    begin(&run);
    faults.lost = 8;
    assert_int_equal(run_task(&run, 0, &checksum), -EIO);
    check_clean();
    run_teardown(&run);
}

/* The same task twice at once, as in a mode gone wrong, must not share a file by name
 * across processes. */
static void test_processes_have_their_own_files(void **state)
{
    struct run run;
    int status[2];
    pid_t child[2];
    (void)state;
    begin(&run);
    for (int c = 0; c < 2; c++) {
        child[c] = fork();
        assert_true(child[c] >= 0);
        if (child[c] == 0) {
            int wrong = 0;
            for (uint64_t i = 0; i < 200; i++) {
                uint64_t checksum = 0;
                wrong |= run_task(&run, 0, &checksum) != 0 ||
                         checksum != workload_file.expected(run.state, 0);
            }
            _exit(wrong);
        }
    }
    for (int c = 0; c < 2; c++) {
        assert_int_equal(waitpid(child[c], &status[c], 0), child[c]);
    }
    assert_int_equal(status[0], 0);
    assert_int_equal(status[1], 0);
    check_clean();
    run_teardown(&run);
}

static void test_odd_sizes_are_refused(void **state)
{
    (void)state;
    run_refuses(&workload_file, "size", "1001", "multiple of 8");
    run_refuses(&workload_file, "block", "1001", "multiple of 8");
}

static int make_scratch(void **state)
{
    (void)state;
    if (mkdtemp(scratch_path) != NULL) {
        scratch = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return scratch < 0 ? -1 : 0;
}

static int remove_scratch(void **state)
{
    (void)state;
    close(scratch);
    return rmdir(scratch_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_does_what_it_says),
        cmocka_unit_test(test_every_call_may_fail),
        cmocka_unit_test(test_wrong_content_is_seen),
        cmocka_unit_test(test_short_file_is_seen),
        cmocka_unit_test(test_short_write_is_an_error),
        cmocka_unit_test(test_processes_have_their_own_files),
        cmocka_unit_test(test_odd_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
