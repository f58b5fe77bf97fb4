/* Fuzz target: the machine of --topology. */
#include "tests/fuzz/read_topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= SPEC_BYTES)
        read_topology(data, size);
    return 0;
}
