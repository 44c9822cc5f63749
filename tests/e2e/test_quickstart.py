#!/usr/bin/env python3
"""The quickstart from start to stop, over the programs of KPISUITE_BUILD (a build tree)."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KPISUITE_BUILD", ROOT / ".build" / "dev"))
KPIS = ("on-time-performance", "mean-arrival-delay", "p90-arrival-delay", "flights-per-day",
        "unemployment-rate")


def run(*command, check=True, env=None, stdin=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=300, env=env, input=stdin, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n"
                             f"{done.stderr}")
    return done


class Quickstart(unittest.TestCase):
    """One run of the quickstart; the tests are in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.state = pathlib.Path(cls.directory.name) / "state"
        cls.first = cls.quickstart()
        cls.env = dict(os.environ)
        for line in (cls.state / "env").read_text(encoding="utf-8").splitlines():
            name, value = line.removeprefix("export ").split("=", 1)
            if name.startswith("KPI_"):
                cls.env[name] = value

    @classmethod
    def tearDownClass(cls):
        cls.quickstart("--clean")
        cls.directory.cleanup()

    @classmethod
    def quickstart(cls, *options):
        return run(ROOT / "deploy" / "quickstart.sh", "--skip-setup", "--build-dir", BUILD,
                   "--state-dir", cls.state, *options)

    def kpictl(self, *arguments, check=True, stdin=None):
        return run(BUILD / "bin" / "kpictl", *arguments, check=check, env=self.env, stdin=stdin)

    def test_1_shows_every_kpi_with_its_status(self):
        for name in KPIS:
            states = [json.loads(line) for line in
                      self.kpictl("states", name, "-o", "jsonl").stdout.splitlines()]
            self.assertTrue(states, name)
            for state in states:
                self.assertIn(state["displayName"], self.first.stdout)

    def test_2_every_number_agrees_with_the_recomputation(self):
        lines = []
        for name in KPIS:
            kpi = json.loads(self.kpictl("get", "kpi", name, "-o", "jsonl").stdout)["kpi"]
            grouping = kpi["slices"][0]["dimensions"][0]
            for window in kpi["windows"]:
                lines.append(self.kpictl("history", name, "--window", window,
                                         "-o", "jsonl").stdout)
                lines.append(self.kpictl("history", name, "--window", window, "--grouping",
                                         grouping, "-o", "jsonl").stdout)
        compared = run(sys.executable, ROOT / "tests" / "demo" / "recompute_demo.py",
                       "--compare", "-", stdin="".join(lines), check=False)
        self.assertEqual(compared.returncode, 0, compared.stdout[-3000:] + compared.stderr)
        self.assertRegex(compared.stdout, r"\d{4,} states agree to the last digit")

    def test_3_every_explanation_leads_to_its_state(self):
        states = []
        for name in KPIS:
            states += self.kpictl("states", name, "-o", "jsonl").stdout.splitlines()
        some = self.kpictl("states", "on-time-performance", "--window", "MONTH", "--grouping",
                           "origin", "-o", "jsonl").stdout.splitlines()
        explained = []
        for state in map(json.loads, states + some[:20]):
            explained.append(self.kpictl(
                "explain", state["kpi"].split("/")[-1], "--window", state["window"], "--slice",
                state.get("slice", ""), "--period", state["period"]["id"], "-o", "jsonl").stdout)
        recomputed = run(sys.executable, ROOT / "tests" / "explain" / "recompute_explanation.py",
                         stdin="".join(explained), check=False)
        self.assertEqual(recomputed.returncode, 0, recomputed.stdout + recomputed.stderr)

    def test_4_a_second_run_changes_nothing(self):
        before = self.kpictl("states", "-o", "jsonl").stdout
        self.quickstart()
        after = self.kpictl("states", "-o", "jsonl").stdout

        def contents(text):
            kept = []
            for state in map(json.loads, text.splitlines()):
                state.pop("freshness", None)
                kept.append(state)
            return kept

        self.assertEqual(contents(before), contents(after))

    def test_5_wrong_input_is_refused_with_its_place(self):
        bad = pathlib.Path(self.directory.name) / "bad.yaml"
        bad.write_text((ROOT / "deploy" / "demo" / "kpis.yaml").read_text(encoding="utf-8")
                       .replace("direction: HIGHER", "direktion: HIGHER", 1), encoding="utf-8")
        refused = self.kpictl("apply", "-f", bad, check=False)
        self.assertEqual(refused.returncode, 6, refused.stderr)
        self.assertRegex(refused.stderr, r"bad\.yaml:\d+:\d+: .*direktion")
        self.assertIn("direction", refused.stderr)

        missing = self.kpictl("explain", "no-such-kpi", check=False)
        self.assertEqual(missing.returncode, 3, missing.stderr)
        usage = self.kpictl("states", "--windoww", "DAY", check=False)
        self.assertEqual(usage.returncode, 2, usage.stderr)
        self.assertIn("--windoww", usage.stderr)

        rows = pathlib.Path(self.directory.name) / "rows.csv"
        rows.write_text("time,origin,destination,delay\n2001-01-02T10:00,ORD,LAX,5\n"
                        "2001-01-02T11:00,ORD,LAX,soon\n", encoding="utf-8")
        refused = self.kpictl("import", "--map", ROOT / "deploy" / "demo" / "flights.map.yaml",
                              rows, check=False)
        self.assertEqual(refused.returncode, 6, refused.stderr)
        self.assertRegex(refused.stderr, r"rows\.csv:3")

        script = run(ROOT / "deploy" / "quickstart.sh", "--sotp", check=False)
        self.assertEqual(script.returncode, 2)
        self.assertIn("--sotp", script.stderr)

    def test_6_stop_ends_what_it_started(self):
        pids = {path.stem: int(path.read_text(encoding="utf-8"))
                for path in self.state.glob("*.pid")}
        self.assertEqual(set(pids), {"redis", "kpi-definition", "kpi-measurement",
                                     "kpi-evaluation"})
        self.quickstart("--stop")
        for name, pid in pids.items():
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists(), name)


if __name__ == "__main__":
    unittest.main()
