/*
 * topology_xml.h - the tree of a machine as hwloc writes it in XML, less what does not belong to
 * the tree.
 *
 * Kept are the objects that compute or remember and their sizes. Names, serial numbers, addresses
 * and other facts about the machine, devices, and whatever else an XML may hold are left out: the
 * tree is shown to others. Such a text may also come from others, and hwloc crashes on some, so it
 * is never loaded by this program: it is checked letter by letter and handed to a program that
 * draws. Pure, any thread.
 */
#ifndef BENCH_MACHINE_TOPOLOGY_XML_H
#define BENCH_MACHINE_TOPOLOGY_XML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/machine/topology.h"
#include "bench/util/error.h"

#define TOPOLOGY_XML_FILE "topology.xml" /* in a result folder */

enum {
    TOPOLOGY_XML_PUS = 4096,     /* of a machine that is written */
    TOPOLOGY_XML_MOST = 8 << 20, /* bytes of a text that is read */
    TOPOLOGY_XML_LEVELS = 5
};

struct topology_tally {
    unsigned packages, nodes, cores, pus;
    struct topology_caches { /* that hold data, by level from 1 */
        unsigned count;
        uint64_t least, most; /* bytes */
    } caches[TOPOLOGY_XML_LEVELS];
};

/* *text is malloc'ed. 0; -E2BIG for a machine of more than TOPOLOGY_XML_PUS PUs; -ENOMEM; -EIO
 * where hwloc cannot write it. */
int topology_xml(const struct topology *topology, char **text, size_t *size, struct error *err);

/* Writes the tree alone and counts what is in it. 0, or -EINVAL with the line and why; then what
 * was written is of no use. Write errors show in ferror(). */
int topology_xml_clean(FILE *out, const char *text, size_t size, struct topology_tally *tally,
                       struct error *err);

#endif
