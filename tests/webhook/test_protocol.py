"""What an API server asks of every answer in admission.k8s.io/v1: each rule over the wire, on every recorded review and on
both paths, whatever the verdict."""

import base64
import json
import re
import shutil
import tempfile
import unittest

from harness import MUTATE, ROOT, VALIDATE, Webhook, encoded, get, golden, post

RECORDS = sorted(path.stem for path in (ROOT / "tests/golden/admission").glob("*.json"))
LONGEST_WARNING, LONGEST_WARNINGS = 120, 4096   # the API server cuts at 256, and drops what is beyond 4096 in all
# What a field.Error's type is called in a Status.
REASONS = {"FieldValueRequired", "FieldValueInvalid", "FieldValueTypeInvalid", "FieldValueNotSupported",
           "FieldValueForbidden", "FieldValueDuplicate", "FieldValueNotFound"}


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="dynamo-webhook-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.webhook = Webhook(cls.folder, "--feasibility", "off", "--newer-operator", "true",
                              "--default-image", "registry.example.com/dynamo-frontend:1.0.0")
        cls.addClassCleanup(cls.webhook.stop)
        cls.answers = []   # (record and path, request, HTTP response)
        with cls.webhook.connect() as client:
            for name in RECORDS:
                for path in (VALIDATE, MUTATE):
                    review = golden(name)
                    cls.answers.append((f"{name} {path}", review["request"], client.ask(post(path, encoded(review)))))

        cls.verdicts = [(name, request, response.json()["response"])
                        for name, request, response in cls.answers if response.status == 200]
        cls.denials = [(name, response) for name, _, response in cls.verdicts if not response["allowed"]]

    def test_there_is_enough_to_look_at(self):
        self.assertGreater(len(self.verdicts), len(RECORDS))
        self.assertGreater(len(self.denials), 20)

    def test_a_verdict_is_200_and_anything_else_is_no_verdict(self):
        """failurePolicy decides about failed calls; a denial would stand whatever it says."""
        for name, _, response in self.answers:
            with self.subTest(name):
                if response.status == 200:
                    self.assertEqual(response.headers["content-type"], "application/json")
                    self.assertIn(response.json()["response"]["allowed"], (True, False))
                else:
                    self.assertGreaterEqual(response.status, 400)
                    self.assertTrue(response.headers["content-type"].startswith("text/plain"))

    def test_the_envelope_is_that_of_the_request(self):
        for name, _, response in self.answers:
            if response.status == 200:
                with self.subTest(name):
                    review = response.json()
                    self.assertEqual(set(review), {"apiVersion", "kind", "response"})
                    self.assertEqual((review["apiVersion"], review["kind"]), ("admission.k8s.io/v1", "AdmissionReview"))

    def test_the_uid_comes_back(self):
        for name, request, response in self.verdicts:
            with self.subTest(name):
                self.assertEqual(response["uid"], request["uid"])

    def test_a_uid_of_any_characters_comes_back(self):
        for uid in ('"\\/\b\f\n\r\t', "\u00e4\u2028\U0001f600", "\x7f", "x" * 128):
            with self.subTest(uid):
                review = golden("typical-create")
                review["request"]["uid"] = uid
                self.assertEqual(self.webhook.review(encoded(review)).json()["response"]["uid"], uid)

    def test_only_fields_of_the_api(self):
        for name, _, response in self.verdicts:
            with self.subTest(name):
                self.assertLessEqual(set(response), {"uid", "allowed", "status", "patch", "patchType", "warnings"})

    def test_a_status_says_why_and_only_where_it_is_denied(self):
        for name, request, response in self.verdicts:
            with self.subTest(name):
                self.assertEqual("status" in response, not response["allowed"])
                if response["allowed"]:
                    continue
                status = response["status"]
                self.assertEqual((status["status"], status["code"], status["reason"]), ("Failure", 422, "Invalid"))
                self.assertEqual((status["apiVersion"], status["kind"]), ("v1", "Status"))
                self.assertTrue(status["message"].startswith(
                    f'DynamoGraphDeploymentRequest.nvidia.com "{request["name"]}" is invalid: '))

    def test_details_name_the_object_and_every_cause(self):
        for name, response in self.denials:
            with self.subTest(name):
                details = response["status"]["details"]
                self.assertEqual((details["group"], details["kind"]), ("nvidia.com", "DynamoGraphDeploymentRequest"))
                self.assertTrue(details["causes"])
                for cause in details["causes"]:
                    self.assertEqual(set(cause), {"reason", "message", "field"})
                    self.assertIn(cause["reason"], REASONS)
                    self.assertRegex(cause["field"], r"^(spec|metadata|apiVersion|kind)\b")
                    self.assertIn(f'{cause["field"]}: {cause["message"]}', response["status"]["message"])

    def test_several_causes_stand_in_brackets(self):
        for name, response in self.denials:
            with self.subTest(name):
                several = len(response["status"]["details"]["causes"]) > 1
                said = response["status"]["message"].partition(" is invalid: ")[2]
                self.assertEqual((said[0], said[-1]) == ("[", "]"), several, said)

    def test_patch_and_its_type_come_together_and_only_from_the_mutating_path(self):
        patched = 0
        for name, _, response in self.verdicts:
            with self.subTest(name):
                self.assertEqual("patch" in response, "patchType" in response)
                if "patch" not in response:
                    continue
                patched += 1
                self.assertTrue(name.endswith(MUTATE))
                self.assertTrue(response["allowed"])
                self.assertEqual(response["patchType"], "JSONPatch")
                operations = json.loads(base64.b64decode(response["patch"], validate=True))
                self.assertTrue(operations, "no change is no patch")
                for operation in operations:
                    self.assertEqual(set(operation), {"op", "path", "value"})
                    self.assertIn(operation["op"], ("add", "replace"))
                    self.assertIn(operation["path"], ("/spec/hardware/gpuSku", "/spec/image"))
        self.assertGreater(patched, 5)

    def test_the_mutating_path_denies_nothing(self):
        for name, _, response in self.verdicts:
            with self.subTest(name):
                if name.endswith(MUTATE):
                    self.assertTrue(response["allowed"])

    def test_warnings_are_few_short_and_different(self):
        warned = 0
        for name, _, response in self.verdicts:
            with self.subTest(name):
                warnings = response.get("warnings", [])
                warned += bool(warnings)
                self.assertNotEqual(response.get("warnings"), [], "none is no list")
                self.assertEqual(len(set(warnings)), len(warnings))
                self.assertLess(sum(map(len, warnings)), LONGEST_WARNINGS)
                for warning in warnings:
                    self.assertLessEqual(len(warning), LONGEST_WARNING)
                    self.assertFalse(warning.startswith("Warning"), "kubectl writes that word")
                    self.assertIsNone(re.search(r"[\x00-\x1f\x7f]", warning), "it travels in a header")
        self.assertGreater(warned, 5)

    def test_very_many_warnings_stay_within_what_is_shown(self):
        review = golden("typical-create")
        review["request"]["object"]["spec"].update({f"novelty{i}": "x" * 300 for i in range(500)})
        response = self.webhook.review(encoded(review)).json()["response"]
        self.assertTrue(response["allowed"])
        self.assertLess(sum(map(len, response["warnings"])), LONGEST_WARNINGS)
        self.assertRegex(response["warnings"][-1], r"^\d+ more warnings: ")

    def test_a_dry_run_is_answered_as_the_real_one(self):
        for name in ("v02", "g06", "d23-both"):
            for path in (VALIDATE, MUTATE):
                with self.subTest(name, path=path):
                    review = golden(name)
                    real = self.webhook.review(encoded(review), path).body
                    review["request"]["dryRun"] = True
                    self.assertEqual(self.webhook.review(encoded(review), path).body, real)

    def test_the_same_question_has_the_same_bytes_for_an_answer(self):
        with self.webhook.connect() as client:
            again = [client.ask(post(path, encoded(golden(name)))).body for name in RECORDS for path in (VALIDATE, MUTATE)]
        self.assertEqual(again, [response.body for _, _, response in self.answers])

    def test_answers_are_plain_bytes_on_a_connection_that_stays(self):
        for name, _, response in self.answers:
            with self.subTest(name):
                self.assertNotIn("content-encoding", response.headers)
                self.assertEqual(int(response.headers["content-length"]), len(response.body))
                self.assertFalse(response.closes)

    def test_requests_are_answered_in_order_however_their_bytes_are_cut(self):
        """A small one is answered by the thread that reads, a large one by another; the next ones may be there already."""
        review = encoded(golden("typical-create"))
        requests = (post(VALIDATE, review) + post(VALIDATE, review + b" " * 60_000) + get("/livez")) * 4
        for size in (97, 1000, 4096, 16_384, 40_000, len(requests)):
            with self.subTest(size), self.webhook.connect() as client:
                for start in range(0, len(requests), size):
                    client.send(requests[start:start + size])   # a TLS record, or several of the longest
                answers = [client.receive() for _ in range(12)]
                self.assertEqual([answer.status for answer in answers], [200] * 12)
                kinds = [answer.headers["content-type"].split(";")[0] for answer in answers]
                self.assertEqual(kinds, ["application/json", "application/json", "text/plain"] * 4)
                self.assertEqual(len({answer.body for answer in answers}), 2)

    def test_no_other_protocol_is_offered(self):
        context = self.webhook.context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.webhook.connect(context) as client:
            self.assertEqual(client.socket.selected_alpn_protocol(), "http/1.1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
