#!/usr/bin/python3
"""Writes rank_reference.h: the tests by ranks, the trend and Holm's adjustment
obtained without the code under test. Made with scipy 1.10.1 and numpy 1.24.2 (Debian's
python3-scipy): mannwhitneyu (method exact and asymptotic, use_continuity), wilcoxon
(mode exact and approx, zero_method wilcox, correction), theilslopes, and t.ppf with Welch's
degrees of freedom, checked against ttest_ind (equal_var=False). scipy has no
Mann-Kendall with a continuity correction: its S and variance are summed here from the
definitions in exact integers, and checked against the p of scipy's kendalltau (which has
none). Holm's adjustment follows the 1979 paper in exact rationals.
Run: python3 rank_reference.py > rank_reference.h
"""

from collections import Counter
from fractions import Fraction
from math import comb, isclose, sqrt
import random

import numpy
from scipy import stats

EXACT_MOST = 50


def pairs():
    """Two samples as run times are: few, many, tied, shifted, unequal numbers, apart."""
    source = random.Random(19450601)

    def skewed(n, shift=0.0):
        return [source.lognormvariate(2.0 + shift, 0.4) for _ in range(n)]

    def whole(n, most, shift=0):
        return [float(source.randrange(most) + shift) for _ in range(n)]

    yield "one_each", [1.0], [2.0]
    yield "one_many", [5.5], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    yield "apart", [1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]
    yield "even_out", [1.0, 4.0, 5.0, 8.0], [2.0, 3.0, 6.0, 7.0]
    yield "ten", skewed(10), skewed(10, 0.3)
    yield "unequal", skewed(7, 0.5), skewed(23)
    yield "most", skewed(50), skewed(50, 0.15)
    yield "far", skewed(50), skewed(50, 2.0)
    yield "one_past", skewed(51), skewed(50, 0.2)
    yield "past_one", skewed(3), skewed(51)
    yield "large", skewed(300), skewed(200, 0.1)
    yield "tied", whole(12, 6), whole(15, 6, 1)
    yield "one_tie", [1.0, 2.0, 3.0, 4.0], [4.0, 5.0, 6.0, 7.0, 8.0]
    yield "half_tie", [1.0, 1.0, 1.0], [1.0, 1.0, 2.0]
    yield "tied_large", whole(120, 9), whole(90, 9, 1)
    yield "negative", [-3.0, -1.5, 0.0, 2.0], [-2.5, -1.0, 0.5, 3.0, 4.0]


def differences():
    source = random.Random(19450602)

    def skewed(n, shift):
        return [source.lognormvariate(0.0, 0.7) - shift for _ in range(n)]

    def whole(n, low, high):
        return [float(source.randint(low, high)) for _ in range(n)]

    yield "one", [3.0]
    yield "zeros_and_one", [0.0, -2.0, 0.0]
    yield "all_above", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    yield "balanced", [1.0, -2.0, -3.0, 4.0]
    yield "ten", skewed(10, 1.5)
    yield "twenty", skewed(20, 1.2)
    yield "most", skewed(50, 1.0)
    yield "most_and_zeros", skewed(50, 0.9) + [0.0, 0.0, 0.0]
    yield "past", skewed(51, 0.9)
    yield "large", skewed(400, 1.15)
    yield "tied", whole(15, -4, 7)
    yield "tied_large", whole(200, -10, 11)
    yield "same", [-2.0] * 9
    yield "tied_even", [1.0, -1.0, 2.0, -2.0]


