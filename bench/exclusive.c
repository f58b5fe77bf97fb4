#include "bench/exclusive.h"

#include <errno.h>

#include "bench/say.h"
#include "bench/util/clock.h"

#define ASK_AGAIN_NS (NS_PER_SECOND / 2)

static int wait_alone(struct executor *executor, bool quiet, struct error *err)
{
    bool told = quiet;
    for (;;) {
        const int answer = neighbours_alone(executor->neighbours);
        if (answer == 1) {
            return 0;
        }
        if (answer < 0) {
            return error_set(err, answer,
                             "--exclusive: this system does not tell whether other runs of bench "
                             "are under way (/proc/net/unix); leave it out");
        }
        const uint64_t process = neighbours_process(executor->neighbours);
        if (!told && process > 0) {
            say("waiting until another run of bench (process %llu) is done",
                (unsigned long long)process);
        } else if (!told) {
            say("waiting: another run of bench with --exclusive comes first");
        }
        told = true;
        if (executor_sleep(executor, ASK_AGAIN_NS)) {
            return error_set(err, -EINTR, "interrupted while waiting for another run of bench");
        }
    }
}

int exclusive_settle(struct executor *executor, const struct options *options, struct error *err)
{
    executor->neighbours = neighbours_open();
    if (options->exclusive) {
        return wait_alone(executor, options->quiet, err);
    }
    /* Where it cannot be announced, rows say that nothing is known. */
    neighbours_announce(executor->neighbours);
    return 0;
}

void exclusive_tell(const struct executor *executor)
{
    const uint64_t others = neighbours_before(executor->neighbours);
    if (others > 0 && others != FIGURE_UNKNOWN) {
        say("another run of bench (process %llu) is under way on this machine: the figures of "
            "both are spoilt; stop one, or wait with --exclusive",
            (unsigned long long)neighbours_process(executor->neighbours));
    }
}
