/*
 * limits.h - would what a cell needs fit into what this system allows? Asked before anything is
 * started, because a limit met half-way costs the minutes until then and says only "Resource
 * temporarily unavailable".
 *
 * Only facts: a file that cannot be read forbids nothing. What others start in the
 * meantime is not known. A thread counts as what the kernel calls a task: it has an id of its own.
 */
#ifndef BENCH_MACHINE_LIMITS_H
#define BENCH_MACHINE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* All at once, beyond the few of bench itself. 0: none, or not known. */
struct limits_need {
    uint64_t threads;     /* of all processes, the first one of each included */
    uint64_t processes;   /* among them */
    uint64_t maps;        /* of one process */
    uint64_t bytes;       /* of memory, the kernel's part included */
    uint64_t descriptors; /* of one process */
};

/* What a thread takes beside the pages of its stack, in bytes: 16 KiB of kernel stack and 6.6 KiB
 * of task_struct and smaller (from /proc/slabinfo, x86-64, Linux 6.18), rounded up. */
#define LIMITS_THREAD_KERNEL_BYTES UINT64_C(24576)

/*
 * 0: nothing stands in the way. -EAGAIN: `reason` is one line that names each limit which does,
 * the tightest first, with its value, how much of it is in use or needed, and the command that
 * raises it. As many as fit into `size` (512 hold about five; the rest is counted).
 *
 * Asks kernel.pid_max, kernel.threads-max, RLIMIT_NPROC (from which the kernel exempts
 * administrators), pids.max of every control group around this process, vm.max_map_count,
 * RLIMIT_NOFILE (the hard one: a repetition raises its soft one) and the memory that is left.
 * `root` as in cgroup.h. Any thread.
 */
int limits_check(const struct limits_need *need, const char *root, char *reason, size_t size);

#endif
