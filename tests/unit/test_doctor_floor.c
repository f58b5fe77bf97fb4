/* The noise floor from rows of work that nobody changed, and how doctor spends its time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/doctor.h"
#include "bench/doctor_floor.h"
#include "bench/doctor_print.h"
#include "bench/stats/bootstrap.h"
#include "bench/util/mix.h"
#include "tests/unit/report_charts.h"

#define SECOND UINT64_C(1000000000)

static struct rows rows;
static struct noise_floor noise;

static int start(void **state)
{
    (void)state;
    rows.count = 0;
    return 0;
}

static struct timing *add(uint64_t invocation, uint64_t block, double wall_s)
{
    struct timing *row = rows_add(&rows, "cpu", "serial", 1, 1);
    row->wall_ns = (uint64_t)(wall_s * 1e9);
    row->invocation = invocation;
    row->block = block;
    row->start_unix_ns += rows.count * SECOND;
    return row;
}

/* Four invocations, each 10% slower than the one before. */
static void add_four(double scale)
{
    static const double walls[] = {0.97, 1.0, 1.04, 0.99, 1.02};
    double slower = scale;
    for (uint64_t i = 1; i <= 4; i++, slower *= 1.1)
        for (uint64_t b = 0; b < 5; b++)
            add(i, b + 1, slower * walls[b]);
}

static void near(double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("%.9g is not within %g of %.9g", got, within, expected);
}

static void make(void)
{
    assert_int_equal(floor_make(&noise, rows.row, rows.count), 0);
}

/* The expected figures are by Python 3.11: statistics.stdev, statistics.median and math, with
 * Student's t 3.182446, 2.228139 and 2.100922 for 3, 10 and 18 degrees of freedom from a table:
 *   d = log(1.1); sd = stdev([0, d, 2*d, 3*d]); expm1(t * sqrt(2) * sd)
 *   1.4826/sqrt(2) * median(abs(log(a/b)) for i, a in enumerate(walls) for b in walls[:i]) */
static void check_four(void)
{
    assert_int_equal(noise.count, 1);
    const struct floor_cell *cell = &noise.cells[0];
    assert_int_equal(cell->runs, 20);
    assert_int_equal(cell->invocations, 4);
    near(cell->between, 0.1230449, 1e-6);
    near(cell->within, 0.0316143, 1e-6);
    near(cell->successive, 0.0516537, 1e-6);
    near(cell->seen_runs[0], 0.0409407, 1e-6);
    near(cell->seen_runs[1], 0.0287788, 1e-6);
    near(cell->seen_runs[2], 0.0181063, 1e-6);
    near(cell->seen_invocations[0], 0.7398226, 1e-5);
    near(cell->seen_invocations[1], 0.2194270, 1e-5);
    near(cell->seen_invocations[2], 0.1559144, 1e-5);
}

static void the_figures_are_those_of_the_header(void **state)
{
    (void)state;
    assert_int_equal(floor_runs[0], 10);
    assert_int_equal(floor_runs[2], 50);
    assert_int_equal(floor_invocations[1], 6);
    add_four(1);
    make();
    check_four();
    assert_ptr_equal(noise.worst, &noise.cells[0]);
    assert_int_equal(noise.failed, 0);
    assert_true(noise.span_ns == 19 * SECOND);
    floor_free(&noise);
}

static void scale_and_order_of_the_rows_do_not_matter(void **state)
{
    (void)state;
    add_four(0.001);
    for (size_t i = 0; i < rows.count / 2; i++) {
        const struct timing kept = rows.row[i];
        rows.row[i] = rows.row[rows.count - 1 - i];
        rows.row[rows.count - 1 - i] = kept;
    }
    make();
    check_four();
    floor_free(&noise);
}

static void warm_up_and_failed_rows_do_not_count(void **state)
{
    (void)state;
    add_four(1);
    add(1, 7, 100)->warmup = 1;
    struct timing *failed = add(2, 7, 100);
    failed->status = STATUS_CRASHED;
    failed->reason = "killed by signal 9";
    make();
    check_four();
    assert_int_equal(noise.failed, 1);
    floor_free(&noise);
}

