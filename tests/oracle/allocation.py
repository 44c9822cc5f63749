"""Targets that are spread over periods (SEMANTICS 3.5): linear phases, and totals by weights."""

import fractions
from decimal import Decimal

import decimals
from decimals import add, divide, multiply, subtract


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
