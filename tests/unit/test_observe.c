#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/observe.h"
#include "tests/unit/valgrind.h"

#define MIB (UINT64_C(1) << 20)

/* What a process needs by itself may change by this much between two looks. */
#define SLACK (4 * MIB)

/* A process that does one step each time it is told to, and says when that is done. */
struct actor {
    pid_t pid;
    int orders, answers;
};

static void answer(int fd)
{
    char byte = 'x';
    if (write(fd, &byte, 1) != 1) {
        _exit(1);
    }
}

static void await_order(int fd)
{
    char byte;
    if (read(fd, &byte, 1) != 1) {
        _exit(0); /* the test is over */
    }
}

static char *map(uint64_t bytes, int kind)
{
    char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        _exit(1);
    }
    return at;
}

static struct actor actor_start(void (*play)(int orders, int answers))
{
    int orders[2], answers[2];
    assert_true(pipe(orders) == 0 && pipe(answers) == 0);
    struct actor actor = {fork(), orders[1], answers[0]};
    if (actor.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(orders[1]);
        close(answers[0]);
        play(orders[0], answers[1]);
        await_order(orders[0]);
        _exit(0);
    }
    assert_true(actor.pid > 0);
    close(orders[0]);
    close(answers[1]);
    return actor;
}

static void actor_step(const struct actor *actor)
{
    char byte = 'x';
    assert_int_equal(write(actor->orders, &byte, 1), 1);
    assert_int_equal(read(actor->answers, &byte, 1), 1);
}

static void actor_end(const struct actor *actor)
{
    close(actor->orders);
    close(actor->answers);
    kill(actor->pid, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) { /* its descendants die with it and come here */
    }
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHADOWED 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(SHADOWED)
enum { TOUCHES_COST_MORE = 1 }; /* ThreadSanitizer keeps several bytes for each that is touched */
#else
enum { TOUCHES_COST_MORE = 0 };
#endif

static void needs_rollup(void)
{
    if (TOUCHES_COST_MORE) {
        skip();
    }
    if (access("/proc/self/smaps_rollup", R_OK) != 0) {
        skip(); /* before Linux 4.14, or without CONFIG_PROC_PAGE_MONITOR */
    }
}

/* --- own memory --- */

static void touch_32(int orders, int answers)
{
    await_order(orders);
    char *at = map(64 * MIB, MAP_PRIVATE);
    answer(answers);
    await_order(orders);
    memset(at, 1, 32 * MIB);
    answer(answers);
}

static void touched_memory_counts_and_mapped_memory_does_not(void **state)
{
    (void)state;
    needs_rollup();
    struct actor actor = actor_start(touch_32);
    actor_step(&actor);
    uint64_t before = observe_tree_bytes(actor.pid, 0);
    assert_true(before > 0 && before < 64 * MIB);
    actor_step(&actor);
    uint64_t after = observe_tree_bytes(actor.pid, 0);
    assert_in_range(after, before + 32 * MIB - SLACK, before + 32 * MIB + SLACK);
    actor_end(&actor);
}

/* --- the tree --- */

static void grow_a_grandchild(int orders, int answers)
{
    int ready[2];
    await_order(orders);
    answer(answers);
    await_order(orders);
    if (pipe(ready) != 0) {
        _exit(1);
    }
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            memset(map(32 * MIB, MAP_PRIVATE), 1, 32 * MIB);
            answer(ready[1]);
        }
        pause();
    }
    await_order(ready[0]);
    answer(answers);
}

static void descendants_count(void **state)
{
    skip_on_valgrind("its own memory counts, too");
    (void)state;
    needs_rollup();
    struct actor actor = actor_start(grow_a_grandchild);
    actor_step(&actor);
    uint64_t before = observe_tree_bytes(actor.pid, 0);
    actor_step(&actor);
    uint64_t after = observe_tree_bytes(actor.pid, 0);
    assert_in_range(after, before + 32 * MIB - SLACK, before + 32 * MIB + 2 * SLACK);
    actor_end(&actor);
}

static void share_with_children(int orders, int answers)
{
    int ready[2];
    char *at = map(32 * MIB, MAP_SHARED);
    await_order(orders);
    memset(at, 1, 32 * MIB);
    answer(answers);
    await_order(orders);
    if (pipe(ready) != 0) {
        _exit(1);
    }
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            volatile char sum = 0;
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (uint64_t page = 0; page < 32 * MIB; page += 4096) {
                sum = (char)(sum + at[page]);
            }
            answer(ready[1]);
            pause();
        }
        await_order(ready[0]);
    }
    answer(answers);
}

static void shared_pages_count_once(void **state)
{
    skip_on_valgrind("its own memory counts, too");
    (void)state;
    needs_rollup();
    struct actor actor = actor_start(share_with_children);
    actor_step(&actor);
    uint64_t before = observe_tree_bytes(actor.pid, 0);
    actor_step(&actor);
    uint64_t after = observe_tree_bytes(actor.pid, 0);
    assert_in_range(after, before - SLACK, before + 3 * SLACK);
    actor_end(&actor);
}

/* --- a vfork that has not executed yet --- */

static int pipe_of_borrower;

static int borrow_memory(void *unused)
{
    (void)unused;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    answer(pipe_of_borrower);
    pause();
    return 0;
}

static void lend_memory(int orders, int answers)
{
    memset(map(32 * MIB, MAP_PRIVATE), 1, 32 * MIB);
    await_order(orders);
    answer(answers);
    await_order(orders);
    pipe_of_borrower = answers;
    char *stack = map(MIB, MAP_PRIVATE);
    if (clone(borrow_memory, stack + MIB, CLONE_VM | SIGCHLD, NULL) < 0) {
        _exit(1);
    }
}

static void a_child_in_its_parents_memory_counts_once(void **state)
{
    skip_on_valgrind("its own memory counts, too");
    (void)state;
    needs_rollup();
    if (syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0) != 0) {
        skip(); /* not allowed here: the sum then counts such a child for its instant */
    }
    struct actor actor = actor_start(lend_memory);
    actor_step(&actor);
    uint64_t before = observe_tree_bytes(actor.pid, 0);
    assert_true(before >= 32 * MIB);
    actor_step(&actor);
    uint64_t after = observe_tree_bytes(actor.pid, 0);
    assert_in_range(after, before - SLACK, before + SLACK);
    actor_end(&actor);
}

static void nothing_is_known_of_nobody(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(observe_tree_bytes(pid, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touched_memory_counts_and_mapped_memory_does_not),
        cmocka_unit_test(descendants_count),
        cmocka_unit_test(shared_pages_count_once),
        cmocka_unit_test(a_child_in_its_parents_memory_counts_once),
        cmocka_unit_test(nothing_is_known_of_nobody),
    };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
