/*
 * fake_root.h - a scratch folder that plays "/" of another machine: tests write
 * its proc and sys files. Failures abort the test program: nothing can be tested then.
 */
#ifndef TESTS_UNIT_FAKE_ROOT_H
#define TESTS_UNIT_FAKE_ROOT_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct fake_root {
    char path[64];
};

static inline void fake_root_check(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    abort();
}

static inline void fake_root_make(struct fake_root *root)
{
    snprintf(root->path, sizeof(root->path), "/tmp/bench-test-XXXXXX");
    fake_root_check(mkdtemp(root->path) != NULL, root->path);
}

/* Writes (or replaces) a file and makes the folders above it. */
static inline void fake_root_write(const struct fake_root *root, const char *path, const char *text)
{
    char full[PATH_MAX];
    snprintf(full, sizeof(full), "%s%s", root->path, path);
    for (char *slash = full + strlen(root->path) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    fake_root_check(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, full);
}

static inline int fake_root_remove_one(const char *path, const struct stat *state, int type,
                                       struct FTW *walk)
{
    (void)state;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void fake_root_remove(struct fake_root *root)
{
    nftw(root->path, fake_root_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
