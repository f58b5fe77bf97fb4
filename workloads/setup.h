/*
 * setup.h - what setup() of a workload asks for, and the words where it does not get it.
 *
 * During setup() only, in the thread that calls it. `name` is the workload's.
 */
#ifndef WORKLOADS_SETUP_H
#define WORKLOADS_SETUP_H

#include "workloads/workload.h"

/* Tasks write this far apart: neighbours 128 bytes apart could still be fetched together, but what
 * is that close here is written once or twice in a task. */
enum { SETUP_APART = 128 };

/* Zeroed; to be freed. NULL with `err` set. */
void *setup_state(const char *name, size_t bytes, struct error *err);

/* A head of `head` bytes and then `count` things of `each` bytes, shared with all workers, zeroed;
 * env->share() with the words. NULL with `err` set. */
void *setup_share(const struct workload_env *env, const char *name, size_t head, uint64_t count,
                  size_t each, bool *fresh, struct error *err);

/* Objects `from` to `from` + `count` - 1, each made with `places`. 0, or -errno with `err` set. */
int setup_objects(const struct workload_env *env, const char *name, uint32_t from, uint64_t count,
                  enum object_kind kind, uint64_t places, struct error *err);

#endif
