"""Direction of travel of SEMANTICS 3.10.2: Theil-Sen slope and Mann-Kendall test, in doubles."""

import dataclasses
import math

# Least |S| that shows a direction below eight points.
SMALL = {5: 8, 6: 11, 7: 13}


@dataclasses.dataclass(frozen=True)
class Travel:
    slope: float
    score: int  # S
    z: float | None
    verdict: str  # UP, DOWN or NO_EVIDENCE


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def travel(values):
    """Of at least five values in order of time; None of fewer."""
    n = len(values)
    if n < 5:
        return None
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    slope = median([(values[j] - values[i]) / (j - i) for i, j in pairs])
    score = sum((values[j] > values[i]) - (values[j] < values[i]) for i, j in pairs)
    ties = [values.count(value) for value in set(values)]
    spread = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    sign = (score > 0) - (score < 0)
    z = (score - sign) / math.sqrt(spread) if spread > 0 else None
    seen = abs(score) >= SMALL[n] if n in SMALL else z is not None and abs(z) >= 1.645
    return Travel(slope, score, z, ("UP" if sign > 0 else "DOWN") if seen else "NO_EVIDENCE")
