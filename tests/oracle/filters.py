"""The `where` of an input: comparisons of `value`, = != in on dimensions, && || ! and parentheses.

Members are words, texts in double quotes, or (null) for a series without the dimension.
"""

import re
from decimal import Decimal

TOKEN = re.compile(r'\s*(?:(?P<null>\(null\))|(?P<sign>\|\||&&|<=|>=|==|!=|[<>=!(),])'
                   r'|(?P<quoted>"[^"]*")|(?P<word>-?[A-Za-z0-9_][A-Za-z0-9_.:%-]*))')
COMPARE = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def tokens_of(text):
    out, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise ValueError(f"where: offset {position}: cannot read {text[position:]!r}")
        out.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return out + [("end", "")]


class Parser:
    """Text to a predicate of (value, dimensions)."""

    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.next = 0

    def take(self, *texts):
        kind, text = self.tokens[self.next]
        if text in texts and kind in ("sign", "word"):
            self.next += 1
            return text
        return None

    def advance(self):
        token = self.tokens[self.next]
        self.next += 1
        return token

    def disjunction(self):
        sides = [self.conjunction()]
        while self.take("||"):
            sides.append(self.conjunction())
        return lambda value, dimensions: any(side(value, dimensions) for side in sides)

    def conjunction(self):
        sides = [self.negation()]
        while self.take("&&"):
            sides.append(self.negation())
        return lambda value, dimensions: all(side(value, dimensions) for side in sides)

    def negation(self):
        if self.take("!"):
            inner = self.negation()
            return lambda value, dimensions: not inner(value, dimensions)
        if self.take("("):
            inner = self.disjunction()
            if not self.take(")"):
                raise ValueError("where: want ')'")
            return inner
        return self.comparison()

    def comparison(self):
        name = self.advance()[1]
        if name != "value" and self.take("in"):
            if not self.take("("):
                raise ValueError("where: want '('")
            members = [self.member()]
            while self.take(","):
                members.append(self.member())
            if not self.take(")"):
                raise ValueError("where: want ')'")
            return lambda value, dimensions: dimensions.get(name) in members
        compare = COMPARE[self.advance()[1]]
        if name == "value":
            limit = Decimal(self.advance()[1])
            return lambda value, dimensions: compare(value, limit)
        member = self.member()
        return lambda value, dimensions: compare(dimensions.get(name), member)

    def member(self):
        kind, text = self.advance()
        return None if kind == "null" else text.strip('"')


_predicates = {None: lambda value, dimensions: True}


def keeps(where):
    """The predicate of (value, dimensions) of a filter; `None` keeps everything. Remembered."""
    if where not in _predicates:
        _predicates[where] = Parser(where).disjunction()
    return _predicates[where]
