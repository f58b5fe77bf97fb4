/* Fuzz target: the command line of `bench run`, and the numbers with units on it. */
#include "tests/fuzz/read_options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_options(data, size);
    return 0;
}
