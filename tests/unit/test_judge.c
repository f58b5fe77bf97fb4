/* What judge() says of made samples. How often it is right is simulated in tests/simulation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "bench/report/judge.h"
#include "bench/stats/rank_tests.h"
#include "bench/util/mix.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { VALUES_MOST = 600, INVOCATIONS_MOST = 40, REPETITIONS = 10 };

static const struct judge_rules quick = {JUDGE_EFFECT, 1000, 1};

static void assert_near(const char *what, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

static void assert_judged(const struct judge_pair *pair, enum judged expected)
{
    if (pair->judged != expected)
        fail_msg("%s, expected %s: ratio %g, %g to %g, p %g", judged_names[pair->judged],
                 judged_names[expected], pair->ratio, pair->interval.lo, pair->interval.hi,
                 pair->p);
}

static double normal(uint64_t *seed)
{
    return gsl_cdf_ugaussian_Pinv(((double)(mix_next(seed) >> 11) + 0.5) / 0x1p53);
}

/* --- pairs of cells of one run --- */

struct blocks {
    double ratios[VALUES_MOST];
    struct judge_pair pair;
};

/* `n` ratios around `ratio` that lie as n normal values of this spread should, in mixed order. */
static struct judge_pair *blocks_make(struct blocks *blocks, size_t n, double ratio, double sd)
{
    assert_true(n <= VALUES_MOST);
    for (size_t i = 0; i < n; i++) {
        const double u = ((double)(i * 11 % n) + 0.5) / (double)n;
        blocks->ratios[i] = log(ratio) + sd * gsl_cdf_ugaussian_Pinv(u);
    }
    blocks->pair = (struct judge_pair){.paired = true, .ratios = blocks->ratios, .ratio_count = n};
    return &blocks->pair;
}

static void paired_verdicts(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double ratio, sd;
        enum judged judged;
    } cases[] = {
        {10, 1.06, 0.02, JUDGED_SLOWER},       {10, 1 / 1.06, 0.02, JUDGED_FASTER},
        {20, 1.00, 0.02, JUDGED_EQUIVALENT},   {20, 1.003, 0.02, JUDGED_EQUIVALENT},
        {10, 1.03, 0.03, JUDGED_INCONCLUSIVE}, {50, 1.02, 0.02, JUDGED_INCONCLUSIVE},
        {5, 2.00, 0.001, JUDGED_INCONCLUSIVE}, {6, 2.00, 0.001, JUDGED_SLOWER},
        {10, 1.00, 0.20, JUDGED_INCONCLUSIVE}, {100, 1.06, 0.10, JUDGED_SLOWER},
        {100, 1 / 1.06, 0.10, JUDGED_FASTER},  {100, 1.00, 0.05, JUDGED_EQUIVALENT},
    };
    static struct blocks blocks;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct judge_pair *pair = blocks_make(&blocks, cases[i].n, cases[i].ratio, cases[i].sd);
        judge(pair, 1, &judge_default);
        assert_judged(pair, cases[i].judged);
        assert_near("ratio", pair->ratio, cases[i].ratio, 0.01 * cases[i].ratio);
        assert_int_equal(pair->interval.exists, cases[i].n >= 6);
        assert_near("p", pair->p, stats_signed_rank(blocks.ratios, cases[i].n), 1e-15);
        if (pair->judged != JUDGED_INCONCLUSIVE)
            assert_int_equal(pair->needed, 0);
        assert_false(pair->needed_invocations);
    }
}

/* Ratios without any spread have an interval without any. */
static void threshold_is_where_it_says(void **state)
{
    (void)state;
    static struct blocks blocks;
    const struct judge_rules wide = {0.10, 100, 1};
    const double little = 1e-9;
    const struct {
        double ratio;
        const struct judge_rules *rules;
        enum judged judged;
    } cases[] = {
        {1.02 * (1 - little), &judge_default, JUDGED_EQUIVALENT},
        {1.02 * (1 + little), &judge_default, JUDGED_SLOWER},
        {(1 + little) / 1.02, &judge_default, JUDGED_EQUIVALENT},
        {(1 - little) / 1.02, &judge_default, JUDGED_FASTER},
        {1.10 * (1 - little), &wide, JUDGED_EQUIVALENT},
        {1.10 * (1 + little), &wide, JUDGED_SLOWER},
        {(1 - little) / 1.10, &wide, JUDGED_FASTER},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct judge_pair *pair = blocks_make(&blocks, 10, cases[i].ratio, 0);
        judge(pair, 1, cases[i].rules);
        assert_judged(pair, cases[i].judged);
        assert_near("lo", pair->interval.lo, cases[i].ratio, 1e-12);
        assert_near("hi", pair->interval.hi, cases[i].ratio, 1e-12);
    }
}

