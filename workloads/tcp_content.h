/*
 * tcp_content.h - what the clients of the workload tcp send, and what must come back.
 *
 * Letters of mixed case, made once from the seed; a message is a stretch of them that depends on
 * its connection and number. Neighbouring letters differ, so that a byte that is lost, doubled or
 * changes places with its neighbour shows at once. Read by one process.
 */
#ifndef WORKLOADS_TCP_CONTENT_H
#define WORKLOADS_TCP_CONTENT_H

#include <stdint.h>

enum { CONTENT_STARTS = 8192 }; /* a power of two: messages that differ */

struct content {
    char *lower, *upper; /* the message, and its answer */
    uint64_t key, stride;
};

/* 0 or -ENOMEM. */
int content_open(struct content *content, uint64_t size, uint64_t seed);
void content_close(struct content *content);

/* Where a message lies in both. Messages of a connection that follow each other differ. */
uint32_t content_at(const struct content *content, uint64_t connection, uint64_t message);

#endif
