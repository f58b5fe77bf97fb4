#include "bench/report/charts_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report/svg.h"
#include "bench/util/folder_remove.h"
#include "bench/util/guard.h"
#include "bench/util/leftovers.h"

#define MAKING_PREFIX ".charts-"

enum { MAKING_TRIES = 8, ENDING_MOST = 64 };

static int place_fail(const struct charts_folder *place, const char *doing, const char *file,
                      struct error *err)
{
    const int code = -errno;
    const bool forbidden = code == -EROFS || code == -EACCES || code == -EPERM;
    return error_set(err, code, "cannot %s %s/%s: %s%s", doing, place->folder, file,
                     strerror(-code),
                     forbidden ? "; draw a copy of the folder, or use --terminal" : "");
}

/* --- folders that nobody works in any more --- */

static bool stale_name(const char *name, const char *of)
{
    const size_t prefix = strlen(MAKING_PREFIX);
    (void)of;
    return strncmp(name, MAKING_PREFIX, prefix) == 0 && name[prefix] &&
           name[prefix + strspn(name + prefix, "0123456789")] == '\0';
}

/* --- opening and closing --- */

/* Before the folder is made, so that there is no moment in which nobody would remove it. */
static void place_guard(struct charts_folder *place)
{
    char *real = realpath(place->folder, NULL);
    if (real && snprintf(place->making_path, sizeof place->making_path, "%s/%s", real,
                         place->making_name) < (int)sizeof place->making_path)
        guard_hold(guard_running(), place->making_path);
    free(real);
}

static int place_make(struct charts_folder *place)
{
    if (mkdirat(place->base, place->making_name, 0700) < 0 && errno != EEXIST)
        return -errno;
    place->making =
        openat(place->base, place->making_name, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
    if (place->making < 0) {
        const int code = -errno;
        unlinkat(place->base, place->making_name, AT_REMOVEDIR);
        return code;
    }
    if (leftovers_lock(place->making))
        return 0;
    close(place->making);
    place->making = -1;
    return -ENOENT; /* swept before it was locked */
}

int charts_folder_open(struct charts_folder *place, const char *folder, struct error *err)
{
    int code = -ENOENT;
    *place = (struct charts_folder){.folder = folder, .base = -1, .charts = -1, .making = -1};
    place->base = open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (place->base < 0)
        return place_fail(place, "open", "", err);
    leftovers_remove(place->base, S_IFDIR, stale_name, NULL);
    if (mkdirat(place->base, CHARTS_FOLDER, 0777) < 0 && errno != EEXIST)
        return place_fail(place, "make", CHARTS_FOLDER, err);
    place->charts =
        openat(place->base, CHARTS_FOLDER, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
    if (place->charts < 0)
        return place_fail(place, "open", CHARTS_FOLDER, err);
    snprintf(place->making_name, sizeof place->making_name, MAKING_PREFIX "%ld", (long)getpid());
    place_guard(place);
    for (int tries = 0; code == -ENOENT && tries < MAKING_TRIES; tries++)
        code = place_make(place);
    errno = -code;
    return code < 0 ? place_fail(place, "make", place->making_name, err) : 0;
}

void charts_folder_close(struct charts_folder *place)
{
    if (place->making >= 0) {
        folder_empty_open(place->making);
        unlinkat(place->base, place->making_name, AT_REMOVEDIR);
        close(place->making);
    }
    guard_drop(guard_running(), place->making_path);
    if (place->charts >= 0)
        close(place->charts);
    if (place->base >= 0) {
        unlinkat(place->base, CHARTS_FOLDER, AT_REMOVEDIR); /* where nothing came of it */
        close(place->base);
    }
}

/* --- files --- */

char *charts_file(char file[CHARTS_FILE], const char *name, const char *suffix)
{
    snprintf(file, CHARTS_FILE, "%s.%s", name, suffix);
    return file;
}

FILE *charts_folder_create(const struct charts_folder *place, const char *file, struct error *err)
{
    const int fd = openat(place->making, file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (out)
        return out;
    place_fail(place, "write", file, err);
    if (fd >= 0)
        close(fd);
    return NULL;
}

bool charts_folder_ends(const struct charts_folder *place, const char *file, const char *ending)
{
    char tail[ENDING_MOST];
    struct stat made;
    ssize_t got = -1;
    const int fd = openat(place->making, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &made) == 0)
        got = pread(fd, tail, sizeof tail,
                    made.st_size > (off_t)sizeof tail ? made.st_size - (off_t)sizeof tail : 0);
    close(fd);
    while (got > 0 && (tail[got - 1] == '\n' || tail[got - 1] == '\r'))
        got--;
    const ssize_t length = (ssize_t)strlen(ending);
    return got >= length && memcmp(tail + got - length, ending, (size_t)length) == 0;
}

int charts_folder_refine(const struct charts_folder *place, const char *file, const char *title,
                         struct error *err)
{
    char *text = NULL, *refined = NULL;
    size_t room = 0, size = 0;
    const int fd = openat(place->making, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    FILE *svg = fd < 0 ? NULL : fdopen(fd, "r+");
    if (!svg) {
        const int code = place_fail(place, "read", file, err);
        if (fd >= 0)
            close(fd);
        return code;
    }
    const ssize_t count = getdelim(&text, &room, '\0', svg);
    if (count > 0)
        refined = svg_refine(text, (size_t)count, title, NULL, &size);
    bool written = refined && ftruncate(fd, 0) == 0 && fseek(svg, 0, SEEK_SET) == 0 &&
                   fwrite(refined, 1, size, svg) == size;
    int code = written ? 0 : place_fail(place, "write", file, err);
    if (fclose(svg) != 0 && code == 0)
        code = place_fail(place, "write", file, err);
    free(text);
    free(refined);
    return code;
}

bool charts_folder_same(const struct charts_folder *place, const char *file)
{
    char old[4096], new[4096];
    struct stat facts;
    /* What lies there may be a link or a FIFO, neither of which is what was drawn. */
    const int a = openat(place->charts, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int b = openat(place->making, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool same = a >= 0 && b >= 0 && fstat(a, &facts) == 0 && S_ISREG(facts.st_mode);
    for (ssize_t got = 1; same && got > 0;) {
        got = read(a, old, sizeof old);
        same = got >= 0 && read(b, new, sizeof new) == got && memcmp(old, new, (size_t)got) == 0;
    }
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

int charts_folder_install(const struct charts_folder *place, const char *file, struct error *err)
{
    return renameat(place->making, file, place->charts, file) < 0
               ? place_fail(place, "put in place", file, err)
               : 0;
}

void charts_folder_forget(const struct charts_folder *place, const char *file)
{
    unlinkat(place->charts, file, 0);
}
