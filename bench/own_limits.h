/*
 * own_limits.h - what bench itself needs to run at all, whatever it is to measure.
 */
#ifndef BENCH_OWN_LIMITS_H
#define BENCH_OWN_LIMITS_H

/* Raises soft limits on the stack and on open files as far as bench needs it and the hard ones
 * allow. Before anything else; takes little stack itself. 0, or -EAGAIN where there is too little,
 * which has been said with the command that raises it. */
int own_limits_raise(void);

/* A limit under which work is killed in mid-run (RLIMIT_CPU): says so. */
void own_limits_warn(void);

#endif
