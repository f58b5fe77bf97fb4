/*
 * executor.h - one repetition of one cell, in a fresh child process.
 *
 * Starts the image `bench-repetition` in a process group of its own, opens the gate once
 * the workload is set up, sleeps while the clock runs, and sees to it that nothing of the
 * repetition is left. A crash, a hang or an interrupt costs this one row.
 * Thread rules: the runner's main thread only; from opening to closing SIGCHLD, SIGINT,
 * SIGTERM and SIGHUP are blocked there and arrive through the executor, but for those that the
 * program was told to ignore. After the first one, a second one ends the program at once: the guard
 * clears away (bench/util/interrupt.h).
 */
#ifndef BENCH_EXECUTOR_H
#define BENCH_EXECUTOR_H

#include <signal.h>
#include <stdbool.h>

#include "bench/machine/neighbours.h"
#include "bench/machine/oom.h"
#include "bench/machine/surroundings.h"
#include "bench/plan.h"
#include "bench/repetition/shared.h"
#include "bench/results/timings.h"

struct guard;

struct executor {
    const struct plan *plan;
    struct guard *guard;
    struct texts *texts;     /* where the rows' reasons live */
    int signals;             /* signalfd, -1: not open */
    sigset_t former_mask;    /* of signals, for executor_close */
    int scratch;             /* descriptor, -1: none */
    char image[4096];        /* path of bench-repetition */
    struct pin_target *pins; /* NULL: not pinned */
    size_t pin_count;
    /* Where a workload's other side runs, and its workers; the same, all, where there is only one
     * core. */
    struct pin_target companion_cpus, server_cpus;
    bool apart;
    uint64_t cache_bytes;
    struct surroundings_probe *surroundings; /* NULL: rows say unknown */
    struct oom oom;
    struct neighbours *neighbours; /* exclusive.h; NULL likewise */
    bool interrupted;              /* a signal asked to stop; no further repetition should start */
};

/* `texts` must outlive the rows. Finds the image beside this program, blocks the signals, loads the
 * pin targets. 0 or -errno. */
int executor_open(struct executor *executor, const struct plan *plan,
                  const struct topology *topology, struct guard *guard, struct texts *texts,
                  struct error *err);
void executor_close(struct executor *executor);

/* Runs one repetition. Fills status, reason and the figures of `row`; figures that do not exist are
 * FIGURE_OFF. `keep`, where not NULL, receives the mapping of an ok repetition for
 * its task records (release it by executor_release). A repetition that could not even be
 * started is a failed row. 0, or -EINVAL where the workload lacks its scratch folder. */
int executor_run(struct executor *executor, const struct cell *cell, bool observed,
                 uint64_t timeout_ns, struct timing *row, struct shared **keep, struct error *err);
void executor_release(struct shared *shared);

/* Sleeps that long, or until a signal asks to stop. Returns executor->interrupted. */
bool executor_sleep(struct executor *executor, uint64_t ns);

/* Sees whether a signal has arrived meanwhile. Returns executor->interrupted. */
bool executor_poll(struct executor *executor);

#endif
