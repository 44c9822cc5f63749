"""The formula language of SEMANTICS 3.2 in Python's `decimal`: parser and evaluator.

A value is a Decimal, a bool, or Nd(reason). Types and units are not checked: a formula that a
service explains has passed those checks.
"""

import decimal
import pathlib
import re
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))

from oracle import CONTEXT, Nd  # noqa: E402

# exp, ln and powers are computed with more digits and rounded once.
WIDE = decimal.Context(prec=120, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999,
                       traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])

TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:\s*\[[^\]]*\])?"
                   r"|(?P<name>[A-Za-z_]\w*)"
                   r"|(?P<sign>\|\||&&|<=|>=|==|!=|[-+*/^<>!(),]))")
DOMAIN = Nd("DOMAIN")


def tokens_of(text):
    """[(kind, text)], ended by ("end", "")."""
    out, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise ValueError(f"formula: offset {position}: cannot read {text[position:]!r}")
        out.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return out + [("end", "")]


class Parser:
    """Text to a tree of tuples: ("number", d), ("name", n), ("call", n, [args]), (op, a[, b])."""

    LEVELS = (("||",), ("&&",), ("<", "<=", ">", ">=", "==", "!="), ("+", "-"), ("*", "/"))

    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.next = 0

    def peek(self):
        return self.tokens[self.next]

    def take(self, *signs):
        """The sign, if it is the next token."""
        kind, text = self.peek()
        if kind == "sign" and text in signs:
            self.next += 1
            return text
        return None

    def want(self, sign):
        if not self.take(sign):
            raise ValueError(f"formula: got {self.peek()[1]!r}, want {sign!r}")

    def parse(self):
        tree = self.binary(0)
        if self.peek()[0] != "end":
            raise ValueError(f"formula: got {self.peek()[1]!r}, want the end")
        return tree

    def binary(self, level):
        if level == len(self.LEVELS):
            return self.unary()
        tree = self.binary(level + 1)
        while sign := self.take(*self.LEVELS[level]):
            tree = (sign, tree, self.binary(level + 1))
        return tree

    def unary(self):
        if sign := self.take("-", "!"):
            return ("neg" if sign == "-" else "not", self.unary())
        tree = self.primary()
        if self.take("^"):
            minus = self.take("-")
            kind, text = self.peek()
            if kind != "number" or not text.isdigit():
                raise ValueError(f"formula: got {text!r}, want a whole exponent")
            self.next += 1
            tree = ("^", tree, -int(text) if minus else int(text))
        return tree

    def primary(self):
        kind, text = self.peek()
        self.next += 1
        if kind == "number":
            return ("number", Decimal(text))
        if kind == "name":
            return ("call", text, self.arguments()) if self.take("(") else ("name", text)
        if (kind, text) == ("sign", "("):
            tree = self.binary(0)
            self.want(")")
            return tree
        raise ValueError(f"formula: got {text!r}, want a number, a name or '('")

    def arguments(self):
        out = [self.binary(0)]
        while self.take(","):
            out.append(self.binary(0))
        self.want(")")
        return out


def wide(compute):
    """A result of many digits, rounded once to 34."""
    return CONTEXT.plus(compute(WIDE))


def power(base, exponent):
    if base == 0 and exponent <= 0:
        return DOMAIN
    return wide(lambda context: context.power(base, exponent))


def divide(a, b):
    return Nd("DIV0") if b == 0 else CONTEXT.divide(a, b)


def round_to(value, places):
    """Half away from zero."""
    if -value.as_tuple().exponent <= places:
        return value
    return value.quantize(Decimal(1).scaleb(-int(places)), rounding=decimal.ROUND_HALF_UP,
                          context=WIDE)


FUNCTIONS = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": round_to,
    "floor": lambda x: x.to_integral_value(rounding=decimal.ROUND_FLOOR),
    "ceil": lambda x: x.to_integral_value(rounding=decimal.ROUND_CEILING),
    "sqrt": lambda x: DOMAIN if x < 0 else CONTEXT.sqrt(x),
    "ln": lambda x: DOMAIN if x <= 0 else wide(lambda context: context.ln(x)),
    "exp": lambda x: wide(lambda context: context.exp(x)),
    "safe_div": lambda a, b, other: other if b == 0 else divide(a, b),
    "clamp": lambda x, low, high: min(max(x, low), high),
}
OPERATORS = {
    "+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": divide, "^": power,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "neg": CONTEXT.minus, "not": lambda a: not a,
}


def strict(function, operands):
    """Applies a function that passes on the first missing operand's reason."""
    for operand in operands:
        if isinstance(operand, Nd):
            return operand
    try:
        return function(*operands)
    except decimal.Overflow:
        return DOMAIN


def logical(sign, left, right):
    """&& and ||: a side that decides wins over a side without a value."""
    decisive = sign == "||"
    if left is decisive or right is decisive:
        return decisive
    for side in (left, right):
        if isinstance(side, Nd):
            return side
    return not decisive


def call(name, arguments, names):
    """A function; those that look at missing values or leave a branch out come first."""
    if name == "is_nd":
        return isinstance(visit(arguments[0], names), Nd)
    if name == "if":
        condition = visit(arguments[0], names)
        if isinstance(condition, Nd):
            return condition
        return visit(arguments[1 if condition else 2], names)
    values = [visit(argument, names) for argument in arguments]
    if name == "coalesce":
        return next((value for value in values if not isinstance(value, Nd)), values[0])
    return strict(FUNCTIONS[name], values)


def visit(tree, names):
    kind = tree[0]
    if kind == "number":
        return CONTEXT.plus(tree[1])
    if kind == "name":
        return names[tree[1]]
    if kind == "call":
        return call(tree[1], tree[2], names)
    if kind in ("&&", "||"):
        return logical(kind, visit(tree[1], names), visit(tree[2], names))
    operands = [visit(part, names) if isinstance(part, tuple) else part for part in tree[1:]]
    return strict(OPERATORS[kind], operands)


def evaluate(text, names):
    """The value of a formula with the values of its names."""
    return visit(Parser(text).parse(), names)
