"""The example of the README runs as it is printed there."""

import pathlib
import subprocess
import sys

import vectors

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "examples" / "quickstart.py"


def test_quickstart_shows_the_status_before_and_after(config):
    run = subprocess.run(
        [sys.executable, str(EXAMPLE), config["servers"]["suite"],
         vectors.workspace("python", "quickstart")],
        capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    before, after = run.stdout.splitlines()
    assert before.endswith("60.5 EUR STATUS_OFF_TARGET")
    assert after.endswith("120 EUR STATUS_ON_TARGET")
