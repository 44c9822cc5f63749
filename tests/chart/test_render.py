"""The chart renders: for each recipe, both versions of helm and the ends of Kubernetes' range."""

import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

import chart_tools as chart


class Recipes(unittest.TestCase):

    def test_lint_finds_nothing(self):
        for version in chart.HELMS:
            for recipe in (None, *chart.RECIPES):
                values = [f"--values={recipe}"] if recipe else []
                text = chart.helm(version, "lint", "--strict", chart.CHART,
                                  f"--kube-version={chart.NEWEST}", *values)[1]
                self.assertNotRegex(text, r"\[(WARNING|ERROR)\]", recipe)

    def test_both_helms_and_both_ends_of_kubernetes_agree(self):
        for recipe in chart.RECIPES:
            wanted = chart.recipe_objects(recipe)
            for version in chart.HELMS:
                for kubernetes in (chart.OLDEST, chart.NEWEST):
                    with self.subTest(recipe=recipe.name, helm=version, kubernetes=kubernetes):
                        self.assertEqual(chart.recipe_objects(
                            recipe, version=version, kubernetes=kubernetes), wanted)

    def test_second_render_is_identical(self):
        for recipe in chart.RECIPES:
            self.assertEqual(chart.render_text(f"--values={recipe}"), chart.recipe_text(recipe))

    def test_older_kubernetes_is_refused(self):
        code, _, errors = chart.helm(chart.HELMS[0], "template", "kpi", chart.CHART,
                                     "--kube-version=1.28.9", check=False)
        self.assertNotEqual(code, 0)
        self.assertIn("incompatible with Kubernetes", errors)

    def test_every_recipe_is_described(self):
        text = (chart.CHART / "ci" / "README.md").read_text(encoding="utf-8")
        for recipe in chart.RECIPES:
            self.assertIn(f"`{recipe.name}`", text)
        self.assertIn(chart.OLDEST[:4], text)
        self.assertIn(chart.NEWEST[:4], text)

    def test_notes_tell_how_to_ask(self):
        # `helm template` leaves the notes out, and `helm install` wants a cluster.
        with tempfile.TemporaryDirectory() as directory:
            copy = pathlib.Path(directory) / "kpi-suite"
            shutil.copytree(chart.CHART, copy)
            notes = (copy / "templates" / "NOTES.txt").read_text(encoding="utf-8")
            (copy / "templates" / "notes.yaml").write_text(
                f'{{{{ define "notes" }}}}{notes}{{{{ end }}}}'
                'kind: Notes\ntext: {{ include "notes" . | toJson }}\n', encoding="utf-8")
            text = chart.helm(chart.HELMS[0], "template", "kpi", copy,
                              f"--kube-version={chart.NEWEST}", "--set=mode=distributed",
                              "--set=networkPolicy.enabled=false")[1]
        told = chart.of_kind(chart.objects_of(text), "Notes")[0]["text"]
        self.assertIn("helm test kpi --namespace default", told)
        self.assertIn("port-forward statefulset/kpi-kpi-suite-evaluation 7003", told)
        self.assertIn("WARNING: the network policy is off", told)


