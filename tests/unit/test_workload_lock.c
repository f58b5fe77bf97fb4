/* lock: numbers that tasks count down under locks, in memory and in files, or without. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/sync_tasks.h"

extern const struct workload workload_lock;

static int scratch = -1;
static char scratch_path[] = "/tmp/bench-test-XXXXXX";

static void begin(struct run *run, uint64_t tasks, const char *const settings[][2])
{
    sync_begin(run, &workload_lock, tasks);
    run->env.scratch = scratch;
    run_set(run, "updates", "20");
    for (size_t i = 0; settings[i][0] != NULL; i++) {
        run_set(run, settings[i][0], settings[i][1]);
    }
    run_setup(run);
}

static bool exists(const char *name)
{
    return faccessat(scratch, name, F_OK, 0) == 0;
}

static void locks_lose_nothing(void **state)
{
    static const char *const kinds[] = {"mutex", "spin", "rw", "recursive"};
    static const char *const variants[] = {"memory", "file"};
    static const char *const locks[] = {"1", "3"};
    static const char *const reads[] = {"0", "50", "100"};
    (void)state;
    for (size_t c = 0; c < 4 * 2 * 2 * 3; c++) {
        struct run run;
        begin(&run, 6,
              (const char *const[][2]){{"kind", kinds[c % 4]},
                                       {"variant", variants[c / 4 % 2]},
                                       {"locks", locks[c / 8 % 2]},
                                       {"reads", reads[c / 16]},
                                       {NULL}});
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        assert_int_equal(sync_observe(&run).lost_updates, 0);
        sync_end(&run);
        assert_false(exists("number-0"));
    }
}

/* --- two tasks that read before either writes --- */

static int meeting_sleep(struct task_context *context, uint64_t ns)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t met = PTHREAD_COND_INITIALIZER;
    static unsigned here;
    (void)context;
    (void)ns;
    pthread_mutex_lock(&mutex);
    const unsigned meeting = here++ / 2;
    pthread_cond_broadcast(&met);
    while (here / 2 == meeting) {
        pthread_cond_wait(&met, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    return 0;
}

static struct wait_calls meeting_calls;

static int no_lock(struct task_context *context, uint32_t object)
{
    (void)context;
    (void)object;
    return 0;
}

static const struct sync_calls no_locks = {
    .lock = no_lock, .lock_shared = no_lock, .unlock = no_lock};

/* Plain accesses race only where they are meant to: here they are ordered by the meeting, but for
 * the two writes. The thread sanitizer would rightly tell of those. */
#if defined(__SANITIZE_THREAD__)
enum { RACES_TOLD = 1 };
#else
enum { RACES_TOLD = 0 };
#endif

static void begin_meeting(struct run *run, const char *kind, const char *variant, const char *reads)
{
    meeting_calls = *wait_blocking.calls;
    meeting_calls.sleep = meeting_sleep;
    begin(run, 2,
          (const char *const[][2]){
              {"kind", kind}, {"variant", variant}, {"reads", reads}, {"wait", "1ms"}, {NULL}});
    run->context.calls = &meeting_calls;
    run->context.sync = &no_locks;
}

/* Each of the 20 pairs of updates comes to one. */
static void without_a_lock_updates_are_lost(void **state)
{
    (void)state;
    for (int files = RACES_TOLD; files < 2; files++) {
        struct run run;
        begin_meeting(&run, "none", files ? "file" : "memory", "0");
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        assert_int_equal(sync_observe(&run).lost_updates, 20);
        sync_end(&run);
    }
}

static void a_lock_that_does_not_lock_is_seen(void **state)
{
    static const char *const kinds[] = {"mutex", "spin", "rw", "recursive"};
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct run run;
        begin_meeting(&run, kinds[k], "file", "0");
        sync_run_threads(&run);
        sync_refuses(&run, "number 0 did not guard it: 20 of 40 updates were lost");
        sync_refuses(&run, kinds[k]);
        sync_end(&run);
    }
}

