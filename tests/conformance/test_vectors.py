"""The vectors are well formed, and between them they call every rpc of the contract."""

import json
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROTO = ROOT / "proto" / "kpisuite" / "v1"
# What names every stream, because streams are opened once.
STREAM_LISTS = ("libs/rpc/channel.cc", "proto/stubs/cpp/kpisuite/client/client.cc",
                "proto/stubs/rust/src/calls.rs", "proto/stubs/service_config.json")
KINDS = ("call", "read", "exchange", "pages", "watch", "write", "decimal", "reapply", "connect")


def steps_of(steps):
    for step in steps:
        yield step
        yield from steps_of(step.get("during", []))


def rpcs_of_the_contract():
    """Arguments and answer as written, by Service.Method."""
    found = {}
    for path in PROTO.glob("*_service.proto"):
        text = path.read_text(encoding="utf-8")
        service = re.search(r"^service (\w+)", text, re.M).group(1)
        for name, shape in re.findall(r"^  rpc (\w+)(\([^;{]*)", text, re.M):
            found[f"{service}.{name}"] = shape
    return found


class VectorsTest(unittest.TestCase):

    def setUp(self):
        self.given = json.loads((HERE / "given.json").read_text(encoding="utf-8"))
        self.vectors = [vector for path in sorted((HERE / "vectors").glob("*.json"))
                        for vector in json.loads(path.read_text(encoding="utf-8"))]

    def test_ids_are_short_labels_that_occur_once(self):
        ids = [vector["id"] for vector in self.vectors]
        self.assertEqual(len(ids), len(set(ids)))
        for each in ids:
            self.assertRegex(each, r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")

    def test_every_step_has_one_kind(self):
        for vector in self.vectors:
            self.assertTrue(vector["proves"])
            for name in vector.get("given", []):
                self.assertIn(name, self.given)
            for step in steps_of(vector["steps"]):
                self.assertEqual(sum(kind in step for kind in KINDS), 1, vector["id"])

    def test_every_rpc_is_called(self):
        rpcs = set(rpcs_of_the_contract())
        called = {step[kind] for vector in self.vectors for step in steps_of(vector["steps"])
                  for kind in ("call", "read", "exchange", "pages", "watch") if kind in step}
        self.assertEqual(rpcs - called, set())

    def test_no_client_tries_a_stream_again(self):
        streams = {name.partition(".")[2] for name, shape in rpcs_of_the_contract().items()
                   if "stream " in shape}
        self.assertIn("WatchStates", streams)
        for path in STREAM_LISTS:
            text = (ROOT / path).read_text(encoding="utf-8")
            for name in streams:
                self.assertIn(f'"{name}"', text, path)


if __name__ == "__main__":
    unittest.main()
