"""Which target is in force for a slice and period, and what it is there (SEMANTICS 3.3.6, 3.5)."""

import dataclasses
import datetime
from decimal import Decimal

import allocation
import computed_targets
import decimals
import periods
import slices
import windows
from decimals import Nd, read_decimal

NO_TARGET = Nd("NO_TARGET")
BEGINNING = datetime.date.min
FOR_EVER = datetime.date.max

# From fine to coarse; ALL is all time.
GRAINS = periods.GRAINS + ("ALL",)


@dataclasses.dataclass(frozen=True)
class Resolved:
    """A point (low is high, not is_range) or a range with ends that may be open (None), and the
    rule that matched; or no target and why."""
    low: Decimal | None = None
    high: Decimal | None = None
    is_range: bool = False
    reason: Nd | None = None
    rule: str = "default"
    kind: str | None = None  # of the target that matched

    @property
    def point(self):
        return self.low


def none(reason=NO_TARGET):
    return Resolved(reason=reason)


def point_of(value, rule, kind):
    """A computed point; None: there is no target."""
    return none() if value is None else Resolved(value, value, rule=rule, kind=kind)


def flow_nature(kpi, kpis):
    """Whether values add up over time: what the definition says, else one SUM or COUNT input."""
    if kpi.nature is not None:
        return kpi.nature == "FLOW"
    if len(kpi.inputs) != 1 or kpi.formula not in (None, kpi.inputs[0][0]):
        return False
    only = kpi.inputs[0][1]
    if only.is_result:
        return only.aggregation == "SUM"
    if only.kpi is not None:
        return flow_nature(kpis[only.kpi], kpis)
    return only.aggregation in ("SUM", "COUNT", "COUNT_TRUE")


def grain_of(value, kpi, flow, calendar):
    """The grain that a target is stated for; None: every window alike."""
    if value.grain is not None:
        return value.grain
    if value.schedule:
        return grain_named(calendar, *value.schedule[0][:2])
    if value.kind == "PHASED_LINEAR":
        return grain_named(calendar, *value.first)
    if value.kind == "BASELINE_IMPROVEMENT" and flow:
        return value.first[2]
    return windows.parse(kpi.windows[0]).grain if flow else None


def grain_named(calendar, name, day):
    """The grain of the period with this id, which contains the day."""
    return next(grain for grain in periods.grains_of(calendar)
                if periods.period_of(calendar, grain, day).id == name)


@dataclasses.dataclass(frozen=True)
class Until:
    """Up to which instant targets count; after that a period is open, or has not begun."""
    time: int
    share: object  # of an open period: f(tau), a number

    def of(self, target, part):
        """What of a period's target is due."""
        if target.reason is not None or part.stop <= self.time:
            return target
        ends = [None if end is None else decimals.multiply(end, self.share(part))
                for end in (target.low, target.high)]
        failed = next((end for end in ends if isinstance(end, Nd)), None)
        return none(failed) if failed is not None else dataclasses.replace(
            target, low=ends[0], high=ends[1])


@dataclasses.dataclass(frozen=True)
class Rule:
    """A target ready to be matched."""
    value: object  # model.TargetValue
    slice: tuple | None
    exact: bool  # for the slice alone
    begin: datetime.date
    end: datetime.date
    grain: str | None

    def strength(self, members, above):
        """(how the rule applies, how specific it is) to a slice; None when it does not. `above` are
        the slices above it in hierarchies, nearest first."""
        if self.slice is None:
            return DEFAULT, 0, 0
        if self.slice == members:
            return EXACT, self.exact, 0
        if self.exact or self.slice == ():
            return None
        if set(self.slice) <= set(members):
            return DIMENSION, 0, len(self.slice)
        return next(((HIERARCHY, -i, len(self.slice)) for i, one in enumerate(above)
                     if set(self.slice) <= set(one)), None)

    def name_for(self, members):
        if self.slice is None:
            return "default"
        within = "dimension" if set(self.slice) <= set(members) else "hierarchy"
        return f"{'exact' if self.slice == members else within}:{slices.text_of(self.slice)}"


