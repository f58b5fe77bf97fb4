#include "bench/loop/uring.h"
#include "bench/waits/wait.h"

const struct wait wait_uring = {
    .name = "uring",
    .summary = "io_uring: all operations handed to the kernel in batches",
    .engine = &uring_engine,
    .unavailable = uring_unavailable,
    .locked_bytes = uring_locked_bytes,
};
