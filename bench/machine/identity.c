#include "bench/machine/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "bench/machine/facts.h"
#include "bench/machine/topology_internal.h"
#include "build_info.h"

static json_t *build_facts(void)
{
    json_t *build = json_object();
    fact_set(build, "version", fact_text(BENCH_VERSION));
    fact_set(build, "commit", fact_text(BENCH_BUILD_COMMIT));
    fact_set(build, "compiler", fact_text(BENCH_BUILD_COMPILER));
    fact_set(build, "flags", fact_text(BENCH_BUILD_FLAGS));
    fact_set(build, "type", fact_text(BENCH_BUILD_TYPE));
    return build;
}

json_t *identity_collect_at(const struct topology *topology, const char *root)
{
    struct utsname system;
    json_t *memory = facts_memory(root);
    fact_set(memory, "nodes", facts_numa(topology));
    return json_pack(
        "{s:i, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "schema", 1, "host", fact_text(uname(&system) == 0 ? system.nodename : NULL), "simulated",
        topology_is_simulated(topology), "topology",
        fact_text(topology->spec != NULL ? topology->spec : "this machine"), "cpu", facts_cpu(root),
        "caches", facts_caches(topology), "cores", facts_cores(topology, root), "kernel",
        facts_kernel(root), "virtualisation", facts_virtualisation(root), "governor",
        facts_governor(root), "boost", facts_boost(root), "mitigations", facts_mitigations(root),
        "memory", memory, "timer", facts_timer(root), "limits", facts_limits(root), "conditions",
        facts_conditions(root), "build", build_facts());
}

json_t *identity_collect(const struct topology *topology)
{
    return identity_collect_at(topology, NULL);
}

int identity_print(const struct topology *topology)
{
    json_t *identity = identity_collect(topology);
    char *tree = topology_text(topology);
    int status = identity != NULL && tree != NULL ? identity_page(identity, tree, stdout) : -ENOMEM;
    free(tree);
    json_decref(identity);
    return status;
}
