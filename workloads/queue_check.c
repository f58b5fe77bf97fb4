/*
 * queue_check.c - whether a queue did what it should, from what its users noted: who put and took
 * which item in which order, and how often consumers got it. Nothing of the queue's own code.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "workloads/chain.h"
#include "workloads/queue.h"

/* An item as people would name it. */
#define ITEM_FORMAT         "item %" PRIu64 " of producer %" PRIu64
#define ITEM_WORDS(own, id) ((id) % (own)->items), ((id) / (own)->items)

/* Each item reached one consumer, once, and was what had been put. */
static int check_received(const struct queue_state *own, struct error *err)
{
    uint64_t sum = 0, parity = 0;
    for (uint64_t id = 0; id < own->total; id++) {
        const uint64_t times = atomic_load_explicit(&own->received[id], memory_order_relaxed);
        const uint64_t used = chain_jump(queue_key(own, id), CHAIN_MULTIPLIER, CHAIN_INCREMENT,
                                         own->produce + own->consume);
        sum += used;
        parity ^= used;
        if (times == 0) {
            return error_set(err, -EBADMSG, ITEM_FORMAT " was put and never taken",
                             ITEM_WORDS(own, id));
        }
        if (times > 1) {
            return error_set(err, -EBADMSG, ITEM_FORMAT " was taken %" PRIu64 " times",
                             ITEM_WORDS(own, id), times);
        }
    }
    return atomic_load(&own->shared->sum) == sum && atomic_load(&own->shared->parity) == parity &&
                   atomic_load(&own->shared->strange) == 0
               ? 0
               : error_set(err, -EBADMSG,
                           "what consumers got is not what producers put (sum or parity)");
}

/* --- the order --- */

/* The log read again, with what is inside at that moment. */
struct replay {
    const struct queue_state *own;
    uint64_t at;      /* entries read */
    uint64_t oldest;  /* fifo: no entry before this is a put whose item is inside */
    uint64_t *inside; /* lifo: the ids, oldest first; priority: how many of each */
    uint64_t count;   /* lifo */
    struct error *err;
};

static int out_of_order(const struct replay *replay, uint64_t got, uint64_t due)
{
    return error_set(replay->err, -EBADMSG,
                     "the queue (%s) gave " ITEM_FORMAT " when it was the turn of " ITEM_FORMAT,
                     replay->own->order == QUEUE_FIFO ? "fifo" : "lifo",
                     ITEM_WORDS(replay->own, got), ITEM_WORDS(replay->own, due));
}

static int never_put(const struct replay *replay, uint64_t id)
{
    return error_set(replay->err, -EBADMSG, "the queue gave " ITEM_FORMAT ", which was not in it",
                     ITEM_WORDS(replay->own, id));
}

static int replay_fifo(struct replay *replay, uint64_t id, bool taken)
{
    const uint64_t *log = replay->own->log;
    if (!taken) {
        return 0;
    }
    while (replay->oldest < replay->at && (log[replay->oldest] & 1)) {
        replay->oldest++;
    }
    if (replay->oldest == replay->at) {
        return never_put(replay, id);
    }
    const uint64_t due = log[replay->oldest++] >> 1;
    return due == id ? 0 : out_of_order(replay, id, due);
}

static int replay_lifo(struct replay *replay, uint64_t id, bool taken)
{
    if (!taken) {
        replay->inside[replay->count++] = id;
        return 0;
    }
    if (replay->count == 0) {
        return never_put(replay, id);
    }
    const uint64_t due = replay->inside[--replay->count];
    return due == id ? 0 : out_of_order(replay, id, due);
}

static int replay_priority(struct replay *replay, uint64_t id, bool taken)
{
    const uint64_t priority = queue_priority(replay->own, id);
    if (!taken) {
        replay->inside[priority]++;
        return 0;
    }
    for (uint64_t smaller = 0; smaller < priority; smaller++) {
        if (replay->inside[smaller] > 0) {
            return error_set(replay->err, -EBADMSG,
                             "the queue (priority) gave " ITEM_FORMAT " of priority %" PRIu64
                             " with one of %" PRIu64 " in it",
                             ITEM_WORDS(replay->own, id), priority, smaller);
        }
    }
    if (replay->inside[priority] == 0) {
        return never_put(replay, id);
    }
    replay->inside[priority]--;
    return 0;
}

static int read_log(struct replay *replay)
{
    static int (*const kinds[QUEUE_ORDERS])(struct replay *, uint64_t, bool) = {
        [QUEUE_FIFO] = replay_fifo,
        [QUEUE_LIFO] = replay_lifo,
        [QUEUE_PRIORITY] = replay_priority,
    };
    const struct queue_state *own = replay->own;
    int rc = 0;
    for (replay->at = 0; replay->at < 2 * own->total && rc == 0; replay->at++) {
        const uint64_t id = own->log[replay->at] >> 1;
        rc = id < own->total ? kinds[own->order](replay, id, own->log[replay->at] & 1)
                             : error_set(replay->err, -EBADMSG,
                                         "the queue gave an item that "
                                         "nobody made");
    }
    return rc;
}

static int check_order(const struct queue_state *own, struct error *err)
{
    const uint64_t places = own->order == QUEUE_PRIORITY ? QUEUE_PRIORITIES : 2 * own->total;
    struct replay replay = {.own = own, .err = err};
    if (own->shared->logged != 2 * own->total) {
        return error_set(err, -EBADMSG,
                         "%" PRIu64 " items were put and taken %" PRIu64 " times together",
                         own->total, own->shared->logged);
    }
    replay.inside = calloc(places, sizeof *replay.inside);
    if (replay.inside == NULL) {
        return error_set(err, -ENOMEM, "no memory left to check the queue's order");
    }
    int rc = read_log(&replay);
    free(replay.inside);
    return rc;
}

int queue_verify(const void *state, struct error *err)
{
    const struct queue_state *own = state;
    int rc = check_received(own, err);
    return rc == 0 ? check_order(own, err) : rc;
}
