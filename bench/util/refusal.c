#include "bench/util/refusal.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A runner that is stopped, or gone, must not keep the repetition from its end. */
enum { PATIENCE_SECONDS = 2 };

static struct refusal *told_at;
static int told_by = -1;

void refusal_begin(struct refusal *place, int bell)
{
    told_at = place;
    told_by = bell;
}

static bool may_be_a_limit(int code)
{
    switch (-code) {
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EFBIG:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return true;
    default:
        return false;
    }
}

static void await_answer(struct refusal *place)
{
    const uint64_t one = 1;
    struct timespec now, patience = {.tv_sec = PATIENCE_SECONDS};
    if (told_by < 0 || write(told_by, &one, sizeof one) != (ssize_t)sizeof one) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    const time_t until = now.tv_sec + PATIENCE_SECONDS;
    while (atomic_load(&place->stage) == REFUSAL_ASKED && now.tv_sec <= until) {
        syscall(SYS_futex, &place->stage, FUTEX_WAIT, REFUSAL_ASKED, &patience, NULL, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
}

int refusal_tell(const char *call, int code, uint64_t amount)
{
    struct refusal *place = told_at;
    uint32_t none = REFUSAL_NONE;
    const int before = errno;
    if (place && may_be_a_limit(code) &&
        atomic_compare_exchange_strong(&place->stage, &none, REFUSAL_TAKEN)) {
        place->code = code;
        place->process = getpid();
        place->amount = amount;
        snprintf(place->call, sizeof place->call, "%s", call);
        atomic_store(&place->stage, REFUSAL_ASKED);
        await_answer(place);
    }
    errno = before;
    return code;
}

void refusal_answered(struct refusal *place)
{
    atomic_store(&place->stage, REFUSAL_ANSWERED);
    syscall(SYS_futex, &place->stage, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
