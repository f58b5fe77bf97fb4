/* executor_open.c - what all repetitions of a run have in common. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/executor.h"
#include "bench/machine/topology.h"
#include "bench/util/guard.h"
#include "bench/util/interrupt.h"

static int find_image(struct executor *executor, struct error *err)
{
    static const char name[] = "bench-repetition";
    ssize_t length =
        readlink("/proc/self/exe", executor->image, sizeof executor->image - sizeof name);
    char *slash;
    if (length <= 0) {
        return error_set(err, -errno, "/proc/self/exe: %s", strerror(errno));
    }
    executor->image[length] = '\0';
    slash = strrchr(executor->image, '/');
    memcpy(slash + 1, name, sizeof name);
    if (access(executor->image, X_OK) != 0) {
        return error_set(err, -errno,
                         "%s: %s; it belongs beside bench: build again by scripts/build",
                         executor->image, strerror(errno));
    }
    return 0;
}

/* Clients get the last core, as many hardware threads as it has, and the workers the others. On a
 * machine of one core both share it. */
static void place_companion(struct executor *executor, const struct topology *topology)
{
    struct pin_target *places = NULL;
    size_t count = 0;
    struct error ignored;
    if (topology_is_simulated(topology) ||
        topology_pin_targets(topology, PIN_CORE, &places, &count, &ignored) != 0) {
        return;
    }
    executor->apart = count > 1;
    if (executor->apart) {
        executor->companion_cpus = places[count - 1];
    }
    for (size_t i = 0; i + 1 < count; i++) {
        CPU_OR(&executor->server_cpus.cpus, &executor->server_cpus.cpus, &places[i].cpus);
    }
    free(places);
}

int executor_open(struct executor *executor, const struct plan *plan,
                  const struct topology *topology, struct guard *guard, struct texts *texts,
                  struct error *err)
{
    struct topology_counts counts;
    sigset_t signals;
    int rc;

    *executor = (struct executor){.plan = plan,
                                  .guard = guard,
                                  .texts = texts,
                                  .signals = -1,
                                  .scratch = -1,
                                  .oom = {.fd = -1}};
    topology_counts(topology, &counts);
    executor->cache_bytes = topology_is_simulated(topology) ? 0 : counts.cache_bytes;
    rc = find_image(executor, err);
    if (rc != 0) {
        return rc;
    }
    if (plan->pin != PIN_NONE && !plan->simulated) {
        rc = topology_pin_targets(topology, plan->pin, &executor->pins, &executor->pin_count, err);
        if (rc != 0) {
            return rc;
        }
    }
    place_companion(executor, topology);
    executor->surroundings = surroundings_open(NULL, NULL);
    oom_open(&executor->oom, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    interrupt_signals(&signals);
    sigaddset(&signals, SIGCHLD);
    interrupt_twice(guard_abandon);
    sigprocmask(SIG_BLOCK, &signals, &executor->former_mask);
    executor->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return executor->signals >= 0 ? 0 : error_set(err, -errno, "signalfd: %s", strerror(errno));
}

void executor_close(struct executor *executor)
{
    if (executor->signals >= 0) {
        /* A signal that came too late to stop anything still counts as an interrupt, and must
         * not kill the summary. */
        executor_poll(executor);
        close(executor->signals);
        executor->signals = -1;
        sigprocmask(SIG_SETMASK, &executor->former_mask, NULL);
    }
    surroundings_close(executor->surroundings);
    executor->surroundings = NULL;
    oom_close(&executor->oom);
    neighbours_close(executor->neighbours);
    executor->neighbours = NULL;
    free(executor->pins);
    executor->pins = NULL;
}
