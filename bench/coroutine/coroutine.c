#include "bench/coroutine/coroutine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/coroutine/context.h"
#include "bench/coroutine/fibers.h"
#include "bench/coroutine/kept.h"
#include "bench/coroutine/space.h"

#include "bench/util/align.h"
#include "bench/util/refusal.h"

enum {
    LINE = 64,
    /* Stacks begin at different offsets in their pages: thousands of frames at the same one
     * would fight for the same few sets of the caches. */
    COLOURS = 32,
    BYTES_MOST = 1 << 30, /* struct coroutine counts in 32 bits */
};

struct coroutines {
    struct coroutine_switch hot; /* first: a coroutine points at it */
    bool guard;
    coroutine_body *body; /* of the one that is being started */
    void *argument;
    uint64_t alive, most;
    struct coroutine *free; /* places that were used before, the last one first */
    uint64_t used;          /* places that were ever used: the first ones */
    size_t place_bytes, head_bytes, own_bytes;
    struct space space, stack_space;
    struct kept kept;
};

static struct coroutines *set_of(const struct coroutine *coroutine)
{
    return (struct coroutines *)(void *)coroutine->set;
}

static char *place_at(const struct coroutines *set, uint64_t index)
{
    return set->space.at + index * set->place_bytes;
}

static struct coroutine *coroutine_at(const struct coroutines *set, uint64_t index)
{
    char *place = place_at(set, index);
    if (!set->hot.shared) {
        place += set->place_bytes - set->head_bytes - index % COLOURS * LINE;
    }
    return (struct coroutine *)(void *)place;
}

uint64_t coroutine_place(const struct coroutine *coroutine, void **bottom, size_t *bytes)
{
    const struct coroutines *set = set_of(coroutine);
    size_t from_start = (size_t)((const char *)coroutine - set->space.at);
    uint64_t index = from_start / set->place_bytes;
    *bottom = set->hot.shared ? set->hot.stack : place_at(set, index);
    *bytes = set->hot.shared ? set->hot.stack_bytes : from_start - index * set->place_bytes;
    return index;
}

/* Opening and closing */

static int no_space(struct error *err, uint64_t count, size_t bytes)
{
    return error_set(
        err, -ENOMEM,
        "no address space for %" PRIu64 " coroutines of %zu bytes each: lift the limit "
        "(`ulimit -v unlimited`, `ulimit -d unlimited`), let memory be promised "
        "(`sysctl -w vm.overcommit_memory=0`), or take smaller stacks or fewer coroutines",
        count, bytes);
}

static int check_guards(uint64_t most, struct error *err)
{
    uint64_t guards = coroutine_guards_most();
    if (most <= guards) {
        return 0;
    }
    return error_set(err, -ENOMEM,
                     "%" PRIu64 " coroutines with guard pages need %" PRIu64
                     " memory maps, but vm.max_map_count leaves room for %" PRIu64
                     " such coroutines: raise it ('sysctl vm.max_map_count=%" PRIu64
                     "'), or take stacks without guards or a shared one",
                     most, 2 * most, guards, 2 * most + 2000);
}

static int open_shared_stack(struct coroutines *set, struct error *err)
{
    size_t page = space_page();
    int code = space_open(&set->stack_space, set->hot.stack_bytes + page, SPACE_STACKS);
    if (code == 0) {
        code = space_guard(set->stack_space.at);
    }
    if (code != 0) {
        refusal_tell("mmap", code, set->hot.stack_bytes);
        return error_set(err, code, "no shared stack of %zu bytes: %s", set->hot.stack_bytes,
                         strerror(-code));
    }
    set->hot.stack = set->stack_space.at + page;
    fibers_stack(set->hot.stack, set->hot.stack_bytes);
    kept_open(&set->kept, set->most);
    return 0;
}

static int lay_out(struct coroutines *set, struct error *err)
{
    size_t page = space_page(), bytes;
    set->head_bytes = align_up(sizeof(struct coroutine) + set->own_bytes, 16);
    set->place_bytes = set->head_bytes;
    if (!set->hot.shared) {
        set->head_bytes = align_up(set->head_bytes, LINE);
        size_t top = align_up(set->head_bytes + (COLOURS - 1) * LINE, page);
        set->place_bytes = (set->guard ? page : 0) + set->hot.stack_bytes + top;
    }
    if (__builtin_mul_overflow(set->place_bytes, set->most, &bytes) ||
        space_open(&set->space, bytes, set->hot.shared ? SPACE_DENSE : SPACE_STACKS) != 0) {
        refusal_tell("mmap", -ENOMEM, set->most * set->place_bytes);
        return no_space(err, set->most, set->place_bytes);
    }
    return 0;
}

int coroutines_open(struct coroutines **result, const struct coroutine_options *options,
                    struct error *err)
{
    *result = NULL;
    if (options->stack_bytes > BYTES_MOST || options->own_bytes > BYTES_MOST) {
        return error_set(err, -EINVAL, "a coroutine's stack may have %d bytes at the most",
                         BYTES_MOST);
    }
    struct coroutines *set = calloc(1, sizeof *set);
    if (set == NULL) {
        return error_set(err, -ENOMEM, "no memory for a set of coroutines");
    }
    set->hot.shared = options->shared;
    set->guard = options->guard && !options->shared;
    set->hot.stack_bytes =
        align_up(options->stack_bytes > 0 ? options->stack_bytes : 1, space_page());
    set->most = options->most > 0 ? options->most : 1;
    set->own_bytes = options->own_bytes;
    int code = set->guard ? check_guards(set->most, err) : 0;
    if (code == 0) {
        code = lay_out(set, err);
    }
    if (code == 0 && set->hot.shared) {
        code = open_shared_stack(set, err);
    }
    if (code != 0) {
        coroutines_close(set);
        return code;
    }
    *result = set;
    return 0;
}

