"""Derived values (SEMANTICS 3.1(h)): what is aggregated of a sample, if its filter keeps it."""

import dataclasses
import decimal
import functools
from decimal import Decimal

import decimals
import filters
import formula
import levels
from decimals import Nd

LEAST, GREATEST = -2**63, 2**63 - 1  # of a mantissa
EMPTY = Nd("EMPTY")


def measured(item, metric):
    """The metric whose values are the derived ones."""
    if item.expression is None or item.expression_scale is None:
        return metric
    return dataclasses.replace(metric, scale=item.expression_scale)


@functools.lru_cache(maxsize=100_000)
def value_of(expression, scale, value, weight):
    """The derived value, rounded half to even; None where there is none."""
    found = formula.evaluate(expression, {"value": value, "weight": weight})
    if isinstance(found, Nd):
        return None
    rounded = found.quantize(Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_EVEN,
                             context=decimals.WIDE) if -found.as_tuple().exponent > scale else found
    mantissa = rounded.scaleb(scale, context=decimals.WIDE)
    return rounded if LEAST <= mantissa <= GREATEST else None


def sample_of(item, metric, sample):
    """The sample with its derived value; None if it has none."""
    if item.expression is None:
        return sample
    weight = EMPTY
    if sample.weight is not None:
        weight = decimals.exactly(sample.weight, metric.weight_scale)
    value = value_of(item.expression, measured(item, metric).scale, sample.value, weight)
    return None if value is None else dataclasses.replace(sample, value=value)


def kept(item, metric, rows, day=None):
    """The samples as they are aggregated: with derived values, and those that the filter keeps;
    `day` is the one whose levels it sees."""
    keep = filters.keeps(item.where)
    found = [sample_of(item, metric, row) for row in rows]
    return [row for row in found if row is not None and keep(
        row.value, dict(levels.extended(metric, row.dimensions, day)))]
