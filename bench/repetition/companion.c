#include "bench/repetition/companion.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/clock.h"
#include "bench/util/refusal.h"

static _Noreturn void live(pid_t parent, const struct request *request, void (*run)(void *argument),
                           void *argument)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* the parent died before the prctl */
    }
    if (request->apart) {
        sched_setaffinity(0, sizeof request->companion_cpus.cpus, &request->companion_cpus.cpus);
    }
    run(argument);
    /* Its end would be reaped by a mode that waits for its workers, and its CPU time
     * counted as theirs. */
    for (;;) {
        pause();
    }
}

_Noreturn void companion_died(struct shared *shared)
{
    static const char reason[] = "the workload's other side (its clients' process) died";
    memcpy(shared->report.reason, reason, sizeof reason);
    shared->report.status = STATUS_FAILED;
    atomic_store(&shared->report.phase, PHASE_REPORTED);
    _exit(1);
}

static struct shared *watched;

/* In a forked worker, which inherits it, the companion is no child. */
static void on_child(int number)
{
    siginfo_t info = {.si_pid = 0};
    int before = errno;
    (void)number;
    if (waitid(P_PID, (id_t)watched->companion, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0) {
        companion_died(watched);
    }
    errno = before;
}

static void watch(struct shared *shared)
{
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    watched = shared;
    sigaction(SIGCHLD, &action, NULL);
}

int companion_start(struct shared *shared, void (*run)(void *argument), void *argument)
{
    const struct request *request = &shared->request;
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        return refusal_tell("fork", -errno, 0);
    }
    if (pid == 0) {
        live(parent, request, run, argument);
    }
    shared->companion = pid;
    watch(shared);
    on_child(SIGCHLD); /* it may have died before anybody watched */
    if (request->apart) {
        sched_setaffinity(0, sizeof request->server_cpus.cpus, &request->server_cpus.cpus);
    }
    return 0;
}

uint64_t companion_cpu_ns(const struct shared *shared)
{
    clockid_t clock;
    struct timespec used;
    if (shared->companion == 0 || clock_getcpuclockid(shared->companion, &clock) != 0 ||
        clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return clock_ns(used);
}

void companion_end(struct shared *shared)
{
    if (shared->companion != 0) {
        signal(SIGCHLD, SIG_DFL);
        kill(shared->companion, SIGKILL);
        while (waitpid(shared->companion, NULL, 0) < 0 && errno == EINTR) {
        }
        shared->companion = 0;
    }
}
