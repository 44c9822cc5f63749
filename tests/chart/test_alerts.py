"""The alerts: promtool reads and tests them, each has a runbook and cases."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

import chart_tools as chart

MONITORING = chart.CHART / "monitoring"
CASES = pathlib.Path(__file__).with_name("alert_cases.yaml")
SERVICES = {"d": "definition", "m": "measurement", "e": "evaluation"}


def rendered_rules():
    """The rule groups of a release with a pod for each service."""
    objects = chart.objects_of(chart.render_text("--set=mode=distributed",
                                                 "--set=metrics.prometheusRule.enabled=true"))
    return chart.of_kind(objects, "PrometheusRule")[0]["spec"]


def series_name(short):
    """'e.up{a="b"}' as the series that Prometheus scrapes."""
    letter, rest = short.split(".", 1)
    metric, _, more = rest.partition("{")
    service = SERVICES[letter]
    labels = f'namespace="data", job="kpi-kpi-suite-{service}", pod="{service}-0"'
    more = more.rstrip("}")
    return f"{metric}{{{labels}{', ' + more if more else ''}}}"


def unit_test(case, rules):
    """CASE as a test of promtool."""
    rule = next(rule for rule in rules if rule["alert"] == case["alert"])
    expected = []
    if "fires" in case:
        expected.append({
            "exp_labels": {"namespace": "data", **case["fires"], **rule["labels"]},
            "exp_annotations": {**rule["annotations"], "description": case["says"]}})
    return {"interval": "1m",
            "input_series": [{"series": series_name(name), "values": values}
                             for name, values in case["series"].items()],
            "alert_rule_test": [{"eval_time": case["at"], "alertname": case["alert"],
                                 "exp_alerts": expected}]}


class Alerts(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.groups = rendered_rules()
        cls.rules = [rule for group in cls.groups["groups"] for rule in group["rules"]]
        cls.cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))

    def promtool(self, *arguments, **files):
        with tempfile.TemporaryDirectory() as directory:
            for name, content in files.items():
                pathlib.Path(directory, f"{name}.yaml").write_text(
                    yaml.safe_dump(content), encoding="utf-8")
            done = subprocess.run([chart.tool("promtool"), *arguments], cwd=directory,
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_reads_the_rules(self):
        self.promtool("check", "rules", "rules.yaml", rules=self.groups)

    def test_every_case_holds(self):
        tests = [unit_test(case, self.rules) for case in self.cases]
        self.promtool("test", "rules", "cases.yaml", rules=self.groups,
                      cases={"rule_files": ["rules.yaml"], "evaluation_interval": "1m",
                             "tests": tests})

    def test_every_alert_fires_in_one_case_and_not_in_another(self):
        for rule in self.rules:
            own = [case for case in self.cases if case["alert"] == rule["alert"]]
            self.assertTrue(any("fires" in case for case in own), rule["alert"])
            self.assertTrue(any("fires" not in case for case in own), rule["alert"])

    def test_every_alert_has_a_runbook_and_every_runbook_an_alert(self):
        pages = {page.stem: page.read_text(encoding="utf-8")
                 for page in (MONITORING / "runbooks").glob("*.md") if page.stem != "README"}
        self.assertEqual(set(pages), {rule["alert"] for rule in self.rules})
        for name, text in pages.items():
            self.assertEqual(re.findall(r"^#+ .*", text, re.M),
                             [f"# {name}", "## Meaning", "## Look at", "## Do"])

    def test_alerts_say_how_bad_it_is_and_where_to_read_on(self):
        for rule in self.rules:
            self.assertIn(rule["labels"]["severity"], ("warning", "critical"))
            self.assertEqual(rule["annotations"]["runbook"],
                             f"chart kpi-suite, monitoring/runbooks/{rule['alert']}.md")
            self.assertTrue(rule["annotations"]["summary"])

    def test_labels_address_and_choice_of_alerts_are_values(self):
        objects = chart.recipe_objects(chart.CHART / "ci" / "standalone-redis.yaml")
        rules = chart.of_kind(objects, "PrometheusRule")[0]["spec"]["groups"][0]["rules"]
        self.assertEqual(rules[0]["labels"]["team"], "data")
        self.assertEqual(rules[0]["annotations"]["runbook_url"],
                         "https://wiki.example.com/kpi/KpiSuiteDown.md")
        self.assertIn('job=~"kpi-kpi-suite"', rules[0]["expr"])
        objects = chart.recipe_objects(chart.CHART / "ci" / "everything.yaml")
        rules = chart.of_kind(objects, "PrometheusRule")[0]["spec"]["groups"][0]["rules"]
        self.assertNotIn("KpiSuiteDown", [rule["alert"] for rule in rules])
        self.assertEqual(len(rules), len(self.rules) - 1)


class Dashboard(unittest.TestCase):

    def test_is_a_dashboard_whose_panels_do_not_overlap(self):
        objects = chart.recipe_objects(chart.CHART / "ci" / "standalone-redis.yaml")
        held = next(item for item in chart.of_kind(objects, "ConfigMap")
                    if item["metadata"]["name"].endswith("-dashboard"))
        self.assertEqual(held["metadata"]["labels"]["grafana_dashboard"], "1")
        dashboard = json.loads(held["data"]["kpi-suite.json"])
        self.assertEqual(dashboard, json.loads((MONITORING / "dashboard.json").read_text()))
        taken = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells
            for target in panel["targets"]:
                self.assertIn('namespace="$namespace", job=~"$job"', target["expr"])

    def test_promtool_reads_every_query(self):
        dashboard = json.loads((MONITORING / "dashboard.json").read_text())
        rules = [{"record": "dashboard:query", "expr": target["expr"].replace(
            "$__rate_interval", "5m"), "labels": {"panel": panel["title"], "of": target["refId"]}}
                 for panel in dashboard["panels"] for target in panel["targets"]]
        Alerts.promtool(self, "check", "rules", "rules.yaml",
                        rules={"groups": [{"name": "dashboard", "rules": rules}]})


if __name__ == "__main__":
    unittest.main()
