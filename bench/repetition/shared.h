/*
 * shared.h - the mapping that the runner, the repetition and its workers share.
 *
 * One memfd per repetition, mapped MAP_SHARED by all of them: it has no name in
 * any file system, so nothing is left behind whoever dies. Laid out as
 *
 *     struct shared | pin targets | worker records | task records | pool | what tasks share
 *                   | where a warm-up is watched: segments.h
 *
 * each part starting on a cache line pair (will-it-scale: neighbours 128 bytes apart still
 * ping-pong through the prefetcher, so arrays written by several start 256 apart).
 * The last part is mapped by the runner alone. The repetition writes to it by the descriptor: what
 * is mapped there is memory that the repetition takes, which is looked at at the same time.
 * Writers: the runner writes `request` before the image starts; the repetition
 * writes `report`; every task and worker record has one writer at a time.
 */
#ifndef BENCH_REPETITION_SHARED_H
#define BENCH_REPETITION_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/machine/topology.h"
#include "bench/results/timings.h"
#include "bench/schedule/schedule.h"
#include "bench/sync/area.h"
#include "bench/util/refusal.h"
#include "workloads/params.h"

#define SHARED_MAGIC UINT32_C(0x62656e63)

/* Descriptors of the repetition's image at its start. */
enum { SHARED_FD = 3, READY_FD = 4, SCRATCH_FD = 5, SHARE_FD = 6 };

enum phase {
    PHASE_SETUP,    /* the workload is being set up */
    PHASE_READY,    /* waits at the gate (futex on report.phase) */
    PHASE_GO,       /* the runner opened the gate; the clock runs */
    PHASE_ENDED,    /* every task ended; figures are being gathered */
    PHASE_REPORTED, /* report is complete */
};

struct request {
    uint32_t magic;
    bool observed; /* a warm-up: disturbing instruments are allowed */
    bool sync;     /* --submit sync */
    bool scratch;  /* SCRATCH_FD is open */
    char workload[TEXT_NAME], mode[TEXT_NAME], wait[TEXT_NAME];
    uint64_t values[PARAM_MAX];
    uint64_t tasks;
    uint64_t objects; /* that the tasks share (workload.h); 0: the mapping has no room for any */
    uint64_t workers; /* at once at the most */
    uint64_t width;   /* tasks at once within a worker; 1 where a worker runs one at a time */
    uint64_t threads; /* of a worker, each with a record of its own (process-thread); else 1 */
    uint64_t queue;   /* capacity of a pool's queue, a power of two */
    uint64_t rate;    /* --rate, per second; 0: closed loop */
    bool poisson;     /* of the arrivals */
    bool paced;       /* the mode paces the tasks: each record's queued_ns holds its arrival, in ns
                         after the clock's start; false in a closed loop, and where the workload
                         paces its own requests */
    struct schedule schedule;
    bool shared_stack;    /* of coroutines */
    bool guarded_stacks;  /* coroutines' own ones, each with a guard page */
    uint64_t stack_bytes; /* of a coroutine, or the shared one */
    bool apart; /* the CPUs of the next two do not overlap; false: both are all usable ones */
    struct pin_target server_cpus, companion_cpus; /* where there is a companion */
    uint64_t seed;
    uint64_t cache_bytes;
    uint64_t pin_count; /* 0: workers are not pinned */
};

/* Order statistics in ns: FIGURE_OFF without requests, FIGURE_UNKNOWN where the number of requests
 * is too small for this one (figures.c). */
