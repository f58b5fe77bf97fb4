#include "bench/executor_stuck.h"

#include "bench/util/clock.h"

/* Between two looks; and of the runner's time looking takes 1% at the most. */
#define LOOK_NS UINT64_C(100000000)
#define REST    100

static uint64_t at_once(const struct cell *cell)
{
    if (cell->sync) {
        return 1;
    }
    return cell->mode->inner == MODE_INNER_NONE ? cell->workers : cell->width;
}

void executor_stuck_begin(struct executor_stuck *self, const struct cell *cell,
                          struct shared *shared)
{
    const struct stuck_rules rules = {.workers = cell->workers,
                                      .at_once = at_once(cell),
                                      .shares = cell->mode->inner != MODE_INNER_NONE};
    self->on = shared->request.objects > 0 && stuck_open(&self->stuck, shared, &rules) == 0;
    self->look_ns = clock_now_ns() + LOOK_NS;
}

void executor_stuck_end(struct executor_stuck *self)
{
    if (self->on) {
        stuck_close(&self->stuck);
        self->on = false;
    }
}

bool executor_stuck_look(struct executor_stuck *self)
{
    uint64_t now_ns = clock_now_ns();
    if (!self->on || now_ns < self->look_ns ||
        atomic_load(&self->stuck.shared->report.phase) != PHASE_GO) {
        return false;
    }
    bool stuck = stuck_look(&self->stuck, self->reason, sizeof self->reason);
    uint64_t after_ns = clock_now_ns(), rest_ns = (after_ns - now_ns) * REST;
    self->look_ns = after_ns + (rest_ns > LOOK_NS ? rest_ns : LOOK_NS);
    return stuck;
}

uint64_t executor_stuck_pause_ns(const struct executor_stuck *self)
{
    uint64_t now_ns = clock_now_ns();
    if (!self->on) {
        return UINT64_MAX;
    }
    return self->look_ns > now_ns ? self->look_ns - now_ns : 0;
}
