"""Reviews that are none, or say odd things: the documented answer (docs/admission.md), over the wire, and a log that holds
no value of the request."""

import copy
import shutil
import tempfile
import unittest

from harness import MIB, MUTATE, VALIDATE, Webhook, encoded, golden, post

SECRET = "hunter2-token"


def good():
    review = golden("typical-create")
    review["request"]["object"]["metadata"]["annotations"] = {"token": SECRET}
    review["request"]["object"]["spec"].setdefault("overrides", {})["profilingJob"] = {
        "template": {"spec": {"containers": [{"name": "profiler", "env": [{"name": "HF_TOKEN", "value": SECRET}]}]}}}
    review["request"]["userInfo"]["extra"] = {"token": [SECRET]}
    return review


def changed(**request):
    review = good()
    for key, value in request.items():
        if value is None:
            del review["request"][key]
        else:
            review["request"][key] = value
    return encoded(review)


def with_spec(spec):
    review = good()
    if spec is None:
        del review["request"]["object"]["spec"]
    else:
        review["request"]["object"]["spec"] = spec
    return encoded(review)


ALPHA = {"group": "nvidia.com", "version": "v1alpha1", "kind": "DynamoGraphDeploymentRequest"}
TEXT = encoded(good())


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="dynamo-webhook-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.webhook = Webhook(cls.folder, "--feasibility", "off", "--log-level", "debug")
        cls.addClassCleanup(cls.webhook.stop)

    def tearDown(self):
        log = "".join(self.webhook.lines)
        self.assertNotIn(SECRET, log)
        self.assertNotIn("Qwen", log, "the log holds a value of the spec")
        self.assertIsNone(self.webhook.process.poll())

    def assert_call_fails(self, name, status, body, says, content_type="application/json"):
        for path in (VALIDATE, MUTATE):
            with self.subTest(name, path=path):
                response = self.webhook.review(body, path, content_type=content_type)
                self.assertEqual(response.status, status, response.body)
                text = response.body.decode()
                self.assertTrue(response.headers["content-type"].startswith("text/plain"))
                self.assertIn(says, text)
                self.assertNotIn(SECRET, text)
                self.assertEqual(text.count("\n"), 1, text)

    def test_not_a_review(self):
        self.assert_call_fails("empty", 400, b"", "not a JSON value")
        self.assert_call_fails("not JSON", 400, f"token: {SECRET}".encode(), "not a JSON value")
        self.assert_call_fails("truncated", 400, TEXT[:len(TEXT) // 2], "not a JSON value")
        self.assert_call_fails("more after the end", 400, TEXT + b"x", "not a JSON value")
        self.assert_call_fails("deep", 400, b"[" * 100_000, "nested too deeply")
        self.assert_call_fails("deep inside", 400, TEXT.replace(b'"h200_sxm"', b'{"a":' * 100_000, 1), "nested too deeply")
        self.assert_call_fails("duplicate keys", 400, TEXT.replace(b'"backend":', f'"model":"{SECRET}","backend":'.encode(), 1), "a key twice")
        self.assert_call_fails("invalid UTF-8", 400, TEXT.replace(b"h200", b"h\xff\xfe0", 1), "UTF-8")
        self.assert_call_fails("a list", 400, b"[]", "not an AdmissionReview")
        self.assert_call_fails("null", 400, b"null", "not an AdmissionReview")

    def test_too_large(self):
        with self.webhook.connect() as client:
            client.send(post(VALIDATE, b" " * (8 * MIB))[:65536])   # the head says it all
            response = client.receive()
        self.assertEqual(response.status, 413)
        self.assertTrue(response.closes)

    def test_content_type(self):
        for kind in ("text/plain", "application/yaml", "application/vnd.kubernetes.protobuf", None):
            self.assert_call_fails(kind, 415, TEXT, "application/json", content_type=kind)
        self.assertEqual(self.webhook.review(TEXT, content_type="application/json; charset=utf-8").status, 200)

    def test_of_another_kind(self):
        review = good()
        self.assert_call_fails("kind", 400, encoded({**review, "kind": "Pod"}), "not an AdmissionReview")
        self.assert_call_fails("version", 400, encoded({**review, "apiVersion": "admission.k8s.io/v1beta1"}), "not an AdmissionReview")
        self.assert_call_fails("no request", 400, encoded({k: v for k, v in review.items() if k != "request"}), "no request")
        self.assert_call_fails("kind of the object", 400, changed(kind=ALPHA), "matchPolicy")
        self.assert_call_fails("no uid", 400, changed(uid=None), "request.uid")

    def test_missing_parts(self):
        self.assert_call_fails("object", 400, changed(object=None), "request.object")
        self.assert_call_fails("oldObject", 400, changed(operation="UPDATE"), "request.oldObject")
        self.assert_call_fails("unknown operation", 400, changed(operation="PATCH"), "request.operation")

    def test_odd_specs_are_denied(self):
        for name, spec in {"missing": None, "text": "x", "list": [SECRET], "number": 7, "empty": {}}.items():
            with self.subTest(name):
                response = self.webhook.review(with_spec(spec))
                self.assertEqual(response.status, 200, response.body)
                answer = response.json()["response"]
                self.assertFalse(answer["allowed"])
                self.assertEqual(answer["status"]["code"], 422)
                self.assertTrue(answer["status"]["details"]["causes"])
                self.assertNotIn(SECRET, response.body.decode())
                # The mutating side leaves it to the validating one.
                mutated = self.webhook.review(with_spec(spec), MUTATE).json()["response"]
                self.assertTrue(mutated["allowed"])

    def test_wrong_types_everywhere(self):
        spec = copy.deepcopy(good()["request"]["object"]["spec"])
        for field in spec:
            for value in (None, True, 7, -1.5, "x", [], {}, [{"a": SECRET}], {"a": [SECRET]}):
                with self.subTest(field, value=value):
                    response = self.webhook.review(with_spec({**spec, field: value}))
                    self.assertEqual(response.status, 200, response.body)
                    self.assertNotIn(SECRET, response.body.decode())

    def test_a_denial_says_everything_at_once(self):
        response = self.webhook.review(with_spec({"backend": "auto", "searchStrategy": "thorough", "workload": {"isl": -4, "requestRate": 1,
                                                                                                               "concurrency": 2}}))
        causes = response.json()["response"]["status"]["details"]["causes"]
        self.assertEqual({cause["field"] for cause in causes} >= {"spec.model", "spec.searchStrategy", "spec.workload.isl"}, True, causes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
