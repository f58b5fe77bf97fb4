#include "bench/stats/null_ranks.h"

#include <stdlib.h>
#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Each rank is in the sum with the chance 1/2: the product of (1 + q^rank)/2. */
double *null_signed_rank(size_t n, size_t most)
{
    double *chances = calloc(most + 1, sizeof *chances);
    if (!chances)
        return NULL;
    chances[0] = 1.0;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t sum = smaller(rank * (rank + 1) / 2, most) + 1; sum-- > 0;)
            chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0.0)) / 2.0;
    return chances;
}

/* Of i and j untied values the largest is one of the i with the chance i / (i + j), and then it is
 * above all j; so P_ij(u) = i/(i+j) P_(i-1)j(u - j) + j/(i+j) P_i(j-1)(u). One i at a time, in
 * place. */
double *null_mann_whitney(size_t m, size_t n, size_t most)
{
    const size_t width = most + 1;
    double *table = calloc((n + 1) * width, sizeof *table); /* per j, of the i at hand */
    if (!table)
        return NULL;
    for (size_t j = 0; j <= n; j++)
        table[j * width] = 1.0;
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) {
            double *here = &table[j * width];
            const double *fewer = here - width, all = (double)(i + j);
            for (size_t u = smaller(i * j, most) + 1; u-- > 0;)
                here[u] = (fewer[u] * (double)j + (u >= j ? here[u - j] * (double)i : 0.0)) / all;
        }
    memmove(table, &table[n * width], width * sizeof *table);
    return table;
}
