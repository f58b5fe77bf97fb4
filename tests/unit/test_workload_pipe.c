/* pipe: pairs of tasks that throw a byte to and fro, in threads and step by step. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/valgrind.h"
#include "tests/unit/workload_run.h"

extern const struct workload workload_pipe;

enum { MOST = 9 };

/* As the workload lays them out in the memory that spawned workers share. */
struct pair {
    int there[2], back[2];
};

static struct pair *pair_of(const struct run *run, size_t k)
{
    return (struct pair *)(void *)run->shared.memory + k;
}

static void begin(struct run *run, uint64_t tasks, const char *rounds)
{
    run_init(run, &workload_pipe);
    run->env.tasks = tasks;
    run->env.seed = 5;
    run->env.first = true;
    run_set(run, "rounds", rounds);
    run_setup(run);
}

static void end(struct run *run)
{
    run_teardown(run);
    run_unshare(run);
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

/* --- in threads --- */

struct player {
    struct run *run;
    uint64_t index, checksum;
    int rc;
    pthread_t thread;
};

static void *play(void *argument)
{
    struct player *player = argument;
    player->rc = run_task(player->run, player->index, &player->checksum);
    return NULL;
}

static void play_all(struct run *const *runs, struct player *players, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        players[i] = (struct player){.run = runs[i], .index = i};
        assert_int_equal(pthread_create(&players[i].thread, NULL, play, &players[i]), 0);
    }
    for (uint64_t i = 0; i < count; i++) {
        pthread_join(players[i].thread, NULL);
    }
}

static void check_players(const struct run *run, const struct player *players, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(players[i].rc, 0);
        assert_true(players[i].checksum == workload_pipe.expected(run->state, i));
        for (uint64_t other = 0; other < i; other++) {
            assert_true(players[i].checksum != players[other].checksum);
        }
    }
}

static void two_threads_play(void **state)
{
    static const char *const rounds[] = {"1", "2", "9", "300"};
    (void)state;
    for (uint64_t tasks = 1; tasks <= MOST; tasks++) { /* also odd: one plays against itself */
        for (size_t r = 0; r < sizeof rounds / sizeof rounds[0]; r++) {
            struct run run, *runs[MOST];
            struct player players[MOST];
            begin(&run, tasks, rounds[r]);
            for (uint64_t i = 0; i < tasks; i++) {
                runs[i] = &run;
            }
            play_all(runs, players, tasks);
            check_players(&run, players, tasks);
            end(&run);
        }
    }
}

static void seeds_make_other_games(void **state)
{
    struct run one, other;
    (void)state;
    begin(&one, 1, "8");
    run_init(&other, &workload_pipe);
    other.env.tasks = 1;
    other.env.seed = 6;
    run_set(&other, "rounds", "8");
    run_setup(&other);
    assert_true(run_checksum(&one, 0) != run_checksum(&other, 0));
    end(&one);
    end(&other);
}

/* One plays in the image that opened the pipes, the other in one that finds their numbers. */
static void a_spawned_worker_finds_the_pipes(void **state)
{
    struct run first, spawned;
    struct player players[2];
    (void)state;
    begin(&first, 2, "50");
    run_init(&spawned, &workload_pipe);
    spawned.env.tasks = 2;
    spawned.env.seed = 5;
    spawned.shared = (struct shared){.attached = true, .memory = first.shared.memory};
    run_set(&spawned, "rounds", "50");
    size_t before = count_descriptors();
    run_setup(&spawned);
    assert_int_equal(count_descriptors(), before); /* opens none of its own */
    play_all((struct run *[]){&first, &spawned}, players, 2);
    check_players(&first, players, 2);
    run_teardown(&spawned);
    assert_int_equal(count_descriptors(), before); /* nor closes the first one's */
    play_all((struct run *[]){&first, &first}, players, 2);
    check_players(&first, players, 2);
    end(&first);
}

/* They must outlive an exec. */
static void pipes_stay_open_on_exec(void **state)
{
    struct run run;
    (void)state;
    begin(&run, 4, "1");
    for (size_t k = 0; k < 2; k++) {
        const struct pair *pair = pair_of(&run, k);
        const int all[] = {pair->there[0], pair->there[1], pair->back[0], pair->back[1]};
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(fcntl(all[i], F_GETFD) & FD_CLOEXEC, 0);
        }
    }
    end(&run);
}

