/* Fuzz target: machine.json, and all that is made of it. */
#include "tests/fuzz/read_machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_machine(data, size);
    return 0;
}
