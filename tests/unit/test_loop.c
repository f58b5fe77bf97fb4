#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/loop/loop.h"
#include "bench/util/clock.h"
#include "bench/waits/wait.h"

#define MS UINT64_C(1000000)

/* Every wait that has an engine. */
static const struct wait *const waits[] = {
    &wait_select, &wait_poll, &wait_epoll, &wait_nonblock, &wait_uring,
};

enum { WAITS = sizeof waits / sizeof waits[0] };

/* --- a loop in a test --- */

struct probe {
    struct operation operation; /* first: done() gets a pointer to it */
    bool done;
    unsigned place; /* the how-manieth that was handed back, from 1 */
    void (*then)(struct loop *loop, struct probe *probe);
};

struct rig {
    struct loop *loop;
    unsigned handed_back;
};

static void note_done(struct loop *loop, struct operation *operation)
{
    struct rig *rig = loop->owner;
    struct probe *probe = (struct probe *)(void *)operation;
    assert_false(probe->done);
    probe->done = true;
    probe->place = ++rig->handed_back;
    if (probe->then != NULL) {
        probe->then(loop, probe);
    }
}

static const struct wait *wait_of(void **state)
{
    return *state;
}

static bool is(void **state, const char *name)
{
    return strcmp(wait_of(state)->name, name) == 0;
}

static void rig_open(struct rig *rig, void **state, uint64_t expected)
{
    struct error err;
    const struct wait *wait = wait_of(state);
    if (wait->unavailable != NULL && wait->unavailable() != NULL) {
        skip();
    }
    *rig = (struct rig){.loop = NULL};
    if (loop_open(&rig->loop, wait->engine, expected, note_done, rig, &err) != 0) {
        fail_msg("%s", err.text);
    }
}

static void rig_close(struct rig *rig)
{
    loop_close(rig->loop);
}

static void begin(struct rig *rig, struct probe *probe)
{
    probe->done = false;
    probe->operation.result = 0;
    probe->done = loop_start(rig->loop, &probe->operation);
}

static void turn(struct rig *rig)
{
    unsigned before = rig->handed_back;
    if (loop_turn(rig->loop) != 0) {
        fail_msg("%s", rig->loop->err.text);
    }
    assert_true(rig->handed_back > before);
}

static ssize_t finish(struct rig *rig, struct probe *probe)
{
    while (!probe->done) {
        turn(rig);
    }
    return probe->operation.result;
}

static ssize_t carry_out(struct rig *rig, struct operation operation)
{
    struct probe probe = {.operation = operation};
    begin(rig, &probe);
    return finish(rig, &probe);
}

static struct operation to_sleep(uint64_t until_ns)
{
    return (struct operation){.kind = OPERATION_SLEEP, .until_ns = until_ns};
}

static struct operation to_move(enum operation_kind kind, int fd, void *buffer, size_t size)
{
    return (struct operation){.kind = (uint8_t)kind, .fd = fd, .buffer = buffer, .size = size};
}

static struct operation to_do(enum operation_kind kind, int fd)
{
    return (struct operation){.kind = (uint8_t)kind, .fd = fd};
}

static struct operation to_open(int folder, const char *name, int flags)
{
    return (struct operation){
        .kind = OPERATION_OPEN, .fd = folder, .name = name, .flags = flags, .mode = 0600};
}

static void finish_close(struct rig *rig, int fd)
{
    assert_int_equal(carry_out(rig, to_do(OPERATION_CLOSE, fd)), 0);
}

/* Both kinds of streams: ends[0] is read, ends[1] written. */
static void make_stream(int kind, int ends[2])
{
    assert_int_equal(kind == 0 ? pipe2(ends, O_CLOEXEC)
                               : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                     0);
}

enum { KINDS = 2 };

static uint64_t random_state = 1;

