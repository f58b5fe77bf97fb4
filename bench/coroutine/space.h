/*
 * space.h - address space that takes memory only where it is touched, and guard pages in it.
 *
 * Functions return 0 or -errno.
 */
#ifndef BENCH_COROUTINE_SPACE_H
#define BENCH_COROUTINE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPACE_HUGE = 2 << 20 }; /* bytes of a huge page */

enum space_use {
    SPACE_STACKS, /* touched here and there: never huge pages */
    SPACE_DENSE,  /* touched from its start on: huge pages from a few MiB on, where the kernel
                   * gives them; a first touch costs a seventh of that of small ones */
};

struct space {
    char *at; /* aligned to SPACE_HUGE where it is dense and large */
    size_t bytes;
};

size_t space_page(void);

/* `at` is NULL where it fails. */
int space_open(struct space *space, size_t bytes, enum space_use use);
void space_close(struct space *space);

/* Makes the page at `at` fault for good. */
int space_guard(void *at);

/* How many guard pages, each in the middle of other memory, one process may have: no limit
 * (UINT64_MAX) where the kernel keeps them in the page tables (Linux 6.13), else half of
 * vm.max_map_count, less some for the rest of the process. */
uint64_t space_guards_most(void);

#endif
