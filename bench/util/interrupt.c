#include "bench/util/interrupt.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { INTERRUPT_SIGNALS = 3 };

static const int signals[INTERRUPT_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

static volatile sig_atomic_t noted;
static void (*ending)(void);
static struct sigaction former[INTERRUPT_SIGNALS];

/* A blocked signal waits even where it is ignored, so those that are have to be left out. */
void interrupt_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
        struct sigaction now;
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(set, signals[i]);
    }
}

static void interrupt_handle(int signal)
{
    (void)signal;
    if (!noted) {
        noted = 1;
        return;
    }
    ending();
    _exit(EXIT_INTERRUPTED);
}

void interrupt_twice(void (*last)(void))
{
    struct sigaction action = {.sa_handler = interrupt_handle, .sa_flags = SA_RESTART};
    interrupt_signals(&action.sa_mask);
    noted = 0;
    ending = last;
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
        sigaction(signals[i], NULL, &former[i]);
        if (sigismember(&action.sa_mask, signals[i]) == 1)
            sigaction(signals[i], &action, NULL);
    }
}

void interrupt_note(void)
{
    noted = 1;
}

void interrupt_let(void)
{
    sigset_t set;
    interrupt_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void interrupt_once(void)
{
    /* After the first one the program ends by itself with EXIT_INTERRUPTED, and so it shall where
     * the second one comes as late as that. */
    if (!ending || noted)
        return;
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
        sigaction(signals[i], &former[i], NULL);
    ending = NULL;
    noted = 0;
}

void interrupt_hold(struct interrupt *interrupt)
{
    sigset_t set;
    interrupt_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, &interrupt->before);
}

bool interrupt_came(void)
{
    sigset_t set, waiting;
    interrupt_signals(&set);
    return noted || (sigpending(&waiting) == 0 && sigandset(&set, &set, &waiting) == 0 &&
                     !sigisemptyset(&set));
}

int interrupt_watch(void)
{
    sigset_t set;
    interrupt_signals(&set);
    const int watch = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return watch < 0 ? -errno : watch;
}

bool interrupt_release(const struct interrupt *interrupt)
{
    const struct timespec now = {0, 0};
    sigset_t set;
    bool came = false;
    interrupt_signals(&set);
    for (int signal = 1; signal < NSIG; signal++)
        if (sigismember(&interrupt->before, signal) == 1)
            sigdelset(&set, signal);
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler == interrupt_handle)
            sigdelset(&set, signals[i]); /* its handler takes it */
    }
    while (!sigisemptyset(&set) && sigtimedwait(&set, NULL, &now) > 0)
        came = true;
    pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
    return came;
}
