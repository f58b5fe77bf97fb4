/* What must hold for every workload, and what is special to those without memory or files. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/util/clock.h"
#include "tests/unit/workload_run.h"
#include "workloads/chain.h"

extern const struct workload workload_cpu, workload_float, workload_memory, workload_sleep,
    workload_file, workload_mixed, workload_jobs, workload_empty;
extern const struct workload *const registry_workloads[];

static const struct workload *const workloads[] = {
    &workload_cpu,   &workload_float, &workload_memory,
    &workload_sleep, &workload_file,  &workload_mixed,
    &workload_jobs,  &workload_empty, NULL};

/* Parameters small enough for a test; every workload appears. */
static const struct variant {
    const struct workload *workload;
    const char *settings[5][2]; /* name, value */
} variants[] = {
    {&workload_empty, {{NULL}}},
    {&workload_cpu, {{"rounds", "1"}}},
    {&workload_cpu, {{"rounds", "12345"}}},
    {&workload_float, {{"rounds", "1"}}},
    {&workload_float, {{"rounds", "7"}, {"isa", "baseline"}}},
    {&workload_float, {{"rounds", "100"}}},
    {&workload_sleep, {{"duration", "0"}}},
    {&workload_sleep, {{"duration", "50us"}}},
    {&workload_mixed, {{"total", "0"}}},
    {&workload_mixed, {{"total", "200us"}, {"alternations", "3"}}},
    {&workload_mixed, {{"total", "100us"}, {"share", "0"}, {"alternations", "7"}}},
    {&workload_mixed, {{"total", "100us"}, {"share", "100"}, {"rounds_per_ms", "1"}}},
    {&workload_mixed, {{"total", "1ns"}, {"alternations", "50"}}},
    {&workload_jobs, {{"lengths", "fixed"}, {"short", "0"}}},
    {&workload_jobs, {{"short", "10us"}, {"long", "100us"}, {"share", "50"}}},
    {&workload_jobs, {{"short", "50us"}, {"long", "1us"}, {"wait", "30"}, {"alternations", "3"}}},
    {&workload_jobs, {{"lengths", "uniform"}, {"short", "0"}, {"long", "50us"}}},
    {&workload_jobs, {{"lengths", "list"}, {"list", "1:7:255"}, {"unit", "333ns"}}},
    {&workload_jobs, {{"lengths", "list"}, {"unit", "20us"}, {"wait", "100"}}},
    {&workload_file, {{"size", "8"}}},
    {&workload_file, {{"size", "4KiB"}, {"block", "1MiB"}}},
    {&workload_file, {{"size", "10000"}, {"block", "4096"}}},
    {&workload_memory, {{"buffer", "4KiB"}, {"bytes", "64"}}},
    {&workload_memory, {{"buffer", "4KiB"}, {"bytes", "4KiB"}}},
    {&workload_memory, {{"buffer", "10048"}, {"bytes", "4160"}}},
    {&workload_memory, {{"buffer", "4160"}, {"bytes", "100032"}}},
    {&workload_memory, {{"access", "random"}, {"buffer", "4KiB"}, {"loads", "1"}}},
    {&workload_memory, {{"access", "random"}, {"buffer", "4KiB"}, {"loads", "1000"}}},
    {&workload_memory, {{"access", "random"}, {"buffer", "1MiB"}, {"loads", "12345"}}},
};
enum { VARIANTS = sizeof variants / sizeof variants[0], TASKS = 40 };

static const uint64_t seeds[] = {0, 1, 2, 42, UINT64_MAX};
enum { SEEDS = sizeof seeds / sizeof seeds[0] };

static int scratch = -1;

static void begin(struct run *run, const struct variant *variant, uint64_t seed)
{
    run_init(run, variant->workload);
    for (int i = 0; i < 5 && variant->settings[i][0] != NULL; i++) {
        run_set(run, variant->settings[i][0], variant->settings[i][1]);
    }
    run->env.seed = seed;
    run->env.scratch = variant->workload->needs_scratch ? scratch : -1;
    run_setup(run);
}

