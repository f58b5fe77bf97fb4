/* How often judge() calls a difference that is not there, and how often it finds one that is.
 * Usage: simulation [COMPARISONS], 2000 if not given. The same figures on each run. */
#include "tests/simulation/simulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_too_many(size_t claims, size_t comparisons)
{
    const double n = (double)comparisons, error = sqrt(FALSE_MOST * (1 - FALSE_MOST) / n);
    return (double)claims / n > FALSE_MOST + 2 * error;
}

void report_false(struct simulation *s, const char *what, struct claims claims)
{
    const size_t n = s->comparisons;
    const bool fine = !is_too_many(claims.made, n) && !is_too_many(claims.bare, n);
    printf("%-58s false in %5.2f%% of %zu", what, 100 * (double)claims.made / (double)n, n);
    if (!claims.bare_unknown)
        printf(" (threshold 0: %5.2f%%)", 100 * (double)claims.bare / (double)n);
    puts(fine ? "" : "  TOO MANY");
    s->failures += fine ? 0 : 1;
}

void report_found(struct simulation *s, const char *what, size_t found, size_t cells, bool required)
{
    const double n = (double)cells, share = (double)found / n;
    const double error = sqrt(POWER_LEAST * (1 - POWER_LEAST) / n);
    const bool fine = !required || share >= POWER_LEAST - 2 * error;
    printf("%-58s found in %5.1f%% of %zu%s\n", what, 100 * share, cells, fine ? "" : "  TOO FEW");
    s->failures += fine ? 0 : 1;
}

void count_claims(struct claims *claims, struct judge_pair *pairs, size_t count,
                  const struct judge_rules *rules)
{
    const struct judge_rules bare = {0, rules->resamples, rules->seed};
    bool any = false, any_bare = false;
    judge_test(pairs, count, rules);
    for (size_t i = 0; i < count; i++) {
        if (!(pairs[i].p < 1 - JUDGE_LEVEL))
            continue;
        judge_settle(&pairs[i], count, rules);
        any |= pairs[i].judged == JUDGED_FASTER || pairs[i].judged == JUDGED_SLOWER;
        judge_settle(&pairs[i], count, &bare);
        any_bare |= pairs[i].judged == JUDGED_FASTER || pairs[i].judged == JUDGED_SLOWER;
    }
    claims->made += any;
    claims->bare += any_bare;
}

size_t count_slower(struct judge_pair *pairs, size_t count, const struct judge_rules *rules)
{
    size_t slower = 0;
    judge_test(pairs, count, rules);
    for (size_t i = 0; i < count; i++) {
        judge_settle(&pairs[i], count, rules);
        slower += pairs[i].judged == JUDGED_SLOWER;
    }
    return slower;
}

int main(int argc, char **argv)
{
    struct simulation s = {.comparisons = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000};
    if (s.comparisons == 0 || argc > 2) {
        fprintf(stderr, "usage: %s [COMPARISONS], 1 or more\n", argv[0]);
        return 2;
    }
    void (*const parts[])(struct simulation *) = {simulate_paired, simulate_winners,
                                                  simulate_invocations, simulate_single};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        s.rng = gsl_rng_alloc(gsl_rng_taus2);
        gsl_rng_set(s.rng, 20260102 + i);
        parts[i](&s);
        gsl_rng_free(s.rng);
        fflush(stdout);
    }
    return s.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
