/*
 * cgroup.h - what this process's control groups allow it: CPU quota, numbers of
 * processes, memory. Version 1, version 2 and both at once; own group and
 * every ancestor that the mounts show.
 *
 * `root` is put before every path ("/proc/self/cgroup", mount points, ...); NULL
 * means this machine. A file that is missing or not understood means "not
 * known"; nothing is guessed. Any thread.
 */
#ifndef BENCH_MACHINE_CGROUP_H
#define BENCH_MACHINE_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* One group that holds this process, as cgroup_walk shows it. */
struct cgroup_dir {
    const char *path;  /* folder of the group's files, root included */
    const char *group; /* its name, "/user.slice/x" */
    bool v1;
    bool own; /* this process's own group, not an ancestor */
};

typedef void (*cgroup_visit)(const struct cgroup_dir *dir, void *data);

/* Calls `visit` for own group, then each ancestor up to the mount's root, in every
 * mount of version 2 and of version 1's `controller`. Nothing to see: no calls. */
void cgroup_walk(const char *root, const char *controller, cgroup_visit visit, void *data);

struct cgroup_quota {
    double cpus;         /* tightest quota, in CPUs; 0: none known */
    char group[256];     /* the group that sets it (cut to fit) */
    const char *file;    /* "cpu.max" or "cpu.cfs_quota_us" */
    char path[PATH_MAX]; /* that group's folder */
    bool v1;
};
void cgroup_cpu_quota(const char *root, struct cgroup_quota *quota);

/* cpu.stat of the group whose quota is the tightest, or of own group where there is
 * none: a group's file counts only what its own quota held back.
 * A descriptor to pread (close it), or -1: none that counts throttling. */
int cgroup_open_cpu_stat(const char *root, bool *v1);

/* Tightest limit of `v1_file` / `v2_file` of `controller` over own group and
 * ancestors. 0 and the limit (UINT64_MAX: groups are there, none limits), or -ENOENT: not known. */
int cgroup_limit(const char *root, const char *controller, const char *v1_file, const char *v2_file,
                 uint64_t *limit);

#endif
