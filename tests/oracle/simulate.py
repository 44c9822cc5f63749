"""Plays a case in Python: what is in the world after each step, and what each `expect` must say."""

import dataclasses

import case_text
import comparisons
import evaluations
import expectations
import finality
import model
import pacing
import periods
import states
import tracking
import versions
import windows
from decimals import Nd

HEADER = "# proves: 3.1(d)"


@dataclasses.dataclass
class Checked:
    """One state that a case looks at, for the counts of what was covered."""
    place: states.Place
    world: object
    evaluation: evaluations.Evaluation
    track: tracking.Track
    moments: int  # how many there were before
    redefined: bool  # whether definitions changed while the state was kept
    now: int  # when
    fields: dict  # as the case expects them
    compared: dict = dataclasses.field(default_factory=dict)  # comparisons by comparator
    paced: object = None  # pacing.Pace


class Simulation:
    def __init__(self, case, world):
        self.case = case
        self.moments = []
        self.now = next(step.time for step in case.steps if isinstance(step, model.Clock))
        self.world = world
        self.lines = [f"# {case.name}.", HEADER]
        self.checked = []
        self.changes = []  # (kind, metric, sample) in order, as `coverage` counts them

    # --- Steps ---

    def play(self):
        steps = {model.Clock: self.clock, model.Apply: self.apply, model.Write: self.write,
                 model.Retract: self.retract, model.Watermark: self.watermark,
                 model.Decide: self.decide, model.Expect: self.expect}
        for step in self.case.steps:
            steps[type(step)](step)
        return self

    def _moment(self, defined=False):
        self.moments.append(tracking.Moment(self.now, self.world, defined))

    def clock(self, step):
        self.now = max(self.now, step.time)
        self.lines.append(f"clock {periods.instant_text(self.now)}")
        self._moment()

    def apply(self, step):
        world, days = self.world.copy(), {}
        for one in step.definitions:
            if isinstance(one, model.Kpi) and one.keep and one.effective_from is None:
                days[one.name] = self._not_closed(one)
        if tracking.UNSURE in days.values():
            return
        changed = [one for one in step.definitions
                   if world.define(one, self.now, days.get(one.name))]
        if not changed:
            return
        self.world = world
        self.lines += case_text.definition_lines(step.definitions)
        self._moment(defined=True)
        self.changes.append(("definition", len(self.moments) - 1, None, None))

    def _not_closed(self, changed):
        """The first day on which no period of a KPI is recorded as closed, where its change begins
        a version on that day."""
        kpi = self.world.kpis.get(changed.name)
        if kpi is None or kpi.effective_from is not None or (
                versions.series_of(kpi) == versions.series_of(changed)):
            return None
        return tracking.end_of_record(self.world, kpi, self.moments, self.now)

    def write(self, step):
        rows = self.world.samples.get(step.metric)
        if rows is None:
            return
        known = [rows.get(sample.identity()) for sample in step.samples]
        verb = "write"
        if all(before is not None for before in known):
            same = [before == sample for before, sample in zip(known, step.samples)]
            verb = "repeat" if all(same) else "write" if any(same) else "correct"
        self.lines += case_text.sample_lines(verb, step.metric, step.samples)
        self.world = self.world.copy()
        for sample in step.samples:
            self._note(step.metric, sample)
            self.world.write(step.metric, sample, self.now)
        self._moment()

    def _note(self, metric, sample):
        """Which kind of change a sample is, for the counts."""
        before = self.world.samples[metric].get(sample.identity())
        if before is not None:
            kind = "repeat" if before == sample else (
                "move" if before.business_date != sample.business_date else "correction")
        else:
            last = max((row.time for row in self.world.samples[metric].values()), default=None)
            kind = "in order" if last is None or sample.time >= last else "late"
        self.changes.append((kind, len(self.moments), metric, sample))

    def retract(self, step):
        rows = self.world.samples.get(step.metric, {})
        samples = tuple(sample for sample in step.samples if sample.identity() in rows)
        if not samples:
            return
        self.lines += case_text.sample_lines(
            "retract", step.metric,
            [dataclasses.replace(sample, value=None, entity="", business_date=None,
                                 weight=None)
             for sample in samples])
        self.world = self.world.copy()
        for sample in samples:
            gone = self.world.take(step.metric, sample.identity(), self.now)
            self.changes.append(("retraction", len(self.moments), step.metric, gone))
        self._moment()

    def watermark(self, step):
        if step.metric not in self.world.metrics:
            return
        self.lines.append(f"watermark {step.metric} {periods.instant_text(step.time)}")
        self.world = self.world.copy()
        self.world.advance(step.metric, step.time)
        self._moment()

    def decide(self, step):
        kpi = self.world.kpis.get(step.kpi)
        if kpi is None or step.window not in kpi.windows:
            return
        period = windows.step_of(self.world.calendar_of(kpi), step.window, step.day)
        if not period.exists:
            return
        if step.verb == "finalise":
            place = states.Place(kpi.name, step.window, (), period)
            if not states.is_closed(self.world, place, self.now):
                return
            self.world = finality.finalise(self.world, kpi.name, period, self.now)
        elif finality.final_time(self.world, kpi.name, period.last) > self.now:
            return
        else:
            self.world = finality.release(self.world, kpi.name, period, self.now)
        self.lines.append(f"{step.verb} {kpi.name} {period.id}")
        self._moment()

    # --- Expectations ---

    def expect(self, step):
        kpi = self.world.kpis.get(step.kpi)
        if kpi is None or step.window not in kpi.windows or not self._knows(kpi, step):
            return
        calendar = self.world.calendar_of(kpi)
        period = windows.step_of(calendar, step.window, step.day)
        place = states.Place(step.kpi, step.window, step.slice, period)
        track = tracking.Replay(place, self.moments).run()
        if step.history:
            if track.log and not track.unsure:
                self.lines += case_text.history_lines(place, track.log)
            return
        reach = windows.reach_of(calendar, step.window, period)
        world = self.world.version_for(step.kpi, period.last, reach.last)
        world = world.viewed_at(self.now, step.as_was)
        world = world.remembering(self.moments)
        evaluation = states.evaluate(world, place, self.now)
        if evaluation.resolved.reason == Nd("UNSURE"):
            return
        life = "CLOSING" if tracking.settles(track, evaluation, self.now) else evaluation.life
        fields = expectations.fields_of(world, place, evaluation, track, life, self.now)
        compared = self._compared(world, step, place, evaluation, track, life)
        for name, found in compared.items():
            fields.update(expectations.comparison_fields(found, name))
        paced = None
        if world.kpis[place.kpi].pace is not None and self._has_settled(
                track, evaluation, life):
            paced = pacing.pace_of(world, place, evaluation, life, self.now)
            fields.update(expectations.pace_fields(paced))
        if step.fields is not None:
            fields = {name: text for name, text in fields.items() if name in step.fields}
        if fields:
            self.lines += case_text.expect_lines(place, fields, step.as_was)
            since = 0 if track.unfollowed else track.kept_since
            redefined = since is not None and any(
                moment.defined and moment.time >= since for moment in self.moments[2:])
            self.checked.append(Checked(place, world, evaluation, track, len(self.moments),
                                        redefined, self.now, fields, compared, paced))

    @staticmethod
    def _has_settled(track, evaluation, life):
        """Whether it is known that a closed period is."""
        return not track.unsure or life != "CLOSED" or evaluation.readiness.ready

    def _compared(self, world, step, place, evaluation, track, life):
        """{comparator: what is next to it}; nothing where a table of periods says too little."""
        calendar = world.calendar_of(world.kpis[place.kpi])
        if not self._has_settled(track, evaluation, life):
            return {}
        if place.period.grain != "ALL" and not windows.is_known(
                calendar, place.window, windows.moved(calendar, place.period, -1)):
            return {}
        return {name: comparisons.compare(world, place, evaluation, life, self.now, name)
                for name in step.comparators}

    def _knows(self, kpi, step):
        """A slice is known once a sample lay in it; of trailing windows, which may have no period
        yet that could be kept, while one does."""
        if not step.slice:
            return True
        world = self.world.viewed_at(self.now, step.as_was)
        if world.as_of is not None:  # of slices of levels those that have samples
            return any(states.slice_rows(world, world.calendar_of(kpi), item, step.slice)
                       for item in world.flat(kpi).inputs)
        grouping = tuple(dimension for dimension, _ in step.slice)
        moments = self.moments
        if windows.shares_samples(step.window):
            moments = moments[-1:]
        return grouping in kpi.slices and any(
            kpi.name in moment.world.kpis
            and grouping in moment.world.kpis[kpi.name].slices
            and tracking.knows_slice(moment.world, moment.world.kpis[kpi.name], step.slice)
            for moment in moments)
