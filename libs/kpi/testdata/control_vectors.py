#!/usr/bin/env python3
"""Prints random series with their control chart and trend, one a line, for
control_vectors_main.cc: settings, points, and what an implementation of SEMANTICS 3.12 and 3.10
that was written from the contract alone gets, doubles as the 16 hex digits of their bits.

usage: control_vectors.py [SEED [COUNT]]
"""

import math
import random
import statistics
import struct
import sys

NAMES = ["OUT_HIGH", "OUT_LOW", "TREND_UP", "TREND_DOWN", "NEAR_HIGH", "NEAR_LOW", "SHIFT_HIGH",
         "SHIFT_LOW"]


def bits(number):
    return struct.pack(">d", number).hex()


def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def limits_of(spec, points):
    """Lines of a segment; points are (value or None, excluded). None without limits."""
    measured = [i for i, (value, _) in enumerate(points) if value is not None]
    if len(measured) < 5:
        return None
    baseline = measured[:spec["k"]] if spec["k"] else measured
    values = [points[i][0] for i in baseline if not points[i][1]]
    ranges = [abs(points[i][0] - points[i - 1][0]) for i in baseline
              if i > 0 and points[i - 1][0] is not None and not points[i][1]
              and not points[i - 1][1]]
    if not values or not ranges:
        return None
    if spec["centre"] == "MEAN":
        centre = values[0] if len(set(values)) == 1 else mean(values)
        amr = mean(ranges)
        if spec["screening"] and amr > 0:
            amr = mean([r for r in ranges if r < 3.267 * amr])
        width, url, sigma = 2.66 * amr, 3.267 * amr, amr / 1.128379
    else:
        centre, amr = statistics.median(values), statistics.median(ranges)
        width, url, sigma = 3.145 * amr, 3.865 * amr, amr / 0.953873
    return {"cl": centre, "upl": centre + width, "lpl": centre - width,
            "u2": centre + width * 2 / 3, "l2": centre - width * 2 / 3,
            "uq": centre + width / 2, "lq": centre - width / 2, "url": url, "amr": amr,
            "sigma": sigma}


def flags_of(spec, limits, values):
    """Sets of rule names of the measured values of a segment."""
    n = len(values)
    flags = [set() for _ in values]

    def mark(name, indices):
        for index in indices:
            flags[index].add(name)

    quarter = spec["profile"] == "WHEELER"
    window = 3 if spec["profile"] == "NHS_MDC" else 4
    shift = spec["shift"] or (8 if quarter else 7)
    trend = (spec["trend"] or 7) if spec["profile"] == "NHS_MDC" else 0
    for sign, side, move in ((1, "HIGH", "UP"), (-1, "LOW", "DOWN")):
        edge = spec["max"] if sign > 0 else spec["min"]
        out = limits["upl" if sign > 0 else "lpl"]
        near = limits[("u" if sign > 0 else "l") + ("q" if quarter else "2")]
        beyond = [sign * v > sign * near for v in values]
        on_side = [sign * v > sign * limits["cl"] for v in values]
        rises = [False] + [sign * b > sign * a for a, b in zip(values, values[1:])]
        clipped = [edge is not None and sign * line > sign * edge for line in (out, near)]
        for i in range(n):
            if not clipped[0] and sign * values[i] > sign * out:
                mark("OUT_" + side, [i])
            if i + shift <= n and all(on_side[i:i + shift]):
                mark("SHIFT_" + side, range(i, i + shift))
            if trend and i + trend <= n and all(rises[i + 1:i + trend]):
                mark("TREND_" + move, range(i, i + trend))
            inside = range(i, i + window)
            if i + window > n or clipped[1] or sum(beyond[j] for j in inside) < window - 1:
                continue
            if quarter or all(on_side[j] for j in inside):
                mark("NEAR_" + side, [j for j in inside if beyond[j]])
    return flags


def chart_of(spec, points):
    """Flags of every point and the limits at the end."""
    starts = [i for i, point in enumerate(points) if point[2] or i == 0]
    flags, limits = [], None
    for start, end in zip(starts, starts[1:] + [len(points)]):
        segment = [(value, excluded) for value, excluded, _ in points[start:end]]
        limits = limits_of(spec, segment)
        values = [value for value, _ in segment if value is not None]
        found = iter(flags_of(spec, limits, values) if limits else [set() for _ in values])
        flags += [set() if value is None else next(found) for value, _ in segment]
    texts = ["+".join(name for name in NAMES if name in each) or "." for each in flags]
    lines = ",".join(bits(limits[key]) for key in limits) if limits else "-"
    return ",".join(texts) + " " + lines


def trend_of(values):
    """Slope, S, Z and whether there is evidence, of consecutive periods."""
    known = [(i, value) for i, value in enumerate(values) if value is not None]
    pairs = [(a, b) for n, a in enumerate(known) for b in known[n + 1:]]
    if not pairs:
        return "-"
    slope = statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs)
    s = sum((b[1] > a[1]) - (b[1] < a[1]) for a, b in pairs)
    n = len(known)
    ties = [[value for _, value in known].count(v) for v in {value for _, value in known}]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - (s > 0) + (s < 0)) / math.sqrt(variance) if variance else 0.0
    table = {5: 8, 6: 11, 7: 13}
    evidence = n >= 5 and (abs(s) >= table[n] if n in table else abs(z) >= 1.645)
    return f"{bits(slope)},{s},{bits(z)},{int(evidence)}"


def random_spec(rng):
    return {"profile": rng.choice(["NHS_MDC", "WHEELER", "SERVICENOW"]),
            "k": rng.choice([0, 5, 8, 12, 12, 13]), "screening": rng.random() < 0.7,
            "centre": rng.choice(["MEAN", "MEAN", "MEDIAN"]), "shift": rng.choice([0, 0, 6, 8]),
            "trend": rng.choice([0, 0, 6, 7]), "min": rng.choice([None, None, 97.5]),
            "max": rng.choice([None, None, 102.5])}


def random_points(rng):
    level, slope, points = 100.0, 0.0, []
    for _ in range(rng.randrange(1, 60)):
        if rng.random() < 0.08:
            level, slope = 100 + rng.uniform(-2, 2), rng.choice([-0.4, 0.0, 0.0, 0.4])
        level += slope
        value = round(level + rng.gauss(0, 0.2 if slope else 1), rng.choice([0, 1, 4, 12]))
        points.append((None if rng.random() < 0.06 else value, rng.random() < 0.08,
                       rng.random() < 0.03))
    return points


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    rng = random.Random(seed)
    for _ in range(count):
        spec, points = random_spec(rng), random_points(rng)
        settings = ",".join(
            "-" if value is None else str(int(value) if isinstance(value, bool) else value)
            for value in spec.values())
        series = ",".join(("-" if value is None else bits(value)) + "x" * excluded + "s" * starts
                          for value, excluded, starts in points)
        last = rng.choice([5, 6, 7, 8, 12])
        trend = trend_of([value for value, _, _ in points[-last:]])
        print(settings, series, chart_of(spec, points), last, trend)


if __name__ == "__main__":
    main()
