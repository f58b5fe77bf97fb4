#include "bench/observe.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t process_bytes(pid_t pid)
{
    char path[64], line[128];
    uint64_t kib = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "Pss: %" SCNu64, &kib) == 1) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return kib * 1024;
}

/* Between a vfork and its exec a child runs in its parent's memory: the same
 * pages, which must not be counted twice. */
static bool same_memory(pid_t one, pid_t other)
{
    return syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0) == 0;
}

/* A process's children are listed by the thread that made them. */
static uint64_t children_bytes(pid_t pid, pid_t except)
{
    char path[sizeof "/proc//task//children" + 300];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    struct dirent *entry;
    while (threads && (entry = readdir(threads))) {
        int child;
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, entry->d_name);
        FILE *file = fopen(path, "re");
        while (file && fscanf(file, "%d", &child) == 1) {
            bool counts = child != except && !same_memory(pid, child);
            bytes += counts ? observe_tree_bytes(child, except) : 0;
        }
        if (file) {
            fclose(file);
        }
    }
    if (threads) {
        closedir(threads);
    }
    return bytes;
}

uint64_t observe_tree_bytes(pid_t root, pid_t except)
{
    /* A fork between the reading of a process and that of its children turns pages that were
     * the parent's alone into shared ones. Of two readings around the children's the
     * smaller is free of that. */
    uint64_t before = process_bytes(root);
    uint64_t children = children_bytes(root, except);
    uint64_t after = process_bytes(root);
    return (after < before ? after : before) + children;
}
