"""The conformance vectors: generated values, patterns, and the steps that need no client."""

import json
import os
import pathlib
import random
import string

import kpisuite
from kpisuite.v1 import (definition_service_pb2, evaluation_service_pb2,  # noqa: F401
                         measurement_service_pb2)

SERVICES = {
    "DefinitionService": definition_service_pb2, "EvaluationService": evaluation_service_pb2,
    "MeasurementService": measurement_service_pb2,
}


def settings():
    """What KPI_CONFORMANCE names; None when it is not set."""
    name = os.environ.get("KPI_CONFORMANCE")
    return json.loads(pathlib.Path(name).read_text(encoding="utf-8")) if name else None


def all_vectors(config):
    found = []
    for path in sorted(pathlib.Path(config["vectors"]).glob("*.json")):
        found.extend(json.loads(path.read_text(encoding="utf-8")))
    return found


def workspace(language, vector_id):
    letters = "".join(random.choices(string.ascii_lowercase, k=4))
    return f"workspaces/{language}-{letters}-{vector_id}"


def expand(value, variables):
    """VALUE with arrays and texts made, and variables put in."""
    if isinstance(value, str):
        for name, text in variables.items():
            value = value.replace("${" + name + "}", text)
        return value
    if isinstance(value, list):
        return [expand(item, variables) for item in value]
    if isinstance(value, dict):
        if "$each" in value:
            width = value.get("width", 0)
            return [expand(value["item"], {**variables, "i": str(i).zfill(width)})
                    for i in range(value["$each"])]
        if "$text" in value:
            return value["$text"] * value["times"]
        return {key: expand(item, variables) for key, item in value.items()}
    return value


def fits(pattern, actual):
    """Whether ACTUAL (None: not there) fits the pattern."""
    if isinstance(pattern, dict):
        if "$absent" in pattern:
            return actual is None
        if "$in" in pattern:
            return actual in pattern["$in"]
        if actual is None:
            return False
        if "$size" in pattern:
            return len(actual) == pattern["$size"]
        if "$any" in pattern:
            return any(fits(pattern["$any"], item) for item in actual)
        if "$prefix" in pattern:
            return actual.startswith(pattern["$prefix"])
        return all(fits(each, actual.get(key)) for key, each in pattern.items())
    if isinstance(pattern, list):
        return (isinstance(actual, list) and len(actual) == len(pattern) and
                all(fits(each, item) for each, item in zip(pattern, actual)))
    return actual == pattern


def require(pattern, actual, what):
    assert fits(pattern, actual), f"{what}: want {pattern}, got {str(actual)[:2000]}"


def require_in_order(patterns, messages):
    """Each pattern fits a message after the one of the pattern before."""
    rest = iter(messages)
    for pattern in patterns:
        assert any(fits(pattern, message) for message in rest), \
            f"no message fits {pattern}, got {str(messages)[:2000]}"


def require_error(pattern, error):
    assert error is not None, f"want {pattern}, got no error"
    told = {"code": error.code.name, "reason": error.reason, "metadata": dict(error.metadata),
            "violations": [each.field for each in error.violations],
            "retryAfter": error.retry_after}
    wanted = dict(pattern)
    for field in wanted.pop("violations", []):
        assert field in told["violations"], f"no violation of {field}: {told}"
    require(wanted, told, str(error))


def at_path(value, path):
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return str(value)


def check_decimal(step):
    """A step about the decimal type."""
    if step.get("refused"):
        try:
            kpisuite.to_mantissa(kpisuite.parse_decimal(step["decimal"]), step["scale"])
        except ValueError:
            return
        raise AssertionError(f"{step['decimal']} is taken")
    value = kpisuite.parse_decimal(step["decimal"])
    assert kpisuite.decimal_text(value) == step["canonical"]
    if "mantissa" in step:
        assert kpisuite.to_mantissa(value, step["scale"]) == int(step["mantissa"])
        back = kpisuite.from_mantissa(int(step["mantissa"]), step["scale"])
        assert back == value and kpisuite.decimal_text(back) == step["canonical"]
