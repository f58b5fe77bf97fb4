/*
 * echo_client PORT CONNECTIONS MESSAGES SIZE: the clients of the workload tcp, the very code that
 * `bench --workload tcp` runs, against a server of other people at 127.0.0.1:PORT.
 *
 * Verifies each byte and prints the wall time; exit status 1 with the reason where an answer was
 * wrong or missing.
 */
#include <arpa/inet.h>

#include "tests/perf/perf.h"
#include "workloads/tcp.h"
#include "workloads/tcp_client.h"

int main(int count, char **arguments)
{
    static struct tcp_shared shared = {.gate = TCP_OPEN, .stage = TCP_CONNECTING};
    struct tcp_state plan = {.shared = &shared,
                             .connections = perf_number(count, arguments, 2),
                             .messages = perf_number(count, arguments, 3),
                             .size = perf_number(count, arguments, 4),
                             .seed = 1,
                             .listener = -1};

    plan.address =
        (struct sockaddr_in){.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)perf_number(count, arguments, 1)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    plan.backlog = plan.total = plan.connections;
    plan.per_source = plan.connections + 1; /* all from one address */
    plan.bytes_each = plan.messages * plan.size;
    plan.requests = calloc(plan.connections * plan.messages, sizeof *plan.requests);
    if (plan.requests == NULL) {
        perf_fail("no memory for the requests");
    }
    uint64_t start = perf_now_ns();
    atomic_store(&shared.begin_ns, start);
    tcp_clients(&plan);
    if (atomic_load(&shared.failed) > 0) {
        perf_fail(shared.reason);
    }
    perf_print(start, perf_now_ns());
    free(plan.requests);
    return 0;
}
