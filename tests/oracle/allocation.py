"""Targets that are spread over periods (SEMANTICS 3.5): linear phases, and totals by weights."""

import fractions
import functools
from decimal import Decimal

import decimals
import periods
from decimals import add, divide, multiply, read_decimal, subtract


def phase(baseline, end, index, count):
    """The target of period `index` of `count`: baseline + (end - baseline) (i + 1) / count."""
    way = multiply(subtract(end, baseline), Decimal(index + 1))
    return add(baseline, divide(way, Decimal(count)))


def spread(total, weights, scale):
    """`total` by weights, at a scale and with the exact sum: largest remainder, ties to the later.

    Negative totals are mirrored."""
    if total < 0:
        return [-part for part in spread(-total, weights, scale)]
    units = int(total.scaleb(scale))
    whole = sum(fractions.Fraction(weight) for weight in weights)
    exact = [units * fractions.Fraction(weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(weights)), key=lambda i: (exact[i] - parts[i], i), reverse=True)
    for i in order[:units - sum(parts)]:
        parts[i] += 1
    return [decimals.exactly(part, scale) for part in parts]


def phased(value, calendar, grain, period):
    """A PHASED_LINEAR target in a period of its grain; None before the first."""
    first, last = (periods.period_of(calendar, grain, day)
                   for _, day in (value.first, value.last))
    if period.first < first.first:
        return None
    if period.first >= last.first:
        return read_decimal(value.value)
    index, count, one = 0, 1, first
    while one.first < last.first:
        index += one.first < period.first
        count += 1
        one = periods.next_period(calendar, one)
    return phase(read_decimal(value.baseline), read_decimal(value.value), index, count)


def part(value, calendar, whole, period, total):
    """What a period gets of a total that is spread over the periods of its grain in `whole`."""
    return parts_of(value, calendar, whole, period.grain, total).get(period)


@functools.lru_cache(maxsize=10_000)
def parts_of(value, calendar, whole, grain, total):
    """{period: what it gets}; nothing when nothing has weight and something is to be spread."""
    parts = periods.periods_within(calendar, whole, grain)
    if value.profile == "EXPLICIT":
        by_id = {name: Decimal(text) for name, _, text in value.schedule}
        weights = [by_id.get(one.id, 0) for one in parts]
    elif value.profile == "WORKING_DAYS":
        weights = [periods.constants(calendar, one)["working_days"] for one in parts]
    else:
        weights = [1] * len(parts)
    if sum(weights) == 0:
        return dict.fromkeys(parts, total) if total == 0 else {}
    scale = max(0, -read_decimal(value.value).as_tuple().exponent)
    return dict(zip(parts, spread(total, weights, scale)))
