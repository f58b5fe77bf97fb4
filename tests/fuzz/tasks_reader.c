/* Fuzz target: tasks.csv of a result folder. */
#include "tests/fuzz/read_tasks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_tasks(data, size);
    return 0;
}
