/* Fuzz target: timings.csv, and all that is made of it. */
#include "tests/fuzz/read_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_csv(data, size);
    return 0;
}