static void end(struct run *run)
{
    run_teardown(run);
    run_unshare(run);
}

static void test_tasks_give_what_is_expected(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        for (size_t s = 0; s < SEEDS; s++) {
            struct run run;
            begin(&run, &variants[v], seeds[s]);
            for (uint64_t i = 0; i < TASKS; i++) {
                uint64_t index = i < TASKS - 3 ? i : i * UINT64_C(1000000007);
                if (!run_is_right(&run, index)) {
                    fail_msg("variant %zu (%s), seed %zu, task %llu", v, run.workload->name, s,
                             (unsigned long long)index);
                }
            }
            end(&run);
        }
    }
}

static void test_every_workload_is_tried(void **state)
{
    (void)state;
    for (size_t w = 0; workloads[w] != NULL; w++) {
        size_t tried = 0;
        for (size_t v = 0; v < VARIANTS; v++) {
            tried += variants[v].workload == workloads[w];
        }
        assert_true(tried > 0);
    }
}

/* Otherwise a mode could run one task twice and another never. */
static void test_tasks_differ(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct run run;
        uint64_t checksums[TASKS];
        begin(&run, &variants[v], 5);
        for (uint64_t i = 0; i < TASKS; i++) {
            checksums[i] = run_checksum(&run, i);
            for (uint64_t j = 0; j < i; j++) {
                assert_true(checksums[i] != checksums[j]);
            }
        }
        end(&run);
    }
}

static void test_seeds_differ(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        uint64_t sums[SEEDS] = {0};
        for (size_t s = 0; s < SEEDS; s++) {
            struct run run;
            begin(&run, &variants[v], seeds[s]);
            for (uint64_t i = 0; i < 8; i++) {
                sums[s] += run_checksum(&run, i);
            }
            end(&run);
            for (size_t t = 0; t < s; t++) {
                assert_true(sums[s] != sums[t]);
            }
        }
    }
}

static void check_word(const char *text, const char *extra)
{
    assert_true(*text != '\0');
    for (; *text != '\0'; text++) {
        assert_true(islower((unsigned char)*text) || isdigit((unsigned char)*text) ||
                    *text == *extra);
    }
}

static void check_line(const char *text)
{
    assert_true(strlen(text) > 10 && strlen(text) <= 90);
    assert_null(strchr(text, '\n'));
    assert_true(text[strlen(text) - 1] != '.');
}

static void test_descriptions(void **state)
{
    (void)state;
    for (size_t w = 0; registry_workloads[w] != NULL; w++) {
        const struct workload *workload = registry_workloads[w];
        check_word(workload->name, "-");
        check_line(workload->summary);
        assert_true(workload->version >= 1);
        assert_true(workload->param_count <= PARAM_MAX);
        uint64_t values[PARAM_MAX] = {0};
        for (size_t p = 0; p < workload->param_count; p++) {
            const struct param *param = &workload->params[p];
            char text[64];
            check_word(param->name, "_");
            check_line(param->summary);
            param_format(param, param->initial, text, sizeof text);
            values[p] = ~param->initial;
            assert_int_equal(param_parse(param, text, &values[p], NULL), 0);
            assert_true(values[p] == param->initial);
        }
        assert_true(workload->estimate_ns(values) > 0);
        assert_true(workload->estimate_ns(values) < UINT64_C(1000000000));
    }
}

/* The jump against the steps, which no other test of the chain does without it. */
static void test_chain_jump(void **state)
{
    uint64_t x = 1;
    (void)state;
    for (uint64_t steps = 0; steps < 3000; steps++) {
        assert_true(chain_jump(1, 5, 3, steps) == x);
        x = x * 5 + 3;
    }
    /* A full period of 2^64 steps comes back: 2^63 steps, twice. */
    uint64_t half = UINT64_C(1) << 63;
    uint64_t far = chain_jump(7, CHAIN_MULTIPLIER, CHAIN_INCREMENT, half);
    assert_true(far != 7);
    assert_true(chain_jump(far, CHAIN_MULTIPLIER, CHAIN_INCREMENT, half) == 7);
}