static uint64_t next_random(uint64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % below;
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

/* --- sleeps --- */

static void check_awake(struct loop *loop, struct probe *probe)
{
    (void)loop;
    assert_true(clock_now_ns() >= probe->operation.until_ns);
}

static void sleeps_end_in_order_and_not_early(void **state)
{
    /* io_uring begins them in this order, and those that are over by then end in it, too: where the
     * first shorter one comes behind a longer one, the longer one is over after long only. */
    const uint64_t delays[] = {9, 1, 7, 2, 5, 6};
    enum { COUNT = sizeof delays / sizeof delays[0] };
    struct probe probes[COUNT];
    struct rig rig;
    rig_open(&rig, state, COUNT);
    const uint64_t start = clock_now_ns();
    for (size_t i = 0; i < COUNT; i++) {
        /* Odd nanoseconds: rounding down would end it early. */
        probes[i] = (struct probe){.operation = to_sleep(start + delays[i] * MS * 20 + 123457),
                                   .then = check_awake};
        begin(&rig, &probes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(finish(&rig, &probes[i]), 0);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < COUNT; k++) {
            if (delays[i] < delays[k] && probes[i].place != 0) {
                assert_true(probes[i].place < probes[k].place);
            }
        }
    }
    rig_close(&rig);
}

static void sleeps_that_are_over_end_without_waiting(void **state)
{
    struct rig rig;
    struct probe far = {.operation = to_sleep(UINT64_MAX)};
    rig_open(&rig, state, 4);
    begin(&rig, &far);
    assert_int_equal(carry_out(&rig, to_sleep(0)), 0);
    assert_int_equal(carry_out(&rig, to_sleep(1)), 0);
    assert_int_equal(carry_out(&rig, to_sleep(clock_now_ns())), 0);
    assert_false(far.done);
    rig_close(&rig);
}

static void ten_thousand_sleeps_end_in_order(void **state)
{
    enum { COUNT = 10000 };
    struct probe *probes = calloc(COUNT, sizeof *probes);
    struct probe **by_place = calloc(COUNT + 1, sizeof(struct probe *));
    struct rig rig;
    uint64_t start = clock_now_ns() + 100 * MS;

    assert_non_null(probes);
    assert_non_null(by_place);
    rig_open(&rig, state, 10);
    for (size_t i = 0; i < COUNT; i++) {
        probes[i] = (struct probe){.operation = to_sleep(start + next_random(20) * MS),
                                   .then = check_awake};
        begin(&rig, &probes[i]);
    }
    turn(&rig); /* which submits them, where that is put off */
    const uint64_t begun = clock_now_ns();
    while (rig.loop->started != rig.loop->finished) {
        turn(&rig);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(probes[i].done);
        by_place[probes[i].place] = &probes[i];
    }
    uint64_t last = 0;
    for (size_t place = 1; place <= rig.handed_back; place++) {
        assert_non_null(by_place[place]);
        /* One that was over before it was begun, on a busy machine, ends when it is. */
        if (by_place[place]->operation.until_ns < begun) {
            continue;
        }
        assert_true(by_place[place]->operation.until_ns >= last);
        last = by_place[place]->operation.until_ns;
    }
    rig_close(&rig);
    free(probes);
    free(by_place);
}

static void nothing_under_way_is_told(void **state)
{
    struct rig rig;
    rig_open(&rig, state, 1);
    assert_int_equal(loop_turn(rig.loop), -EDEADLK);
    assert_true(rig.loop->err.text[0] != '\0');
    assert_int_equal(carry_out(&rig, to_sleep(clock_now_ns() + MS)), 0);
    assert_int_equal(loop_turn(rig.loop), -EDEADLK);
    rig_close(&rig);
}

/* --- looking, without waiting --- */

static void look(struct rig *rig)
{
    if (loop_look(rig->loop) != 0) {
        fail_msg("%s", rig->loop->err.text);
    }
}

/* Where a look waited, this would never end. */
static void a_look_never_waits(void **state)
{
    struct rig rig;
    int ends[2];
    char byte;
    make_stream(0, ends);
    rig_open(&rig, state, 2);
    look(&rig); /* nothing is under way */
    struct probe sleeper = {.operation = to_sleep(UINT64_MAX)};
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
    begin(&rig, &sleeper);
    for (int i = 0; i < 3; i++) {
        look(&rig);
    }
    begin(&rig, &reader);
    for (int i = 0; i < 3; i++) {
        look(&rig);
    }
    assert_int_equal(rig.handed_back, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(finish(&rig, &reader), 1);
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

/* Of each kind; what is seen by a look need not be waited for. */
static void looking_is_enough_to_get_all_back(void **state)
{
    enum { TIMERS, STREAM, ALL };
    struct rig rig;
    int ends[2];
    char byte = 0;
    make_stream(0, ends);
    rig_open(&rig, state, ALL);
    struct probe probes[ALL] = {
        [TIMERS] = {.operation = to_sleep(clock_now_ns() + MS)},
        [STREAM] = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)}};
    for (size_t i = 0; i < ALL; i++) {
        begin(&rig, &probes[i]);
    }
    while (!probes[TIMERS].done) {
        look(&rig);
    }
    check_awake(rig.loop, &probes[TIMERS]);
    assert_false(probes[STREAM].done);
    assert_int_equal(write(ends[1], "x", 1), 1);
    while (!probes[STREAM].done) {
        look(&rig);
    }
    assert_int_equal(probes[STREAM].operation.result, 1);
    assert_int_equal(byte, 'x');
    struct probe file = {.operation = to_open(AT_FDCWD, "/dev/null", O_RDONLY)};
    begin(&rig, &file);
    while (!file.done) {
        look(&rig);
    }
    assert_true(file.operation.result >= 0);
    carry_out(&rig, to_do(OPERATION_CLOSE, (int)file.operation.result));
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

/* --- streams --- */

static void bytes_larger_than_the_buffers_arrive_whole(void **state)
{
    enum { SIZE = 1 << 20, PART = 4099 };
    unsigned char *sent = malloc(SIZE), *got = malloc(SIZE);
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < SIZE; i++) {
        sent[i] = (unsigned char)(i ^ (i >> 8) ^ (i >> 16));
    }
    for (int kind = 0; kind < KINDS; kind++) {
        struct rig rig;
        int ends[2];
        size_t at = 0;
        struct probe sender;

        memset(got, 0, SIZE);
        make_stream(kind, ends);
        rig_open(&rig, state, 2);
        sender = (struct probe){.operation = to_move(OPERATION_SEND, ends[1], sent, SIZE)};
        begin(&rig, &sender);
        assert_false(sender.done);
        while (at < SIZE) {
            size_t room = SIZE - at < PART ? SIZE - at : PART;
            ssize_t part = carry_out(&rig, to_move(OPERATION_RECEIVE, ends[0], got + at, room));
            assert_true(part > 0 && (size_t)part <= room);
            at += (size_t)part;
        }
        assert_int_equal(finish(&rig, &sender), SIZE);
        assert_memory_equal(sent, got, SIZE);
        finish_close(&rig, ends[0]);
        finish_close(&rig, ends[1]);
        rig_close(&rig);
    }
    free(sent);
    free(got);
}

/* The end comes before, with, or behind the data; and the reader waits already or not. */
static void the_end_of_a_stream_is_noticed(void **state)
{
    char buffer[16];
    for (int round = 0; round < KINDS * 8; round++) {
        bool data = round & 2, waiting = round & 4, late = round & 8;
        struct probe probe;
        struct rig rig;
        int ends[2];

        make_stream(round & 1, ends);
        rig_open(&rig, state, 1);
        probe =
            (struct probe){.operation = to_move(OPERATION_RECEIVE, ends[0], buffer, sizeof buffer)};
        if (waiting) {
            begin(&rig, &probe);
            assert_false(probe.done);
        }
        if (data) {
            assert_int_equal(write(ends[1], "abc", 3), 3);
        }
        if (!late || !data) {
            close(ends[1]);
        }
        if (!waiting) {
            begin(&rig, &probe);
        }
        if (data) {
            assert_int_equal(finish(&rig, &probe), 3);
            assert_memory_equal(buffer, "abc", 3);
            probe.operation = to_move(OPERATION_RECEIVE, ends[0], buffer, sizeof buffer);
            begin(&rig, &probe);
        }
        if (late && data) {
            assert_false(probe.done);
            close(ends[1]);
        }
        assert_int_equal(finish(&rig, &probe), 0);
        /* And again: the end stays. */
        assert_int_equal(
            carry_out(&rig, to_move(OPERATION_RECEIVE, ends[0], buffer, sizeof buffer)), 0);
        finish_close(&rig, ends[0]);
        rig_close(&rig);
    }
}

static void a_sender_whose_reader_is_gone_is_told(void **state)
{
    static char bytes[1 << 20];
    for (int kind = 0; kind < KINDS; kind++) {
        struct rig rig;
        int ends[2];

        make_stream(kind, ends);
        rig_open(&rig, state, 1);
        struct probe sender = {.operation = to_move(OPERATION_SEND, ends[1], bytes, sizeof bytes)};
        begin(&rig, &sender);
        assert_false(sender.done); /* waits for room */
        close(ends[0]);
        /* A socket that is closed on unread bytes resets the connection. */
        ssize_t result = finish(&rig, &sender);
        assert_true(result == -EPIPE || (kind == 1 && result == -ECONNRESET));
        assert_int_equal(carry_out(&rig, to_move(OPERATION_SEND, ends[1], bytes, 1)), -EPIPE);
        finish_close(&rig, ends[1]);
        rig_close(&rig);
    }
}

static void empty_moves_and_bad_descriptors_end_at_once(void **state)
{
    struct rig rig;
    char byte;
    int ends[2];
    make_stream(1, ends);
    rig_open(&rig, state, 1);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_SEND, ends[0], &byte, 0)), 0);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_RECEIVE, -1, &byte, 1)), -EBADF);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_SEND, 900, &byte, 1)), -EBADF);
    assert_int_equal(carry_out(&rig, to_do(OPERATION_CLOSE, 900)), -EBADF);
    finish_close(&rig, ends[0]);
    finish_close(&rig, ends[1]);
    rig_close(&rig);
}

