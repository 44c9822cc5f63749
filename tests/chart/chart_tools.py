"""The chart, its tools and what they render, for the tests of this folder."""

import functools
import os
import pathlib
import shutil
import subprocess
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "kpi-suite"
TOOLS = ROOT / ".tools" / "chart"
BIN = pathlib.Path(os.environ.get("KPISUITE_BUILD", ROOT / ".build" / "dev")) / "bin"
RECIPES = sorted((CHART / "ci").glob("*.yaml"))
HELMS = ("helm-3", "helm-4")
# What helm/kpi-suite/ci/README.md promises.
OLDEST, NEWEST = "1.29.0", "1.37.0"
# Kinds that no Pod Security level or schema knows are those of the Prometheus operator.
OPERATOR = "monitoring.coreos.com/v1"


def unavailable(reason):
    """Skips the test for REASON; with CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        raise AssertionError(f"in CI nothing may be missing: {reason}")
    raise unittest.SkipTest(reason)


def program(name):
    """Path of a built program of the suite."""
    path = BIN / name
    if not path.exists():
        unavailable(f"{path} is not built")
    return path


def tool(name):
    """Path of a program on the PATH."""
    path = shutil.which(name)
    if path is None:
        unavailable(f"{name} is not installed")
    return path


def helm(version, *arguments, check=True):
    """Runs a helm of HELMS; (exit code, output, errors)."""
    path = TOOLS / version / "helm"
    if not path.exists():
        unavailable(f"{version} is not installed; run deploy/setup.sh")
    home = TOOLS / "home"
    done = subprocess.run(
        [str(path), *map(str, arguments)], capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "HELM_CACHE_HOME": str(home),
             "HELM_CONFIG_HOME": str(home), "HELM_DATA_HOME": str(home)})
    if check and done.returncode != 0:
        raise AssertionError(f"helm {arguments} ended with {done.returncode}:\n{done.stderr}")
    return done.returncode, done.stdout, done.stderr


def render_text(*arguments, version=HELMS[0], kubernetes=NEWEST):
    """What `helm template` prints for the release kpi in the namespace data."""
    return helm(version, "template", "kpi", CHART, "--namespace=data",
                f"--kube-version={kubernetes}", *arguments)[1]


def objects_of(text):
    return [document for document in yaml.safe_load_all(text) if document]


@functools.lru_cache(maxsize=None)
def recipe_text(recipe, version=HELMS[0], kubernetes=NEWEST):
    return render_text(f"--values={recipe}", version=version, kubernetes=kubernetes)


def recipe_objects(recipe, **options):
    """The objects of one file of ci/, made anew for each caller."""
    return objects_of(recipe_text(recipe, **options))


def of_kind(objects, *kinds):
    return [item for item in objects if item["kind"] in kinds]


def pods(objects):
    """(owner, metadata and spec of its pod) of each workload and of the test pod."""
    for item in of_kind(objects, "StatefulSet", "Deployment"):
        yield item, item["spec"]["template"]
    for item in of_kind(objects, "Pod"):
        yield item, item


def matches(selector, labels):
    """Whether a label selector chooses LABELS."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", rule
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True
