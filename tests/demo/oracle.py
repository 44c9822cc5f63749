"""The arithmetic of the demo's KPIs in Python's `decimal`: the oracle of SEMANTICS "Numbers".

A value is a Decimal, or `Nd(reason)` where there is none. Nothing here knows about files.
"""

import ast
import dataclasses
import decimal
import re
from decimal import Decimal

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144,
                          clamp=1, traps=[decimal.InvalidOperation, decimal.DivisionByZero,
                                          decimal.Overflow])
decimal.setcontext(CONTEXT)

# Two numbers that differ by less than this part of the larger one are the same at a cut (3.7.3).
CUT_TOLERANCE = Decimal("1e-30")


@dataclasses.dataclass(frozen=True)
class Nd:
    """No value, and why."""
    reason: str


def canonical(value):
    """Plain decimal text without trailing zeros and without -0."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_decimal(text):
    """A decimal as a definition writes it; `80%` is exactly 0.80."""
    text = str(text)
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def percentile(values, percent):
    """The inclusive linear percentile of sorted `values`: h = (n - 1) p."""
    h = (len(values) - 1) * percent / 100
    low = int(h)
    if low + 1 == len(values):
        return Decimal(values[low])
    return values[low] + (h - low) * (values[low + 1] - values[low])


FILTER = re.compile(r"value\s*(<=|>=|<|>|==|!=)\s*(-?\d+(?:\.\d+)?)")
COMPARE = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def row_filter(where):
    """The predicate of an input's `where`; the demo uses one comparison on `value`."""
    if where is None:
        return lambda value: True
    match = FILTER.fullmatch(where.strip())
    if not match:
        raise ValueError(f"where: {where!r} is not a comparison on `value`")
    compare, limit = COMPARE[match.group(1)], Decimal(match.group(2))
    return lambda value: compare(value, limit)


def aggregate(definition, values, ready):
    """One input over the rows of a past period (3.1, 3.8.2): `values` before the filter.

    Emptiness is judged before the filter (3.1(g)). A past period without rows is 0 for sums and
    counts only if its source has reported up to its end.
    """
    kind = definition["aggregation"]
    if not values and not ready:
        return Nd("NOT_READY")
    keep = row_filter(definition.get("where"))
    kept = sorted(value for value in values if keep(value))
    if kind == "COUNT":
        return Decimal(len(kept))
    if kind == "SUM":
        return sum(kept, Decimal(0))
    if not kept:
        return Nd("EMPTY")
    if kind == "AVG":
        return sum(kept, Decimal(0)) / len(kept)
    if kind == "PERCENTILE":
        return percentile(kept, read_decimal(definition["percentile"]))
    raise ValueError(f"aggregation {kind} is not used by the demo")


def evaluate(formula, operands):
    """A formula of + - * / over `operands`; the leftmost operand's reason wins (3.2)."""
    def visit(node):
        if isinstance(node, ast.Name):
            return operands[node.id]
        if isinstance(node, ast.Constant):
            return Decimal(ast.get_source_segment(formula, node))
        if not isinstance(node, ast.BinOp):
            raise ValueError(f"formula: {formula!r} has more than + - * /")
        left, right = visit(node.left), visit(node.right)
        for side in (left, right):
            if isinstance(side, Nd):
                return side
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return Nd("DIV0") if right == 0 else left / right
        raise ValueError(f"formula: {formula!r} has more than + - * /")
    return visit(ast.parse(formula, mode="eval").body)


@dataclasses.dataclass(frozen=True)
class Judgement:
    """How a value compares with its target (3.6, 3.7). None where there is no such number."""
    status: str
    variance: Decimal | None = None
    favourable_variance: Decimal | None = None
    fvp: Decimal | None = None
    attainment: Decimal | None = None


def sign_of(direction):
    if direction not in ("HIGHER", "LOWER"):
        raise ValueError(f"direction {direction} is not used by the demo")
    return 1 if direction == "HIGHER" else -1


def thresholds(bands, sign, target):
    """[(status, cut in natural units)] from the best band down (3.7.3)."""
    basis = bands.get("basis", "FVP")
    cuts = [("EXCEEDED", bands.get("exceeded")), ("ON_TARGET", bands.get("onTarget", 0)),
            ("WARNING", bands.get("warning"))]
    out = []
    for status, text in cuts:
        if text is None:
            continue
        cut = read_decimal(text)
        if basis == "VARIANCE":
            out.append((status, target + sign * cut))
        elif basis == "FVP":
            out.append((status, target + sign * cut * abs(target)))
        else:
            raise ValueError(f"bands.basis {basis} is not used by the demo")
    return out


def band_of(value, target, sign, bands):
    """The first status whose cut is met, from the best down."""
    if target == 0 and bands.get("basis", "FVP") == "FVP":
        return "NO_TARGET"
    for status, cut in thresholds(bands, sign, target):
        if sign * (value - cut) >= -CUT_TOLERANCE * max(abs(value), abs(cut)):
            return status
    return "OFF_TARGET"


def judge(value, target, direction, bands):
    """The status of a value against its target; precedence as in 3.7.5."""
    if isinstance(value, Nd):
        return Judgement("NO_DATA")
    if target is None:
        return Judgement("NO_TARGET")
    sign = sign_of(direction)
    variance = value - target
    favourable = sign * variance
    fvp = None if target == 0 else favourable / abs(target)
    attainment = None if fvp is None else 1 + fvp
    return Judgement(band_of(value, target, sign, bands), variance, favourable, fvp, attainment)