static void one_invocation_says_nothing_of_two(void **state)
{
    (void)state;
    for (uint64_t b = 1; b <= 10; b++)
        add(1, b, 1 + 0.01 * (double)(b % 3));
    make();
    assert_true(isnan(noise.cells[0].between));
    assert_true(isnan(noise.cells[0].seen_invocations[0]));
    assert_true(noise.cells[0].within > 0);
    assert_null(noise.worst);
    floor_free(&noise);
    rows.count = 0;
    make();
    assert_int_equal(noise.count, 0);
    floor_free(&noise);
}

static void the_worst_cell_is_the_one_that_varies_most_between_invocations(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 6; i++)
        for (uint64_t b = 1; b <= 6; b++) {
            add(i, b, 1 + 0.001 * (double)i);
            struct timing *row = add(i, b, 1 + 0.05 * (double)i);
            row->mode = "thread-pool";
            row = add(i, b, 1 + 0.01 * (double)i + 0.3 * (double)(b % 2)); /* noisy inside */
            row->mode = "process";
        }
    make();
    assert_int_equal(noise.count, 3);
    assert_non_null(noise.worst);
    assert_string_equal(noise.worst->key->mode, "thread-pool");
    floor_free(&noise);
}

/* --- A/A --- */

static void add_halves(double even)
{
    for (uint64_t i = 1; i <= 20; i++)
        for (uint64_t b = 1; b <= 10; b++)
            add(i, b, (i % 2 ? 1 : even) + 0.001 * (double)((i * 7 + b * 3) % 11));
}

static void a_difference_between_the_halves_is_called(void **state)
{
    (void)state;
    add_halves(1.1);
    make();
    assert_int_equal(noise.cells[0].halves.judged, JUDGED_SLOWER);
    near(noise.cells[0].halves.ratio, 1.1, 0.01);
    assert_null(noise.cells[0].halves.a.invocations);
    floor_free(&noise);
}

static void equal_halves_are_not(void **state)
{
    (void)state;
    add_halves(1);
    make();
    assert_int_equal(noise.cells[0].halves.judged, JUDGED_EQUIVALENT);
    floor_free(&noise);
}

/* --- figures of a known noise --- */

/* Standard normal by Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958).
 */