/* Where the test, corrected for its company, does not agree, the interval decides nothing. */
static void holm_counts_the_family(void **state)
{
    (void)state;
    enum { FAMILY = 5 };
    static struct blocks blocks[FAMILY];
    struct judge_pair pairs[FAMILY + 1] = {{.paired = true}};
    for (size_t i = 0; i < FAMILY; i++)
        pairs[i + 1] = *blocks_make(&blocks[i], 7, i == 2 ? 1.5 : 1.1, i == 2 ? 0.001 : 1);
    judge(&pairs[3], 1, &judge_default);
    assert_near("alone", pairs[3].p, 2.0 / 128, 1e-15);
    assert_judged(&pairs[3], JUDGED_SLOWER);
    judge(pairs, FAMILY + 1, &judge_default); /* one of them without a p */
    assert_near("of five", pairs[3].p, FAMILY * 2.0 / 128, 1e-15);
    assert_judged(&pairs[3], JUDGED_INCONCLUSIVE);
    assert_true(pairs[3].interval.lo > 1.4);
    assert_true(isnan(pairs[0].p));
    /* 2/2^n times five is below 5% from 8 on. */
    assert_int_equal(pairs[3].needed, 8);
}

/* --- cells of two runs --- */

struct side {
    double walls[INVOCATIONS_MOST][REPETITIONS];
    struct samples invocations[INVOCATIONS_MOST];
};

static struct clusters side_make(struct side *side, size_t count, double wall, double between,
                                 double inside, uint64_t *seed)
{
    assert_true(count <= INVOCATIONS_MOST);
    for (size_t i = 0; i < count; i++) {
        const double mood = between * normal(seed);
        for (size_t j = 0; j < REPETITIONS; j++)
            side->walls[i][j] = wall * exp(mood + inside * normal(seed));
        side->invocations[i] = (struct samples){side->walls[i], REPETITIONS};
    }
    return (struct clusters){side->invocations, count};
}

struct two {
    struct side a, b;
    struct judge_pair pair;
};

static struct judge_pair *two_make(struct two *two, size_t m, size_t n, double ratio, double sd)
{
    uint64_t seed = 17;
    two->pair = (struct judge_pair){.a = side_make(&two->a, m, 1e8, sd, 0.005, &seed),
                                    .b = side_make(&two->b, n, 1e8 * ratio, sd, 0.005, &seed)};
    return &two->pair;
}

static const struct judge_noise small_noise = {true, 0.005, 7}, large_noise = {true, 0.05, 7};