static void a_closed_number_can_be_used_again(void **state)
{
    struct rig rig;
    char byte, letter[] = "x";
    const bool hands_back = !is(state, "uring"); /* see loop.h */
    rig_open(&rig, state, 1);
    int number = -1;
    for (int round = 0; round < 4; round++) {
        int ends[2];
        make_stream(round % 2, ends);
        assert_true(number < 0 || ends[0] == number);
        number = ends[0];
        struct probe reader = {.operation = to_move(OPERATION_RECEIVE, number, &byte, 1)};
        begin(&rig, &reader);
        assert_false(reader.done);
        assert_int_equal(carry_out(&rig, to_move(OPERATION_SEND, ends[1], letter, 1)), 1);
        assert_int_equal(finish(&rig, &reader), 1);
        if (hands_back) {
            begin(&rig, &reader); /* waits when it is closed */
        }
        finish_close(&rig, number);
        if (hands_back) {
            assert_int_equal(finish(&rig, &reader), -ECANCELED);
        }
        finish_close(&rig, ends[1]);
    }
    rig_close(&rig);
}

static void closing_hands_back_all_that_wait(void **state)
{
    static char bytes[1 << 20];
    enum { COUNT = 3 };
    if (is(state, "uring")) {
        skip();
    }
    struct rig rig;
    struct probe readers[COUNT], writers[COUNT];
    int ends[2];
    char byte;

    make_stream(1, ends);
    rig_open(&rig, state, 2 * COUNT);
    for (int i = 0; i < COUNT; i++) {
        readers[i] = (struct probe){.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
        writers[i] =
            (struct probe){.operation = to_move(OPERATION_SEND, ends[0], bytes, sizeof bytes)};
        begin(&rig, &readers[i]);
        begin(&rig, &writers[i]);
    }
    finish_close(&rig, ends[0]);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(finish(&rig, &readers[i]), -ECANCELED);
        assert_int_equal(finish(&rig, &writers[i]), -ECANCELED);
    }
    finish_close(&rig, ends[1]);
    rig_close(&rig);
}

