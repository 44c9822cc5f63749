"""Statistical process control of SEMANTICS 3.12: XmR limits and rules, in doubles.

Sums run from the first point to the last. A point is a float, or None where the period has no
value: such points are skipped, they neither extend nor break a run.
"""

import dataclasses

FEWEST = 5  # points with limits
FULL = 13  # points from which limits are no longer TRIAL
# Points in a row on one side: SHIFT; differences of one sign: TREND; m of n beyond a line: NEAR.
PROFILES = {
    "NHS_MDC": {"shift": 7, "trend": 6, "near": (2, 3, "two_sigma"), "range": False},
    "WHEELER": {"shift": 8, "trend": None, "near": (3, 4, "quarter"), "range": True},
    "SERVICENOW": {"shift": 7, "trend": None, "near": (3, 4, "two_sigma"), "range": False},
}


@dataclasses.dataclass(frozen=True)
class Limits:
    centre: float
    average_range: float

    @property
    def reach(self):
        return 2.66 * self.average_range

    @property
    def upper(self):
        return self.centre + self.reach

    @property
    def lower(self):
        return self.centre - self.reach

    @property
    def range_limit(self):
        return 3.267 * self.average_range

    def line(self, name):
        """(lower, upper) of the two-sigma or quarter lines."""
        part = self.reach * (2 / 3 if name == "two_sigma" else 1 / 2)
        return self.centre - part, self.centre + part


def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def limits(points, baseline=12, screening=True):
    """XmR limits from the first `baseline` points (0: all); None below five points."""
    known = [point for point in points if point is not None]
    if len(known) < FEWEST:
        return None
    used = known[:baseline] if baseline else known
    ranges = [abs(b - a) for a, b in zip(used, used[1:])]
    average = mean(ranges)
    if screening and average > 0:
        ranges = [one for one in ranges if one < 3.267 * average] or ranges
        average = mean(ranges)
    return Limits(mean(used), average)


def side(value, centre):
    return (value > centre) - (value < centre)


def runs(signs, length):
    """Indices that lie in a run of at least so many equal signs other than 0."""
    hit, start = set(), 0
    for i in range(len(signs) + 1):
        if i == len(signs) or signs[i] != signs[start]:
            if i - start >= length and signs[start] != 0:
                hit |= set(range(start, i))
            start = i
    return hit


def trend_runs(values, differences):
    """{index: UP or DOWN} of points in so many differences of one sign in a row."""
    signs = [side(b, a) for a, b in zip(values, values[1:])]
    hit = {}
    for i in sorted(runs(signs, differences)):
        for point in (i, i + 1):
            hit[point] = "UP" if signs[i] > 0 else "DOWN"
    return hit


def near(values, bounds, at_least, window, line):
    """{index: HIGH or LOW}: of `window` points in a row on one side, at least so many beyond."""
    hit = {}
    low, high = bounds.line(line)
    for end in range(window, len(values) + 1):
        some = range(end - window, end)
        for name, where, beyond in (("HIGH", 1, lambda x: x > high),
                                    ("LOW", -1, lambda x: x < low)):
            outside = [i for i in some if beyond(values[i])]
            if all(side(values[i], bounds.centre) == where for i in some) and (
                    len(outside) >= at_least):
                hit.update((i, name) for i in outside)
    return hit


def signals(points, bounds, profile="NHS_MDC"):
    """For every point the set of rules that it hits, as `OUT_HIGH`, `TREND_UP` and so on."""
    rules = PROFILES[profile]
    places = [i for i, point in enumerate(points) if point is not None]
    values = [points[i] for i in places]
    hits = [set() for _ in values]
    for i, value in enumerate(values):
        if value > bounds.upper:
            hits[i].add("OUT_HIGH")
        elif value < bounds.lower:
            hits[i].add("OUT_LOW")
        if rules["range"] and i > 0 and abs(value - values[i - 1]) > bounds.range_limit:
            hits[i].add("RANGE")
    sides = [side(value, bounds.centre) for value in values]
    for i in runs(sides, rules["shift"]):
        hits[i].add("SHIFT_HIGH" if sides[i] > 0 else "SHIFT_LOW")
    if rules["trend"]:
        for i, way in trend_runs(values, rules["trend"]).items():
            hits[i].add(f"TREND_{way}")
    for i, where in near(values, bounds, *rules["near"]).items():
        hits[i].add(f"NEAR_{where}")
    out = [set() for _ in points]
    for place, hit in zip(places, hits):
        out[place] = hit
    return out
