/* The ordered queue against a model, between many consumers, and with a guard that is held by
 * somebody who stops or dies. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/modes/ordered.h"
#include "bench/util/mix.h"

enum { CAPACITY_MAX = 64, STEPS = 20000, VALUES = 20000, CONSUMERS = 4, CALM_CHECKS = 20000 };

/* In shared memory. */
struct board {
    _Alignas(256) _Atomic uint64_t taken[VALUES];
    _Atomic uint64_t sum;
    _Alignas(256) char queue[sizeof(struct ordered) + CAPACITY_MAX * sizeof(struct ordered_entry)];
};

static struct board *board;

static struct ordered *made(uint64_t capacity, enum ordered_kind kind)
{
    struct ordered *queue = (struct ordered *)(void *)board->queue;
    assert_true(ordered_bytes(capacity) <= sizeof board->queue);
    memset(board, 0xaa, sizeof *board);
    ordered_init(queue, capacity, kind);
    memset(board->taken, 0, sizeof board->taken);
    board->sum = 0;
    return queue;
}

/* --- one thread, against the plainest of models: a list in the order of pushing --- */

struct model {
    struct ordered_entry entries[CAPACITY_MAX];
    uint64_t used;
};

static uint64_t model_pop(struct model *model, enum ordered_kind kind)
{
    uint64_t best = kind == ORDERED_NEWEST ? model->used - 1 : 0;
    for (uint64_t i = 0; kind == ORDERED_SMALLEST && i < model->used; i++) {
        best = model->entries[i].key < model->entries[best].key ? i : best;
    }
    uint64_t value = model->entries[best].value;
    model->used--;
    memmove(&model->entries[best], &model->entries[best + 1],
            (model->used - best) * sizeof *model->entries);
    return value;
}

/* `keys`: so many different ones, so that ties come often, or hardly. */
static void follow_the_model(uint64_t capacity, enum ordered_kind kind, uint64_t keys)
{
    struct ordered *queue = made(capacity, kind);
    struct model model = {.used = 0};
    uint64_t random = capacity + keys, next = 1000, value;
    for (int step = 0; step < STEPS; step++) {
        /* Long runs of either, so that it is often full and often empty. */
        if (mix_below(&random, 100) < (step / 200 % 2 ? 70 : 30)) {
            uint64_t key = mix_below(&random, keys);
            bool room = model.used < capacity;
            assert_int_equal(ordered_push(queue, key, next), room);
            if (room) {
                model.entries[model.used++] = (struct ordered_entry){.key = key, .value = next++};
            }
        } else {
            value = 7;
            bool some = model.used > 0;
            assert_int_equal(ordered_pop(queue, &value), some);
            assert_int_equal(value, some ? model_pop(&model, kind) : 7);
        }
        assert_int_equal(ordered_used(queue), model.used);
    }
}

static void it_does_as_its_model(void **state)
{
    static const uint64_t capacities[] = {1, 2, 3, 8, 63, 64}, keys[] = {1, 3, 1000000};
    (void)state;
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            follow_the_model(capacities[c], ORDERED_SMALLEST, keys[k]);
            follow_the_model(capacities[c], ORDERED_NEWEST, keys[k]);
        }
    }
}

static void the_greatest_keys_are_in_order(void **state)
{
    static const uint64_t keys[] = {UINT64_MAX, 0, UINT64_MAX - 1, UINT64_C(1) << 63, 1};
    static const uint64_t order[] = {1, 4, 3, 2, 0};
    struct ordered *queue = made(8, ORDERED_SMALLEST);
    uint64_t value;
    (void)state;
    for (uint64_t i = 0; i < 5; i++) {
        assert_true(ordered_push(queue, keys[i], i));
    }
    for (uint64_t i = 0; i < 5; i++) {
        assert_true(ordered_pop(queue, &value));
        assert_int_equal(value, order[i]);
    }
}

/* --- many consumers --- */

static void *consume(void *argument)
{
    struct ordered *queue = argument;
    uint64_t value;
    while (atomic_load(&board->sum) < VALUES) {
        if (ordered_pop(queue, &value)) {
            atomic_fetch_add(&board->taken[value], 1);
            atomic_fetch_add(&board->sum, 1);
        }
    }
    return NULL;
}

static void produce(struct ordered *queue)
{
    uint64_t random = 9;
    for (uint64_t value = 0; value < VALUES;) {
        value += ordered_push(queue, mix_below(&random, 10), value);
    }
}

static void each_value_is_taken_once(void)
{
    for (uint64_t value = 0; value < VALUES; value++) {
        assert_int_equal(board->taken[value], 1);
    }
}

