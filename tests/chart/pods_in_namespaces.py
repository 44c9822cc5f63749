"""Every pod that the chart renders, really started, in the namespaces that test_pods.py makes."""

import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import yaml

import chart_tools as chart
import pod_sandbox

DRAIN = ("--set=defaults.drain.delaySeconds=1", "--set=defaults.drain.timeoutSeconds=5")
SECRETS = {"kpi-redis": {"password": "p%40_s@:/!\n"}, "redis": {"pass": "other"},
           "kpi-postgres": {"pass": "secret"}}
CONFIG_MAPS = {"kpi-definitions": {"orders.yaml": (
    "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec: {unit: count}\n")}}
# Series that Prometheus makes itself.
SYNTHETIC = {"up"}


def metrics_asked_for():
    """Names of all series in alerts and dashboard."""
    alerts = yaml.safe_load((chart.CHART / "monitoring" / "alerts.yaml").read_text())["rules"]
    dashboard = json.loads((chart.CHART / "monitoring" / "dashboard.json").read_text())
    expressions = [alert["expr"] for alert in alerts]
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    found = set()
    for expression in expressions:
        found |= set(re.findall(r"([a-z_][a-z0-9_]*)\{", expression))
    return found - SYNTHETIC


def tls_secret(directory):
    """A certificate, its key, and itself as its authority."""
    key, certificate = pathlib.Path(directory, "tls.key"), pathlib.Path(directory, "tls.crt")
    subprocess.run(
        [chart.tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=kpi", "-days", "2", "-keyout", str(key),
         "-out", str(certificate)], check=True, capture_output=True)
    text = certificate.read_text()
    return {"ca.pem": text, "tls.crt": text, "tls.key": key.read_text()}


