#include "bench/machine/disk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

/* The folder above, in place. False where there is none. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash) {
        const bool here = strcmp(path, ".") == 0;
        strcpy(path, ".");
        return !here;
    }
    if (slash == path) {
        const bool top = path[1] == '\0';
        path[1] = '\0';
        return !top;
    }
    *slash = '\0';
    return true;
}

uint64_t disk_free_bytes(const char *path)
{
    char folder[4096];
    struct statvfs facts;
    if (snprintf(folder, sizeof folder, "%s", *path ? path : ".") >= (int)sizeof folder) {
        return UINT64_MAX;
    }
    while (statvfs(folder, &facts) != 0) {
        if ((errno != ENOENT && errno != ENOTDIR) || !go_up(folder)) {
            return UINT64_MAX;
        }
    }
    return (uint64_t)facts.f_bavail * facts.f_frsize;
}