/* What a reader holds changes in the middle of its time. */
static int changing_sleep(struct task_context *context, uint64_t ns)
{
    uint64_t other = 12345;
    int fd = openat(scratch, "number-0", O_WRONLY);
    (void)context;
    (void)ns;
    assert_int_equal(write(fd, &other, sizeof other), sizeof other);
    close(fd);
    return 0;
}

static void a_reader_sees_a_change(void **state)
{
    struct run run;
    struct wait_calls calls = *wait_blocking.calls;
    (void)state;
    calls.sleep = changing_sleep;
    begin(&run, 1,
          (const char *const[][2]){
              {"kind", "rw"}, {"variant", "file"}, {"reads", "100"}, {"wait", "1ms"}, {NULL}});
    run.context.calls = &calls;
    run_checksum(&run, 0);
    sync_refuses(&run, "readers saw numbers change 1 times");
    sync_end(&run);
}

static void readers_share_an_rw_lock_only(void **state)
{
    (void)state;
    for (int rw = 0; rw < 2; rw++) {
        struct run run;
        struct sync_calls calls = sync_blocking;
        begin(&run, 1,
              (const char *const[][2]){{"kind", rw ? "rw" : "mutex"}, {"reads", "100"}, {NULL}});
        *(rw ? &calls.lock : &calls.lock_shared) = NULL; /* must not be called */
        run.context.sync = &calls;
        run_checksum(&run, 0);
        sync_end(&run);
    }
}

static void too_much_is_no_number_of_lost_updates(void **state)
{
    struct run run;
    uint64_t more = 21;
    (void)state;
    begin(&run, 1, (const char *const[][2]){{"variant", "file"}, {NULL}});
    int fd = openat(scratch, "number-0", O_WRONLY);
    assert_int_equal(write(fd, &more, sizeof more), sizeof more);
    close(fd);
    sync_refuses(&run, "it says 21 after 20 updates");
    assert_true(sync_observe(&run).lost_updates == UINT64_MAX);
    sync_end(&run);
}

static void what_fails_ends_a_task(void **state)
{
    struct run run;
    uint64_t checksum;
    (void)state;
    begin(&run, 1, (const char *const[][2]){{"variant", "file"}, {NULL}});
    assert_int_equal(unlinkat(scratch, "number-0", 0), 0);
    assert_int_equal(run_task(&run, 0, &checksum), -ENOENT);
    assert_int_equal(atomic_load(&sync_at(run.shared.area, 0)->holder),
                     0); /* and leaves no lock behind */
    assert_int_equal(workload_lock.verify(run.state, &run.err), -ENOENT);
    sync_end(&run);
    begin(&run, 1, (const char *const[][2]){{"variant", "file"}, {NULL}});
    int fd = openat(scratch, "number-0", O_WRONLY | O_TRUNC);
    close(fd);
    assert_int_equal(run_task(&run, 0, &checksum), -EIO);
    sync_end(&run);
}

static void a_file_that_is_there_is_not_taken_over(void **state)
{
    struct run run;
    (void)state;
    close(openat(scratch, "number-1", O_WRONLY | O_CREAT, 0600));
    sync_begin(&run, &workload_lock, 2);
    run.env.scratch = scratch;
    run_set(&run, "variant", "file");
    run_set(&run, "locks", "2");
    run_setup_fails(&run, -EEXIST, "number 1");
    assert_false(exists("number-0"));
    assert_int_equal(unlinkat(scratch, "number-1", 0), 0);
    run_unshare(&run);
}

