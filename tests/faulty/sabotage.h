/*
 * sabotage.h - the twin of the program breaks its own parts, as the environment variable
 * BENCH_SABOTAGE asks: PART=HOW. Death tests see by it that a claim's check notices. The honest
 * program has none of this.
 *
 *     MODE=OTHER           the mode launches as another one does
 *     WAIT=OTHER           the wait waits as another one does
 *     MODE=unscheduled     the mode does not care for its schedule
 *     WAIT=wasteful        the wait's loop computes in vain for each operation that it is given
 *     blocking=spin        a blocking sleep burns its time
 *     WORKLOAD=unlocked    locks and semaphores let everybody in, events are always set
 *     WORKLOAD=unsignalled nobody is told of what others wait for
 *     WORKLOAD=reaped      the system does away with children before anybody looks
 */
#ifndef TESTS_FAULTY_SABOTAGE_H
#define TESTS_FAULTY_SABOTAGE_H

struct mode;
struct wait;
struct workload;

/* What takes the place of the honest part; NULL stays NULL. */
const struct mode *sabotage_mode(const struct mode *honest);
const struct wait *sabotage_wait(const struct wait *honest);
const struct workload *sabotage_workload(const struct workload *honest);

#endif
