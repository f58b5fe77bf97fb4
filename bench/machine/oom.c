#include "bench/machine/oom.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/conditions_internal.h"
#include "bench/machine/textfile.h"

static bool take_count(const char *line, void *data)
{
    static const char key[] = "oom_kill ";
    uint64_t *count = data;
    return strncmp(line, key, sizeof key - 1) != 0 ||
           textfile_parse_u64(line + sizeof key - 1, count) != 0;
}

static uint64_t read_count(int fd)
{
    uint64_t count = CONDITION_UNKNOWN;
    return fd >= 0 && conditions_lines(fd, take_count, &count) == 0 ? count : CONDITION_UNKNOWN;
}

/* A descriptor, or -1 where the file has no such counter. */
static int open_counter(const char *root, const char *folder, const char *file)
{
    char path[PATH_MAX + 64];
    const int length = snprintf(path, sizeof path, "%s%s/%s", root ? root : "", folder, file);
    const int fd =
        length > 0 && (size_t)length < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0 && read_count(fd) == CONDITION_UNKNOWN) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Those of an ancestor would count what happened to its other groups, too. */
static void visit(const struct cgroup_dir *dir, void *data)
{
    struct oom *oom = data;
    if (dir->own && oom->fd < 0)
        oom->fd = open_counter(NULL, dir->path, dir->v1 ? "memory.oom_control" : "memory.events");
}

void oom_open(struct oom *oom, const char *root)
{
    *oom = (struct oom){.fd = -1, .before = CONDITION_UNKNOWN};
    cgroup_walk(root, "memory", visit, oom);
    oom->of_group = oom->fd >= 0;
    if (!oom->of_group)
        oom->fd = open_counter(root, "/proc", "vmstat");
}

void oom_close(struct oom *oom)
{
    if (oom->fd >= 0)
        close(oom->fd);
    oom->fd = -1;
}

void oom_before(struct oom *oom)
{
    oom->before = read_count(oom->fd);
}

uint64_t oom_since(const struct oom *oom)
{
    const uint64_t since = conditions_change(oom->before, read_count(oom->fd));
    return since == CONDITION_UNKNOWN ? 0 : since;
}
