/* queue: producers and consumers over a bounded queue, and what is said of one that errs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/util/mix.h"
#include "tests/unit/sync_tasks.h"
#include "workloads/queue.h"

extern const struct workload workload_queue;

static const char *const orders[] = {"fifo", "lifo", "priority"};
static const char *const ends[] = {"sentinels", "counted"};

static void begin(struct run *run, uint64_t tasks, const char *const settings[][2])
{
    sync_begin(run, &workload_queue, tasks);
    run_set(run, "items", "40");
    run_set(run, "produce", "10");
    run_set(run, "consume", "10");
    for (size_t i = 0; settings[i][0] != NULL; i++) {
        run_set(run, settings[i][0], settings[i][1]);
    }
}

static void everything_arrives_in_order(void **state)
{
    static const struct {
        const char *producers, *consumers;
        uint64_t tasks;
    } sizes[] = {{"1", "1", 2}, {"3", "2", 5}, {"1", "4", 5}, {"4", "1", 5}};
    static const char *const capacities[] = {"1", "3", "1000"};
    (void)state;
    for (size_t c = 0; c < 3 * 2 * 4 * 3; c++) {
        struct run run;
        begin(&run, sizes[c / 6 % 4].tasks,
              (const char *const[][2]){{"order", orders[c % 3]},
                                       {"end", ends[c / 3 % 2]},
                                       {"producers", sizes[c / 6 % 4].producers},
                                       {"consumers", sizes[c / 6 % 4].consumers},
                                       {"capacity", capacities[c / 24]},
                                       {NULL}});
        run_setup(&run);
        assert_true(sync_run_threads(&run));
        sync_verifies(&run);
        const struct queue_state *own = run.state;
        assert_int_equal(own->shared->store.count, 0);
        uint64_t count;
        const struct request_times *times = workload_queue.requests(run.state, &count);
        assert_int_equal(count, own->producers * 40);
        for (uint64_t i = 0; i < count; i++) {
            assert_true(times[i].intended_ns > 0 && times[i].sent_ns == times[i].intended_ns);
            assert_true(times[i].done_ns >= times[i].sent_ns);
        }
        sync_end(&run);
    }
}

static void tasks_are_shared_out(void **state)
{
    static const struct {
        const char *producers, *consumers;
        uint64_t tasks, producing;
    } cases[] = {{"2", "2", 4, 2},    {"2", "2", 7, 3},     {"1", "3", 64, 16}, {"1", "1000", 2, 1},
                 {"1000", "1", 2, 1}, {"1000", "1", 10, 9}, {"5", "1", 6, 5}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        begin(&run, cases[c].tasks,
              (const char *const[][2]){
                  {"producers", cases[c].producers}, {"consumers", cases[c].consumers}, {NULL}});
        run_setup(&run);
        const struct queue_state *own = run.state;
        assert_int_equal(own->producers, cases[c].producing);
        assert_int_equal(own->consumers, cases[c].tasks - cases[c].producing);
        sync_end(&run);
    }
}

static void one_task_is_no_queue(void **state)
{
    struct run run;
    (void)state;
    begin(&run, 1, (const char *const[][2]){{NULL}});
    run_setup_fails(&run, -ENOTSUP, "--tasks 2");
    run_unshare(&run);
    sync_setup_fails(&workload_queue, 2);
    /* So many that their memory's size is no number. */
    begin(&run, 2, (const char *const[][2]){{"items", "100000000"}, {NULL}});
    run_make_area(&run);
    run.env.tasks = UINT64_MAX;
    assert_int_equal(workload_queue.setup(&run.env, &run.state, &run.err), -ENOMEM);
    run_unshare(&run);
}

/* --- the stores, against a plain search --- */

enum { MODEL = 50 };

static uint64_t due(const struct queue_item *model, uint64_t count, enum queue_order_kind kind)
{
    uint64_t at = kind == QUEUE_LIFO ? count - 1 : 0;
    for (uint64_t i = 0; i < count && kind == QUEUE_PRIORITY; i++) {
        at = model[i].priority < model[at].priority ? i : at;
    }
    return at;
}

static void stores_give_what_is_due(void **state)
{
    struct queue_store *store = calloc(1, sizeof *store + MODEL * sizeof store->items[0]);
    (void)state;
    for (int kind = 0; kind < QUEUE_ORDERS; kind++) {
        struct queue_item model[MODEL];
        uint64_t random = 1, count = 0;
        *store = (struct queue_store){.capacity = MODEL};
        for (uint64_t step = 0; step < 20000; step++) {
            /* Mostly full for a while, mostly empty for another. */
            const bool puts = mix_below(&random, 100) < (step / 500 % 2 ? 30 : 70);
            if (puts && count < MODEL) {
                struct queue_item item = {.id = step, .priority = mix_below(&random, 20)};
                queue_orders[kind].put(store, &item);
                model[count++] = item;
            } else if (!puts && count > 0) {
                struct queue_item got;
                const uint64_t at = due(model, count, (enum queue_order_kind)kind);
                queue_orders[kind].take(store, &got);
                if (kind == QUEUE_PRIORITY) { /* equals come as they may */
                    uint64_t found = 0;
                    while (found < count && model[found].id != got.id) {
                        found++;
                    }
                    assert_true(found < count);
                    assert_int_equal(got.priority, model[at].priority);
                    memmove(&model[found], &model[found + 1],
                            (count - found - 1) * sizeof model[0]);
                } else {
                    assert_int_equal(got.id, model[at].id);
                    memmove(&model[at], &model[at + 1], (count - at - 1) * sizeof model[0]);
                }
                count--;
            }
            assert_int_equal(store->count, count);
        }
    }
    free(store);
}

