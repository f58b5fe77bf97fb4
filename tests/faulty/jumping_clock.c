/*
 * jumping_clock.c - a library to be preloaded (LD_PRELOAD), under which the time of day jumps: most
 * readings of it are some hours off the one before, forth and back, and so are processes. Other
 * clocks go on as they are.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { JUMP_SECONDS = 5 * 3600 };

static atomic_uint readings;

/* Without a period, which a program that reads the clock as often for each thing could keep step
 * with. */
static time_t jump(void)
{
    const unsigned turn = atomic_fetch_add(&readings, 1) + (unsigned)getpid();
    return (time_t)((turn * 2654435761U >> 16) % 3) * JUMP_SECONDS - JUMP_SECONDS;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*next)(clockid_t, struct timespec *) =
        (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const int code = next(clock, now);
    if (code == 0 && clock == CLOCK_REALTIME) {
        now->tv_sec += jump();
    }
    return code;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
    return 0;
}
