#!/usr/bin/env python3
"""Prints random formulas over x, y and z with their values, one a line, for
formula_vectors_main.cc: formula, x, y, z, expected, separated by tabs. The values come from
Python's decimal and from the rules of the language as written down in SEMANTICS.md 3.2, not from a
parser: the text grows together with its value.

usage: formula_vectors.py [SEED [COUNT]]
"""

import decimal
import random
import sys

Decimal = decimal.Decimal
D128 = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=1,
                       traps=[])
WIDE = decimal.Context(prec=7000, Emin=-999999, Emax=999999, traps=[])

# Levels of the grammar, weakest first.
OR, AND, COMPARE, ADD, MULTIPLY, UNARY, POWER, PRIMARY = range(8)
CONSTANTS = {"days": Decimal(31), "working_days": Decimal(21)}


def is_nd(value):
    return isinstance(value, str)


def checked(number):
    return number if number.is_finite() else "ND(DOMAIN)"


def show(value):
    if is_nd(value):
        return value
    return "0" if value == 0 else format(WIDE.normalize(value), "f")


def strict(function):
    """The leftmost ND operand wins, else the function."""
    def call(*operands):
        for operand in operands:
            if is_nd(operand):
                return operand
        return function(*operands)
    return call


def divide(x, y):
    return "ND(DIV0)" if y == 0 else checked(D128.divide(x, y))


def power(x, n):
    if x == 0:
        return Decimal(0) if n > 0 else "ND(DOMAIN)"
    wide = decimal.Context(prec=300, Emin=-999999, Emax=999999, traps=[])
    return checked(D128.plus(wide.power(x, n)))


def round_half_away(x, n):
    if n != n.to_integral_value():
        return "ND(DOMAIN)"
    places = int(n)
    if x.as_tuple().exponent >= -places:
        return x
    return x.quantize(Decimal((0, (1,), -places)), rounding=decimal.ROUND_HALF_UP, context=WIDE)


def clamp(x, low, high):
    return "ND(DOMAIN)" if low > high else min(max(x, low), high)


FUNCTIONS = {
    "abs": (1, lambda x: x.copy_abs()),
    "min": (3, lambda *a: min(a)),
    "max": (2, lambda *a: max(a)),
    "floor": (1, lambda x: x.to_integral_value(decimal.ROUND_FLOOR)),
    "ceil": (1, lambda x: x.to_integral_value(decimal.ROUND_CEILING)),
    "sqrt": (1, lambda x: "ND(DOMAIN)" if x < 0 else D128.sqrt(x)),
    "ln": (1, lambda x: "ND(DOMAIN)" if x <= 0 else D128.ln(x)),
    "exp": (1, lambda x: checked(D128.exp(x))),
    "clamp": (3, clamp),
    "safe_div": (3, lambda x, y, z: z if y == 0 else divide(x, y)),
}
OPERATORS = {
    "+": (ADD, lambda x, y: checked(D128.add(x, y))),
    "-": (ADD, lambda x, y: checked(D128.subtract(x, y))),
    "*": (MULTIPLY, lambda x, y: checked(D128.multiply(x, y))),
    "/": (MULTIPLY, divide),
}
COMPARISONS = {
    "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y,
}


