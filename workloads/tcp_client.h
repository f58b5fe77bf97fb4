/*
 * tcp_client.h - the clients of the workload tcp: one process, one thread, one epoll loop.
 *
 * Written to cost as little as it can, because the clients' core is the first to be full.
 * Closed loop: each connection sends a message, waits for its whole answer, checks every byte,
 * thinks and goes on. Open loop (rate > 0): requests have their times (bench/util/arrivals.h); one
 * that is due goes to the connection that has been free for longest and waits where none is; its
 * intended time stays what it was. Each connection sends the same number in both. Idle connections
 * never send; they must all be accepted before the first request, and are closed after the last
 * answer.
 */
#ifndef WORKLOADS_TCP_CLIENT_H
#define WORKLOADS_TCP_CLIENT_H

/* Connects, waits at the gate, asks, and leaves the outcome in the shared memory. `state`: struct
 * tcp_state. To be run by a process of its own (workload.h, companion). */
void tcp_clients(void *state);

#endif