/* --- step by step --- */

struct stepper {
    struct step step;
    uint64_t memory[8];
    uint64_t sent, received;
    int rc;
    bool over;
};

static void advance(struct run *run, struct stepper *stepper, uint64_t index)
{
    stepper->rc = workload_pipe.step(&stepper->step, run->state, index);
    stepper->over = stepper->rc != 0 || stepper->step.operation.kind == OPERATION_NONE;
}

static void step_begin(struct run *run, struct stepper *stepper, uint64_t index)
{
    assert_true(workload_pipe.step_bytes <= sizeof stepper->memory);
    *stepper = (struct stepper){.step = {.operation = {.kind = OPERATION_NONE}}};
    stepper->step.memory = stepper->memory;
    advance(run, stepper, index);
}

/* Does what it waits for, if it can be done now. */
static bool carry_out(struct stepper *stepper)
{
    struct operation *operation = &stepper->step.operation;
    if (operation->kind == OPERATION_SEND) {
        operation->result = write(operation->fd, operation->buffer, operation->size);
        stepper->sent++;
        return true;
    }
    struct pollfd ready = {.fd = operation->fd, .events = POLLIN};
    assert_int_equal(operation->kind, OPERATION_RECEIVE);
    if (poll(&ready, 1, 0) == 0) {
        return false;
    }
    operation->result = read(operation->fd, operation->buffer, operation->size);
    stepper->received++;
    return true;
}

/* All tasks in one thread, in turns; false: none of them could go on. */
static bool step_all(struct run *run, struct stepper *steppers, uint64_t count)
{
    uint64_t left = count;
    for (uint64_t i = 0; i < count; i++) {
        step_begin(run, &steppers[i], i);
        left -= steppers[i].over;
    }
    while (left > 0) {
        bool moved = false;
        for (uint64_t i = 0; i < count; i++) {
            if (!steppers[i].over && carry_out(&steppers[i])) {
                advance(run, &steppers[i], i);
                left -= steppers[i].over;
                moved = true;
            }
        }
        if (!moved) {
            return false;
        }
    }
    return true;
}

static void steps_play_the_same_game(void **state)
{
    static const struct {
        const char *text;
        uint64_t number;
    } rounds[] = {{"1", 1}, {"2", 2}, {"9", 9}, {"300", 300}};
    (void)state;
    for (uint64_t tasks = 1; tasks <= MOST; tasks++) {
        for (size_t r = 0; r < sizeof rounds / sizeof rounds[0]; r++) {
            struct run run;
            struct stepper steppers[MOST];
            begin(&run, tasks, rounds[r].text);
            assert_true(step_all(&run, steppers, tasks));
            for (uint64_t i = 0; i < tasks; i++) {
                assert_int_equal(steppers[i].rc, 0);
                assert_true(steppers[i].step.checksum == workload_pipe.expected(run.state, i));
                assert_int_equal(steppers[i].sent, rounds[r].number);
                assert_int_equal(steppers[i].received, rounds[r].number);
            }
            end(&run);
        }
    }
}

/* A task of the one kind and a task of the other are partners too: it is one game. */
static void a_stepper_plays_against_a_thread(void **state)
{
    (void)state;
    for (uint64_t stepping = 0; stepping < 2; stepping++) {
        struct run run;
        struct stepper stepper;
        struct player player = {.run = &run, .index = 1 - stepping};
        begin(&run, 2, "100");
        assert_int_equal(pthread_create(&player.thread, NULL, play, &player), 0);
        step_begin(&run, &stepper, stepping);
        while (!stepper.over) {
            if (carry_out(&stepper)) {
                advance(&run, &stepper, stepping);
            }
        }
        pthread_join(player.thread, NULL);
        assert_int_equal(stepper.rc, 0);
        assert_true(stepper.step.checksum == workload_pipe.expected(run.state, stepping));
        assert_true(player.checksum == workload_pipe.expected(run.state, 1 - stepping));
        end(&run);
    }
}

/* --- a bad partner --- */

