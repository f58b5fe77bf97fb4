/*
 * Coroutines on own stacks and on a shared one, and the memory in which a shared stack's content
 * is kept. What a coroutine finds wrong it counts, and the test looks at the count: a failed
 * assertion must not leave a coroutine's stack.
 */
#include <errno.h>
#include <fenv.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/coroutine/coroutine.h"
#include "bench/coroutine/kept.h"

enum { STACK_BYTES = 64 << 10, MANY = 10000, THREADS = 4 };

enum stacks { OWN, GUARDED, SHARED, KINDS };

static struct coroutines *open_set(enum stacks kind, uint64_t most, size_t own_bytes)
{
    struct coroutine_options options = {.shared = kind == SHARED,
                                        .guard = kind == GUARDED,
                                        .stack_bytes = STACK_BYTES,
                                        .most = most,
                                        .own_bytes = own_bytes};
    struct coroutines *set;
    struct error err = {""};
    if (coroutines_open(&set, &options, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return set;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Order */

struct log {
    char text[64];
    size_t length;
};

struct speaker {
    struct log *log;
    char name;
    unsigned parks;
};

static void say(struct log *log, char what)
{
    log->text[log->length++] = what;
}

static void speak(struct coroutine *self, void *argument)
{
    struct speaker speaker = *(struct speaker *)argument;
    for (unsigned i = 0; i < speaker.parks; i++) {
        say(speaker.log, speaker.name);
        coroutine_park(self);
    }
    say(speaker.log, (char)(speaker.name - 'a' + 'A'));
}

static void test_runs_in_the_order_of_its_callers(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct coroutines *set = open_set(kind, 3, 0);
        struct log log = {.length = 0};
        struct speaker a = {&log, 'a', 2}, b = {&log, 'b', 1}, c = {&log, 'c', 0};
        struct coroutine *first = coroutine_start(set, speak, &a);
        say(&log, '-');
        struct coroutine *second = coroutine_start(set, speak, &b);
        assert_int_equal(coroutines_alive(set), 2);
        coroutine_start(set, speak, &c);
        assert_int_equal(coroutines_alive(set), 2); /* c ended without having parked */
        assert_int_equal(coroutine_resume(first), 0);
        assert_int_equal(coroutine_resume(second), 0);
        say(&log, '-');
        assert_int_equal(coroutines_alive(set), 1);
        assert_int_equal(coroutine_resume(first), 0);
        assert_int_equal(coroutines_alive(set), 0);
        assert_string_equal(log.text, "a-bCaB-A");
        coroutines_close(set);
    }
    coroutines_close(NULL);
}

/* What is on the stack */

struct walk {
    struct coroutine *coroutine;
    uint64_t seed;
    size_t most_bytes; /* of the array that it holds while it parks */
    unsigned rounds;
    unsigned wrong;
    bool ended;
};

static unsigned wrong_bytes(const unsigned char *at, size_t bytes, unsigned char first)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < bytes; i++) {
        wrong += at[i] != (unsigned char)(first + i);
    }
    return wrong;
}

/* Parks twice with so many bytes on the stack that only this coroutine has written. */
__attribute__((noinline)) static unsigned hold(struct coroutine *self, size_t bytes,
                                               unsigned char first)
{
    unsigned wrong = 0;
    unsigned char *at = __builtin_alloca(bytes);
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(first + i);
    }
    for (int i = 0; i < 2; i++) {
        coroutine_park(self);
        wrong += wrong_bytes(at, bytes, first);
    }
    return wrong;
}

static void walk_body(struct coroutine *self, void *argument)
{
    struct walk *walk = argument;
    unsigned char mark[16];
    uint64_t random = walk->seed;
    memset(mark, (int)walk->seed, sizeof mark);
    for (unsigned i = 0; i < walk->rounds; i++) {
        size_t bytes = (size_t)16 << next_random(&random) % 10;
        bytes += next_random(&random) % bytes & ~(size_t)1;
        bytes = bytes < walk->most_bytes ? bytes : walk->most_bytes;
        walk->wrong += hold(self, bytes, (unsigned char)next_random(&random));
    }
    for (size_t i = 0; i < sizeof mark; i++) {
        walk->wrong += mark[i] != (unsigned char)walk->seed;
    }
    walk->ended = true;
}

