/*
 * kernel.h - which Linux this is. Any thread.
 */
#ifndef BENCH_UTIL_KERNEL_H
#define BENCH_UTIL_KERNEL_H

#include <stdbool.h>
#include <stdio.h>

/* Whether `release`, as uname() and /proc/sys/kernel/osrelease tell it, is of an earlier version;
 * false where it does not begin with one. */
static inline bool kernel_before(const char *release, unsigned major, unsigned minor)
{
    unsigned has, has_minor;
    return sscanf(release, "%u.%u", &has, &has_minor) == 2 &&
           (has < major || (has == major && has_minor < minor));
}

#endif