/* A lost round, or a task of other rounds, is seen. */
static void test_rounds_count(void **state)
{
    static const struct workload *const counted[] = {&workload_cpu, &workload_float};
    (void)state;
    for (size_t w = 0; w < 2; w++) {
        struct run run, shorter;
        begin(&run, &(struct variant){counted[w], {{"rounds", "20"}}}, 3);
        begin(&shorter, &(struct variant){counted[w], {{"rounds", "19"}}}, 3);
        for (uint64_t i = 0; i < TASKS; i++) {
            assert_true(run_checksum(&shorter, i) != counted[w]->expected(run.state, i));
        }
        end(&run);
        end(&shorter);
    }
}

static void test_float_is_the_same_with_any_isa(void **state)
{
    static const char *const isas[] = {"auto", "avx2", "avx512"};
    struct run plain;
    (void)state;
    begin(&plain, &(struct variant){&workload_float, {{"rounds", "9"}, {"isa", "baseline"}}}, 1);
    for (size_t k = 0; k < sizeof isas / sizeof isas[0]; k++) {
        struct run run;
        run_init(&run, &workload_float);
        run_set(&run, "rounds", "9");
        run_set(&run, "isa", isas[k]);
        run.env.seed = 1;
        int code = workload_float.setup(&run.env, &run.state, &run.err);
        if (code != 0) { /* what this CPU lacks is named */
            assert_true(k > 0);
            assert_int_equal(code, -ENOTSUP);
            assert_non_null(strstr(run.err.text, isas[k]));
            continue;
        }
        for (uint64_t i = 0; i < TASKS; i++) {
            assert_true(run_checksum(&run, i) == run_checksum(&plain, i));
        }
        end(&run);
    }
    end(&plain);
}

/* A wait that only keeps books. */
static struct {
    uint64_t calls, total_ns, longest_ns, shortest_ns;
    int code; /* what every call answers */
} sleeps;

static int counting_sleep(struct task_context *context, uint64_t ns)
{
    (void)context;
    sleeps.longest_ns = sleeps.calls == 0 || ns > sleeps.longest_ns ? ns : sleeps.longest_ns;
    sleeps.shortest_ns = sleeps.calls == 0 || ns < sleeps.shortest_ns ? ns : sleeps.shortest_ns;
    sleeps.calls++;
    sleeps.total_ns += ns;
    return sleeps.code;
}

static const struct wait_calls counting_calls = {.sleep = counting_sleep};

static void begin_counting(struct run *run, const struct variant *variant, int code)
{
    begin(run, variant, 1);
    run->context.calls = &counting_calls;
    memset(&sleeps, 0, sizeof sleeps);
    sleeps.code = code;
}

static void test_early_waking_is_seen(void **state)
{
    static const struct variant waiting[] = {
        {&workload_sleep, {{"duration", "1h"}}},
        {&workload_mixed, {{"total", "1h"}, {"rounds_per_ms", "1"}, {"alternations", "2"}}},
        {&workload_jobs, {{"lengths", "list"}, {"unit", "1h"}, {"wait", "100"}}},
    };
    (void)state;
    for (size_t v = 0; v < sizeof waiting / sizeof waiting[0]; v++) {
        struct run run;
        begin_counting(&run, &waiting[v], 0);
        assert_false(run_is_right(&run, 0));
        assert_true(sleeps.calls > 0);
        end(&run);
    }
}

