"""What a state remembers: when it closed, how often it was restated, what the log says.

Everything is replayed for one state from the worlds of all moments of a case (SEMANTICS 3.4.7 and
3.16). A state is kept from the first moment on at which a sample touches its slice and period; a
series that is active when a period ends rolls over into the next one.
"""

import dataclasses

import decimals
import finality
import frames
import members
import periods
import rosters
import slices
import states
import versions
import windows
from decimals import Nd

# A period that was over before it was kept is CLOSING for so long, unless its data is complete.
BACKFILL_SETTLES = periods.MINUTE


@dataclasses.dataclass(frozen=True)
class Moment:
    """The world from `time` on. `defined`: whether definitions changed at this moment."""
    time: int
    world: object
    defined: bool = False


@dataclasses.dataclass
class Track:
    kept_since: int | None = None
    settles_at: int | None = None  # backfilled, not closed yet
    revision: int = 0
    restated: bool = False
    closed_at: int | None = None
    logged: tuple | None = None  # (value text, status)
    # Samples lay here before the window or slice was known, and are gone: whether the state is
    # kept is not promised.
    unsure: bool = False
    unfollowed: bool = False
    log: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Entry:
    cause: str
    value: str
    status: str
    revision: int
    time: int


def value_text(value):
    return f"({value.reason})" if isinstance(value, Nd) else decimals.canonical(value)


def visible_rows(world, kpi, window, members, period):
    """Identities and content of all samples that a state sees, by input."""
    reach = windows.reach_of(world.calendar_of(kpi), window, period)
    return [[(item.metric, row.identity(), row) for row in
             states.rows_of(world, kpi, item, members, reach)]
            for item in world.flat(kpi).inputs]


def knows_slice(world, kpi, members):
    """Whether a sample of an input that has all dimensions lies in the slice."""
    grouping = tuple(dimension for dimension, _ in members)
    return any(rosters.place_of(world, kpi, slices.project(sample.dimensions, grouping)) == members
               for item in world.flat(kpi).inputs if not set(item.ignore) & set(grouping)
               for sample in world.samples[item.metric].values())


def is_followed(world, place):
    """Whether what a state remembers is computed here: of inputs that do not look beyond their
    period, without computed targets. Of the others values and statuses are."""
    kpi = world.kpis.get(place.kpi)
    if kpi is None:
        return True
    if any(world.metrics[item.metric].hierarchies for item in world.flat(kpi).inputs):
        return False
    if windows.parse(place.window).kind == "TRAILING":
        return False  # which steps are kept besides those that count a sample is not promised
    if any(finality.owners_of(world, item) for item in world.flat(kpi).inputs):
        return False
    if kpi.control or kpi.hysteresis or kpi.keep_last:
        return False  # a period without samples may be kept, because later ones build on it
    if reads_values(world, kpi):
        return False
    return not any(
        frames.looks_beyond(item) or item.is_elsewhere
        for item in world.flat(kpi).inputs) and not world.flat(kpi).results


def reads_values(world, kpi):
    """Whether a target follows values of other periods or KPIs, which move when these do."""
    own = [target.value for target in world.targets.values() if target.kpi == kpi.name]
    return any(value.is_computed for value in [*own, *([kpi.target] if kpi.target else [])])


UNSURE = object()


def end_of_record(world, kpi, moments, now):
    """The end of the last period, of any window and slice, that was recorded as closed; None
    without one, UNSURE where that is not computed here."""
    calendar, ends = world.calendar_of(kpi), []
    rows = [row for item in world.flat(kpi).inputs
            for known in world.versions[item.metric].values() for _, row in known if row]
    known = {()} | {slices.project(row.dimensions, grouping)
                    for row in rows for grouping in kpi.slices}
    first = min((finality.day_of(calendar, row) for row in rows), default=None)
    if first is None:
        return None
    for window in kpi.windows:
        for members in known:
            period = windows.step_of(calendar, window, periods.day_of(calendar, now))
            while period.end > first:
                track = Replay(states.Place(kpi.name, window, members, period), moments).run()
                if track.unsure:
                    return UNSURE
                if track.revision >= 1:
                    ends.append(period.end)
                    break
                period = periods.previous_period(calendar, period)
    return max(ends, default=None)


