"""Pace and forecast of an open period (SEMANTICS 3.11), about its complete local days."""

import dataclasses
from decimal import Decimal

import comparisons
import counterparts
import decimals
import evaluations
import judgement
import pace
import periods
import states
import windows
from decimals import ONE, Nd, add, divide, multiply, subtract

NOT_READY = Nd("NOT_READY")
NO_COMPARABLE = Nd("NO_COMPARABLE")
NOT_APPLICABLE = Nd("NOT_APPLICABLE")
NOT_AGGREGATABLE = Nd("NOT_AGGREGATABLE")
KINDS = {"SUM": "flow", "COUNT": "flow", "COUNT_TRUE": "flow", "AVG": "mean",
         "LAST": "level", "LATEST_MANUAL": "level"}


@dataclasses.dataclass
class Pace:
    as_of: int
    to_date: object  # the value of the complete days
    elapsed: Decimal
    share: object
    remaining: object
    history_count: int
    due: object
    method: str
    prior: object
    projected: object
    low: object
    high: object
    scenarios: int
    index: object
    required: object
    probability: object
    too_early: str | None
    status_to_date: str
    status_projected: str


# --- What is known ---


class Reading:
    """The figures of a state's inputs, up to the day that is not complete."""

    def __init__(self, world, place, now):
        self.world, self.place, self.now = world, place, now
        self.kpi = world.kpis[place.kpi]
        self.calendar = world.calendar_of(self.kpi)
        self.flat = world.flat(self.kpi)
        self.rule = self.kpi.pace
        day = comparisons.first_incomplete_day(world, place, now)
        self.day = max(day, place.period.first)
        self.days = min((self.day - place.period.first).days,
                        (place.period.end - place.period.first).days)

    def past(self):
        """The last closed periods, the latest first; the oldest without rows do not count."""
        period, found = self.place.period, []
        for _ in range(2 * self.rule.periods):
            period = periods.previous_period(self.calendar, period)
            place = dataclasses.replace(self.place, period=period)
            if states.worth_of(self.world, place, self.now)[1]:
                found.append(period)
            if len(found) == self.rule.periods:
                break
        while found and not self.has_rows(found[-1]):
            found.pop()
        return found

    def has_rows(self, period):
        return any(states.rows_in(self.world, self.calendar, item, self.place.slice, period)
                   for item in self.flat.inputs)

    def last_year(self, item):
        """The same period a year ago if it is closed and the input has rows in it."""
        found = counterparts.of_period(self.calendar, self.place.period,
                                       "SAME_PERIOD_LAST_YEAR").period
        if found is None or not states.worth_of(
                self.world, dataclasses.replace(self.place, period=found), self.now)[1]:
            return None
        rows = states.rows_in(self.world, self.calendar, item, self.place.slice, found)
        return found if rows else None

    def span(self, period):
        """The first days of a period, as many as are complete; None: none are."""
        end = min(period.end, period.first + comparisons.ONE_DAY * self.days)
        return comparisons.span_of(self.calendar, period.first, end) if end > period.first else None

    def figures(self, item, counts=False):
        """Of an input, or of the rows behind it."""
        def over(reach):
            if reach is None:  # of no days nothing has come
                flow = counts or KINDS.get(item.aggregation) == "flow"
                return decimals.ZERO if flow else NOT_READY
            if counts:
                return Decimal(len(states.rows_in(self.world, self.calendar, item,
                                                  self.place.slice, reach)))
            return states.read_days(self.world, self.kpi, item, self.place, [reach],
                                    self.now).value

        def whole(period):
            return over(comparisons.span_of(self.calendar, period.first, period.end))

        history = [(whole(period), over(self.span(period))) for period in self.past()]
        before = self.last_year(item)
        return pace.Figures(over(self.span(self.place.period)), history,
                            NO_COMPARABLE if before is None else whole(before))

    def to_value(self, inputs):
        reach = comparisons.span_of(self.calendar, self.place.period.first, self.place.period.end)
        return states.evaluate_steps(self.flat, self.calendar, [reach] * len(self.flat.steps),
                                     inputs)[-1]


# --- The pace ---


def pace_of(world, place, evaluation, life, now):
    """The pace of a state of an open period; None where there is none."""
    kpi = world.kpis[place.kpi]
    window = windows.parse(place.window).kind
    if kpi.pace is None or window not in ("CALENDAR", "TO_DATE") or now < place.period.start:
        return None
    if life in ("CLOSED", "FINAL") or evaluation.readiness.ready:
        return None
    return Assessment(Reading(world, place, now), evaluation).assess()


def historical_share(world, place, now):
    """f of a flow's open period by its profile HISTORY; ND where no period is comparable."""
    one = Assessment(Reading(world, place, now), None)
    return one.own_share(one.operands(), True)[0]