/* Starts `count` and resumes those that are alive in a random order, as long as more than
 * `abandoned` are. Returns what went wrong. */
static unsigned walk_all(enum stacks kind, unsigned count, uint64_t seed, unsigned abandoned)
{
    unsigned wrong = 0, alive = count;
    struct walk *walks = calloc(count, sizeof *walks);
    struct walk **left = calloc(count, sizeof(struct walk *));
    struct coroutines *set = open_set(kind, count, 8);
    if (walks == NULL || left == NULL) {
        abort();
    }
    for (unsigned i = 0; i < count; i++) {
        walks[i] = (struct walk){
            .seed = seed + i + 1, .most_bytes = count < MANY ? 8192 : 256, .rounds = 1 + i % 7};
        walks[i].coroutine = coroutine_start(set, walk_body, &walks[i]);
        wrong += walks[i].coroutine == NULL;
        left[i] = &walks[i];
    }
    while (alive > abandoned && wrong == 0) {
        size_t i = next_random(&seed) % alive;
        wrong += coroutine_resume(left[i]->coroutine) != 0;
        wrong += left[i]->wrong;
        if (left[i]->ended) {
            left[i] = left[--alive];
        }
        wrong += coroutines_alive(set) != alive;
    }
    coroutines_close(set);
    free(left);
    free(walks);
    return wrong;
}

static void test_keeps_what_lies_on_the_stack(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        assert_int_equal(walk_all(kind, 300, 1, 0), 0);
    }
}

static void test_many_end(void **state)
{
    (void)state;
    assert_int_equal(walk_all(OWN, MANY, 2, 0), 0);
    assert_int_equal(walk_all(SHARED, MANY, 3, 0), 0);
}

static void test_closes_with_many_parked(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        assert_int_equal(walk_all(kind, MANY, 4, MANY - 100), 0);
    }
}

static void *walk_in_thread(void *argument)
{
    unsigned *wrong = argument;
    uint64_t seed = 100 + *wrong;
    *wrong = 0;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        *wrong += walk_all(kind, 300, seed, 10);
    }
    return NULL;
}