static void test_failing_sleep(void **state)
{
    static const struct variant waiting[] = {{&workload_sleep, {{NULL}}},
                                             {&workload_mixed, {{"rounds_per_ms", "1"}}},
                                             {&workload_jobs, {{"wait", "100"}}}};
    (void)state;
    for (size_t v = 0; v < sizeof waiting / sizeof waiting[0]; v++) {
        struct run run;
        uint64_t checksum = 0;
        begin_counting(&run, &waiting[v], -EIO);
        assert_int_equal(run_task(&run, 0, &checksum), -EIO);
        assert_int_equal(sleeps.calls, 1);
        end(&run);
    }
}

static void test_sleep_asks_for_its_duration(void **state)
{
    struct run run;
    (void)state;
    begin_counting(&run, &(struct variant){&workload_sleep, {{"duration", "7ms"}}}, 0);
    run_checksum(&run, 0);
    assert_int_equal(sleeps.calls, 1);
    assert_int_equal(sleeps.total_ns, 7000000);
    end(&run);
}

/* As many sleeps as asked, of equal length but for a nanosecond, and not one lost in division. */
static void test_mixed_waits_exactly_its_share(void **state)
{
    static const struct {
        const char *total, *share, *alternations;
        uint64_t calls, total_ns;
    } cases[] = {
        {"10ms", "50%", "10", 10, 5000000}, {"10ms", "30%", "7", 7, 3000000},
        {"1s", "100%", "1", 1, 1000000000}, {"999999ns", "33%", "13", 13, 329999},
        {"10ms", "0%", "10", 0, 0},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        begin_counting(&run,
                       &(struct variant){&workload_mixed,
                                         {{"total", cases[c].total},
                                          {"share", cases[c].share},
                                          {"alternations", cases[c].alternations},
                                          {"rounds_per_ms", "1000"}}},
                       0);
        run_checksum(&run, 0);
        assert_int_equal(sleeps.calls, cases[c].calls);
        assert_int_equal(sleeps.total_ns, cases[c].total_ns);
        assert_true(sleeps.longest_ns - sleeps.shortest_ns <= 1);
        end(&run);
    }
}

/* The computing part is a number of rounds, from the parameters alone. */
static void test_mixed_computes_fixed_rounds(void **state)
{
    struct run mixed, cpu;
    (void)state;
    begin(&mixed,
          &(struct variant){&workload_mixed,
                            {{"total", "1ms"}, {"share", "0"}, {"rounds_per_ms", "54321"}}},
          1);
    begin(&cpu, &(struct variant){&workload_cpu, {{"rounds", "54321"}}}, 1);
    assert_true(run_checksum(&mixed, 0) == run_checksum(&cpu, 0));
    end(&mixed);
    end(&cpu);
}

/* --- lengths of jobs --- */

static void test_jobs_of_a_list_take_turns(void **state)
{
    static const uint64_t units[] = {3, 3, 4};
    struct run run;
    (void)state;
    begin_counting(
        &run,
        &(struct variant){&workload_jobs, {{"lengths", "list"}, {"unit", "2s"}, {"wait", "100"}}},
        0);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t length_ns = units[i % 3] * 2 * NS_PER_SECOND;
        assert_int_equal(workload_jobs.length_ns(run.state, i), length_ns);
        sleeps.total_ns = 0;
        run_checksum(&run, i);
        assert_int_equal(sleeps.total_ns, length_ns); /* what is said is what is done */
    }
    end(&run);
}

/* The chain is as long as the length says, less what is waiting, on every machine. */
static void test_jobs_compute_fixed_rounds(void **state)
{
    struct run jobs, cpu;
    (void)state;
    begin_counting(&jobs,
                   &(struct variant){&workload_jobs,
                                     {{"lengths", "list"},
                                      {"list", "1:4"},
                                      {"unit", "1ms"},
                                      {"wait", "25"},
                                      {"alternations", "3"}}},
                   0);
    for (uint64_t i = 0; i < 2; i++) {
        begin(&cpu, &(struct variant){&workload_cpu, {{"rounds", i == 0 ? "562500" : "2250000"}}},
              1);
        assert_true(jobs.workload->expected(jobs.state, i) == run_checksum(&cpu, i));
        sleeps.calls = sleeps.total_ns = 0;
        run_checksum(&jobs, i);
        assert_int_equal(sleeps.calls, 3);
        assert_int_equal(sleeps.total_ns, i == 0 ? 250000 : 1000000);
        end(&cpu);
    }
    end(&jobs);
}

