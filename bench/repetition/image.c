/*
 * image.c - the program of one repetition: `bench-repetition`.
 *
 * It is an image of its own, linked with nothing but the C library, because a fork costs
 * what its parent has mapped: from an image that carries hwloc, GSL and jansson it took 20 to
 * 25% longer, and that would be charged to the process modes.
 *
 *     bench-repetition run RUNNER-PID        one repetition
 *     bench-repetition worker SLOT TASK      one task of the mode process-spawn
 *
 * Not for people: bench starts it, with the descriptors of shared.h open.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/machine/conditions.h"
#include "bench/machine/counters.h"
#include "bench/modes/mode.h"
#include "bench/repetition/companion.h"
#include "bench/repetition/figures.h"
#include "bench/repetition/job.h"
#include "bench/repetition/share.h"
#include "bench/repetition/waited.h"
#include "bench/repetition/watched.h"
#include "bench/util/descriptors.h"
#include "bench/waits/wait.h"

struct image {
    struct shared *shared;
    const struct mode *mode;
    struct job job;
    struct share share;
    void *state;
};

/* Dies with `parent`, also where that died before this line. */
static void die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
}

static struct shared *map_shared(int populate)
{
    struct stat info;
    struct shared head;
    if (fstat(SHARED_FD, &info) != 0 ||
        pread(SHARED_FD, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        head.request.magic != SHARED_MAGIC || head.bytes > (size_t)info.st_size) {
        return NULL;
    }
    void *at = mmap(NULL, head.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | populate, SHARED_FD, 0);
    return at == MAP_FAILED ? NULL : at;
}

static int set_up(struct image *image, bool first)
{
    const struct request *request = &image->shared->request;
    int rc = job_init(&image->job, image->shared, &image->mode);
    if (rc != 0) {
        return rc;
    }
    share_init(&image->share, image->shared, image->job.workload, image->mode, first);
    image->share.env.values = request->values;
    image->share.env.seed = request->seed;
    image->share.env.tasks = request->tasks;
    image->share.env.rate = request->rate;
    image->share.env.poisson = request->poisson;
    image->share.env.apart = request->apart;
    image->share.env.cache_bytes = request->cache_bytes;
    image->share.env.scratch = request->scratch ? SCRATCH_FD : -1;
    rc = image->job.workload->setup(&image->share.env, &image->state, &image->job.err);
    image->job.state = image->state;
    watched_begin(&image->job, SHARED_FD);
    return rc;
}

static void tear_down(struct image *image)
{
    image->job.workload->teardown(image->state);
    share_end(&image->share);
}

/* Tells the runner that the set-up is done, and waits until it opens the gate. */
static void wait_at_gate(struct report *report)
{
    uint64_t one = 1;
    atomic_store(&report->phase, PHASE_READY);
    if (write(READY_FD, &one, sizeof one) != (ssize_t)sizeof one) {
        _exit(1);
    }
    while (atomic_load(&report->phase) == PHASE_READY) {
        syscall(SYS_futex, &report->phase, FUTEX_WAIT, PHASE_READY, NULL, NULL, 0);
    }
}

static uint64_t timeval_ns(struct timeval time)
{
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_usec * 1000;
}

struct usage {
    uint64_t user_ns, sys_ns, voluntary, involuntary, minor, major;
};

/* Of this process and of its reaped children (a mode returns with all reaped). */
static struct usage usage_now(void)
{
    struct usage sum = {0};
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < 2; i++) {
        struct rusage got;
        getrusage(whose[i], &got);
        sum.user_ns += timeval_ns(got.ru_utime);
        sum.sys_ns += timeval_ns(got.ru_stime);
        sum.voluntary += (uint64_t)got.ru_nvcsw;
        sum.involuntary += (uint64_t)got.ru_nivcsw;
        sum.minor += (uint64_t)got.ru_minflt;
        sum.major += (uint64_t)got.ru_majflt;
    }
    return sum;
}

static void report_usage(struct report *report, const struct usage *before,
                         const struct usage *after)
{
    report->user_ns = after->user_ns - before->user_ns;
    report->sys_ns = after->sys_ns - before->sys_ns;
    report->voluntary_switches = after->voluntary - before->voluntary;
    report->involuntary_switches = after->involuntary - before->involuntary;
    report->minor_faults = after->minor - before->minor;
    report->major_faults = after->major - before->major;
}

static uint64_t counter_delta(uint64_t before, uint64_t after)
{
    return before == COUNTER_UNKNOWN || after == COUNTER_UNKNOWN ? FIGURE_UNKNOWN : after - before;
}

static uint64_t unix_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return clock_ns(now);
}

