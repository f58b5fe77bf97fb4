/*
 * neighbours.h - other runs of bench on this machine, which spoil each other's figures.
 *
 * A run announces itself by a datagram socket in the abstract name space: a name there goes with
 * its process, however that ends, so nothing is ever left behind. A run that starts finds
 * the others' names in /proc/net/unix and sends each of them an empty message, by which they come
 * to know it. Names are per network namespace: a container with a network of its own is not seen.
 * Any local user may use such names, too; the worst that comes of it is a warning or, to a run
 * that waits for the machine (neighbours_alone()), more waiting.
 *
 * Thread rules: one thread at a time per handle.
 */
#ifndef BENCH_MACHINE_NEIGHBOURS_H
#define BENCH_MACHINE_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

struct neighbours; /* opaque */

/* Not yet announced. NULL without memory or such sockets: it may be used, and all is unknown. */
struct neighbours *neighbours_open(void);
void neighbours_close(struct neighbours *neighbours);

/* From now on others see this run. 0 or -errno. */
int neighbours_announce(struct neighbours *neighbours);

/* Is the machine free for this run alone? Then it is announced. Of several that ask, one at a time
 * can have it, and keeps it until neighbours_close(); ask again later where it is not. -ENOTSUP
 * where nothing is known of others; 0 no; 1 yes. */
int neighbours_alone(struct neighbours *neighbours);

/* Other runs that are under way. UINT64_MAX where that is not known. before() starts a span of
 * time; since() also counts those that were there for a part of it only. */
uint64_t neighbours_before(struct neighbours *neighbours);
uint64_t neighbours_since(struct neighbours *neighbours);

/* The process of one of them, for a message; 0 where none is known. */
uint64_t neighbours_process(const struct neighbours *neighbours);

#endif
