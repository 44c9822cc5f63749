#!/usr/bin/env python3
"""Prints operations on decimal128 numbers and their results by Python's decimal, one a line, for
decimal_vectors_main.cc: the operation, its operands and the expected text, separated by blanks.

usage: decimal_vectors.py [SEED [COUNT]]
"""

import decimal
import random
import struct
import sys

Decimal = decimal.Decimal
D128 = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=1,
                       traps=[])
WIDE = decimal.Context(prec=250, Emin=-999999, Emax=999999, traps=[])


def plain(number):
    """The canonical text: plain, no trailing zeros, no -0; ND(DOMAIN) if not a finite number."""
    if not number.is_finite():
        return "ND(DOMAIN)"
    if number == 0:
        return "0"
    return format(WIDE.normalize(number), "f")


def operand(rng):
    digits = rng.choice([1, 2, 5, 17, 33, 34])
    coefficient = rng.randrange(10**digits)
    if rng.random() < 0.2:  # long runs of 9, 0 and 5 provoke ties and carries
        coefficient = int("".join(rng.choice(["9", "0", "5"]) for _ in range(digits)))
    exponent = rng.choice(
        [0, -rng.randrange(40), rng.randrange(-20, 20), rng.randrange(-6176, 6112)])
    return Decimal((rng.randrange(2), tuple(map(int, str(coefficient))), exponent))


def near(rng, other):
    """An operand of about the same magnitude, so that sums and differences round."""
    shift = other.adjusted() + rng.randrange(-40, 40)
    number = operand(rng)
    scaled = number.scaleb(max(-6176, min(6100, shift)) - number.adjusted(), WIDE)
    return D128.plus(scaled) if D128.plus(scaled).is_finite() else number


def binary(rng, name, function):
    left = operand(rng)
    right = near(rng, left) if rng.random() < 0.5 else operand(rng)
    if name == "div" and right == 0:
        return name, left, right, "ND(DIV0)"
    return name, left, right, plain(function(left, right))


def transcendental(rng):
    name = rng.choice(["exp", "ln", "pow"])
    if name == "exp":
        x = operand(rng)
        if rng.random() < 0.7:
            x = D128.plus(Decimal(rng.uniform(-1, 1) * 10 ** rng.randrange(-8, 5)))
        return name, x, 0, plain(D128.exp(x))
    if name == "ln":
        x = operand(rng).copy_abs()
        if rng.random() < 0.3:  # close to 1, where the logarithm loses digits
            x = D128.plus(1 + Decimal(rng.randrange(-99, 99)).scaleb(-rng.randrange(2, 34)))
        return name, x, 0, "ND(DOMAIN)" if x == 0 else plain(D128.ln(x))
    x = operand(rng)
    n = rng.choice([rng.randrange(-5, 6), rng.randrange(-400, 400)])
    if x == 0:
        return name, x, n, "0" if n > 0 else "ND(DOMAIN)"
    return name, x, n, plain(D128.plus(WIDE.power(x, n)))


def rounding(rng):
    x = operand(rng)
    places = rng.randrange(-40, 60)
    wide = decimal.Context(prec=7000, Emin=-999999, Emax=999999, rounding=decimal.ROUND_HALF_UP)
    if x.as_tuple().exponent < -places:
        return "round", x, places, plain(x.quantize(Decimal((0, (1,), -places)), context=wide))
    return "round", x, places, plain(x)


def a_double(rng):
    if rng.random() < 0.3:
        return struct.unpack("<d", rng.randbytes(8))[0]
    if rng.random() < 0.5:  # decimal ties
        return rng.randrange(-10**9, 10**9) / 2 ** rng.randrange(0, 12)
    return round(rng.uniform(-1, 1) * 10 ** rng.randrange(0, 16), rng.randrange(0, 12))


def mantissa(rng):
    x = a_double(rng)
    scale = rng.randrange(0, 10)
    shown = Decimal(repr(x))
    if not shown.is_finite():
        return "mantissa", repr(x), scale, "refused"
    wide = decimal.Context(prec=800, Emin=-999999, Emax=999999, rounding=decimal.ROUND_HALF_EVEN)
    scaled = int(shown.scaleb(scale, wide).quantize(Decimal(1), context=wide))
    return "mantissa", repr(x), scale, scaled if -2**63 <= scaled < 2**63 else "refused"


def integer(rng):
    value = rng.randrange(-2**127, 2**127) >> rng.randrange(0, 127)
    scale = rng.randrange(0, 16)
    return "integer", value, scale, plain(D128.plus(Decimal(value).scaleb(-scale, WIDE)))


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 34
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    rng = random.Random(seed)
    makers = [
        lambda r: binary(r, "add", D128.add),
        lambda r: binary(r, "sub", D128.subtract),
        lambda r: binary(r, "mul", D128.multiply),
        lambda r: binary(r, "div", D128.divide),
        lambda r: (lambda x: ("sqrt", x, 0, plain(D128.sqrt(x))))(operand(r).copy_abs()),
        transcendental,
        rounding,
        mantissa,
        integer,
    ]
    for index in range(count):
        print(*makers[index % len(makers)](rng))


if __name__ == "__main__":
    main()
