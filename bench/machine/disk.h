/*
 * disk.h - how much room a folder has that may not be there yet. Any thread.
 */
#ifndef BENCH_MACHINE_DISK_H
#define BENCH_MACHINE_DISK_H

#include <stdint.h>

/* Bytes that this user may still write below `path` or, where that does not exist, below the
 * nearest folder above it that does. UINT64_MAX where that cannot be known. */
uint64_t disk_free_bytes(const char *path);

#endif
