/*
 * record_topology.h - topology.xml of a result folder: the machine's tree, for drawing it.
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_RECORD_TOPOLOGY_H
#define BENCH_RECORD_TOPOLOGY_H

#include "bench/machine/topology.h"

/* Written whole or not at all. A machine that cannot be drawn has none, which is no failure. 0 or
 * -errno. */
int record_topology(const char *folder, const struct topology *topology, struct error *err);

#endif
