"""Expected shares, and projections of one input to the end of its period (SEMANTICS 3.11)."""

import dataclasses
from decimal import Decimal

import decimals
import periods
from decimals import ONE, Nd, add, divide, multiply, subtract

NOT_READY = Nd("NOT_READY")
NO_COMPARABLE = Nd("NO_COMPARABLE")
NOT_APPLICABLE = Nd("NOT_APPLICABLE")
LEAST_SCENARIOS = 5


@dataclasses.dataclass(frozen=True)
class Projection:
    chain_ladder: object  # CL = A / f
    bornhuetter_ferguson: object  # BF = A + (1 - f) H
    benktander: object  # BK = A + (1 - f) BF, the default


def project(actual, share, prior):
    """`share` is the expected part f of the period's total by now; `prior` H may be None."""
    ladder = divide(actual, share)
    if prior is None:
        return Projection(ladder, Nd("EMPTY"), ladder)
    rest = subtract(ONE, share)
    ferguson = add(actual, multiply(rest, prior))
    return Projection(ladder, ferguson, add(actual, multiply(rest, ferguson)))


def pace_index(actual, target, share, sign):
    """1 + s (A - T f) / |T f|."""
    expected = multiply(target, share)
    if expected == 0:
        return Nd("ZERO_TARGET")
    return add(ONE, divide(multiply(Decimal(sign), subtract(actual, expected)), abs(expected)))


def nowcast(value, factor):
    """3.11.8."""
    return divide(value, factor)


def share_of(weights, elapsed):
    """f of the first `elapsed` of the weights."""
    return divide(decimals.total(weights[:elapsed]), decimals.total(weights))


@dataclasses.dataclass
class Figures:
    """An input, or the count behind one, in the open period and in earlier ones."""
    to_date: object
    history: list  # (total, to date), the latest first
    last_year: object


# --- The expected share ---


def weights_of(rule, calendar, period):
    """The weights of the days of a period; None where the profile says nothing."""
    days = periods.days_between(period.first, period.end)
    if rule.profile == "WORKING_DAYS":
        weights = [Decimal(periods.counts_of(calendar, day, day + periods.ONE_DAY)[1])
                   for day in days]
    else:
        if rule.weights_grain != period.grain or len(rule.weights) < len(days):
            return None
        weights = [Decimal(text) for text in rule.weights[:len(days)]]
        weights = [weight if periods.counts_of(calendar, day, day + periods.ONE_DAY)[0] else
                   decimals.ZERO for weight, day in zip(weights, days)]
    return weights if sum(weights) > 0 else None


def shares_of(history, count):
    """f_j of the first periods; those that say nothing are ND."""
    return [NO_COMPARABLE if isinstance(total, Nd) or total <= 0 else divide(part, total)
            for total, part in history[:count]]


def known(values):
    return [value for value in values if not isinstance(value, Nd)]


def share_at(rule, calendar, period, as_of, history):
    """(f, what remains, periods behind it)."""
    if not period.exists:
        return NOT_APPLICABLE, NOT_APPLICABLE, 0
    length, done = period.stop - period.start, min(max(as_of, period.start),
                                                   period.stop) - period.start
    days = Decimal(periods.counts_of(calendar, period.first, period.end)[0])
    if rule.profile == "HISTORY":
        shares = known(shares_of(history, rule.periods))
        share = median(shares) if shares else NO_COMPARABLE
        return (edge(done, length, share), multiply(days, subtract(ONE, share)), len(shares))
    if rule.profile in (None, "CALENDAR"):
        return (divide(Decimal(done), Decimal(length)),
                divide(multiply(days, Decimal(length - done)), Decimal(length)), 0)
    weights = weights_of(rule, calendar, period)
    if weights is None:
        return edge(done, length, NOT_APPLICABLE), NOT_APPLICABLE, 0
    first = (periods.day_of(calendar, as_of) - period.first).days if done < length else len(weights)
    part, whole = decimals.total(weights[:first]), decimals.total(weights)
    return edge(done, length, divide(part, whole)), subtract(whole, part), 0


def edge(done, length, share):
    """0 up to the start and 1 from the end on, whatever the profile."""
    return decimals.ZERO if done <= 0 else ONE if done >= length else share


# --- Statistics ---


def quantile(values, part):
    """Inclusive and linear, in the order of its formula."""
    ordered = sorted(values)
    position = multiply(Decimal(len(ordered) - 1), part)
    below = int(position)
    if position == below:
        return ordered[below]
    step = subtract(ordered[below + 1], ordered[below])
    return add(ordered[below], multiply(subtract(position, Decimal(below)), step))


def median(values):
    return quantile(values, decimals.HALF)


def drift_of(closing):
    """Theil-Sen over the known values of a series, oldest first."""
    places = [(i, value) for i, value in enumerate(closing) if not isinstance(value, Nd)]
    if len(places) < LEAST_SCENARIOS:
        return None
    return median([divide(subtract(b, a), Decimal(j - i)) for k, (i, a) in enumerate(places)
                   for j, b in places[k + 1:]])


# --- Projections of one input ---


def prior_of(rule, figures):
    if rule.prior == "NONE":
        return NOT_APPLICABLE
    if rule.prior != "MEAN_OF_LAST_3" and not isinstance(figures.last_year, Nd):
        return multiply(figures.last_year, decimals.read_decimal(rule.growth or "1"))
    totals = known([total for total, _ in figures.history])[:3]
    return divide(decimals.total(totals), Decimal(3)) if len(totals) == 3 else NO_COMPARABLE


def flow_with(to_date, share, prior):
    if isinstance(prior, Nd):
        if not isinstance(share, Nd) and share == 0:
            return NOT_READY
        return project(to_date, share, None).chain_ladder
    return project(to_date, share, prior).benktander


def project_flow(rule, figures, share):
    """(value, method, scenarios)."""
    prior = prior_of(rule, figures)
    method = "CHAIN_LADDER" if isinstance(prior, Nd) else "BENKTANDER"
    return flow_with(figures.to_date, share, prior), method, [
        one if isinstance(one, Nd) else flow_with(figures.to_date, one, prior)
        for one in shares_of(figures.history, rule.periods)]


def blend(mean, prior, count, at_end):
    """(n mean + (N - n) H) / N; the mean itself without H, and where nothing is to come."""
    if isinstance(at_end, Nd):
        return at_end
    if isinstance(prior, Nd) or at_end <= count:
        return mean
    so_far = decimals.ZERO if count == 0 else multiply(count, mean)
    return divide(add(so_far, multiply(subtract(at_end, count), prior)), at_end)


def project_mean(rule, figures, counts, share):
    prior, count = prior_of(rule, figures), counts.to_date
    at_end, _, scenarios = project_flow(rule, counts, share)
    value = figures.to_date if isinstance(prior, Nd) else blend(figures.to_date, prior, count,
                                                                at_end)
    return (value, "MEAN_TO_DATE" if isinstance(prior, Nd) else "MEAN_BLEND",
            [blend(figures.to_date, prior, count, one) for one in scenarios])


def project_level(figures, elapsed):
    drift = drift_of([total for total, _ in reversed(figures.history)])
    if drift is None:
        return figures.to_date, "LAST_VALUE", []
    step = multiply(drift, subtract(ONE, elapsed))
    return add(figures.to_date, step), "LAST_WITH_DRIFT", []
