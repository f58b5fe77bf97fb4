/*
 * sync_tasks.h - workloads that share objects, run in a test: all tasks in threads, over the real
 * objects or over some that a test breaks on purpose.
 *
 * Included after cmocka.h, by one source file per program.
 */
#ifndef TESTS_UNIT_SYNC_TASKS_H
#define TESTS_UNIT_SYNC_TASKS_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "tests/unit/workload_run.h"

enum { THREADS_MOST = 64 };

static inline void sync_begin(struct run *run, const struct workload *workload, uint64_t tasks)
{
    run_init(run, workload);
    run->env.tasks = tasks;
    run->env.seed = 7;
    run->env.first = true;
}

static inline void sync_end(struct run *run)
{
    run_teardown(run);
    run_unshare(run);
}

struct sync_thread {
    const struct run *run;
    uint64_t index, checksum;
    int rc;
    pthread_t thread;
};

static inline void *sync_thread_main(void *argument)
{
    struct sync_thread *own = argument;
    struct task_context context = own->run->context;
    context.task = own->index;
    own->rc = own->run->workload->task(&context, own->run->state, own->index, &own->checksum);
    return NULL;
}

/* Every task in a thread of its own; all must succeed. False: some checksum was wrong. */
static inline bool sync_run_threads(const struct run *run)
{
    struct sync_thread threads[THREADS_MOST];
    bool right = true;
    assert_true(run->env.tasks <= THREADS_MOST);
    for (uint64_t i = 0; i < run->env.tasks; i++) {
        threads[i] = (struct sync_thread){.run = run, .index = i};
        assert_int_equal(pthread_create(&threads[i].thread, NULL, sync_thread_main, &threads[i]),
                         0);
    }
    for (uint64_t i = 0; i < run->env.tasks; i++) {
        pthread_join(threads[i].thread, NULL);
    }
    for (uint64_t i = 0; i < run->env.tasks; i++) {
        assert_int_equal(threads[i].rc, 0);
        right = right && threads[i].checksum == run->workload->expected(run->state, i);
        for (uint64_t other = 0; other < i; other++) {
            assert_true(threads[i].checksum != threads[other].checksum);
        }
    }
    return right;
}

static inline struct observed sync_observe(const struct run *run)
{
    struct observed seen = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    if (run->workload->observe != NULL) {
        run->workload->observe(run->state, &seen);
    }
    return seen;
}

static inline void sync_verifies(struct run *run)
{
    run->err.text[0] = '\0';
    if (run->workload->verify(run->state, &run->err) != 0) {
        fail_msg("%s: %s", run->workload->name, run->err.text);
    }
}

/* verify() says that data was wrong, in words that hold this one. */
static inline void sync_refuses(struct run *run, const char *word)
{
    run->err.text[0] = '\0';
    assert_int_equal(run->workload->verify(run->state, &run->err), -EBADMSG);
    if (strstr(run->err.text, word) == NULL) {
        fail_msg("'%s' is not in: %s", word, run->err.text);
    }
}

static inline int sync_make_fails(const struct workload_env *env, uint32_t number,
                                  enum object_kind kind, uint64_t count)
{
    (void)env;
    (void)number;
    (void)kind;
    (void)count;
    return -ENOLCK;
}

/* setup() without memory or an object says so and leaves nothing (the address sanitizer looks). */
static inline void sync_setup_fails(const struct workload *workload, uint64_t tasks)
{
    struct run run;
    sync_begin(&run, workload, tasks);
    run.shared.deny = true;
    run_setup_fails(&run, -ENOMEM, "no memory");
    run.shared.deny = false;
    run.env.make = sync_make_fails;
    run_setup_fails(&run, -ENOLCK, "object 0");
    run_unshare(&run);
}

#endif
