#include "bench/noise.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "bench/noise_file.h"
#include "bench/results/machine_file.h"
#include "bench/say.h"

enum { NOISE_SCHEMA = 1, NOISE_MACHINES = 64 };

#define DAY_S 86400

int noise_path(char *path, size_t size)
{
    return noise_file_path("noise.json", path, size);
}

/* --- whose it is --- */

static const char *const identity_facts[] = {"host", "cpu.model", "cores.usable", "kernel.release"};
static const char *const identity_keys[] = {"host", "cpu", "usable_cores", "kernel"};
enum { IDENTITY_COUNT = sizeof identity_facts / sizeof *identity_facts };

static bool identity_known(const json_t *fact)
{
    return json_is_integer(fact) ||
           (json_is_string(fact) && strcmp(json_string_value(fact), "unknown") != 0);
}

/* NULL: not all is known, or no memory. */
static json_t *identity_make(const json_t *machine)
{
    json_t *identity = json_object();
    for (size_t i = 0; i < IDENTITY_COUNT && identity; i++) {
        const json_t *fact = machine_fact(machine, identity_facts[i]);
        json_t *copy = identity_known(fact) ? json_deep_copy(fact) : NULL;
        if (!copy || json_object_set_new(identity, identity_keys[i], copy) != 0) {
            json_decref(identity);
            identity = NULL;
        }
    }
    return identity;
}

static bool identity_same(const json_t *identity, const json_t *entry)
{
    for (size_t i = 0; i < IDENTITY_COUNT; i++)
        if (!json_equal(json_object_get(identity, identity_keys[i]),
                        json_object_get(entry, identity_keys[i])))
            return false;
    return true;
}

/* --- what may be used --- */

static bool number_within(const json_t *number, double least, double most)
{
    const double value = json_number_value(number);
    return json_is_number(number) && value >= least && value <= most;
}

/* A clock that was set back a little is no reason to throw figures away. */
static bool noise_is_recent(const json_t *measured)
{
    const char *text = json_string_value(measured);
    struct tm utc = {0};
    const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;
    if (!end || *end)
        return false;
    const double age_s = difftime(time(NULL), timegm(&utc));
    return age_s >= -DAY_S && age_s <= (double)NOISE_DAYS * DAY_S;
}

static bool noise_is_sane(const json_t *noise)
{
    return number_within(json_object_get(noise, "sd"), 1e-9, 9.99) &&
           number_within(json_object_get(noise, "degrees_of_freedom"), 1, 1e6 - 1) &&
           noise_is_recent(json_object_get(noise, "measured"));
}

/* Only what is known by name: it goes into every later machine.json. */
static json_t *noise_copy(const json_t *noise)
{
    static const char *const numbers[] = {"span_s", "invocations", "repetitions"};
    json_t *copy = json_pack("{s:O, s:O, s:O}", "sd", json_object_get(noise, "sd"),
                             "degrees_of_freedom", json_object_get(noise, "degrees_of_freedom"),
                             "measured", json_object_get(noise, "measured"));
    for (size_t i = 0; copy && i < sizeof numbers / sizeof *numbers; i++) {
        json_t *number = json_object_get(noise, numbers[i]);
        if (json_is_number(number))
            json_object_set(copy, numbers[i], number);
    }
    return copy;
}

/* --- the file --- */

/* The list of machines, borrowed; NULL where the file is of another kind. */
static json_t *machines_of(const json_t *file)
{
    json_t *list = json_object_get(file, "machines");
    return json_integer_value(json_object_get(file, "schema")) == NOISE_SCHEMA &&
                   json_is_array(list)
               ? list
               : NULL;
}

json_t *noise_load(const json_t *machine)
{
    char path[PATH_MAX];
    json_t *file = NULL, *found = NULL, *identity = identity_make(machine);
    if (identity && noise_path(path, sizeof path) == 0 && noise_file_read(path, &file, NULL) == 0) {
        const json_t *list = machines_of(file);
        for (size_t i = 0; i < json_array_size(list) && !found; i++) {
            const json_t *entry = json_array_get(list, i);
            const json_t *noise = json_object_get(entry, "noise");
            if (identity_same(identity, entry) && noise_is_sane(noise))
                found = noise_copy(noise);
        }
    }
    json_decref(file);
    json_decref(identity);
    return found;
}

/* Those of other machines that are still good for something. */
static void machines_keep(json_t *kept, const json_t *list, const json_t *identity)
{
    const size_t count = json_array_size(list);
    for (size_t i = count > NOISE_MACHINES - 1 ? count - (NOISE_MACHINES - 1) : 0; i < count; i++) {
        json_t *entry = json_array_get(list, i);
        if (noise_is_sane(json_object_get(entry, "noise")) && !identity_same(identity, entry))
            json_array_append(kept, entry);
    }
}

/* What cannot be read at all may be somebody's, so it is left alone. */
static int machines_read(const char *path, json_t *kept, const json_t *identity, struct error *err)
{
    json_t *file = NULL;
    struct error why = {""};
    const int rc = noise_file_read(path, &file, &why);
    if (rc == -EINVAL)
        say("%s: replaced, as it holds no noise figures", why.text);
    else if (rc == 0 && !machines_of(file))
        say("%s is of another kind or version: replaced", path);
    else if (rc != 0 && rc != -ENOENT && rc != -ENOTDIR)
        return error_set(err, rc, "%s", why.text);
    machines_keep(kept, machines_of(file), identity);
    json_decref(file);
    return 0;
}

static int machines_write(const char *path, json_t *kept, json_t *identity, json_t *noise,
                          struct error *err)
{
    if (json_object_set(identity, "noise", noise) != 0 || json_array_append(kept, identity) != 0)
        return error_set(err, -ENOMEM, "no memory");
    json_t *file = json_pack("{s:i, s:O}", "schema", NOISE_SCHEMA, "machines", kept);
    const int rc = file ? noise_file_write(path, file, err) : error_set(err, -ENOMEM, "no memory");
    json_decref(file);
    return rc;
}

int noise_store(const json_t *machine, json_t *noise, struct error *err)
{
    char path[PATH_MAX];
    int rc = noise_path(path, sizeof path);
    if (rc != 0)
        return error_set(err, rc, "%s",
                         rc == -ENOENT ? "neither XDG_STATE_HOME nor HOME says where; set one"
                                       : "the name of the folder in XDG_STATE_HOME is too long");
    if (!noise_is_sane(noise))
        return error_set(err, -EINVAL, "the figures are no noise that a run could use");
    json_t *identity = identity_make(machine), *kept = json_array();
    if (!identity || !kept)
        rc = error_set(err, -EINVAL,
                       "this machine's host, CPU, cores or kernel are unknown, so nobody could "
                       "tell whose figures they are");
    if (rc == 0)
        rc = machines_read(path, kept, identity, err);
    if (rc == 0)
        rc = machines_write(path, kept, identity, noise, err);
    json_decref(kept);
    json_decref(identity);
    return rc;
}
