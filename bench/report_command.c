#include "bench/report_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/machine/topology.h"
#include "bench/report/compare.h"
#include "bench/report/report.h"
#include "bench/results/output_file.h"
#include "bench/results/text.h"
#include "bench/say.h"
#include "bench/util/clock.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"
#include "bench/util/units.h"

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

struct page_text {
    const char *text;
    size_t size;
};

static int write_page(FILE *out, const void *what)
{
    const struct page_text *page = what;
    errno = 0;
    const bool written = fwrite(page->text, 1, page->size, out) == page->size && fflush(out) == 0;
    return written ? 0 : errno ? -errno : -EIO;
}

static int deliver(const struct asked *asked, const struct page_text *page, struct error *err)
{
    char path[4096];
    if (asked->output && strcmp(asked->output, "-") == 0) {
        const int code = write_page(stdout, page);
        return code < 0 ? error_set(err, code, "the page could not be written: %s", strerror(-code))
                        : 0;
    }
    const int length = asked->output
                           ? snprintf(path, sizeof path, "%s", asked->output)
                           : snprintf(path, sizeof path, "%s/" REPORT_FILE, asked->folders[0]);
    if (length >= (int)sizeof path)
        return error_set(err, -EINVAL, "the name of the page is too long");
    const int code =
        asked->output ? output_file(path, write_page, page) : output_whole(path, write_page, page);
    if (code == -ENOENT || code == -EISDIR)
        return error_set(err, -EINVAL,
                         code == -EISDIR ? "%s%s is a folder; name a file in it"
                                         : "%sthere is no folder for %s",
                         asked->output ? "--output: " : "", path);
    if (code == -EINTR)
        return error_set(err, code, "interrupted");
    if (code < 0)
        return error_set(err, code, "cannot write %s: %s", path, strerror(-code));
    if (printf("Report: %s\n", text_clean(path)) < 0 || fflush(stdout) != 0)
        return error_set(err, -EIO, "standard output: %s", strerror(errno));
    return 0;
}

/* --- drawing --- */

/* One line on a terminal, of what takes longer than two seconds. */
struct told {
    uint64_t started_ns;
    bool terminal, drawn;
};

#define WORTH_TELLING_NS 2e9

static void tell(void *user, size_t done, size_t count)
{
    struct told *told = user;
    char text[32];
    const double spent = (double)(clock_now_ns() - told->started_ns);
    const double left = spent / (double)done * (double)(count - done);
    told->drawn = told->drawn || (told->terminal && spent + left > WORTH_TELLING_NS);
    if (!told->drawn || done == count)
        return;
    fprintf(stderr, "\r\033[K[%zu/%zu] charts drawn, about %s left", done, count,
            units_human_time(text, sizeof text, left));
    fflush(stderr);
}

/* gnuplot takes one core. Where they cannot be counted, one chart is drawn after the other; there
 * are no more than the guard can hold. */
static size_t drawn_at_once(void)
{
    struct topology *topology;
    struct topology_counts counts;
    struct error ignored;
    if (topology_load(&topology, NULL, NULL, &ignored) < 0)
        return 1;
    topology_counts(topology, &counts);
    topology_free(topology);
    return counts.usable < GUARD_FOLDERS ? counts.usable : GUARD_FOLDERS;
}

static int write_report(FILE *out, const struct asked *asked, struct report_lack *lack,
                        struct error *err)
{
    struct told told = {.started_ns = clock_now_ns(), .terminal = isatty(STDERR_FILENO) == 1};
    const struct drawing_way way = {.at_once = drawn_at_once(), .drawn = tell, .user = &told};
    const int code = report_write(out, asked->folders, asked->count, &way, lack, err);
    if (told.drawn)
        fputs("\r\033[K", stderr);
    return code;
}

static int make(const struct asked *asked, struct error *err)
{
    struct interrupt held;
    struct report_lack lack;
    struct guard *guard = NULL;
    const char *call;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return error_set(err, -ENOMEM, "no memory for the page");
    /* What a picture is made in must not stay lying about, nor gnuplot go on drawing. */
    guard_start(&guard, &call);
    interrupt_hold(&held);
    int code = write_report(out, asked, &lack, err);
    if (code == -ENOENT) /* a name that leads to no results was mistyped */
        code = -EINVAL;
    if (interrupt_came())
        code = error_set(err, -EINTR, "interrupted");
    interrupt_release(&held);
    guard_end(guard);
    if (fclose(out) != 0 && code == 0)
        code = error_set(err, -ENOMEM, "no memory for the page");
    if (code == 0 && *lack.charts.text)
        say("report: without charts: %s", lack.charts.text);
    if (code == 0)
        code = deliver(asked, &(struct page_text){text, size}, err);
    free(text);
    /* The page is there, and tells it, but who reads the exit status must know. */
    return code == 0 && lack.code < 0 ? error_set(err, lack.code, "%s", lack.file.text) : code;
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
    return !understood || rc == -EINVAL || rc == -ENOTDIR ? 2 : rc == -EINTR ? EXIT_INTERRUPTED : 1;
}
