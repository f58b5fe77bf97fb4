#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/loop/uring.h"
#include "bench/loop/uring_setup.h"

/* What has been claimed of each thread. A helper does not say which loop's thread it works for:
 * its name holds a number of the outermost pid namespace. So the process keeps one account,
 * from which each loop takes what is new. */
struct claim {
    unsigned long thread;
    uint64_t ns;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct claim *claims;
static size_t claim_count;
static pid_t claims_of; /* a forked child begins anew */

/* One line of a file of the thread `id`, or "" where it has just ended. */
static void thread_line(const char *id, const char *name, char *line, int size)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/self/task/%s/%s", id, name);
    line[0] = '\0';
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(line, size, file)) {
            line[0] = '\0';
        }
        fclose(file);
    }
}

static bool is_helper(const char *id, uint64_t *ns)
{
    char line[64];
    unsigned long long value;
    if (id[0] == '.') {
        return false;
    }
    thread_line(id, "comm", line, sizeof line);
    if (strncmp(line, "iou-", 4) != 0) {
        return false;
    }
    thread_line(id, "schedstat", line, sizeof line);
    if (sscanf(line, "%llu", &value) != 1) {
        return false;
    }
    *ns = value;
    return true;
}

/* What is new of a thread's time. Where there is no memory for it, it is claimed, and once more
 * at the next call. */
static uint64_t claim(unsigned long thread, uint64_t ns)
{
    for (size_t i = 0; i < claim_count; i++) {
        if (claims[i].thread == thread) {
            uint64_t fresh = ns >= claims[i].ns ? ns - claims[i].ns : ns; /* a reused id */
            claims[i].ns = ns;
            return fresh;
        }
    }
    struct claim *more = realloc(claims, (claim_count + 1) * sizeof *more);
    if (more) {
        claims = more;
        claims[claim_count++] = (struct claim){.thread = thread, .ns = ns};
    }
    return ns;
}

static uint64_t sum_helpers(bool claiming)
{
    uint64_t sum = 0, ns = 0;
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) {
        return 0;
    }
    while ((entry = readdir(tasks))) {
        if (is_helper(entry->d_name, &ns)) {
            sum += claiming ? claim(strtoul(entry->d_name, NULL, 10), ns) : ns;
        }
    }
    closedir(tasks);
    return sum;
}

uint64_t uring_helpers_ns(void)
{
    return sum_helpers(false);
}

uint64_t uring_helpers_claim(void)
{
    pthread_mutex_lock(&lock);
    if (claims_of != getpid()) {
        claims_of = getpid();
        claim_count = 0;
    }
    uint64_t sum = sum_helpers(true);
    pthread_mutex_unlock(&lock);
    return sum;
}
