#include "bench/command_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/folder.h"
#include "bench/util/names.h"
#include "bench/util/units.h"

enum { NAME_MAX_SHOWN = 256, OPTIONS_MAX = 64 };

int command_line_unknown(struct error *err, const char *what, const char *typed,
                         const char *const *known, size_t count)
{
    char list[400] = "";
    size_t used = 0;
    int near = names_nearest(typed, known, count);
    for (size_t i = 0; i < count && used < sizeof list; i++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    }
    if (near >= 0) {
        return error_set(err, -EINVAL, "unknown %s '%.40s': did you mean '%s'? (known: %s)", what,
                         typed, known[near], list);
    }
    return error_set(err, -EINVAL, "unknown %s '%.40s' (known: %s)", what, typed, list);
}

const char *command_line_option_name(const struct option *known, int option)
{
    while (known->name && known->val != option) {
        known++;
    }
    return known->name;
}

int command_line_bad(const struct option *known, const char *command, const char *typed, int result,
                     struct error *err)
{
    const char *names[OPTIONS_MAX];
    size_t count = 0;
    if (result == ':') {
        return error_set(err, -EINVAL, "%.60s needs a value; see `bench help %s`", typed, command);
    }
    if (strchr(typed, '=')) {
        char name[NAME_MAX_SHOWN];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(typed, "="), typed);
        for (const struct option *o = known; o->name; o++) {
            if (strncmp(name, "--", 2) == 0 && strcmp(o->name, name + 2) == 0) {
                return error_set(err, -EINVAL, "%s takes no value", name);
            }
        }
    }
    for (; known[count].name && count < OPTIONS_MAX; count++) {
        names[count] = known[count].name;
    }
    int near = strncmp(typed, "--", 2) == 0 ? names_nearest(typed + 2, names, count) : -1;
    if (near >= 0) {
        return error_set(err, -EINVAL, "unknown option '%.60s': did you mean '--%s'?", typed,
                         names[near]);
    }
    return error_set(err, -EINVAL, "unknown option '%.60s'; see `bench help %s`", typed, command);
}

int command_line_read(const struct command_line *line, int count, char **arguments, void *user,
                      struct error *err)
{
    int rc = 0;
    optind = 0;
    opterr = 0;
    while (rc == 0) {
        const int at = optind > 0 ? optind : 1;
        /* "-": other words come as option 1 in their place, so that `at` is the word in hand. */
        const int option = getopt_long(count, arguments, "-:", line->options, NULL);
        if (option == -1) {
            break;
        }
        if (option == line->help) {
            return 1;
        }
        if (option == '?' || option == ':') {
            rc = command_line_bad(line->options, line->command, arguments[at], option, err);
        } else if (option == 1) {
            rc = line->word(user, optarg, err);
        } else {
            rc = line->option(user, option, optarg, err);
        }
    }
    for (int i = optind; i < count && rc == 0; i++) { /* after "--" */
        rc = line->word(user, arguments[i], err);
    }
    return rc;
}

int command_line_number(const char *option, const char *text, uint64_t min, uint64_t max,
                        uint64_t *number, struct error *err)
{
    if (units_parse_count(text, number) != 0 || *number < min || *number > max) {
        return error_set(err, -EINVAL, "%s: '%.40s' is not a whole number from %llu to %llu",
                         option, text, (unsigned long long)min, (unsigned long long)max);
    }
    return 0;
}

int command_line_time(const char *option, const char *text, uint64_t min, uint64_t *ns,
                      struct error *err)
{
    char least[32];
    if (units_parse_time(text, ns) != 0 || *ns < min || *ns > 7 * 86400 * UINT64_C(1000000000)) {
        return error_set(err, -EINVAL,
                         "%s: '%.40s' is not a time from %s to 168h; write 500ms, 30s, 5m", option,
                         text, units_exact_time(least, sizeof least, min));
    }
    return 0;
}

int command_line_share(const char *option, const char *text, double min, double max, double *share,
                       struct error *err)
{
    if (units_parse_share(text, share) != 0 || *share < min / 100 || *share > max / 100) {
        return error_set(err, -EINVAL,
                         "%s: '%.40s' is not a percentage from %g%% to %g%%; write 2%%", option,
                         text, min, max);
    }
    return 0;
}

int command_line_choice(const char *option, const char *text, const char *const *names,
                        unsigned *chosen, struct error *err)
{
    size_t count = 0;
    for (; names[count]; count++) {
        if (strcmp(names[count], text) == 0) {
            *chosen = (unsigned)count;
            return 0;
        }
    }
    return command_line_unknown(err, option, text, names, count);
}

int command_line_label(const char *text, const char **label, struct error *err)
{
    *label = text;
    return folder_label_ok(text)
               ? 0
               : error_set(
                     err, -EINVAL,
                     "--label: '%.40s' may hold letters, digits, '_', '-' and '.' only, up to "
                     "64 of them, and not begin with '-' or '.'",
                     text);
}

int command_line_output(const char *text, const char **output, struct error *err)
{
    *output = text;
    return *text ? 0 : error_set(err, -EINVAL, "--output: the name of the folder is empty");
}
