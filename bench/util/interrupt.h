/*
 * interrupt.h - Ctrl-C and the like (SIGINT, SIGTERM, SIGHUP), held back while there is something
 * to clean up. Who holds them looks whether one came, cleans up and lets go. Holds may lie one in
 * the other: a signal that came stays for the outermost one to be seen, who takes it. Signals that
 * the program was told to ignore (nohup) stay ignored.
 * Thread rules: one thread at a time; of a program with several, all hold them or none.
 */
#ifndef BENCH_UTIL_INTERRUPT_H
#define BENCH_UTIL_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

enum { EXIT_INTERRUPTED = 130 }; /* status of a program that one of them ended */

/* Those of the three that the program was not told to ignore. */
void interrupt_signals(sigset_t *set);

/* From now on the first signal is but noted, for interrupt_came() and to be tidied up after, and
 * the next one ends the program at once, with status 130: `last` is called before, in the signal's
 * handler. One that is held waits with that until it is let go. For the program's main thread. */
void interrupt_twice(void (*last)(void));

/* The first signal was taken otherwise (signalfd): the next one is the second. */
void interrupt_note(void);

/* None is blocked any more, whoever did that. */
void interrupt_let(void);

/* As before interrupt_twice(): the next signal does what it does by default; nothing where one
 * came, for the program ends then. */
void interrupt_once(void);

struct interrupt {
    sigset_t before;
};

void interrupt_hold(struct interrupt *interrupt);

/* Whether one came since it was held, by this or an outer holder, or was noted. */
bool interrupt_came(void);

/* A descriptor to poll: readable when one came. The caller closes it. Or -errno. */
int interrupt_watch(void);

/* A signal that came is gone then, unless it was held before interrupt_hold() was called, or is
 * noted (interrupt_twice()). Returns whether one is: nobody else will see it. */
bool interrupt_release(const struct interrupt *interrupt);

#endif
