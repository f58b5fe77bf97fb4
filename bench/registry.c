#include "bench/registry.h"

#include <string.h>

extern const struct workload workload_cpu, workload_float, workload_memory, workload_sleep,
    workload_file, workload_tcp, workload_pipe, workload_mixed, workload_jobs, workload_beside,
    workload_empty, workload_lock, workload_semaphore, workload_event, workload_barrier,
    workload_queue, workload_deadlock, workload_isolation, workload_child;
extern const struct mode mode_serial, mode_thread, mode_process, mode_process_spawn,
    mode_thread_pool, mode_process_pool, mode_coroutine, mode_thread_coroutine,
    mode_process_coroutine, mode_process_thread, mode_event, mode_thread_gil;

#ifdef BENCH_FAULTY /* the twin of the program that the tests break on purpose */
extern const struct workload workload_crash, workload_hang, workload_wrong, workload_hungry,
    workload_exits, workload_overflow, workload_failing, workload_tcp_rude, workload_tangle,
    workload_abandon, workload_alone, workload_sync_broken;
#endif

const struct workload *const registry_workloads[] = {
    &workload_cpu,
    &workload_float,
    &workload_memory,
    &workload_sleep,
    &workload_file,
    &workload_tcp,
    &workload_pipe,
    &workload_mixed,
    &workload_jobs,
    &workload_beside,
    &workload_empty,
    &workload_lock,
    &workload_semaphore,
    &workload_event,
    &workload_barrier,
    &workload_queue,
    &workload_deadlock,
    &workload_isolation,
    &workload_child,
#ifdef BENCH_FAULTY
    &workload_crash,
    &workload_hang,
    &workload_wrong,
    &workload_exits,
    &workload_hungry,
    &workload_overflow,
    &workload_failing,
    &workload_tcp_rude,
    &workload_tangle,
    &workload_abandon,
    &workload_alone,
    &workload_sync_broken,
#endif
    NULL,
};

const struct mode *const registry_modes[] = {
    &mode_serial,
    &mode_thread,
    &mode_thread_gil,
    &mode_process,
    &mode_process_spawn,
    &mode_thread_pool,
    &mode_process_pool,
    &mode_coroutine,
    &mode_thread_coroutine,
    &mode_process_coroutine,
    &mode_process_thread,
    &mode_event,
    NULL,
};

const struct wait *const registry_waits[] = {
    &wait_blocking, &wait_nonblock, &wait_select, &wait_poll, &wait_epoll, &wait_uring, NULL,
};

#ifdef BENCH_SABOTAGE /* the image of that twin, whose parts the tests break on purpose */
#include "tests/faulty/sabotage.h"
#define REGISTRY_FOUND(kind, entry) sabotage_##kind(entry)
#else
#define REGISTRY_FOUND(kind, entry) (entry)
#endif

#define REGISTRY_FIND(kind, table, wanted)         \
    for (size_t i = 0; table[i]; i++) {            \
        if (strcmp(table[i]->name, wanted) == 0) { \
            return REGISTRY_FOUND(kind, table[i]); \
        }                                          \
    }                                              \
    return NULL

const struct workload *registry_workload(const char *name)
{
    REGISTRY_FIND(workload, registry_workloads, name);
}

const struct mode *registry_mode(const char *name)
{
    REGISTRY_FIND(mode, registry_modes, name);
}

const struct wait *registry_wait(const char *name)
{
    REGISTRY_FIND(wait, registry_waits, name);
}
