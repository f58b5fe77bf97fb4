/*
 * pairs - compares commands by running them in turn.
 *
 *     pairs ROUNDS DIVISOR UNIT WHAT TARGET OURS-NAME OURS-COMMAND {THEIRS-NAME THEIRS-COMMAND}...
 *
 * A command @FILE stands for figures taken before, in rounds of somebody else's: one a line, the
 * same number of rounds. Any other prints one number; each round runs all of them, beginning with
 * another one each time, so that a drift of the machine meets all alike. Prints per peer a row:
 * what, ours and theirs (medians, divided by DIVISOR), the median of the rounds' ratios ours/theirs
 * with its distribution-free 95% interval, the target, and whether it is met: `yes` and `no` where
 * the interval lies on one side of the target, `likely` and `unlikely` where it straddles it.
 * TARGET is `<=1.05` (of the ratio), or `>=0.97` (of its inverse, which is then
 * printed), or `~1.10` (the ratio is from 1/1.10 to 1.10), or `-` (nothing is asked). Exit status:
 * 0, 1 where a command failed, 2 where a target was missed (`no`).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/stats.h"

enum { ROUNDS_MAX = 1000, COMMANDS_MAX = 8, FIXED_ARGUMENTS = 6 };

static double measured[COMMANDS_MAX][ROUNDS_MAX];

static bool is_file(const char *command)
{
    return command[0] == '@';
}

static bool run(const char *command, double *value)
{
    char line[128], *end = line;
    if (is_file(command)) { /* read_files() has taken them */
        return true;
    }
    FILE *pipe = popen(command, "r");
    bool got = pipe && fgets(line, sizeof line, pipe);
    *value = got ? strtod(line, &end) : 0;
    bool ended = pipe && pclose(pipe) == 0;
    if (!ended || !got || end == line || *value <= 0) {
        fprintf(stderr, "pairs: no figure from: %s\n", command);
        return false;
    }
    return true;
}

static bool read_file(const char *path, double *values, size_t rounds)
{
    FILE *file = fopen(path, "r");
    size_t got = 0;
    while (file && got < rounds && fscanf(file, "%lf", &values[got]) == 1 && values[got] > 0) {
        got++;
    }
    if (file) {
        fclose(file);
    }
    if (got < rounds) {
        fprintf(stderr, "pairs: %zu of %zu figures in: %s\n", got, rounds, path);
    }
    return got == rounds;
}

static bool read_files(char **commands, size_t count, size_t rounds)
{
    for (size_t c = 0; c < count; c++) {
        const char *command = commands[2 * c + 1];
        if (is_file(command) && !read_file(command + 1, measured[c], rounds)) {
            return false;
        }
    }
    return true;
}

static bool run_rounds(char **commands, size_t count, size_t rounds)
{
    double unused = 0;
    for (size_t c = 0; c < count; c++) { /* the files' pages come into the cache */
        if (!run(commands[2 * c + 1], &unused)) {
            return false;
        }
    }
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            size_t c = (round + i) % count;
            if (!run(commands[2 * c + 1], &measured[c][round])) {
                return false;
            }
        }
    }
    return true;
}

/* Whether the interval lies wholly within the limits, or wholly outside: `yes`, `no`, else what the
 * ratio itself does. */
static const char *judge_within(double lo, double hi, double ratio, struct interval interval,
                                bool *missed)
{
    bool met = lo <= ratio && ratio <= hi;
    if (interval.exists && lo <= interval.lo && interval.hi <= hi) {
        return "yes";
    }
    if (interval.exists && (interval.hi < lo || hi < interval.lo)) {
        *missed = true;
        return "no";
    }
    return met ? "likely" : "unlikely";
}

static const char *judge(const char *target, double ratio, struct interval interval, bool *missed)
{
    double limit = target[0] == '~'                        ? strtod(target + 1, NULL)
                   : target[0] != '\0' && target[1] == '=' ? strtod(target + 2, NULL)
                                                           : 0;
    bool inverse = target[0] == '>';
    if (limit == 0) {
        return "-";
    }
    if (target[0] == '~') {
        return judge_within(1 / limit, limit, ratio, interval, missed);
    }
    bool met = inverse ? ratio >= limit : ratio <= limit;
    if (!interval.exists || (interval.lo <= limit && limit <= interval.hi)) {
        return met ? "likely" : "unlikely";
    }
    *missed = *missed || !met;
    return met ? "yes" : "no";
}

static bool print_row(char **fixed, char **commands, size_t peer, size_t rounds)
{
    double ratios[ROUNDS_MAX];
    double divisor = strtod(fixed[1], NULL);
    const char *unit = fixed[2], *what = fixed[3], *target = fixed[4];
    char interval_text[64] = "n/a";
    bool missed = false;
    for (size_t i = 0; i < rounds; i++) {
        ratios[i] = target[0] == '>' ? measured[peer][i] / measured[0][i]
                                     : measured[0][i] / measured[peer][i];
    }
    double ratio = stats_median(ratios, rounds);
    struct interval interval = stats_median_interval(ratios, rounds, 0.95);
    if (interval.exists) {
        snprintf(interval_text, sizeof interval_text, "%.3f..%.3f", interval.lo, interval.hi);
    }
    printf("%-34s %-13s %10.1f  %-22s %10.1f %-7s %7.3f  %-13s %-7s %s\n", what, commands[0],
           stats_median(measured[0], rounds) / divisor, commands[2 * peer],
           stats_median(measured[peer], rounds) / divisor, unit, ratio, interval_text, target,
           judge(target, ratio, interval, &missed));
    return !missed;
}

int main(int argument_count, char **arguments)
{
    bool met = true;
    if (argument_count == 2 && strcmp(arguments[1], "--header") == 0) {
        printf("%-34s %-13s %10s  %-22s %10s %-7s %7s  %-13s %-7s %s\n", "what", "ours", "median",
               "theirs", "median", "unit", "ratio", "95% interval", "target", "met");
        return 0;
    }
    size_t count = argument_count < FIXED_ARGUMENTS + 1
                       ? 0
                       : (size_t)(argument_count - 1 - (FIXED_ARGUMENTS - 1)) / 2;
    size_t rounds = count < 2 ? 0 : strtoul(arguments[1], NULL, 10);
    if (count > COMMANDS_MAX || rounds == 0 || rounds > ROUNDS_MAX) {
        fputs("pairs ROUNDS DIVISOR UNIT WHAT TARGET OURS COMMAND {THEIRS COMMAND}...\n", stderr);
        return 1;
    }
    char **fixed = arguments + 1, **commands = arguments + FIXED_ARGUMENTS;
    if (!read_files(commands, count, rounds) || !run_rounds(commands, count, rounds)) {
        return 1;
    }
    for (size_t peer = 1; peer < count; peer++) {
        met = print_row(fixed, commands, peer, rounds) && met;
    }
    return met ? 0 : 2;
}
