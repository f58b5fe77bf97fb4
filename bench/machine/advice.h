/*
 * advice.h - what in the facts of a machine disturbs measuring, and how to mend it.
 *
 * Reads nothing but the JSON object of identity_collect() or machine.json, so it also
 * judges machines that are elsewhere. A fact that is missing or "unknown" gives the state unknown
 * with the reason; none is guessed. Pure, any thread that has the object for itself.
 */
#ifndef BENCH_MACHINE_ADVICE_H
#define BENCH_MACHINE_ADVICE_H

#include <jansson.h>
#include <stddef.h>

enum advice_state { ADVICE_FINE, ADVICE_DISTURBS, ADVICE_UNKNOWN };
extern const char *const advice_state_names[]; /* "fine", "disturbs", "unknown" */

enum { ADVICE_FOUND = 200, ADVICE_MOST = 16 };

struct advice {
    const char *topic; /* "frequency governor" */
    enum advice_state state;
    char found[ADVICE_FOUND]; /* what was found, or why it is not known; may hold text of the file
                               * (clean it before printing) */
    const char *remedy;       /* a command or plain advice; "" unless it disturbs */
};

/* Fills `list` in a fixed order of topics and returns how many there are: never more than `room`;
 * ADVICE_MOST is always enough. */
size_t advice_collect(const json_t *facts, struct advice *list, size_t room);

#endif