class Replay:
    """One state through the moments of a case."""

    def __init__(self, place, moments):
        self.place = place
        self.moments = moments
        self.track = Track()
        self.stale = False
        self.had_rows = False  # before the window or slice was known
        self.of_another = False  # samples lay here of what only another version of the KPI reads

    def run(self, until=None):
        """What is remembered after the last moment, or at a later instant."""
        before = None
        if not all(is_followed(moment.world, self.place) for moment in self.moments):
            self.track.unsure = self.track.unfollowed = True
            return self.track
        for moment in self.moments:
            if before is not None:
                self._between(before, moment.time)
            if self.place.kpi in moment.world.chains:
                moment = dataclasses.replace(moment, world=moment.world.version_for(
                    self.place.kpi, self.place.period.last))
            self._touch(before, moment)
            self._evaluate(moment.world, moment.time, moment.defined)
            before = moment
        self.track.unsure |= self.of_another
        if until is not None and before is not None:
            self._between(before, until)
        return self.track

    def _exists(self, world):
        kpi = world.kpis.get(self.place.kpi)
        grouping = tuple(dimension for dimension, _ in self.place.slice)
        return (kpi is not None and self.place.window in kpi.windows
                and (not grouping or grouping in kpi.slices))

    def _touch(self, before, moment):
        """Keeps the state if the moment brings or takes a sample of it."""
        if self.track.kept_since is not None:
            return
        if not self._exists(moment.world):
            self.had_rows |= self._lay_here(moment.world)
            return
        kpi = moment.world.kpis[self.place.kpi]
        members, period = self.place.slice, self.place.period
        rows = any(visible_rows(moment.world, kpi, self.place.window, members, period))
        self.of_another = not rows and (self.of_another or (
            kpi.keep and self._lie_in_a_version(moment.world)))
        self.track.unsure |= self.had_rows and not rows
        if members and not knows_slice(moment.world, kpi, members):
            self.had_rows |= rows
            return
        self.had_rows = False
        if rows and (moment.time >= period.start or not self._waits_for_its_step()):
            self._keep(moment.time)

    def _waits_for_its_step(self):
        """Whether the state is kept from its period's beginning on, though samples come before."""
        return windows.parse(self.place.window).kind == "TRAILING"

    def _sees_rows(self, world):
        kpi = world.kpis[self.place.kpi]
        return any(visible_rows(world, kpi, self.place.window, self.place.slice,
                                self.place.period))

    def _lay_here(self, world):
        """Whether samples lie here of which the KPI, as it will be, will know."""
        last = self.moments[-1].world
        return self.place.kpi in last.kpis and self._has_rows_of(last, world)

    def _has_rows_of(self, other, world):
        """Whether a world has samples of what the KPI of another one reads."""
        kpi = other.kpis[self.place.kpi]
        calendar = other.calendar_of(kpi)
        reach = windows.reach_of(calendar, self.place.window, self.place.period)
        return any(
            states.rows_in(world, calendar, item, self.place.slice, reach)
            for item in other.flat(kpi).inputs if item.metric in world.samples)

    def _lie_in_a_version(self, world):
        """Whether samples lie here that some version of the KPI reads."""
        series = {versions.series_of(moment.world.kpis[self.place.kpi]): moment.world
                  for moment in self.moments if self.place.kpi in moment.world.kpis}
        return len(series) > 1 and any(
            self._has_rows_of(other, world) for other in series.values())

    def _keep(self, now):
        self.track.kept_since = now
        self.track.settles_at = now + BACKFILL_SETTLES

    def _between(self, before, until):
        """What time alone does after one moment, before and at the start of the next."""
        world, start = before.world, before.time
        if not self._exists(world):
            return
        period = self.place.period
        if self.track.kept_since is None and start < period.start <= until:
            begins = self._waits_for_its_step() and self._sees_rows(world)
            if begins or self._rolls_over(world):
                self._keep(period.start)
        due = {world.metrics[item.metric].expected_lag + world.metrics[item.metric].grace
               for item in world.flat(world.kpis[self.place.kpi]).inputs}
        instants = {period.start, period.stop, *(period.stop + wait for wait in due)}
        instants |= self._day_starts(world, start, until)
        if self.track.settles_at is not None:
            instants |= self._stale_instants(world)
        now = start
        while True:
            settles_at = self.track.settles_at  # moves when the state changes before it
            coming = instants if settles_at is None else instants | {settles_at}
            now = min((instant for instant in coming if now < instant <= until), default=None)
            if now is None:
                return
            self._evaluate(world, now, False)

    def _day_starts(self, world, start, until):
        """When a target to date moves: days begin while its period is open."""
        kpi, period = world.kpis[self.place.kpi], self.place.period
        rules, calendar = world.target_rules(kpi), world.calendar_of(kpi)
        begin, end = max(start, period.start), min(until, period.stop)
        kind = windows.parse(self.place.window).kind
        if kind not in ("TO_DATE", "TRAILING") or begin >= end or not (
                rules.flow and rules.rules):
            return set()
        return {periods.day_start(calendar, day) for day in periods.days_between(
            periods.day_of(calendar, begin), periods.day_of(calendar, end) + periods.ONE_DAY)}

    def _stale_instants(self, world):
        """When an input becomes too old: a state that changes by that is not quiet."""
        kpi = world.kpis[self.place.kpi]
        flat = world.flat(kpi)
        arrivals = states.arrivals_of(world, flat, [0] * len(flat.inputs))
        return {arrival.last_update + arrival.max_age + 1 for arrival in arrivals
                if arrival.max_age is not None and arrival.last_update is not None}

    def _rolls_over(self, world):
        """Whether the period before is kept, was open, and is the last one with rows, or the member
        of the slice has been silent since the one before it at most."""
        kpi = world.kpis[self.place.kpi]
        calendar = world.calendar_of(kpi)
        if not self.place.period.exists:
            return False
        prior = periods.previous_period(calendar, self.place.period)
        while not prior.exists:
            prior = periods.previous_period(calendar, prior)
        rows = visible_rows(world, kpi, self.place.window, self.place.slice, prior)
        if not any(rows) and not self._is_watched(world, prior):
            return False
        place = dataclasses.replace(self.place, period=prior)
        kept = [moment for moment in self.moments if moment.time < prior.stop]
        if Replay(place, kept).run(prior.stop).kept_since is None:
            return False
        return states.is_newest(world, kpi, self.place.window, self.place.slice, prior,
                                self.place.period.start) or self._is_watched(world, prior)

    def _is_watched(self, world, prior):
        """Whether the member may become missing in the period after `prior`."""
        kpi = world.kpis[self.place.kpi]
        if windows.parse(self.place.window).kind != "CALENDAR" or not self.place.slice:
            return False
        last = members.last_reported(world, kpi, self.place.slice, prior.end)
        return last is not None and last >= windows.moved(
            world.calendar_of(kpi), prior, -2).first

    def _evaluate(self, world, now, defined):
        track = self.track
        if track.kept_since is None or now < track.kept_since or not self._exists(world):
            return
        evaluation = states.evaluate(world, self.place, now)
        closed = evaluation.life == "CLOSED"
        if settles(track, evaluation, now):
            closed = False
            if evaluation.readiness.stale != self.stale:
                track.settles_at = now + BACKFILL_SETTLES
        else:
            track.settles_at = None
        self.stale = evaluation.readiness.stale
        said = (value_text(evaluation.value), evaluation.status)
        if track.revision >= 1:
            if said == track.logged:
                return
            track.revision += 1
            track.restated = track.restated or not defined
            cause = "DEFINITION" if defined else "RESTATED"
        elif closed:
            track.revision, track.closed_at, cause = 1, now, "CLOSED"
        elif track.logged is None or said[1] != track.logged[1]:
            cause = "DEFINITION" if defined and track.logged is not None else "TRANSITION"
        else:
            return
        track.logged = said
        track.log.append(Entry(cause, said[0], said[1], track.revision, now))


def settles(track, evaluation, now):
    """Whether a period that was over before it was kept has been quiet for less than a minute."""
    return (track.settles_at is not None and now < track.settles_at
            and evaluation.life == "CLOSED" and not evaluation.readiness.ready)