static void test_a_set_in_each_thread(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    unsigned wrong[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        wrong[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, walk_in_thread, &wrong[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
}

/* What the processor keeps */

struct rounding {
    int mode;
    unsigned wrong;
};

static void round_body(struct coroutine *self, void *argument)
{
    struct rounding *rounding = argument;
    volatile double one = 1, three = 3;
    fesetround(rounding->mode);
    double third = one / three;
    long double long_third = (long double)one / (long double)three;
    for (int i = 0; i < 3; i++) {
        coroutine_park(self);
        rounding->wrong += fegetround() != rounding->mode;
        rounding->wrong += one / three > third || one / three < third;
        long double again = (long double)one / (long double)three;
        rounding->wrong += again > long_third || again < long_third;
    }
}

static void test_keeps_how_each_rounds(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct rounding up = {FE_UPWARD, 0}, down = {FE_DOWNWARD, 0};
        struct coroutines *set = open_set(kind, 2, 0);
        struct coroutine *first = coroutine_start(set, round_body, &up);
        int after_start = fegetround();
        struct coroutine *second = coroutine_start(set, round_body, &down);
        for (int i = 0; i < 3; i++) {
            coroutine_resume(first);
            coroutine_resume(second);
        }
        assert_int_equal(after_start, FE_TONEAREST);
        assert_int_equal(fegetround(), FE_TONEAREST);
        assert_int_equal(up.wrong + down.wrong, 0);
        assert_int_equal(coroutines_alive(set), 0);
        coroutines_close(set);
    }
}

/* Places and the caller's own bytes */

static void own_body(struct coroutine *self, void *argument)
{
    unsigned char *own = coroutine_own(self);
    unsigned *wrong = argument;
    *wrong += (uintptr_t)own % 16 != 0;
    for (size_t i = 0; i < 40; i++) {
        *wrong += own[i] != 0;
        own[i] = (unsigned char)(i + 1);
    }
    coroutine_park(self);
    *wrong += wrong_bytes(own, 40, 1);
}

static void test_own_bytes_are_zero_and_stay(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct coroutine *coroutines[5];
        unsigned wrong = 0;
        struct coroutines *set = open_set(kind, 5, 40);
        for (int round = 0; round < 3; round++) {
            for (size_t i = 0; i < 5; i++) {
                coroutines[i] = coroutine_start(set, own_body, &wrong);
                assert_non_null(coroutines[i]);
            }
            for (size_t i = 0; i < 5; i++) {
                assert_int_equal(wrong_bytes(coroutine_own(coroutines[i]), 40, 1), 0);
                coroutine_resume(coroutines[i]);
            }
        }
        assert_int_equal(wrong, 0);
        coroutines_close(set);
    }
}

static void park_once(struct coroutine *self, void *argument)
{
    (void)argument;
    coroutine_park(self);
}

static void return_at_once(struct coroutine *self, void *argument)
{
    (void)self;
    ++*(unsigned *)argument;
}

static void test_most_alive_and_the_last_place_first(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct coroutines *set = open_set(kind, 3, 0);
        unsigned runs = 0;
        struct coroutine *a = coroutine_start(set, park_once, NULL);
        struct coroutine *b = coroutine_start(set, park_once, NULL);
        for (int i = 0; i < 100; i++) {
            assert_non_null(coroutine_start(set, return_at_once, &runs));
        }
        assert_int_equal(runs, 100);
        struct coroutine *c = coroutine_start(set, park_once, NULL);
        assert_null(coroutine_start(set, return_at_once, &runs));
        assert_int_equal(runs, 100);
        assert_int_equal(coroutines_alive(set), 3);
        coroutine_resume(a);
        coroutine_resume(c);
        assert_ptr_equal(coroutine_start(set, park_once, NULL), c);
        assert_ptr_equal(coroutine_start(set, park_once, NULL), a);
        assert_int_equal(coroutines_alive(set), 3);
        coroutine_resume(b);
        assert_int_equal(coroutines_alive(set), 2);
        coroutines_close(set);
    }
}

/* One set inside another */

struct outer {
    struct coroutines *inner;
    struct log log;
};

static void outer_body(struct coroutine *self, void *argument)
{
    struct outer *outer = argument;
    struct speaker speaker = {&outer->log, 'x', 2};
    struct coroutine *inside = coroutine_start(outer->inner, speak, &speaker);
    coroutine_park(self);
    say(&outer->log, '.');
    coroutine_resume(inside);
    coroutine_park(self);
    coroutine_resume(inside);
}

static void test_a_coroutine_drives_another_set(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct coroutines *set = open_set(OWN, 1, 0);
        struct outer outer = {.inner = open_set(kind, 1, 0)};
        struct coroutine *coroutine = coroutine_start(set, outer_body, &outer);
        coroutine_resume(coroutine);
        coroutine_resume(coroutine);
        assert_string_equal(outer.log.text, "x.xX");
        assert_int_equal(coroutines_alive(set) + coroutines_alive(outer.inner), 0);
        coroutines_close(outer.inner);
        coroutines_close(set);
    }
}

/* Where stacks lie */

struct where {
    bool frame, own, caller, heap;
    const void *of_caller, *of_heap;
};

static void where_body(struct coroutine *self, void *argument)
{
    struct where *where = argument;
    /* No local's address: the address sanitizer may keep locals elsewhere. */
    where->frame = coroutine_on_stack(self, __builtin_frame_address(0));
    where->own = coroutine_on_stack(self, coroutine_own(self));
    where->caller = coroutine_on_stack(self, where->of_caller);
    where->heap = coroutine_on_stack(self, where->of_heap);
    coroutine_park(self);
}

static void test_tells_the_shared_stack(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        struct coroutines *set = open_set(kind, 2, 16);
        struct where where = {.of_caller = __builtin_frame_address(0), .of_heap = set};
        struct coroutine *coroutine = coroutine_start(set, where_body, &where);
        assert_int_equal(where.frame, kind == SHARED);
        assert_false(where.own);
        assert_false(where.caller);
        assert_false(where.heap);
        assert_false(coroutine_on_stack(coroutine, NULL));
        coroutines_close(set);
    }
}

