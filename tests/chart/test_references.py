"""What the objects of a release say about each other is true."""

import re
import unittest

import yaml

import chart_tools as chart

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class References(unittest.TestCase):

    def each_recipe(self):
        for recipe in chart.RECIPES:
            with self.subTest(recipe=recipe.name):
                yield chart.recipe_objects(recipe)

    def test_names_are_unique_short_and_in_the_namespace_of_the_release(self):
        for objects in self.each_recipe():
            keys = [(item["kind"], item["metadata"]["name"]) for item in objects]
            self.assertEqual(len(keys), len(set(keys)))
            for item in objects:
                self.assertRegex(item["metadata"]["name"], DNS_LABEL)
                if "-extra" not in item["metadata"]["name"] and not item["metadata"][
                        "name"].endswith("-text"):
                    self.assertEqual(item["metadata"]["namespace"], "data")

    def test_the_longest_release_name_still_fits(self):
        name = "a" * 53
        text = chart.helm(chart.HELMS[0], "template", name, chart.CHART,
                          f"--kube-version={chart.NEWEST}", "--set=mode=distributed")[1]
        for item in chart.of_kind(chart.objects_of(text), "StatefulSet"):
            # A StatefulSet's pods get a label of its name, a dash and a hash of 10.
            self.assertLessEqual(len(item["metadata"]["name"]) + 11, 63)
            self.assertLessEqual(len(item["metadata"]["labels"]["helm.sh/chart"]), 63)

    def test_selectors_choose_exactly_the_pods_of_their_service(self):
        for objects in self.each_recipe():
            labels = {owner["metadata"]["labels"]["app.kubernetes.io/component"]:
                      pod["metadata"]["labels"] for owner, pod in chart.pods(objects)}
            for item in chart.of_kind(objects, "StatefulSet", "Deployment", "Service",
                                      "PodDisruptionBudget", "NetworkPolicy"):
                spec = item["spec"]
                selector = spec.get("podSelector") or spec["selector"]
                if item["kind"] == "Service":
                    selector = {"matchLabels": selector}
                wanted = item["metadata"]["labels"]["app.kubernetes.io/component"]
                self.assertEqual([name for name, pod in labels.items()
                                  if chart.matches(selector, pod)], [wanted], item["kind"])

    def test_services_lead_to_ports_of_their_pods(self):
        for objects in self.each_recipe():
            containers = {owner["metadata"]["name"]: pod["spec"]["containers"][0]
                          for owner, pod in chart.pods(objects)}
            for service in chart.of_kind(objects, "Service"):
                ports = {port["name"]: port["containerPort"] for port in
                         containers[service["metadata"]["name"]]["ports"]}
                self.assertEqual(service["spec"]["clusterIP"], "None")
                for port in service["spec"]["ports"]:
                    self.assertEqual(port["port"], ports[port["targetPort"]])
            for item in chart.of_kind(objects, "StatefulSet"):
                self.assertIn(item["spec"]["serviceName"],
                              [one["metadata"]["name"] for one in
                               chart.of_kind(objects, "Service")])

    def test_autoscalers_have_their_pods_to_themselves(self):
        scaled = set()
        for objects in self.each_recipe():
            owners = {(item["kind"], item["metadata"]["name"]): item["spec"]
                      for item, _ in chart.pods(objects)}
            for item in chart.of_kind(objects, "HorizontalPodAutoscaler"):
                target = item["spec"]["scaleTargetRef"]
                self.assertNotIn("replicas", owners[target["kind"], target["name"]])
                scaled.add(target["name"])
        self.assertEqual(scaled, {"kpi-kpi-suite-measurement"})

    def test_evaluators_may_call_each_other_at_what_they_tell(self):
        objects = chart.recipe_objects(chart.CHART / "ci" / "postgres.yaml")
        name = "kpi-kpi-suite-evaluation"
        container = next(pod["spec"]["containers"][0] for owner, pod in chart.pods(objects)
                         if owner["metadata"]["name"] == name)
        self.assertIn("--advertise=$(POD_IP):7003", container["args"])
        self.assertEqual(container["env"][0]["valueFrom"]["fieldRef"]["fieldPath"], "status.podIP")
        policy = next(item["spec"] for item in chart.of_kind(objects, "NetworkPolicy")
                      if item["metadata"]["name"] == name)
        callers = policy["ingress"][0]["from"][-1]["podSelector"]["matchExpressions"][0]["values"]
        self.assertIn("evaluation", callers)
        self.assertIn({7003}, [{port["port"] for port in rule["ports"]}
                               for rule in policy["egress"]])

    def test_probes_ask_the_admin_port(self):
        for objects in self.each_recipe():
            for item in chart.of_kind(objects, "StatefulSet", "Deployment"):
                container = item["spec"]["template"]["spec"]["containers"][0]
                for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"),
                                    ("readinessProbe", "/readyz")):
                    self.assertEqual(container[probe]["httpGet"], {"path": path, "port": "admin"})

    def test_mounts_have_volumes_and_volumes_have_sources(self):
        for objects in self.each_recipe():
            made = {item["metadata"]["name"] for item in chart.of_kind(objects, "ConfigMap")}
            given = {"kpi-definitions"}
            for owner, pod in chart.pods(objects):
                claims = {claim["metadata"]["name"] for claim in
                          owner["spec"].get("volumeClaimTemplates", [])}
                volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
                self.assertFalse(claims & set(volumes))
                for volume in volumes.values():
                    if "configMap" in volume:
                        self.assertIn(volume["configMap"]["name"], made | given)
                mounts = pod["spec"]["containers"][0].get("volumeMounts", [])
                self.assertEqual({mount["name"] for mount in mounts}, claims | set(volumes))

    def test_service_accounts_exist(self):
        for objects in self.each_recipe():
            accounts = {item["metadata"]["name"] for item in
                        chart.of_kind(objects, "ServiceAccount")} or {"kpi"}
            for _, pod in chart.pods(objects):
                self.assertIn(pod["spec"]["serviceAccountName"], accounts)

    def test_addresses_of_the_services_are_those_of_their_services(self):
        for objects in self.each_recipe():
            known = {f"{item['metadata']['name']}.data.svc": item["spec"]["ports"][0]["port"]
                     for item in chart.of_kind(objects, "Service")}
            used = re.findall(r"dns:///([-\w]+\.data\.svc)\.[-.\w]+:(\d+)", yaml.dump(objects))
            self.assertTrue(used)
            for name, port in used:
                self.assertEqual(known.get(name), int(port), name)

    def test_monitor_finds_the_services_and_their_admin_port(self):
        for objects in self.each_recipe():
            for monitor in chart.of_kind(objects, "ServiceMonitor"):
                self.assertEqual(monitor["spec"]["namespaceSelector"], {"matchNames": ["data"]})
                for service in chart.of_kind(objects, "Service"):
                    self.assertTrue(chart.matches(monitor["spec"]["selector"],
                                                  service["metadata"]["labels"]))
                    self.assertIn(monitor["spec"]["endpoints"][0]["port"],
                                  [port["name"] for port in service["spec"]["ports"]])