# How a rule applies to a slice, weakest first.
DEFAULT, HIERARCHY, DIMENSION, EXACT = range(4)


class TargetRules:
    """The committed targets of one KPI."""

    def __init__(self, kpi, targets, calendar, flow, above=lambda members, day: []):
        """`above` gives the slices above one on a day, nearest first."""
        self.above = above
        self.calendar = calendar
        self.direction = kpi.direction
        self.flow = flow
        rules = []
        if kpi.target is not None:
            rules.append(Rule(kpi.target, None, False, BEGINNING, FOR_EVER,
                              grain_of(kpi.target, kpi, flow, calendar)))
        for target in targets:
            if target.kpi != kpi.name or target.role != "COMMITTED":
                continue
            selector = target.slice or (() if target.exact else None)
            rules.append(Rule(target.value, selector, target.exact,
                              target.effective_from[1] if target.effective_from else BEGINNING,
                              target.effective_to[1] if target.effective_to else FOR_EVER,
                              grain_of(target.value, kpi, flow, calendar)))
        self.rules = [self._until_next(rule, rules) for rule in rules]

    @staticmethod
    def _until_next(rule, rules):
        """A rule ends at the latest where the next one for the same slices begins."""
        later = [other.begin for other in rules
                 if (other.slice, other.exact) == (rule.slice, rule.exact)
                 and other.begin > rule.begin]
        return dataclasses.replace(rule, end=min([rule.end, *later]))

    def match(self, members, day):
        """The longest match in force on the day; of equal ones the least canonical text."""
        above = self.above(members, day)
        applying = [(rule.strength(members, above), rule) for rule in self.rules
                    if rule.begin <= day < rule.end and rule.strength(members, above) is not None]
        if not applying:
            return None
        best = max(strength for strength, _ in applying)
        return min((rule for strength, rule in applying if strength == best),
                   key=lambda rule: slices.text_of(rule.slice or ()))

    def due(self, members, window, period, environment, until):
        """The target that a state has: of a flow to date or over whole units what has begun
        (3.5), otherwise that of the whole period."""
        kind = windows.parse(window).kind
        if not self.flow or kind not in ("TO_DATE", "TRAILING"):
            return self.resolve(members, window, period, environment)
        reach = windows.reach_of(self.calendar, window, period)
        if kind == "TRAILING":
            return self._over(members, reach, period.grain, environment, until)
        own = self.match(members, period.first)
        if own is not None and own.grain in (None, period.grain):
            return until.of(self._value(own, members, period, environment), period)
        last = self.match(members, self._last_day(reach, until))
        if last is None or last.grain is None:
            return none()
        if GRAINS.index(last.grain) >= GRAINS.index(period.grain):
            return until.of(self._finer(last, members, period, environment), period)
        return self._sum(members, period, last.grain, environment, until)

    def _last_day(self, reach, until):
        """The last day that counts."""
        if until.time >= reach.stop:
            return reach.last
        return max(reach.first, periods.day_of(self.calendar, until.time))

    def resolve(self, members, window, period, environment):
        """The target of a window's whole period."""
        if windows.parse(window).kind == "TRAILING":
            return self._over(members, windows.reach_of(self.calendar, window, period),
                              period.grain, environment)
        own = self.match(members, period.first)
        if own is not None and own.grain in (None, period.grain):
            return self._value(own, members, period, environment)
        last = self.match(members, period.last)
        if last is None or last.grain is None:
            return none()
        if GRAINS.index(last.grain) >= GRAINS.index(period.grain):
            return self._finer(last, members, period, environment)
        if self.flow and period.grain == "ALL":
            return none()  # all time never ends: its targets have no sum
        if self.flow:
            return self._sum(members, period, last.grain, environment)
        part = periods.period_of(self.calendar, last.grain, period.last)
        return self._exactly(members, part, environment)

    def _over(self, members, reach, base, environment, until=None):
        """The target of the whole units that a trailing window counts, of that base grain."""
        last = self.match(members, reach.last if until is None else self._last_day(reach, until))
        if last is None:
            return none()
        grain = last.grain or base
        if not self.flow:
            return self._exactly(
                members, periods.period_of(self.calendar, grain, reach.last), environment)
        return self._sum(members, reach, grain, environment, until)

    def _exactly(self, members, period, environment):
        """The target that is meant for just this period."""
        rule = self.match(members, period.first)
        if rule is None or rule.grain not in (None, period.grain):
            return none()
        return self._value(rule, members, period, environment)

    def _value(self, rule, members, period, environment):
        value, name = rule.value, rule.name_for(members)
        if value.kind == "FIXED":
            point = read_decimal(value.value)
            return Resolved(point, point, rule=name, kind=value.kind)
        if value.kind == "RANGE":
            low, high = (None if end is None else read_decimal(end)
                         for end in (value.low, value.high))
            return Resolved(low, high, True, rule=name, kind=value.kind)
        if value.kind == "PHASED_LINEAR":
            return point_of(allocation.phased(value, self.calendar, rule.grain, period), name,
                            value.kind)
        if value.kind == "ALLOCATED":
            whole = self._whole(value)
            return point_of(allocation.part(value, self.calendar, whole, period,
                                            read_decimal(value.value)), name, value.kind)
        if value.is_computed:
            return self._computed(value, members, period, environment, name)
        entries = {day: text for _, day, text in value.schedule}
        before = [day for day in entries if day <= period.first]
        if not before or (value.strict and max(before) != period.first):
            return none()
        point = read_decimal(entries[max(before)])
        return Resolved(point, point, rule=name, kind=value.kind)

    def _computed(self, value, members, period, environment, name):
        if value.kind == "VS_PRIOR":
            number = computed_targets.versus_prior(value, self.calendar, members, period,
                                                   environment)
        elif value.kind == "FORMULA":
            number = computed_targets.by_formula(value, members, period, environment)
        else:
            number = computed_targets.baseline_improvement(
                value, self.calendar, members, self.direction, self.flow, environment)
        number = computed_targets.rounded(number, value.scale)
        return none(number) if isinstance(number, Nd) else Resolved(
            number, number, rule=name, kind=value.kind)

    def _whole(self, value):
        """The period of an allocated total."""
        return periods.period_of(self.calendar, grain_named(self.calendar, *value.first),
                                 value.first[1])

    def _finer(self, rule, members, period, environment):
        """A window finer than the target: an allocated part is spread further."""
        value = rule.value
        if value.kind != "ALLOCATED" or value.profile == "EXPLICIT" or not self.flow:
            return none()
        whole = periods.period_of(self.calendar, rule.grain, period.first)
        share = self._exactly(members, whole, environment)
        if share.reason is not None or self.match(members, whole.first) != rule:
            return share
        return point_of(allocation.part(value, self.calendar, whole, period, share.point),
                        rule.name_for(members), value.kind)

    def _sum(self, members, period, grain, environment, until=None):
        """The targets of the periods that tile the window, added end by end; of those that have
        begun, and of the first one, if they count until some instant."""
        total = None
        for part in periods.periods_within(self.calendar, period, grain):
            if until is not None and total is not None and part.start > until.time:
                break
            value = self._exactly(members, part, environment)
            if until is not None:
                value = until.of(value, part)
            if value.reason is not None:
                return value
            if total is None:
                total = value
                continue
            if total.is_range != value.is_range:
                return none(decimals.DOMAIN)
            low, high = (None if None in (a, b) else decimals.add(a, b)
                         for a, b in ((total.low, value.low), (total.high, value.high)))
            if isinstance(low, Nd) or isinstance(high, Nd):
                return none(decimals.DOMAIN)
            total = Resolved(low, high, value.is_range, rule=value.rule, kind=value.kind)
        return total or none()
