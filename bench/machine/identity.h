/*
 * identity.h - machine.json: every fact about the machine and the build that
 * could explain a figure. A fact that cannot be read is the string "unknown"; none is guessed.
 */
#ifndef BENCH_MACHINE_IDENTITY_H
#define BENCH_MACHINE_IDENTITY_H

#include <jansson.h>

#include "bench/machine/topology.h"

/* A new object (json_decref it): {"schema":1, "host":..., "cpu":{...}, "caches":[...],
 * "cores":{... counts, "usable":n, "why":"..."}, "kernel":..., "virtualisation":...,
 * "governor":..., "boost":..., "mitigations":{...}, "memory":{...}, "limits":{...},
 * "build":{"compiler","flags","commit","version","type"}}. NULL: out of memory. */
json_t *identity_collect(const struct topology *topology);

/* `bench machine`: topology, usable cores and why, conditions; for people, on stdout.
 * 0, or -errno when stdout fails. */
int identity_print(const struct topology *topology);

#endif
