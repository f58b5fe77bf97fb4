#include "bench/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/say.h"
#include "bench/util/descriptors.h"
#include "bench/util/folder_remove.h"

#define SCRATCH      ".scratch-"
#define SCRATCH_NAME SCRATCH "XXXXXX"

int scratch_open(struct scratch *scratch, struct guard *guard, const char *parent,
                 struct error *err)
{
    char absolute[PATH_MAX];
    if (!realpath(parent, absolute)) {
        return error_set(err, -errno, "%s: %s", parent, strerror(errno));
    }
    const int length = snprintf(scratch->path, sizeof scratch->path, "%s/" SCRATCH_NAME, absolute);
    if (length < 0 || (size_t)length >= sizeof scratch->path) {
        return error_set(err, -ENAMETOOLONG, "%s: the path is too long", parent);
    }
    if (!mkdtemp(scratch->path)) {
        return error_set(err, -errno, "%s: no scratch folder could be made here: %s", parent,
                         strerror(errno));
    }
    guard_hold(guard, scratch->path);
    scratch->guard = guard;
    scratch->folder = open(scratch->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return scratch->folder >= 0 ? 0
                                : error_set(err, -errno, "%s: %s", scratch->path, strerror(errno));
}

/* The result folder may have got another name meanwhile, or be gone. */
static void scratch_find(const struct scratch *scratch, char path[PATH_MAX])
{
    struct stat facts;
    const bool found =
        descriptors_path(scratch->folder, path, PATH_MAX) && lstat(path, &facts) == 0;
    if (!found) {
        snprintf(path, PATH_MAX, "%s", scratch->path);
    }
}

void scratch_close(struct scratch *scratch)
{
    char path[PATH_MAX];
    if (!scratch->guard) {
        return;
    }
    scratch_find(scratch, path);
    const int code = folder_remove(path);
    if (code != 0) {
        say("%s could not be removed: %s", path, strerror(-code));
    }
    guard_drop(scratch->guard, scratch->path);
    if (scratch->folder >= 0) {
        close(scratch->folder);
    }
    scratch->guard = NULL;
    scratch->folder = -1;
}

void scratch_sweep(const char *parent)
{
    DIR *folder = opendir(parent);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        const bool ours = strncmp(entry->d_name, SCRATCH, sizeof SCRATCH - 1) == 0 &&
                          strlen(entry->d_name) == sizeof SCRATCH_NAME - 1;
        const int fd = ours ? openat(dirfd(folder), entry->d_name,
                                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                            : -1;
        if (fd >= 0) {
            folder_empty(fd);
            unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
        }
    }
    if (folder) {
        closedir(folder);
    }
}