static void independent_verdicts(void **state)
{
    (void)state;
    static const struct {
        size_t m, n;
        double ratio, sd;
        const struct judge_noise *a, *b;
        enum judged judged;
    } cases[] = {
        /* their own spread decides */
        {8, 8, 1.06, 0.010, NULL, NULL, JUDGED_SLOWER},
        {8, 8, 0.94, 0.010, NULL, NULL, JUDGED_FASTER},
        {8, 8, 1.00, 0.005, NULL, NULL, JUDGED_EQUIVALENT},
        {8, 8, 1.04, 0.040, NULL, NULL, JUDGED_INCONCLUSIVE},
        {3, 3, 2.00, 0.010, NULL, NULL, JUDGED_INCONCLUSIVE}, /* p is 0.1 at the least */
        {3, 9, 2.00, 0.010, NULL, NULL, JUDGED_SLOWER},
        {8, 8, 1.06, 0.010, &large_noise, &large_noise, JUDGED_SLOWER}, /* not asked for */
        /* a side has one: known */
        {1, 1, 1.06, 0.000, &small_noise, &small_noise, JUDGED_SLOWER},
        {1, 1, 0.94, 0.000, &small_noise, &small_noise, JUDGED_FASTER},
        {1, 1, 1.06, 0.000, &large_noise, &small_noise, JUDGED_INCONCLUSIVE},
        {1, 1, 1.06, 0.000, &small_noise, &large_noise, JUDGED_INCONCLUSIVE},
        {1, 8, 1.06, 0.005, &small_noise, &large_noise, JUDGED_SLOWER}, /* b has several */
        {1, 8, 1.06, 0.005, &large_noise, NULL, JUDGED_INCONCLUSIVE},
        {8, 1, 1.06, 0.005, NULL, &small_noise, JUDGED_SLOWER},
        /* unknown */
        {1, 1, 1.06, 0.000, NULL, NULL, JUDGED_INCONCLUSIVE},
        {1, 1, 1.20, 0.000, NULL, NULL, JUDGED_INCONCLUSIVE},
        {1, 1, 1.00, 0.000, NULL, NULL, JUDGED_INCONCLUSIVE},
        {1, 1, 1.30, 0.000, NULL, NULL, JUDGED_SLOWER},
        {1, 1, 0.70, 0.000, NULL, NULL, JUDGED_FASTER},
        {1, 1, 1.06, 0.000, &small_noise, NULL, JUDGED_INCONCLUSIVE},
        {1, 1, 1.06, 0.000, NULL, &small_noise, JUDGED_INCONCLUSIVE},
    };
    static struct two two;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct judge_pair *pair =
            two_make(&two, cases[i].m, cases[i].n, cases[i].ratio, cases[i].sd);
        if (cases[i].a)
            pair->noise_a = *cases[i].a;
        if (cases[i].b)
            pair->noise_b = *cases[i].b;
        judge(pair, 1, &quick);
        if (pair->judged != cases[i].judged)
            fail_msg("case %zu: %s, expected %s: ratio %g, %g to %g, p %g", i,
                     judged_names[pair->judged], judged_names[cases[i].judged], pair->ratio,
                     pair->interval.lo, pair->interval.hi, pair->p);
        assert_true(pair->interval.lo <= pair->ratio && pair->ratio <= pair->interval.hi);
    }
}

/* What nobody measured is 20% either way, and more where many cells are looked at. */
static void unknown_noise_is_the_drift(void **state)
{
    (void)state;
    static struct two two;
    struct judge_pair family[40];
    struct judge_pair *pair = two_make(&two, 1, 1, 1.3, 0);
    for (size_t i = 0; i < REPETITIONS; i++) {
        two.a.walls[0][i] = 100 + 1e-7 * (double)i;
        two.b.walls[0][i] = 130 + 1e-7 * (double)i;
    }
    judge(pair, 1, &quick);
    assert_near("lo", pair->interval.lo, 1.3 / (1 + JUDGE_DRIFT), 1e-6);
    assert_near("hi", pair->interval.hi, 1.3 * (1 + JUDGE_DRIFT), 1e-6);
    assert_judged(pair, JUDGED_SLOWER);
    for (size_t i = 0; i < COUNT(family); i++)
        family[i] = *pair;
    judge(family, COUNT(family), &quick);
    for (size_t i = 0; i < COUNT(family); i++)
        assert_judged(&family[i], JUDGED_INCONCLUSIVE);
}

/* Student's t of three degrees at 0.975 is 3.18245 (any table), that of one tan(0.475 pi). */
static void known_noise_widens_by_its_own_t(void **state)
{
    (void)state;
    static const struct {
        double from, t;
    } cases[] = {{1, 12.7062047362},
                 {2, 4.3026527297},
                 {3, 3.1824463053},
                 {7, 3.1824463053},
                 {100, 3.1824463053}};
    static struct two two;
    struct judge_pair *pair = two_make(&two, 1, 1, 1.0, 0);
    for (size_t i = 0; i < REPETITIONS; i++)
        two.a.walls[0][i] = two.b.walls[0][i] = 100;
    for (size_t i = 0; i < COUNT(cases); i++) {
        pair->noise_a = (struct judge_noise){true, 0.03, cases[i].from};
        pair->noise_b = (struct judge_noise){true, 0.04, 5};
        judge(pair, 1, &quick);
        assert_near("hi", log(pair->interval.hi), 0.05 * cases[i].t, 1e-8);
        assert_near("lo", log(pair->interval.lo), -0.05 * cases[i].t, 1e-8);
    }
}

/* --- what must hold for any samples --- */

static void assert_inverse(const struct judge_pair *pair, const struct judge_pair *other,
                           double tolerance)
{
    static const enum judged inverse[] = {JUDGED_SLOWER, JUDGED_FASTER, JUDGED_EQUIVALENT,
                                          JUDGED_INCONCLUSIVE};
    assert_near("ratio", other->ratio * pair->ratio, 1, tolerance);
    assert_near("lo", other->interval.lo * pair->interval.hi, 1, tolerance);
    assert_near("hi", other->interval.hi * pair->interval.lo, 1, tolerance);
    assert_near("p", other->p, pair->p, tolerance);
    assert_judged(other, inverse[pair->judged]);
}

