#include "bench/suite/suite_resume.h"

#include <errno.h>
#include <string.h>

#include "bench/append_words.h"
#include "bench/results/machine_file.h"

static int read_words(struct suite_words *words, const char *folder, struct error *err)
{
    json_t *machine = NULL;
    int rc = machine_read_run(folder, &machine, err);
    if (rc == -ENOENT || rc == -ENOTDIR) {
        return error_set(err, -EINVAL, "--resume %s: no such run (%s)", folder,
                         rc == -ENOENT ? "machine.json is missing" : "it is no folder");
    }
    if (rc == 0) {
        rc = append_words(machine, folder, &words->words, &words->count, err);
    }
    json_decref(machine);
    return rc;
}

/* The program that a file names is not started, nor another one in its place. */
static int take_interpreter(struct suite_asked *then, const struct suite_asked *asked,
                            struct error *err)
{
    if (then->interpreter && !asked->interpreter) {
        return error_set(err, -EINVAL,
                         "--resume %s: the suite was run with --python=PATH, and no path in a file "
                         "is followed; name the interpreter again",
                         asked->resume);
    }
    if (asked->python && !then->python) {
        return error_set(err, -EINVAL,
                         "--resume %s: the suite was run without --python; leave it "
                         "out",
                         asked->resume);
    }
    then->interpreter = asked->interpreter;
    return 0;
}

int suite_resume(struct suite_asked *asked, struct suite_words *words, struct error *err)
{
    struct suite_asked then;
    struct error why;
    *words = (struct suite_words){0};
    int rc = read_words(words, asked->resume, err);
    if (rc != 0) {
        return rc;
    }
    if (strcmp(words->words[0], "suite") != 0) {
        return error_set(
            err, -EINVAL,
            "--resume %s: this is no suite's folder; finish it by `bench run --resume`",
            asked->resume);
    }
    rc = suite_ask(&then, words->count, words->words, &why);
    if (rc != 0 || then.resume || then.list) {
        return error_set(err, -EINVAL,
                         "--resume: the command line in %s/machine.json is none that this version "
                         "of bench would run (%.200s); start a new run",
                         asked->resume, rc < 0 ? why.text : "it runs no suite");
    }
    rc = take_interpreter(&then, asked, err);
    if (rc != 0) {
        return rc;
    }
    then.resume = asked->resume;
    then.label = then.output = NULL;
    then.max_time_ns = asked->max_time_ns > 0 ? asked->max_time_ns : then.max_time_ns;
    then.exclusive = asked->exclusive;
    then.quiet = asked->quiet;
    then.dry_run = asked->dry_run;
    *asked = then;
    return 0;
}

void suite_resume_free(struct suite_words *words)
{
    append_words_free(words->words, words->count);
    *words = (struct suite_words){0};
}
