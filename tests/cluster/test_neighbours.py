"""A second mutating webhook beside ours, before it and after it: whatever it writes is normalised and judged as well."""

import base64
import http.server
import json
import ssl
import threading
import unittest

import control_plane
import pki
from admission import Admission
from control_plane import ControlPlane, request


class Neighbour:
    """Somebody else's mutating webhook: `change(object)` returns the operations of a JSON Patch."""

    def __init__(self, folder):
        self.authority = pki.Authority(folder, "neighbour-ca")
        pair = self.authority.leaf("leaf", ["IP:127.0.0.1"])
        self.change = lambda _: []
        self.calls = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def _handler(neighbour):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
                neighbour.calls += 1
                patch = base64.b64encode(json.dumps(neighbour.change(asked["object"])).encode()).decode()
                answer = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {
                    "uid": asked["uid"], "allowed": True, "patchType": "JSONPatch", "patch": patch}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass
        return Handler

    def registration(self, name, namespace, reinvocation="Never"):
        port = self.server.server_address[1]
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": name},
                "webhooks": [{
                    "name": f"{name}.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                    "reinvocationPolicy": reinvocation,
                    "clientConfig": {"url": f"https://127.0.0.1:{port}/",
                                     "caBundle": control_plane.base64_of(self.authority.certificate)},
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
        control_plane.wait_until(lambda: dry() and cls.first.calls and cls.last.calls, 30, "all webhooks are called")

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
        self.assertIn('spec.searchStrategy: Forbidden: thorough cannot use backend "auto"', answer.err)


if __name__ == "__main__":
    control_plane.main()
