#include "bench/results/machine_file.h"

#include <limits.h>
#include <string.h>

#include "bench/results/folder.h"
#include "bench/results/json_file.h"

enum { MACHINE_MAX = 16 << 20, MACHINE_PATH = PATH_MAX };

static const struct json_mend machine_mend = {
    "mend it or delete the file, which is needed only to tell machines apart",
    "change its permissions or its folder's"};

/* Where a run cannot be gone on with without it. */
static const struct json_mend machine_run_mend = {
    "put back the file that the run wrote, or start a new run",
    "change its permissions or its folder's"};

static int machine_path(const char *folder, char *path, struct error *err)
{
    int code = folder_path(folder, "machine.json", path, MACHINE_PATH);
    return code == 0 ? 0 : error_set(err, code, "the folder's name is too long");
}

static int machine_get(const char *folder, const struct json_mend *mend, json_t **machine,
                       struct error *err)
{
    char path[MACHINE_PATH];
    int code = machine_path(folder, path, err);
    return code == 0 ? json_file_read(path, MACHINE_MAX, mend, machine, err) : code;
}

int machine_read(const char *folder, json_t **machine, struct error *err)
{
    return machine_get(folder, &machine_mend, machine, err);
}

int machine_read_run(const char *folder, json_t **machine, struct error *err)
{
    return machine_get(folder, &machine_run_mend, machine, err);
}

int machine_write(const char *folder, const json_t *machine, struct error *err)
{
    char path[MACHINE_PATH];
    int code = machine_path(folder, path, err);
    return code == 0 ? json_file_write(path, machine, 0666, &machine_mend, err) : code;
}

const json_t *machine_fact(const json_t *machine, const char *path)
{
    const json_t *fact = machine;
    while (fact) {
        const size_t length = strcspn(path, ".");
        char key[64];
        if (length >= sizeof key)
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        fact = json_object_get(fact, key);
        if (!path[length])
            return fact;
        path += length + 1;
    }
    return NULL;
}