class Generator:
    """Every method returns (level, text, value)."""

    def __init__(self, rng):
        self.rng = rng
        self.inputs = {name: self.input_value() for name in "xyz"}

    def input_value(self):
        if self.rng.random() < 0.15:
            return self.rng.choice(["ND(EMPTY)", "ND(NOT_READY)", "ND(PENDING)"])
        mantissa = self.rng.randrange(-10**self.rng.randrange(1, 12), 10**6)
        return Decimal(mantissa).scaleb(-self.rng.randrange(0, 6))

    def fit(self, level, part):
        """The text where the grammar wants at least `level`; at times needlessly in parentheses."""
        if part[0] < level or self.rng.random() < 0.1:
            return "(" + self.blank() + part[1] + ")"
        return part[1]

    def blank(self):
        return self.rng.choice(["", "", " ", "\n"]) if self.rng.random() < 0.3 else ""

    def number(self, depth):
        if depth == 0:
            return self.leaf()
        kind = self.rng.randrange(10)
        if kind < 4:
            return self.arithmetic(depth)
        if kind == 4:
            part = self.number(depth - 1)
            value = strict(lambda x: x.copy_negate())(part[2])
            return UNARY, "-" + self.fit(UNARY, part), value
        if kind == 5:
            part, n = self.number(depth - 1), self.rng.randrange(-4, 5)
            return POWER, f"{self.fit(PRIMARY, part)}^{n}", strict(lambda x: power(x, n))(part[2])
        if kind == 6:
            return self.condition(depth)
        if kind == 7:
            parts = [self.number(depth - 1) for _ in range(self.rng.randrange(2, 4))]
            value = next((p[2] for p in parts if not is_nd(p[2])), parts[0][2])
            return PRIMARY, self.call("coalesce", parts), value
        if kind == 8:
            part, n = self.number(depth - 1), (PRIMARY, str(self.rng.randrange(0, 5)), None)
            value = strict(round_half_away)(part[2], Decimal(n[1]))
            return PRIMARY, self.call("round", [part, n]), value
        name = self.rng.choice(list(FUNCTIONS))
        arity, function = FUNCTIONS[name]
        parts = [self.number(depth - 1) for _ in range(arity)]
        return PRIMARY, self.call(name, parts), strict(function)(*(p[2] for p in parts))

    def call(self, name, parts):
        return name + "(" + ("," + self.blank()).join(self.fit(OR, p) for p in parts) + ")"

    def leaf(self):
        if self.rng.random() < 0.5:
            name = self.rng.choice("xyz")
            return PRIMARY, name, self.inputs[name]
        if self.rng.random() < 0.1:
            name = self.rng.choice(list(CONSTANTS))
            # Times 1 / d: the constants have the unit d, the formula is to be dimensionless.
            return MULTIPLY, f"{name} / days", divide(CONSTANTS[name], CONSTANTS["days"])
        text = self.rng.choice(
            ["0", "1", "2", "0.5", "100", "007", "3.140", "0.000001", "12345678901234567890"])
        return PRIMARY, text, Decimal(text)

    def arithmetic(self, depth):
        symbol = self.rng.choice(list(OPERATORS))
        level, function = OPERATORS[symbol]
        left, right = self.number(depth - 1), self.number(depth - 1)
        operator = f"{self.blank()}{symbol}{self.blank()}"
        text = f"{self.fit(level, left)}{operator}{self.fit(level + 1, right)}"
        return level, text, strict(function)(left[2], right[2])

    def condition(self, depth):
        test, yes, no = self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1)
        value = test[2] if is_nd(test[2]) else yes[2] if test[2] else no[2]
        return PRIMARY, self.call("if", [test, yes, no]), value

    def truth(self, depth):
        kind = self.rng.randrange(6) if depth > 0 else 0
        if kind == 1:
            part = self.number(depth - 1)
            return PRIMARY, self.call("is_nd", [part]), is_nd(part[2])
        if kind == 2:
            part = self.truth(depth - 1)
            return UNARY, "!" + self.fit(UNARY, part), strict(lambda x: not x)(part[2])
        if kind in (3, 4):
            level, symbol, decides = (AND, "&&", False) if kind == 3 else (OR, "||", True)
            left, right = self.truth(depth - 1), self.truth(depth - 1)
            if decides in (left[2], right[2]):
                value = decides
            else:
                value = left[2] if is_nd(left[2]) else right[2]
            return level, f"{self.fit(level, left)} {symbol} {self.fit(level + 1, right)}", value
        symbol = self.rng.choice(list(COMPARISONS))
        left, right = self.number(max(depth - 1, 0)), self.number(max(depth - 1, 0))
        operator = f"{self.blank()}{symbol}{self.blank()}"
        text = f"{self.fit(ADD, left)}{operator}{self.fit(ADD, right)}"
        return COMPARE, text, strict(COMPARISONS[symbol])(left[2], right[2])


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 34
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    rng = random.Random(seed)
    for _ in range(count):
        generator = Generator(rng)
        _, text, value = generator.number(rng.randrange(1, 5))
        shown = [show(generator.inputs[name]) for name in "xyz"]
        print(text.replace("\n", " "), *shown, show(value), sep="\t")


if __name__ == "__main__":
    main()
