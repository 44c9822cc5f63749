"""What the chart renders is what Kubernetes and the Prometheus operator know."""

import json
import re
import subprocess
import unittest

import chart_tools as chart

DECLARATIONS = (chart.ROOT / ".tools" / "npm" / "node_modules" / "@kubernetes-models" /
                "prometheus-operator" / "monitoring.coreos.com" / "v1")


def kubernetes_errors(objects, version):
    python = chart.TOOLS / "python" / "bin" / "python"
    if not python.exists():
        chart.unavailable("kubernetes-validate is not installed; run deploy/setup.sh")
    return subprocess.run(
        [str(python), "-B", str(chart.ROOT / "tests" / "chart" / "validate_objects.py"),
         version.rpartition(".")[0]],
        input=json.dumps(objects), capture_output=True, text=True, check=True).stdout.splitlines()


def operator_errors(objects):
    if not DECLARATIONS.is_dir():
        chart.unavailable("the npm tools are not installed; run deploy/setup.sh")
    return subprocess.run(
        [chart.tool("node"), str(chart.ROOT / "tests" / "chart" / "validate_operator.mjs"),
         str(DECLARATIONS)],
        input=json.dumps(objects), capture_output=True, text=True, check=True).stdout.splitlines()


def declared_fields(model):
    """{field: model of its value, or None} of an interface of the operator's package."""
    text = (DECLARATIONS / f"{model}.d.ts").read_text(encoding="utf-8")
    body = text[text.index("export interface I"):]
    found = re.findall(r'^    "(\w+)"\??: (.*)$', body[:body.index("\n}")], re.M)
    model_name = re.compile(r"I\w*MonitoringV1(\w+)")
    return {field: (match[1] if (match := model_name.search(kind)) else None)
            for field, kind in found}


def unknown_fields(value, model, path):
    """Paths of fields that the operator does not know; what has no model may hold anything."""
    if isinstance(value, list):
        for entry in value:
            yield from unknown_fields(entry, model, path)
    elif isinstance(value, dict) and model and (DECLARATIONS / f"{model}.d.ts").exists():
        fields = declared_fields(model)
        for key, entry in value.items():
            if key not in fields:
                yield f"{path}.{key}"
            yield from unknown_fields(entry, fields.get(key), f"{path}.{key}")


class Schemas(unittest.TestCase):

    def test_kubernetes_knows_every_field(self):
        for version in (chart.OLDEST, chart.NEWEST):
            objects = [item for recipe in chart.RECIPES
                       for item in chart.recipe_objects(recipe, kubernetes=version)
                       if item["apiVersion"] != chart.OPERATOR]
            self.assertGreater(len(objects), 40)
            self.assertEqual(kubernetes_errors(objects, version), [], version)

    def test_kubernetes_would_find_a_mistake(self):
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
                   "spec": {"port": []}}
        self.assertEqual(len(kubernetes_errors([service], chart.NEWEST)), 1)

    def test_operator_knows_every_field(self):
        objects = [item for recipe in chart.RECIPES for item in chart.recipe_objects(recipe)
                   if item["apiVersion"] == chart.OPERATOR]
        self.assertEqual({item["kind"] for item in objects}, {"ServiceMonitor", "PrometheusRule"})
        self.assertEqual(operator_errors(objects), [])
        for item in objects:
            self.assertEqual(list(unknown_fields(item, item["kind"], item["kind"])), [])

    def test_operator_would_find_a_mistake(self):
        rule = {"apiVersion": chart.OPERATOR, "kind": "PrometheusRule", "metadata": {"name": "a"},
                "spec": {"groups": [{"name": "g", "rules": [{"alert": "A", "for": "soon"}]}]}}
        self.assertEqual(len(operator_errors([rule])), 1)
        monitor = {"apiVersion": chart.OPERATOR, "kind": "ServiceMonitor", "spec": {
            "selector": {"matchLabels": {"a": "b"}}, "endpoints": [{"prot": "admin"}]}}
        self.assertEqual(list(unknown_fields(monitor, "ServiceMonitor", "m")),
                         ["m.spec.endpoints.prot"])


if __name__ == "__main__":
    unittest.main()
