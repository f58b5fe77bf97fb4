/* Fuzz target: the command line of `bench suite`, and the answer of CPython's part. */
#include "tests/fuzz/read_suite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= SUITE_BYTES)
        read_suite(data, size);
    return 0;
}
