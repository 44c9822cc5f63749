"""Numbers of SEMANTICS "Numbers": decimal128, and values that are missing for a reason.

A value is a Decimal, a bool, or Nd(reason). The functions here take values and pass on the
leftmost operand's reason.
"""

import dataclasses
import decimal
from decimal import Decimal

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144,
                          clamp=1, traps=[decimal.InvalidOperation, decimal.DivisionByZero,
                                          decimal.Overflow])
# exp, ln and powers are computed with more digits and rounded once.
WIDE = decimal.Context(prec=130, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999,
                       traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])

# `-x`, `abs(x)` and comparisons of code that uses plain operators stay exact.
decimal.setcontext(CONTEXT)

ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")


@dataclasses.dataclass(frozen=True)
class Nd:
    """No value, and why."""
    reason: str


DOMAIN = Nd("DOMAIN")


def canonical(value):
    """Plain decimal text without trailing zeros and without -0."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exactly(mantissa, scale):
    """mantissa * 10^-scale, rounded to 34 digits."""
    return CONTEXT.plus(Decimal(f"{mantissa}E-{scale}"))


def strict(function):
    """A function of values that passes on the leftmost reason; overflow is out of the domain."""
    def apply(*operands):
        for operand in operands:
            if isinstance(operand, Nd):
                return operand
        try:
            return function(*operands)
        except (decimal.Overflow, decimal.InvalidOperation):
            return DOMAIN
    return apply


def _divide(a, b):
    return Nd("DIV0") if b == 0 else CONTEXT.divide(a, b)


def _power(base, exponent):
    if exponent == 0:
        return DOMAIN if base == 0 else ONE
    if base == 0:
        return DOMAIN if exponent < 0 else ZERO
    return CONTEXT.plus(WIDE.power(base, exponent))


def _round(value, places):
    """Half away from zero; `places` may be negative."""
    if places != places.to_integral_value() or abs(places) > 10_000:
        return DOMAIN
    if -value.as_tuple().exponent <= places:
        return value
    step = Decimal((0, (1,), -int(places)))
    return CONTEXT.plus(value.quantize(step, rounding=decimal.ROUND_HALF_UP, context=WIDE))


add = strict(CONTEXT.add)
subtract = strict(CONTEXT.subtract)
multiply = strict(CONTEXT.multiply)
divide = strict(_divide)
negate = strict(CONTEXT.minus)
magnitude = strict(CONTEXT.abs)
power = strict(_power)
round_half_away = strict(_round)
square_root = strict(lambda x: DOMAIN if x < 0 else CONTEXT.sqrt(x))
logarithm = strict(lambda x: DOMAIN if x <= 0 else CONTEXT.plus(WIDE.ln(x)))
exponential = strict(lambda x: CONTEXT.plus(WIDE.exp(x)))
floor = strict(lambda x: x.to_integral_value(rounding=decimal.ROUND_FLOOR))
ceiling = strict(lambda x: x.to_integral_value(rounding=decimal.ROUND_CEILING))
least = strict(lambda *values: min(values))
greatest = strict(lambda *values: max(values))
clamp = strict(lambda x, low, high: DOMAIN if low > high else min(max(x, low), high))
safe_divide = strict(lambda a, b, other: other if b == 0 else divide(a, b))


def total(values):
    """The sum in the order given, rounded at every step; ZERO of none."""
    result = ZERO
    for value in values:
        result = add(result, value)
    return result


def read_decimal(text):
    """A decimal as a definition writes it; `80%` is exactly 0.80."""
    text = str(text)
    return Decimal(text[:-1]).scaleb(-2) if text.endswith("%") else Decimal(text)