enum { DRAWS = 10000 };

static void begin_jobs(struct run *run, const char *share, uint64_t tasks, uint64_t seed)
{
    run_init(run, &workload_jobs);
    run_set(run, "short", "1ms");
    run_set(run, "long", "7ms");
    run_set(run, "share", share);
    run->env.tasks = tasks;
    run->env.seed = seed;
    run_setup(run);
}

/* Exactly so many, of few tasks too: their number is no luck of the seed. */
static void test_bimodal_jobs_are_long_as_often_as_asked(void **state)
{
    static const struct {
        const char *share;
        uint64_t tasks, longs;
    } cases[] = {{"0", 24, 0},    {"20", 24, 5}, {"20", 64, 13}, {"20", DRAWS, DRAWS / 5},
                 {"100", 24, 24}, {"50", 1, 1},  {"49", 1, 0},   {"33", 250, 83},
                 {"1", 49, 0},    {"1", 50, 1},  {"99", 7, 7},   {"33", 1000007, 330002}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        for (uint64_t seed = 1; seed <= (cases[c].tasks > DRAWS ? 1 : 20); seed++) {
            struct run run;
            uint64_t longs = 0;
            begin_jobs(&run, cases[c].share, cases[c].tasks, seed);
            for (uint64_t i = 0; i < cases[c].tasks; i++) {
                uint64_t length_ns = workload_jobs.length_ns(run.state, i);
                assert_true(length_ns == 1000000 || length_ns == 7000000);
                longs += length_ns == 7000000;
            }
            assert_int_equal(longs, cases[c].longs);
            end(&run);
        }
    }
}

/* Whatever its index, a task is long about as often as another, and so are two neighbours. */
static void test_the_seed_draws_which_jobs_are_long(void **state)
{
    enum { FEW = 24 };
    uint64_t longs[FEW] = {0}, both[FEW] = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        struct run run;
        bool before = false;
        begin_jobs(&run, "25", FEW, seed);
        for (uint64_t i = 0; i < FEW; i++) {
            bool is_long = workload_jobs.length_ns(run.state, i) == 7000000;
            longs[i] += is_long;
            both[i] += is_long && before;
            before = is_long;
        }
        end(&run);
    }
    for (size_t i = 0; i < FEW; i++) {
        assert_in_range(longs[i], 2300, 2700); /* 4.6 sigma of 2500 */
        if (i > 0) {
            assert_in_range(both[i], 450, 640); /* of 10000 x 6/24 x 5/23 = 543: 4 sigma */
        }
    }
}

/* Both ends can come, whichever is given first, and every tenth of the range about as often. */
static void test_uniform_jobs_fill_their_range(void **state)
{
    static const char *const ends[][2] = {{"1ms", "2ms"}, {"2ms", "1ms"}};
    struct run run;
    (void)state;
    for (size_t e = 0; e < 2; e++) {
        uint64_t tenths[10] = {0};
        begin(&run,
              &(struct variant){
                  &workload_jobs,
                  {{"lengths", "uniform"}, {"short", ends[e][0]}, {"long", ends[e][1]}}},
              4);
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint64_t length_ns = workload_jobs.length_ns(run.state, i);
            assert_in_range(length_ns, 1000000, 2000000);
            tenths[length_ns == 2000000 ? 9 : (length_ns - 1000000) / 100000]++;
        }
        for (size_t t = 0; t < 10; t++) {
            assert_in_range(tenths[t], 880, 1120);
        }
        end(&run);
    }
    begin(&run,
          &(struct variant){&workload_jobs,
                            {{"lengths", "uniform"}, {"short", "5ns"}, {"long", "6ns"}}},
          4);
    uint64_t sixes = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        sixes += workload_jobs.length_ns(run.state, i) == 6;
    }
    assert_in_range(sixes, 4850, 5150);
    end(&run);
}

