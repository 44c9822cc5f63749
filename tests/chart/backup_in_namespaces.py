"""Backup of a pod under load, its loss, and its restore into another. Run by test_pods.py."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import chart_tools as chart
import pod_sandbox

SERVER = "--server=127.0.0.1:7000"
BACKUP_VOLUME = ("--set-json=standalone.extraVolumes=[{\"name\":\"backup\",\"emptyDir\":{}}]",
                 "--set-json=standalone.extraVolumeMounts=[{\"name\":\"backup\","
                 "\"mountPath\":\"/backup\"}]",
                 "--set=defaults.drain.delaySeconds=0,defaults.drain.timeoutSeconds=5")


class Backup(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        pod_sandbox.raise_loopback()
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.rootfs = pod_sandbox.make_rootfs(cls.directory.name)

    def new_pod(self):
        objects = chart.objects_of(chart.render_text(
            f"--values={chart.CHART / 'ci' / 'standalone.yaml'}", *BACKUP_VOLUME))
        owner, template = next(chart.pods(objects))
        return pod_sandbox.Pod(self.rootfs, owner, template, objects, self.directory.name)

    def in_pod(self, pod, *command, code=0):
        """A program of the image in the pod, as `kubectl exec` runs it."""
        done = subprocess.run(
            [chart.tool("chroot"), "--userspec=10001:10001", "--groups=10001", str(pod.root),
             *command], capture_output=True, text=True, env={}, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def kpictl(self, pod, *arguments, code=0):
        return self.in_pod(pod, "/usr/bin/kpictl", SERVER, "--workspace=shop", "--timeout=20s",
                           *arguments, code=code)

    def orders(self, pod, *more):
        """The state of the day's orders: value, position token."""
        text = self.kpictl(pod, "states", "orders-per-day", "--window=DAY", "-o", "jsonl", *more)
        return json.loads(text.splitlines()[0])

    def test_backup_under_load_is_restored_as_a_new_life(self):
        pod = self.new_pod()
        self.addCleanup(pod.remove)
        pod.start()
        pod.await_probe("readinessProbe")
        deadline = time.monotonic() + 20
        while "kpisuite_mounted_definitions 2\n" not in pod.get("/metrics")[1]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        client = self.start_client()
        self.addCleanup(client.kill)
        time.sleep(1)
        before = int(self.orders(pod)["value"])
        self.in_pod(pod, "/usr/bin/kpi-backup", "--store=sqlite:/var/lib/kpi", "--to=/backup")
        after = int(self.orders(pod)["value"])
        time.sleep(0.5)
        told = json.loads(client.communicate("", timeout=60)[0])
        self.assertEqual((told["failed"], told["repeated"]), ([], 0), "the backup held writers up")
        old_token = json.loads(self.kpictl(pod, "write", "orders", "1", "--id=lost", "-o",
                                           "json"))["positionToken"]
        self.assertIn("exists already", self.in_pod(
            pod, "/usr/bin/kpi-backup", "--store=sqlite:/var/lib/kpi", "--to=/backup", code=1))
        held = self.in_pod(pod, "/usr/bin/kpi-backup", "--store=sqlite:/var/lib/kpi",
                           "--from=/backup", code=1)
        self.assertIn("is held by process", held)
        kept = pathlib.Path(self.directory.name) / "kept"
        shutil.copytree(pod.root / "backup", kept)
        self.assertEqual(sorted(path.name for path in kept.iterdir()),
                         ["definition.db", "evaluation.db", "measurement.db"])
        pod.remove()  # killed, and its volume with it

        pod = self.new_pod()
        self.addCleanup(pod.remove)
        shutil.copytree(kept, pod.root / "backup", dirs_exist_ok=True)
        for path in (pod.root / "backup").iterdir():
            path.chmod(0o666)
        self.in_pod(pod, "/usr/bin/kpi-backup", "--store=sqlite:/var/lib/kpi", "--from=/backup")
        pod.start()
        pod.await_probe("readinessProbe")
        restored = int(self.orders(pod)["value"])
        self.assertLessEqual(before, restored)
        self.assertLessEqual(restored, after)
        self.assertIn("was rebuilt", self.kpictl(pod, "states", "orders-per-day",
                                                 f"--at-least={old_token}", code=5))
        token = json.loads(self.kpictl(pod, "write", "orders", "1", "--id=again", "-o",
                                       "json"))["positionToken"]
        state = self.orders(pod, f"--at-least={token}")
        self.assertEqual(int(state["value"]), restored + 1)

    def start_client(self):
        python = chart.ROOT / ".tools" / "stubs" / "python-newest" / "bin" / "python"
        if not python.exists():
            chart.unavailable("the environment of the Python client is missing")
        return subprocess.Popen(
            [str(python), "-B", str(pathlib.Path(__file__).with_name("load_client.py")),
             "127.0.0.1:7000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PYTHONPATH": str(chart.ROOT / "proto" / "stubs" / "python" / "src")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