class Restricted(unittest.TestCase):
    """Pod Security "restricted", and what this chart promises beyond it."""

    def test_pods_run_with_the_least_rights(self):
        for recipe in chart.RECIPES:
            for owner, pod in chart.pods(chart.recipe_objects(recipe)):
                with self.subTest(recipe=recipe.name, pod=owner["metadata"]["name"]):
                    spec = pod["spec"]
                    self.assertIs(spec["automountServiceAccountToken"], False)
                    self.assertIs(spec["enableServiceLinks"], False)
                    security = spec["securityContext"]
                    self.assertIs(security["runAsNonRoot"], True)
                    self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
                    self.assertEqual(security["runAsUser"], 10001)
                    own = spec["containers"][0]["securityContext"]
                    self.assertIs(own["allowPrivilegeEscalation"], False)
                    self.assertIs(own["readOnlyRootFilesystem"], True)
                    self.assertEqual(own["capabilities"], {"drop": ["ALL"]})
                    self.assertIn("memory", spec["containers"][0]["resources"]["limits"])
                    for volume in spec.get("volumes", []):
                        self.assertTrue({"configMap", "emptyDir", "secret",
                                         "persistentVolumeClaim"} & set(volume))

    def test_chart_makes_no_secret_and_no_rights(self):
        for recipe in chart.RECIPES:
            self.assertFalse(chart.of_kind(chart.recipe_objects(recipe), "Secret", "Role",
                                           "RoleBinding", "ClusterRole", "ClusterRoleBinding"))

    def test_no_password_is_in_a_command_or_an_option(self):
        for recipe in chart.RECIPES:
            self.assertNotRegex(chart.recipe_text(recipe), r"rediss?(-\w+)?://[^/\s]*:[^/\s]*@")


