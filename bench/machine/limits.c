#include "bench/machine/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/limits_internal.h"
#include "bench/machine/textfile.h"
#include "bench/util/kernel.h"
#include "bench/util/units.h"
#include "workloads/available.h"

uint64_t limits_plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t limits_next_power(uint64_t number)
{
    uint64_t power = 1;
    while (power < number && power <= UINT64_MAX / 2) {
        power *= 2;
    }
    return power;
}

char *limits_found(struct limits *limits, uint64_t room, uint64_t need)
{
    if (room >= need || limits->count == MOST_LIMITS) {
        return NULL;
    }
    struct limit *limit = &limits->found[limits->count++];
    limit->room = (double)room / (double)need;
    return limit->text;
}

uint64_t limits_less(uint64_t limit, uint64_t in_use)
{
    return limit > in_use ? limit - in_use : 0;
}

/* --- reading --- */

bool limits_read_number(const struct limits *limits, const char *path, uint64_t *value)
{
    char text[64];
    return textfile_read(limits->root, path, text, sizeof text) == 0 &&
           textfile_parse_u64(text, value) == 0;
}

bool limits_read_rlimit(const struct limits *limits, const char *name, uint64_t *soft,
                        uint64_t *hard)
{
    char path[64], text[4096], words[2][32];
    snprintf(path, sizeof path, "/proc/%s/limits", limits->process);
    if (textfile_read(limits->root, path, text, sizeof text) != 0) {
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

bool limits_read_status(const struct limits *limits, const char *key, uint64_t *bytes)
{
    char path[64], text[8192], wanted[32];
    snprintf(path, sizeof path, "/proc/%s/status", limits->process);
    snprintf(wanted, sizeof wanted, "\n%s:", key);
    if (textfile_read(limits->root, path, text, sizeof text) != 0) {
        return false;
    }
    const char *at = strstr(text, wanted);
    uint64_t kib = 0;
    if (!at || sscanf(at + strlen(wanted), "%" SCNu64, &kib) != 1 || kib > UINT64_MAX / 1024) {
        return false;
    }
    *bytes = kib * 1024;
    return true;
}

/* --- what one process may have --- */

void limits_of_maps(struct limits *limits, uint64_t need, uint64_t room_least)
{
    uint64_t value;
    if (!limits_read_number(limits, "/proc/sys/vm/max_map_count", &value)) {
        return;
    }
    char *text = limits_found(limits, value, room_least);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "vm.max_map_count is %" PRIu64 ", %" PRIu64
                 " needed: as root `sysctl -w vm.max_map_count=%" PRIu64 "`",
                 value, need, limits_next_power(limits_plus(need, need > value ? 0 : value)));
    }
}

static void check_descriptors(struct limits *limits)
{
    uint64_t soft, hard, need = limits_plus(limits->need->descriptors, OWN_DESCRIPTORS);
    if (limits->need->descriptors == 0 ||
        !limits_read_rlimit(limits, "Max open files", &soft, &hard)) {
        return;
    }
    char *text = limits_found(limits, hard, need);
    if (text) {
        snprintf(text, LIMIT_TEXT,
                 "ulimit -Hn is %" PRIu64 ", %" PRIu64 " needed: as root `ulimit -n %" PRIu64 "`",
                 hard, need, limits_next_power(need));
    }
}

void limits_of_memory(struct limits *limits, uint64_t need)
{
    uint64_t left = need == 0 ? UNLIMITED : available_bytes(limits->root);
    char *text = limits_found(limits, left, need);
    if (text) {
        char needed[32], there[32];
        snprintf(text, LIMIT_TEXT, "memory: %s needed, %s available: take fewer tasks or free some",
                 units_human_size(needed, sizeof needed, (double)need),
                 units_human_size(there, sizeof there, (double)left));
    }
}

/* Kernels count the rings of io_uring as locked memory up to 5.11. Who may lock any amount is not
 * asked for. */
static bool counts_rings(const struct limits *limits)
{
    char text[128];
    return textfile_read(limits->root, "/proc/sys/kernel/osrelease", text, sizeof text) == 0 &&
           kernel_before(text, 5, 12);
}

