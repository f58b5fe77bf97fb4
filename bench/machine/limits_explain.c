/* limits_explain.c - which limit made a call fail. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/limits_internal.h"
#include "bench/machine/textfile.h"
#include "bench/util/extremes.h"
#include "bench/util/units.h"

/* Workers may have ended between the call and the look: a limit is taken to have bitten where no
 * more than this share of it, and a few, are free. Of so few threads, all may have ended. */
enum { FREE_SHARE = 8, FREE_FEW = 4, FREE_THREADS = 64 };

/* What a thread's stack takes of the address space where `ulimit -s` does not say. */
#define STACK_BYTES (UINT64_C(8) << 20)

struct asked {
    const struct limits_refusal *refusal;
    struct limits limits;
};

static bool is_call(const struct asked *asked, const char *name)
{
    return strcmp(asked->refusal->call, name) == 0;
}

static bool starts_a_thread(const struct asked *asked)
{
    return is_call(asked, "fork") || is_call(asked, "posix_spawn") ||
           is_call(asked, "pthread_create");
}

static uint64_t few_of(uint64_t number)
{
    return number / FREE_SHARE + FREE_FEW;
}

static void explain_threads(struct asked *asked)
{
    struct limits *limits = &asked->limits;
    const uint64_t need = larger(limits->need->threads, limits->need->processes);
    limits->threads = limits_plus(need, OWN_THREADS);
    const uint64_t ended = smaller(need, FREE_THREADS);
    limits->room_least =
        asked->refusal->live ? larger(few_of(need), ended + FREE_FEW) : limits->threads;
    limits_of_threads(limits);
}

/* --- memory --- */

/* What the call asked for; where it made a thread, the stacks of all those that are to be. */
static uint64_t wanted_bytes(const struct asked *asked)
{
    uint64_t stack, hard;
    if (asked->refusal->amount > 0) {
        return asked->refusal->amount;
    }
    if (!limits_read_rlimit(&asked->limits, "Max stack size", &stack, &hard) ||
        stack == UNLIMITED) {
        stack = STACK_BYTES;
    }
    return is_call(asked, "pthread_create") ? stack * larger(asked->limits.need->threads, 1)
                                            : stack;
}

/* A limit of bytes that the process may have, in kB for the shell's `ulimit`. */
static void explain_bytes(struct asked *asked, const char *limit, const char *in_use,
                          const char *option)
{
    struct limits *limits = &asked->limits;
    uint64_t soft, hard, size;
    if (!limits_read_rlimit(limits, limit, &soft, &hard) || soft == UNLIMITED ||
        !limits_read_status(limits, in_use, &size)) {
        return;
    }
    const uint64_t need = wanted_bytes(asked);
    char *text = limits_found(limits, limits_less(soft, size), need);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "ulimit %s is %" PRIu64 " (kB), %" PRIu64 " in use, %" PRIu64
                 " more needed: %s`ulimit %s %" PRIu64 "`",
                 option, soft / 1024, size / 1024, need / 1024,
                 hard < limits_plus(size, need) ? "as root " : "", option,
                 limits_next_power(limits_plus(size, need) / 1024));
    }
}

static void explain_address_space(struct asked *asked)
{
    explain_bytes(asked, "Max address space", "VmSize", "-v");
    explain_bytes(asked, "Max data size", "VmData", "-d");
}

static uint64_t count_lines(const struct asked *asked, const char *file)
{
    char path[64];
    uint64_t lines = 0;
    snprintf(path, sizeof path, "/proc/%s/%s", asked->limits.process, file);
    FILE *stream = textfile_open(asked->limits.root, path);
    if (stream) {
        for (int c = getc(stream); c != EOF; c = getc(stream)) {
            lines += c == '\n';
        }
        fclose(stream);
    }
    return lines;
}

