#!/usr/bin/env python3
"""Writes stats_reference.h: medians, quantiles and coverages obtained without the
code under test, in exact rational arithmetic of the standard library, rounded once
at the end. Run: python3 stats_reference.py > stats_reference.h
"""

from fractions import Fraction
from math import comb, floor
import random
import statistics

PROBABILITIES = ["0", "0.05", "0.25", "0.5", "0.75", "0.9", "0.99", "1"]
COVERED = list(range(1, 41)) + [50, 99, 100, 367, 368, 1000]


def sets():
    """Samples as run times are: ties, few, odd and even numbers, skewed, far apart."""
    source = random.Random(20240229)
    yield "one", [42.5]
    yield "two", [3.0, -1.0]
    yield "ties", [5.0, 5.0, 5.0, 7.0, 5.0, 7.0, 7.0]
    yield "six", [6.0, 1.0, 5.0, 2.0, 4.0, 3.0]
    yield "negative", [-8.25, 0.0, 3.5, -0.125, 12.0, -77.0, 1e-9]
    yield "skewed", [source.lognormvariate(17.0, 0.6) for _ in range(25)]
    yield "whole", [float(source.randrange(10**9, 2 * 10**9)) for _ in range(100)]
    yield "apart", [10.0 ** source.randrange(-12, 13) for _ in range(51)]


def quantile(values, p):
    """Type 7 of Hyndman and Fan, exactly; p is a decimal string read as a double."""
    ordered = sorted(Fraction(v) for v in values)
    h = (len(ordered) - 1) * Fraction(float(p))
    below = floor(h)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (h - below) * (ordered[above] - ordered[below])


def coverage(n, k):
    """1 - 2 P(Bin(n, 1/2) <= k - 1), exactly."""
    return 1 - 2 * Fraction(sum(comb(n, i) for i in range(k)), 2**n)


def narrowest(n, level):
    """The largest k that still covers `level` with (x_(k), x_(n+1-k)); 0: none."""
    return max([k for k in range(1, n // 2 + 1) if coverage(n, k) >= level], default=0)


def doubles(values):
    return ", ".join(float(v).hex() for v in values)


def main():
    print("/* Made by stats_reference.py, which says how; do not edit. */")
    print("#ifndef TESTS_UNIT_REFERENCE_STATS_REFERENCE_H")
    print("#define TESTS_UNIT_REFERENCE_STATS_REFERENCE_H\n")
    print("/* clang-format off */")
    print(f"enum {{ REFERENCE_PROBABILITIES = {len(PROBABILITIES)} }};")
    print("static const double reference_probabilities[REFERENCE_PROBABILITIES] = {")
    print(f"    {doubles(PROBABILITIES)}}};\n")
    chosen = list(sets())
    for name, values in chosen:
        print(f"static const double reference_{name}[] = {{{doubles(values)}}};")
    print("\nstatic const struct reference_set {")
    print("    const char *name;\n    const double *values;\n    unsigned n;")
    print("    double median;\n    double quantiles[REFERENCE_PROBABILITIES];")
    print("    unsigned k; /* of the 95% interval; 0: there is none */")
    print("    double lo, hi;\n} reference_sets[] = {")
    for name, values in chosen:
        k = narrowest(len(values), Fraction(95, 100))
        ordered = sorted(values)
        lo, hi = (ordered[k - 1], ordered[len(values) - k]) if k else (0.0, 0.0)
        exact = [quantile(values, p) for p in PROBABILITIES]
        print(f'    {{"{name}", reference_{name}, {len(values)}, ', end="")
        print(f"{statistics.median(values).hex()},")
        print(f"     {{{doubles(exact)}}},\n     {k}, {lo.hex()}, {hi.hex()}}},")
    print("};\n\nstatic const struct reference_coverage {")
    print("    unsigned n, k;\n    double coverage;\n} reference_coverages[] = {")
    for n in COVERED:
        step = max(1, n // 40)
        for k in range(1, n // 2 + 1, step):
            print(f"    {{{n}, {k}, {float(coverage(n, k)).hex()}}},")
    print("};\n\n/* The narrowest k at 95% for n = 0, 1, 2, ...; 0: no interval exists. */")
    print("static const unsigned reference_narrowest[] = {")
    print(f"    {', '.join(str(narrowest(n, Fraction(95, 100))) for n in range(121))}}};")
    print("/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
