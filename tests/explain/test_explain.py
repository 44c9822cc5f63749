"""The oracles of explanations, against SEMANTICS and numbers worked out by hand."""

import pathlib
import sys
import unittest
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import judgement_oracle  # noqa: E402
from decimals import Nd, canonical  # noqa: E402
from formula import evaluate  # noqa: E402
from judgement import figures_of  # noqa: E402
from recompute_explanation import differences_of  # noqa: E402

D = Decimal
NAMES = {"a": D(6), "b": D(4), "zero": D(0), "gone": Nd("EMPTY"), "late": Nd("NOT_READY"),
         "days": D(31)}


class Formula(unittest.TestCase):

    def check(self, text, want):
        value = evaluate(text, NAMES)
        self.assertEqual(canonical(value) if isinstance(value, Decimal) else value, want, text)

    def test_operators_bind_as_in_school(self):
        self.check("a + b * 2 - 10 / 4", "11.5")
        self.check("(a + b) * 2", "20")
        self.check("-2^2", "-4")
        self.check("2^-2", "0.25")
        self.check("a - b - 1", "1")
        self.check("a / b / 2", "0.75")
        self.check("a / days", "0.1935483870967741935483870967741935")

    def test_functions(self):
        for text, want in (("round(2.5, 0)", "3"), ("round(-2.345, 2)", "-2.35"),
                           ("floor(-1.5)", "-2"), ("ceil(1.2)", "2"), ("abs(b - a)", "2"),
                           ("min(a, b, 5)", "4"), ("max(a, b)", "6"), ("clamp(a, 0, 5)", "5"),
                           ("sqrt(2)", "1.414213562373095048801688724209698"),
                           ("exp(1)", "2.718281828459045235360287471352662"),
                           ("ln(10)", "2.302585092994045684017991454684364"),
                           ("if(a > b, 1, 1 / zero)", "1"), ("coalesce(gone, b)", "4"),
                           ("safe_div(a, zero, 7)", "7"), ("safe_div(a, b, 7)", "1.5")):
            self.check(text, want)

    def test_missing_values_pass_through_with_the_leftmost_reason(self):
        self.check("gone + late", Nd("EMPTY"))
        self.check("late * 0", Nd("NOT_READY"))
        self.check("max(a, late)", Nd("NOT_READY"))
        self.check("if(is_nd(gone), a, b)", "6")
        self.check("coalesce(late, gone)", Nd("NOT_READY"))
        self.check("gone > 1 && a < b", False)
        self.check("a > b || gone > 1", True)
        self.check("gone > 1 || a < b", Nd("EMPTY"))

    def test_undefined_results_have_reasons(self):
        self.check("a / zero", Nd("DIV0"))
        for text in ("ln(zero)", "sqrt(-a)", "zero^0", "zero^-1", "exp(99999)", "10^9999"):
            self.check(text, Nd("DOMAIN"))

    def test_damaged_text_is_refused(self):
        for text in ("a +", "(a", "a b", "a ^ b", "a $ b", ""):
            with self.assertRaises(ValueError, msg=text):
                evaluate(text, NAMES)


class Judgement(unittest.TestCase):

    def judge(self, value, definition, target):
        goal = judgement_oracle.goal_of(definition, target)
        status = judgement_oracle.status_of(D(value), definition, goal, {"dataState": "OK"})
        return figures_of(D(value), goal), status

    def test_attainment_with_a_baseline(self):
        figures, _ = self.judge("1.35", {"direction": "HIGHER", "baseline": "1"}, {"value": "1.5"})
        self.assertEqual(figures.attainment, D("0.7"))
        figures, _ = self.judge("420", {"direction": "LOWER", "baseline": "500"}, {"value": "400"})
        self.assertEqual(figures.attainment, D("0.8"))

    def test_index_of_a_lower_kpi_without_a_baseline(self):
        figures, status = self.judge("110", {"direction": "DIRECTION_LOWER"}, {"value": "100"})
        self.assertEqual((figures.fvp, figures.attainment), (D("-0.1"), D("0.9")))
        self.assertEqual(status, "OFF_TARGET")

    def test_range_is_met_at_both_ends_and_measured_from_the_nearest(self):
        definition = {"direction": "IN_RANGE", "bands": {"warning": "-0.1"}}
        for value, variance, fvp, status in (
                ("10", "0", "0", "ON_TARGET"), ("20", "0", "0", "ON_TARGET"),
                ("21", "1", "-0.1", "WARNING"), ("8", "-2", "-0.2", "OFF_TARGET")):
            figures, got = self.judge(value, definition, {"lo": "10", "hi": "20"})
            self.assertEqual((figures.variance, figures.fvp, got), (D(variance), D(fvp), status))

    def test_tolerance_makes_a_range_around_the_target(self):
        definition = {"direction": "ON_TARGET", "tolerance": {"relative": "0.1"}}
        self.assertEqual(self.judge("90", definition, {"value": "100"})[1], "ON_TARGET")
        self.assertEqual(self.judge("89.9", definition, {"value": "100"})[1], "OFF_TARGET")
        self.assertEqual(self.judge("89.9", definition, {"value": "100"})[0].variance, D("-10.1"))

    def test_actual_bands_need_no_target(self):
        definition = {"direction": "LOWER",
                      "bands": {"basis": "ACTUAL", "onTarget": "0", "warning": "2"}}
        for value, status in (("0", "ON_TARGET"), ("2", "WARNING"), ("3", "OFF_TARGET")):
            self.assertEqual(self.judge(value, definition, None)[1], status)

    def test_target_of_zero_has_no_relative_variance(self):
        figures, status = self.judge("1", {"direction": "LOWER"}, {"value": "0"})
        self.assertEqual((figures.fvp, status), (Nd("ZERO_TARGET"), "NO_TARGET"))
        status = self.judge("1", {"direction": "LOWER", "bands": {"basis": "VARIANCE"}},
                            {"value": "0"})[1]
        self.assertEqual(status, "OFF_TARGET")


