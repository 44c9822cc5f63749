"""Random formulas over given operands whose units fit, with no more parentheses than needed."""

import dataclasses

ADD, MULTIPLY, UNARY, POWER, ATOM = range(1, 6)
NUMBERS = ("0", "1", "2", "0.5", "3", "10", "100", "1.4", "0.07", "7", "12345.678901", "0.001")


@dataclasses.dataclass(frozen=True)
class Expression:
    text: str
    level: int
    unit: tuple  # sorted (symbol, exponent)

    def at(self, level):
        """Text that stands where operands bind at least so tightly."""
        return self.text if self.level >= level else f"({self.text})"


def unit_of(text):
    """Symbols and exponents of `EUR/h`, `kg*m^2`; dimensionless units have none."""
    if text in ("count", "%", "pp", "points", "ppm", ""):
        return ()
    factors, sign = {}, 1
    for part in text.replace("*", " * ").replace("/", " / ").split():
        if part in "*/":
            sign = 1 if part == "*" else -1
        elif part != "1":
            symbol, _, exponent = part.partition("^")
            factors[symbol] = factors.get(symbol, 0) + sign * int(exponent or 1)
    return normal(factors)


def normal(factors):
    return tuple(sorted((symbol, exponent) for symbol, exponent in factors.items() if exponent))


def product(a, b, sign=1):
    factors = dict(a)
    for symbol, exponent in b:
        factors[symbol] = factors.get(symbol, 0) + sign * exponent
    return normal(factors)


def raised(unit, exponent):
    return normal({symbol: power * exponent for symbol, power in unit})


def unit_text(unit):
    """The text of a unit as a definition writes it; `count` when it has no symbols."""
    def factor(symbol, exponent):
        return symbol if exponent == 1 else f"{symbol}^{exponent}"
    above = "*".join(factor(symbol, power) for symbol, power in unit if power > 0)
    below = "".join("/" + factor(symbol, -power) for symbol, power in unit if power < 0)
    return (above or "1") + below if unit else "count"


def binary(sign, level, a, b, unit):
    return Expression(f"{a.at(level)} {sign} {b.at(level + 1)}", level, unit)


def call(name, unit, *arguments):
    return Expression(f"{name}({', '.join(arguments)})", ATOM, unit)


class FormulaMaker:
    """`with_days`: whether the length of the window may be read."""

    def __init__(self, random, with_days=True):
        self.random = random
        self.with_days = with_days

    def number(self):
        return self.random.choice(NUMBERS)

    def combine(self, a, b):
        """One expression of two."""
        choices = [lambda: binary("*", MULTIPLY, a, b, product(a.unit, b.unit)),
                   lambda: binary("/", MULTIPLY, a, b, product(a.unit, b.unit, -1)),
                   lambda: binary("/", MULTIPLY, a, b, product(a.unit, b.unit, -1)),
                   lambda: call("safe_div", product(a.unit, b.unit, -1), a.text, b.text,
                                self.number())]
        if a.unit == b.unit:
            choices = choices[1:2] + self.same_unit(a, b)
        return self.random.choice(choices)()

    def same_unit(self, a, b):
        unit = a.unit
        compare = self.random.choice(("<", "<=", ">", ">=", "==", "!="))
        logical = self.random.choice(("&&", "||"))
        condition = f"{a.at(ADD)} {compare} {b.at(ADD)}"
        return [lambda: binary("+", ADD, a, b, unit), lambda: binary("-", ADD, a, b, unit),
                lambda: call("min", unit, a.text, b.text),
                lambda: call("max", unit, a.text, b.text, self.number()),
                lambda: call("coalesce", unit, a.text, b.text),
                lambda: call("if", unit, condition, a.text, b.text),
                lambda: call("if", unit, f"is_nd({a.text}) {logical} {condition}", b.text, a.text),
                lambda: call("if", unit, f"!is_nd({a.text}) {logical} ({condition})", a.text,
                             self.number()),
                lambda: call("clamp", unit, a.text, b.text, self.number())]

    def wrap(self, a):
        """A function or an operation of one expression."""
        unit = a.unit
        choices = [
            lambda: call("abs", unit, a.text),
            lambda: call("round", unit, a.text, str(self.random.choice((-2, -1, 0, 1, 2, 4)))),
            lambda: call("floor", unit, a.text), lambda: call("ceil", unit, a.text),
            lambda: Expression(f"-{a.at(UNARY)}", UNARY, unit),
            lambda: call("coalesce", unit, a.text, self.number()),
            lambda: Expression(f"{a.at(MULTIPLY)} * {self.number()}", MULTIPLY, unit),
            lambda: Expression(f"{self.number()} / {a.at(UNARY)}", MULTIPLY, raised(unit, -1)),
            lambda: self.power(a)]
        if self.with_days:
            choices.append(lambda: self.per_day(a))
        if all(exponent % 2 == 0 for _, exponent in unit):
            root = normal({symbol: exponent // 2 for symbol, exponent in unit})
            choices += [lambda: call("sqrt", root, a.text)] * 2
        if not unit:
            choices += [lambda: call("ln", unit, a.text),
                        lambda: call("exp", unit, Expression(
                            f"{a.at(MULTIPLY)} / 10", MULTIPLY, unit).text),
                        lambda: Expression(f"1 - {a.at(MULTIPLY)}", ADD, unit),
                        lambda: call("round", unit, a.text, a.text)]
        return self.random.choice(choices)()

    def power(self, a):
        exponent = self.random.choice((-2, -1, 0, 2, 3))
        return Expression(f"{a.at(ATOM)}^{exponent}", POWER, raised(a.unit, exponent))

    def per_day(self, a):
        name = self.random.choice(("days", "working_days"))
        return Expression(f"{a.at(MULTIPLY)} / {name}", MULTIPLY, product(a.unit, (("d", 1),), -1))

    def make(self, operands):
        """An expression that uses all of [(alias, unit text)]."""
        parts = [Expression(alias, ATOM, unit_of(unit)) for alias, unit in operands]
        self.random.shuffle(parts)
        while True:
            if self.random.random() < 0.35:
                index = self.random.randrange(len(parts))
                parts[index] = self.wrap(parts[index])
            if len(parts) == 1:
                return parts[0]
            parts.append(self.combine(parts.pop(), parts.pop()))
