"""Settings of the run, and the results that tests/conformance/run.sh prints."""

import collections
import json
import os
import pathlib

import pytest

import vectors

RESULTS = collections.defaultdict(lambda: {"passed": [], "failed": {}, "skipped": {}})
CONFIG = vectors.settings()
VARIANT = os.environ.get("KPI_VARIANT", "")


@pytest.fixture
def config():
    if CONFIG is None:
        pytest.skip("KPI_CONFORMANCE is not set; see tests/conformance")
    return CONFIG


def pytest_generate_tests(metafunc):
    if "vector" in metafunc.fixturenames:
        found = vectors.all_vectors(CONFIG) if CONFIG else []
        metafunc.parametrize("vector", found, ids=[each["id"] for each in found])


def pytest_sessionfinish():
    if CONFIG is None:
        return
    for language, result in RESULTS.items():
        path = pathlib.Path(CONFIG["results"]) / f"{language}.json"
        path.write_text(json.dumps({"language": language, **result}), encoding="utf-8")