class Pods(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        pod_sandbox.raise_loopback()
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        SECRETS["redis-tls"] = tls_secret(cls.directory.name)
        cls.rootfs = pod_sandbox.make_rootfs(cls.directory.name)

    def pods_of(self, recipe, *settings):
        """{component: pod} of a recipe, not started."""
        objects = chart.objects_of(chart.render_text(
            f"--values={chart.CHART / 'ci' / recipe}", *settings))
        made = {}
        for owner, template in chart.pods(objects):
            component = owner["metadata"]["labels"]["app.kubernetes.io/component"]
            made[component] = pod_sandbox.Pod(self.rootfs, owner, template, objects,
                                              self.directory.name, SECRETS, CONFIG_MAPS)
            self.addCleanup(made[component].remove)
        return made

    def start_ready(self, pods):
        for pod in pods:
            pod.start()
        for pod in pods:
            pod.await_probe("startupProbe")
        for pod in pods:
            pod.await_probe("readinessProbe")
            pod.await_probe("livenessProbe")

    def run_helm_test(self, pod):
        done = pod.run()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("in the state after", done.stderr)

    def kpictl(self, pod, *arguments):
        """kpictl in the files of the image."""
        done = subprocess.run(
            [chart.tool("chroot"), "--userspec=10001:10001", str(pod.root), "/usr/bin/kpictl",
             *arguments], capture_output=True, text=True, env={}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def await_definitions(self, pod):
        deadline = time.monotonic() + 20
        while "kpisuite_mounted_definitions 2\n" not in pod.get("/metrics")[1]:
            self.assertLess(time.monotonic(), deadline, pod.log()[-2000:])
            time.sleep(0.1)

    def drain(self, pod):
        """SIGTERM: out of the service at once, calls go on, the end within the grace period."""
        pod.terminate()
        time.sleep(0.3)
        self.assertEqual(pod.get("/readyz")[0], 503)
        self.assertEqual(pod.get("/livez")[0], 200)
        self.assertLess(pod.await_end(), pod.spec["terminationGracePeriodSeconds"])
        self.assertEqual(pod.exit_code, 0, pod.log()[-2000:])
        self.assertIn('"message":"stopped"', pod.log())

    def test_every_option_file_is_accepted_by_its_program(self):
        for recipe in chart.RECIPES:
            for component, pod in self.pods_of(recipe.name).items():
                if component != "test":
                    done = pod.run("--check-config")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn("the configuration is valid", done.stdout)
            self.doCleanups()

    def test_unknown_option_ends_the_pod_with_its_name(self):
        pod = self.pods_of("kind.yaml", "--set=standalone.config.max-call=1")["standalone"]
        done = pod.run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("max-call", done.stderr)

    def test_root_is_read_only_and_the_store_is_not(self):
        pod = self.pods_of("standalone.yaml", *DRAIN)["standalone"]
        for folder in ("", "usr/bin", "etc/kpi/config"):
            with self.assertRaises(OSError):
                (pod.root / folder / "file").write_text("x")
        self.start_ready([pod])
        self.assertTrue((pod.root / "var/lib/kpi/measurement.db").exists())
        status = pathlib.Path(f"/proc/{pod.process.pid}/status").read_text()
        self.assertRegex(status, r"Uid:\t10001\t10001\t10001\t10001")
        self.assertRegex(status, r"CapEff:\t0+\n")
        self.assertRegex(status, r"NoNewPrivs:\t1")

    def test_standalone_serves_mounted_definitions_and_drains(self):
        pods = self.pods_of("standalone.yaml", *DRAIN)
        self.start_ready([pods["standalone"]])
        self.run_helm_test(pods["test"])
        self.await_definitions(pods["standalone"])
        states = self.kpictl(pods["standalone"], "--server=127.0.0.1:7000", "--workspace=shop",
                             "states", "orders-per-day", "--period=CURRENT", "-o", "jsonl")
        self.assertEqual(json.loads(states.splitlines()[0])["kpi"],
                         "workspaces/shop/kpis/orders-per-day")
        self.drain(pods["standalone"])

    def test_redis_gets_the_states_with_a_password_from_the_secret(self):
        directory = pathlib.Path(self.directory.name) / "redis"
        directory.mkdir()
        (directory / "users").write_text(
            "user default off\nuser kpi on >p%40_s@:/! ~* &* +@all\n")
        redis = subprocess.Popen(
            [chart.tool("redis-server"), "--port", "6379", "--save", "", "--aclfile",
             str(directory / "users"), "--dir", str(directory)], stdout=subprocess.DEVNULL)
        self.addCleanup(redis.wait)
        self.addCleanup(redis.terminate)
        pods = self.pods_of("standalone-redis.yaml", *DRAIN)
        self.start_ready([pods["standalone"]])
        self.run_helm_test(pods["test"])
        deadline = time.monotonic() + 20
        while (size := subprocess.run(
                [chart.tool("redis-cli"), "-n", "3", "--user", "kpi", "--pass", "p%40_s@:/!",
                 "dbsize"], capture_output=True, text=True, check=True).stdout.strip()) == "0":
            self.assertLess(time.monotonic(), deadline, pods["standalone"].log())
            time.sleep(0.1)
        self.assertGreater(int(size), 0)
        self.assertNotIn("s@:/!", pods["standalone"].log())
        self.drain(pods["standalone"])

    def test_distributed_pods_find_each_other_in_any_order_and_drain(self):
        pods = self.pods_of("distributed.yaml", *DRAIN, "--set=cache.engine=memory",
                            "--set=cache.redis.host=")
        services = [pods[name] for name in ("evaluation", "measurement", "definition")]
        services[0].start()
        services[1].start()
        services[0].await_probe("livenessProbe")
        services[1].await_probe("livenessProbe")
        self.assertEqual(services[0].get("/readyz")[0], 503)
        self.assertIn("kpisuite_ready 0", services[1].get("/metrics")[1])
        self.start_ready([services[2]])
        for pod in services:
            pod.await_probe("readinessProbe")
        self.run_helm_test(pods["test"])
        exposed = "\n".join(pod.get("/metrics")[1] for pod in services)
        series = set(re.findall(r"^([a-z_][a-z0-9_]*)[ {]", exposed, re.M))
        self.assertEqual(metrics_asked_for() - series, set())
        for pod in services:
            self.drain(pod)

    def test_rolling_restarts_lose_no_request_of_a_client_that_repeats(self):
        python = chart.ROOT / ".tools" / "stubs" / "python-newest" / "bin" / "python"
        if not python.exists():
            chart.unavailable("the environment of the Python client is missing")
        pod = self.pods_of("standalone.yaml", *DRAIN)["standalone"]
        self.start_ready([pod])
        self.await_definitions(pod)
        client = subprocess.Popen(
            [str(python), "-B", str(pathlib.Path(__file__).with_name("load_client.py")),
             "127.0.0.1:7000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PYTHONPATH": str(chart.ROOT / "proto" / "stubs" / "python" / "src")})
        for _ in range(3):
            time.sleep(1)
            self.drain(pod)
            self.start_ready([pod])
        time.sleep(1)
        told = json.loads(client.communicate("", timeout=120)[0])
        self.assertEqual(told["failed"], [])
        self.assertGreater(told["acknowledged"], 100)
        self.assertGreater(told["repeated"], 0, "the restarts were not noticed")
        self.assertEqual(int(told["orders"]), told["acknowledged"])
        self.drain(pod)

    def test_image_holds_what_the_programs_need_and_no_shell(self):
        for program in pod_sandbox.PROGRAMS:
            argument = "version" if program == "kpictl" else "--version"
            done = subprocess.run(
                [chart.tool("chroot"), "--userspec=10001:10001", str(self.rootfs),
                 f"/usr/bin/{program}", argument], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(path.name for path in (self.rootfs / "usr/bin").iterdir()),
                         list(pod_sandbox.PROGRAMS))
        self.assertTrue((self.rootfs / "usr/share/zoneinfo/Europe/Berlin").exists())
        self.assertIn("BEGIN CERTIFICATE",
                      (self.rootfs / "etc/ssl/certs/ca-certificates.crt").read_text())
        packages = (self.rootfs / "usr/share/doc/packages.txt").read_text().split()[::2]
        for package in packages:
            self.assertTrue((self.rootfs / "usr/share/doc" / package / "copyright").exists())
        self.assertLessEqual({"libc6", "libgrpc++1.51", "libsqlite3-0", "tzdata"}, set(packages))
        status = (self.rootfs / "etc/passwd").read_text()
        self.assertIn("kpi:x:10001:10001:", status)


if __name__ == "__main__":
    unittest.main(verbosity=2)
