/* limits_tasks.c - how many processes and threads there may be: of all, of a user, of a group. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/limits_internal.h"
#include "bench/machine/textfile.h"

/* The kernel keeps the ids below this to itself once they have come round (kernel/pid.c). */
#define RESERVED_IDS 300
#define PID_MAX_MOST UINT64_C(4194304) /* on 64 bits (linux/threads.h) */

#define CAP_IPC_LOCK_BIT     14
#define CAP_SYS_ADMIN_BIT    21
#define CAP_SYS_RESOURCE_BIT 24

/* The fourth word of loadavg is "running/all". */
static uint64_t threads_in_use(const char *root)
{
    char text[128];
    uint64_t all = 0;
    if (textfile_read(root, "/proc/loadavg", text, sizeof text) != 0 ||
        sscanf(text, "%*s %*s %*s %*u/%" SCNu64, &all) != 1) {
        return 0;
    }
    return all;
}

static void check_sysctl(struct limits *limits, const char *path, const char *name, uint64_t kept,
                         uint64_t most)
{
    uint64_t value;
    if (!limits_read_number(limits, path, &value)) {
        return;
    }
    uint64_t taken = limits_plus(limits->in_use, kept);
    char *text = limits_found(limits, limits_less(value, taken), limits->room_least);
    if (!text) {
        return;
    }
    uint64_t wanted = limits_next_power(limits_plus(limits->threads, taken));
    int length = snprintf(text, LIMIT_TEXT, "%s is %" PRIu64 ", %" PRIu64 " in use", name, value,
                          limits->in_use);
    snprintf(text + length, LIMIT_TEXT - (size_t)length,
             wanted <= most ? ": as root `sysctl -w %s=%" PRIu64 "`"
                            : "; %s cannot be above %" PRIu64,
             name, wanted <= most ? wanted : most);
}

/* --- a user's own number of threads --- */

struct process_status {
    uint64_t uid, threads, capabilities;
};

static bool read_status(const char *root, const char *process, struct process_status *status)
{
    char path[300], text[8192];
    snprintf(path, sizeof path, "/proc/%s/status", process);
    if (textfile_read(root, path, text, sizeof text) != 0) {
        return false;
    }
    *status = (struct process_status){.uid = UINT64_MAX};
    const char *uid = strstr(text, "\nUid:");
    const char *threads = strstr(text, "\nThreads:");
    const char *capabilities = strstr(text, "\nCapEff:");
    if (threads) {
        sscanf(threads, " Threads: %" SCNu64, &status->threads);
    }
    if (capabilities) {
        sscanf(capabilities, " CapEff: %" SCNx64, &status->capabilities);
    }
    return uid && sscanf(uid, " Uid: %" SCNu64, &status->uid) == 1;
}

/* Capabilities within a user namespace of one's own, as in a container without root, do not count:
 * in the first one every id is its own. */
static bool in_first_namespace(const struct limits *limits)
{
    char text[256];
    uint64_t inside, outside, ids;
    return textfile_read(limits->root, "/proc/self/uid_map", text, sizeof text) != 0 ||
           sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &inside, &outside, &ids) != 3 ||
           (inside == 0 && outside == 0 && ids == UINT32_MAX);
}

static bool is_exempt(const struct limits *limits, const struct process_status *self)
{
    return in_first_namespace(limits) && ((self->capabilities >> CAP_SYS_ADMIN_BIT & 1) != 0 ||
                                          (self->capabilities >> CAP_SYS_RESOURCE_BIT & 1) != 0);
}

bool limits_may_lock(const struct limits *limits)
{
    struct process_status self;
    return read_status(limits->root, limits->process, &self) && in_first_namespace(limits) &&
           (self.capabilities >> CAP_IPC_LOCK_BIT & 1) != 0;
}

static uint64_t threads_of_user(const char *root, uint64_t uid)
{
    char path[PATH_MAX];
    uint64_t sum = 0;
    snprintf(path, sizeof path, "%s/proc", root);
    DIR *folder = opendir(path);
    if (!folder) {
        return 0;
    }
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        struct process_status status;
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            read_status(root, entry->d_name, &status) && status.uid == uid) {
            sum += status.threads;
        }
    }
    closedir(folder);
    return sum;
}

static void check_user(struct limits *limits)
{
    uint64_t soft, hard;
    struct process_status self;
    if (!limits_read_rlimit(limits, "Max processes", &soft, &hard) || soft == UNLIMITED ||
        !read_status(limits->root, limits->process, &self) || is_exempt(limits, &self)) {
        return;
    }
    /* Counting one user's threads takes a walk through all processes. */
    if (limits->in_use > 0 && limits_less(soft, limits->in_use) >= limits->room_least) {
        return;
    }
    uint64_t in_use = threads_of_user(limits->root, self.uid);
    char *text = limits_found(limits, limits_less(soft, in_use), limits->room_least);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "ulimit -u is %" PRIu64 ", %" PRIu64 " in use: as root `ulimit -u %" PRIu64 "`",
                 soft, in_use, limits_next_power(limits_plus(limits->threads, in_use)));
    }
}

/* --- control groups --- */

struct group_search {
    uint64_t room, limit, in_use; /* of the group with the least room */
    char file[PATH_MAX + 16];
};

static bool read_in(const struct cgroup_dir *dir, const char *file, uint64_t *value)
{
    char path[PATH_MAX + 16], text[64];
    snprintf(path, sizeof path, "%s/%s", dir->path, file);
    return textfile_read(NULL, path, text, sizeof text) == 0 &&
           textfile_parse_u64(text, value) == 0;
}

static void visit_group(const struct cgroup_dir *dir, void *data)
{
    struct group_search *search = data;
    uint64_t limit, in_use = 0;
    if (!read_in(dir, "pids.max", &limit)) { /* or "max" */
        return;
    }
    read_in(dir, "pids.current", &in_use);
    if (limits_less(limit, in_use) < search->room) {
        search->room = limits_less(limit, in_use);
        search->limit = limit;
        search->in_use = in_use;
        snprintf(search->file, sizeof search->file, "%s/pids.max", dir->path);
    }
}

static void check_groups(struct limits *limits)
{
    struct group_search search = {.room = UNLIMITED};
    cgroup_walk(limits->root, "pids", visit_group, &search);
    char *text = limits_found(limits, search.room, limits->room_least);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "cgroup pids.max is %" PRIu64 ", %" PRIu64 " in use: as root `echo %" PRIu64
                 " > %s`",
                 search.limit, search.in_use,
                 limits_next_power(limits_plus(limits->threads, search.in_use)), search.file);
    }
}

void limits_of_threads(struct limits *limits)
{
    limits->in_use = threads_in_use(limits->root);
    check_sysctl(limits, "/proc/sys/kernel/pid_max", "kernel.pid_max", RESERVED_IDS, PID_MAX_MOST);
    check_sysctl(limits, "/proc/sys/kernel/threads-max", "kernel.threads-max", 0, UNLIMITED);
    check_user(limits);
    check_groups(limits);
}
