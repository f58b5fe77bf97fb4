#include "bench/export_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/report/export.h"
#include "bench/results/folder.h"
#include "bench/results/output_file.h"
#include "bench/say.h"
#include "bench/util/interrupt.h"

enum format { FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_PERFETTO, FORMAT_NONE };
static const char *const format_names[] = {"json", "markdown", "perfetto", NULL};

struct asked {
    const char *folder, *output; /* output NULL: standard output */
    unsigned format;
};

enum { OPT_FORMAT = 1000, OPT_OUTPUT, OPT_HELP };

static const struct option long_options[] = {
    {"format", required_argument, NULL, OPT_FORMAT},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* --- what was asked for --- */

static int take_option(void *user, int option, const char *text, struct error *err)
{
    struct asked *asked = user;
    if (option == OPT_FORMAT)
        return command_line_choice("value of --format", text, format_names, &asked->format, err);
    asked->output = text;
    return *text ? 0 : error_set(err, -EINVAL, "--output: the name of the file is empty");
}

static int take_folder(void *user, const char *word, struct error *err)
{
    struct asked *asked = user;
    if (!*word)
        return error_set(err, -EINVAL, "the name of the folder is empty");
    if (asked->folder)
        return error_set(err, -EINVAL, "'%.60s': one folder at a time; export each by itself",
                         word);
    asked->folder = word;
    return 0;
}

/* 1 where --help was asked for. */
static int take_all(struct asked *asked, int count, char **arguments, struct error *err)
{
    static const struct command_line line = {.command = "export",
                                             .options = long_options,
                                             .help = OPT_HELP,
                                             .option = take_option,
                                             .word = take_folder};
    int rc = command_line_read(&line, count, arguments, asked, err);
    if (rc == 0 && !asked->folder)
        rc =
            error_set(err, -EINVAL, "name a result folder: bench export results/DIR --format json");
    if (rc == 0 && asked->format == FORMAT_NONE)
        rc = error_set(err, -EINVAL, "choose a form: --format json, markdown or perfetto");
    return rc;
}

/* --- where it goes --- */

struct source {
    unsigned format;
    const struct compared_run *run;
    const struct task_cell *cells;
    size_t count;
};

/* 0 or -errno. */
static int write_source(FILE *out, const void *what)
{
    const struct source *source = what;
    errno = 0;
    const int code = source->format == FORMAT_JSON ? export_json(out, source->run)
                     : source->format == FORMAT_MARKDOWN
                         ? export_markdown(out, source->run)
                         : export_perfetto(out, source->cells, source->count);
    return code == -EIO && errno ? -errno : code;
}

static int write_asked(const struct asked *asked, const struct source *source, struct error *err)
{
    const int code = asked->output ? output_file(asked->output, write_source, source)
                                   : write_source(stdout, source);
    if (code == -EISDIR)
        return error_set(err, -EINVAL, "--output: %.200s is a folder; name a file in it",
                         asked->output);
    if (code == -EINTR)
        return error_set(err, code, "interrupted");
    return code == 0
               ? 0
               : error_set(err, code, "cannot write %.200s: %s",
                           asked->output ? asked->output : "to standard output", strerror(-code));
}

/* --- what it is made from --- */

static int export_tasks(const struct asked *asked, struct texts *texts, struct error *err)
{
    char path[4096];
    struct task_cell *cells = NULL;
    size_t count = 0;
    if (folder_path(asked->folder, "tasks.csv", path, sizeof path) < 0)
        return error_set(err, -EINVAL, "the folder's name is too long");
    int code = tasks_read(path, texts, &cells, &count, err);
    if (code == -ENOENT)
        return error_set(err, code,
                         "cannot read %.200s: there is no such file; name a folder that bench "
                         "wrote, or export it with --format json",
                         path);
    if (code == 0 && count == 0)
        code = error_set(err, -EINVAL,
                         "%.200s: no rows: no repetition came out ok, so there is no task to draw",
                         path);
    if (code == 0)
        code = write_asked(
            asked, &(struct source){.format = asked->format, .cells = cells, .count = count}, err);
    tasks_read_free(cells, count);
    return code;
}

static int export_run(const struct asked *asked, struct texts *texts, struct error *err)
{
    struct compared_run run;
    int code = compare_load(&run, NULL, asked->folder, texts, err);
    if (code < 0)
        return code;
    code = write_asked(asked, &(struct source){.format = asked->format, .run = &run}, err);
    compare_unload(&run);
    return code;
}

int export_command(int count, char **arguments)
{
    struct asked asked = {.format = FORMAT_NONE};
    struct error err;
    int rc = take_all(&asked, count, arguments, &err);
    if (rc == 1)
        return help_print("export");
    if (rc == 0) {
        struct texts *texts = texts_new();
        rc = !texts                            ? error_set(&err, -ENOMEM, "no memory")
             : asked.format == FORMAT_PERFETTO ? export_tasks(&asked, texts, &err)
                                               : export_run(&asked, texts, &err);
        texts_free(texts);
    }
    if (rc < 0)
        say("export: %s", err.text);
    if (rc == 0)
        return 0;
    return rc == -EINTR                                       ? EXIT_INTERRUPTED
           : rc == -EINVAL || rc == -ENOENT || rc == -ENOTDIR ? 2
                                                              : 1;
}