static const double ratios_tried[] = {0.90, 0.97, 1.00, 1.03, 1.10};

static void swapped_sides_say_the_inverse(void **state)
{
    (void)state;
    static struct blocks blocks;
    static struct two two;
    for (size_t i = 0; i < COUNT(ratios_tried); i++) {
        struct judge_pair pair = *blocks_make(&blocks, 12, ratios_tried[i], 0.02);
        judge(&pair, 1, &judge_default);
        for (size_t j = 0; j < 12; j++)
            blocks.ratios[j] = -blocks.ratios[j];
        judge(&blocks.pair, 1, &judge_default);
        assert_inverse(&pair, &blocks.pair, 1e-12);
        for (size_t sides = 1; sides <= 8; sides *= 2) {
            pair = *two_make(&two, sides, 8, ratios_tried[i], 0.01);
            pair.noise_a = pair.noise_b = small_noise;
            struct judge_pair other = pair;
            other.a = pair.b;
            other.b = pair.a;
            judge(&pair, 1, &judge_default);
            judge(&other, 1, &judge_default);
            assert_inverse(&pair, &other, sides >= 4 ? 1e-12 : 0.01); /* a bootstrap draws anew */
        }
    }
}

static void assert_same(const struct judge_pair *pair, const struct judge_pair *other)
{
    assert_near("ratio", other->ratio, pair->ratio, 1e-12);
    assert_near("lo", other->interval.lo, pair->interval.lo, 1e-12);
    assert_near("hi", other->interval.hi, pair->interval.hi, 1e-12);
    assert_near("p", other->p, pair->p, 1e-12);
    assert_int_equal(other->judged, pair->judged);
    assert_int_equal(other->needed, pair->needed);
    assert_int_equal(other->needed_invocations, pair->needed_invocations);
}

static void order_of_pairs_and_samples_does_not_matter(void **state)
{
    (void)state;
    enum { FAMILY = COUNT(ratios_tried) };
    static struct blocks blocks[FAMILY];
    static struct two two;
    struct judge_pair pairs[FAMILY + 1], turned[FAMILY + 1];
    for (size_t i = 0; i < FAMILY; i++)
        pairs[i] = *blocks_make(&blocks[i], 12 + i, ratios_tried[i], 0.02);
    pairs[FAMILY] = *two_make(&two, 7, 9, 1.04, 0.01);
    for (size_t i = 0; i <= FAMILY; i++)
        turned[FAMILY - i] = pairs[i];
    judge(pairs, FAMILY + 1, &judge_default);
    judge(turned, FAMILY + 1, &judge_default);
    for (size_t i = 0; i <= FAMILY; i++)
        assert_same(&pairs[i], &turned[FAMILY - i]);
    for (size_t i = 0; i < FAMILY; i++) {
        const double first = blocks[i].ratios[0];
        const size_t rest = pairs[i].ratio_count - 1;
        memmove(blocks[i].ratios, blocks[i].ratios + 1, rest * sizeof first);
        blocks[i].ratios[rest] = first;
    }
    judge(pairs, FAMILY + 1, &judge_default);
    for (size_t i = 0; i <= FAMILY; i++)
        assert_same(&pairs[i], &turned[FAMILY - i]);
}

static void unit_of_time_does_not_matter(void **state)
{
    (void)state;
    static struct two two;
    for (size_t sides = 1; sides <= 8; sides *= 2) {
        struct judge_pair pair = *two_make(&two, sides, sides, 1.03, 0.01);
        pair.noise_a = pair.noise_b = small_noise;
        struct judge_pair other = pair;
        judge(&pair, 1, &quick);
        for (size_t i = 0; i < sides; i++)
            for (size_t j = 0; j < REPETITIONS; j++) {
                two.a.walls[i][j] *= 1e-9;
                two.b.walls[i][j] *= 1e-9;
            }
        judge(&other, 1, &quick);
        assert_same(&pair, &other);
    }
}