/* What the partner of a task does with the byte of round 3, of 8. */
enum trick { WRONG, LOST, DOUBLED, CLOSED, TRICKS };

struct partner {
    int in, out;
    enum trick trick;
    uint8_t throws[8]; /* the bytes of the right game */
    bool begins;
    pthread_t thread;
};

static void *cheat(void *argument)
{
    const struct partner *partner = argument;
    for (int round = 0; round < 8; round++) {
        uint8_t byte = partner->throws[round];
        if (!partner->begins && read(partner->in, &byte, 1) != 1) {
            return NULL;
        }
        if (round == 3 && partner->trick == CLOSED) {
            close(partner->out);
            return NULL;
        }
        byte ^= round == 3 && partner->trick == WRONG;
        int times = round == 3 && partner->trick == DOUBLED ? 2 : 1;
        if (round == 3 && partner->trick == LOST) {
            byte = partner->throws[round + 1]; /* the next one comes in its place */
        }
        for (int i = 0; i < times; i++) {
            if (write(partner->out, &byte, 1) != 1) {
                return NULL;
            }
        }
        if (partner->begins && read(partner->in, &byte, 1) != 1) {
            return NULL;
        }
    }
    return NULL;
}

/* The bytes of a game, as a stepper of its own throws them. */
static void record_throws(uint8_t *throws)
{
    struct run run;
    struct stepper stepper;
    begin(&run, 2, "8");
    step_begin(&run, &stepper, 0);
    for (int round = 0; round < 8; round++) {
        throws[round] = *(const uint8_t *)stepper.step.operation.buffer;
        for (int half = 0; half < 2; half++) {
            stepper.step.operation.result = 1; /* it comes back as it was */
            advance(&run, &stepper, 0);
        }
    }
    assert_true(stepper.over);
    assert_true(stepper.step.checksum == workload_pipe.expected(run.state, 0));
    end(&run);
}

static void what_is_not_the_byte_is_seen(void **state)
{
    uint8_t throws[8];
    (void)state;
    record_throws(throws);
    for (uint64_t index = 0; index < 2; index++) {
        for (int trick = 0; trick < TRICKS; trick++) {
            for (int stepping = 0; stepping < 2; stepping++) {
                struct run run;
                uint64_t checksum = 0;
                int rc = 0;
                begin(&run, 2, "8");
                struct pair *pair = pair_of(&run, 0);
                struct partner partner = {.in = index == 0 ? pair->there[0] : pair->back[0],
                                          .out = index == 0 ? pair->back[1] : pair->there[1],
                                          .trick = (enum trick)trick,
                                          .begins = index == 1};
                memcpy(partner.throws, throws, sizeof throws);
                assert_int_equal(pthread_create(&partner.thread, NULL, cheat, &partner), 0);
                if (stepping) {
                    struct stepper stepper;
                    step_begin(&run, &stepper, index);
                    while (!stepper.over) {
                        if (carry_out(&stepper)) {
                            advance(&run, &stepper, index);
                        }
                    }
                    rc = stepper.rc;
                    checksum = stepper.step.checksum;
                } else {
                    rc = run_task(&run, index, &checksum);
                }
                if (trick == CLOSED) {
                    assert_int_equal(rc, -EPIPE);
                    *(index == 0 ? &pair->back[1] : &pair->there[1]) = -1; /* it is closed */
                } else {
                    assert_int_equal(rc, 0);
                    assert_true(checksum != workload_pipe.expected(run.state, index));
                }
                /* Whatever it still waits for. */
                close(partner.begins ? pair->back[1] : pair->there[1]);
                *(partner.begins ? &pair->back[1] : &pair->there[1]) = -1;
                pthread_join(partner.thread, NULL);
                end(&run);
            }
        }
    }
}

static void failing_operations_end_a_step(void **state)
{
    static const struct {
        ssize_t result;
        int rc;
    } all[] = {{-EIO, -EIO}, {-EPIPE, -EPIPE}, {0, -EPIPE}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (uint64_t index = 0; index < 2; index++) {
            struct run run;
            struct stepper stepper;
            begin(&run, 2, "8");
            step_begin(&run, &stepper, index);
            stepper.step.operation.result = all[i].result;
            advance(&run, &stepper, index);
            assert_int_equal(stepper.rc, all[i].rc);
            end(&run);
        }
    }
}

