#include "bench/list.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/help.h"
#include "bench/registry.h"
#include "bench/results/timings.h"
#include "bench/say.h"

static const char *const kind_names[] = {"cpu", "io", "mixed", "sync"};

static void list_params(const struct workload *workload)
{
    char initial[64], range[160];
    for (size_t i = 0; i < workload->param_count; i++) {
        const struct param *param = &workload->params[i];
        printf("      %-14s %s\n      %-14s default %s, %s\n", param->name, param->summary, "",
               param_format(param, param->initial, initial, sizeof initial),
               param_range(param, range, sizeof range));
    }
}

static void list_workloads(bool names)
{
    if (!names) {
        puts("Workloads (--workload; parameters by --set WORKLOAD.PARAMETER=VALUE):");
    }
    for (size_t i = 0; registry_workloads[i]; i++) {
        const struct workload *workload = registry_workloads[i];
        if (names) {
            puts(workload->name);
        } else {
            printf("  %-14s [%s] %s\n", workload->name, kind_names[workload->kind],
                   workload->summary);
            list_params(workload);
        }
    }
}

static void list_modes(bool names)
{
    if (!names) {
        puts("Modes (--mode):");
    }
    for (size_t i = 0; registry_modes[i]; i++) {
        const struct mode *mode = registry_modes[i];
        if (names) {
            puts(mode->name);
        } else {
            printf("  %-17s %s\n", mode->name, mode->summary);
        }
    }
}

static void list_waits(bool names)
{
    if (!names) {
        puts("Waits (--wait; auto: blocking where workers block, epoll for event loops, uring for "
             "files on them):");
    }
    for (size_t i = 0; registry_waits[i]; i++) {
        const struct wait *wait = registry_waits[i];
        if (names) {
            puts(wait->name);
        } else {
            const char *why = wait->unavailable ? wait->unavailable() : NULL;
            printf("  %-14s %s%s%s%s\n", wait->name, wait->summary, why ? " (not here: " : "",
                   why ? why : "", why ? ")" : "");
        }
    }
}

static void list_columns(bool names)
{
    const struct column_info *column;
    if (!names) {
        puts("Columns of timings.csv:");
    }
    for (size_t i = 0; (column = timings_column(i)); i++) {
        if (names) {
            puts(column->name);
        } else {
            printf("  %-22s %-6s %s\n", column->name, column->unit, column->summary);
        }
    }
}

static const struct {
    const char *name;
    void (*print)(bool names);
} topics[] = {{"workloads", list_workloads},
              {"modes", list_modes},
              {"waits", list_waits},
              {"columns", list_columns}};

enum { TOPICS = sizeof topics / sizeof *topics };

static int list_all(void)
{
    for (size_t i = 0; i + 1 < TOPICS; i++) {
        printf("%s", i ? "\n" : "");
        topics[i].print(false);
    }
    return 0;
}

int list_command(int count, char **arguments)
{
    const char *topic = NULL;
    const char *known[TOPICS];
    bool names = false;
    struct error err;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--help") == 0) {
            return help_print("list");
        }
        if (strcmp(arguments[i], "--names") == 0) {
            names = true;
        } else if (arguments[i][0] == '-' || topic) {
            say("list: unexpected argument '%.60s'; see `bench help list`", arguments[i]);
            return 2;
        } else {
            topic = arguments[i];
        }
    }
    if (!topic && names) {
        say("list --names: names of what? bench list workloads|modes|waits|columns --names");
        return 2;
    }
    if (!topic) {
        return list_all() || fflush(stdout) != 0;
    }
    for (size_t i = 0; i < TOPICS; i++) {
        known[i] = topics[i].name;
        if (strcmp(topic, topics[i].name) == 0) {
            topics[i].print(names);
            return fflush(stdout) != 0;
        }
    }
    command_line_unknown(&err, "list", topic, known, TOPICS);
    say("%s", err.text);
    return 2;
}