static void explain_maps(struct asked *asked)
{
    const uint64_t maps = count_lines(asked, "maps");
    const uint64_t need = limits_plus(asked->limits.need->maps, OWN_MAPS);
    if (maps > 0) {
        limits_of_maps(&asked->limits, larger(need, maps + 1), maps + maps / FREE_SHARE);
    }
}

/* A number of kB in /proc/meminfo, as bytes. */
static bool read_meminfo(const struct asked *asked, const char *key, uint64_t *bytes)
{
    char text[4096];
    uint64_t kib;
    if (textfile_read(asked->limits.root, "/proc/meminfo", text, sizeof text) != 0) {
        return false;
    }
    const char *at = strstr(text, key);
    if (!at || sscanf(at + strlen(key), "%" SCNu64, &kib) != 1) {
        return false;
    }
    *bytes = kib * 1024;
    return true;
}

static void explain_commit(struct asked *asked)
{
    uint64_t strict, limit, in_use, need = larger(asked->refusal->amount, STACK_BYTES);
    char needed[32], there[32];
    if (!limits_read_number(&asked->limits, "/proc/sys/vm/overcommit_memory", &strict) ||
        strict != 2 || !read_meminfo(asked, "CommitLimit:", &limit) ||
        !read_meminfo(asked, "Committed_AS:", &in_use)) {
        return;
    }
    char *text = limits_found(&asked->limits, limits_less(limit, in_use), need);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "vm.overcommit_memory is 2, which leaves %s to be asked for, %s needed: as root "
                 "`sysctl -w vm.overcommit_memory=0`",
                 units_human_size(there, sizeof there, (double)limits_less(limit, in_use)),
                 units_human_size(needed, sizeof needed, (double)need));
    }
}

static void explain_memory(struct asked *asked)
{
    explain_address_space(asked);
    explain_maps(asked);
    explain_commit(asked);
    limits_of_memory(&asked->limits, larger(asked->refusal->amount, asked->limits.need->bytes));
    if (is_call(asked, "io_uring_setup")) {
        limits_of_locked_memory(&asked->limits);
    }
}

/* --- files --- */

static uint64_t count_descriptors(const struct asked *asked)
{
    char path[PATH_MAX];
    uint64_t count = 0;
    snprintf(path, sizeof path, "%s/proc/%s/fd", asked->limits.root, asked->limits.process);
    DIR *folder = opendir(path);
    if (!folder) {
        return 0;
    }
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

static void explain_descriptors(struct asked *asked)
{
    struct limits *limits = &asked->limits;
    uint64_t soft, hard, open = asked->refusal->live ? count_descriptors(asked) : 0;
    uint64_t need =
        limits->need->descriptors > 0 ? limits_plus(limits->need->descriptors, OWN_DESCRIPTORS) : 0;
    if (!limits_read_rlimit(limits, "Max open files", &soft, &hard)) {
        return;
    }
    char *text = limits_found(limits, soft, larger(need, open + few_of(open)));
    if (text) {
        need = larger(need, limits_plus(open, 1));
        snprintf(text, LIMIT_TEXT,
                 "ulimit -n is %" PRIu64 ", %" PRIu64 " needed: %s`ulimit -n %" PRIu64 "`", soft,
                 need, hard < need ? "as root " : "",
                 limits_next_power(larger(need, limits_plus(soft, 1))));
    }
}

static void explain_files(struct asked *asked)
{
    char line[128];
    uint64_t in_use, unused, most;
    if (textfile_read(asked->limits.root, "/proc/sys/fs/file-nr", line, sizeof line) != 0 ||
        sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64, &in_use, &unused, &most) != 3) {
        return;
    }
    char *text = limits_found(&asked->limits, limits_less(most, in_use), few_of(in_use));
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "fs.file-max is %" PRIu64 ", %" PRIu64
                 " in use: as root `sysctl -w fs.file-max=%" PRIu64 "`",
                 most, in_use, limits_next_power(limits_plus(most, 1)));
    }
}

