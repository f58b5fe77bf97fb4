#include "bench/schedule/ready.h"

#include <stdlib.h>

struct node {
    uint64_t sequence; /* of being put, from 1: the smaller one came first */
    uint64_t used_ns;  /* mlfq: of the allotment on its level */
    uint32_t next;     /* behind it in its list */
    uint32_t boosts;   /* mlfq: there had been so many when level and used_ns were set; had there
                          been more, they are 0 */
    uint32_t level;
};

struct list {
    uint32_t first, last; /* of no meaning where the list is empty */
};

struct entry {
    uint64_t key, sequence;
    uint32_t task;
};

/* Lists for all but sjf and priority, which have a heap. */
struct lane {
    struct list lists[SCHEDULE_LEVELS_MAX];
    uint32_t filled; /* bit l: list l is not empty */
    uint32_t heaped;
    struct entry *heap;
};

enum { FRESH, BEGUN, LANES };

struct ready {
    struct schedule schedule;
    struct node *nodes;
    uint64_t sequence; /* of the last one put */
    uint64_t boosted_ns, boost_due_ns;
    uint32_t boosts;
    struct lane lanes[LANES];
    uint64_t allotment_ns[SCHEDULE_LEVELS_MAX];
};

static bool keyed(const struct ready *ready)
{
    return ready->schedule.kind == SCHEDULE_SJF || ready->schedule.kind == SCHEDULE_PRIORITY;
}

/* --- lists --- */

static void add_last(struct ready *ready, struct lane *lane, uint32_t level, uint32_t task)
{
    struct list *list = &lane->lists[level];
    if (lane->filled & 1u << level) {
        ready->nodes[list->last].next = task;
    } else {
        list->first = task;
        lane->filled |= 1u << level;
    }
    list->last = task;
}

static void add_first(struct ready *ready, struct lane *lane, uint32_t level, uint32_t task)
{
    struct list *list = &lane->lists[level];
    ready->nodes[task].next = list->first;
    if (!(lane->filled & 1u << level)) {
        list->last = task;
        lane->filled |= 1u << level;
    }
    list->first = task;
}

static uint32_t take_first(struct ready *ready, struct lane *lane, uint32_t level)
{
    struct list *list = &lane->lists[level];
    uint32_t task = list->first;
    if (task == list->last) {
        lane->filled &= ~(1u << level);
    }
    list->first = ready->nodes[task].next;
    return task;
}

/* Those of all other levels behind those of the top one, the higher ones first. */
static void lift_all(struct ready *ready, struct lane *lane)
{
    struct list *top = &lane->lists[0];
    for (uint32_t level = 1; level < SCHEDULE_LEVELS_MAX; level++) {
        const struct list *list = &lane->lists[level];
        if (lane->filled & 1u << level) {
            add_last(ready, lane, 0, list->first);
            top->last = list->last;
        }
    }
    lane->filled &= 1;
}

/* --- heaps --- */

