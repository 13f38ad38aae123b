"""A second mutating webhook beside ours, before it and after it: whatever it writes is normalised and judged as well."""

import base64
import json
import unittest

import control_plane
from admission import Admission
from control_plane import ControlPlane, request
from json_server import JsonServer


class Neighbour(JsonServer):
    """Somebody else's mutating webhook: `change(object)` returns the operations of a JSON Patch."""

    def __init__(self, folder):
        super().__init__(folder, self.answer)
        self.change = lambda _: []

    def answer(self, review):
        asked = review["request"]
        patch = base64.b64encode(json.dumps(self.change(asked["object"])).encode()).decode()
        return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {
            "uid": asked["uid"], "allowed": True, "patchType": "JSONPatch", "patch": patch}}

    def registration(self, name, namespace):
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": name},
                "webhooks": [{
                    "name": f"{name}.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                    "clientConfig": self.client_config(),
                    "rules": [{"apiGroups": ["nvidia.com"], "apiVersions": ["v1beta1"], "operations": ["CREATE"],
                               "resources": ["dynamographdeploymentrequests"]}],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}]}


class Neighbours(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()
        cls.admission = cls.enterClassContext(Admission(cls.plane, "shared"))
        # The API server asks in the order of the names: ours is dynamo-webhook-shared.
        cls.first, cls.last = (cls.enterClassContext(Neighbour(cls.plane.folder / name)) for name in ("first", "last"))
        for name, one in (("a-first", cls.first), ("z-last", cls.last)):
            cls.plane.must("apply", "-f", "-", stdin=one.registration(name, "shared"))
        dry = lambda: cls.plane.must("create", "--dry-run=server", "-f", "-", stdin=request("probe", "shared"))
        control_plane.wait_until(lambda: dry() and cls.first.calls and cls.last.calls, 60, "all webhooks are called")

    def setUp(self):
        self.first.change = self.last.change = lambda _: []

    def stored(self, name):
        return json.loads(self.plane.must("get", "dgdr", name, "-n", "shared", "-o", "json"))

    def test_both_changes_are_kept(self):
        annotate = lambda key: lambda _: [{"op": "add", "path": "/metadata/labels", "value": {key: "here"}}]
        for name, neighbour in (("before", self.first), ("after", self.last)):
            with self.subTest(name):
                self.setUp()
                neighbour.change = annotate(name)
                self.plane.must("create", "-f", "-", stdin=request(name, "shared", hardware={"gpuSku": "H100-SXM5-80GB"}))
                stored = self.stored(name)
                self.assertEqual(stored["metadata"]["labels"], {name: "here"})
                self.assertEqual(stored["spec"]["hardware"]["gpuSku"], "h100_sxm")

    def test_a_spelling_that_it_writes_is_normalised_even_after_us(self):
        hardware = {"op": "add", "path": "/spec/hardware", "value": {"gpuSku": "NVIDIA-L40S", "totalGpus": 4}}
        for name, neighbour in (("spelled-before", self.first), ("spelled-after", self.last)):
            with self.subTest(name):
                self.setUp()
                neighbour.change = lambda _: [hardware]
                self.plane.must("create", "-f", "-", stdin=request(name, "shared", hardware={"gpuSku": "h200_sxm"}))
                self.assertEqual(self.stored(name)["spec"]["hardware"], {"gpuSku": "l40s", "totalGpus": 4})

    def test_an_error_that_it_writes_is_denied(self):
        self.last.change = lambda _: [{"op": "add", "path": "/spec/searchStrategy", "value": "thorough"},
                                      {"op": "add", "path": "/spec/backend", "value": "auto"}]
        answer = self.plane.apply(request("spoilt", "shared"))
        self.assertEqual(answer.code, 1)
        self.assertIn('spec.searchStrategy: Invalid value: "thorough" is incompatible with spec.backend "auto"', answer.err)


if __name__ == "__main__":
    control_plane.main()