def judge(world, place, evaluation, now):
    """The status under bands by PACE: an open period's complete days by what is due after them,
    otherwise the value by the whole target."""
    kpi, goal = world.kpis[place.kpi], evaluation.goal
    evaluations.judge_by(kpi, evaluation, Nd("NO_TARGET") if goal is None else goal.point)
    found = pace_of(world, place, evaluation, evaluation.life, now)
    if found is None or isinstance(evaluation.value, Nd):
        return
    if found.too_early and evaluation.hit is not None:  # also where nothing is due yet
        evaluation.status, evaluation.hit, evaluation.score = "TOO_EARLY", None, None
        return
    figures, to_date = evaluation.figures, found.to_date
    known = not isinstance(to_date, Nd)
    evaluations.judge_by(kpi, evaluation, found.due if known else to_date,
                         to_date if known else None)
    evaluation.figures = figures


class Assessment:
    def __init__(self, reading, evaluation):
        self.reading, self.evaluation = reading, evaluation
        self.kpi, self.rule, self.period = reading.kpi, reading.rule, reading.place.period
        self.goal = evaluation and evaluation.whole_goal
        self.as_of = periods.day_start(reading.calendar, reading.day)

    def assess(self):
        reading, period = self.reading, self.period
        elapsed = self.elapsed()
        operands = self.operands()
        flow = reading.world.target_rules(self.kpi).flow
        to_date = self.to_date()
        share, remaining, count = self.own_share(operands, flow)
        projected, method, scenarios = self.project(operands, elapsed)
        due = self.due(share, flow)
        low = high = NOT_READY
        if len(scenarios) >= pace.LEAST_SCENARIOS:
            low, high = (pace.quantile(scenarios, Decimal(text)) for text in ("0.1", "0.9"))
        early = self.too_early(share, count, projected, low, high)
        prior = pace.prior_of(self.rule, operands[0][1]) if len(operands) == 1 else NOT_APPLICABLE
        return Pace(self.as_of, to_date, elapsed, share, remaining, count, due, method, prior,
                    projected, low, high, len(scenarios), self.index(to_date, due),
                    self.required(to_date, remaining, flow), self.probability(scenarios), early,
                    self.status_to_date(to_date, share, flow, early), self.status_projected(
                        to_date, projected, early))

    def operands(self):
        reading = self.reading
        return [(KINDS.get(item.aggregation, "none"), reading.figures(item),
                 reading.figures(item, True) if item.aggregation == "AVG" else None)
                for item in reading.flat.inputs]

    def elapsed(self):
        length = self.period.stop - self.period.start
        if length == 0:
            return NOT_APPLICABLE
        done = min(max(self.as_of, self.period.start), self.period.stop) - self.period.start
        return divide(Decimal(done), Decimal(length))

    def to_date(self):
        reading = self.reading
        if reading.days == 0:
            return NOT_READY
        span = reading.span(self.period)
        return comparisons.value_over(reading.world, reading.place, [(span.first, span.end)],
                                      reading.now)

    def own_share(self, operands, flow):
        """f of the KPI: of a flow by its own history, else the least over its flows and counts."""
        at = (self.rule, self.reading.calendar, self.period, self.as_of)
        if self.rule.profile != "HISTORY":
            return pace.share_at(*at, ())
        if flow:
            history = [tuple(self.reading.to_value([figures.history[i][side]
                                                    for _, figures, _ in operands])
                             for side in (0, 1))
                       for i in range(len(operands[0][1].history))]
            return pace.share_at(*at, history)
        found = [pace.share_at(*at, (counts or figures).history)
                 for kind, figures, counts in operands if kind in ("flow", "mean")]
        if not found:  # a level has no share of its own
            return pace.share_at(dataclasses.replace(self.rule, profile=None), *at[1:], ())
        numbers = [one for one in found if not isinstance(one[0], Nd)]
        if len(numbers) < len(found):
            return next(one for one in found if isinstance(one[0], Nd))
        return min(found, key=lambda one: one[0])

    def project(self, operands, elapsed):
        """(value, method, scenarios that have a number)."""
        made = []
        for kind, figures, counts in operands:
            history = (counts or figures).history
            share = pace.share_at(self.rule, self.reading.calendar, self.period, self.as_of,
                                  history)[0]
            if kind == "flow":
                made.append(pace.project_flow(self.rule, figures, share))
            elif kind == "mean":
                made.append(pace.project_mean(self.rule, figures, counts, share))
            elif kind == "level":
                made.append(pace.project_level(figures, elapsed))
            else:
                made.append((NOT_AGGREGATABLE, "NONE", []))
        methods = {method for _, method, _ in made}
        value = self.reading.to_value([one[0] for one in made])
        scenarios = [self.reading.to_value([one[2][i] if one[2] else one[0] for one in made])
                     for i in range(max((len(one[2]) for one in made), default=0))]
        return value, methods.pop() if len(methods) == 1 else "MIXED", pace.known(scenarios)

    # --- Against the target ---

    def due(self, share, flow):
        if self.goal is None or self.goal.point is None:
            return Nd("NO_TARGET")
        return multiply(self.goal.point, share) if flow else self.goal.point

    def index(self, to_date, due):
        if self.goal is None or self.goal.two_sided or self.kpi.direction == "NEUTRAL":
            return NOT_APPLICABLE
        if isinstance(due, Nd) or isinstance(to_date, Nd) or due == 0:
            return Nd("ZERO_TARGET")
        move = multiply(Decimal(self.goal.sign), subtract(to_date, due))
        return add(ONE, divide(move, decimals.magnitude(due)))

    def required(self, to_date, remaining, flow):
        if self.goal is None or self.goal.point is None or not flow:
            return NOT_APPLICABLE
        if isinstance(remaining, Nd) or remaining <= 0:
            return NOT_APPLICABLE
        return divide(subtract(self.goal.point, to_date), remaining)

    def probability(self, scenarios):
        if self.goal is None or self.kpi.direction == "NEUTRAL" or (
                len(scenarios) < pace.LEAST_SCENARIOS):
            return NOT_READY
        low, high = self.goal.low, self.goal.high
        if not self.goal.two_sided:
            low, high = (self.goal.point, None) if self.goal.sign > 0 else (None, self.goal.point)
        met = sum(judgement.meets(one, low, high) for one in scenarios)
        return divide(Decimal(met), Decimal(len(scenarios)))

    def too_early(self, share, count, projected, low, high):
        if self.as_of >= self.period.stop:
            return None
        if not isinstance(share, Nd) and share < Decimal("0.1"):
            return "SHARE"
        if self.rule.profile == "HISTORY" and count < 3 and self.has_flows():
            return "HISTORY"
        if not isinstance(low, Nd) and not isinstance(projected, Nd) and (
                subtract(high, low) > multiply(decimals.HALF, decimals.magnitude(projected))):
            return "INTERVAL"
        return None

    def has_flows(self):
        return any(KINDS.get(item.aggregation) in ("flow", "mean")
                   for item in self.reading.flat.inputs)

    def status_to_date(self, to_date, share, flow, early):
        if early and self.kpi.bands is not None and self.kpi.bands.basis == "PACE":
            whole = judged(self.kpi, self.goal, to_date, ONE)
            return "TOO_EARLY" if whole in judgement.POINTS else whole
        part = share if flow else ONE
        if not isinstance(to_date, Nd) and flow and self.kpi.direction != "NEUTRAL" and (
                isinstance(part, Nd) or part <= 0):
            return "TOO_EARLY" if self.goal is not None or self.by_actual() else "NO_TARGET"
        return judged(self.kpi, self.goal, to_date, part)

    def by_actual(self):
        return self.kpi.bands is not None and self.kpi.bands.basis == "ACTUAL"

    def status_projected(self, to_date, projected, early):
        if isinstance(to_date, Nd):
            return judged(self.kpi, self.goal, to_date, ONE)
        before = judged(self.kpi, self.goal, to_date, ONE)
        if before == "NO_TARGET" and self.goal is None:
            return before
        if self.kpi.direction == "NEUTRAL":
            return "NO_TARGET"
        if early:
            return "TOO_EARLY"
        return "NO_DATA" if isinstance(projected, Nd) else judged(self.kpi, self.goal, projected,
                                                                  ONE)


