"""deploy/setup.sh over a pretended package database: what it reports and when it asks for root."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SETUP = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "setup.sh"


class Setup(unittest.TestCase):

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.programs = pathlib.Path(self.directory.name)
        self.fake("apt-get", "echo apt-get called; exit 9")

    def fake(self, name, body):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def pretend_installed(self, but=()):
        """Every package is installed except those named."""
        left_out = "|".join(but) or "-"
        self.fake("dpkg-query", f'shift 3\nfor p; do case "$p" in {left_out}) ;; '
                                '*) echo "$p installed" ;; esac; done')

    def run_setup(self, *arguments):
        path = f"{self.programs}:{os.environ['PATH']}"
        run = subprocess.run([str(SETUP), *arguments], capture_output=True, text=True, check=False,
                             env={**os.environ, "PATH": path})
        return run.returncode, run.stdout + run.stderr

    def test_check_names_each_missing_package_and_changes_nothing(self):
        self.pretend_installed(but=("jq", "cmake"))
        code, text = self.run_setup("--check")
        self.assertEqual(code, 1)
        self.assertIn("missing package: cmake\nmissing package: jq\n", text)
        self.assertNotIn("apt-get called", text)

    def test_package_that_is_only_configured_counts_as_missing(self):
        self.fake("dpkg-query", 'shift 3\nfor p; do echo "$p config-files"; done')
        self.assertIn("missing package: cmake", self.run_setup("--check")[1])

    def test_nothing_missing_needs_neither_apt_nor_root(self):
        self.pretend_installed()
        if self.run_setup("--check")[0] != 0:
            self.skipTest("the npm tools are not installed here")
        self.fake("id", "echo 1000")
        self.fake("sudo", "echo sudo called; exit 9")
        code, text = self.run_setup()
        self.assertEqual((code, text), (0, "setup: everything is installed\n"))

    def test_without_root_packages_are_installed_through_sudo(self):
        self.pretend_installed(but=("jq",))
        self.fake("id", "echo 1000")
        self.fake("sudo", 'echo "sudo $*"; [ "$3" = apt-get ] && [ "$4" = update ]')
        code, text = self.run_setup()
        self.assertNotEqual(code, 0)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get update", text)
        self.assertRegex(text, r"sudo env .*apt-get install .* jq\n")

    def test_check_names_toolchains_that_are_too_old_for_their_clients(self):
        self.pretend_installed()
        self.fake("go", "echo go version go1.19.8 linux/amd64")
        self.fake("cargo", "echo cargo 1.66.0")
        code, text = self.run_setup("--check")
        self.assertEqual(code, 1)
        self.assertRegex(text, r"missing: Go 1\.\d+\.\d+ or newer\nmissing: Rust 1\.\d+ or newer\n")

    def install_toolchains(self, suites):
        """What setup says of an old go and cargo where apt knows these suites."""
        self.pretend_installed(but=("cargo-web", "rustc-web", "golang-go"))
        self.fake("go", "echo go version go1.19.8 linux/amd64")
        self.fake("cargo", "exit 1")  # as rustup does without a toolchain
        self.fake("id", "echo 1000")
        self.fake("sudo", 'echo "sudo $*"')
        self.fake("node", "exit 1")  # ends the run right after
        self.fake("apt-get", f'case "$4" in {suites}) echo http://mirror.example/debian/ ;; esac')
        return self.run_setup()[1]

    def test_go_comes_from_backports_of_the_mirror_and_rust_from_the_security_updates(self):
        text = self.install_toolchains('"Codename: bookworm"')
        self.assertIn("sudo sh -c echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring"
                      ".gpg] http://mirror.example/debian/ bookworm-backports main' >/etc/apt/"
                      "sources.list.d/kpisuite-backports.list\n", text)
        self.assertRegex(text, r"apt-get install .* -t bookworm-backports golang-go\n")
        self.assertRegex(text, r"apt-get install .* cargo-web rustc-web\n")
        self.assertIn("the Go client is not tested here\n", text)
        self.assertIn("the Rust client is not tested here\n", text)

    def test_backports_that_are_there_and_other_releases_need_no_new_source(self):
        text = self.install_toolchains('"Codename: bookworm"*')
        self.assertNotIn("sudo sh -c", text)
        self.assertRegex(text, r"apt-get install .* -t bookworm-backports golang-go\n")
        text = self.install_toolchains('"Codename: trixie"')
        self.assertNotIn("backports", text)
        self.assertRegex(text, r"apt-get install .* golang-go\n")

    def test_unknown_argument_is_refused(self):
        code, text = self.run_setup("--chekc")
        self.assertEqual(code, 1)
        self.assertIn("unknown argument '--chekc'", text)

    def test_every_package_has_a_reason(self):
        lists = re.findall(r"<<'LIST'\n(.*?)\nLIST\n", SETUP.read_text(encoding="utf-8"), re.S)
        self.assertEqual(len(lists), 2)
        for line in "\n".join(lists).splitlines():
            self.assertRegex(line, r"^[a-z0-9.+-]+ +# \S")

    def test_build_asks_for_no_package_of_the_tests(self):
        self.pretend_installed(but=("redis-server", "clang-14"))
        self.assertEqual(self.run_setup("--build"), (0, ""))
        self.pretend_installed(but=("cmake", "redis-server"))
        self.fake("id", "echo 0")
        self.fake("env", 'echo "env $*"; [ "$3" = update ]')
        code, text = self.run_setup("--build")
        self.assertNotEqual(code, 0)
        self.assertRegex(text, r"apt-get install .* cmake\n")
        self.assertNotIn("redis-server", text)


if __name__ == "__main__":
    unittest.main()