void limits_of_locked_memory(struct limits *limits)
{
    uint64_t soft, hard;
    if (limits->need->locked == 0 || !counts_rings(limits) || limits_may_lock(limits) ||
        !limits_read_rlimit(limits, "Max locked memory", &soft, &hard)) {
        return;
    }
    char *text = limits_found(limits, soft, limits->need->locked);
    if (text) {
        const uint64_t kib = limits_plus(limits->need->locked, 1023) / 1024;
        snprintf(text, LIMIT_TEXT,
                 "ulimit -l is %" PRIu64 " (kB), %" PRIu64
                 " needed for the rings of io_uring, which kernels before 5.12 count: as root "
                 "`ulimit -l %" PRIu64 "`, or take --wait epoll",
                 soft / 1024, kib, limits_next_power(kib));
    }
}

void limits_of_file_size(struct limits *limits)
{
    uint64_t soft, hard;
    if (limits->need->file_bytes == 0 ||
        !limits_read_rlimit(limits, "Max file size", &soft, &hard)) {
        return;
    }
    char *text = limits_found(limits, soft, limits->need->file_bytes);
    if (text) {
        const uint64_t kib = limits_plus(limits->need->file_bytes, 1023) / 1024;
        snprintf(text, LIMIT_TEXT,
                 "ulimit -f is %" PRIu64 " (kB in bash), %" PRIu64
                 " needed for a file: %s`ulimit -f %" PRIu64 "`",
                 soft / 1024, kib, hard < limits->need->file_bytes ? "as root " : "",
                 limits_next_power(kib));
    }
}

void limits_of_ports(struct limits *limits, uint64_t room_least)
{
    char text[64];
    uint64_t from, to;
    if (limits->need->ports == 0 ||
        textfile_read(limits->root, "/proc/sys/net/ipv4/ip_local_port_range", text, sizeof text) !=
            0 ||
        sscanf(text, "%" SCNu64 " %" SCNu64, &from, &to) != 2 || to < from) {
        return;
    }
    char *found = limits_found(limits, to - from + 1, room_least);
    if (found) {
        snprintf(found, LIMIT_TEXT,
                 "net.ipv4.ip_local_port_range is %" PRIu64 " to %" PRIu64 ", %" PRIu64
                 " ports needed of an address: as root `sysctl -w "
                 "net.ipv4.ip_local_port_range=\"1024 65535\"`",
                 from, to, limits->need->ports);
    }
}

/* --- the line --- */

static int by_room(const void *left, const void *right)
{
    const struct limit *a = left, *b = right;
    return (a->room > b->room) - (a->room < b->room);
}

int limits_describe(const struct limits_need *need, char *text, size_t size)
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
void limits_write(struct limits *limits, char *reason, size_t at, size_t size)
{
    static const char more[] = "; and 10 more limits";
    qsort(limits->found, limits->count, sizeof *limits->found, by_room);
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
    struct limits limits = {.need = need, .root = here ? "" : root, .process = "self"};
    limits.found = calloc(MOST_LIMITS, sizeof *limits.found);
    if (!limits.found) {
        return 0;
    }
    if (tasks > 0) {
        limits.threads = limits.room_least = limits_plus(tasks, OWN_THREADS);
        limits_of_threads(&limits);
    }
    if (need->maps > 0) {
        const uint64_t maps = limits_plus(need->maps, OWN_MAPS);
        limits_of_maps(&limits, maps, maps);
    }
    check_descriptors(&limits);
    const bool too_many = limits.count > 0; /* rather than too large */
    limits_of_memory(&limits, need->bytes);
    limits_of_locked_memory(&limits);
    limits_of_file_size(&limits);
    limits_of_ports(&limits, need->ports);

    bool fits = limits.count == 0;
    if (!fits && size > 0) {
        const int length = too_many ? limits_describe(need, reason, size)
                                    : snprintf(reason, size, "needs more than there is: ");
        limits_write(&limits, reason, length < 0 ? 0 : (size_t)length, size);
    }
    free(limits.found);
    return fits ? 0 : -EAGAIN;
}
