#include "bench/util/folder_remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REMOVE_TRIES = 500 };

void folder_empty(int folder)
{
    struct dirent *entry;
    DIR *entries = fdopendir(folder);
    if (!entries) {
        close(folder);
        return;
    }
    while ((entry = readdir(entries))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        if (unlinkat(folder, name, 0) != 0 && (errno == EISDIR || errno == EPERM)) {
            int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (inner >= 0) {
                folder_empty(inner);
            }
            unlinkat(folder, name, AT_REMOVEDIR);
        }
    }
    closedir(entries);
}

void folder_empty_open(int folder)
{
    int again = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again >= 0) {
        folder_empty(again);
    }
}

int folder_remove(const char *path)
{
    static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    int code = 0;
    for (int tries = 0; tries < REMOVE_TRIES; tries++) {
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0) {
            folder_empty(folder);
        }
        code = rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
        if (code != -ENOTEMPTY && code != -EEXIST) {
            break;
        }
        nanosleep(&moment, NULL);
    }
    return code;
}