/* --- accepting --- */

static int listening(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)address, length), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)address, &length), 0);
    return fd;
}

static int connected(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)address, sizeof *address),
                     0);
    return fd;
}

static void acceptors_are_served_in_their_order(void **state)
{
    enum { COUNT = 5 };
    struct sockaddr_in address, mine, theirs;
    struct probe acceptors[COUNT];
    struct rig rig;
    int clients[COUNT];
    int listener = listening(&address);

    rig_open(&rig, state, COUNT);
    for (int i = 0; i < COUNT; i++) {
        acceptors[i] = (struct probe){.operation = to_do(OPERATION_ACCEPT, listener)};
        begin(&rig, &acceptors[i]);
        assert_false(acceptors[i].done);
    }
    for (int i = 0; i < COUNT; i++) {
        clients[i] = connected(&address);
        if (i != 2) { /* two at once, too */
            turn(&rig);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        socklen_t length = sizeof mine;
        char byte = 0;
        int fd = (int)finish(&rig, &acceptors[i]);
        assert_true(fd >= 0);
        assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        assert_int_equal(getpeername(fd, (struct sockaddr *)(void *)&theirs, &length), 0);
        length = sizeof mine;
        assert_int_equal(getsockname(clients[i], (struct sockaddr *)(void *)&mine, &length), 0);
        assert_int_equal(theirs.sin_port, mine.sin_port);
        assert_int_equal(write(clients[i], "y", 1), 1);
        assert_int_equal(carry_out(&rig, to_move(OPERATION_RECEIVE, fd, &byte, 1)), 1);
        assert_int_equal(byte, 'y');
        finish_close(&rig, fd);
        close(clients[i]);
    }
    finish_close(&rig, listener);
    rig_close(&rig);
}

/* --- all together --- */

static int writing_end;

static void write_from_a_sleep(struct loop *loop, struct probe *probe)
{
    (void)loop;
    (void)probe;
    assert_int_equal(write(writing_end, "z", 1), 1);
}

static void a_receiver_is_served_while_others_sleep(void **state)
{
    struct rig rig;
    int ends[2];
    char byte = 0;
    uint64_t now = clock_now_ns();

    make_stream(0, ends);
    rig_open(&rig, state, 3);
    writing_end = ends[1];
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
    struct probe near = {.operation = to_sleep(now + 20 * MS), .then = write_from_a_sleep};
    struct probe never = {.operation = to_sleep(now + 1000 * 1000 * MS)};
    begin(&rig, &reader);
    begin(&rig, &never);
    begin(&rig, &near);
    assert_int_equal(finish(&rig, &reader), 1);
    assert_int_equal(byte, 'z');
    assert_int_equal(near.place, 1);
    assert_int_equal(reader.place, 2);
    assert_false(never.done);
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

/* Whoever never has to wait must not keep the others from their turn. */
static struct probe *greedy_until;
static unsigned greedy_rounds;

static void be_greedy(struct loop *loop, struct probe *probe)
{
    while (!greedy_until->done) {
        assert_true(++greedy_rounds < 50000000);
        assert_int_equal(write(writing_end, "g", 1), 1);
        probe->done = false;
        probe->operation.size = 1;
        if (!loop_start(loop, &probe->operation)) {
            return;
        }
    }
}

static void a_stream_that_is_always_ready_leaves_room_for_sleeps(void **state)
{
    struct rig rig;
    int ends[2];
    static char byte;

    make_stream(0, ends);
    rig_open(&rig, state, 2);
    writing_end = ends[1];
    greedy_rounds = 0;
    struct probe sleeper = {.operation = to_sleep(clock_now_ns() + 5 * MS)};
    struct probe greedy = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1),
                           .then = be_greedy};
    greedy_until = &sleeper;
    begin(&rig, &sleeper);
    begin(&rig, &greedy);
    assert_int_equal(write(writing_end, "g", 1), 1);
    assert_int_equal(finish(&rig, &sleeper), 0);
    finish(&rig, &greedy);
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

/* The other way round: sleeps that are always over leave room for streams. */
static void sleep_again(struct loop *loop, struct probe *probe)
{
    if (greedy_rounds == 0) { /* only now: the descriptors were looked at before the sleep ended */
        assert_int_equal(write(writing_end, "r", 1), 1);
    }
    while (!greedy_until->done) {
        assert_true(++greedy_rounds < 50000000);
        probe->done = false;
        probe->operation = to_sleep(1);
        if (!loop_start(loop, &probe->operation)) {
            return;
        }
    }
}

static void sleeps_that_are_always_over_leave_room_for_streams(void **state)
{
    struct rig rig;
    int ends[2];
    char byte;

    make_stream(0, ends);
    rig_open(&rig, state, 2);
    greedy_rounds = 0;
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
    struct probe sleeper = {.operation = to_sleep(clock_now_ns() + MS), .then = sleep_again};
    greedy_until = &reader;
    begin(&rig, &reader);
    writing_end = ends[1];
    begin(&rig, &sleeper);
    assert_int_equal(finish(&rig, &reader), 1);
    finish(&rig, &sleeper);
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

/* An echo with both sides on the same loop: lost or doubled wake-ups hang it. */
enum { PAIRS = 40, ROUNDS = 100, CHUNK = 700 };

struct side {
    struct probe probe;
    bool client, sending;
    int fd;
    unsigned rounds;
    size_t sent, got; /* by the client in this round */
    unsigned char bytes[CHUNK], back[CHUNK];
};

static void side_next(struct side *side)
{
    if (side->client && side->got == side->sent) {
        assert_memory_equal(side->bytes, side->back, side->sent);
        if (side->rounds-- == 0) {
            assert_int_equal(shutdown(side->fd, SHUT_WR), 0);
            side->sent = 1; /* waits for the end */
            side->got = 0;
        } else {
            side->sent = 1 + next_random(CHUNK);
            side->got = 0;
            for (size_t i = 0; i < side->sent; i++) {
                side->bytes[i] = (unsigned char)next_random(256);
            }
            side->sending = true;
            side->probe.operation = to_move(OPERATION_SEND, side->fd, side->bytes, side->sent);
            return;
        }
    }
    side->sending = false;
    unsigned char *to = side->client ? side->back + side->got : side->bytes;
    size_t room = side->client ? CHUNK - side->got : 1 + next_random(CHUNK);
    side->probe.operation = to_move(OPERATION_RECEIVE, side->fd, to, room);
}

/* False where its stream has ended. */
static bool side_take(struct side *side)
{
    ssize_t result = side->probe.operation.result;
    assert_true(result >= 0);
    if (!side->sending && result == 0) {
        return false;
    }
    if (side->client && !side->sending) {
        side->got += (size_t)result;
        assert_true(side->got <= side->sent);
    }
    if (!side->client && !side->sending) {
        side->sending = true;
        side->probe.operation = to_move(OPERATION_SEND, side->fd, side->bytes, (size_t)result);
        return true;
    }
    if (side->client && side->sending) {
        side->sending = false;
        side->probe.operation = to_move(OPERATION_RECEIVE, side->fd, side->back, CHUNK);
        return true;
    }
    side_next(side);
    return true;
}

static void side_go_on(struct loop *loop, struct probe *probe)
{
    struct side *side = (struct side *)(void *)probe;
    bool at_once = true;
    while (at_once) {
        if (!side_take(side)) {
            probe->operation = to_do(OPERATION_CLOSE, side->fd);
            probe->then = NULL;
            probe->done = false;
            probe->done = loop_start(loop, &probe->operation);
            return;
        }
        probe->done = false;
        at_once = loop_start(loop, &probe->operation);
    }
}

static void many_echoes_end_well(void **state)
{
    struct rig rig;
    struct side *sides = calloc(2 * PAIRS, sizeof *sides);
    unsigned before = count_descriptors();

    assert_non_null(sides);
    rig_open(&rig, state, 2 * PAIRS);
    for (int pair = 0; pair < PAIRS; pair++) {
        int ends[2];
        make_stream(1, ends);
        for (int i = 0; i < 2; i++) {
            struct side *side = &sides[2 * pair + i];
            side->client = i == 0;
            side->fd = ends[i];
            side->rounds = ROUNDS;
            side->probe.then = side_go_on;
            side_next(side);
            if (loop_start(rig.loop, &side->probe.operation)) {
                side_go_on(rig.loop, &side->probe);
            }
        }
    }
    while (rig.loop->started != rig.loop->finished) {
        turn(&rig);
    }
    rig_close(&rig);
    assert_int_equal(count_descriptors(), before);
    for (int i = 0; i < 2 * PAIRS; i += 2) {
        assert_int_equal(sides[i].rounds, UINT32_MAX);
    }
    free(sides);
}

/* --- files --- */

struct folder {
    char path[64];
    int fd;
};

static void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/test_loop.XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder->fd >= 0);
}