static void threads_take_each_value_once(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct ordered *queue = made(16, kind == 0 ? ORDERED_SMALLEST : ORDERED_NEWEST);
        pthread_t threads[CONSUMERS];
        for (size_t i = 0; i < CONSUMERS; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, consume, queue), 0);
        }
        produce(queue);
        for (size_t i = 0; i < CONSUMERS; i++) {
            pthread_join(threads[i], NULL);
        }
        each_value_is_taken_once();
    }
}

static void processes_take_each_value_once(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct ordered *queue = made(16, kind == 0 ? ORDERED_SMALLEST : ORDERED_NEWEST);
        for (size_t i = 0; i < CONSUMERS; i++) {
            if (fork() == 0) {
                consume(queue);
                _exit(0);
            }
        }
        produce(queue);
        for (size_t i = 0; i < CONSUMERS; i++) {
            int status;
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        each_value_is_taken_once();
    }
}

/* --- the guard --- */

/* A child that holds the guard of `queue` until it is killed. */
static pid_t holder(struct ordered *queue)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_mutex_lock(&queue->guard);
        if (write(ready[1], "x", 1) == 1) {
            pause();
        }
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static char state_of(pid_t pid)
{
    char path[64], text[512], state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_int_equal(sscanf(strrchr(text, ')') + 1, " %c", &state), 1);
    return state;
}

/* Nobody waits for the dead; what they left is not touched. */
static void a_dead_holder_closes_the_queue(void **state)
{
    uint64_t value = 7;
    int status;
    (void)state;
    struct ordered *queue = made(4, ORDERED_SMALLEST);
    assert_true(ordered_push(queue, 1, 11));
    pid_t child = holder(queue);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    for (int again = 0; again < 3; again++) {
        assert_false(ordered_pop(queue, &value));
        assert_false(ordered_push(queue, 2, 12));
    }
    assert_int_equal(value, 7);
    assert_int_equal(ordered_used(queue), 1);
}

/* It dies while another already sleeps for the guard. */
static void a_death_wakes_who_waits_for_the_guard(void **state)
{
    int status;
    (void)state;
    struct ordered *queue = made(4, ORDERED_SMALLEST);
    assert_true(ordered_push(queue, 1, 11));
    pid_t dead = holder(queue), waiter = fork();
    assert_true(waiter >= 0);
    if (waiter == 0) {
        uint64_t value;
        _exit(ordered_pop(queue, &value) ? 1 : 0);
    }
    while (state_of(waiter) != 'S') {
        usleep(1000);
    }
    kill(dead, SIGKILL);
    assert_int_equal(waitpid(dead, &status, 0), dead);
    assert_int_equal(waitpid(waiter, &status, 0), waiter);
    assert_int_equal(status, 0);
}

/* Whoever meets a holder that does not run comes to rest in the kernel, so that it may run, and
 * goes on when it has: busy is not the same as empty. */
static void a_slow_holder_is_waited_for_asleep(void **state)
{
    int status, checks = 0;
    (void)state;
    struct ordered *queue = made(4, ORDERED_SMALLEST);
    assert_true(ordered_push(queue, 1, 11));
    pthread_mutex_lock(&queue->guard);
    pid_t waiter = fork();
    assert_true(waiter >= 0);
    if (waiter == 0) {
        uint64_t value = 0;
        _exit(ordered_pop(queue, &value) && value == 11 ? 0 : 1);
    }
    while (state_of(waiter) != 'S' && checks < CALM_CHECKS) {
        usleep(1000);
        checks++;
    }
    assert_true(checks < CALM_CHECKS);
    assert_int_equal(waitpid(waiter, &status, WNOHANG), 0);
    pthread_mutex_unlock(&queue->guard);
    assert_int_equal(waitpid(waiter, &status, 0), waiter);
    assert_int_equal(status, 0);
}

/* Looking at an empty queue, or at a full one, disturbs nobody who holds the guard. */
static void looking_in_vain_does_not_need_the_guard(void **state)
{
    uint64_t value;
    (void)state;
    struct ordered *queue = made(1, ORDERED_SMALLEST);
    pthread_mutex_lock(&queue->guard);
    assert_false(ordered_pop(queue, &value)); /* hangs where it asks for the guard */
    pthread_mutex_unlock(&queue->guard);
    assert_true(ordered_push(queue, 1, 11));
    pthread_mutex_lock(&queue->guard);
    assert_false(ordered_push(queue, 1, 12));
    pthread_mutex_unlock(&queue->guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_as_its_model),
        cmocka_unit_test(the_greatest_keys_are_in_order),
        cmocka_unit_test(threads_take_each_value_once),
        cmocka_unit_test(processes_take_each_value_once),
        cmocka_unit_test(a_dead_holder_closes_the_queue),
        cmocka_unit_test(a_death_wakes_who_waits_for_the_guard),
        cmocka_unit_test(a_slow_holder_is_waited_for_asleep),
        cmocka_unit_test(looking_in_vain_does_not_need_the_guard),
    };
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
