"""The vectors are well formed, and between them they call every rpc of the contract."""

import json
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto" / "kpisuite" / "v1"
KINDS = ("call", "read", "exchange", "pages", "watch", "write", "decimal", "reapply", "connect")


def steps_of(steps):
    for step in steps:
        yield step
        yield from steps_of(step.get("during", []))


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
        rpcs = set()
        for path in PROTO.glob("*_service.proto"):
            text = path.read_text(encoding="utf-8")
            service = re.search(r"^service (\w+)", text, re.M).group(1)
            rpcs |= {f"{service}.{name}" for name in re.findall(r"^  rpc (\w+)\(", text, re.M)}
        called = {step[kind] for vector in self.vectors for step in steps_of(vector["steps"])
                  for kind in ("call", "read", "exchange", "pages", "watch") if kind in step}
        self.assertEqual(rpcs - called, set())


if __name__ == "__main__":
    unittest.main()
