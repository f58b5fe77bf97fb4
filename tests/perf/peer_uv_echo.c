/*
 * peer_uv_echo CONNECTIONS: the server of bare_echo on libuv, written for speed: one buffer for
 * all reads, answered from it by uv_try_write; only what the socket does not take is copied.
 */
#include <string.h>
#include <uv.h>

#include "tests/perf/perf.h"

enum { BUFFER_BYTES = 64 << 10, BACKLOG = 4096 };

struct rest {
    uv_write_t request;
    uv_buf_t left;
    char bytes[];
};

static char buffer[BUFFER_BYTES];
static uint64_t left; /* connections that have not ended */
static uv_tcp_t listener;

static void lend(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)handle;
    (void)suggested;
    *out = uv_buf_init(buffer, sizeof buffer);
}

static void ended(uv_handle_t *connection)
{
    free(connection);
    if (--left == 0) {
        uv_close((uv_handle_t *)&listener, NULL);
    }
}

static void hang_up(uv_stream_t *connection)
{
    if (!uv_is_closing((uv_handle_t *)connection)) {
        uv_close((uv_handle_t *)connection, ended);
    }
}

static void sent(uv_write_t *request, int status)
{
    if (status < 0) {
        hang_up(request->handle);
    }
    free(request);
}

static void send_rest(uv_stream_t *connection, const char *bytes, size_t size)
{
    struct rest *rest = malloc(sizeof *rest + size);
    if (rest == NULL) {
        hang_up(connection);
        return;
    }
    memcpy(rest->bytes, bytes, size);
    rest->left = uv_buf_init(rest->bytes, (unsigned)size);
    if (uv_write(&rest->request, connection, &rest->left, 1, sent) != 0) {
        free(rest);
        hang_up(connection);
    }
}

static void upper(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(bytes[i] - (bytes[i] >= 'a' && bytes[i] <= 'z' ? 'a' - 'A' : 0));
    }
}

static void answer(uv_stream_t *connection, ssize_t got, const uv_buf_t *from)
{
    if (got <= 0) {
        if (got < 0) {
            hang_up(connection);
        }
        return;
    }
    upper(from->base, (size_t)got);
    uv_buf_t out = uv_buf_init(from->base, (unsigned)got);
    int written = uv_try_write(connection, &out, 1);
    if (written < 0 && written != UV_EAGAIN) {
        hang_up(connection);
    } else if (written < got) {
        size_t done = written > 0 ? (size_t)written : 0;
        send_rest(connection, from->base + done, (size_t)got - done);
    }
}

static void welcome(uv_stream_t *server, int status)
{
    uv_tcp_t *connection = malloc(sizeof *connection);
    if (status != 0 || connection == NULL || uv_tcp_init(server->loop, connection) != 0 ||
        uv_accept(server, (uv_stream_t *)connection) != 0) {
        perf_fail("a connection could not be accepted");
    }
    uv_tcp_nodelay(connection, 1);
    uv_read_start((uv_stream_t *)connection, lend, answer);
}

static void print_port(void)
{
    struct sockaddr_in address;
    int length = sizeof address;
    if (uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length) != 0) {
        perf_fail("no port");
    }
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
}

int main(int count, char **arguments)
{
    struct sockaddr_in any;
    uv_loop_t *loop = uv_default_loop();

    left = perf_number(count, arguments, 1);
    uv_ip4_addr("127.0.0.1", 0, &any);
    if (uv_tcp_init(loop, &listener) != 0 ||
        uv_tcp_bind(&listener, (const struct sockaddr *)&any, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, BACKLOG, welcome) != 0) {
        perf_fail("listening on 127.0.0.1 failed");
    }
    print_port();
    uint64_t before = perf_cpu_ns();
    uv_run(loop, UV_RUN_DEFAULT);
    perf_print(before, perf_cpu_ns());
    return 0;
}
