#!/usr/bin/env python3
"""The short form of scaleout/run.py: each kind of fault once, on the programs of KPISUITE_BUILD."""

import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KPISUITE_BUILD", ROOT / ".build" / "dev"))
PYTHON = ROOT / ".tools" / "stubs" / "python-newest" / "bin" / "python"
SECONDS = "30"


class ScaleOut(unittest.TestCase):

    def test_two_replicas_of_everything_lose_nothing_and_say_nothing_wrong(self):
        if not PYTHON.exists():
            if os.environ.get("CI") == "true":
                self.fail(f"{PYTHON} is missing; run deploy/setup.sh")
            self.skipTest("the environment of the Python client is missing")
        done = subprocess.run(
            [PYTHON, "-B", ROOT / "tests" / "e2e" / "scaleout" / "run.py", f"--seconds={SECONDS}",
             f"--seed={os.environ.get('KPISUITE_SEED', '1')}", f"--bin={BUILD / 'bin'}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, "the checks above do not hold")


if __name__ == "__main__":
    unittest.main()
