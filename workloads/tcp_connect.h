/*
 * tcp_connect.h - the system's side of the clients of the workload tcp.
 */
#ifndef WORKLOADS_TCP_CONNECT_H
#define WORKLOADS_TCP_CONNECT_H

#include <stdint.h>
#include <sys/epoll.h>

#include "workloads/tcp.h"

/* Begins to connect, and does not wait: the descriptor (writable when it is done, closed on exec),
 * or -errno. Above per_source connections the next address of 127.0.0.0/8 is the source, because
 * the ports of one run out (net.ipv4.ip_local_port_range). */
int connect_begin(const struct tcp_state *plan, uint64_t number);

/* 0, or the -errno with which it failed. */
int connect_outcome(int fd);

/* epoll_wait in nanoseconds; 0 events after a signal too. */
int connect_wait(int epoll, struct epoll_event *events, int most, uint64_t ns);

/* The clients have come so far; wakes who waits for it. */
void tcp_advance(struct tcp_shared *shared, uint32_t stage);

#endif