/* --- setting up --- */

static void all_descriptors_are_closed(void **state)
{
    (void)state;
    for (uint64_t tasks = 1; tasks <= MOST; tasks++) {
        struct run run;
        size_t before = count_descriptors();
        begin(&run, tasks, "1");
        assert_int_equal(count_descriptors(), before + 4 * ((tasks + 1) / 2));
        end(&run);
        assert_int_equal(count_descriptors(), before);
    }
}

static void without_memory_it_says_so(void **state)
{
    struct run run;
    (void)state;
    size_t before = count_descriptors();
    run_init(&run, &workload_pipe);
    run.shared.deny = true;
    run_setup_fails(&run, -ENOMEM, "no memory");
    assert_int_equal(count_descriptors(), before);
}

static void two_must_run_at_once(void **state)
{
    (void)state;
    assert_int_equal(workload_pipe.together(NULL, 1), 1);
    assert_int_equal(workload_pipe.together(NULL, 2), 2);
    assert_int_equal(workload_pipe.together(NULL, 999), 2);
}

/* In a process of its own, whose limits are lowered for good. */
static void in_child(int (*check)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(check());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void limit_descriptors(rlim_t soft, rlim_t hard)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int set_up_many(struct run *run)
{
    run_init(run, &workload_pipe);
    run->env.tasks = 200; /* 400 descriptors */
    return workload_pipe.setup(&run->env, &run->state, &run->err);
}

static int check_limit(void)
{
    struct run run;
    limit_descriptors(300, 300);
    if (set_up_many(&run) != -EMFILE || run.state != NULL) {
        return 1;
    }
    return strstr(run.err.text, "200 tasks") && strstr(run.err.text, "RLIMIT_NOFILE allows 300") &&
                   strstr(run.err.text, "ulimit -Hn") && strstr(run.err.text, "--tasks")
               ? 0
               : 2;
}

static void too_few_descriptors_are_said(void **state)
{
    (void)state;
    skip_on_valgrind("it sets limits of descriptors for itself");
    in_child(check_limit);
}

static int check_soft_limit(void)
{
    struct run run;
    limit_descriptors(40, 1000);
    return set_up_many(&run) == 0 ? 0 : 1;
}

static void a_soft_limit_is_raised(void **state)
{
    (void)state;
    skip_on_valgrind("it sets limits of descriptors for itself");
    in_child(check_soft_limit);
}

/* Others have taken so many that it ends half-way: what was opened is closed. */
static int check_half_way(void)
{
    struct run run;
    limit_descriptors(500, 500);
    for (int i = 0; i < 300; i++) {
        if (dup(0) < 0) {
            return 1;
        }
    }
    size_t before = count_descriptors();
    if (set_up_many(&run) != -EMFILE || run.state != NULL || !strstr(run.err.text, "of 200")) {
        return 2;
    }
    return count_descriptors() == before ? 0 : 3;
}

static void a_failure_half_way_leaves_nothing_open(void **state)
{
    (void)state;
    skip_on_valgrind("it sets limits of descriptors for itself");
    in_child(check_half_way);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_play),
        cmocka_unit_test(seeds_make_other_games),
        cmocka_unit_test(a_spawned_worker_finds_the_pipes),
        cmocka_unit_test(pipes_stay_open_on_exec),
        cmocka_unit_test(steps_play_the_same_game),
        cmocka_unit_test(a_stepper_plays_against_a_thread),
        cmocka_unit_test(what_is_not_the_byte_is_seen),
        cmocka_unit_test(failing_operations_end_a_step),
        cmocka_unit_test(all_descriptors_are_closed),
        cmocka_unit_test(without_memory_it_says_so),
        cmocka_unit_test(two_must_run_at_once),
        cmocka_unit_test(too_few_descriptors_are_said),
        cmocka_unit_test(a_soft_limit_is_raised),
        cmocka_unit_test(a_failure_half_way_leaves_nothing_open),
    };
    signal(SIGPIPE, SIG_IGN);
    alarm(1000); /* what hangs is a failure too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