static double normal(uint64_t *state)
{
    const double u = ((double)mix_below(state, UINT64_C(1) << 52) + 1) / 0x1p52;
    const double v = (double)mix_below(state, UINT64_C(1) << 52) / 0x1p52;
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

static void a_known_noise_is_found(void **state)
{
    (void)state;
    enum { INVOCATIONS = 1000, RUNS = 10 };
    struct timing *many = calloc(INVOCATIONS * RUNS, sizeof *many);
    uint64_t seed = 7;
    assert_non_null(many);
    for (size_t i = 0; i < INVOCATIONS; i++) {
        const double mood = 0.05 * normal(&seed);
        for (size_t b = 0; b < RUNS; b++) {
            rows.count = 0;
            many[i * RUNS + b] = *add(i + 1, b + 1, 0.1 * exp(mood + 0.02 * normal(&seed)));
        }
    }
    assert_int_equal(floor_make(&noise, many, INVOCATIONS * RUNS), 0);
    const struct floor_cell *cell = &noise.cells[0];
    near(cell->within, 0.02, 0.002);
    near(cell->successive, 0.02 * sqrt(2), 0.0015);
    near(cell->between, 0.05, 0.004);
    floor_free(&noise);
    free(many);
}

/* What the table promises for 20 runs is about what the judge then gives. */
static void the_half_width_is_the_one_that_judge_gives(void **state)
{
    (void)state;
    enum { TRIES = 200, RUNS = 20 };
    double ratios[RUNS], sum = 0;
    uint64_t seed = 11;
    for (size_t t = 0; t < TRIES; t++) {
        struct judge_pair pair = {.paired = true, .ratios = ratios, .ratio_count = RUNS};
        for (size_t i = 0; i < RUNS; i++)
            ratios[i] = 0.02 * normal(&seed) - 0.02 * normal(&seed);
        judge(&pair, 1, &(struct judge_rules){JUDGE_EFFECT, 500, t});
        assert_true(pair.interval.exists);
        sum += log(pair.interval.hi / pair.interval.lo) / 2 / TRIES;
    }
    for (uint64_t i = 0; i < 400; i++)
        add(1, i + 1, 0.1 * exp(0.02 * normal(&seed)));
    make();
    const double promised = noise.cells[0].seen_runs[1];
    if (!(promised > 0.8 * sum && promised < 1.2 * sum))
        fail_msg("promised %g, got %g", promised, sum);
    floor_free(&noise);
}

/* --- what is printed --- */

static char *printed(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    doctor_print_floor(out, &noise);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void the_table_tells_every_figure(void **state)
{
    (void)state;
    add_four(1);
    make();
    char *text = printed();
    const char *const figures[] = {"cpu/serial",
                                   "3.16%",
                                   "12.3%",
                                   "4.09%",
                                   "2.88%",
                                   "1.81%",
                                   "74.0%",
                                   "21.9%",
                                   "15.6%",
                                   "below 74.0% between",
                                   "20 times in 4 invocations over 19.0 s"};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        has(text, figures[i]);
    free(text);
    floor_free(&noise);
}

static void one_invocation_is_told_without_figures(void **state)
{
    (void)state;
    add(1, 1, 1);
    make();
    char *text = printed();
    has(text, "n/a");
    has(text, "too few invocations");
    has_not(text, "nan");
    has_not(text, "below");
    free(text);
    floor_free(&noise);
}

static void findings_are_told_by_weight_and_safely(void **state)
{
    (void)state;
    const struct advice list[] = {{"battery", ADVICE_FINE, "not in use", ""},
                                  {"boost", ADVICE_UNKNOWN, "\033[2Jnobody\n says", ""},
                                  {"load", ADVICE_DISTURBS, "9.00", "close other programs"}};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    doctor_print_advice(out, list, 3);
    assert_int_equal(fclose(out), 0);
    has(text, "1 of 3 (1 unknown)");
    has(text, "mend: close other programs");
    has(text, "?[2Jnobody?");
    assert_true(strstr(text, "load") < strstr(text, "boost"));
    assert_true(strstr(text, "boost") < strstr(text, "battery"));
    assert_null(strchr(text, '\033'));
    assert_non_null(text);
    size_t mends = 0;
    for (const char *at = text; (at = strstr(at, "mend:")); at++)
        mends++;
    assert_int_equal(mends, 1);
    free(text);
}

/* --- the schedule --- */

static void the_time_is_kept_from_20_s_on(void **state)
{
    (void)state;
    uint64_t before = 0;
    for (uint64_t s = 20; s <= 86400; s += s < 600 ? 1 : 977) {
        const struct doctor_schedule made = doctor_schedule_make(s * SECOND);
        assert_int_equal(made.runs, 10);
        assert_in_range(made.invocations, 4, 20);
        assert_true(made.invocations >= before);
        before = made.invocations;
        const uint64_t pauses = made.pause_ns * (made.invocations - 1);
        assert_true(pauses < s * SECOND);
        /* Eleven blocks of four cells on two cores: 16 tasks of 10 and 5 ms, 1.5 times. */
        const uint64_t work = made.invocations * 11 * 16 * 15 * MS * 3 / 2;
        assert_true(work + pauses <= s * SECOND);
    }
    assert_true(before == 20);
}

static void a_short_time_shrinks_the_work(void **state)
{
    (void)state;
    uint64_t before = 0;
    for (uint64_t ms = 1000; ms < 20000; ms += 100) {
        const struct doctor_schedule made = doctor_schedule_make(ms * MS);
        assert_int_equal(made.invocations, 4);
        assert_in_range(made.runs, 3, 10);
        assert_true(made.runs >= before);
        assert_true(made.tasks < doctor_schedule_make(20 * SECOND).tasks);
        assert_true(made.pause_ns * 3 < ms * MS);
        before = made.runs;
    }
    assert_int_equal(before, 10);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_figures_are_those_of_the_header),
        TEST(scale_and_order_of_the_rows_do_not_matter),
        TEST(warm_up_and_failed_rows_do_not_count),
        TEST(one_invocation_says_nothing_of_two),
        TEST(the_worst_cell_is_the_one_that_varies_most_between_invocations),
        TEST(a_difference_between_the_halves_is_called),
        TEST(equal_halves_are_not),
        TEST(a_known_noise_is_found),
        TEST(the_half_width_is_the_one_that_judge_gives),
        TEST(the_table_tells_every_figure),
        TEST(one_invocation_is_told_without_figures),
        TEST(findings_are_told_by_weight_and_safely),
        TEST(the_time_is_kept_from_20_s_on),
        TEST(a_short_time_shrinks_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