/* Guards. A child process overflows, which must not reach what lies beyond. */

static const char *deepest_from;
static size_t deepest_bytes;

__attribute__((noinline)) static int go_deep(int depth)
{
    volatile char here[64];
    here[0] = (char)depth;
    if ((size_t)(deepest_from - (const char *)__builtin_frame_address(0)) > deepest_bytes) {
        return 0;
    }
    return go_deep(depth + 1) + (here[0] != (char)depth);
}

static void overflow(struct coroutine *self, void *argument)
{
    (void)self;
    (void)argument;
    deepest_from = __builtin_frame_address(0);
    _exit(go_deep(0));
}

/* The status of a child in which the second of two coroutines goes `bytes` deep. */
static int status_of_depth(enum stacks kind, size_t bytes)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGSEGV, SIG_DFL);
        struct coroutines *set = open_set(kind, 2, 0);
        deepest_bytes = bytes;
        coroutine_start(set, park_once, NULL);
        coroutine_start(set, overflow, NULL);
        _exit(3);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_guards_stop_an_overflow(void **state)
{
    (void)state;
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        assert_int_equal(status_of_depth(kind, STACK_BYTES - 4096), 0);
        if (kind != OWN) {
            int status = status_of_depth(kind, STACK_BYTES + 8192);
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), SIGSEGV);
        }
    }
#ifndef FIBERS_ADDRESS /* it sees the overflow by itself */
    /* Without a guard it runs on into the first one's stack: the guard it was that stopped it. */
    assert_int_equal(status_of_depth(OWN, STACK_BYTES + 8192), 0);
#endif
}

/* What cannot be had */

static void test_refuses_what_does_not_fit(void **state)
{
    (void)state;
    struct error err = {""};
    struct coroutines *set;
    struct coroutine_options options = {.stack_bytes = STACK_BYTES, .most = UINT64_MAX};
    for (enum stacks kind = 0; kind < KINDS; kind++) {
        options.shared = kind == SHARED;
        options.guard = kind == GUARDED;
        assert_int_equal(coroutines_open(&set, &options, &err), -ENOMEM);
        assert_null(set);
        assert_non_null(strstr(err.text, "18446744073709551615 coroutines"));
    }
    options = (struct coroutine_options){.stack_bytes = SIZE_MAX, .most = 1};
    assert_int_equal(coroutines_open(&set, &options, &err), -EINVAL);
    assert_non_null(strstr(err.text, "1073741824 bytes at the most"));
    options = (struct coroutine_options){.stack_bytes = STACK_BYTES, .guard = true};
    options.most = coroutine_guards_most();
    if (options.most < UINT64_MAX) {
        options.most++;
        assert_int_equal(coroutines_open(&set, &options, &err), -ENOMEM);
        assert_non_null(strstr(err.text, "sysctl vm.max_map_count="));
    }
}

static uint64_t address_space(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%llu", &pages) != 1) {
        abort();
    }
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

enum { TIGHT = 1000, TIGHT_SPACE = 1 << 20 };

/* In a process that may take only a little more address space: parks as many as go. Returns
 * what went wrong. */
static int run_out_of_memory(void)
{
    static struct walk walks[TIGHT];
    struct coroutines *set = open_set(SHARED, TIGHT, 0);
    struct rlimit limit = {address_space() + TIGHT_SPACE, RLIM_INFINITY};
    unsigned parked = 0, wrong = 0;
    setrlimit(RLIMIT_AS, &limit);
    for (bool more = true; more;) {
        walks[parked] = (struct walk){.seed = 3000 + parked, .most_bytes = 8192, .rounds = 1};
        walks[parked].coroutine = coroutine_start(set, walk_body, &walks[parked]);
        more = walks[parked].coroutine != NULL;
        parked += more;
        if (parked == TIGHT) {
            return 1; /* the limit was not felt */
        }
    }
    wrong += coroutines_alive(set) != parked;
    /* The last one has the stack and cannot be moved out. */
    wrong += coroutine_resume(walks[0].coroutine) != -ENOMEM;
    while (!walks[parked - 1].ended) {
        wrong += coroutine_resume(walks[parked - 1].coroutine) != 0;
    }
    for (unsigned i = 0; i < parked; i++) {
        while (!walks[i].ended && wrong == 0) {
            wrong += coroutine_resume(walks[i].coroutine) != 0;
        }
        wrong += walks[i].wrong;
    }
    wrong += coroutines_alive(set) != 0;
    coroutines_close(set);
    return wrong == 0 ? 0 : 2;
}

