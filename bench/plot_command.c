#include "bench/plot_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/report/charts.h"
#include "bench/report/plot.h"
#include "bench/say.h"
#include "bench/util/interrupt.h"

enum { TERMINAL_WIDTH = 100, TERMINAL_LEAST = 40, TERMINAL_MOST = 200 };

struct asked {
    struct plot_options plot;
    const char *folders[COMPARE_RUNS];
    size_t count;
};

enum { OPT_CHART = 1000, OPT_FORMAT, OPT_THEME, OPT_TERMINAL, OPT_HELP };

static const struct option long_options[] = {
    {"chart", required_argument, NULL, OPT_CHART}, {"format", required_argument, NULL, OPT_FORMAT},
    {"theme", required_argument, NULL, OPT_THEME}, {"terminal", no_argument, NULL, OPT_TERMINAL},
    {"help", no_argument, NULL, OPT_HELP},         {NULL, 0, NULL, 0},
};

static int take_words(const char *option, const char *text, const char *const *names,
                      unsigned *bits, struct error *err)
{
    char *copy = strdup(text), *rest = copy;
    int rc = copy ? 0 : error_set(err, -ENOMEM, "no memory");
    for (char *word; rc == 0 && (word = strsep(&rest, ","));) {
        unsigned chosen = 0;
        if (*word)
            rc = command_line_choice(option, word, names, &chosen, err);
        else
            rc = error_set(err, -EINVAL, "a %s is empty; write for example %s", option, names[0]);
        *bits |= 1u << chosen;
    }
    free(copy);
    return rc;
}

/* Of the terminal or, where the text goes elsewhere, as $COLUMNS says. */
static size_t terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    unsigned long width = TERMINAL_WIDTH;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    else if (columns && *columns && columns[strspn(columns, "0123456789")] == '\0')
        width = strtoul(columns, NULL, 10);
    return width < TERMINAL_LEAST ? TERMINAL_LEAST : width > TERMINAL_MOST ? TERMINAL_MOST : width;
}

static int take_option(void *user, int option, const char *text, struct error *err)
{
    struct asked *asked = user;
    switch (option) {
    case OPT_CHART:
        return take_words("value of --chart", text, charts_names, &asked->plot.charts, err);
    case OPT_FORMAT:
        return take_words("value of --format", text, plot_format_names, &asked->plot.formats, err);
    case OPT_THEME:
        return command_line_choice("value of --theme", text, plot_theme_names, &asked->plot.theme,
                                   err);
    default:
        asked->plot.width = terminal_width();
        return 0;
    }
}

static int take_folder(void *user, const char *word, struct error *err)
{
    struct asked *asked = user;
    if (asked->count == COMPARE_RUNS)
        return error_set(err, -EINVAL, "more than %d folders; draw fewer at a time", COMPARE_RUNS);
    if (!*word)
        return error_set(err, -EINVAL, "the name of a folder is empty; write bench plot DIR");
    asked->folders[asked->count++] = word;
    return 0;
}

/* 1 where --help was asked for. */
static int take_all(struct asked *asked, int count, char **arguments, struct error *err)
{
    static const struct command_line line = {.command = "plot",
                                             .options = long_options,
                                             .help = OPT_HELP,
                                             .option = take_option,
                                             .word = take_folder};
    int rc = command_line_read(&line, count, arguments, asked, err);
    if (rc == 0 && asked->plot.width > 0 && asked->plot.formats)
        rc = error_set(err, -EINVAL,
                       "--terminal prints text, --format chooses pictures; leave one out");
    if (rc == 0 && asked->count == 0)
        rc = error_set(err, -EINVAL, "name at least one result folder: bench plot DIR...");
    return rc;
}

static void print_note(const char *line)
{
    puts(line);
}

/* Standard output holds the charts. */
static void say_note(const char *line)
{
    say("%s", line);
}

static void complain(void *user, const char *line)
{
    (void)user;
    say("plot: %s", line);
}

int plot_command(int count, char **arguments)
{
    struct asked asked = {.plot.all_notes = true};
    struct error err;
    int rc = take_all(&asked, count, arguments, &err);
    if (rc == 1)
        return help_print("plot");
    if (rc != 0) {
        complain(NULL, err.text);
        return 2;
    }
    rc = plot_folders(asked.folders, asked.count, &asked.plot,
                      asked.plot.width > 0 ? say_note : print_note, complain, NULL);
    if (rc == 0 && fflush(stdout) != 0)
        rc = -EIO;
    return rc == 0 ? 0 : rc == -EINVAL ? 2 : rc == -EINTR ? EXIT_INTERRUPTED : 1;
}