class Values(unittest.TestCase):

    def refusal(self, *settings):
        code, _, errors = chart.helm(
            chart.HELMS[0], "template", "kpi", chart.CHART, f"--kube-version={chart.NEWEST}",
            *(f"--set={setting}" for setting in settings), check=False)
        self.assertNotEqual(code, 0, settings)
        return re.sub(r"\s+", " ", errors)

    def test_more_replicas_than_a_store_serves_are_refused(self):
        self.assertIn("evaluation.replicas: got 2, want 1 (or 0): its store is a SQLite file",
                      self.refusal("mode=distributed", "evaluation.replicas=2"))
        self.assertIn("standalone.replicas: got 3", self.refusal("defaults.replicas=3"))

    def test_pods_on_postgres_are_replaceable_and_scale(self):
        postgres = ("mode=distributed", "store.engine=postgres")
        self.assertIn("store.postgres.host: got nothing", self.refusal(*postgres))
        self.assertIn("got postgres in mode standalone", self.refusal(
            "store.engine=postgres", "store.postgres.host=db"))
        self.assertIn("store.engine: got sqlite", self.refusal("store.postgres.host=db"))
        objects = chart.recipe_objects(chart.CHART / "ci" / "postgres.yaml")
        self.assertEqual(chart.of_kind(objects, "StatefulSet"), [])
        sets = {item["metadata"]["name"].rpartition("-")[2]: item["spec"]
                for item in chart.of_kind(objects, "Deployment")}
        self.assertEqual({name: spec.get("replicas") for name, spec in sets.items()},
                         {"definition": 2, "measurement": None, "evaluation": 2})
        budgets = {item["metadata"]["name"].rpartition("-")[2]: item["spec"]["maxUnavailable"]
                   for item in chart.of_kind(objects, "PodDisruptionBudget")}
        self.assertEqual(budgets, {"definition": 1, "measurement": 1, "evaluation": 1})
        for spec in sets.values():
            self.assertNotIn("volumeClaimTemplates", spec)
            self.assertEqual(spec["strategy"]["rollingUpdate"]["maxUnavailable"], 0)

    def test_autoscaler_needs_a_range_a_measure_and_a_store_for_several(self):
        self.assertIn("measurement.autoscaling.enabled: got true, want false: its store is a",
                      self.refusal("mode=distributed", "measurement.autoscaling.enabled=true"))
        postgres = ("mode=distributed", "store.engine=postgres", "store.postgres.host=db",
                    "evaluation.autoscaling.enabled=true")
        self.assertIn("evaluation.autoscaling.maxReplicas: got 1, want minReplicas, 2, or more",
                      self.refusal(*postgres, "evaluation.autoscaling.maxReplicas=1"))
        self.assertIn("evaluation.autoscaling.targetCPUUtilizationPercentage: got nothing",
                      self.refusal(*postgres,
                                   "evaluation.autoscaling.targetCPUUtilizationPercentage=0"))

    def test_grace_period_covers_the_drain(self):
        self.assertIn("want at least 80", self.refusal("defaults.drain.delaySeconds=50"))

    def test_options_have_one_place(self):
        self.assertIn("standalone.config: got store, which other values decide",
                      self.refusal("standalone.config.store=sqlite:/tmp"))

    def test_cache_is_chosen_and_not_guessed(self):
        self.assertIn("cache.engine: got memory", self.refusal("cache.redis.host=r"))
        self.assertIn("cache.redis.host: got nothing", self.refusal("cache.engine=redis"))
        self.assertIn("cache.redis.existingSecret: got nothing", self.refusal(
            "cache.engine=redis", "cache.redis.host=r", "cache.redis.user=u"))

    def test_address_of_a_redis_says_how_it_is_run(self):
        def address(*settings):
            text = chart.render_text("--set=cache.engine=redis",
                                     *(f"--set=cache.redis.{one}" for one in settings))
            return next(line.split(": ", 1)[1] for line in text.splitlines()
                        if line.strip().startswith("cache: "))
        self.assertEqual(address("host=r", "database=2"), "redis://r:6379/2")
        self.assertEqual(address("host=r", "tls.enabled=true"), "rediss://r:6379/0")
        self.assertEqual(
            address("deployment=sentinel", "hosts={a,b}", "masterName=m", "user=u",
                    "existingSecret=s"), "redis-sentinel://u@a:26379,b:26379/m/0")
        self.assertEqual(
            address("deployment=cluster", "hosts={a,b}", "port=7000", "tls.enabled=true"),
            "rediss-cluster://a:7000,b:7000")
        for wanted, settings in {
                "cache.redis.hosts: got nothing": ("deployment=cluster",),
                "cache.redis.hosts: got a list": ("host=r", "hosts={a}"),
                "cache.redis.host: got a host": ("deployment=sentinel", "host=r", "hosts={a}"),
                "cache.redis.masterName: got nothing": ("deployment=sentinel", "hosts={a}"),
                "cache.redis.masterName: got a name": ("host=r", "masterName=m"),
                "cache.redis.database: got 1": ("deployment=cluster", "hosts={a}", "database=1"),
                "cache.redis.tls.enabled: got false": ("host=r", "tls.caSecret=s")}.items():
            self.assertIn(wanted, self.refusal("cache.engine=redis", *(
                f"cache.redis.{one}" for one in settings)))

    def test_definitions_have_one_source_that_a_config_map_holds(self):
        self.assertIn("want one of them", self.refusal(
            "kpis.files.a\\.yaml=x", "kpis.existingConfigMap=c"))
        with tempfile.TemporaryDirectory() as directory:
            big = pathlib.Path(directory) / "big.yaml"
            big.write_text("kpis: {files: {a.yaml: '" + "x" * 1000001 + "'}}", encoding="utf-8")
            code, _, errors = chart.helm(chart.HELMS[0], "template", "kpi", chart.CHART,
                                         f"--values={big}", f"--kube-version={chart.NEWEST}",
                                         check=False)
        self.assertNotEqual(code, 0)
        self.assertIn("kpis.files: got 1000001 bytes", errors)

    def test_schema_refuses_what_it_does_not_know(self):
        for setting in ("mod=standalone", "mode=both", "defaults.replica=1", "image.tag=a b",
                        "kpis.files.orders=x", "measurement.persistence.size=big",
                        "networkPolicy.enabled=maybe", "defaults.logLevel=chatty"):
            self.assertIn("values don't meet the specifications", self.refusal(setting), setting)

    def test_sections_overlay_the_defaults_with_false_zero_and_null(self):
        objects = {(item["kind"], item["metadata"]["name"]): item for item in
                   chart.recipe_objects(chart.CHART / "ci" / "everything.yaml")}
        definition = objects["StatefulSet", "numbers-definition"]["spec"]
        self.assertEqual(definition["replicas"], 0)
        self.assertNotIn("volumeClaimTemplates", definition)
        measurement = objects["StatefulSet", "numbers-measurement"]["spec"]["template"]["spec"]
        self.assertNotIn("affinity", measurement)
        evaluation = objects["StatefulSet", "numbers-evaluation"]["spec"]
        self.assertIn("affinity", evaluation["template"]["spec"])
        self.assertEqual(evaluation["volumeClaimTemplates"][0]["spec"]["storageClassName"], "")


