#include "bench/sync/stuck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sync/stuck_words.h"

int stuck_open(struct stuck *stuck, struct shared *shared, const struct stuck_rules *rules)
{
    uint64_t tasks = shared->request.tasks;
    *stuck = (struct stuck){.shared = shared,
                            .rules = *rules,
                            .before = calloc(tasks, sizeof *stuck->before),
                            .now = calloc(tasks, sizeof *stuck->now),
                            .alive = calloc(rules->workers, sizeof *stuck->alive),
                            .path = calloc(tasks, sizeof *stuck->path)};
    if (!stuck->before || !stuck->now || !stuck->alive || !stuck->path) {
        stuck_close(stuck);
        return -ENOMEM;
    }
    return 0;
}

void stuck_close(struct stuck *stuck)
{
    free(stuck->before);
    free(stuck->now);
    free(stuck->alive);
    free(stuck->path);
    *stuck = (struct stuck){0};
}

/* --- looking --- */

struct counts {
    uint64_t to_come, alive, steady;
};

/* In one wait, the same one, at both looks and therefore at every moment in between. */
static bool is_steady(const struct stuck *stuck, uint64_t task)
{
    return stuck->now[task].sequence % 2 == 1 &&
           stuck->now[task].sequence == stuck->before[task].sequence;
}

static uint64_t sequence_of(const struct stuck *stuck, uint64_t task)
{
    return atomic_load_explicit(&sync_wait_of(shared_sync(stuck->shared), task)->sequence,
                                memory_order_acquire);
}

static void see_task(const struct stuck *stuck, uint64_t task)
{
    struct sync_wait *wait = sync_wait_of(shared_sync(stuck->shared), task);
    struct stuck_seen *seen = &stuck->now[task];
    seen->sequence = sequence_of(stuck, task);
    if (seen->sequence % 2 == 1) {
        seen->object = atomic_load_explicit(&wait->object, memory_order_acquire);
        seen->how = atomic_load_explicit(&wait->how, memory_order_acquire);
        seen->ticket = atomic_load_explicit(&wait->ticket, memory_order_acquire);
    }
}

static void see_tasks(struct stuck *stuck, struct counts *counts)
{
    const struct task_record *records = shared_tasks(stuck->shared);
    *counts = (struct counts){0};
    memset(stuck->alive, 0, stuck->rules.workers * sizeof *stuck->alive);
    for (uint64_t task = 0; task < stuck->shared->request.tasks; task++) {
        uint32_t state = atomic_load_explicit(&records[task].state, memory_order_acquire);
        stuck->now[task] = (struct stuck_seen){.to_come = state == TASK_WAITING};
        counts->to_come += state == TASK_WAITING;
        if (state == TASK_STARTED) {
            see_task(stuck, task);
            counts->alive++;
            counts->steady += is_steady(stuck, task);
            stuck->alive[stuck->rules.shares ? task % stuck->rules.workers : 0]++;
        }
    }
}

/* After all tasks were seen: see find_circle(). */
static void see_holders(struct stuck *stuck)
{
    const struct sync_area *area = shared_sync(stuck->shared);
    for (uint64_t task = 0; task < stuck->shared->request.tasks; task++) {
        struct stuck_seen *seen = &stuck->now[task];
        struct sync_object *object = seen->sequence % 2 == 1 ? sync_find(area, seen->object) : NULL;
        if (object && seen->how != SYNC_OTHER) {
            seen->holder = atomic_load_explicit(&object->holder, memory_order_acquire);
        }
    }
}

/* --- a circle --- */

/* Who held, at the look before, what the task wanted then and wants now; or the number of tasks. */
static uint64_t next_in_circle(const struct stuck *stuck, uint64_t task)
{
    uint64_t tasks = stuck->shared->request.tasks;
    uint64_t holder = stuck->before[task].holder;
    return is_steady(stuck, task) && holder > 0 && holder == stuck->now[task].holder ? holder - 1
                                                                                     : tasks;
}

/* Task A wants a lock that B holds, B one that C holds, and so on, and the last one's is held by A.
 *
 * Why this is certain: all those waits lasted through the moment between the two looks. Each
 * holder was read at the first look after every wait had been read, thus inside the wait of the
 * holder, who does nothing meanwhile: it had made itself known before that wait and could not
 * withdraw during it. So at that one moment each of them held what the one before wanted. And each
 * really waited then, although a wait is withdrawn only some time after it was granted: what
 * it waits for is another's. Such locks are given back by their holders alone, none of whom
 * goes on before the next one does. */