struct latency {
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

struct report {
    _Atomic uint32_t phase; /* enum phase */
    uint32_t status;        /* enum status */
    char reason[TEXT_REASON];
    _Atomic bool reason_taken; /* a worker process writes it: no other may */
    struct refusal refusal;    /* the first call that the system refused */
    uint64_t start_unix_ns;
    uint64_t clock_start_ns; /* origin of the tasks' stamps */
    uint64_t wall_ns, spawn_ns, join_ns, user_ns, sys_ns;
    uint64_t running_ns, ready_ns, blocked_ns, longest_task_ns, peak_alive;
    uint64_t voluntary_switches, involuntary_switches, minor_faults, major_faults;
    uint64_t steal_ns, throttled_ns, others_ns, instructions, cache_misses, checksum;
    _Atomic uint64_t helper_ns; /* CPU time of a wait's helper threads, part of user + sys */
    uint64_t companion_ns;      /* CPU time of the workload's other side, not in user + sys */
    uint64_t served_ns;    /* from the first request's sending or arrival to the last one's end */
    uint64_t requests;     /* served; FIGURE_OFF where the workload and the rate make none */
    uint64_t workers_made; /* lives of workers in all */
    uint64_t
        callback_ns; /* mean time from a task's end to its call-back; FIGURE_OFF outside pools */
    uint64_t lost_updates, peak_inside, visible_writes, wake_spread_ns; /* struct observed */
    struct waited {
        uint64_t tasks, waiting_ns, turnaround_ns; /* means over the tasks */
    } short_tasks, long_tasks; /* FIGURE_OFF where tasks have no lengths, or none is that long */
    struct latency latency, queue, service; /* of these requests */
};

enum task_state { TASK_WAITING, TASK_STARTED, TASK_ENDED };

struct task_record {
    _Alignas(64) uint64_t queued_ns; /* CLOCK_MONOTONIC, like all stamps here. Where the job is
                                        paced, the intended arrival, however late it was noticed */
    uint64_t start_ns, end_ns;
    uint64_t checksum;
    int32_t error;   /* 0 or -errno of the task */
    uint32_t worker; /* index of the worker record */
    uint32_t start_cpu, end_cpu;
    uint32_t process;       /* process id */
    _Atomic uint32_t state; /* enum task_state */
    uint64_t waited_ns;     /* under a schedule: in the ready queue, from its arrival on */
};

enum pinned { PINNED_OFF, PINNED_YES, PINNED_NO };

struct worker_record {
    _Alignas(64) uint64_t begin_ns;
    uint64_t base_running_ns, base_ready_ns; /* scheduler's counters at its begin */
    uint64_t running_ns, ready_ns;           /* over its life; sums where a slot is reused */
    uint32_t split_known;                    /* lives whose counters were read */
    uint32_t lives;                          /* workers that used this slot */
    uint32_t pinned;                         /* enum pinned: did the binding succeed? */
    int32_t process;                         /* process id, for modes that make processes */
};

struct shared {
    struct request request;
    struct report report;
    size_t pins_at, workers_at, tasks_at, pool_at, sync_at; /* offsets from the start */
    size_t bytes;                                           /* that the repetition maps */
    size_t segments_at;   /* behind them: a head for each task, then the segments */
    size_t all_bytes;     /* that the runner maps */
    size_t segments_most; /* of a task, beside its last one; 0: nothing is recorded */
    uint64_t worker_slots;
    int32_t leader;    /* process id of the repetition */
    int32_t companion; /* process id of the workload's other side, 0: none; not to be counted */
};

/* Lays out the parts of `shared` for its request and returns the total size (all_bytes); the caller
 * maps that much and stores the offsets by calling it again on the mapping. */
size_t shared_layout(struct shared *shared, uint64_t worker_slots, uint64_t pool_bytes);

static inline struct pin_target *shared_pins(struct shared *shared)
{
    return (struct pin_target *)(void *)((char *)shared + shared->pins_at);
}

static inline struct worker_record *shared_workers(struct shared *shared)
{
    return (struct worker_record *)(void *)((char *)shared + shared->workers_at);
}

static inline struct task_record *shared_tasks(struct shared *shared)
{
    return (struct task_record *)(void *)((char *)shared + shared->tasks_at);
}

static inline void *shared_pool(struct shared *shared)
{
    return (char *)shared + shared->pool_at;
}

/* NULL where the tasks share no objects. */
static inline struct sync_area *shared_sync(struct shared *shared)
{
    return shared->request.objects == 0
               ? NULL
               : (struct sync_area *)(void *)((char *)shared + shared->sync_at);
}

#endif