static void folder_remove(struct folder *folder, const char *name)
{
    assert_int_equal(unlinkat(folder->fd, name, 0), 0);
    close(folder->fd);
    assert_int_equal(rmdir(folder->path), 0);
}

static void files_are_written_and_read_back(void **state)
{
    enum { SIZE = 300000 };
    unsigned char *out = malloc(SIZE), *in = calloc(1, SIZE + 10);
    struct folder folder;
    struct rig rig;

    assert_non_null(out);
    assert_non_null(in);
    for (size_t i = 0; i < SIZE; i++) {
        out[i] = (unsigned char)next_random(256);
    }
    folder_make(&folder);
    rig_open(&rig, state, 1);
    int fd =
        (int)carry_out(&rig, to_open(folder.fd, "file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC));
    assert_true(fd >= 0);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_WRITE, fd, out, SIZE)), SIZE);
    assert_int_equal(carry_out(&rig, to_do(OPERATION_FSYNC, fd)), 0);
    finish_close(&rig, fd);
    fd = (int)carry_out(&rig, to_open(folder.fd, "file", O_RDONLY | O_CLOEXEC));
    assert_true(fd >= 0);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_READ, fd, in, SIZE + 10)), SIZE);
    assert_memory_equal(out, in, SIZE);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_READ, fd, in, 10)), 0);
    assert_int_equal(carry_out(&rig, to_move(OPERATION_WRITE, fd, out, 10)), -EBADF);
    finish_close(&rig, fd);
    assert_int_equal(carry_out(&rig, to_open(folder.fd, "missing", O_RDONLY | O_CLOEXEC)), -ENOENT);
    loop_helpers_end(rig.loop);
    if (!is(state, "uring")) {
        assert_true(rig.loop->helper_ns > 0);
    }
    /* It goes on afterwards. */
    assert_int_equal(carry_out(&rig, to_open(folder.fd, "missing", O_RDONLY | O_CLOEXEC)), -ENOENT);
    rig_close(&rig);
    folder_remove(&folder, "file");
    free(out);
    free(in);
}

