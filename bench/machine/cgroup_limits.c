#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/textfile.h"

static int read_in(const struct cgroup_dir *dir, const char *file, char *text, size_t size)
{
    char path[PATH_MAX + 64];
    int length = snprintf(path, sizeof(path), "%s/%s", dir->path, file);
    if (length < 0 || (size_t)length >= sizeof(path))
        return -ENAMETOOLONG;
    return textfile_read(NULL, path, text, size);
}

/* CPUs, or 0: no quota, or none that can be understood. */
static double quota_of(const struct cgroup_dir *dir)
{
    char quota_text[64], period_text[64];
    if (dir->v1) {
        if (read_in(dir, "cpu.cfs_quota_us", quota_text, sizeof(quota_text)) != 0 ||
            read_in(dir, "cpu.cfs_period_us", period_text, sizeof(period_text)) != 0)
            return 0;
    } else {
        char both[64], rest;
        if (read_in(dir, "cpu.max", both, sizeof(both)) != 0 ||
            sscanf(both, "%63s %63s %c", quota_text, period_text, &rest) != 2)
            return 0;
    }
    /* "max" and -1, the two ways to say "no quota", are not numbers of digits either. */
    uint64_t quota, period;
    if (textfile_parse_u64(quota_text, &quota) != 0 ||
        textfile_parse_u64(period_text, &period) != 0 || quota == 0 || period == 0)
        return 0;
    return (double)quota / (double)period;
}

static void visit_quota(const struct cgroup_dir *dir, void *data)
{
    struct cgroup_quota *tightest = data;
    double cpus = quota_of(dir);
    if (cpus <= 0 || (tightest->cpus > 0 && cpus >= tightest->cpus))
        return;
    tightest->cpus = cpus;
    tightest->file = dir->v1 ? "cpu.cfs_quota_us" : "cpu.max";
    tightest->v1 = dir->v1;
    snprintf(tightest->group, sizeof(tightest->group), "%.255s", dir->group);
    snprintf(tightest->path, sizeof(tightest->path), "%s", dir->path);
}

void cgroup_cpu_quota(const char *root, struct cgroup_quota *quota)
{
    memset(quota, 0, sizeof(*quota));
    quota->file = "";
    cgroup_walk(root, "cpu", visit_quota, quota);
}

struct stat_search {
    const char *only; /* this folder; NULL: own group's */
    int fd;
    bool v1;
};

static void visit_stat(const struct cgroup_dir *dir, void *data)
{
    struct stat_search *search = data;
    bool wanted = search->only != NULL ? strcmp(dir->path, search->only) == 0 : dir->own;
    if (!wanted || search->fd >= 0)
        return;
    /* Version 2 shows a cpu.stat even where its cpu controller is off: then nothing in it
     * counts throttling, and version 1 may hold the controller. */
    char text[1024];
    if (read_in(dir, "cpu.stat", text, sizeof(text)) != 0 ||
        strstr(text, dir->v1 ? "throttled_time " : "throttled_usec ") == NULL)
        return;
    char path[PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/cpu.stat", dir->path);
    search->fd = open(path, O_RDONLY | O_CLOEXEC);
    search->v1 = dir->v1;
}

int cgroup_open_cpu_stat(const char *root, bool *v1)
{
    struct cgroup_quota quota;
    cgroup_cpu_quota(root, &quota);
    struct stat_search search = {.only = quota.cpus > 0 ? quota.path : NULL, .fd = -1};
    cgroup_walk(root, "cpu", visit_stat, &search);
    *v1 = search.v1;
    return search.fd;
}

struct limit_search {
    const char *v1_file, *v2_file;
    uint64_t limit;
    bool seen;
};

static void visit_limit(const struct cgroup_dir *dir, void *data)
{
    struct limit_search *search = data;
    char text[64];
    if (read_in(dir, dir->v1 ? search->v1_file : search->v2_file, text, sizeof(text)) != 0)
        return;
    uint64_t limit = UINT64_MAX;
    if (strcmp(text, "max") != 0 && textfile_parse_u64(text, &limit) != 0)
        return;
    search->seen = true;
    if (limit < search->limit)
        search->limit = limit;
}

int cgroup_limit(const char *root, const char *controller, const char *v1_file, const char *v2_file,
                 uint64_t *limit)
{
    struct limit_search search = {v1_file, v2_file, UINT64_MAX, false};
    cgroup_walk(root, controller, visit_limit, &search);
    if (!search.seen)
        return -ENOENT;
    *limit = search.limit;
    return 0;
}
