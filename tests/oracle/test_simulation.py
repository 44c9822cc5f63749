"""What states remember over time, how cases are written, and how failing cases get smaller."""

import datetime
import unittest
from decimal import Decimal

import batch
import coverage
import model
import periods
import random_turns
import shrink

DAY = datetime.date(2025, 3, 10)


def at(text):
    return periods.parse_instant(f"2025-03-{text}Z")


def sample(text, value, name="e1"):
    return model.Sample((), at(text), Decimal(value), name)


def case(*steps):
    definitions = (model.Metric("sales"), model.Kpi(
        "revenue", inputs=(("a", model.Input("sales")),),
        target=model.TargetValue("FIXED", value="100")))
    return model.Case("case", (steps[0], model.Apply(definitions), *steps[1:]))


def look(day=DAY, history=False):
    return model.Expect("revenue", "DAY", (), day, history)


def tracked(*steps, day=DAY):
    """The track of revenue's day after the steps."""
    return random_turns.simulated(case(*steps, look(day))).checked[-1].track


def entries(track):
    return [(entry.cause, entry.value, entry.revision) for entry in track.log]


class TrackingTest(unittest.TestCase):
    def test_a_late_sample_restates_a_closed_day(self):
        track = tracked(model.Clock(at("10T12:00:00")),
                        model.Write("sales", (sample("10T08:00:00", 90),)),
                        model.Clock(at("11T09:00:00")),
                        model.Write("sales", (sample("10T23:00:00", 20, "e2"),)))
        self.assertEqual(track.closed_at, at("11T00:00:00"))
        self.assertEqual(entries(track), [("TRANSITION", "90", 0), ("CLOSED", "90", 1),
                                          ("RESTATED", "110", 2)])
        self.assertTrue(track.restated)

    def test_imported_history_closes_when_it_was_quiet_for_a_minute(self):
        steps = (model.Clock(at("12T12:00:00")),
                 model.Write("sales", (sample("10T08:00:00", 60),)))
        self.assertIsNone(tracked(*steps).closed_at)
        track = tracked(*steps, model.Clock(at("12T13:00:00")))
        self.assertEqual(track.closed_at, at("12T12:01:00"))

    def test_complete_history_closes_at_once(self):
        track = tracked(model.Clock(at("12T12:00:00")), model.Watermark("sales", at("11T00:00:00")),
                        model.Write("sales", (sample("10T08:00:00", 60),)))
        self.assertEqual(track.closed_at, at("12T12:00:00"))

    def test_an_active_series_rolls_over_once(self):
        steps = (model.Clock(at("10T12:00:00")),
                 model.Write("sales", (sample("10T08:00:00", 60),)),
                 model.Clock(at("13T12:00:00")))
        for day, since in ((11, at("11T00:00:00")), (12, None)):
            track = tracked(*steps, day=datetime.date(2025, 3, day))
            self.assertEqual(track.kept_since, since)

    def test_a_changed_target_is_no_restatement(self):
        changed = model.Kpi("revenue", target=model.TargetValue("FIXED", value="50"))
        track = tracked(model.Clock(at("10T12:00:00")),
                        model.Write("sales", (sample("10T08:00:00", 60),)),
                        model.Clock(at("11T09:00:00")), model.Apply((changed,)))
        self.assertEqual(track.log[-1].cause, "DEFINITION")
        self.assertFalse(track.restated)


class CaseTextTest(unittest.TestCase):
    def test_verbs_follow_from_what_is_there(self):
        one = sample("10T08:00:00", 60)
        lines = random_turns.simulated(case(
            model.Clock(at("10T12:00:00")), model.Write("sales", (one,)),
            model.Write("sales", (one,)), model.Write("sales", (sample("10T08:00:00", 7),)),
            model.Retract("sales", (one,)), model.Retract("sales", (one,)))).lines
        verbs = [line.split()[0] for line in lines if " sales 2025" in line]
        self.assertEqual(verbs, ["write", "repeat", "correct", "retract"])

    def test_a_seed_and_a_number_make_one_case(self):
        texts = [random_turns.simulated(random_turns.make_case(7, 3)).lines for _ in range(2)]
        self.assertEqual(*texts)

    def test_a_withdrawal_and_a_write_under_one_id_are_a_move(self):
        simulation = random_turns.simulated(case(
            model.Clock(at("11T12:00:00")), model.Write("sales", (sample("10T08:00:00", 60),)),
            model.Retract("sales", (sample("10T08:00:00", 60),)),
            model.Write("sales", (sample("11T08:00:00", 60),))))
        kinds = [change[0] for change in coverage.changes_of(simulation)]
        self.assertEqual(kinds[-3:], ["in order", "retraction", "move"])


class FailsWith:
    """A product that is wrong about every case in which a text occurs."""

    def __init__(self, text):
        self.text = text

    def run(self, _name, _mode, lines):
        wrong = any(self.text in line for line in lines) and any(
            line.startswith("expect ") for line in lines)
        return batch.Verdict("failed", "  rows: expected 1, actual 2\n") if wrong else (
            batch.Verdict("ok"))


class ShrinkTest(unittest.TestCase):
    def test_what_does_not_matter_goes(self):
        samples = tuple(sample("10T08:00:00", i, f"e{i}") for i in range(9))
        whole = case(model.Clock(at("10T12:00:00")), model.Write("sales", samples[:4]), look(),
                     model.Clock(at("11T12:00:00")), model.Write("sales", samples[4:]), look())
        small = shrink.shrink(FailsWith("id=e5"), whole)
        writes = [step for step in small.steps if isinstance(step, model.Write)]
        looks = [step for step in small.steps if isinstance(step, model.Expect)]
        self.assertEqual([[one.id for one in step.samples] for step in writes], [["e5"]])
        self.assertEqual([step.fields for step in looks], [("rows",)])


if __name__ == "__main__":
    unittest.main()