static void test_goes_on_where_memory_ends(void **state)
{
    (void)state;
#ifdef FIBERS
    skip(); /* the sanitizers need address space of their own */
#endif
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(run_out_of_memory());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* The memory for the shared stack's content */

static void test_kept_blocks_are_close_to_what_is_asked(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes < 100000; bytes++) {
        size_t rounded = kept_round(bytes);
        assert_in_range(rounded, bytes, bytes + (bytes > 1024 ? bytes / 8 : 15));
        assert_int_equal(kept_round(rounded), rounded);
        assert_int_equal(rounded % 16, 0);
    }
}

static void test_kept_blocks_do_not_overlap(void **state)
{
    (void)state;
    enum { BLOCKS = 500 };
    static struct {
        unsigned char *at;
        size_t bytes;
        unsigned char mark;
    } blocks[BLOCKS];
    struct kept kept;
    uint64_t random = 5;
    kept_open(&kept, BLOCKS);
    for (int i = 0; i < 20000; i++) {
        size_t n = next_random(&random) % BLOCKS;
        if (blocks[n].at != NULL) {
            assert_int_equal(wrong_bytes(blocks[n].at, blocks[n].bytes, blocks[n].mark), 0);
            kept_give(&kept, blocks[n].at, blocks[n].bytes);
        }
        blocks[n].bytes = 1 + next_random(&random) % (n % 10 == 0 ? 20000 : 600);
        blocks[n].mark = (unsigned char)i;
        blocks[n].at = kept_take(&kept, blocks[n].bytes);
        assert_non_null(blocks[n].at);
        assert_int_equal((uintptr_t)blocks[n].at % 16, 0);
        for (size_t k = 0; k < blocks[n].bytes; k++) {
            blocks[n].at[k] = (unsigned char)(blocks[n].mark + k);
        }
    }
    kept_close(&kept);
}

static void test_kept_blocks_serve_again(void **state)
{
    (void)state;
    struct kept kept;
    kept_open(&kept, 10);
    void *first = kept_take(&kept, 400), *second = kept_take(&kept, 400);
    assert_ptr_not_equal(first, second);
    kept_give(&kept, first, 400);
    assert_ptr_not_equal(kept_take(&kept, 300), first);
    assert_ptr_equal(kept_take(&kept, 395), first);
    kept_close(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_in_the_order_of_its_callers),
        cmocka_unit_test(test_keeps_what_lies_on_the_stack),
        cmocka_unit_test(test_many_end),
        cmocka_unit_test(test_closes_with_many_parked),
        cmocka_unit_test(test_a_set_in_each_thread),
        cmocka_unit_test(test_keeps_how_each_rounds),
        cmocka_unit_test(test_own_bytes_are_zero_and_stay),
        cmocka_unit_test(test_most_alive_and_the_last_place_first),
        cmocka_unit_test(test_a_coroutine_drives_another_set),
        cmocka_unit_test(test_tells_the_shared_stack),
        cmocka_unit_test(test_guards_stop_an_overflow),
        cmocka_unit_test(test_refuses_what_does_not_fit),
        cmocka_unit_test(test_goes_on_where_memory_ends),
        cmocka_unit_test(test_kept_blocks_are_close_to_what_is_asked),
        cmocka_unit_test(test_kept_blocks_do_not_overlap),
        cmocka_unit_test(test_kept_blocks_serve_again),
    };
    /* A stack that was damaged may lead into Boost.Context's last resort, _exit(0): so in a child
     * of which another status is expected. */
    enum { ALL_PASSED = 77 };
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        exit(cmocka_run_group_tests(tests, NULL, NULL) == 0 ? ALL_PASSED : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != ALL_PASSED) {
        fprintf(stderr, "the tests did not run to their end, or failed (status %#x)\n",
                (unsigned)status);
        return 1;
    }
    return 0;
}