/* The timed region and the samples on either side of it. */
static int launch(struct image *image, struct report *report)
{
    struct conditions_probe probe;
    struct conditions before, after;
    struct counters counters = {-1, -1};
    struct usage usage_before, usage_after;
    uint64_t instructions[2], misses[2];

    conditions_open(&probe);
    if (image->shared->request.observed) {
        counters_open(&counters);
    }
    job_prepare_main(&image->job);
    if (image->mode->prepare) {
        image->mode->prepare(&image->job);
    }
    wait_at_gate(report);
    conditions_read(&probe, &before);
    counters_read(&counters, &instructions[0], &misses[0]);
    usage_before = usage_now();
    uint64_t companion_ns = companion_cpu_ns(image->shared);
    report->start_unix_ns = unix_now_ns();
    report->clock_start_ns = clock_now_ns();

    int rc = image->mode->launch(&image->job);

    uint64_t reaped_ns = clock_now_ns();
    usage_after = usage_now();
    companion_ns = companion_cpu_ns(image->shared) - companion_ns;
    counters_read(&counters, &instructions[1], &misses[1]);
    conditions_read(&probe, &after);
    atomic_store(&report->phase, PHASE_ENDED);

    uint64_t last_end_ns = figures_last_end(&image->job, reaped_ns);
    report->wall_ns = last_end_ns - report->clock_start_ns;
    report->join_ns = reaped_ns - last_end_ns;
    report->spawn_ns = image->job.spawn_ns;
    report_usage(report, &usage_before, &usage_after);
    struct conditions delta = conditions_delta(&before, &after);
    report->steal_ns = delta.steal_ns;
    report->throttled_ns = delta.throttled_ns;
    report->companion_ns = image->shared->companion ? companion_ns : FIGURE_OFF;
    report->others_ns =
        conditions_others(delta.busy_ns, report->user_ns + report->sys_ns + companion_ns);
    if (!image->job.wait->engine) {
        report->helper_ns = FIGURE_OFF;
    }
    bool observed = image->shared->request.observed;
    report->instructions = observed ? counter_delta(instructions[0], instructions[1]) : FIGURE_OFF;
    report->cache_misses = observed ? counter_delta(misses[0], misses[1]) : FIGURE_OFF;
    counters_close(&counters);
    conditions_close(&probe);
    return rc;
}

static void run(struct image *image, struct report *report)
{
    int rc = set_up(image, true);
    refusal_tell_lack(rc);
    if (rc != 0) {
        report->status = rc == -ENOTSUP ? STATUS_UNSUPPORTED : STATUS_FAILED;
        snprintf(report->reason, sizeof report->reason, "%s", image->job.err.text);
        companion_end(image->shared);
        atomic_store(&report->phase, PHASE_REPORTED);
        return;
    }
    for (uint64_t slot = 0; slot < image->shared->worker_slots; slot++) {
        image->job.workers[slot].process = getpid();
    }
    report->callback_ns = FIGURE_OFF; /* pools set it */
    rc = launch(image, report);
    refusal_tell_lack(rc);
    if (rc == 0) {
        image->job.status = figures_verify(&image->job);
        figures_fill(&image->job, image->mode->workers == MODE_WORKERS_PER_TASK, report);
        waited_fill(&image->job, image->mode, report);
    }
    report->status = image->job.status;
    snprintf(report->reason, sizeof report->reason, "%s", image->job.err.text);
    tear_down(image);
    companion_end(image->shared);
    atomic_store(&report->phase, PHASE_REPORTED);
}

static int run_repetition(pid_t runner)
{
    struct image image = {0};
    die_with(runner);
    /* Grandchildren of crashed workers come to us, to be reaped and counted. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* The default slack of 50 us would be most of what a short sleep overshoots. */
    prctl(PR_SET_TIMERSLACK, 1);
    /* A client that has gone is an error of the call that writes to it, not a death. Spawned
     * workers inherit this. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* likewise a file that may not grow */
    descriptors_raise();      /* the hard one was asked of beforehand */
    fcntl(READY_FD, F_SETFD, FD_CLOEXEC);
    /* Populated, so that no first touch of a record falls into the timed part. */
    image.shared = map_shared(MAP_POPULATE);
    if (!image.shared) {
        fputs("bench-repetition is started by bench, not by hand; see `bench help`\n", stderr);
        return 2;
    }
    image.shared->leader = getpid();
    refusal_begin(&image.shared->report.refusal, READY_FD);
    run(&image, &image.shared->report);
    return 0;
}

static int run_worker(uint64_t slot, uint64_t task)
{
    /* Not populated: a worker is timed from its start and needs two records of the many. */
    struct image image = {.shared = map_shared(0)};
    if (!image.shared) {
        return 2;
    }
    die_with(image.shared->leader);
    refusal_begin(&image.shared->report.refusal, -1);
    struct task_record *record = &shared_tasks(image.shared)[task];
    int rc = set_up(&image, false);
    image.job.workers[slot].process = getpid();
    if (rc != 0) {
        record->error = rc;
        atomic_store(&record->state, TASK_ENDED);
        return 0;
    }
    job_worker_begin(&image.job, slot, false);
    job_run_task(&image.job, slot, task);
    job_worker_end(&image.job, slot);
    tear_down(&image);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "run") == 0) {
        return run_repetition((pid_t)strtol(arguments[2], NULL, 10));
    }
    if (count == 4 && strcmp(arguments[1], "worker") == 0) {
        return run_worker(strtoull(arguments[2], NULL, 10), strtoull(arguments[3], NULL, 10));
    }
    fputs("bench-repetition is started by bench, not by hand; see `bench help`\n", stderr);
    return 2;
}
