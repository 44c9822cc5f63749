"""Dockerfile and compose file say what the programs and the chart know. No daemon is needed."""

import re
import subprocess
import unittest

import yaml

import chart_tools as chart
import pod_sandbox

DEPLOY = chart.ROOT / "deploy"


class Dockerfile(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")

    def test_builds_the_programs_that_the_root_file_system_holds(self):
        targets = re.search(r"--target ([-\w ]+)", self.text)[1].split()
        self.assertEqual(sorted(targets), sorted(pod_sandbox.PROGRAMS))
        script = (DEPLOY / "image" / "rootfs.sh").read_text(encoding="utf-8")
        held = re.search(r"^readonly programs=\((.*)\)$", script, re.M)[1].split()
        self.assertEqual(sorted(held), sorted(pod_sandbox.PROGRAMS))

    def test_calls_scripts_that_exist_and_a_preset_that_is_one(self):
        for script in re.findall(r"deploy/[\w/]+\.sh", self.text):
            self.assertTrue((chart.ROOT / script).stat().st_mode & 0o100, script)
        presets = (chart.ROOT / "CMakePresets.json").read_text(encoding="utf-8")
        preset = re.search(r"--preset (\w+)", self.text)[1]
        self.assertIn(f'"name": "{preset}"', presets)

    def test_runs_as_the_user_of_the_chart_and_opens_its_ports(self):
        self.assertRegex(self.text, r"(?m)^USER 10001:10001$")
        stages = re.findall(r"(?m)^FROM (\S+)", self.text)
        self.assertEqual(stages[-1], "scratch")
        ports = {str(port["containerPort"]) for recipe in ("standalone.yaml", "distributed.yaml")
                 for owner, pod in chart.pods(chart.recipe_objects(chart.CHART / "ci" / recipe))
                 for port in pod["spec"]["containers"][0].get("ports", [])}
        opened = set()
        for first, last in re.findall(r"(\d+)-(\d+)", re.search(r"EXPOSE (.*)", self.text)[1]):
            opened |= {str(port) for port in range(int(first), int(last) + 1)}
        self.assertEqual(ports, opened)

    def test_version_is_that_of_chart_compose_file_and_programs(self):
        project = (chart.ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        version = re.search(r"project\(kpisuite VERSION (\S+)", project)[1]
        about = yaml.safe_load((chart.CHART / "Chart.yaml").read_text(encoding="utf-8"))
        self.assertEqual(about["appVersion"], version)
        self.assertIn(f"kpi-suite:{version}", self.text)
        self.assertIn(f"kpi-suite:{version}", (DEPLOY / "compose.yaml").read_text())


class Compose(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    def test_the_program_accepts_its_options(self):
        program, *options = self.services["kpi"]["command"]
        done = subprocess.run([str(chart.program(program.rpartition("/")[2])), *options,
                               "--check-config"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_health_check_is_a_command_of_kpictl(self):
        check = self.services["kpi"]["healthcheck"]["test"]
        self.assertEqual(check[:2], ["CMD", "/usr/bin/kpictl"])
        done = subprocess.run([str(chart.program("kpictl")), check[-1], "--help"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_containers_have_the_least_rights_and_ports_stay_on_the_machine(self):
        for name, service in self.services.items():
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertIn("no-new-privileges:true", service["security_opt"], name)
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), port)


if __name__ == "__main__":
    unittest.main()