def judged(kpi, goal, value, part):
    """The status of a value; a flow's target, baseline and cuts in natural units count in part."""
    if isinstance(value, Nd):
        state = states.readiness.STATE_OF_REASON[value.reason]
        return "ERROR" if state == "ERROR" else "NO_DATA"
    bands = kpi.bands
    if part != ONE:
        goal, bands = scaled(goal, part), scaled_bands(bands, part)
    if kpi.direction == "NEUTRAL" or (goal is None and not (bands and bands.basis == "ACTUAL")):
        return "NO_TARGET"
    hit = judgement.place(value, kpi.direction, bands, goal, judgement.figures_of(value, goal),
                          goal and goal.point)
    return "NO_TARGET" if isinstance(hit, Nd) else hit.status


def scaled(goal, part):
    if goal is None:
        return None
    ends = {name: None if getattr(goal, name) is None else multiply(getattr(goal, name), part)
            for name in ("point", "low", "high", "baseline")}
    return dataclasses.replace(goal, **ends)


def scaled_bands(bands, part):
    if bands is None or bands.basis not in ("ACTUAL", "VARIANCE"):
        return bands
    cuts = {name: getattr(bands, name) and decimals.canonical(multiply(
        decimals.read_decimal(getattr(bands, name)), part))
            for name in ("exceeded", "on_target", "warning")}
    return dataclasses.replace(bands, **cuts)
