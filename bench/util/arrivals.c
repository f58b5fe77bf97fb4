#include "bench/util/arrivals.h"

#include "bench/util/clock.h"
#include "bench/util/mix.h"

#define LN_2   0.69314718055994530942
#define SQRT_2 1.41421356237309504880

double arrivals_minus_ln(double x)
{
    unsigned halvings = 0;

    while (x < SQRT_2 / 2) { /* doubling is exact */
        x *= 2;
        halvings++;
    }
    /* ln x = 2 (z + z^3/3 + z^5/5 + ...), z = (x-1)/(x+1) (Abramowitz and Stegun, 4.1.27). Here
     * |z| <= 0.172, so that what follows the last term is below 1e-13. */
    double z = (x - 1) / (x + 1), square = z * z, power = z, sum = 0;
    for (int k = 1; k <= 15; k += 2) {
        sum += power / k;
        power *= square;
    }
    return halvings * LN_2 - 2 * sum;
}

void arrivals_init(struct arrivals *arrivals, uint64_t rate, bool poisson, uint64_t seed)
{
    *arrivals = (struct arrivals){
        .rate = rate, .poisson = poisson, .random = mix64(seed ^ UINT64_C(0x617272697661))};
}

uint64_t arrivals_next(struct arrivals *arrivals)
{
    uint64_t number = arrivals->number++;

    if (!arrivals->poisson) {
        return number / arrivals->rate * NS_PER_SECOND +
               number % arrivals->rate * NS_PER_SECOND / arrivals->rate;
    }
    /* By inversion, -ln U with U in (0, 1] in steps of 2^-53 (Devroye, Non-Uniform Random Variate
     * Generation, 1986, II.2): never the logarithm of 0. */
    double uniform = (double)((mix_next(&arrivals->random) >> 11) + 1) / 0x1p53;
    arrivals->elapsed_ns +=
        arrivals_minus_ln(uniform) * (double)NS_PER_SECOND / (double)arrivals->rate;
    return (uint64_t)arrivals->elapsed_ns;
}
