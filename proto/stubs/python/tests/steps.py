"""Runs the steps of one vector against the servers."""

import contextlib
import json
import pathlib

import kpisuite
import vectors
from google.protobuf import json_format
from google.rpc import error_details_pb2  # noqa: F401  (JSON of details needs their types)
from kpisuite.v1 import definition_service_pb2


def request_of(name, value):
    service, method = name.split(".")
    descriptor = vectors.SERVICES[service].DESCRIPTOR.services_by_name[service]
    wanted = descriptor.methods_by_name[method].input_type
    return json_format.ParseDict(value, _class_of(wanted)())


def _class_of(descriptor):
    return descriptor._concrete_class  # pylint: disable=protected-access


def as_json(message):
    return json_format.MessageToDict(message)


class Run:
    """One vector."""

    def __init__(self, config, driver_class, vector, language):
        self.config = config
        self.driver_class = driver_class
        self.vector = vector
        self.variables = {"ws": vectors.workspace(language, vector["id"])}
        self.server = vector.get("server", "suite")
        self.driver = None

    def connect(self, server, token):
        options = {"plaintext": True}
        if server == "tls":
            options = {"roots": pathlib.Path(self.config["ca"]).read_bytes()}
        return self.driver_class(self.config["servers"][server], token=token, **options)

    def run(self):
        given = json.loads(pathlib.Path(self.config["given"]).read_text(encoding="utf-8"))
        if self.vector.get("given"):
            # What is given does not go through the faults of this vector's server.
            with contextlib.closing(self.connect("suite", None)) as self.driver:
                for name in self.vector["given"]:
                    self.steps(given[name])
        with contextlib.closing(self.connect(self.server, self.vector.get("token"))) as self.driver:
            self.steps(self.vector["steps"])

    def steps(self, steps):
        for step in steps:
            step = {key: value if key in ("during", "save") else
                    vectors.expand(value, self.variables) for key, value in step.items()}
            kind = next(kind for kind in ("call", "read", "exchange", "pages", "watch", "write",
                                          "decimal", "reapply", "connect") if kind in step)
            getattr(self, "_" + kind)(step)

    def _call(self, step):
        request = request_of(step["call"], step["request"])
        try:
            answer = self.driver.call(
                step["call"], request, step.get("deadlineMs", 0) / 1000 or None,
                tuple(step.get("metadata", {}).items()))
        except kpisuite.KpiError as error:
            if "error" not in step:
                raise
            vectors.require_error(step["error"], error)
            return
        assert "error" not in step, f"want {step['error']}, got {as_json(answer)}"
        self._answer(step, as_json(answer))

    def _answer(self, step, answer):
        vectors.require(step.get("expect", {}), answer, "answer")
        for variable, path in step.get("save", {}).items():
            self.variables[variable] = vectors.at_path(answer, path)

    def _end(self, step, messages, error):
        if "error" in step:
            vectors.require_error(step["error"], error)
        elif step.get("cancelled"):
            vectors.require_error({"code": "CANCELLED"}, error)
        elif error is not None:
            raise error
        vectors.require_in_order(step.get("expect", []), [as_json(each) for each in messages])

    def _until(self, step):
        """Tells for each message whether it is the last; runs `during` once in between."""
        seen = {"at": False}

        def done(message):
            value = as_json(message)
            if "at" in step and not seen["at"] and vectors.fits(step["at"], value):
                seen["at"] = True
                self.steps(step["during"])
            return "until" in step and vectors.fits(step["until"], value)

        return done

    def _read(self, step):
        self._end(step, *self.driver.read(
            step["read"], request_of(step["read"], step["request"]),
            step.get("deadlineMs", 0) / 1000 or None, self._until(step)))

    def _exchange(self, step):
        self._end(step, *self.driver.exchange(
            step["exchange"], [request_of(step["exchange"], each) for each in step["requests"]]))

    def _pages(self, step):
        items = [as_json(item) for item in
                 self.driver.pages(step["pages"], request_of(step["pages"], step["request"]))]
        found = {"count": len(items), "first": items[0] if items else None,
                 "last": items[-1] if items else None}
        vectors.require(step["expect"], found, "pages")

    def _watch(self, step):
        self._end(step, *self.driver.watch(
            step["watch"], request_of(step["watch"], step["request"]), self._until(step)))

    def _write(self, step):
        told = step["write"]
        rows = [(int(told["start"]) + i * int(told["step"]),
                 kpisuite.from_mantissa(i, told["scale"])) for i in range(told["count"])]
        summary = self.driver.write(told["parent"], told["batch"], told["metric"],
                                    told["dimensions"], rows)
        vectors.require(step["expect"], {
            "inserted": summary.inserted, "corrected": summary.corrected,
            "unchanged": summary.unchanged, "batches": summary.batches,
            "refused": len(summary.refused),
            "reason": summary.refused[0].error.reason if summary.refused else None}, "summary")

    def _decimal(self, step):
        vectors.check_decimal(step)

    def _reapply(self, step):
        definition = self.driver.call(
            "DefinitionService.GetDefinition",
            definition_service_pb2.GetDefinitionRequest(name=step["reapply"]))
        answer = self.driver.call(
            "DefinitionService.ApplyDefinitions", definition_service_pb2.ApplyDefinitionsRequest(
                parent=step["parent"], definitions=[definition]))
        self._answer(step, as_json(answer))

    def _connect(self, step):
        assert step["refused"]
        try:
            driver = self.connect(step["connect"], step["token"])
        except ValueError:
            return
        driver.close()
        raise AssertionError("the connection is not refused")