class Traffic(unittest.TestCase):
    """The network policy lets through what the suite needs, and nothing else."""

    def allowed(self, objects, caller, called, port):
        """Whether policies let the pod CALLER reach PORT of the pod CALLED."""
        by_pod = {item["metadata"]["labels"]["app.kubernetes.io/component"]: item["spec"]
                  for item in chart.of_kind(objects, "NetworkPolicy")}
        labels = {owner["metadata"]["labels"]["app.kubernetes.io/component"]:
                  pod["metadata"]["labels"] for owner, pod in chart.pods(objects)}

        def lets(rules, peers, other):
            return any({"port": port, "protocol": "TCP"} in rule["ports"] and
                       any(chart.matches(peer["podSelector"], labels[other])
                           for peer in rule.get(peers, []) if "podSelector" in peer)
                       for rule in rules)
        return (lets(by_pod[caller]["egress"], "to", called) and
                lets(by_pod[called]["ingress"], "from", caller))

    def test_services_reach_what_they_follow_and_nothing_else(self):
        ports = {"definition": 7001, "measurement": 7002, "evaluation": 7003}
        calls = {("measurement", "definition"), ("evaluation", "definition"),
                 ("evaluation", "measurement"), ("test", "definition"), ("test", "measurement"),
                 ("test", "evaluation")}
        for recipe in ("distributed.yaml", "everything.yaml"):
            objects = chart.recipe_objects(chart.CHART / "ci" / recipe)
            for caller in (*ports, "test"):
                for called, port in ports.items():
                    if caller != called:
                        self.assertEqual(self.allowed(objects, caller, called, port),
                                         (caller, called) in calls, (caller, called))
                        self.assertFalse(self.allowed(objects, caller, called, port + 100))

    def test_closed_policy_names_clients_scrapers_and_redis(self):
        objects = chart.recipe_objects(chart.CHART / "ci" / "standalone-redis.yaml")
        policy = next(item["spec"] for item in chart.of_kind(objects, "NetworkPolicy")
                      if item["metadata"]["name"] == "kpi-kpi-suite")
        text = yaml.dump(policy)
        for name in ("dashboards", "monitoring", "cache"):
            self.assertIn(f"kubernetes.io/metadata.name: {name}", text)
        self.assertNotIn("podSelector: {}", text)
        self.assertNotIn("namespaceSelector: {}", text)
        self.assertEqual([rule["ports"][0]["port"] for rule in policy["egress"]], [53, 6379])

    def test_ports_are_those_of_the_pods(self):
        for recipe in chart.RECIPES:
            objects = chart.recipe_objects(recipe)
            if not chart.of_kind(objects, "NetworkPolicy"):
                self.assertEqual(recipe.name, "kind.yaml")
                continue
            for owner, pod in chart.pods(objects):
                ports = {port["containerPort"] for port in
                         pod["spec"]["containers"][0].get("ports", [])}
                policy = next(item["spec"] for item in chart.of_kind(objects, "NetworkPolicy")
                              if chart.matches(item["spec"]["podSelector"],
                                               pod["metadata"]["labels"]))
                open_ports = {port["port"] for rule in policy["ingress"]
                              for port in rule["ports"]}
                self.assertEqual(open_ports - {9000}, ports, owner["metadata"]["name"])


if __name__ == "__main__":
    unittest.main()
