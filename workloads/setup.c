#include "workloads/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(const char *name, struct error *err)
{
    return error_set(err, -ENOMEM, "no memory left to set up the workload %s", name);
}

void *setup_state(const char *name, size_t bytes, struct error *err)
{
    void *state = calloc(1, bytes);
    if (state == NULL) {
        no_memory(name, err);
    }
    return state;
}

void *setup_share(const struct workload_env *env, const char *name, size_t head, uint64_t count,
                  size_t each, bool *fresh, struct error *err)
{
    size_t bytes;
    void *at = NULL;
    if (!__builtin_mul_overflow(count, each, &bytes) &&
        !__builtin_add_overflow(bytes, head, &bytes)) {
        at = env->share(env, bytes, fresh);
    }
    if (at == NULL) {
        no_memory(name, err);
    }
    return at;
}

int setup_objects(const struct workload_env *env, const char *name, uint32_t from, uint64_t count,
                  enum object_kind kind, uint64_t places, struct error *err)
{
    for (uint64_t i = 0; i < count; i++) {
        int rc = env->make(env, from + (uint32_t)i, kind, places);
        if (rc != 0) {
            return error_set(err, rc, "object %llu of the workload %s could not be made: %s",
                             (unsigned long long)(from + i), name, strerror(-rc));
        }
    }
    return 0;
}
