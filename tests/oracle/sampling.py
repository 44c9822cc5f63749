"""How far a value of few observations can be trusted (SEMANTICS 3.21): 95 % intervals."""

import dataclasses
import functools
import math
from decimal import Decimal

import aggregates
import decimals
import derived
from decimals import ONE, ZERO, Nd, add, divide, multiply, subtract

Z = Decimal("1.959963984540054")
HUNDRED = Decimal(100)
NOT_APPLICABLE = Nd("NOT_APPLICABLE")
METHODS = {"PROPORTION": "WILSON", "NPS": "NPS", "MEAN": "STUDENT_T"}


@dataclasses.dataclass(frozen=True)
class Interval:
    method: str
    n: object
    error: object  # standard error
    low: object
    high: object
    half: object  # half width, before the ends are cut


def without(method, n, reason):
    return Interval(method, n if is_count(n) else Nd(reason), *[Nd(reason)] * 4)


def is_count(value):
    return not isinstance(value, Nd) and value >= 0 and value == value.to_integral_value()


def problem_of(part, n):
    """Why counts have no interval; None if so many of n make sense."""
    for value in (part, n):
        if isinstance(value, Nd):
            return value.reason
        if not is_count(value):
            return "DOMAIN"
    if n == 0:
        return "EMPTY"
    return "DOMAIN" if part > n else None


def wilson(part, n):
    problem = problem_of(part, n)
    if problem is not None:
        return without("WILSON", n, problem)
    p, q = divide(part, n), divide(multiply(Z, Z), n)
    spread = add(divide(multiply(p, subtract(ONE, p)), n), divide(q, multiply(Decimal(4), n)))
    half = multiply(divide(Z, add(ONE, q)), decimals.square_root(spread))
    centre = divide(add(p, divide(q, Decimal(2))), add(ONE, q))
    low, high = max(ZERO, subtract(centre, half)), min(ONE, add(centre, half))
    return Interval("WILSON", n, NOT_APPLICABLE, ZERO if p == 0 else low, ONE if p == 1 else high,
                    half)


def promoter_score(promoters, detractors, n):
    problems = (problem_of(promoters, n), problem_of(detractors, n),
                problem_of(add(promoters, detractors), n))
    problem = next((one for one in problems if one is not None), None)
    if problem is not None:
        return without("NPS", n, problem)
    p, d = divide(promoters, n), divide(detractors, n)
    net = subtract(p, d)
    score = multiply(HUNDRED, net)
    spread = max(ZERO, subtract(add(p, d), multiply(net, net)))
    error = multiply(HUNDRED, decimals.square_root(divide(spread, n)))
    half = multiply(Z, error)
    return Interval("NPS", n, error, max(-HUNDRED, subtract(score, half)),
                    min(HUNDRED, add(score, half)), half)


def mean(value, variance, count):
    n = Decimal(count)
    if count == 0:
        return without("STUDENT_T", n, "EMPTY")
    if isinstance(value, Nd):
        return without("STUDENT_T", n, value.reason)
    if count < 2:
        return without("STUDENT_T", n, "NOT_APPLICABLE")
    error = decimals.square_root(divide(variance, n))
    half = multiply(student_t(count - 1), error)
    return Interval("STUDENT_T", n, error, subtract(value, half), add(value, half), half)


def inside(t, degrees):
    """The probability of Student's t between -t and t, by its finite sums."""
    theta = math.atan(t / math.sqrt(degrees))
    cosine, odd = math.cos(theta), degrees % 2
    term, total = (cosine if odd else 1.0), 0.0
    for i in range(2 + odd, degrees + 2, 2):
        total += term
        term *= cosine * cosine * (i - 1) / i
    if odd:
        return 2 / math.pi * (theta + math.sin(theta) * (total if degrees > 1 else 0.0))
    return math.sin(theta) * total


@functools.lru_cache(maxsize=None)
def student_t(degrees):
    """The two-sided 95 % point, to 12 significant digits."""
    low, high = 1.0, 13.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return Decimal(f"{middle:.11e}")
        low, high = (middle, high) if inside(middle, degrees) < 0.95 else (low, middle)


def interval_of(world, kpi, evaluation, operands):
    """The interval of a state that has a value; None otherwise."""
    rule = kpi.sampling
    if rule is None or isinstance(evaluation.value, Nd):
        return None
    places = {alias: index for alias, _, index in world.flat(kpi).steps[-1].bindings}
    values = [evaluation.inputs[places[alias]] for alias in rule.aliases]
    if rule.kind == "PROPORTION":
        return wilson(*values)
    if rule.kind == "NPS":
        return promoter_score(*values)
    index = places[rule.aliases[0]]
    item, rows = world.flat(kpi).inputs[index], operands[index].kept
    metric = derived.measured(item, world.metrics[item.metric])
    return mean(values[0], aggregates.moments(rows, metric.scale, False), len(rows))


def is_low(interval, tolerance):
    """Whether a value rests on too little."""
    if not isinstance(interval.half, Nd):
        return interval.half > decimals.read_decimal(tolerance)
    return not isinstance(interval.n, Nd) and interval.n != 0
