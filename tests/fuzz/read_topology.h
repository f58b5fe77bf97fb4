/*
 * read_topology.h - bytes as the value of --topology: a machine that is not here, counted,
 * described and pinned on.
 */
#ifndef TESTS_FUZZ_READ_TOPOLOGY_H
#define TESTS_FUZZ_READ_TOPOLOGY_H

#include <errno.h>

#include "bench/machine/topology.h"
#include "tests/fuzz/feed.h"

enum { SPEC_BYTES = 8192 };

static inline void spec_check(const struct topology *topology)
{
    struct topology_counts counts;
    struct error err = {""};
    char why[512];
    topology_counts(topology, &counts);
    FEED_CHECK(topology_is_simulated(topology), "another machine");
    FEED_CHECK(counts.usable > 0 && counts.usable == counts.pus && counts.cores <= counts.pus &&
                   counts.packages > 0 && counts.pus <= counts.machine_pus,
               "%u usable of %u PUs, %u cores", counts.usable, counts.pus, counts.cores);
    topology_why(topology, why, sizeof why);
    FEED_CHECK(why[0], "no why");
    for (int pin = PIN_NONE; pin <= PIN_NUMA; pin++) {
        struct pin_target *targets = NULL;
        size_t count = 0;
        const int code = topology_pin_targets(topology, (enum pin)pin, &targets, &count, &err);
        FEED_CHECK(code == 0 || code == -ENOTSUP, "%d", code);
        FEED_CHECK(code != 0 || (count > 0) == (pin != PIN_NONE), "%zu places", count);
        for (size_t i = 0; code == 0 && i < count; i++)
            FEED_CHECK(CPU_COUNT(&targets[i].cpus) > 0, "place %zu", i);
        free(targets);
    }
    char *text = topology_text(topology);
    FEED_CHECK(text && *text, "no drawing");
    free(text);
}

/* 0 where it is a machine, or the negative code of the refusal. */
static inline int read_topology(const uint8_t *data, size_t size)
{
    struct topology *topology = NULL;
    struct error err = {""};
    char *spec = malloc(size + 1);
    FEED_CHECK(spec && size <= SPEC_BYTES, "%zu bytes", size);
    memcpy(spec, data, size);
    spec[size] = '\0';
    const int code = topology_load(&topology, spec, NULL, &err);
    if (code < 0) {
        FEED_CHECK(code == -EINVAL && !topology, "%d", code);
        text_clean(err.text); /* as say() does */
        feed_check_error(&err);
    } else {
        spec_check(topology);
        topology_free(topology);
    }
    free(spec);
    return code;
}

#endif