void coroutines_close(struct coroutines *set)
{
    if (set == NULL) {
        return;
    }
    fibers_unmark(set->space.at, set->used * set->place_bytes);
    fibers_unmark(set->hot.stack, set->hot.stack != NULL ? set->hot.stack_bytes : 0);
    fibers_close(&set->hot.fibers);
    kept_close(&set->kept);
    space_close(&set->stack_space);
    space_close(&set->space);
    free(set);
}

uint64_t coroutine_guards_most(void)
{
    return space_guards_most();
}

/* The shared stack */

static size_t in_use(const struct coroutine *coroutine)
{
    const struct coroutines *set = set_of(coroutine);
    return (size_t)(set->hot.stack + set->hot.stack_bytes - (char *)coroutine->context);
}

/* The block may be too large by as much as an eighth and some: then it stays the coroutine's,
 * which often parks at two or three depths in turn. */
static bool fits(const struct coroutine *coroutine, size_t bytes)
{
    return bytes <= coroutine->kept_bytes && coroutine->kept_bytes <= bytes + bytes / 8 + 128;
}

static int move_out(struct coroutines *set, struct coroutine *coroutine)
{
    size_t bytes = in_use(coroutine);
    if (!fits(coroutine, bytes)) {
        void *block = kept_take(&set->kept, bytes);
        if (block == NULL) {
            return -ENOMEM;
        }
        if (coroutine->kept != NULL) {
            kept_give(&set->kept, coroutine->kept, coroutine->kept_bytes);
        }
        coroutine->kept = block;
        coroutine->kept_bytes = (uint32_t)kept_round(bytes);
    }
    fibers_unmark(coroutine->context, bytes);
    memcpy(coroutine->kept, coroutine->context, bytes);
    set->hot.occupant = NULL;
    return 0;
}

int coroutine_move(struct coroutine *coroutine)
{
    struct coroutines *set = set_of(coroutine);
    if (set->hot.occupant != NULL && move_out(set, set->hot.occupant) != 0) {
        return -ENOMEM;
    }
    size_t bytes = in_use(coroutine);
    fibers_unmark(coroutine->context, bytes);
    memcpy(coroutine->context, coroutine->kept, bytes);
    set->hot.occupant = coroutine;
    return 0;
}

/* Life */

/* Its frame is part of what is kept of every coroutine, so it holds one variable. */
FIBERS_PLAIN static void entry(struct transfer transfer)
{
    struct coroutine *self = transfer.data;
    self->set->caller = transfer.context;
    fibers_entered(&self->set->fibers, NULL);
    set_of(self)->body(self, set_of(self)->argument);
    fibers_leave(&self->set->fibers, NULL);
    jump_fcontext(self->set->caller, NULL);
    __builtin_unreachable();
}

void coroutine_end(struct coroutine *coroutine)
{
    struct coroutines *set = set_of(coroutine);
    if (coroutine->kept != NULL) {
        kept_give(&set->kept, coroutine->kept, coroutine->kept_bytes);
    }
    set->hot.occupant = NULL;
    set->alive--;
    coroutine->context = set->free;
    set->free = coroutine;
}

static struct coroutine *take_place(struct coroutines *set)
{
    struct coroutine *coroutine = set->free;
    if (coroutine != NULL) {
        set->free = coroutine->context;
        memset(coroutine + 1, 0, set->own_bytes);
    } else {
        if (set->used == set->most || (set->guard && space_guard(place_at(set, set->used)) != 0)) {
            return NULL;
        }
        coroutine = coroutine_at(set, set->used);
        set->used++; /* fresh memory is zero already */
        if (!set->hot.shared) {
            fibers_stack((char *)coroutine - set->hot.stack_bytes, set->hot.stack_bytes);
        }
    }
    coroutine->set = &set->hot;
    coroutine->kept = NULL;
    coroutine->kept_bytes = 0;
    return coroutine;
}

FIBERS_PLAIN struct coroutine *coroutine_start(struct coroutines *set, coroutine_body *body,
                                               void *argument)
{
    if (set->hot.occupant != NULL && move_out(set, set->hot.occupant) != 0) {
        return NULL;
    }
    struct coroutine *coroutine = take_place(set);
    if (coroutine == NULL) {
        return NULL;
    }
    char *top = (char *)coroutine;
    if (set->hot.shared) {
        top = set->hot.stack + set->hot.stack_bytes;
        set->hot.occupant = coroutine;
    }
    coroutine->context = make_fcontext(top, set->hot.stack_bytes, entry);
    set->body = body;
    set->argument = argument;
    set->alive++;
    coroutine_enter(coroutine);
    return coroutine;
}

uint64_t coroutines_alive(const struct coroutines *set)
{
    return set->alive;
}
