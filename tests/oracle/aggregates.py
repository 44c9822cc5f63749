"""Aggregation kinds of SEMANTICS 3.1 over the samples of one input, slice and period.

Nothing is merged or kept: every call sees all samples. Sums are exact integers at the metric's
scale; only the last division rounds.
"""

from decimal import Decimal

import decimals
from decimals import Nd, exactly

EMPTY = Nd("EMPTY")
ZERO_WHEN_EMPTY = ("SUM", "COUNT", "COUNT_TRUE", "COUNT_DISTINCT")
COUNTS = ("COUNT", "COUNT_TRUE", "COUNT_DISTINCT")
WITHOUT_UNIT = COUNTS + ("CONVERSION", "COHORT_RATIO")
ADDITIVE_OVER_SLICES = ("SUM", "COUNT", "COUNT_TRUE", "FIRST", "LAST")


def mantissa(value, scale):
    """The integer behind a value that is exact at `scale`."""
    return int(value.scaleb(scale))


def total(samples, scale):
    return sum(mantissa(sample.value, scale) for sample in samples)


def average(samples, scale):
    return decimals.divide(exactly(total(samples, scale), scale), Decimal(len(samples)))


def percentile(samples, percent):
    """Inclusive linear interpolation, h = (n - 1) p, exact."""
    values = sorted(sample.value for sample in samples)
    position = (len(values) - 1) * percent  # in hundredths
    below = int(position // 100)
    if below + 1 == len(values):
        return values[below]
    part = (position - 100 * below) / 100
    step = values[below + 1] - values[below]
    return decimals.CONTEXT.plus(decimals.WIDE.add(values[below],
                                                   decimals.WIDE.multiply(part, step)))


def end_of(samples, scale, first, day_of):
    """The first or last value of each leaf series, summed; of one instant the larger id.

    A business date places the sample on its day, so that the last value of a quarter is the last
    one of its last month.
    """
    ends = {}
    for sample in samples:
        day = day_of(sample).toordinal()
        rank = ((-day, -sample.time) if first else (day, sample.time), sample.id.encode())
        best = ends.get(sample.dimensions)
        if best is None or rank > best[0]:
            ends[sample.dimensions] = (rank, sample)
    return exactly(total([sample for _, sample in ends.values()], scale), scale)


def moments(samples, scale, root):
    """Sample variance, or its root, from exact integer moments."""
    values = [mantissa(sample.value, scale) for sample in samples]
    n = len(values)
    if n < 2:
        return EMPTY
    spread = n * sum(value * value for value in values) - sum(values) ** 2
    variance = decimals.divide(exactly(spread, 2 * scale), Decimal(n * (n - 1)))
    return decimals.square_root(variance) if root else variance


def weighted_average(samples, metric):
    """Sum of weight times value by sum of weight; a sample without a weight spoils it."""
    if any(sample.weight is None for sample in samples):
        return Nd("INPUT_ERROR")
    weights = sum(sample.weight for sample in samples)
    if weights == 0:
        return Nd("DIV0")
    products = sum(sample.weight * mantissa(sample.value, metric.scale) for sample in samples)
    return decimals.divide(exactly(products, metric.scale + metric.weight_scale),
                           exactly(weights, metric.weight_scale))


def aggregate(item, metric, samples, day_of):
    """The value of an input over the samples that its filter keeps; `day_of` a sample is local.

    Of none: 0 for sums and counts, else EMPTY. Whether there were rows before the filter, and what
    no rows at all mean, is the caller's matter (3.1(g), 3.8.2).
    """
    kind, scale = item.aggregation, metric.scale
    if kind == "COUNT":
        return Decimal(len(samples))
    if kind == "COUNT_TRUE":
        return Decimal(sum(sample.value != 0 for sample in samples))
    if kind == "COUNT_DISTINCT":
        return Decimal(len({sample.entity for sample in samples if sample.entity}))
    if kind == "SUM":
        return exactly(total(samples, scale), scale)
    if not samples:
        return EMPTY
    if kind == "AVG":
        return average(samples, scale)
    if kind in ("MIN", "MAX"):
        return (min if kind == "MIN" else max)(sample.value for sample in samples)
    if kind in ("FIRST", "LAST"):
        return end_of(samples, scale, kind == "FIRST", day_of)
    if kind in ("PERCENTILE", "MEDIAN"):
        return percentile(samples, Decimal(item.percentile if kind == "PERCENTILE" else "50"))
    if kind == "LATEST_MANUAL":
        return max(samples, key=lambda one: (day_of(one), one.time, one.id.encode())).value
    if kind in ("STDDEV", "VAR"):
        return moments(samples, scale, kind == "STDDEV")
    if kind == "WEIGHTED_AVG":
        return weighted_average(samples, metric)
    raise ValueError(f"aggregation {kind} is not known here")


def of_finished(kind, values):
    """Finished values of consecutive periods; those without a value are skipped."""
    known = [value for value in values if not isinstance(value, Nd)]
    if not known:
        return values[0] if values else EMPTY
    if kind in ("MIN", "MAX"):
        return (min if kind == "MIN" else max)(known)
    if kind in ("FIRST", "LAST"):
        return known[0 if kind == "FIRST" else -1]
    if kind == "MEDIAN":
        ordered, middle = sorted(known), len(known) // 2
        if len(known) % 2:
            return ordered[middle]
        return decimals.divide(decimals.add(ordered[middle - 1], ordered[middle]), Decimal(2))
    whole = known[0]
    for value in known[1:]:
        whole = decimals.add(whole, value)
    return whole if kind == "SUM" else decimals.divide(whole, Decimal(len(known)))
