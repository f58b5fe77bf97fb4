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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All at once, beyond the few of bench itself. 0: none, or not known. */
struct limits_need {
    uint64_t threads;     /* of all processes, the first one of each included */
    uint64_t processes;   /* among them */
    uint64_t maps;        /* of one process */
    uint64_t bytes;       /* of memory, the kernel's part included */
    uint64_t descriptors; /* of one process */
    uint64_t locked; /* bytes of locked memory, where the kernel counts io_uring's rings as such */
    uint64_t file_bytes; /* of the largest file */
    uint64_t ports;      /* of one address, for connections to this machine itself */
};

/* What a thread takes beside the pages of its stack, in bytes: 16 KiB of kernel stack and 6.6 KiB
 * of task_struct and smaller (from /proc/slabinfo, x86-64, Linux 6.18), rounded up. */
#define LIMITS_THREAD_KERNEL_BYTES UINT64_C(24576)

/* A call that was refused. */
struct limits_refusal {
    const char *call; /* its name */
    int code;         /* -errno */
    uint64_t amount;  /* bytes that it asked for; 0: not known, or none */
    int process;      /* that made it, 0: this one */
    bool live; /* all is still as it was then; false: what it had may be given back already */
    /* Of the scratch folder; UINT64_MAX where not known. */
    uint64_t disk_free, disk_need; /* bytes */
    uint64_t inodes_free, inodes_need;
    const char *folder; /* its name, for the reason */
};

/*
 * 0: nothing stands in the way. -EAGAIN: `reason` is one line that names each limit which does,
 * the tightest first, with its value, how much of it is in use or needed, and the command that
 * raises it. As many as fit into `size` (512 hold about five; the rest is counted).
 *
 * Asks kernel.pid_max, kernel.threads-max, RLIMIT_NPROC (from which the kernel exempts
 * administrators), pids.max of every control group around this process, vm.max_map_count,
 * RLIMIT_NOFILE (the hard one: a repetition raises its soft one), RLIMIT_FSIZE, RLIMIT_MEMLOCK (for
 * io_uring before Linux 5.12), net.ipv4.ip_local_port_range and the memory that is left.
 * `root` as in cgroup.h. Any thread.
 */
int limits_check(const struct limits_need *need, const char *root, char *reason, size_t size);

/*
 * Which limit made the call fail? -EAGAIN: `reason` is a line like the one above, which begins with
 * the call and its error. 0: none that could be named, so something else was the cause. `need`: of
 * all that was under way. Beyond the above it asks RLIMIT_AS, the soft RLIMIT_NOFILE, fs.file-max,
 * fs.epoll.max_user_watches, vm.overcommit_memory and the room in the scratch folder. Any thread.
 */
int limits_explain(const struct limits_refusal *refusal, const struct limits_need *need,
                   const char *root, char *reason, size_t size);

#endif
