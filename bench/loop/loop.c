#include "bench/loop/loop.h"

#include <errno.h>
#include <stdlib.h>

int loop_open(struct loop **loop, const struct loop_engine *engine, uint64_t expected,
              loop_done *done, void *owner, struct error *err)
{
    *loop = NULL;
    struct loop *made = calloc(1, engine->bytes);
    if (made == NULL) {
        return error_set(err, -ENOMEM, "no memory for an event loop");
    }
    made->engine = engine;
    made->done = done;
    made->owner = owner;
    made->expected = expected;
    int code = engine->open(made, err);
    if (code != 0) {
        free(made);
        return code;
    }
    *loop = made;
    return 0;
}

void loop_close(struct loop *loop)
{
    if (loop != NULL) {
        loop->engine->close(loop);
        free(loop);
    }
}