/* A spawned worker finds the numbers, fills nothing and removes nothing. */
static void a_spawned_worker_finds_the_numbers(void **state)
{
    static const char *const variants[] = {"memory", "file"};
    (void)state;
    for (size_t v = 0; v < 2; v++) {
        struct run first, spawned;
        const char *const settings[][2] = {{"variant", variants[v]}, {"locks", "2"}, {NULL}};
        begin(&first, 2, settings);
        run_init(&spawned, &workload_lock);
        spawned.env = first.env;
        spawned.env.values = spawned.values;
        memcpy(spawned.values, first.values, sizeof first.values);
        spawned.env.first = false;
        spawned.env.owner = &spawned.shared;
        spawned.shared = first.shared;
        spawned.shared.attached = true;
        spawned.context = first.context;
        run_setup(&spawned);
        assert_true(run_is_right(&spawned, 0));
        spawned.shared.area = NULL; /* the first one's */
        run_teardown(&spawned);
        assert_true(run_is_right(&first, 1));
        sync_verifies(&first);
        sync_end(&first);
    }
}

static void what_it_needs_is_said(void **state)
{
    uint64_t values[PARAM_MAX] = {0};
    (void)state;
    values[1] = 1; /* file */
    values[2] = 9; /* locks */
    assert_int_equal(workload_lock.descriptors(values, 100, 5), 5);
    assert_int_equal(workload_lock.objects(values, 100), 9);
    values[1] = 0;
    assert_int_equal(workload_lock.descriptors(values, 100, 5), 0);
    sync_setup_fails(&workload_lock, 3);
}

static int make_scratch(void **state)
{
    *state = mkdtemp(scratch_path);
    scratch = *state == NULL ? -1 : open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return scratch < 0 ? -1 : 0;
}

static int remove_scratch(void **state)
{
    close(scratch);
    return rmdir(*state); /* fails where something was left */
}

/* Drawn, they would take hours. */
static void what_needs_no_choices_makes_none(void **state)
{
    static const struct {
        const char *locks, *reads, *told; /* NULL: nothing is counted down */
    } all[] = {{"1", "0", ": 1000000000000000 of 1000000000000000 updates were lost"},
               {"1", "100", NULL},
               {"3", "100", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct run run;
        begin(&run, 1000000,
              (const char *const[][2]){{"updates", "1000000000"},
                                       {"locks", all[i].locks},
                                       {"reads", all[i].reads},
                                       {NULL}});
        assert_null(workload_lock.unsupported(run.values, 1000000));
        int rc = workload_lock.verify(run.state, &run.err);
        assert_int_equal(rc, all[i].told ? -EBADMSG : 0);
        if (all[i].told) {
            assert_non_null(strstr(run.err.text, all[i].told));
        }
        sync_end(&run);
    }
}

static void too_many_choices_are_refused(void **state)
{
    static const struct {
        const char *locks, *reads;
    } all[] = {{"2", "0"}, {"2", "99"}, {"1", "1"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct run run;
        begin(&run, 1,
              (const char *const[][2]){{"locks", all[i].locks}, {"reads", all[i].reads}, {NULL}});
        run_set(&run, "updates", "1000000");
        assert_null(workload_lock.unsupported(run.values, 1000));
        const char *reason = workload_lock.unsupported(run.values, 1001);
        assert_non_null(reason);
        assert_non_null(strstr(reason, "--tasks or lock.updates"));
        sync_end(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_lose_nothing),
        cmocka_unit_test(without_a_lock_updates_are_lost),
        cmocka_unit_test(a_lock_that_does_not_lock_is_seen),
        cmocka_unit_test(a_reader_sees_a_change),
        cmocka_unit_test(readers_share_an_rw_lock_only),
        cmocka_unit_test(too_much_is_no_number_of_lost_updates),
        cmocka_unit_test(what_fails_ends_a_task),
        cmocka_unit_test(a_file_that_is_there_is_not_taken_over),
        cmocka_unit_test(a_spawned_worker_finds_the_numbers),
        cmocka_unit_test(what_it_needs_is_said),
        cmocka_unit_test(what_needs_no_choices_makes_none),
        cmocka_unit_test(too_many_choices_are_refused),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