class Explanation(unittest.TestCase):

    def explanation(self):
        return {
            "formula": "onTime / flights",
            "inputs": [{"alias": "onTime", "value": "7"}, {"alias": "flights", "value": "12"}],
            "constants": {"days": "1", "working_days": "1"},
            "definition": {"direction": "DIRECTION_HIGHER",
                           "bands": {"exceeded": "0.1", "onTarget": "0", "warning": "-0.05"}},
            "state": {"kpi": "workspaces/w/kpis/k", "window": "DAY", "slice": "origin=ORD",
                      "period": {"id": "2001-01-01"}, "target": {"value": "0.8"},
                      "value": "0.5833333333333333333333333333333333",
                      "variance": "-0.2166666666666666666666666666666667",
                      "favourableVariance": "-0.2166666666666666666666666666666667",
                      "fvp": "-0.2708333333333333333333333333333334",
                      "attainment": "0.7291666666666666666666666666666666",
                      "status": "STATUS_OFF_TARGET"}}

    def test_true_explanation_has_no_differences(self):
        self.assertEqual(differences_of(self.explanation()), [])

    def test_wrong_operand_status_and_digit_are_found(self):
        wrong = self.explanation()
        wrong["state"]["status"] = "WARNING"
        self.assertEqual(differences_of(wrong), ["status: got 'WARNING', want 'OFF_TARGET'"])
        wrong = self.explanation()
        wrong["inputs"][0]["value"] = "8"
        self.assertIn("value: got", differences_of(wrong)[0])

    def test_missing_value_carries_its_reason(self):
        empty = self.explanation()
        for entry in empty["inputs"]:
            entry["value"] = "0"
        empty["state"] = {"target": {"value": "0.8"}, "ndReason": "ND_REASON_DIV0",
                          "status": "NO_DATA", "dataState": "NOT_APPLICABLE"}
        self.assertEqual(differences_of(empty), [])

    def test_kpis_inside_are_recomputed_first(self):
        nested = self.explanation()
        nested["components"] = [{"alias": "onTime", "formula": "x - 1", "value": "7",
                                 "inputs": [{"alias": "x", "value": "8"}]}]
        nested["inputs"] = nested["inputs"][1:]
        self.assertEqual(differences_of(nested), [])
        nested["components"][0]["inputs"][0]["value"] = "9"
        self.assertIn("component onTime", differences_of(nested)[0])

    def test_finished_values_are_aggregated_and_gaps_skipped(self):
        result = self.explanation()
        result["components"] = [{"alias": "onTime", "formula": "x", "value": "7",
                                 "aggregation": "AGGREGATION_AVG",
                                 "parts": [{"period": "1", "value": "6"},
                                           {"period": "2", "ndReason": "ND_REASON_DIV0"},
                                           {"period": "3", "value": "8"}]}]
        result["inputs"] = result["inputs"][1:]
        self.assertEqual(differences_of(result), [])
        result["components"][0]["parts"][0]["value"] = "5"
        self.assertIn("component onTime", differences_of(result)[0])

    def test_bands_of_the_slice_decide(self):
        own = self.explanation()
        own["definition"]["sliceBands"] = [{"slice": "origin=ORD", "bands": {"onTarget": "-0.3"}}]
        own["state"]["status"] = "ON_TARGET"
        own["state"]["band"] = {"rule": "exact:origin=ORD"}
        self.assertEqual(differences_of(own), [])


if __name__ == "__main__":
    unittest.main()
