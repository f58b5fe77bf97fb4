#include "workloads/available.h"
#include "bench/util/extremes.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files of one version of the memory controller. */
struct controller {
    const char *mount; /* below root */
    const char *limit, *usage;
    const char *cache[2]; /* keys of memory.stat: page cache, which yields to need */
};

static const struct controller version1 = {
    .mount = "/sys/fs/cgroup/memory",
    .limit = "memory.limit_in_bytes",
    .usage = "memory.usage_in_bytes",
    .cache = {"total_inactive_file", "total_active_file"},
};

static const struct controller version2 = {
    .mount = "/sys/fs/cgroup",
    .limit = "memory.max",
    .usage = "memory.current",
    .cache = {"inactive_file", "active_file"},
};

/* The number that follows `key` at the start of a line ("" for the first line), or false. */
static bool read_number(const char *path, const char *key, uint64_t *number)
{
    char line[256];
    bool found = false;
    size_t length = strlen(key);
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return false;
    }
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, length) == 0 && (length == 0 || line[length] == ' ')) {
            found = sscanf(line + length, "%" SCNu64, number) == 1;
            break;
        }
    }
    fclose(file);
    return found;
}

static uint64_t memory_available(const char *root)
{
    char path[PATH_MAX];
    uint64_t kib = 0;

    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    return read_number(path, "MemAvailable:", &kib) ? kib * 1024 : AVAILABLE_UNKNOWN;
}

static uint64_t group_left(const char *folder, const struct controller *controller)
{
    char path[PATH_MAX + 64];
    uint64_t limit = 0, usage = 0, cache = 0;

    snprintf(path, sizeof path, "%s/%s", folder, controller->limit);
    if (!read_number(path, "", &limit)) { /* no such controller, or "max" */
        return AVAILABLE_UNKNOWN;
    }
    snprintf(path, sizeof path, "%s/%s", folder, controller->usage);
    read_number(path, "", &usage);
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    for (int i = 0; i < 2; i++) {
        uint64_t part = 0;
        read_number(path, controller->cache[i], &part);
        cache += part;
    }
    uint64_t held = usage > cache ? usage - cache : 0;
    return limit > held ? limit - held : 0;
}

/* Inside a container the group's path may be the host's and not be there: then only the
 * ancestors that can be seen count, the mount's own root at last. */
static uint64_t groups_left(const char *root, const struct controller *controller, char *group)
{
    char folder[PATH_MAX];
    uint64_t left = AVAILABLE_UNKNOWN;

    for (;;) {
        snprintf(folder, sizeof folder, "%s%s%s", root, controller->mount, group);
        left = smaller(left, group_left(folder, controller));
        char *slash = strrchr(group, '/');
        if (slash == NULL) {
            return left;
        }
        *slash = '\0';
    }
}

/* Lines are "id:controllers:path"; version 2 is "0::path". */
static uint64_t cgroups_available(const char *root)
{
    char path[PATH_MAX], line[PATH_MAX];
    uint64_t left = AVAILABLE_UNKNOWN;

    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return left;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL) {
            continue;
        }
        *group++ = '\0';
        if (strcmp(controllers, ":") == 0) {
            left = smaller(left, groups_left(root, &version2, group));
        } else if (strcmp(controllers, ":memory") == 0) {
            left = smaller(left, groups_left(root, &version1, group));
        }
    }
    fclose(file);
    return left;
}

uint64_t available_bytes(const char *root)
{
    return smaller(memory_available(root), cgroups_available(root));
}
