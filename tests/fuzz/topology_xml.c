/* Fuzz target: topology.xml, as far as this program reads it itself. */
#include "tests/fuzz/read_topology_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_topology_xml(data, size);
    return 0;
}
