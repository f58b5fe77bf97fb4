#include "bench/report_command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/report/compare.h"
#include "bench/report/report.h"
#include "bench/say.h"

#define REPORT_FILE "report.html"

struct asked {
    const char *output; /* NULL: in the first folder; "-": standard output */
    const char *folders[COMPARE_RUNS];
    size_t count;
};

enum { OPT_OUTPUT = 1000, OPT_HELP };

static const struct option long_options[] = {
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int take_folder(void *user, const char *word, struct error *err)
{
    struct asked *asked = user;
    if (asked->count == COMPARE_RUNS)
        return error_set(err, -EINVAL, "more than %d folders; name fewer", COMPARE_RUNS);
    if (!*word)
        return error_set(err, -EINVAL, "the name of a folder is empty; write bench report DIR");
    asked->folders[asked->count++] = word;
    return 0;
}

static int take_option(void *user, int option, const char *text, struct error *err)
{
    struct asked *asked = user;
    (void)option; /* there is but one */
    asked->output = text;
    return *text ? 0
                 : error_set(err, -EINVAL,
                             "--output is empty; write --output FILE, or - for standard output");
}

/* 1 where --help was asked for. */
static int take_all(struct asked *asked, int count, char **arguments, struct error *err)
{
    static const struct command_line line = {.command = "report",
                                             .options = long_options,
                                             .help = OPT_HELP,
                                             .option = take_option,
                                             .word = take_folder};
    int rc = command_line_read(&line, count, arguments, asked, err);
    if (rc == 0 && asked->count == 0)
        rc = error_set(err, -EINVAL, "name at least one result folder: bench report DIR...");
    return rc;
}

static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t wrote = write(fd, text, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -errno;
        text += wrote;
        size -= (size_t)wrote;
    }
    return 0;
}

/* Whole or not at all: an older page stays until the new one is on the disk. */
static int save(const char *path, const char *text, size_t size, struct error *err)
{
    char making[4096];
    if (snprintf(making, sizeof making, "%s.XXXXXX", path) >= (int)sizeof making)
        return error_set(err, -EINVAL, "--output: the name is too long");
    const int fd = mkostemp(making, O_CLOEXEC);
    if (fd < 0)
        return error_set(err, -errno, "cannot write %s: %s", path, strerror(errno));
    const mode_t mask = umask(0);
    umask(mask);
    int code = fchmod(fd, 0666 & ~mask) < 0 ? -errno : write_all(fd, text, size);
    if (code == 0 && fsync(fd) < 0)
        code = -errno;
    if (close(fd) < 0 && code == 0)
        code = -errno;
    if (code == 0 && rename(making, path) < 0)
        code = -errno;
    if (code < 0) {
        unlink(making);
        return error_set(err, code, "cannot write %s: %s", path, strerror(-code));
    }
    return 0;
}

static int deliver(const struct asked *asked, const char *text, size_t size, struct error *err)
{
    char path[4096];
    if (asked->output && strcmp(asked->output, "-") == 0) {
        const int code = write_all(STDOUT_FILENO, text, size);
        return code < 0 ? error_set(err, code, "the page could not be written: %s", strerror(-code))
                        : 0;
    }
    const int length = asked->output
                           ? snprintf(path, sizeof path, "%s", asked->output)
                           : snprintf(path, sizeof path, "%s/" REPORT_FILE, asked->folders[0]);
    if (length >= (int)sizeof path)
        return error_set(err, -EINVAL, "the name of the page is too long");
    const int code = save(path, text, size, err);
    if (code == 0 && (printf("Report: %s\n", path) < 0 || fflush(stdout) != 0))
        return error_set(err, -EIO, "standard output: %s", strerror(errno));
    return code;
}

static int make(const struct asked *asked, struct error *err)
{
    struct error warning;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return error_set(err, -ENOMEM, "no memory for the page");
    int code = report_write(out, asked->folders, asked->count, &warning, err);
    if (fclose(out) != 0 && code == 0)
        code = error_set(err, -ENOMEM, "no memory for the page");
    if (code == 0 && *warning.text)
        say("report: without charts: %s", warning.text);
    if (code == 0)
        code = deliver(asked, text, size, err);
    free(text);
    return code;
}

int report_command(int count, char **arguments)
{
    struct asked asked = {.output = NULL};
    struct error err;
    int rc = take_all(&asked, count, arguments, &err);
    if (rc == 1)
        return help_print("report");
    const bool understood = rc == 0;
    if (rc == 0)
        rc = make(&asked, &err);
    if (rc == 0)
        return 0;
    say("report: %s", err.text);
    return !understood || rc == -EINVAL || rc == -ENOTDIR ? 2 : 1;
}
