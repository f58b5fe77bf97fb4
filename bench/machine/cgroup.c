#include "bench/machine/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/textfile.h"

struct mount {
    char *root;  /* the group that the mount point shows */
    char *point; /* where */
    bool v1;
};

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* mountinfo writes blanks, tabs, newlines and backslashes as \ooo. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
            from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
            *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* A line of proc(5) mountinfo: "id parent dev root point options [tags] - type source super". */
static bool parse_mount(char *line, const char *controller, struct mount *mount)
{
    line[strcspn(line, "\n")] = '\0';
    char *tail = strstr(line, " - ");
    if (tail == NULL)
        return false;
    *tail = '\0';

    char *next = line;
    for (int skipped = 0; skipped < 3; skipped++)
        strsep(&next, " ");
    mount->root = strsep(&next, " ");
    mount->point = strsep(&next, " ");
    char *rest = tail + strlen(" - ");
    const char *type = strsep(&rest, " ");
    strsep(&rest, " ");
    const char *super = rest;
    if (mount->root == NULL || mount->point == NULL || super == NULL)
        return false;

    unescape(mount->root);
    unescape(mount->point);
    mount->v1 = strcmp(type, "cgroup") == 0;
    if (mount->v1)
        return list_has(super, controller);
    return strcmp(type, "cgroup2") == 0;
}

/* The path of "id:controllers:path"; controller NULL: version 2, "0::path". */
static bool own_group(const char *root, const char *controller, char *group, size_t size)
{
    FILE *stream = textfile_open(root, "/proc/self/cgroup");
    if (stream == NULL)
        return false;
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    while (!found && getline(&line, &room, stream) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *next = line;
        const char *id = strsep(&next, ":");
        const char *controllers = strsep(&next, ":");
        if (controllers == NULL || next == NULL)
            continue;
        found = controller != NULL ? list_has(controllers, controller)
                                   : strcmp(id, "0") == 0 && controllers[0] == '\0';
        if (found)
            found = (size_t)snprintf(group, size, "%s", next) < size;
    }
    free(line);
    fclose(stream);
    return found;
}

static bool leaves_its_root(const char *path)
{
    return strncmp(path, "/..", 3) == 0 && (path[3] == '/' || path[3] == '\0');
}

/* Where `group` lies below the mount ("" or "/a/b"), or NULL: the mount does not show it. */
static const char *below_mount(const struct mount *mount, const char *group)
{
    /* The kernel writes "/.." for what lies outside the reader's cgroup namespace. A mount
     * from outside it shows an ancestor, whose limits hold for us; the way down from there has no
     * names. */
    if (leaves_its_root(mount->root))
        return leaves_its_root(group) ? NULL : "";
    if (leaves_its_root(group))
        return NULL;

    size_t length = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
    if (strncmp(group, mount->root, length) != 0)
        return NULL;
    const char *below = group + length;
    if (below[0] != '\0' && below[0] != '/')
        return NULL;
    return strcmp(below, "/") == 0 ? "" : below;
}

static void walk_mount(const char *root, const struct mount *mount, const char *below,
                       cgroup_visit visit, void *data)
{
    char path[PATH_MAX], group[PATH_MAX];
    const char *top = strcmp(mount->root, "/") == 0 ? "" : mount->root;
    int path_length = snprintf(path, sizeof(path), "%s%s%s", root, mount->point, below);
    int group_length = snprintf(group, sizeof(group), "%s%s", top, below);
    if (path_length < 0 || (size_t)path_length >= sizeof(path) || group_length < 0 ||
        (size_t)group_length >= sizeof(group))
        return;

    size_t depth_left = strlen(below);
    bool own = !leaves_its_root(mount->root);
    for (;;) {
        struct cgroup_dir dir = {path, group[0] != '\0' ? group : "/", mount->v1, own};
        visit(&dir, data);
        own = false;
        if (depth_left == 0)
            return;
        size_t cut = strlen(strrchr(path, '/'));
        path[strlen(path) - cut] = '\0';
        group[strlen(group) - cut] = '\0';
        depth_left -= cut;
    }
}

void cgroup_walk(const char *root, const char *controller, cgroup_visit visit, void *data)
{
    const char *prefix = root == NULL || strcmp(root, "/") == 0 ? "" : root;
    FILE *stream = textfile_open(prefix, "/proc/self/mountinfo");
    if (stream == NULL)
        return;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stream) > 0) {
        struct mount mount;
        char group[PATH_MAX];
        if (!parse_mount(line, controller, &mount) ||
            !own_group(prefix, mount.v1 ? controller : NULL, group, sizeof(group)))
            continue;
        const char *below = below_mount(&mount, group);
        if (below != NULL)
            walk_mount(prefix, &mount, below, visit, data);
    }
    free(line);
    fclose(stream);
}