static void steps_make_the_whole(void **state)
{
    (void)state;
    enum { FAMILY = COUNT(ratios_tried) };
    static struct two two[FAMILY];
    struct judge_pair whole[FAMILY], steps[FAMILY];
    for (size_t i = 0; i < FAMILY; i++)
        whole[i] = steps[i] = *two_make(&two[i], 1 + i, 8, ratios_tried[i], 0.01);
    judge(whole, FAMILY, &quick);
    judge_test(steps, FAMILY, &quick);
    for (size_t i = 0; i < FAMILY; i++) {
        judge_settle(&steps[i], FAMILY, &quick);
        assert_same(&whole[i], &steps[i]);
    }
}

/* --- what is needed --- */

/* Of comparisons that came out inconclusive, most are settled by as many runs as they asked for.
 * What is true is drawn around what was seen, as far off as that was unsure. */
static void needed_runs_settle_it_usually(void **state)
{
    (void)state;
    enum { TRIES = 300 };
    static struct blocks blocks;
    uint64_t seed = 5;
    size_t asked = 0, settled = 0;
    for (size_t try = 0; try < TRIES; try++) {
        const double sd = 0.03, far = try % 2 ? 0.04 : 0.06;
        for (size_t i = 0; i < 10; i++)
            blocks.ratios[i] = far + sd * normal(&seed);
        blocks.pair =
            (struct judge_pair){.paired = true, .ratios = blocks.ratios, .ratio_count = 10};
        judge(&blocks.pair, 1, &judge_default);
        const uint64_t needed = blocks.pair.needed;
        if (blocks.pair.judged != JUDGED_INCONCLUSIVE || needed == 0 || needed > VALUES_MOST)
            continue;
        assert_true(needed > 10);
        const double truth = log(blocks.pair.ratio);
        for (size_t i = 0; i < needed; i++)
            blocks.ratios[i] = truth + sd * normal(&seed);
        blocks.pair.ratio_count = needed;
        judge(&blocks.pair, 1, &judge_default);
        asked++;
        settled += blocks.pair.judged != JUDGED_INCONCLUSIVE;
    }
    assert_true(asked > TRIES / 4);
    if (settled * 100 < asked * 70)
        fail_msg("%zu of %zu settled", settled, asked);
}

static void needed_counts_what_is_compared(void **state)
{
    (void)state;
    static struct blocks blocks;
    static struct two two;
    struct judge_pair *pair = blocks_make(&blocks, 10, 1.03, 0.05);
    judge(pair, 1, &quick);
    assert_false(pair->needed_invocations);
    assert_in_range(pair->needed, 11, 1000);
    pair = two_make(&two, 8, 8, 1.10, 0.10);
    judge(pair, 1, &quick);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    assert_true(pair->needed_invocations);
    assert_in_range(pair->needed, 9, 1000);
    /* Three a side are too few for the test whatever they show. */
    pair = two_make(&two, 3, 3, 2, 0.001);
    judge(pair, 1, &quick);
    assert_true(pair->needed_invocations);
    assert_int_equal(pair->needed, 6);
    /* One a side: more invocations, not more repetitions. */
    pair = two_make(&two, 1, 1, 1.05, 0);
    pair->noise_a = pair->noise_b = large_noise;
    judge(pair, 1, &quick);
    assert_true(pair->needed_invocations);
    assert_in_range(pair->needed, 7, 1000);
    pair->noise_a.known = false;
    judge(pair, 1, &quick);
    assert_true(pair->needed_invocations);
    assert_int_equal(pair->needed, 6);
}

/* Over 4000 no fewer than 10 against 10 can stand Holm's correction: 2/choose(20, 10) is 1e-5. */
static void needed_looks_at_the_family(void **state)
{
    (void)state;
    static struct two two;
    struct judge_pair *pair = two_make(&two, 6, 6, 2, 0.001);
    judge_test(pair, 1, &quick);
    pair->p = 1;
    judge_settle(pair, 4000, &quick);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    assert_int_equal(pair->needed, 10);
}

/* At the very edge of the threshold no number of runs is enough. */
static void hopeless_is_not_counted(void **state)
{
    (void)state;
    static struct blocks blocks;
    struct judge_pair *pair = blocks_make(&blocks, 20, 1.02, 0.02);
    judge(pair, 1, &quick);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    assert_int_equal(pair->needed, 0);
}

/* --- next to nothing --- */

static void assert_nothing(struct judge_pair *pair)
{
    judge(pair, 1, &quick);
    assert_true(isnan(pair->ratio));
    assert_true(isnan(pair->p));
    assert_false(pair->interval.exists);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    assert_int_equal(pair->needed, 0);
}