static bool before(const struct entry *a, const struct entry *b)
{
    return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

static void heap_put(struct lane *lane, struct entry entry)
{
    uint32_t at = lane->heaped++;
    while (at > 0 && before(&entry, &lane->heap[(at - 1) / 2])) {
        lane->heap[at] = lane->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    lane->heap[at] = entry;
}

static uint32_t heap_take(struct lane *lane)
{
    uint32_t task = lane->heap[0].task;
    struct entry last = lane->heap[--lane->heaped];
    uint32_t at = 0;
    for (uint32_t child = 1; child < lane->heaped; child = 2 * at + 1) {
        if (child + 1 < lane->heaped && before(&lane->heap[child + 1], &lane->heap[child])) {
            child++;
        }
        if (!before(&lane->heap[child], &last)) {
            break;
        }
        lane->heap[at] = lane->heap[child];
        at = child;
    }
    lane->heap[at] = last;
    return task;
}

/* --- lanes --- */

static bool lane_any(const struct lane *lane)
{
    return lane->filled != 0 || lane->heaped > 0;
}

/* The head as an entry: the level is the key of a list. */
static struct entry lane_head(const struct ready *ready, const struct lane *lane)
{
    if (lane->heaped > 0) {
        return lane->heap[0];
    }
    uint32_t level = (uint32_t)__builtin_ctz(lane->filled);
    uint32_t task = lane->lists[level].first;
    uint64_t sequence = ready->nodes[task].sequence;
    bool last_in = ready->schedule.kind == SCHEDULE_LIFO;
    return (struct entry){level, last_in ? ~sequence : sequence, task};
}

static uint32_t lane_take(struct ready *ready, struct lane *lane)
{
    return lane->heaped > 0 ? heap_take(lane)
                            : take_first(ready, lane, (uint32_t)__builtin_ctz(lane->filled));
}

/* --- levels --- */

/* Boosts lie on a grid; of several that were missed the last one counts. */
static void boost(struct ready *ready, uint64_t now_ns)
{
    uint64_t period_ns = ready->schedule.boost_ns;
    if (period_ns == 0 || now_ns < ready->boost_due_ns) {
        return;
    }
    ready->boosted_ns = now_ns - (now_ns - ready->boost_due_ns) % period_ns;
    ready->boost_due_ns = ready->boosted_ns + period_ns;
    ready->boosts++;
    lift_all(ready, &ready->lanes[BEGUN]); /* the others are on top anyway */
}

static uint32_t level_of(const struct ready *ready, uint32_t task)
{
    const struct node *node = &ready->nodes[task];
    return node->boosts == ready->boosts ? node->level : 0;
}

static uint64_t used_of(const struct ready *ready, uint32_t task)
{
    const struct node *node = &ready->nodes[task];
    return node->boosts == ready->boosts ? node->used_ns : 0;
}

static void set_allotments(struct ready *ready)
{
    uint64_t allotment_ns = ready->schedule.slice_ns;
    for (size_t level = 0; level < SCHEDULE_LEVELS_MAX; level++) {
        ready->allotment_ns[level] = allotment_ns;
        allotment_ns = allotment_ns > READY_NO_LIMIT / 2 ? READY_NO_LIMIT : 2 * allotment_ns;
    }
}

/* --- the whole --- */

struct ready *ready_open(const struct schedule *schedule, uint32_t tasks, uint64_t now_ns)
{
    struct ready *ready = calloc(1, sizeof *ready);
    if (!ready) {
        return NULL;
    }
    ready->schedule = *schedule;
    ready->boost_due_ns = now_ns + schedule->boost_ns;
    set_allotments(ready);
    bool found = (ready->nodes = calloc(tasks, sizeof *ready->nodes)) != NULL;
    for (size_t i = 0; i < LANES && found && keyed(ready); i++) {
        found = (ready->lanes[i].heap = calloc(tasks, sizeof *ready->lanes[i].heap)) != NULL;
    }
    if (!found) {
        ready_close(ready);
        return NULL;
    }
    return ready;
}

void ready_close(struct ready *ready)
{
    if (ready) {
        free(ready->lanes[FRESH].heap);
        free(ready->lanes[BEGUN].heap);
        free(ready->nodes);
        free(ready);
    }
}

void ready_put(struct ready *ready, uint32_t task, bool begun, uint64_t key)
{
    struct lane *lane = &ready->lanes[begun ? BEGUN : FRESH];
    uint64_t sequence = ++ready->sequence;
    if (keyed(ready)) {
        heap_put(lane, (struct entry){key, sequence, task});
        return;
    }
    ready->nodes[task].sequence = sequence;
    if (ready->schedule.kind == SCHEDULE_LIFO) {
        add_first(ready, lane, 0, task);
    } else {
        add_last(ready, lane, level_of(ready, task), task);
    }
}

void ready_put_last(struct ready *ready, uint32_t task)
{
    if (ready->schedule.kind == SCHEDULE_LIFO) {
        ready->nodes[task].sequence = 0;
        add_last(ready, &ready->lanes[BEGUN], 0, task);
    } else {
        ready_put(ready, task, true, UINT64_MAX);
    }
}

/* It was the head when it was taken, so its sequence still puts it before those of the other lane.
 */
void ready_put_back(struct ready *ready, uint32_t task)
{
    add_first(ready, &ready->lanes[BEGUN], level_of(ready, task), task);
}

bool ready_any(const struct ready *ready, bool fresh)
{
    return lane_any(&ready->lanes[BEGUN]) || (fresh && lane_any(&ready->lanes[FRESH]));
}

bool ready_above(const struct ready *ready, uint32_t task, bool fresh)
{
    if (ready->schedule.kind != SCHEDULE_MLFQ) {
        return false;
    }
    uint32_t filled = ready->lanes[BEGUN].filled | (fresh ? ready->lanes[FRESH].filled : 0);
    return (filled & ((1u << level_of(ready, task)) - 1)) != 0;
}

uint32_t ready_take(struct ready *ready, bool fresh, uint64_t now_ns)
{
    struct lane *lane = &ready->lanes[BEGUN], *other = &ready->lanes[FRESH];
    boost(ready, now_ns);
    if (fresh && lane_any(other)) {
        if (!lane_any(lane)) {
            lane = other;
        } else {
            struct entry head = lane_head(ready, lane), rival = lane_head(ready, other);
            lane = before(&rival, &head) ? other : lane;
        }
    }
    return lane_any(lane) ? lane_take(ready, lane) : READY_NOBODY;
}

uint64_t ready_turn_ns(const struct ready *ready, uint32_t task)
{
    switch (ready->schedule.kind) {
    case SCHEDULE_RR:
        return ready->schedule.slice_ns;
    case SCHEDULE_MLFQ:
        return ready->allotment_ns[level_of(ready, task)] - used_of(ready, task);
    default:
        return READY_NO_LIMIT;
    }
}

bool ready_below(const struct ready *ready, uint32_t task)
{
    return ready->schedule.kind == SCHEDULE_MLFQ && level_of(ready, task) > 0;
}

void ready_ran(struct ready *ready, uint32_t task, uint64_t ran_ns, uint64_t now_ns)
{
    if (ready->schedule.kind != SCHEDULE_MLFQ) {
        return;
    }
    boost(ready, now_ns);
    struct node *node = &ready->nodes[task];
    if (node->boosts != ready->boosts) {
        node->boosts = ready->boosts;
        node->level = 0;
        node->used_ns = 0;
        uint64_t since_ns = now_ns - ready->boosted_ns;
        ran_ns = ran_ns < since_ns ? ran_ns : since_ns;
    }
    if (ran_ns < ready->allotment_ns[node->level] - node->used_ns) {
        node->used_ns += ran_ns;
        return;
    }
    node->used_ns = 0;
    if (node->level + 1 < ready->schedule.levels) {
        node->level++;
    }
}
