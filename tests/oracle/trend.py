"""Direction of travel of SEMANTICS 3.10.2: Theil-Sen slope and Mann-Kendall test, in doubles."""

import dataclasses
import math

# Least |S| that shows a direction below eight points.
SMALL = {5: 8, 6: 11, 7: 13}


@dataclasses.dataclass(frozen=True)
class Travel:
    points: int
    slope: float | None  # per period; the next two are of the values
    median: float | None
    percent: float | None  # slope in % of the median
    score: int  # S
    variance: float
    z: float
    verdict: str  # UP, DOWN, NO_EVIDENCE or TOO_FEW_POINTS


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def tie_term(n):
    return n * (n - 1) * (2 * n + 5)


def travel(periods):
    """Of values in order of time; None leaves its place on the time axis empty."""
    found = [(i, value) for i, value in enumerate(periods) if value is not None]
    values, n = [value for _, value in found], len(found)
    pairs = [(found[i], found[j]) for i in range(n) for j in range(i + 1, n)]
    slope = center = percent = None
    if pairs:
        slope = median([(later - earlier) / (j - i) for (i, earlier), (j, later) in pairs])
        center = median(values)
        percent = 100 * slope / abs(center) if center != 0 else None
    score = sum((later > earlier) - (later < earlier) for (_, earlier), (_, later) in pairs)
    counts = [values.count(value) for value in set(values)]
    above = tie_term(n) - sum(tie_term(count) for count in counts)
    variance = above / 18
    sign = (score > 0) - (score < 0)
    z = (score - sign) / math.sqrt(variance) if above > 0 else 0.0
    if n < 5:
        verdict = "TOO_FEW_POINTS"
    elif abs(score) >= SMALL[n] if n in SMALL else abs(z) >= 1.645:
        verdict = "UP" if score > 0 else "DOWN"
    else:
        verdict = "NO_EVIDENCE"
    return Travel(n, slope, center, percent, score, variance, z, verdict)
