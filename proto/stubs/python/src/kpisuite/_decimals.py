"""Exact numbers: decimal text of the contract, decimal.Decimal, mantissas at a scale."""

import decimal
import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
# Digits of decimal128, room for shifts, and an error instead of a rounded result.
_EXACT = decimal.Context(prec=9999, traps=[decimal.Inexact, decimal.InvalidOperation,
                                           decimal.Overflow, decimal.DivisionByZero])
_LONGEST = 6200


def parse_decimal(text: str) -> Decimal:
    """The number that a text of the contract stands for; ValueError when it is none."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal")
    return Decimal(text)


def decimal_text(value: Decimal) -> str:
    """Plain text without trailing zeros, without exponent, without -0."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    if value == 0:
        return "0"
    if abs(value.adjusted()) > _LONGEST:
        raise ValueError(f"{value} is beyond decimal128")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_mantissa(value: Decimal, scale: int) -> int:
    """The integer m with value = m / 10^scale; ValueError when there is none in 64 bits."""
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        raise ValueError(f"{value} does not fit 64 bits at scale {scale}")
    shifted = value.scaleb(scale, _EXACT)
    if shifted != shifted.to_integral_value():
        raise ValueError(f"{value} has more than {scale} decimal places")
    mantissa = int(shifted)
    if not -(2**63) <= mantissa < 2**63:
        raise ValueError(f"{value} does not fit 64 bits at scale {scale}")
    return mantissa


def from_mantissa(mantissa: int, scale: int) -> Decimal:
    """mantissa / 10^scale, exactly."""
    return Decimal(mantissa).scaleb(-scale, _EXACT)
