/* bare_forks TASKS: one process per empty task, all forked before the first is waited
 * for, from a parent that has mapped next to nothing. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/perf/perf.h"

int main(int count, char **arguments)
{
    uint64_t tasks = perf_number(count, arguments, 1);
    uint64_t start = perf_now_ns();
    for (uint64_t i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0) {
            perf_fail("fork failed: ask for fewer tasks");
        }
    }
    for (uint64_t i = 0; i < tasks; i++) {
        if (waitpid(-1, NULL, 0) < 0) {
            perf_fail("waitpid lost a child");
        }
    }
    perf_print(start, perf_now_ns());
    return 0;
}