static void test_priorities_of_jobs(void **state)
{
    struct run run, other;
    uint64_t counts[10] = {0}, same = 0;
    (void)state;
    begin(&run, &(struct variant){&workload_jobs, {{"lengths", "fixed"}}}, 4);
    begin(&other, &(struct variant){&workload_jobs, {{"lengths", "fixed"}}}, 5);
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t priority = workload_jobs.priority(run.state, i);
        assert_in_range(priority, 0, 9);
        counts[priority]++;
        same += priority == workload_jobs.priority(other.state, i);
    }
    for (size_t p = 0; p < 10; p++) {
        assert_in_range(counts[p], 880, 1120);
    }
    assert_in_range(same, 880, 1120); /* another seed gives others */
    end(&run);
    end(&other);
}

/* Long computing could give way all the time; what is shorter than 10 us need not. */
static uint64_t yields;

static void counting_yield(struct task_context *context)
{
    (void)context;
    yields++;
}

static void test_computing_yields(void **state)
{
    static const struct wait_calls calls = {.sleep = counting_sleep, .yield = counting_yield};
    static const struct {
        struct variant variant;
        uint64_t least, most;
    } cases[] = {
        {{&workload_jobs, {{"lengths", "fixed"}, {"short", "10ms"}}}, 990, 1010},
        {{&workload_jobs, {{"lengths", "fixed"}, {"short", "10us"}}}, 0, 1},
        {{&workload_mixed, {{"total", "10ms"}, {"share", "50"}}}, 490, 510},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        begin_counting(&run, &cases[c].variant, 0);
        run.context.calls = &calls;
        yields = 0;
        run_checksum(&run, 1);
        assert_in_range(yields, cases[c].least, cases[c].most);
        end(&run);
    }
}

/* --- step by step --- */

/* Waits as a loop does, or less long; counts. `code` is what every wait answers, 0: waited. */
static struct {
    uint64_t waits, total_ns;
    int code;
    bool early; /* comes back at once */
} steps;

static int step_through(const struct run *run, uint64_t index, uint64_t *checksum)
{
    uint64_t memory[16] = {0};
    struct step step = {.operation = {.kind = OPERATION_NONE}, .memory = memory};
    int code;
    assert_true(run->workload->step_bytes <= sizeof memory);
    for (;;) {
        code = run->workload->step(&step, run->state, index);
        if (code != 0 || step.operation.kind == OPERATION_NONE) {
            break;
        }
        assert_int_equal(step.operation.kind, OPERATION_SLEEP);
        uint64_t now = clock_now_ns(), until = step.operation.until_ns;
        steps.waits++;
        steps.total_ns += until > now ? until - now : 0;
        while (!steps.early && clock_now_ns() < until) {
        }
        step.operation.result = steps.code;
    }
    /* It keeps within what it asked for. */
    for (size_t i = (run->workload->step_bytes + 7) / 8; i < 16; i++) {
        assert_int_equal(memory[i], 0);
    }
    *checksum = step.checksum;
    return code;
}

static void begin_steps(struct run *run, const struct variant *variant, uint64_t seed)
{
    memset(&steps, 0, sizeof steps);
    begin(run, variant, seed);
}

/* Whatever else a workload does, by steps it is the same work. */
static void test_steps_give_what_is_expected(void **state)
{
    size_t stepped = 0;
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        if (variants[v].workload->step == NULL) {
            continue;
        }
        stepped++;
        for (size_t s = 0; s < SEEDS; s++) {
            struct run run;
            begin_steps(&run, &variants[v], seeds[s]);
            for (uint64_t i = 0; i < TASKS; i++) {
                uint64_t index = i < TASKS - 3 ? i : i * UINT64_C(1000000007), checksum = 0;
                assert_int_equal(step_through(&run, index, &checksum), 0);
                assert_true(checksum == run.workload->expected(run.state, index));
                assert_true(checksum == run_checksum(&run, index));
            }
            end(&run);
        }
    }
    assert_true(stepped >= 12); /* those of sleep, mixed and jobs */
}

