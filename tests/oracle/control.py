"""Statistical process control of SEMANTICS 3.12: XmR limits and rules, in doubles.

Sums run from the first point to the last. Points without a value are skipped: they neither extend
nor break a run.
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
class Spec:
    """How a series is judged. `logical` bounds the values that make sense; ends may be None."""
    profile: str = "NHS_MDC"
    baseline: int = 12  # points; 0 is all
    screening: bool = True
    median: bool = False
    shift: int | None = None
    trend: int | None = None  # points
    logical: tuple = (None, None)

    @property
    def shift_length(self):
        return self.shift or PROFILES[self.profile]["shift"]

    @property
    def trend_differences(self):
        usual = PROFILES[self.profile]["trend"]
        return self.trend - 1 if self.trend and usual else usual


@dataclasses.dataclass(frozen=True)
class Point:
    """A closed period: its value (None: no data), whether it stays out of the baseline, and whether
    a new segment starts with it."""
    value: float | None
    excluded: bool = False
    starts: bool = False


@dataclasses.dataclass(frozen=True)
class Limits:
    centre: float
    average_range: float
    median: bool = False

    @property
    def reach(self):
        return (3.145 if self.median else 2.66) * self.average_range

    @property
    def upper(self):
        return self.centre + self.reach

    @property
    def lower(self):
        return self.centre - self.reach

    @property
    def range_limit(self):
        return (3.865 if self.median else 3.267) * self.average_range

    @property
    def sigma(self):
        return self.average_range / (0.953873 if self.median else 1.128379)

    def line(self, name):
        """(lower, upper) of the two-sigma or quarter lines."""
        part = self.reach * 2 / 3 if name == "two_sigma" else self.reach / 2
        return self.centre - part, self.centre + part


def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def middle(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def moving_ranges(points):
    """Of each point of a segment: to the period before, if both have a value; else None."""
    out = [None] * len(points)
    for i in range(1, len(points)):
        before, here = points[i - 1].value, points[i].value
        if before is not None and here is not None:
            out[i] = abs(here - before)
    return out


def limits_of(points, spec):
    """XmR limits of a segment so far; None while there are none."""
    known = [i for i, point in enumerate(points) if point.value is not None]
    if len(known) < FEWEST:
        return None
    used = known[:spec.baseline] if spec.baseline else known
    values = [points[i].value for i in used if not points[i].excluded]
    all_ranges = moving_ranges(points)
    ranges = [all_ranges[i] for i in used if all_ranges[i] is not None
              and not points[i].excluded and not points[i - 1].excluded]
    if not values or not ranges:
        return None
    if spec.median:
        return Limits(middle(values), middle(ranges), True)
    average = mean(ranges)
    if spec.screening and average > 0:
        average = mean([one for one in ranges if one < 3.267 * average] or ranges)
    same = all(value == values[0] for value in values)
    return Limits(values[0] if same else mean(values), average)


def limits(values, baseline=12, screening=True):
    """Limits of plain values."""
    return limits_of([Point(value) for value in values],
                     Spec(baseline=baseline, screening=screening))


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
    """{index: {UP, DOWN}} of points in so many differences of one sign in a row; a turning point
    may belong to both."""
    signs = [side(b, a) for a, b in zip(values, values[1:])]
    hit = {}
    for i in sorted(runs(signs, differences)):
        for point in (i, i + 1):
            hit.setdefault(point, set()).add("UP" if signs[i] > 0 else "DOWN")
    return hit


def near(values, bounds, logical, at_least, window, line):
    """{index: HIGH or LOW}: of `window` points in a row, at least so many beyond the line. They lie
    on one side; beyond the quarter line (3 of 4) the fourth may lie anywhere."""
    hit = {}
    low, high = bounds.line(line)
    one_side = line != "quarter"
    sides = (("HIGH", 1, lambda x: x > high and can_signal_high(high, logical)),
             ("LOW", -1, lambda x: x < low and can_signal_low(low, logical)))
    for end in range(window, len(values) + 1):
        some = range(end - window, end)
        for name, where, is_beyond in sides:
            outside = [i for i in some if is_beyond(values[i])]
            together = not one_side or all(
                side(values[i], bounds.centre) == where for i in some)
            if together and len(outside) >= at_least:
                hit.update((i, name) for i in outside)
    return hit


def can_signal_high(line, logical):
    """Not when the line lies above all values that make sense."""
    return logical[1] is None or line <= logical[1]


def can_signal_low(line, logical):
    return logical[0] is None or line >= logical[0]


def signals_of(points, bounds, spec):
    """For every point of a segment the rules that it hits, as `OUT_HIGH`, `TREND_UP`, `RANGE`."""
    places = [i for i, point in enumerate(points) if point.value is not None]
    values, ranges = [points[i].value for i in places], moving_ranges(points)
    hits = [set() for _ in values]
    for i, value in enumerate(values):
        if value > bounds.upper and can_signal_high(bounds.upper, spec.logical):
            hits[i].add("OUT_HIGH")
        elif value < bounds.lower and can_signal_low(bounds.lower, spec.logical):
            hits[i].add("OUT_LOW")
        moved = ranges[places[i]]
        if PROFILES[spec.profile]["range"] and moved is not None and moved > bounds.range_limit:
            hits[i].add("RANGE")
    sides = [side(value, bounds.centre) for value in values]
    for i in runs(sides, spec.shift_length):
        hits[i].add("SHIFT_HIGH" if sides[i] > 0 else "SHIFT_LOW")
    if spec.trend_differences:
        for i, ways in trend_runs(values, spec.trend_differences).items():
            hits[i] |= {f"TREND_{way}" for way in ways}
    for i, where in near(values, bounds, spec.logical, *PROFILES[spec.profile]["near"]).items():
        hits[i].add(f"NEAR_{where}")
    out = [set() for _ in points]
    for place, hit in zip(places, hits):
        out[place] = hit
    return out


def signals(values, bounds, profile="NHS_MDC"):
    """The rules that plain values hit."""
    return signals_of([Point(value) for value in values], bounds, Spec(profile=profile))
