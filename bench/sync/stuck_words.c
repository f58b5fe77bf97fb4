#include "bench/sync/stuck_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* So many tasks of a circle, and objects that are waited for, are named. */
enum { NAMED_TASKS = 6, NAMED_OBJECTS = 3 };

__attribute__((format(printf, 3, 4))) static void say(char *text, size_t size, const char *format,
                                                      ...)
{
    size_t length = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + length, size - length, format, args);
    va_end(args);
}

/* --- a circle --- */

static uint64_t next_of(const struct stuck *stuck, uint64_t task)
{
    return stuck->now[task].holder - 1;
}

/* The same circle is always told from the same task on. */
static uint64_t smallest_of(const struct stuck *stuck, uint64_t task, uint64_t *length)
{
    uint64_t smallest = task, at = task;
    *length = 0;
    do {
        smallest = at < smallest ? at : smallest;
        at = next_of(stuck, at);
        ++*length;
    } while (at != task);
    return smallest;
}

void stuck_say_circle(const struct stuck *stuck, uint64_t task, char *text, size_t size)
{
    uint64_t length, told = 1;
    uint64_t first = smallest_of(stuck, task, &length), last = first;
    while (next_of(stuck, last) != first) {
        last = next_of(stuck, last);
    }
    text[0] = '\0';
    say(text, size, "task %" PRIu64 " holds lock %" PRIu32, first, stuck->now[last].object);
    if (length == 1) {
        say(text, size, " and wants it again");
        return;
    }
    say(text, size, " and wants lock %" PRIu32, stuck->now[first].object);
    for (uint64_t at = next_of(stuck, first); at != first; at = next_of(stuck, at)) {
        if (told++ == NAMED_TASKS && length > NAMED_TASKS) {
            say(text, size, ", and so on through %" PRIu64 " more tasks to task %" PRIu64,
                length - NAMED_TASKS, last);
            at = last;
        } else {
            say(text, size, ", which task %" PRIu64 " holds", at);
        }
        say(text, size, ", who wants lock %" PRIu32, stuck->now[at].object);
    }
}

/* --- everybody --- */

static void say_lock(const struct stuck *stuck, const struct sync_object *object, char *text,
                     size_t size)
{
    uint64_t holder = atomic_load(&object->holder);
    if (holder == 0 && object->made == OBJECT_RW + 1) {
        say(text, size, ", which others hold shared (%" PRIu64 " times)",
            (uint64_t)atomic_load(&object->readers));
    } else if (holder != 0 && holder <= stuck->shared->request.tasks) {
        bool ended = atomic_load(&shared_tasks(stuck->shared)[holder - 1].state) == TASK_ENDED;
        say(text, size, ", which task %" PRIu64 " %s", holder - 1,
            ended ? "kept at its end" : "holds");
    }
}

static void say_object(const struct stuck *stuck, uint32_t number, bool many, char *text,
                       size_t size)
{
    struct sync_object *object = sync_at(shared_sync(stuck->shared), number);
    const char *wait = many ? "wait" : "waits";
    switch (object->made) {
    case OBJECT_SEMAPHORE + 1:
        say(text, size, "%s for semaphore %" PRIu32 ", which has no place free", wait, number);
        break;
    case OBJECT_EVENT + 1:
        say(text, size, "%s for event %" PRIu32 ", which is not set", wait, number);
        break;
    case OBJECT_BARRIER + 1:
        say(text, size, "%s at barrier %" PRIu32 ", where %" PRIu64 " of %" PRIu64 " have arrived",
            wait, number, (uint64_t)atomic_load(&object->arrived) % object->count, object->count);
        break;
    case OBJECT_CONDITION + 1:
        say(text, size, "%s for a signal of condition %" PRIu32, wait, number);
        break;
    default:
        say(text, size, "%s lock %" PRIu32, many ? "want" : "wants", number);
        say_lock(stuck, object, text, size);
    }
}

/* Whether a task before it waits for the same. */
static bool is_told(const struct stuck *stuck, uint64_t task)
{
    for (uint64_t i = 0; i < task; i++) {
        if (stuck->now[i].sequence != 0 && stuck->now[i].object == stuck->now[task].object) {
            return true;
        }
    }
    return false;
}

static uint64_t count_waiters(const struct stuck *stuck, uint32_t object)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < stuck->shared->request.tasks; i++) {
        count += stuck->now[i].sequence != 0 && stuck->now[i].object == object;
    }
    return count;
}

static void say_waiters(const struct stuck *stuck, uint64_t task, char *text, size_t size)
{
    uint64_t others = count_waiters(stuck, stuck->now[task].object) - 1;
    say(text, size, "task %" PRIu64, task);
    if (others > 0) {
        say(text, size, " and %" PRIu64 " other%s", others, others > 1 ? "s" : "");
    }
    say(text, size, " ");
    say_object(stuck, stuck->now[task].object, others > 0, text, size);
}

void stuck_say_all(const struct stuck *stuck, uint64_t waiting, char *text, size_t size)
{
    int told = 0;
    text[0] = '\0';
    say(text, size, "no task can go on: ");
    for (uint64_t task = 0; task < stuck->shared->request.tasks && told <= NAMED_OBJECTS; task++) {
        if (stuck->now[task].sequence == 0 || is_told(stuck, task)) {
            continue;
        }
        if (told++ == NAMED_OBJECTS) {
            say(text, size, "; and others");
            break;
        }
        say(text, size, "%s", told > 1 ? "; " : "");
        say_waiters(stuck, task, text, size);
    }
    if (waiting > 0) {
        say(text, size, "; %" PRIu64 " task%s not started", waiting,
            waiting > 1 ? "s have" : " has");
    }
}
