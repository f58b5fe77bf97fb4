#include "bench/machine/limits.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/textfile.h"
#include "bench/util/units.h"
#include "workloads/available.h"

/* What bench's own processes take at the most. */
enum { OWN_THREADS = 4, OWN_MAPS = 256, OWN_DESCRIPTORS = 64 };

/* The kernel keeps the ids below this to itself once they have come round (kernel/pid.c). */
#define RESERVED_IDS 300
#define PID_MAX_MOST UINT64_C(4194304) /* on 64 bits (linux/threads.h) */

#define CAP_SYS_ADMIN_BIT    21
#define CAP_SYS_RESOURCE_BIT 24

#define UNLIMITED UINT64_MAX

enum { MOST_LIMITS = 7 };

struct limit {
    double room; /* share of the need that fits */
    char text[PATH_MAX + 256];
};

struct limits {
    const struct limits_need *need;
    const char *root;
    uint64_t threads;    /* needed, with bench's own */
    uint64_t in_use;     /* threads of the whole system; 0: not known */
    size_t count;        /* of the limits that forbid it */
    struct limit *found; /* MOST_LIMITS */
};

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* A round number to raise a limit to. */
static uint64_t next_power(uint64_t number)
{
    uint64_t power = 1;
    while (power < number && power <= UINT64_MAX / 2) {
        power *= 2;
    }
    return power;
}

/* The text to be written, or NULL: `room` is enough. */
static char *found_one(struct limits *limits, uint64_t room, uint64_t need)
{
    if (room >= need || limits->count == MOST_LIMITS) {
        return NULL;
    }
    struct limit *limit = &limits->found[limits->count++];
    limit->room = (double)room / (double)need;
    return limit->text;
}

static uint64_t less(uint64_t limit, uint64_t in_use)
{
    return limit > in_use ? limit - in_use : 0;
}

static bool read_number(const struct limits *limits, const char *path, uint64_t *value)
{
    char text[64];
    return textfile_read(limits->root, path, text, sizeof text) == 0 &&
           textfile_parse_u64(text, value) == 0;
}

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
    if (!read_number(limits, path, &value)) {
        return;
    }
    uint64_t taken = plus(limits->in_use, kept);
    char *text = found_one(limits, less(value, taken), limits->threads);
    if (!text) {
        return;
    }
    uint64_t wanted = next_power(plus(limits->threads, taken));
    int length = snprintf(text, sizeof limits->found->text, "%s is %" PRIu64 ", %" PRIu64 " in use",
                          name, value, limits->in_use);
    snprintf(text + length, sizeof limits->found->text - (size_t)length,
             wanted <= most ? ": as root `sysctl -w %s=%" PRIu64 "`"
                            : "; %s cannot be above %" PRIu64,
             name, wanted <= most ? wanted : most);
}

/* --- a user's own number of threads --- */

/* One line of /proc/self/limits: soft and hard, UNLIMITED where it says so. */
static bool read_rlimit(const char *root, const char *name, uint64_t *soft, uint64_t *hard)
{
    char text[4096], words[2][32];
    if (textfile_read(root, "/proc/self/limits", text, sizeof text) != 0) {
        return false;
    }
    const char *line = strstr(text, name);
    if (!line || sscanf(line + strlen(name), "%31s %31s", words[0], words[1]) != 2) {
        return false;
    }
    uint64_t *const values[2] = {soft, hard};
    for (int i = 0; i < 2; i++) {
        if (strcmp(words[i], "unlimited") == 0) {
            *values[i] = UNLIMITED;
        } else if (textfile_parse_u64(words[i], values[i]) != 0) {
            return false;
        }
    }
    return true;
}

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
static bool is_exempt(const struct limits *limits, const struct process_status *self)
{
    char text[256];
    uint64_t inside, outside, ids;
    if (textfile_read(limits->root, "/proc/self/uid_map", text, sizeof text) == 0 &&
        sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &inside, &outside, &ids) == 3 &&
        (inside != 0 || outside != 0 || ids != UINT32_MAX)) {
        return false;
    }
    return (self->capabilities >> CAP_SYS_ADMIN_BIT & 1) != 0 ||
           (self->capabilities >> CAP_SYS_RESOURCE_BIT & 1) != 0;
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
    if (!read_rlimit(limits->root, "Max processes", &soft, &hard) || soft == UNLIMITED ||
        !read_status(limits->root, "self", &self) || is_exempt(limits, &self)) {
        return;
    }
    /* Counting one user's threads takes a walk through all processes. */
    if (limits->in_use > 0 && less(soft, limits->in_use) >= limits->threads) {
        return;
    }
    uint64_t in_use = threads_of_user(limits->root, self.uid);
    char *text = found_one(limits, less(soft, in_use), limits->threads);
    if (text) {
        snprintf(text, sizeof limits->found->text,
                 "ulimit -u is %" PRIu64 ", %" PRIu64 " in use: as root `ulimit -u %" PRIu64 "`",
                 soft, in_use, next_power(plus(limits->threads, in_use)));
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
    if (less(limit, in_use) < search->room) {
        search->room = less(limit, in_use);
        search->limit = limit;
        search->in_use = in_use;
        snprintf(search->file, sizeof search->file, "%s/pids.max", dir->path);
    }
}

