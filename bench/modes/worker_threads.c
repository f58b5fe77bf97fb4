#include "bench/modes/worker_threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
                   : error_set(&job->err, rc, "thread %llu of %llu could not be made: %s",
                               (unsigned long long)thread->index, (unsigned long long)count,
                               strerror(-rc));
}

int worker_threads_run(struct job *job, uint64_t first, uint64_t count, worker_thread_body *body,
                       void *argument)
{
    struct worker_thread *threads = calloc(count, sizeof *threads);
    pthread_attr_t attr;
    uint64_t made = 0, before = clock_now_ns();
    int rc = 0;
    if (!threads) {
        return error_set(&job->err, -ENOMEM, "no memory for %llu threads",
                         (unsigned long long)count);
    }
    pthread_attr_init(&attr);
    for (; made < count; made++) {
        threads[made] = (struct worker_thread){
            .job = job, .body = body, .argument = argument, .index = made, .worker = first + made};
        rc = make(job, &threads[made], &attr, count);
        if (rc != 0) {
            break;
        }
    }
    pthread_attr_destroy(&attr);
    job->spawn_ns += clock_now_ns() - before;
    for (uint64_t i = 0; i < made; i++) {
        pthread_join(threads[i].thread, NULL);
        if (rc == 0 && threads[i].rc != 0) {
            rc = threads[i].rc;
            job->err = threads[i].err;
        }
    }
    free(threads);
    return rc;
}
