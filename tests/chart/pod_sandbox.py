"""Starts a rendered pod as Kubernetes would, as far as that goes without one.

The container runs in the root file system of the image (deploy/image/rootfs.sh), mounted read-only,
with the pod's volumes, under its user and groups, without capabilities and without the right to get
any. Must run as root in mount, network and process namespaces of its own (`namespaced`): then the
pods' fixed ports are nobody else's, and nothing outlives the test.
"""

import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

import chart_tools as chart

PROGRAMS = ("kpi-backup", "kpi-definition", "kpi-evaluation", "kpi-measurement", "kpi-standalone",
            "kpictl")


def namespaced(script):
    """Runs a script of this folder in namespaces of its own; (exit code, output)."""
    if os.geteuid() != 0:
        chart.unavailable("pods are started as root, in namespaces of their own")
    for name in ("unshare", "setpriv", "chroot", "mount"):
        chart.tool(name)
    for name in PROGRAMS:
        chart.program(name)
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
         "--propagation=private", sys.executable, "-B",
         str(pathlib.Path(__file__).parent / script)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    return done.returncode, done.stdout


def raise_loopback():
    """A new network namespace has a loopback interface that is down."""
    set_flags, up = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, set_flags, struct.pack("16sh14x", b"lo", up))


def make_rootfs(directory):
    path = pathlib.Path(directory) / "rootfs"
    subprocess.run([str(chart.ROOT / "deploy" / "image" / "rootfs.sh"), str(chart.BIN), str(path)],
                   check=True)
    return path


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


class Pod:
    """One pod: `owner` and `template` as chart_tools.pods gives them."""

    def __init__(self, rootfs, owner, template, objects, directory, secrets=None, config_maps=None):
        """`secrets` and `config_maps`: what exists besides the release, {name: {file: text}}."""
        self.name = owner["metadata"]["name"]
        self.spec = template["spec"]
        self.container = self.spec["containers"][0]
        self.directory = pathlib.Path(directory) / self.name
        self.root = self.directory / "root"
        self.process = None
        self.exit_code = None
        self.secrets = secrets or {}
        self.config_maps = {item["metadata"]["name"]: item["data"]
                            for item in chart.of_kind(objects, "ConfigMap") if "data" in item}
        self.config_maps.update(config_maps or {})
        self.claims = [claim["metadata"]["name"]
                       for claim in owner["spec"].get("volumeClaimTemplates", [])]
        self._make_root(rootfs, objects)

    def _make_root(self, rootfs, objects):
        self.directory.mkdir(parents=True)
        subprocess.run(["cp", "-al", str(rootfs), str(self.root)], check=True)
        names = [f"{item['metadata']['name']}.data.svc.cluster.local"
                 for item in chart.of_kind(objects, "Service")]
        (self.root / "etc" / "hosts").write_text(
            f"127.0.0.1 localhost redis.cache.svc {' '.join(names)}\n", encoding="utf-8")
        mounts = [(self._volume(entry["name"]), self.root / entry["mountPath"].lstrip("/"),
                   entry.get("readOnly", False))
                  for entry in self.container.get("volumeMounts", [])]
        for _, target, _ in mounts:
            target.mkdir(parents=True, exist_ok=True)
        mount("--bind", self.root, self.root)
        mount("--bind", "/proc", self.root / "proc")
        mount("--bind", "/dev", self.root / "dev")
        mount("-o", "remount,bind,ro", self.root)
        for source, target, read_only in mounts:
            mount("--bind", source, target)
            if read_only:
                mount("-o", "remount,bind,ro", target)

    def _volume(self, name):
        """A directory with what the volume NAME holds, with the rights that Kubernetes gives."""
        path = self.directory / "volumes" / name
        if path.exists():
            return path
        path.mkdir(parents=True)
        group = self.spec["securityContext"]["fsGroup"]
        volume = next((one for one in self.spec.get("volumes", []) if one["name"] == name), {})
        files, mode = {}, 0o644
        if "configMap" in volume:
            files = self.config_maps[volume["configMap"]["name"]]
        elif "secret" in volume:
            mode = volume["secret"]["defaultMode"]
            held = self.secrets[volume["secret"]["secretName"]]
            files = {item["path"]: held[item["key"]] for item in volume["secret"]["items"]}
        else:
            assert name in self.claims or {"emptyDir", "persistentVolumeClaim"} & set(volume)
        for file, text in files.items():
            (path / file).write_text(text, encoding="utf-8")
            os.chown(path / file, 0, group)
            (path / file).chmod(mode)
        os.chown(path, 0, group)
        path.chmod(0o2755 if files else 0o2775)
        return path

    def command(self, *more):
        user = self.spec["securityContext"]
        return [chart.tool("setpriv"), "--no-new-privs",
                "--bounding-set=-all,+sys_chroot,+setuid,+setgid", chart.tool("chroot"),
                f"--userspec={user['runAsUser']}:{user['runAsGroup']}",
                f"--groups={user['fsGroup']}", str(self.root), *self.container["command"],
                *(argument.replace("$(POD_IP)", "127.0.0.1")
                  for argument in self.container.get("args", [])), *more]

    def run(self, *more):
        """Runs the container's command to its end."""
        return subprocess.run(self.command(*more), capture_output=True, text=True, timeout=60,
                              env={"HOSTNAME": f"{self.name}-0"}, check=False)

    def start(self):
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log,
                                            env={"HOSTNAME": f"{self.name}-0"})

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8")

    def get(self, path):
        """(status, text) of a GET to the admin port; (0, reason) without an answer."""
        port = next(port["containerPort"] for port in self.container["ports"]
                    if port["name"] == "admin")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def await_probe(self, name, seconds=60):
        """Asks as the probe NAME of the container says until it is met."""
        path = self.container[name]["httpGet"]["path"]
        deadline = time.monotonic() + seconds
        while (answer := self.get(path))[0] != 200:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.name} {name}: {answer}\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def await_end(self):
        """Seconds until the process ended, at most the grace period."""
        begun = time.monotonic()
        self.exit_code = self.process.wait(self.spec["terminationGracePeriodSeconds"])
        return time.monotonic() - begun

    def remove(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None
        if not self.directory.exists():
            return
        subprocess.run(["umount", "--recursive", str(self.root)], check=True)
        shutil.rmtree(self.directory)
