/* report_machine.c - on what it was measured, what disturbed it, and how to do it again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/html.h"
#include "bench/report/machine_text.h"
#include "bench/report/report_page.h"
#include "bench/report/warnings.h"
#include "bench/results/machine_file.h"

static const struct {
    const char *path, *label;
    enum machine_unit unit;
} machine_facts[] = {
    {"host", "Host", MACHINE_PLAIN},
    {"cpu.model", "CPU", MACHINE_PLAIN},
    {"cores.packages", "Packages", MACHINE_PLAIN},
    {"cores.cores", "Cores", MACHINE_PLAIN},
    {"cores.pus", "Hardware threads", MACHINE_PLAIN},
    {"cores.usable", "Usable cores", MACHINE_PLAIN},
    {"cores.why", "Why that many", MACHINE_PLAIN},
    {"caches", "Caches", MACHINE_CACHES},
    {"memory.total_bytes", "Memory", MACHINE_BYTES},
    {"governor", "Governor", MACHINE_PLAIN},
    {"boost", "Boost", MACHINE_PLAIN},
    {"virtualisation.hypervisor", "Hypervisor", MACHINE_PLAIN},
    {"virtualisation.container", "Container", MACHINE_PLAIN},
    {"kernel.release", "Kernel", MACHINE_PLAIN},
    {"kernel.distribution", "Distribution", MACHINE_PLAIN},
    {"timer.clocksource", "Clock source", MACHINE_PLAIN},
    {"conditions.load_average", "Load before", MACHINE_LOAD},
    {"build.version", "bench", MACHINE_PLAIN},
    {"build.commit", "Commit", MACHINE_PLAIN},
    {"build.compiler", "Compiler", MACHINE_PLAIN},
    {"build.flags", "Flags", MACHINE_PLAIN},
};

static void machine_list(FILE *out, const json_t *machine)
{
    fputs("<dl>\n", out);
    for (size_t i = 0; i < sizeof machine_facts / sizeof *machine_facts; i++) {
        const json_t *fact = machine_fact(machine, machine_facts[i].path);
        char *text = fact ? machine_text(fact, machine_facts[i].unit) : NULL;
        fprintf(out, "<dt>%s</dt><dd>", machine_facts[i].label);
        html_text(out, text ? text : "unknown");
        fputs("</dd>\n", out);
        free(text);
    }
    fputs("</dl>\n", out);
}

/* A word of a command line, as a shell reads it back. */
static void machine_word(FILE *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./%@";
    if (*word && strspn(word, plain) == strlen(word)) {
        html_text(out, word);
        return;
    }
    html_text(out, "'");
    while (*word) {
        const size_t length = strcspn(word, "'");
        char *stretch = strndup(word, length);
        html_text(out, stretch ? stretch : "");
        free(stretch);
        word += length;
        if (*word) {
            html_text(out, "'\\''");
            word++;
        }
    }
    html_text(out, "'");
}

static void machine_command(FILE *out, const json_t *machine)
{
    const json_t *command = machine ? machine_fact(machine, "run.command") : NULL;
    if (!json_is_array(command) || json_array_size(command) == 0) {
        fputs("<p>The command is not known: machine.json does not tell it.</p>\n", out);
        return;
    }
    fputs("<pre><code>", out);
    for (size_t i = 0; i < json_array_size(command); i++) {
        const char *word = json_string_value(json_array_get(command, i));
        fputs(i > 0 ? " " : "", out);
        machine_word(out, word ? word : "");
    }
    fputs("</code></pre>\n", out);
}

static int machine_warnings(FILE *out, const struct chart_data *data)
{
    struct warning *list = NULL;
    size_t count = 0;
    const int code = warnings_collect(data->table, data->machine, &list, &count);
    if (code < 0)
        return code;
    if (count == 0)
        fputs("<p>Nothing that was looked at disturbed the run.</p>\n", out);
    else
        fputs("<ul>\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("<li>", out);
        html_text(out, list[i].text);
        fputs(". <span class=\"soft\">Remedy: ", out);
        html_text(out, list[i].remedy);
        fputs("</span></li>\n", out);
    }
    fputs(count > 0 ? "</ul>\n" : "", out);
    free(list);
    return 0;
}

int report_machine(FILE *out, const struct chart_data *data)
{
    fputs("<h3>What it ran on</h3>\n", out);
    if (data->machine)
        machine_list(out, data->machine);
    else
        fputs("<p>There is no machine.json in the folder.</p>\n", out);
    fputs("<h3>Conditions and warnings</h3>\n", out);
    const int code = machine_warnings(out, data);
    fputs("<h3>To do it again</h3>\n", out);
    machine_command(out, data->machine);
    return code;
}
