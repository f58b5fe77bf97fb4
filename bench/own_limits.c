#include "bench/own_limits.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "bench/say.h"

/* Some functions have texts and options on the stack: below 96 KiB that ended in a crash without a
 * word. Where more can be had it is taken. */
#define STACK_LEAST  ((rlim_t)128 << 10)
#define STACK_WANTED ((rlim_t)1 << 20)

/* Files of a run, the ends of pipes, and a repetition's fixed numbers. */
#define FILES_LEAST  ((rlim_t)16)
#define FILES_WANTED ((rlim_t)64)

/* What the soft limit then is. */
static rlim_t raised(__rlimit_resource_t resource, rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) {
        return RLIM_INFINITY;
    }
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(resource, &limit) != 0) {
            return before;
        }
    }
    return limit.rlim_cur;
}

int own_limits_raise(void)
{
    const rlim_t stack = raised(RLIMIT_STACK, STACK_WANTED);
    const rlim_t files = raised(RLIMIT_NOFILE, FILES_WANTED);
    if (stack < STACK_LEAST) {
        say("ulimit -s is %llu (kB), bench needs %llu for its own stack: as root `ulimit -s 8192`",
            (unsigned long long)stack >> 10, (unsigned long long)STACK_LEAST >> 10);
        return -EAGAIN;
    }
    if (files < FILES_LEAST) {
        say("ulimit -n is %llu, bench itself needs %llu descriptors: as root `ulimit -n 1024`",
            (unsigned long long)files, (unsigned long long)FILES_LEAST);
        return -EAGAIN;
    }
    return 0;
}

void own_limits_warn(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        say("ulimit -t is %llu: the kernel kills each process, bench too, that has computed for so "
            "many seconds; `ulimit -t unlimited`, as root, ends that",
            (unsigned long long)limit.rlim_cur);
    }
}
