#!/usr/bin/env python3
"""Writes scaling_reference.h: fits of Amdahl's law and of the Universal Scalability Law made by
scipy (MINPACK and its trust region method for bounds) instead of GSL, from many starts. The times
are synthetic, from fixed seeds. Run: python3 scaling_reference.py > scaling_reference.h
(made with scipy 1.10.1)
"""

import math
import random

import numpy
from scipy.optimize import least_squares

EDGE = 1e-7  # a parameter this near its bound, in units of the scaled problem, lies at it


def law(n, t1, sigma, kappa):
    return t1 * (1 + sigma * (n - 1) + kappa * n * (n - 1)) / n


def noisy(seed, counts, time, spread):
    """Multiplicative noise, so that log times have the standard deviation `spread`."""
    source = random.Random(seed)
    return [(n, time(n) * math.exp(source.gauss(0, spread))) for n in counts]


def sets():
    far_up = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64]
    yield "usl", noisy(1, far_up, lambda n: law(n, 4e9, 0.03, 2e-4), 0.01)
    yield "amdahl", noisy(2, range(1, 9), lambda n: law(n, 1e9, 0.05, 0), 0.02)
    yield "superlinear", noisy(3, range(1, 17), lambda n: 7e8 / n**1.15, 0.01)
    yield "flat", noisy(4, range(1, 13), lambda n: 3e7, 0.005)
    yield "rising", noisy(5, [1, 2, 3, 4, 6, 8, 12, 16], lambda n: 2e6 * n**0.5, 0.02)
    yield "repeated", noisy(6, list(range(1, 7)) * 4, lambda n: law(n, 5e8, 0.1, 0.01), 0.05)
    yield "far", noisy(7, [1, 2, 3, 4, 5, 1000], lambda n: law(n, 9e9, 0.02, 3e-7), 0.01)
    yield "headless", noisy(8, [4, 6, 8, 12, 16, 24, 32], lambda n: law(n, 6e10, 0.01, 1e-3), 0.01)
    yield "coherency", noisy(13, [1, 2, 3, 4, 6, 8, 10, 12, 16], lambda n: law(n, 8e8, 0, 4e-3), 0.02)
    yield "cliff", [(n, 1e9 / min(n, 2)) for n in range(1, 9)]


def squares(n, y, level, sigma, kappa):
    return sum((level + numpy.log(law(n, 1.0, sigma, kappa)) - y) ** 2)


def fit(points, coherency):
    n = numpy.array([float(p[0]) for p in points])
    y = numpy.log([p[1] for p in points])
    unit = numpy.array([1.0, 1.0 / (n.max() - 1), 1.0 / (n.max() * (n.max() - 1))])
    used = 3 if coherency else 2

    def model(x, *p):
        full = list(p) + [0.0] * (3 - len(p))
        return y.mean() + full[0] + numpy.log(law(x, 1.0, full[1] * unit[1], full[2] * unit[2]))

    low = [-numpy.inf, 0.0, 0.0][:used]
    high = [numpy.inf, 1.0 / unit[1], 1e6 / unit[2]][:used]
    best = None
    for sigma in (0.001, 0.03, 0.3, 0.9):
        for kappa in (0.001, 0.1, 3.0, 100.0) if coherency else (0.0,):
            start = [0.0, sigma / unit[1], kappa][:used]
            got = least_squares(lambda p: model(n, *p) - y, start, bounds=(low, high), jac="3-point",
                                ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=20000)
            if best is None or got.cost < best.cost:
                best = got
    at = list(best.x)
    free = [0] + [i for i in range(1, used) if at[i] - low[i] > EDGE and high[i] - at[i] > EDGE]
    for i in range(1, used):
        if i not in free:
            at[i] = low[i] if at[i] - low[i] <= EDGE else high[i]

    def whole(p):
        full = list(at)
        for i, value in zip(free, p):
            full[i] = value
        return full

    def slopes(p):
        full = whole(p)
        u = n * law(n, 1.0, full[1] * unit[1], (full + [0.0])[2] * unit[2])
        columns = [n / n, (n - 1) * unit[1] / u, n * (n - 1) * unit[2] / u]
        return numpy.column_stack([columns[i] for i in free])

    got = least_squares(lambda p: model(n, *whole(p)) - y, [at[i] for i in free], method="lm",
                        jac=slopes, ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=20000)
    variance = 2 * got.cost / (len(points) - len(free))
    covariance = variance * numpy.linalg.inv(got.jac.T @ got.jac)
    errors = [math.nan] * 3
    for i, value, own in zip(free, got.x, numpy.diag(covariance)):
        at[i] = value
        errors[i] = math.sqrt(own)
    at += [0.0] * (3 - used)
    t1 = math.exp(at[0] + y.mean())
    cost = squares(n, y, at[0] + y.mean(), at[1] * unit[1], at[2] * unit[2])
    m, k = len(points), used + 1
    aicc = m * math.log(cost / m) + 2 * k + 2 * k * (k + 1) / (m - k - 1)
    return [t1, at[1] * unit[1], at[2] * unit[2], t1 * errors[0], errors[1] * unit[1],
            errors[2] * unit[2], math.sqrt(cost / (m - len(free))), aicc]


def number(value):
    return "NAN" if math.isnan(value) else f"{value:.12g}"


def main():
    print("/* Made by scaling_reference.py, which says how; do not edit. */")
    print("#ifndef TESTS_UNIT_REFERENCE_SCALING_REFERENCE_H")
    print("#define TESTS_UNIT_REFERENCE_SCALING_REFERENCE_H\n")
    print("#include <math.h>\n\n#include \"bench/stats/scaling_fit.h\"\n")
    print("/* clang-format off */")
    chosen = [(name, [(n, float(f"{t:.0f}")) for n, t in points]) for name, points in sets()]
    for name, points in chosen:
        print(f"static const struct scaling_point reference_{name}[] = {{")
        for n, t in points:
            print(f"    {{{n}, {t:.0f}}},")
        print("};")
    print("\n/* Each law: t1, sigma, kappa, their standard errors, residual, AICc. */")
    print("static const struct scaling_reference {")
    print("    const char *name;\n    const struct scaling_point *points;\n    size_t n;")
    print("    struct scaling_law amdahl, usl;\n} scaling_references[] = {")
    for name, points in chosen:
        print(f'    {{"{name}", reference_{name}, {len(points)},')
        for coherency in (False, True):
            end = "}," if coherency else ","
            print(f"     {{{', '.join(number(v) for v in fit(points, coherency))}}}{end}")
    print("};\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
