"""values.yaml, its schema and its page say the same."""

import json
import unittest

import yaml

import chart_tools as chart
import values_page


class ValuesPage(unittest.TestCase):

    def test_page_is_current_and_describes_every_value(self):
        written, bare = values_page.page((chart.CHART / "values.yaml").read_text())
        self.assertEqual(bare, [])
        self.assertEqual((chart.CHART / "VALUES.md").read_text(), written,
                         "run tests/chart/values_page.py")

    def test_value_without_a_comment_is_found(self):
        self.assertEqual(values_page.page("a:\n  # -- b.\n  b: 1\n  c: {d: 2}\n")[1], ["a.c.d"])
        page, bare = values_page.page("# -- a, and\n# more.\na: {b: 1}\n")
        self.assertEqual(bare, [])
        self.assertIn('| `a` | `{"b": 1}` | a, and more. |', page)


class Schema(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads((chart.CHART / "values.schema.json").read_text())
        cls.values = yaml.safe_load((chart.CHART / "values.yaml").read_text())

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rpartition("/")[2]]
        return schema

    def closed(self, schema, path):
        """Every object is closed, or says what its entries are."""
        schema = self.resolved(schema)
        if schema.get("type") == "object" and path not in ("global", "tags"):
            self.assertIn("additionalProperties", schema, path)
        for name, below in schema.get("properties", {}).items():
            self.closed(below, f"{path}.{name}".strip("."))

    def test_every_object_is_closed(self):
        self.closed(self.schema, "")

    def test_schema_and_values_have_the_same_keys(self):
        def compare(schema, values, path):
            schema = self.resolved(schema)
            if "properties" not in schema or path.startswith("defaults") and path.endswith("Probe"):
                return
            if path in ("standalone", "definition", "measurement", "evaluation"):
                self.assertEqual(values, {})
                return
            known = set(schema["properties"]) - ({"global", "enabled", "tags"} if not path else
                                                 set())
            self.assertEqual(known, set(values), path)
            for key, value in values.items():
                compare(schema["properties"][key], value, f"{path}.{key}".strip("."))
        compare(self.schema, self.values, "")

    def test_every_value_is_away_from_its_default_in_one_recipe(self):
        """So that the tests of what is rendered see each line of the templates."""
        recipes = [yaml.safe_load(path.read_text()) for path in chart.RECIPES]

        def at(values, path):
            for key in path.split("."):
                if not isinstance(values, dict) or key not in values:
                    return None
                values = values[key]
            return values

        for path in values_page.leaves(self.values):
            section, _, rest = path.partition(".")
            places = [path] if section != "defaults" else [path] + [
                f"{name}.{rest}" for name in ("standalone", "definition", "measurement",
                                              "evaluation")]
            default = at(self.values, path)
            changed = any(at(recipe, place) not in (None, default) for recipe in recipes
                          for place in places)
            self.assertTrue(changed or section in ("standalone",) or any(
                word in path for word in ("SecurityContext", "Probe", ".requests.")),
                f"{path} has its default in every recipe")


if __name__ == "__main__":
    unittest.main()
