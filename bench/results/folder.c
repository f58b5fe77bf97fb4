#include "bench/results/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char label_bytes[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

enum { SUFFIX_MAX = 1000 };

bool folder_label_ok(const char *label)
{
    size_t length = strlen(label);
    return length >= 1 && length <= FOLDER_LABEL_MAX && strspn(label, label_bytes) == length &&
           label[0] != '-' && label[0] != '.';
}

char *folder_label_from(const char *name, char *label, size_t size)
{
    name += strspn(name, "-.");
    snprintf(label, size < FOLDER_LABEL_MAX + 1 ? size : FOLDER_LABEL_MAX + 1, "%s", name);
    for (char *c = label; *c; c++)
        if (!strchr(label_bytes, *c))
            *c = '-';
    if (!folder_label_ok(label))
        snprintf(label, size, "machine");
    return label;
}

char *folder_default_label(char *label, size_t size)
{
    char host[HOST_NAME_MAX + 1] = "";
    if (gethostname(host, sizeof host - 1) < 0)
        host[0] = '\0';
    return folder_label_from(host, label, size);
}

int folder_path(const char *path, const char *name, char *out, size_t size)
{
    const char *slash = path[0] && path[strlen(path) - 1] == '/' ? "" : "/";
    int length = snprintf(out, size, "%s%s%s", path, slash, name);
    return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}

static int folder_failed(const char *path, int error, struct error *err)
{
    const bool bad_name = error == ENOTDIR || error == ENAMETOOLONG;
    return error_set(err, bad_name ? -EINVAL : -error,
                     "cannot make the folder %s: %s; name another with --output", path,
                     strerror(error));
}

static bool folder_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Every folder above the last part of `path`, which is written to but left as it was. */
static int folder_parents(char *path, struct error *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (slash[1] == '\0')
            break;
        *slash = '\0';
        int failed = mkdir(path, 0777) < 0 ? errno : 0;
        if (failed)
            failed = folder_exists(path)
                         ? 0
                         : folder_failed(path, failed == EEXIST ? ENOTDIR : failed, err);
        *slash = '/';
        if (failed)
            return failed;
    }
    return 0;
}

/* 0, or -EEXIST, or -errno. */
static int folder_is_empty(const char *path, struct error *err)
{
    DIR *folder = opendir(path);
    if (!folder)
        return folder_failed(path, errno, err);
    int empty = 0;
    for (struct dirent *entry = readdir(folder); entry && empty == 0; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            empty =
                error_set(err, -EEXIST,
                          "the folder %s exists and is not empty; name a new one with --output, "
                          "or delete it",
                          path);
    closedir(folder);
    return empty;
}

static int folder_name_bad(const char *path, size_t run_size, struct error *err)
{
    return error_set(err, -EINVAL,
                     "the last part of the folder's name %s must have 1 to %zu bytes; name another "
                     "with --output",
                     path, run_size - 1);
}

/* The name as the file system has it, so that "." and "a/.." get one, too. */
static int folder_run(const char *path, char *run, size_t size, struct error *err)
{
    char *real = realpath(path, NULL);
    if (!real)
        return folder_failed(path, errno, err);
    int length = snprintf(run, size, "%s", strrchr(real, '/') + 1);
    free(real);
    return length < 1 || (size_t)length >= size ? folder_name_bad(path, size, err) : 0;
}

/* Before anything is made. What realpath would turn into another name ("a/..") exists already. */
static int folder_name_fits(const char *asked, size_t run_size, struct error *err)
{
    size_t end = strlen(asked), start;
    while (end > 0 && asked[end - 1] == '/')
        end--;
    for (start = end; start > 0 && asked[start - 1] != '/';)
        start--;
    return end - start < run_size ? 0 : folder_name_bad(asked, run_size, err);
}

static int folder_asked(const char *asked, char *path, size_t size, size_t run_size,
                        struct error *err)
{
    int length = snprintf(path, size, "%s", asked);
    if (length < 1)
        return error_set(err, -EINVAL, "the name of the result folder is empty");
    if ((size_t)length >= size)
        return folder_failed(asked, ENAMETOOLONG, err);
    int made = folder_name_fits(path, run_size, err);
    if (made == 0)
        made = folder_parents(path, err);
    if (made < 0 || mkdir(path, 0777) == 0)
        return made;
    int error = errno == EEXIST ? ENOTDIR : errno; /* what a folder that exists is not */
    return folder_exists(path) ? folder_is_empty(path, err) : folder_failed(path, error, err);
}

static int folder_dated(const char *label, char *path, size_t size, struct error *err)
{
    if (!folder_label_ok(label))
        return error_set(err, -EINVAL,
                         "the label must be 1 to %d of A-Z a-z 0-9 _ . - and not start with - or .",
                         FOLDER_LABEL_MAX);
    struct tm utc;
    time_t now = time(NULL);
    char stamp[sizeof "yyyymmddThhmmssZ" + 8];
    if (!gmtime_r(&now, &utc) || strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc) == 0)
        return error_set(err, -EOVERFLOW, "the date is past what a folder's name can tell");
    for (unsigned suffix = 1; suffix <= SUFFIX_MAX; suffix++) {
        char number[16] = "";
        if (suffix > 1)
            snprintf(number, sizeof number, "-%u", suffix);
        int length = snprintf(path, size, "results/%s-%s%s", label, stamp, number);
        if (length < 0 || (size_t)length >= size)
            return folder_failed(path, ENAMETOOLONG, err);
        int made = folder_parents(path, err);
        if (made < 0 || mkdir(path, 0777) == 0)
            return made;
        if (errno != EEXIST)
            break;
    }
    return folder_failed(path, errno, err);
}

int folder_create(const char *asked, const char *label, char *path, size_t size, char *run,
                  size_t run_size, struct error *err)
{
    int made = asked ? folder_asked(asked, path, size, run_size, err)
                     : folder_dated(label, path, size, err);
    return made < 0 ? made : folder_run(path, run, run_size, err);
}