class Subchart(unittest.TestCase):

    def test_works_below_a_parent_with_condition_and_globals(self):
        with tempfile.TemporaryDirectory() as directory:
            parent = pathlib.Path(directory) / "parent"
            (parent / "charts").mkdir(parents=True)
            (parent / "charts" / "kpi-suite").symlink_to(chart.CHART)
            dependency = {"name": "kpi-suite", "version": "0.1.0", "alias": "kpi",
                          "repository": "file://charts/kpi-suite", "condition": "kpi.enabled",
                          "tags": ["data"]}
            (parent / "Chart.yaml").write_text(yaml.safe_dump({
                "apiVersion": "v2", "name": "parent", "version": "1.0.0",
                "dependencies": [dependency]}), encoding="utf-8")
            (parent / "values.yaml").write_text(yaml.safe_dump({
                "global": {"imageRegistry": "example.com"}, "tags": {"data": True},
                "kpi": {"enabled": True, "mode": "distributed"}}), encoding="utf-8")
            rendered = {}
            for version in chart.HELMS:
                for setting in ("kpi.enabled=true", "kpi.enabled=false"):
                    rendered[version, setting] = chart.objects_of(chart.helm(
                        version, "template", "shop", parent, f"--set={setting}",
                        f"--kube-version={chart.NEWEST}")[1])
        for version in chart.HELMS:
            sets = chart.of_kind(rendered[version, "kpi.enabled=true"], "StatefulSet")
            self.assertEqual(sorted(item["metadata"]["name"] for item in sets),
                             ["shop-kpi-definition", "shop-kpi-evaluation",
                              "shop-kpi-measurement"])
            self.assertEqual(rendered[version, "kpi.enabled=false"], [])


if __name__ == "__main__":
    unittest.main()