static void test_steps_wait_as_often_as_asked(void **state)
{
    static const struct {
        struct variant variant;
        uint64_t waits, least_ns;
    } cases[] = {
        {{&workload_sleep, {{"duration", "1h"}}}, 1, 3599 * NS_PER_SECOND},
        {{&workload_sleep, {{"duration", "0"}}}, 1, 0},
        {{&workload_mixed,
          {{"total", "2h"}, {"share", "50"}, {"alternations", "7"}, {"rounds_per_ms", "1"}}},
         7,
         3599 * NS_PER_SECOND},
        {{&workload_mixed, {{"total", "1ms"}, {"share", "0"}, {"alternations", "7"}}}, 0, 0},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct run run;
        uint64_t checksum = 0;
        begin_steps(&run, &cases[c].variant, 1);
        steps.early = true;
        assert_int_equal(step_through(&run, 3, &checksum), 0);
        assert_int_equal(steps.waits, cases[c].waits);
        assert_in_range(steps.total_ns, cases[c].least_ns, 3600 * NS_PER_SECOND);
        /* Woken long before its time, it does not count as done. */
        assert_int_equal(checksum == run.workload->expected(run.state, 3), cases[c].least_ns == 0);
        end(&run);
    }
}

static void test_failing_steps(void **state)
{
    static const struct variant waiting[] = {{&workload_sleep, {{NULL}}},
                                             {&workload_mixed, {{"rounds_per_ms", "1"}}},
                                             {&workload_jobs, {{"wait", "100"}}}};
    (void)state;
    for (size_t v = 0; v < sizeof waiting / sizeof waiting[0]; v++) {
        struct run run;
        uint64_t checksum = 0;
        begin_steps(&run, &waiting[v], 1);
        steps.code = -EIO;
        steps.early = true;
        assert_int_equal(step_through(&run, 0, &checksum), -EIO);
        assert_int_equal(steps.waits, 1); /* it does not go on */
        end(&run);
    }
}

static int make_scratch(void **state)
{
    static char path[] = "/tmp/bench-test-XXXXXX";
    *state = mkdtemp(path);
    scratch = *state == NULL ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return scratch < 0 ? -1 : 0;
}

static int remove_scratch(void **state)
{
    close(scratch);
    return rmdir(*state); /* fails where a task left a file */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_give_what_is_expected),
        cmocka_unit_test(test_every_workload_is_tried),
        cmocka_unit_test(test_tasks_differ),
        cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_chain_jump),
        cmocka_unit_test(test_rounds_count),
        cmocka_unit_test(test_float_is_the_same_with_any_isa),
        cmocka_unit_test(test_early_waking_is_seen),
        cmocka_unit_test(test_failing_sleep),
        cmocka_unit_test(test_sleep_asks_for_its_duration),
        cmocka_unit_test(test_mixed_waits_exactly_its_share),
        cmocka_unit_test(test_mixed_computes_fixed_rounds),
        cmocka_unit_test(test_jobs_of_a_list_take_turns),
        cmocka_unit_test(test_jobs_compute_fixed_rounds),
        cmocka_unit_test(test_bimodal_jobs_are_long_as_often_as_asked),
        cmocka_unit_test(test_the_seed_draws_which_jobs_are_long),
        cmocka_unit_test(test_uniform_jobs_fill_their_range),
        cmocka_unit_test(test_priorities_of_jobs),
        cmocka_unit_test(test_computing_yields),
        cmocka_unit_test(test_steps_give_what_is_expected),
        cmocka_unit_test(test_steps_wait_as_often_as_asked),
        cmocka_unit_test(test_failing_steps),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
