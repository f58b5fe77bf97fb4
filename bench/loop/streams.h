/*
 * streams.h - one try of an operation on a non-blocking socket or pipe, and what it tells of the
 * descriptor's state. All return whether the operation is done, with its result set; where it
 * is not, the descriptor is drained or full.
 */
#ifndef BENCH_LOOP_STREAMS_H
#define BENCH_LOOP_STREAMS_H

#include <stdbool.h>

#include "bench/loop/descriptors.h"

bool stream_receive(struct descriptor *descriptor, struct operation *operation);
/* The connection is non-blocking and closed on exec. */
bool stream_accept(struct descriptor *descriptor, struct operation *operation);
bool stream_send(struct descriptor *descriptor, struct operation *operation);

#endif
