#include "bench/util/leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/util/folder_remove.h"

static void leftover_remove(int folder, const char *entry, mode_t kind)
{
    struct stat facts;
    const int fd = openat(folder, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &facts) == 0 && (facts.st_mode & S_IFMT) == kind &&
        flock(fd, LOCK_EX | LOCK_NB) == 0) {
        if (kind == S_IFDIR)
            folder_empty_open(fd);
        unlinkat(folder, entry, kind == S_IFDIR ? AT_REMOVEDIR : 0);
    }
    close(fd);
}

void leftovers_remove(int folder, mode_t kind, leftovers_name *name, const char *of)
{
    const int copy = openat(folder, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (!entries) {
        if (copy >= 0)
            close(copy);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (name(entry->d_name, of))
            leftover_remove(folder, entry->d_name, kind);
    closedir(entries);
}

bool leftovers_lock(int made)
{
    struct stat facts;
    flock(made, LOCK_EX);
    return fstat(made, &facts) == 0 && facts.st_nlink > 0;
}
