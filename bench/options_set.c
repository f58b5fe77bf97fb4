/* options_set.c - --set WORKLOAD.PARAM=VALUE,... */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/options_internal.h"

static int find_param(const struct workload *workload, const char *name, size_t *param,
                      struct error *err)
{
    const char *names[PARAM_MAX];
    char what[WORD_MAX];
    for (size_t i = 0; i < workload->param_count; i++) {
        names[i] = workload->params[i].name;
        if (strcmp(names[i], name) == 0) {
            *param = i;
            return 0;
        }
    }
    if (workload->param_count == 0) {
        return error_set(err, -EINVAL, "--set: the workload %s has no parameters", workload->name);
    }
    snprintf(what, sizeof what, "parameter of %s", workload->name);
    return command_line_unknown(err, what, name, names, workload->param_count);
}

static int unknown_workload(const char *name, struct error *err)
{
    const char *names[LIST_MAX];
    size_t known = options_workload_names(names);
    return command_line_unknown(err, "workload", name, names, known);
}

static bool has_value(const struct option_set *set, uint64_t value)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->values[i] == value) {
            return true;
        }
    }
    return false;
}

int options_take_set(struct options *options, const char *text, struct error *err)
{
    char word[WORD_MAX], name[WORD_MAX];
    const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
    struct option_set *set = &options->sets[options->set_count];
    struct error why;
    int rc;

    if (options->set_count == LIST_MAX) {
        return options_full("--set", err);
    }
    if (!dot || !equals || dot > equals || equals - text >= WORD_MAX || equals[1] == '\0') {
        return error_set(err, -EINVAL,
                         "--set: '%.60s' is not WORKLOAD.PARAM=VALUE, for example cpu.rounds=1e6",
                         text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(dot - text), text);
    set->workload = registry_workload(name);
    if (!set->workload) {
        return unknown_workload(name, err);
    }
    set->count = 0;
    snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    rc = find_param(set->workload, name, &set->param, err);
    if (rc != 0) {
        return rc;
    }
    const struct param *param = &set->workload->params[set->param];
    for (text = equals + 1; (rc = options_next_word(&text, word, "--set", err)) == 1;) {
        uint64_t value;
        if (param_parse(param, word, &value, &why) != 0) {
            return error_set(err, -EINVAL, "--set %s.%s: %s", set->workload->name, param->name,
                             why.text);
        }
        if (has_value(set, value)) {
            continue;
        }
        if (set->count == LIST_MAX) {
            return options_full("--set", err);
        }
        set->values[set->count++] = value;
    }
    options->set_count++;
    return rc;
}

int options_check_sets(const struct options *options, struct error *err)
{
    for (size_t i = 0; i < options->set_count; i++) {
        const struct option_set *set = &options->sets[i];
        const char *param = set->workload->params[set->param].name;
        bool run = false;
        for (size_t w = 0; w < options->workload_count; w++) {
            run = run || options->workloads[w] == set->workload;
        }
        if (!run) {
            return error_set(err, -EINVAL,
                             "--set %s.%s: the workload %s is not run; add it to --workload",
                             set->workload->name, param, set->workload->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (options->sets[j].workload == set->workload &&
                options->sets[j].param == set->param) {
                return error_set(err, -EINVAL,
                                 "--set %s.%s is given twice; write its values as a list: A,B",
                                 set->workload->name, param);
            }
        }
    }
    return 0;
}
