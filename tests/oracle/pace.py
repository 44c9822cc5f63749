"""Projection of a flow to the end of its period (SEMANTICS 3.11), in decimal128."""

import dataclasses
from decimal import Decimal

import decimals
from decimals import ONE, Nd, add, divide, multiply, subtract


@dataclasses.dataclass(frozen=True)
class Projection:
    chain_ladder: object  # CL = A / f
    bornhuetter_ferguson: object  # BF = A + (1 - f) H
    benktander: object  # BK = A + (1 - f) BF, the default


def project(actual, share, prior):
    """`share` is the expected part f of the period's total by now; `prior` H may be None."""
    ladder = divide(actual, share)
    if prior is None:
        return Projection(ladder, Nd("EMPTY"), ladder)
    rest = subtract(ONE, share)
    ferguson = add(actual, multiply(rest, prior))
    return Projection(ladder, ferguson, add(actual, multiply(rest, ferguson)))


def pace_index(actual, target, share, sign):
    """1 + s (A - T f) / |T f|."""
    expected = multiply(target, share)
    if expected == 0:
        return Nd("ZERO_TARGET")
    return add(ONE, divide(multiply(Decimal(sign), subtract(actual, expected)), abs(expected)))


def nowcast(value, factor):
    """3.11.8."""
    return divide(value, factor)


def share_of(weights, elapsed):
    """f of the first `elapsed` of the weights."""
    return divide(decimals.total(weights[:elapsed]), decimals.total(weights))