static void check_groups(struct limits *limits)
{
    struct group_search search = {.room = UNLIMITED};
    cgroup_walk(limits->root, "pids", visit_group, &search);
    char *text = found_one(limits, search.room, limits->threads);
    if (text) {
        snprintf(text, sizeof limits->found->text,
                 "cgroup pids.max is %" PRIu64 ", %" PRIu64 " in use: as root `echo %" PRIu64
                 " > %s`",
                 search.limit, search.in_use, next_power(plus(limits->threads, search.in_use)),
                 search.file);
    }
}

/* --- what one process may have --- */

static void check_maps(struct limits *limits)
{
    uint64_t value, need = plus(limits->need->maps, OWN_MAPS);
    if (limits->need->maps == 0 || !read_number(limits, "/proc/sys/vm/max_map_count", &value)) {
        return;
    }
    char *text = found_one(limits, value, need);
    if (text) {
        snprintf(text, sizeof limits->found->text,
                 "vm.max_map_count is %" PRIu64 ", %" PRIu64
                 " needed: as root `sysctl -w vm.max_map_count=%" PRIu64 "`",
                 value, need, next_power(need));
    }
}

static void check_descriptors(struct limits *limits)
{
    uint64_t soft, hard, need = plus(limits->need->descriptors, OWN_DESCRIPTORS);
    if (limits->need->descriptors == 0 ||
        !read_rlimit(limits->root, "Max open files", &soft, &hard)) {
        return;
    }
    char *text = found_one(limits, hard, need);
    if (text) {
        snprintf(text, sizeof limits->found->text,
                 "ulimit -Hn is %" PRIu64 ", %" PRIu64 " needed: as root `ulimit -n %" PRIu64 "`",
                 hard, need, next_power(need));
    }
}

static void check_memory(struct limits *limits)
{
    uint64_t left = limits->need->bytes == 0 ? UNLIMITED : available_bytes(limits->root);
    char *text = found_one(limits, left, limits->need->bytes);
    if (text) {
        char needed[32], there[32];
        snprintf(text, sizeof limits->found->text,
                 "memory: %s needed, %s available: take fewer tasks or free some",
                 units_human_size(needed, sizeof needed, (double)limits->need->bytes),
                 units_human_size(there, sizeof there, (double)left));
    }
}

/* --- the line --- */

static int by_room(const void *left, const void *right)
{
    const struct limit *a = left, *b = right;
    return (a->room > b->room) - (a->room < b->room);
}

static int describe_need(const struct limits_need *need, char *text, size_t size)
{
    const char *end = "at once, which does not fit: ";
    if (need->descriptors > need->threads) {
        return snprintf(text, size, "needs %" PRIu64 " descriptors in a process %s",
                        need->descriptors, end);
    }
    if (need->threads > need->processes && need->processes > 1) {
        return snprintf(text, size, "needs %" PRIu64 " threads in %" PRIu64 " processes %s",
                        need->threads, need->processes, end);
    }
    if (need->threads > need->processes) {
        return snprintf(text, size, "needs %" PRIu64 " threads %s", need->threads, end);
    }
    if (need->processes > 1) {
        return snprintf(text, size, "needs %" PRIu64 " processes %s", need->processes, end);
    }
    return snprintf(text, size, "needs more than there is: ");
}

/* Whole entries only: half a command is worse than none. The first one is cut if need be. */
static void write_reason(struct limits *limits, char *reason, size_t size)
{
    static const char more[] = "; and 7 more limits";
    qsort(limits->found, limits->count, sizeof *limits->found, by_room);
    int length = describe_need(limits->need, reason, size);
    size_t at = length < 0 ? 0 : (size_t)length;
    for (size_t i = 0; i < limits->count && at < size; i++) {
        const char *text = limits->found[i].text;
        size_t left = limits->count - i - 1;
        size_t kept = left > 0 ? sizeof more : 1;
        if (i > 0 && at + 2 + strlen(text) + kept > size) {
            snprintf(reason + at, size - at, "; and %zu more limit%s", left + 1,
                     left == 0 ? "" : "s");
            return;
        }
        int added = snprintf(reason + at, size - at, "%s%s", i > 0 ? "; " : "", text);
        at += added < 0 ? 0 : (size_t)added;
    }
}

int limits_check(const struct limits_need *need, const char *root, char *reason, size_t size)
{
    bool here = root == NULL || strcmp(root, "/") == 0;
    uint64_t tasks = need->threads > need->processes ? need->threads : need->processes;
    struct limits limits = {.need = need, .root = here ? "" : root};
    limits.found = calloc(MOST_LIMITS, sizeof *limits.found);
    if (!limits.found) {
        return 0;
    }
    if (tasks > 0) {
        limits.threads = plus(tasks, OWN_THREADS);
        limits.in_use = threads_in_use(limits.root);
        check_sysctl(&limits, "/proc/sys/kernel/pid_max", "kernel.pid_max", RESERVED_IDS,
                     PID_MAX_MOST);
        check_sysctl(&limits, "/proc/sys/kernel/threads-max", "kernel.threads-max", 0, UNLIMITED);
        check_user(&limits);
        check_groups(&limits);
    }
    check_maps(&limits);
    check_descriptors(&limits);
    check_memory(&limits);

    bool fits = limits.count == 0;
    if (!fits && size > 0) {
        write_reason(&limits, reason, size);
    }
    free(limits.found);
    return fits ? 0 : -EAGAIN;
}
