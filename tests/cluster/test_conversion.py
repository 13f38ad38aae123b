"""Requests in the old version, with a conversion webhook as the operator has one: what it makes of them is what is judged."""

import copy
import json
import unittest

import control_plane
from admission import Admission
from control_plane import ControlPlane
from json_server import JsonServer

BLOB = "nvidia.com/dgdr-profiling-config"   # where the operator keeps what the new version has no field for


def to_beta(alpha):
    spec = alpha.get("spec", {})
    profiling = spec.get("profilingConfig", {})
    config = profiling.get("config", {})
    sla = config.get("sla", {})
    beta = {"model": spec.get("model"), "autoApply": spec.get("autoApply", False)}
    for key, value in (("backend", spec.get("backend")), ("image", profiling.get("profilerImage")),
                       ("sla", {key: sla[key] for key in ("ttft", "itl") if key in sla}),
                       ("workload", {key: sla[key] for key in ("isl", "osl") if key in sla}),
                       ("features", {"planner": config["planner"]} if "planner" in config else None)):
        if value:
            beta[key] = value
    if config:
        alpha["metadata"].setdefault("annotations", {})[BLOB] = json.dumps(config, sort_keys=True)
    return beta


def to_alpha(beta):
    spec = beta.get("spec", {})
    config = json.loads(beta["metadata"].get("annotations", {}).get(BLOB, "{}"))
    config.setdefault("sla", {}).update({**spec.get("sla", {}), **spec.get("workload", {})})
    return {"model": spec.get("model"), "backend": spec.get("backend", "auto"), "autoApply": spec.get("autoApply", True),
            "profilingConfig": {"profilerImage": spec.get("image", ""), "config": config}}


def convert(review):
    wanted = review["request"]["desiredAPIVersion"]
    converted = []
    for one in copy.deepcopy(review["request"]["objects"]):
        one["spec"] = (to_beta if wanted.endswith("v1beta1") else to_alpha)(one)
        converted.append({**one, "apiVersion": wanted})
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "ConversionReview", "response": {
        "uid": review["request"]["uid"], "convertedObjects": converted, "result": {"status": "Success"}}}


class Conversion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()
        converter = cls.enterClassContext(JsonServer(cls.plane.folder / "converter", convert))
        cls.plane.must("patch", "crd", "dynamographdeploymentrequests.nvidia.com", "--type=merge", "-p", json.dumps(
            {"spec": {"conversion": {"strategy": "Webhook", "webhook": {
                "clientConfig": converter.client_config(), "conversionReviewVersions": ["v1"]}}}}))
        cls.admission = cls.enterClassContext(Admission(cls.plane, "old-version"))
        dry = lambda: cls.plane.kubectl("create", "--dry-run=server", "-f", "-", stdin=cls.alpha("probe"))
        control_plane.wait_until(lambda: dry().code == 0 and converter.calls, 60, "the API server converts")

    @staticmethod
    def alpha(name, sla=None, planner=None, **spec):
        config = {"sla": sla or {"ttft": 500, "itl": 50, "isl": 3000, "osl": 500}, "sweep": {"kept": "as it is"}}
        if planner:
            config["planner"] = planner
        return {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeploymentRequest",
                "metadata": {"name": name, "namespace": "old-version"},
                "spec": {"model": "Qwen/Qwen3-32B", "backend": "trtllm",
                         "profilingConfig": {"profilerImage": "runtime:1.0.0", "config": config}, **spec}}

    def test_a_good_one_is_stored_in_the_new_version(self):
        answer = self.plane.apply(self.alpha("good"))
        self.assertEqual(answer.code, 0, answer)
        stored = json.loads(self.plane.must("get", "dgdr.v1beta1.nvidia.com", "good", "-n", "old-version", "-o", "json"))
        self.assertEqual(stored["spec"]["sla"], {"ttft": 500, "itl": 50})
        self.assertEqual(stored["spec"]["workload"], {"isl": 3000, "osl": 500})
        self.assertIs(stored["spec"]["autoApply"], False)

    def test_errors_name_the_fields_of_the_new_version(self):
        answer = self.plane.apply(self.alpha("bad", sla={"ttft": -1, "itl": 20, "isl": 0, "osl": 5},
                                             planner={"pre_deployment_sweeping_mode": "none"}))
        self.assertEqual(answer.code, 1)
        for part in ("spec.sla.ttft: Invalid value: must be above 0", "spec.workload.isl: Invalid value: must be at least 1",
                     "spec.features.planner.pre_deployment_sweeping_mode: Forbidden"):
            self.assertIn(part, answer.err)

    def test_updates_are_held_to_the_same_rules(self):
        self.plane.must("apply", "-f", "-", stdin=self.alpha("held"))
        self.assertEqual(self.plane.apply(self.alpha("held")).code, 0)
        labelled = self.alpha("held")
        labelled["metadata"]["labels"] = {"a": "b"}
        self.assertEqual(self.plane.apply(labelled).code, 0)
        answer = self.plane.apply(self.alpha("held", sla={"ttft": 500, "itl": 60, "isl": 3000, "osl": 500}))
        self.assertEqual(answer.code, 1)
        self.assertIn("(changed: sla.itl)", answer.err)

    def test_the_schema_of_the_old_version_comes_first(self):
        self.assertIn('spec.backend: Unsupported value: "unknown"', self.plane.apply(self.alpha("schema", backend="unknown")).err)


if __name__ == "__main__":
    control_plane.main()
