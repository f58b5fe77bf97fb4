/*
 * available.h - how much more memory this process could fill.
 *
 * The kernel grants more address space than there is memory and kills whoever
 * fills it; a workload with a large buffer asks first. Any thread.
 */
#ifndef WORKLOADS_AVAILABLE_H
#define WORKLOADS_AVAILABLE_H

#include <stdint.h>

#define AVAILABLE_UNKNOWN UINT64_MAX

/* Bytes that can still be filled: the smallest of MemAvailable and of what the memory
 * cgroup (v1 and v2, own group and every ancestor) leaves, counting the page cache in it as
 * free. `root` is "" (tests hand a folder that holds proc/ and sys/). AVAILABLE_UNKNOWN where
 * nothing can be read. */
uint64_t available_bytes(const char *root);

#endif