/* Opening a FIFO blocks until somebody opens its other end. */
static void a_file_that_blocks_holds_nobody_else(void **state)
{
    struct folder folder;
    struct rig rig;
    int ends[2];
    char byte = 0;

    folder_make(&folder);
    assert_int_equal(mkfifoat(folder.fd, "fifo", 0600), 0);
    make_stream(0, ends);
    rig_open(&rig, state, 3);
    struct probe opener = {.operation = to_open(folder.fd, "fifo", O_RDONLY | O_CLOEXEC)};
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
    begin(&rig, &opener);
    begin(&rig, &reader);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(carry_out(&rig, to_sleep(clock_now_ns() + 2 * MS)), 0);
    }
    assert_int_equal(carry_out(&rig, to_open(folder.fd, "missing", O_RDONLY | O_CLOEXEC)), -ENOENT);
    assert_int_equal(write(ends[1], "f", 1), 1);
    assert_int_equal(finish(&rig, &reader), 1);
    /* io_uring tries it with O_NONBLOCK first, with which a FIFO's reading end opens at once. */
    assert_true(!opener.done || is(state, "uring"));
    int other = openat(folder.fd, "fifo", O_RDWR | O_CLOEXEC);
    assert_true(other >= 0);
    int fd = (int)finish(&rig, &opener);
    assert_true(fd >= 0);
    finish_close(&rig, fd);
    rig_close(&rig);
    close(other);
    close(ends[0]);
    close(ends[1]);
    folder_remove(&folder, "fifo");
}