static bool find_circle(struct stuck *stuck, uint64_t *found)
{
    uint64_t tasks = stuck->shared->request.tasks;
    memset(stuck->path, 0, tasks * sizeof *stuck->path);
    for (uint64_t start = 0; start < tasks; start++) {
        uint64_t task = start;
        while (task < tasks && stuck->path[task] == 0) {
            stuck->path[task] = start + 1;
            task = next_in_circle(stuck, task);
        }
        if (task < tasks && stuck->path[task] == start + 1) {
            *found = task;
            return true;
        }
    }
    return false;
}

/* --- nobody left --- */

/* Whoever is still to come could set, signal or release. Going by what was seen then: one that has
 * started since is not among those that were seen to wait. */
static bool none_can_start(const struct stuck *stuck, const struct counts *counts)
{
    const struct stuck_rules *rules = &stuck->rules;
    if (counts->to_come == 0) {
        return true;
    }
    if (!rules->shares) {
        return counts->alive >= rules->at_once;
    }
    for (uint64_t task = 0; task < stuck->shared->request.tasks; task++) {
        if (stuck->now[task].to_come && stuck->alive[task % rules->workers] < rules->at_once) {
            return false;
        }
    }
    return true;
}

#define LOOK(field) atomic_load_explicit(&(field), memory_order_acquire)

/* Whether nothing of the object was granted to anybody who has not taken note of it yet: then all
 * that wait for it really do. By the rules of order of area.h. */
static bool is_taken(struct sync_object *object, const struct stuck_seen *seen)
{
    switch (object->made) {
    case OBJECT_MUTEX + 1:
    case OBJECT_SPIN + 1:
    case OBJECT_RECURSIVE + 1:
        return LOOK(object->holder) != 0;
    case OBJECT_RW + 1: /* readers pass waiting writers */
        return LOOK(object->holder) != 0 || (seen->how == SYNC_ALONE && LOOK(object->readers) > 0);
    case OBJECT_SEMAPHORE + 1:
        return LOOK(object->places) == 0;
    case OBJECT_EVENT + 1:
        return LOOK(object->native.word) == 0;
    case OBJECT_BARRIER + 1: {
        uint64_t passed = LOOK(object->passed);
        return passed == LOOK(object->arrived) / object->count * object->count;
    }
    case OBJECT_CONDITION + 1:
        return (int32_t)(LOOK(object->grants) - seen->ticket) <= 0;
    default:
        return false;
    }
}

/* Every task that has started and not ended waits, in the same wait as at the look before, and no
 * other can start.
 *
 * Why this is certain: at the moment between the looks nobody was at work but, at most, those that
 * had been let go and not yet noted it. The objects, looked at after every task was seen to wait or
 * to have ended, show whether there are such: what they got is not yet counted as taken. The last
 * reading tells that none of them came to note it while the objects were looked at. */
static bool all_wait(const struct stuck *stuck, const struct counts *counts)
{
    const struct sync_area *area = shared_sync(stuck->shared);
    uint64_t tasks = stuck->shared->request.tasks;
    if (stuck->shared->request.paced || counts->alive == 0 || counts->steady < counts->alive ||
        !none_can_start(stuck, counts)) {
        return false;
    }
    for (uint64_t task = 0; task < tasks; task++) {
        const struct stuck_seen *seen = &stuck->now[task];
        struct sync_object *object = sync_find(area, seen->object);
        if (seen->sequence != 0 && (!object || !is_taken(object, seen))) {
            return false;
        }
    }
    for (uint64_t task = 0; task < tasks; task++) {
        if (stuck->now[task].sequence != 0 &&
            sequence_of(stuck, task) != stuck->now[task].sequence) {
            return false;
        }
    }
    return true;
}

bool stuck_look(struct stuck *stuck, char *reason, size_t size)
{
    struct stuck_seen *former = stuck->before;
    struct counts counts;
    uint64_t task;
    stuck->before = stuck->now;
    stuck->now = former;
    see_tasks(stuck, &counts);
    see_holders(stuck);
    if (counts.steady == 0) {
        return false;
    }
    if (find_circle(stuck, &task)) {
        stuck_say_circle(stuck, task, reason, size);
        return true;
    }
    if (all_wait(stuck, &counts)) {
        stuck_say_all(stuck, counts.to_come, reason, size);
        return true;
    }
    return false;
}
