#include "bench/modes/worker_threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/refusal.h"

struct worker_thread {
    const struct job *job;
    worker_thread_body *body;
    void *argument;
    uint64_t index, worker;
    pthread_t thread;
    int rc;
    struct error err;
};

static void *thread_main(void *argument)
{
    struct worker_thread *self = argument;
    job_worker_begin(self->job, self->worker, false);
    self->rc = self->body(self->job, self->argument, self->index, self->worker, &self->err);
    job_worker_end(self->job, self->worker);
    return NULL;
}

static int make(struct job *job, struct worker_thread *thread, pthread_attr_t *attr, uint64_t count)
{
    int rc = job_thread_attr(job, thread->worker, attr);
    if (rc == 0) {
        rc = -pthread_create(&thread->thread, attr, thread_main, thread);
    }
    return rc == 0 ? 0
                   : error_set(&job->err, refusal_tell("pthread_create", rc, 0),
                               "thread %llu of %llu could not be made: %s",
                               (unsigned long long)thread->index, (unsigned long long)count,
                               strerror(-rc));
}

int worker_threads_start(struct worker_threads *threads, struct job *job, uint64_t first,
                         uint64_t count, worker_thread_body *body, void *argument)
{
    pthread_attr_t attr;
    uint64_t before = clock_now_ns();
    int rc = 0;
    *threads = (struct worker_threads){.list = calloc(count, sizeof *threads->list)};
    if (!threads->list) {
        return error_set(&job->err, -ENOMEM, "no memory for %llu threads",
                         (unsigned long long)count);
    }
    pthread_attr_init(&attr);
    for (; threads->made < count; threads->made++) {
        struct worker_thread *thread = &threads->list[threads->made];
        *thread = (struct worker_thread){.job = job,
                                         .body = body,
                                         .argument = argument,
                                         .index = threads->made,
                                         .worker = first + threads->made};
        rc = make(job, thread, &attr, count);
        if (rc != 0) {
            break;
        }
    }
    pthread_attr_destroy(&attr);
    job->spawn_ns += clock_now_ns() - before;
    return rc;
}

int worker_threads_join(struct worker_threads *threads, struct job *job, int rc)
{
    for (uint64_t i = 0; i < threads->made; i++) {
        struct worker_thread *thread = &threads->list[i];
        pthread_join(thread->thread, NULL);
        if (rc == 0 && thread->rc != 0) {
            rc = thread->rc;
            job->err = thread->err;
        }
    }
    free(threads->list);
    return rc;
}

int worker_threads_run(struct job *job, uint64_t first, uint64_t count, worker_thread_body *body,
                       void *argument)
{
    struct worker_threads threads;
    int rc = worker_threads_start(&threads, job, first, count, body, argument);
    return worker_threads_join(&threads, job, rc);
}