static void nothing_is_inconclusive(void **state)
{
    (void)state;
    static struct two two;
    const struct samples empty[] = {{NULL, 0}, {NULL, 0}};
    judge(NULL, 0, &quick);
    assert_nothing(&(struct judge_pair){.paired = true});
    assert_nothing(&(struct judge_pair){.paired = false});
    assert_nothing(&(struct judge_pair){.a = {empty, 1}, .b = {empty, 1}});
    assert_nothing(&(struct judge_pair){.a = {empty, 2}, .b = {empty, 2}});
    for (size_t sides = 1; sides <= 2; sides++) {
        struct judge_pair *pair = two_make(&two, sides, 2, 1, 0);
        pair->b = (struct clusters){empty, 2};
        assert_nothing(pair);
        pair->b = pair->a;
        pair->a = (struct clusters){empty, sides};
        assert_nothing(pair);
    }
}

static void one_value_has_no_interval(void **state)
{
    (void)state;
    static struct blocks blocks;
    static struct two two;
    struct judge_pair *pair = blocks_make(&blocks, 1, 2, 0);
    judge(pair, 1, &quick);
    assert_near("ratio", pair->ratio, 2, 1e-12);
    assert_near("p", pair->p, 1, 0);
    assert_false(pair->interval.exists);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    pair = two_make(&two, 1, 1, 2, 0);
    two.a.invocations[0].n = two.b.invocations[0].n = 1;
    pair->noise_a = pair->noise_b = small_noise;
    judge(pair, 1, &quick);
    assert_false(pair->interval.exists);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
}

static void equal_values_are_equivalent(void **state)
{
    (void)state;
    static struct blocks blocks;
    static struct two two;
    struct judge_pair *pair = blocks_make(&blocks, 10, 1, 0);
    judge(pair, 1, &quick);
    assert_near("ratio", pair->ratio, 1, 0);
    assert_near("p", pair->p, 1, 0);
    assert_judged(pair, JUDGED_EQUIVALENT);
    for (size_t sides = 2; sides <= 8; sides *= 2) {
        pair = two_make(&two, sides, sides, 1, 0);
        for (size_t i = 0; i < sides; i++)
            for (size_t j = 0; j < REPETITIONS; j++)
                two.a.walls[i][j] = two.b.walls[i][j] = 5;
        judge(pair, 1, &quick);
        assert_near("ratio", pair->ratio, 1, 0);
        assert_near("p", pair->p, 1, 0);
        assert_judged(pair, JUDGED_EQUIVALENT);
    }
}

/* A wall time that overflowed must neither hang nor make a claim for the others. */
static void infinite_ratios_end(void **state)
{
    (void)state;
    static struct blocks blocks;
    struct judge_pair *pair = blocks_make(&blocks, 10, 1, 0.001);
    blocks.ratios[3] = INFINITY;
    judge(pair, 1, &quick);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    assert_near("ratio", pair->ratio, 1, 0.001);
    assert_true(pair->interval.lo > 0.99 && isinf(pair->interval.hi));
    blocks.ratios[5] = blocks.ratios[6] = -INFINITY;
    judge(pair, 1, &quick);
    assert_judged(pair, JUDGED_INCONCLUSIVE);
    for (size_t i = 0; i < 10; i++)
        blocks.ratios[i] = INFINITY;
    judge(pair, 1, &quick);
    assert_true(pair->judged == JUDGED_SLOWER || pair->judged == JUDGED_INCONCLUSIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paired_verdicts),
        cmocka_unit_test(threshold_is_where_it_says),
        cmocka_unit_test(holm_counts_the_family),
        cmocka_unit_test(independent_verdicts),
        cmocka_unit_test(unknown_noise_is_the_drift),
        cmocka_unit_test(known_noise_widens_by_its_own_t),
        cmocka_unit_test(swapped_sides_say_the_inverse),
        cmocka_unit_test(order_of_pairs_and_samples_does_not_matter),
        cmocka_unit_test(unit_of_time_does_not_matter),
        cmocka_unit_test(steps_make_the_whole),
        cmocka_unit_test(needed_runs_settle_it_usually),
        cmocka_unit_test(needed_counts_what_is_compared),
        cmocka_unit_test(needed_looks_at_the_family),
        cmocka_unit_test(hopeless_is_not_counted),
        cmocka_unit_test(nothing_is_inconclusive),
        cmocka_unit_test(one_value_has_no_interval),
        cmocka_unit_test(equal_values_are_equivalent),
        cmocka_unit_test(infinite_ratios_end),
    };
    return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
