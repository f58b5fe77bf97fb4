#include "bench/suite/suite_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/help.h"
#include "bench/say.h"
#include "bench/suite/map.h"
#include "bench/suite/python.h"
#include "bench/suite/suite_resume.h"
#include "bench/suite/suite_table.h"
#include "bench/suite/suite_tell.h"
#include "bench/suite/twins.h"

/* What hangs is not to use up the minutes that a quick run has. */
#define QUICK_TIMEOUT_NS UINT64_C(10000000000)

/* --- the whole --- */

static size_t count_scenes(const struct suite *suite)
{
    size_t count = suite->interpreter ? twin_scene_count(suite->asked->python) : 0;
    for (size_t i = 0; i < suite->asked->claim_count; i++) {
        for (size_t s = 0; s < SCENES_MAX && suite->asked->claims[i]->scenes[s].words; s++) {
            count++;
        }
    }
    return count;
}

/* What is not of cells is the same in each. */
static int fill_scene(const struct suite_asked *asked, const char *name, const struct scene *scene,
                      struct options *options, struct error *err)
{
    struct error why;
    if (scene_options(scene, asked->full, options, &why) != 0) {
        return error_set(err, -EIO, "%s: %.400s", name, why.text);
    }
    suite_fill(options, asked);
    options->timeout_ns = asked->full ? 0 : QUICK_TIMEOUT_NS;
    return 0;
}

/* All scenes' options, CPython's twins last. */
static int fill_options(struct options *options, const struct suite *suite, struct error *err)
{
    const struct suite_asked *asked = suite->asked;
    int rc = 0;
    for (size_t i = 0; i < asked->claim_count && rc == 0; i++) {
        const struct scene *scenes = asked->claims[i]->scenes;
        for (size_t s = 0; s < SCENES_MAX && scenes[s].words && rc == 0; s++) {
            rc = fill_scene(asked, asked->claims[i]->id, &scenes[s], options++, err);
        }
    }
    for (size_t s = 0; suite->interpreter && s < twin_scene_count(asked->python) && rc == 0; s++) {
        rc = fill_scene(asked, "--python", &twin_scenes[s], options++, err);
    }
    return rc;
}

/* 0, or -EINVAL where it was asked for and is not there. */
static int find_python(struct suite *suite, struct error *err)
{
    const struct suite_asked *asked = suite->asked;
    struct error why;
    suite->twins = asked->python;
    for (size_t i = 0; i < asked->claim_count; i++) {
        suite->twins = suite->twins || asked->claims[i]->interpreter;
    }
    if (!suite->twins || python_find(asked->interpreter, &suite->interpreter, &why) == 0) {
        return 0;
    }
    snprintf(suite->no_python, sizeof suite->no_python, "%.250s", why.text);
    return asked->python ? error_set(err, -EINVAL, "--python: %.250s", why.text) : 0;
}

static int load_counts(struct topology_counts *counts, struct error *err)
{
    struct topology *topology;
    int rc = topology_load(&topology, NULL, NULL, err);
    if (rc == 0) {
        topology_counts(topology, counts);
        topology_free(topology);
    }
    return rc;
}

static int run_scenes(struct suite *suite, int count, char **arguments, struct error *err)
{
    const struct run_teller teller = {.command = "suite",
                                      .tell = suite_tell,
                                      .user = suite,
                                      .always = true,
                                      .expects = suite_expects};
    const size_t scenes = count_scenes(suite);
    struct options *options = calloc(scenes, sizeof *options);
    int rc = options ? fill_options(options, suite, err) : error_set(err, -ENOMEM, "no memory");
    if (rc == 0) {
        rc = run_options(options, scenes, count, arguments, &teller);
    }
    free(options);
    return rc;
}

static int run_suite(const struct suite_asked *asked, int count, char **arguments)
{
    struct suite suite = {.asked = asked};
    struct error err;
    suite.findings = calloc(asked->claim_count, sizeof *suite.findings);
    int rc = suite.findings ? find_python(&suite, &err) : error_set(&err, -ENOMEM, "no memory");
    if (rc == 0) {
        rc = load_counts(&suite.counts, &err);
    }
    if (rc == 0) {
        rc = run_scenes(&suite, count, arguments, &err);
    }
    if (rc < 0) {
        say("suite: %s", err.text);
        rc = rc == -EINVAL ? 2 : 1;
    }
    free(suite.interpreter);
    free(suite.findings);
    return rc;
}

static int run_map(const struct suite_asked *asked, int count, char **arguments)
{
    struct error err;
    const int rc = map_suite(asked, count, arguments, &err);
    if (rc < 0) {
        say("suite: %s", err.text);
    }
    return rc == -EINVAL ? 2 : rc < 0 ? 1 : rc;
}

int suite_command(int count, char **arguments)
{
    struct suite_asked asked;
    struct suite_words words = {0};
    struct error err;
    int rc = suite_ask(&asked, count, arguments, &err);
    if (rc == 1) {
        return help_print("suite");
    }
    if (rc == 0 && asked.resume) {
        rc = suite_resume(&asked, &words, &err);
    }
    if (rc != 0) {
        suite_resume_free(&words);
        say("suite: %s", err.text);
        return rc == -EINVAL ? 2 : 1;
    }
    if (asked.list && asked.crossover) {
        return map_list(stdout, asked.full) != 0;
    }
    if (asked.list) {
        suite_list_print(stdout, asked.claims, asked.claim_count, asked.full);
        return fflush(stdout) != 0;
    }
    rc = asked.crossover ? run_map(&asked, count, arguments) : run_suite(&asked, count, arguments);
    suite_resume_free(&words);
    return rc;
}
