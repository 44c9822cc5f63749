"""The formula language of SEMANTICS 3.2: parser and evaluator.

Types and units are not checked here: a formula that the product accepted has passed those checks.
"""

import re
from decimal import Decimal

import decimals
from decimals import CONTEXT, Nd

# The unit that a number may carry, `365[d/y]`, does not change its value.
TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:\s*\[[^\]]*\])?"
                   r"|(?P<name>[A-Za-z_]\w*)"
                   r"|(?P<sign>\|\||&&|<=|>=|==|!=|[-+*/^<>!(),]))")
CONSTANTS = ("days", "working_days")


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
        tree = self.disjunction()
        if self.peek()[0] != "end":
            raise ValueError(f"formula: got {self.peek()[1]!r}, want the end")
        return tree

    def chain(self, signs, operand):
        tree = operand()
        while sign := self.take(*signs):
            tree = (sign, tree, operand())
        return tree

    def disjunction(self):
        return self.chain(("||",), self.conjunction)

    def conjunction(self):
        return self.chain(("&&",), self.comparison)

    def comparison(self):
        left = self.sum()
        sign = self.take("<", "<=", ">", ">=", "==", "!=")
        return (sign, left, self.sum()) if sign else left

    def sum(self):
        return self.chain(("+", "-"), self.product)

    def product(self):
        return self.chain(("*", "/"), self.unary)

    def unary(self):
        if sign := self.take("-", "!"):
            return ("neg" if sign == "-" else "not", self.unary())
        tree = self.primary()
        if not self.take("^"):
            return tree
        minus = self.take("-")
        kind, text = self.peek()
        if kind != "number" or not text.isdigit():
            raise ValueError(f"formula: got {text!r}, want a whole exponent")
        self.next += 1
        return ("^", tree, -int(text) if minus else int(text))

    def primary(self):
        kind, text = self.peek()
        self.next += 1
        if kind == "number":
            return ("number", Decimal(text))
        if kind == "name":
            return ("call", text, self.arguments()) if self.take("(") else ("name", text)
        if (kind, text) == ("sign", "("):
            tree = self.disjunction()
            self.want(")")
            return tree
        raise ValueError(f"formula: got {text!r}, want a number, a name or '('")

    def arguments(self):
        out = [self.disjunction()]
        while self.take(","):
            out.append(self.disjunction())
        self.want(")")
        return out


FUNCTIONS = {
    "abs": decimals.magnitude,
    "min": decimals.least,
    "max": decimals.greatest,
    "round": decimals.round_half_away,
    "floor": decimals.floor,
    "ceil": decimals.ceiling,
    "sqrt": decimals.square_root,
    "ln": decimals.logarithm,
    "exp": decimals.exponential,
    "safe_div": decimals.safe_divide,
    "clamp": decimals.clamp,
}
OPERATORS = {
    "+": decimals.add,
    "-": decimals.subtract,
    "*": decimals.multiply,
    "/": decimals.divide,
    "neg": decimals.negate,
    "<": decimals.strict(lambda a, b: a < b),
    "<=": decimals.strict(lambda a, b: a <= b),
    ">": decimals.strict(lambda a, b: a > b),
    ">=": decimals.strict(lambda a, b: a >= b),
    "==": decimals.strict(lambda a, b: a == b),
    "!=": decimals.strict(lambda a, b: a != b),
    "not": decimals.strict(lambda a: not a),
}


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
    return FUNCTIONS[name](*values)


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
    if kind == "^":
        return decimals.power(visit(tree[1], names), tree[2])
    return OPERATORS[kind](*(visit(part, names) for part in tree[1:]))


def identifiers(tree):
    """The names that a tree reads, constants included."""
    if tree[0] == "name":
        return {tree[1]}
    if tree[0] == "number":
        return set()
    parts = tree[2] if tree[0] == "call" else [part for part in tree[1:] if isinstance(part, tuple)]
    return set().union(*(identifiers(part) for part in parts))


_parsed = {}


def parse(text):
    """The tree of a formula; remembered."""
    if text not in _parsed:
        _parsed[text] = Parser(text).parse()
    return _parsed[text]


def evaluate(text, names):
    """The value of a formula with the values of its names."""
    return visit(parse(text), names)