/* --- queues that err --- */

static struct queue_order honest;
static uint64_t errs_at;

static void dropping_put(struct queue_store *store, const struct queue_item *item)
{
    if (item->id != errs_at) {
        honest.put(store, item);
    }
}

static void doubling_put(struct queue_store *store, const struct queue_item *item)
{
    honest.put(store, item);
    if (item->id == errs_at) {
        honest.put(store, item);
    }
}

static void changing_put(struct queue_store *store, const struct queue_item *item)
{
    struct queue_item changed = *item;
    changed.value += item->id == errs_at;
    honest.put(store, &changed);
}

static void inventing_put(struct queue_store *store, const struct queue_item *item)
{
    struct queue_item changed = *item;
    changed.id = item->id == errs_at ? 1000000 : item->id;
    honest.put(store, &changed);
}

/* Gives the one that is not due, where two are in it. */
static void shuffling_take(struct queue_store *store, struct queue_item *item)
{
    struct queue_item due_first;
    honest.take(store, &due_first);
    *item = due_first;
    if (store->count > 0 && due_first.id != QUEUE_SENTINEL) {
        honest.take(store, item);
        if (item->id == QUEUE_SENTINEL) {
            honest.put(store, item);
            *item = due_first;
        } else {
            honest.put(store, &due_first);
        }
    }
}

static void errors_are_named(void **state)
{
    static const struct {
        void (*put)(struct queue_store *, const struct queue_item *);
        void (*take)(struct queue_store *, struct queue_item *);
        const char *words;
    } errors[] = {
        {dropping_put, NULL, "item 5 of producer 1 was put and never taken"},
        {doubling_put, NULL, "item 5 of producer 1 was taken 2 times"},
        {changing_put, NULL, "sum or parity"},
        {inventing_put, NULL, "item 5 of producer 1 was put and never taken"},
        {NULL, shuffling_take, "the queue ("},
    };
    (void)state;
    errs_at = 45; /* item 5 of producer 1 */
    for (size_t c = 0; c < 3 * sizeof errors / sizeof errors[0]; c++) {
        struct run run;
        struct queue_order erring[QUEUE_ORDERS];
        const size_t order = c % 3, error = c / 3;
        honest = queue_orders[order];
        erring[order] = honest;
        erring[order].put = errors[error].put ? errors[error].put : honest.put;
        erring[order].take = errors[error].take ? errors[error].take : honest.take;
        /* One consumer that comes when all is there: a test without races. */
        begin(&run, 3,
              (const char *const[][2]){{"order", orders[order]},
                                       {"capacity", "1000"},
                                       {"producers", "2"},
                                       {"consumers", "1"},
                                       {"end", error == 4 ? "counted" : "sentinels"},
                                       {NULL}});
        run_make_area(&run);
        assert_int_equal(queue_set_up(&run.env, erring, &run.state, &run.err), 0);
        if (order == QUEUE_LIFO && error != 4) { /* its producer waits until the queue is empty */
            sync_run_threads(&run);
        } else {
            for (uint64_t i = 0; i < 3; i++) {
                run_checksum(&run, i);
            }
        }
        sync_refuses(&run, errors[error].words);
        sync_end(&run);
    }
}

/* Notes that do not fit together are no proof of anything. */
static void spoiled_notes_are_no_proof(void **state)
{
    struct run run;
    (void)state;
    begin(&run, 2, (const char *const[][2]){{NULL}});
    run_setup(&run);
    assert_true(sync_run_threads(&run));
    sync_verifies(&run);
    const struct queue_state *own = run.state;
    own->shared->logged--;
    sync_refuses(&run, "40 items were put and taken 79 times together");
    own->shared->logged++;
    own->log[3] = QUEUE_TAKEN(40);
    sync_refuses(&run, "nobody made");
    own->log[0] = QUEUE_TAKEN(0);
    sync_refuses(&run, "was not in it");
    atomic_store(&own->shared->strange, 1);
    sync_refuses(&run, "what consumers got");
    sync_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_in_order),
        cmocka_unit_test(tasks_are_shared_out),
        cmocka_unit_test(one_task_is_no_queue),
        cmocka_unit_test(stores_give_what_is_due),
        cmocka_unit_test(errors_are_named),
        cmocka_unit_test(spoiled_notes_are_no_proof),
    };
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