/* How many are watched is told nowhere; nothing else makes the call fail so. */
static void explain_watches(struct asked *asked)
{
    static const char path[] = "/proc/sys/fs/epoll/max_user_watches";
    uint64_t most;
    if (!limits_read_number(&asked->limits, path, &most)) {
        return;
    }
    char *text = limits_found(&asked->limits, most,
                              limits_plus(asked->limits.need->descriptors, OWN_DESCRIPTORS));
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "fs.epoll.max_user_watches is %" PRIu64
                 ": as root `sysctl -w fs.epoll.max_user_watches=%" PRIu64 "`",
                 most, limits_next_power(limits_plus(most, 1)));
    }
}

static void explain_disk(struct asked *asked)
{
    const struct limits_refusal *refusal = asked->refusal;
    char needed[32], there[32];
    char *text = limits_found(&asked->limits, refusal->disk_free,
                              larger(refusal->disk_need, refusal->amount));
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "disk: scratch files take up to %s, %s are free in %.200s: free some, or name a "
                 "folder on another disk with --output",
                 units_human_size(needed, sizeof needed,
                                  (double)larger(refusal->disk_need, refusal->amount)),
                 units_human_size(there, sizeof there, (double)refusal->disk_free),
                 refusal->folder);
    }
    text = limits_found(&asked->limits, refusal->inodes_free, refusal->inodes_need);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "disk: %" PRIu64 " more files (inodes) may be made in %.200s, %" PRIu64
                 " needed: remove some, or name a folder on another disk with --output",
                 refusal->inodes_free, refusal->folder, refusal->inodes_need);
    }
}

/* --- all --- */

static void explain(struct asked *asked)
{
    switch (-asked->refusal->code) {
    case EAGAIN:
        explain_threads(asked);
        if (is_call(asked, "pthread_create")) { /* which says so of its stack, too */
            explain_address_space(asked);
            explain_maps(asked);
        }
        break;
    case ENOMEM:
        explain_memory(asked);
        break;
    case EMFILE:
        explain_descriptors(asked);
        break;
    case ENFILE:
        explain_files(asked);
        break;
    case ENOSPC:
        if (is_call(asked, "epoll_ctl")) {
            explain_watches(asked);
        } else {
            explain_disk(asked);
        }
        break;
    case EFBIG:
        limits_of_file_size(&asked->limits);
        break;
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        /* How many of them others have is not known; the more are taken, the likelier it is. */
        limits_of_ports(&asked->limits, limits_plus(asked->limits.need->ports, 1) * 2);
        break;
    default:
        break;
    }
}

int limits_explain(const struct limits_refusal *refusal, const struct limits_need *need,
                   const char *root, char *reason, size_t size)
{
    const bool here = root == NULL || strcmp(root, "/") == 0;
    struct limits_need wider = *need;
    wider.file_bytes = larger(need->file_bytes, refusal->code == -EFBIG ? refusal->amount : 0);
    struct asked asked = {.refusal = refusal,
                          .limits = {.need = &wider, .root = here ? "" : root, .process = "self"}};
    struct limits *limits = &asked.limits;
    if (refusal->process > 0 && refusal->live) {
        snprintf(limits->process, sizeof limits->process, "%d", refusal->process);
    }
    limits->found = calloc(MOST_LIMITS, sizeof *limits->found);
    if (!limits->found) {
        return 0;
    }
    explain(&asked);
    const bool named = limits->count > 0;
    if (named && size > 0) {
        char wants[128] = "";
        if (starts_a_thread(&asked)) {
            wider.descriptors = 0; /* it is not they that were refused */
            limits_describe(&wider, wants, sizeof wants);
        }
        int length = snprintf(reason, size, "%s() failed in mid-run (%s): %s", refusal->call,
                              strerror(-refusal->code), wants);
        limits_write(limits, reason, length < 0 ? 0 : (size_t)length, size);
    }
    free(limits->found);
    return named ? -EAGAIN : 0;
}
