/* report_machine.c - on what it was measured, what disturbed it, and how to do it again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/command_text.h"
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
    {"cores.last_level_cache_bytes", "Last-level cache", MACHINE_BYTES},
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

static void machine_words_of(FILE *out, const json_t *fact, enum machine_unit unit)
{
    char *text = fact ? machine_text(fact, unit) : NULL;
    html_words(out, text ? text : "unknown");
    free(text);
}

/* Who computes on more than a cache holds is bound by memory: readers look for these sizes. */
static void machine_caches(FILE *out, const json_t *machine)
{
    const json_t *list = machine_fact(machine, "caches");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *cache = json_array_get(list, i);
        const char *type = json_string_value(json_object_get(cache, "type"));
        const json_t *shared = json_object_get(cache, "shared_by_pus");
        const bool one = json_integer_value(shared) == 1;
        fputs("<dt>L", out);
        machine_words_of(out, json_object_get(cache, "level"), MACHINE_PLAIN);
        if (type && strcmp(type, "unified") != 0) {
            fputc(' ', out);
            html_text(out, type);
        }
        fputs(" cache</dt><dd>", out);
        machine_words_of(out, json_object_get(cache, "count"), MACHINE_PLAIN);
        fputs(" x ", out);
        machine_words_of(out, json_object_get(cache, "size_bytes"), MACHINE_BYTES);
        fputs(", each for ", out);
        machine_words_of(out, shared, MACHINE_PLAIN);
        fputs(one ? " hardware thread</dd>\n" : " hardware threads</dd>\n", out);
    }
}

static void machine_list(FILE *out, const json_t *machine)
{
    fputs("<dl>\n", out);
    for (size_t i = 0; i < sizeof machine_facts / sizeof *machine_facts; i++) {
        fprintf(out, "<dt>%s</dt><dd>", machine_facts[i].label);
        machine_words_of(out, machine_fact(machine, machine_facts[i].path), machine_facts[i].unit);
        fputs("</dd>\n", out);
        if (strcmp(machine_facts[i].path, "cores.last_level_cache_bytes") == 0)
            machine_caches(out, machine);
    }
    fputs("</dl>\n", out);
}

static void machine_command(FILE *out, const json_t *machine)
{
    char *command = command_text(machine);
    if (!command) {
        fputs("<p>The command is not known: machine.json does not tell it.</p>\n", out);
        return;
    }
    fputs("<pre><code>", out);
    html_text(out, command);
    fputs("</code></pre>\n", out);
    free(command);
}

static int machine_warnings(FILE *out, const struct compared_run *run)
{
    struct warning *list = NULL;
    size_t count = 0;
    const int code = warnings_collect(&run->table, run->machine, &list, &count);
    if (code < 0)
        return code;
    if (count == 0)
        fputs("<p>Nothing that was looked at disturbed the run.</p>\n", out);
    else
        fputs("<ul>\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("<li>", out);
        html_words(out, list[i].text);
        fputs(". <span class=\"soft\">Remedy: ", out);
        html_words(out, list[i].remedy);
        fputs("</span></li>\n", out);
    }
    fputs(count > 0 ? "</ul>\n" : "", out);
    free(list);
    return 0;
}

/* Of several runs each says whose it is. */
static void machine_heading(FILE *out, const char *text, const struct compared_run *run, bool alone)
{
    fputs("<h3>", out);
    if (!alone) {
        html_text(out, run->label);
        fputs(": ", out);
    }
    fprintf(out, "%s</h3>\n", text);
}

int report_machine(FILE *out, const struct compared_run *run, bool alone,
                   const struct report_drawer *lstopo)
{
    machine_heading(out, "What it ran on", run, alone);
    if (run->machine)
        machine_list(out, run->machine);
    else
        fputs("<p>There is no machine.json in the folder.</p>\n", out);
    report_topology(out, run, lstopo);
    machine_heading(out, "Conditions and warnings", run, alone);
    const int code = machine_warnings(out, run);
    machine_heading(out, "To do it again", run, alone);
    machine_command(out, run->machine);
    return code;
}
