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
# A score's part inside its band has 12 decimals and stays below 1 (3.7.6).
SCORE_STEP = Decimal("1e-12")
SCORE_TOP = 1 - SCORE_STEP


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
    score: Decimal | None = None


def sign_of(direction):
    if direction not in ("HIGHER", "LOWER"):
        raise ValueError(f"direction {direction} is not used by the demo")
    return 1 if direction == "HIGHER" else -1


def cuts_of(bands):
    """[(status, cut on the basis)] from the best band down; below the last is OFF_TARGET."""
    cuts = [("EXCEEDED", bands.get("exceeded")), ("ON_TARGET", bands.get("onTarget", 0)),
            ("WARNING", bands.get("warning"))]
    return [(status, read_decimal(cut)) for status, cut in cuts if cut is not None]


def thresholds(bands, sign, target):
    """[(status, cut in natural units)] from the best band down (3.7.3)."""
    scale = {"VARIANCE": 1, "FVP": abs(target)}.get(bands.get("basis", "FVP"))
    if scale is None:
        raise ValueError(f"bands.basis {bands['basis']} is not used by the demo")
    return [(status, target + sign * cut * scale) for status, cut in cuts_of(bands)]


def score(bands, status, basis_value):
    """Points 0 to 3 of a status straight from the bands (3.7.6)."""
    points = {"OFF_TARGET": 0, "WARNING": 1, "ON_TARGET": 2}
    if status not in points:
        return Decimal(3)
    cuts = cuts_of(bands)
    # Band i reaches from cut i up to cut i - 1; an open end lies as far as its neighbour is wide.
    band = [name for name, _ in cuts].index(status) if status != "OFF_TARGET" else len(cuts)
    lower = cuts[band][1] if band < len(cuts) else None
    upper = cuts[band - 1][1] if band > 0 else None
    if lower is None and band >= 2:
        lower = upper - (cuts[band - 2][1] - upper)
    if upper is None and band + 1 < len(cuts):
        upper = lower + (lower - cuts[band + 1][1])
    if lower is None or upper is None:
        return points[status] + Decimal("0.5")
    part = min(max((basis_value - lower) / (upper - lower), Decimal(0)), SCORE_TOP)
    return points[status] + part.quantize(SCORE_STEP, rounding=decimal.ROUND_DOWN)


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
    status = band_of(value, target, sign, bands)
    basis_value = fvp if bands.get("basis", "FVP") == "FVP" else favourable
    points = None if status == "NO_TARGET" else score(bands, status, basis_value)
    return Judgement(status, variance, favourable, fvp, attainment, points)
