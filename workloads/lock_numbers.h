/*
 * lock_numbers.h - the numbers that the workload lock changes: each in a cache line of shared
 * memory, or in a file of its own.
 *
 * load() and store() are called by any number of tasks at once and exclude nobody: whoever wants
 * that holds a lock. In memory they are plain accesses, which race as those of any program do (and
 * the thread sanitizer says so). A file holds 8 bytes, the number as this machine writes it.
 */
#ifndef WORKLOADS_LOCK_NUMBERS_H
#define WORKLOADS_LOCK_NUMBERS_H

#include "workloads/setup.h"

struct lock_number {
    _Alignas(SETUP_APART) uint64_t value;
};

struct lock_numbers {
    struct lock_number *memory; /* NULL: in files */
    int folder;                 /* of the files */
};

/* 0 or -errno; -EIO where the file is not 8 bytes long. */
int lock_load(const struct lock_numbers *numbers, struct task_context *context, uint64_t number,
              uint64_t *value);
int lock_store(const struct lock_numbers *numbers, struct task_context *context, uint64_t number,
               uint64_t value);

/* The same before and after the tasks, without a context. */
int lock_put(const struct lock_numbers *numbers, uint64_t number, uint64_t value);
int lock_get(const struct lock_numbers *numbers, uint64_t number, uint64_t *value);

/* Removes the files of the first `count` numbers, where there are any. */
void lock_remove(const struct lock_numbers *numbers, uint64_t count);

#endif