def series():
    source = random.Random(19450603)
    yield "rising", [float(i) for i in range(1, 11)]
    yield "falling", [10.0 - i for i in range(4)]
    yield "flat", [3.0] * 8
    yield "noise", [source.gauss(100.0, 3.0) for _ in range(30)]
    yield "drift", [100.0 + 0.2 * i + source.gauss(0.0, 3.0) for i in range(50)]
    yield "tied", [float(source.randrange(5) + i // 8) for i in range(40)]
    yield "below_zero", [-50.0 - 0.3 * i + source.gauss(0.0, 2.0) for i in range(25)]
    yield "longest", [100.0 - 0.01 * i + source.gauss(0.0, 4.0) for i in range(500)]


def adjusted():
    yield "none_twice", [0.01, 0.04, 0.03]
    yield "unsorted", [0.2, 0.001, 0.9, 0.0125, 0.013, 0.6]
    yield "equal", [0.02, 0.02, 0.02, 0.02]
    yield "one", [0.7]
    yield "zero", [1.0, 0.0, 0.5]


def mann_whitney(a, b):
    untied = len(set(a + b)) == len(a) + len(b)
    exact = untied and max(len(a), len(b)) <= EXACT_MOST
    method = "exact" if exact else "asymptotic"
    return float(stats.mannwhitneyu(a, b, alternative="two-sided", method=method).pvalue)


def signed_rank(d):
    left = [abs(x) for x in d if x != 0.0]
    exact = len(set(left)) == len(left) <= EXACT_MOST
    mode = "exact" if exact else "approx"
    kept = [x for x in d if x != 0.0]  # exact mode refuses zeros; dropping them is the method
    return float(stats.wilcoxon(kept, zero_method="wilcox", correction=True, mode=mode).pvalue)


def mann_kendall(x):
    n = len(x)
    score = sum((x[j] > x[i]) - (x[j] < x[i]) for i in range(n) for j in range(i + 1, n))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(x).values())
    variance = Fraction(n * (n - 1) * (2 * n + 5) - ties, 18)
    if variance == 0:
        return 1.0
    kendall = stats.kendalltau(range(n), x, method="asymptotic").pvalue
    plain = 2.0 * stats.norm.sf(abs(score) / sqrt(variance))
    assert isclose(kendall, plain, rel_tol=1e-9), (kendall, plain)
    return min(1.0, float(2.0 * stats.norm.sf((abs(score) - 1) / sqrt(variance))))


def holm(p):
    k = len(p)
    order = sorted(range(k), key=lambda i: p[i])
    result, highest = [0.0] * k, Fraction(0)
    for step, i in enumerate(order):
        highest = max(highest, min(Fraction(1), (k - step) * Fraction(p[i])))
        result[i] = float(highest)
    return result


def few():
    """Medians of few invocations, so close that Student's t says more than their range."""
    yield "two_two", [1.0, 2.0], [2.0, 4.0]
    yield "three_two", [10.0, 10.5, 10.2], [12.0, 11.0]
    yield "three_four", [100.0, 104.0, 102.0], [99.0, 97.0, 97.5, 98.0]
    yield "one_three", [7.0], [7.5, 7.25, 7.75]


def welch(a, b):
    """The 95% interval of exp(mean log b - mean log a)."""
    logs = [numpy.log(side) for side in (a, b)]
    shares = [x.var(ddof=1) / len(x) if len(x) > 1 else 0.0 for x in logs]
    weights = [v * v / (len(x) - 1) if len(x) > 1 else 0.0 for v, x in zip(shares, logs)]
    degrees = sum(shares) ** 2 / sum(weights)
    distance = logs[1].mean() - logs[0].mean()
    if min(map(len, logs)) > 1:
        known = stats.ttest_ind(logs[1], logs[0], equal_var=False).pvalue
        assert isclose(known, 2.0 * stats.t.sf(abs(distance) / sqrt(sum(shares)), degrees))
    half = stats.t.ppf(0.975, degrees) * sqrt(sum(shares))
    lo, hi = float(numpy.exp(distance - half)), float(numpy.exp(distance + half))
    assert lo < min(b) / max(a) and max(b) / min(a) < hi
    return lo, hi


def doubles(values):
    return ", ".join(float(v).hex() for v in values)


def array(name, values):
    print(f"static const double {name}[] = {{{doubles(values)}}};")


def main():
    print("/* Made by rank_reference.py, which says how; do not edit. */")
    print("#ifndef TESTS_UNIT_REFERENCE_RANK_REFERENCE_H")
    print("#define TESTS_UNIT_REFERENCE_RANK_REFERENCE_H\n")
    print("/* clang-format off */")
    two = list(pairs())
    for name, a, b in two:
        array(f"pair_{name}_a", a)
        array(f"pair_{name}_b", b)
    print("\nstatic const struct reference_pair {\n    const char *name;")
    print("    const double *a, *b;\n    unsigned m, n;\n    double p;\n} reference_pairs[] = {")
    for name, a, b in two:
        p = mann_whitney(a, b).hex()
        print(f'    {{"{name}", pair_{name}_a, pair_{name}_b, {len(a)}, {len(b)}, {p}}},')
    print("};\n")

    one = list(differences())
    for name, d in one:
        array(f"differences_{name}", d)
    print("\nstatic const struct reference_differences {\n    const char *name;")
    print("    const double *values;\n    unsigned n;\n    double p;")
    print("} reference_differences[] = {")
    for name, d in one:
        print(f'    {{"{name}", differences_{name}, {len(d)}, {signed_rank(d).hex()}}},')
    print("};\n")

    trends = list(series())
    for name, x in trends:
        array(f"series_{name}", x)
    print("\nstatic const struct reference_series {\n    const char *name;")
    print("    const double *values;\n    unsigned n;\n    double slope; /* per step */")
    print("    double relative; /* to the magnitude of the median */")
    print("    double p;\n} reference_series[] = {")
    for name, x in trends:
        slope = float(stats.theilslopes(x)[0])
        relative = slope / abs(float(numpy.median(x)))
        print(f'    {{"{name}", series_{name}, {len(x)}, {slope.hex()}, {relative.hex()}, ', end="")
        print(f"{mann_kendall(x).hex()}}},")
    print("};\n")

    for name, p in adjusted():
        array(f"holm_{name}_p", p)
        array(f"holm_{name}_adjusted", holm(p))
    print("\nstatic const struct reference_holm {\n    const char *name;")
    print("    const double *p, *adjusted;\n    unsigned n;\n} reference_holms[] = {")
    for name, p in adjusted():
        print(f'    {{"{name}", holm_{name}_p, holm_{name}_adjusted, {len(p)}}},')
    print("};\n\nstatic const struct reference_least {")
    print("    unsigned m, n;\n    double p;\n} reference_leasts[] = {")
    for m, n in [(1, 1), (1, 39), (3, 3), (4, 4), (5, 2), (10, 10), (20, 7), (50, 50), (0, 5)]:
        print(f"    {{{m}, {n}, {float(min(1, Fraction(2, comb(m + n, m)))).hex()}}},")
    print("};\n")
    for name, a, b in few():
        array(f"few_{name}_a", a)
        array(f"few_{name}_b", b)
    print("\nstatic const struct reference_few {\n    const char *name;")
    print("    const double *a, *b;\n    unsigned m, n;\n    double lo, hi;")
    print("} reference_fews[] = {")
    for name, a, b in few():
        lo, hi = welch(a, b)
        print(f'    {{"{name}", few_{name}_a, few_{name}_b, {len(a)}, {len(b)}, ', end="")
        print(f"{lo.hex()}, {hi.hex()}}},")
    print("};\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
