/*
 * oom.h - whether the kernel ended processes because memory ran out: its counter for this
 * process's own control group or, where there is none, for the whole machine.
 *
 * `root` is put before every path, NULL: this machine. Thread rules: one thread at a time.
 */
#ifndef BENCH_MACHINE_OOM_H
#define BENCH_MACHINE_OOM_H

#include <stdbool.h>
#include <stdint.h>

struct oom {
    int fd;          /* -1: nobody counts */
    bool of_group;   /* not of the whole machine */
    uint64_t before; /* CONDITION_UNKNOWN: not known */
};

void oom_open(struct oom *oom, const char *root);
void oom_close(struct oom *oom);

/* oom_since() tells the processes that were ended since oom_before(); 0 also where it is not
 * known. */
void oom_before(struct oom *oom);
uint64_t oom_since(const struct oom *oom);

#endif
