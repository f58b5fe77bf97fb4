/*
 * bench - measures how best to run work concurrently.
 *
 *     options -> plan -> execute -> record -> summarize -> report/plot
 *
 * run.c shows these stages; this file only chooses the sub-command.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/command_line.h"
#include "bench/compare_command.h"
#include "bench/doctor.h"
#include "bench/export_command.h"
#include "bench/help.h"
#include "bench/list.h"
#include "bench/machine/identity.h"
#include "bench/own_limits.h"
#include "bench/plot_command.h"
#include "bench/report_command.h"
#include "bench/run.h"
#include "bench/say.h"
#include "bench/suite/suite_command.h"
#include "build_info.h"

static int print_json(const struct topology *topology)
{
    json_t *facts = identity_collect(topology);
    int failed = !facts ||
                 json_dumpf(facts, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0 ||
                 putchar('\n') == EOF || fflush(stdout) != 0 || ferror(stdout);
    json_decref(facts);
    return failed ? -EIO : 0;
}

static int machine_command(int count, char **arguments)
{
    struct topology *topology;
    struct error err;
    const char *spec = NULL;
    int json = 0;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--help") == 0) {
            return help_print("machine");
        }
        if (strcmp(arguments[i], "--json") == 0) {
            json = 1;
        } else if (strcmp(arguments[i], "--topology") == 0 && i + 1 < count) {
            spec = arguments[++i];
        } else if (strncmp(arguments[i], "--topology=", 11) == 0) {
            spec = arguments[i] + 11;
        } else {
            say("machine: unexpected argument '%.60s'; see `bench help machine`", arguments[i]);
            return 2;
        }
    }
    int rc = topology_load(&topology, spec, NULL, &err);
    if (rc != 0) {
        say("%s", err.text);
        return rc == -EINVAL ? 2 : 1;
    }
    rc = json ? print_json(topology) : identity_print(topology);
    topology_free(topology);
    return rc != 0;
}

static int help_command(int count, char **arguments)
{
    return help_print(count > 1 ? arguments[1] : NULL);
}

static const struct {
    const char *name;
    int (*command)(int count, char **arguments);
} commands[] = {{"run", run_command},         {"list", list_command},
                {"machine", machine_command}, {"plot", plot_command},
                {"report", report_command},   {"export", export_command},
                {"compare", compare_command}, {"doctor", doctor_command},
                {"suite", suite_command},     {"help", help_command}};

static int unknown_command(const char *typed)
{
    struct error err;
    size_t count = 0;
    while (help_commands[count]) {
        count++;
    }
    command_line_unknown(&err, "command", typed, help_commands, count);
    say("%s", err.text);
    return 2;
}

/* A pipe or a file of ours under the number of a closed stream would be written over. */
static int keep_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    return fd < 0 ? -errno : close(fd);
}

int main(int count, char **arguments)
{
    if (own_limits_raise() != 0) {
        return 1;
    }
    const int kept = keep_streams();
    if (kept != 0) {
        say("cannot open /dev/null: %s", strerror(-kept));
        return 1;
    }
    /* A reader that goes away is seen as a failed write, with its clean-up. */
    signal(SIGPIPE, SIG_IGN);
    /* So is a file that may not grow. */
    signal(SIGXFSZ, SIG_IGN);
    if (count < 2) {
        say("nothing to do; for example: bench --workload cpu --mode process (see `bench help`)");
        return 2;
    }
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
        return help_print(NULL);
    }
    if (strcmp(arguments[1], "--version") == 0) {
        printf("bench %s (%s)\n", BENCH_VERSION, BENCH_BUILD_COMMIT);
        return fflush(stdout) != 0;
    }
    if (arguments[1][0] == '-') {
        return run_command(count, arguments);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(arguments[1], commands[i].name) == 0) {
            return commands[i].command(count - 1, arguments + 1);
        }
    }
    return unknown_command(arguments[1]);
}