static void many_files_at_once(void **state)
{
    enum { COUNT = 200 };
    struct probe probes[COUNT];
    char bytes[COUNT], back[COUNT];
    struct folder folder;
    struct rig rig;

    folder_make(&folder);
    rig_open(&rig, state, COUNT);
    int fd = openat(folder.fd, "file", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (int i = 0; i < COUNT; i++) {
        bytes[i] = (char)i;
        probes[i] = (struct probe){.operation = to_move(OPERATION_WRITE, fd, &bytes[i], 1)};
        begin(&rig, &probes[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(finish(&rig, &probes[i]), 1);
    }
    assert_int_equal(pread(fd, back, COUNT, 0), COUNT);
    bool seen[COUNT] = {false};
    for (int i = 0; i < COUNT; i++) {
        assert_false(seen[(unsigned char)back[i]]);
        seen[(unsigned char)back[i]] = true;
    }
    finish_close(&rig, fd);
    rig_close(&rig);
    folder_remove(&folder, "file");
}

/* --- limits and what is left --- */

static void descriptors_above_1023(void **state)
{
    struct rlimit limit, raised;
    struct rig rig;
    int ends[2];
    char byte = 0;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    raised = limit;
    raised.rlim_cur = 2000;
    assert_true(limit.rlim_max >= raised.rlim_cur);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
    make_stream(0, ends);
    int high = fcntl(ends[0], F_DUPFD_CLOEXEC, 1024);
    assert_int_equal(high, 1024);
    close(ends[0]);
    rig_open(&rig, state, 1);
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, high, &byte, 1)};
    begin(&rig, &reader);
    assert_false(reader.done);
    assert_int_equal(write(ends[1], "h", 1), 1);
    if (is(state, "select")) {
        assert_int_equal(loop_turn(rig.loop), -ENOTSUP);
        assert_non_null(strstr(rig.loop->err.text, "1024"));
        assert_non_null(strstr(rig.loop->err.text, "poll, epoll or uring"));
        assert_false(reader.done);
        assert_int_equal(loop_turn(rig.loop), -ENOTSUP); /* it stays so */
    } else {
        assert_int_equal(finish(&rig, &reader), 1);
        assert_int_equal(byte, 'h');
    }
    rig_close(&rig);
    close(high);
    close(ends[1]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Nobody gives the processor up but to wait. */
static void only_nonblock_never_waits_in_the_kernel(void **state)
{
    struct rusage before, after;
    struct rig rig;
    int ends[2];
    char byte;

    make_stream(0, ends);
    rig_open(&rig, state, 2);
    struct probe reader = {.operation = to_move(OPERATION_RECEIVE, ends[0], &byte, 1)};
    begin(&rig, &reader);
    assert_int_equal(getrusage(RUSAGE_THREAD, &before), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(carry_out(&rig, to_sleep(clock_now_ns() + 2 * MS)), 0);
    }
    assert_int_equal(getrusage(RUSAGE_THREAD, &after), 0);
    long switches = after.ru_nvcsw - before.ru_nvcsw;
    if (is(state, "nonblock")) {
        /* but for memory that was taken from it */
        assert_true(switches <= after.ru_majflt - before.ru_majflt);
    } else {
        assert_true(switches > 0); /* not each one: a time may have come before the wait */
    }
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

static void a_closed_loop_leaves_no_descriptors(void **state)
{
    unsigned before = count_descriptors();
    struct rig rig;
    struct sockaddr_in address;
    rig_open(&rig, state, 1);
    int listener = listening(&address);
    int client = connected(&address);
    int server = (int)carry_out(&rig, to_do(OPERATION_ACCEPT, listener));
    assert_true(server >= 0);
    assert_true(carry_out(&rig, to_open(AT_FDCWD, "/", O_RDONLY | O_CLOEXEC)) >= 0);
    assert_int_equal(carry_out(&rig, to_sleep(clock_now_ns() + MS)), 0);
    rig_close(&rig);
    assert_int_equal(count_descriptors(), before + 4); /* the callers' own are open still */
    close(server + 0);
    close(client);
    close(listener);
}

#define TEST(function)      \
    {                       \
#function, function \
    }

static const struct {
    const char *name;
    void (*function)(void **state);
} tests[] = {
    TEST(sleeps_end_in_order_and_not_early),
    TEST(sleeps_that_are_over_end_without_waiting),
    TEST(ten_thousand_sleeps_end_in_order),
    TEST(nothing_under_way_is_told),
    TEST(a_look_never_waits),
    TEST(looking_is_enough_to_get_all_back),
    TEST(bytes_larger_than_the_buffers_arrive_whole),
    TEST(the_end_of_a_stream_is_noticed),
    TEST(a_sender_whose_reader_is_gone_is_told),
    TEST(empty_moves_and_bad_descriptors_end_at_once),
    TEST(a_closed_number_can_be_used_again),
    TEST(closing_hands_back_all_that_wait),
    TEST(acceptors_are_served_in_their_order),
    TEST(a_receiver_is_served_while_others_sleep),
    TEST(a_stream_that_is_always_ready_leaves_room_for_sleeps),
    TEST(sleeps_that_are_always_over_leave_room_for_streams),
    TEST(many_echoes_end_well),
    TEST(files_are_written_and_read_back),
    TEST(a_file_that_blocks_holds_nobody_else),
    TEST(many_files_at_once),
    TEST(descriptors_above_1023),
    TEST(only_nonblock_never_waits_in_the_kernel),
    TEST(a_closed_loop_leaves_no_descriptors),
};

enum { TESTS = sizeof tests / sizeof tests[0] };

int main(void)
{
    static struct CMUnitTest all[WAITS * TESTS];
    static char names[WAITS * TESTS][100];

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < WAITS * TESTS; i++) {
        const struct wait *wait = waits[i / TESTS];
        snprintf(names[i], sizeof names[i], "%s: %s", wait->name, tests[i % TESTS].name);
        all[i] = (struct CMUnitTest){.name = names[i], .test_func = tests[i % TESTS].function};
        memcpy(&all[i].initial_state, &wait, sizeof wait);
    }
    return cmocka_run_group_tests(all, NULL, NULL);
}
