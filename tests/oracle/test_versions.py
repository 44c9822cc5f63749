"""Versions, levels and finality: SEMANTICS 3.16.5, 3.3.2 and 3.4.7."""

import dataclasses
import datetime
import unittest

import finality
import levels
import model
import periods
import targets
import versions
import world as worlds


def day(text):
    return datetime.date.fromisoformat(text)


class VersionsTest(unittest.TestCase):
    def kpi(self, kind, first=None):
        return model.Kpi("k", inputs=(("a", model.Input("m", aggregation=kind)),), keep=True,
                         effective_from=first and day(first))

    def test_a_version_replaces_those_that_begin_later(self):
        first, second = self.kpi("SUM"), self.kpi("MAX", "2025-03-12")
        chain = versions.follow((), (first, 1), (second, 2), None, None)
        self.assertEqual([versions.index_of(chain, day(text))
                          for text in ("2025-03-11", "2025-03-12")], [0, 1])
        third = self.kpi("AVG", "2025-03-10")
        chain = versions.follow(chain, (second, 2), (third, 3), None, None)
        self.assertEqual([one.revision for one in chain], [1, 3])

    def test_what_is_final_stays(self):
        chain = versions.follow((), (self.kpi("SUM"), 1), (self.kpi("MAX", "2025-03-01"), 2),
                                day("2025-03-11"), None)
        self.assertEqual(chain[-1].first, day("2025-03-11"))

    def test_what_is_final_keeps_its_target(self):
        first, other = self.kpi("SUM"), self.kpi("MAX")
        changed = dataclasses.replace(first, target=model.TargetValue("FIXED", value="7"))
        chain = versions.follow((), (first, 1), (changed, 2), day("2025-03-11"), None)
        self.assertEqual([(one.first, one.revision) for one in chain],
                         [(None, 1), (day("2025-03-11"), 2)])
        self.assertEqual(versions.follow((), (first, 1), (changed, 2), None, None), ())
        chain = versions.follow(chain, (changed, 2), (other, 3), day("2025-03-11"),
                                day("2025-03-14"))
        self.assertEqual([versions.series_start(chain, i) for i in range(3)], [0, 0, 2])
        self.assertEqual(versions.index_within(chain, 1, day("2025-03-10")), 0)
        self.assertEqual(versions.index_within(chain, 2, day("2025-03-10")), 2)

    def test_the_day_of_a_version_can_be_moved(self):
        second = self.kpi("MAX", "2025-03-12")
        chain = versions.follow((), (self.kpi("SUM"), 1), (second, 2), None, None)
        moved = self.kpi("MAX", "2025-03-16")
        chain = versions.follow(chain, (second, 2), (moved, 3), None, None)
        self.assertEqual([(one.first, one.revision) for one in chain],
                         [(None, 1), (day("2025-03-16"), 3)])

    def test_without_a_closed_period_nothing_is_kept(self):
        changed = self.kpi("MAX")
        self.assertEqual(versions.follow((), (self.kpi("SUM"), 1), (changed, 2), None, None), ())


class LevelsTest(unittest.TestCase):
    SHOPS = levels.Hierarchy("shop", ("country", "area"), (
        ("Ulm", None, ("DE", "North")), ("Ulm", day("2025-03-11"), ("DE", "South"))))

    def test_members_move(self):
        metric = model.Metric("m", hierarchies=(self.SHOPS,))
        for text, area in (("2025-03-10", "North"), ("2025-03-11", "South")):
            found = dict(levels.extended(metric, (("shop", "Ulm"),), day(text)))
            self.assertEqual(found, {"shop": "Ulm", "country": "DE", "area": area})

    def test_slices_above(self):
        above = levels.slice_above((self.SHOPS,), (("area", "South"),), ("country",),
                                   day("2025-03-11"))
        self.assertEqual(above, (("country", "DE"),))


    def test_all_slices_above_nearest_first(self):
        members, today = (("region", "EMEA"), ("shop", "Ulm")), day("2025-03-11")
        self.assertEqual(levels.slices_above((self.SHOPS,), members, today), [
            (("area", "South"), ("region", "EMEA")), (("country", "DE"), ("region", "EMEA"))])
        self.assertEqual(levels.slices_above((self.SHOPS,), (("area", None),), today), [])

    def test_a_target_of_a_slice_above_is_weaker_than_one_of_a_dimension(self):
        above = levels.slices_above((self.SHOPS,), (("shop", "Ulm"),), day("2025-03-11"))
        rules = [targets.Rule(None, members, exact, None, None, None) for members, exact in (
            (None, False), ((("country", "DE"),), False), ((("area", "South"),), False),
            ((("shop", "Ulm"),), False), ((("country", "DE"),), True))]
        found = [rule.strength((("shop", "Ulm"),), above) for rule in rules]
        self.assertEqual(sorted(found[:4]), found[:4])
        self.assertIsNone(found[4])
        self.assertEqual(rules[1].name_for((("shop", "Ulm"),)), "hierarchy:country=DE")


class FinalityTest(unittest.TestCase):
    def test_what_comes_after_the_cutoff_is_held_out_until_it_is_released(self):
        calendar, world = periods.Calendar(), worlds.World()
        kpi = model.Kpi("k", inputs=(("a", model.Input("m")),))
        for one in (model.Metric("m"), kpi):
            world.define(one)
        at = periods.parse_instant
        late = model.Sample((), at("2025-03-10T08:00:00Z"), 1, "e1")
        period = periods.period_of(calendar, "DAY", day("2025-03-10"))
        locked = finality.finalise(world, "k", period, at("2025-03-12T12:00:00Z"))
        locked.write("m", late, at("2025-03-13T12:00:00Z"))
        item = locked.flat(kpi).inputs[0]
        self.assertEqual(finality.days_of(locked, calendar, item), [])
        self.assertEqual(finality.held_out(locked, calendar, item, (), period), 1)
        released = finality.release(locked, "k", period, at("2025-03-14T12:00:00Z"))
        self.assertEqual(finality.days_of(released, calendar, item), [(period.first, late)])


if __name__ == "__main__":
    unittest.main()
