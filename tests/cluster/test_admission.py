"""The webhook as kubectl meets it on a real API server: what is let in, what is not and why, what is written differently."""

import copy
import json
import pathlib
import re
import signal
import subprocess
import unittest

import control_plane
from admission import PLUGIN, Admission, tables_directory
from control_plane import HERE, ROOT, ControlPlane, request

KIND = "DynamoGraphDeploymentRequest"
PHASES = ("", "Pending", "Profiling", "Ready", "Deploying", "Deployed", "Failed")
LONGEST_WARNING = 120
PLANE = None

# The guide shows a value that its planner does not take.
KNOWN_WORRIES = {"every-section.yaml": ['spec.features.planner.planner_load_predictor: unknown value "linear"; '
                                        "use constant, arima, kalman or prophet"]}

measured = unittest.skipUnless(any(pathlib.Path(tables_directory()).glob("*.pack")), "no measured tables; ./dev setup has them")


def setUpModule():
    global PLANE
    PLANE = unittest.enterModuleContext(ControlPlane())
    PLANE.install_crds()


def causes(answer):
    """What kubectl prints about a 422 with causes: one line, or a bullet for each."""
    said = answer.err.partition(" is invalid: ")[2]
    lines = [line for line in said.splitlines() if line.strip()]
    return [line.removeprefix("* ") for line in lines]


def warnings(answer):
    return [line.removeprefix("Warning: ") for line in answer.err.splitlines() if line.startswith("Warning: ")]


class AdmissionTest(unittest.TestCase):
    namespace = None   # each suite has its own, and in it a webhook with its own flags
    flags = ()

    @classmethod
    def setUpClass(cls):
        if cls.namespace is None:
            raise unittest.SkipTest("only a base")
        PLANE.must("create", "namespace", cls.namespace)
        cls.before_registration()
        cls.admission = cls.enterClassContext(Admission(PLANE, cls.namespace, *cls.flags))

    @classmethod
    def before_registration(cls):
        """What is stored before anybody looks."""

    def document(self, name, **spec):
        return request(name, self.namespace, **spec)

    def apply(self, name, *flags, **spec):
        return PLANE.apply(self.document(name, **spec), *flags)

    def admitted(self, answer):
        self.assertEqual(answer.code, 0, answer)
        for warning in warnings(answer):
            self.assertLessEqual(len(warning), LONGEST_WARNING, warning)
        return answer

    def denied(self, answer, *expected):
        """With exactly these causes, in this order; each `expected` is a part of one."""
        self.assertEqual(answer.code, 1, answer)
        found = causes(answer)
        self.assertEqual(len(found), len(expected), answer)
        for part, cause in zip(expected, found):
            self.assertIn(part, cause)
        return answer

    def stored(self, name):
        return json.loads(PLANE.must("get", "dgdr", name, "-n", self.namespace, "-o", "json"))

    def patch(self, name, change):
        return PLANE.kubectl("patch", "dgdr", name, "-n", self.namespace, "--type=merge", "-p", json.dumps(change))

    def in_phase(self, name, phase, **spec):
        """A stored request that the operator has brought to a phase."""
        self.admitted(self.apply(name, **spec))
        if phase:
            PLANE.set_status(name, self.namespace, phase=phase)


class Defaults(AdmissionTest):
    namespace = "defaults"

    def test_the_examples_are_taken_as_they_are_and_again(self):
        files = sorted((HERE / "requests").glob("*.yaml")) + sorted((ROOT / "manifests/samples").glob("*.yaml"))
        self.assertGreater(len(files), 10)
        for path in files:
            with self.subTest(path.name):
                created = self.admitted(PLANE.kubectl("apply", "-n", self.namespace, "-f", path))
                self.assertIn("created", created.out)
                self.assertEqual(self.worries(created), KNOWN_WORRIES.get(path.name, []))
                self.admitted(PLANE.kubectl("apply", "-n", self.namespace, "-f", path))
                self.admitted(PLANE.kubectl("apply", "-n", self.namespace, "-f", path, "--dry-run=server"))
                same = PLANE.kubectl("diff", "-n", self.namespace, "-f", path)
                self.assertEqual((same.code, same.out), (0, ""), same)

    @staticmethod
    def worries(answer):
        """Warnings, but for the one that every request gets where there are no measured tables."""
        return [warning for warning in warnings(answer) if not warning.startswith("latency unknown")]

    def test_a_gpu_in_any_spelling_is_stored_in_the_enums(self):
        spellings = {"H100-SXM5-80GB": "h100_sxm", "NVIDIA-H100-80GB-HBM3": "h100_sxm", "h100_sxm": "h100_sxm",
                     "H200-SXM-141GB": "h200_sxm", "NVIDIA-L40S": "l40s",
                     "NVIDIA A100-SXM4-80GB": "a100_sxm"}
        for number, (written, canonical) in enumerate(spellings.items()):
            with self.subTest(written):
                name = f"spelled-{number}"
                self.admitted(self.apply(name, hardware={"gpuSku": written}))
                self.assertEqual(self.stored(name)["spec"]["hardware"], {"gpuSku": canonical})

    def test_a_spelled_gpu_may_be_applied_patched_and_replaced_again(self):
        document = self.document("again", hardware={"gpuSku": "H100-SXM5-80GB"})
        self.admitted(PLANE.apply(document))
        generation = self.stored("again")["metadata"]["generation"]
        self.admitted(PLANE.apply(document))
        self.admitted(self.patch("again", {"spec": document["spec"]}))
        self.admitted(PLANE.kubectl("replace", "-f", "-", stdin=document))
        self.assertEqual(self.stored("again")["metadata"]["generation"], generation)
        self.assertEqual(PLANE.kubectl("diff", "-f", "-", stdin=document).code, 0)
        self.denied(self.patch("again", {"spec": {"hardware": {"gpuSku": "NVIDIA-L40S"}}}), "changed: hardware.gpuSku")

    def test_an_unknown_gpu_is_left_to_the_enum_and_named(self):
        answer = self.apply("unknown-gpu", hardware={"gpuSku": "H100-SXN5"})
        self.assertEqual(answer.code, 1)
        self.assertIn('spec.hardware.gpuSku: Unsupported value: "H100-SXN5"', answer.err)

    def test_the_schema_comes_first(self):
        refused = {"version": ({"runtimeVersionOverride": "1.2"}, "spec.runtimeVersionOverride: Invalid value"),
                   "model": ({"model": ""}, "spec.model: Invalid value"),
                   "target": ({"sla": {"optimizationType": "cost"}}, "spec.sla.optimizationType: Unsupported value")}
        for name, (spec, message) in refused.items():
            with self.subTest(name):
                answer = self.apply(f"schema-{name}", **spec)
                self.assertEqual(answer.code, 1)
                self.assertIn(message, answer.err)

    def test_gate_checks(self):
        none = {"pre_deployment_sweeping_mode": "none"}
        by_load = {"enable_throughput_scaling": False, "enable_load_scaling": True}
        gates = {
            "thorough": ({"searchStrategy": "thorough", "backend": "auto"},
                         'spec.searchStrategy: Invalid value: "thorough" is incompatible with spec.backend "auto"; name one backend: sglang, trtllm or vllm'),
            "e2e": ({"sla": {"e2eLatency": 9000, "ttft": 500}},
                    "spec.sla: Forbidden: e2eLatency cannot be combined with ttft; write ttft: null and itl: null"),
            "sweep": ({"features": {"planner": {**none, "enable_throughput_scaling": True}}},
                      "spec.features.planner.pre_deployment_sweeping_mode: Forbidden: throughput scaling reads the sweep"),
            "mocker": ({"features": {"mocker": {"enabled": True}, "planner": {**none, **by_load}}},
                       "spec.features.planner.pre_deployment_sweeping_mode: Forbidden: a mocker replays the sweep"),
            "load": ({"workload": {"requestRate": 3, "concurrency": 4}},
                     "spec.workload: Forbidden: requestRate and concurrency cannot both be set"),
        }
        for name, (spec, message) in gates.items():
            with self.subTest(name):
                self.denied(self.apply(f"gate-{name}", **spec), message)

    @measured
    def test_gate_checks_about_what_was_measured(self):
        unmeasured = lambda **scaling: {"backend": "vllm", "hardware": {"gpuSku": "v100_sxm", "totalGpus": 8}, "features": {
            "planner": {"pre_deployment_sweeping_mode": "rapid", **scaling}}}
        self.denied(self.apply("gate-throughput", **unmeasured(enable_throughput_scaling=True)),
                    "spec.features.planner.enable_throughput_scaling: Forbidden: throughput scaling needs measured latencies")
        answer = self.admitted(self.apply("gate-rapid", **unmeasured(enable_throughput_scaling=False, enable_load_scaling=True)))
        self.assertIn("spec.features.planner.pre_deployment_sweeping_mode: a rapid sweep needs measured latencies", answer.err)

    def test_every_reason_at_once_in_the_order_of_the_object(self):
        answer = self.denied(
            self.apply("everything", backend="auto", searchStrategy="thorough", sla={"e2eLatency": 100, "ttft": -20},
                       workload={"isl": -3, "requestRate": 3, "concurrency": 4}),
            "spec.searchStrategy: Invalid value", "spec.sla: Forbidden: e2eLatency",
            "spec.sla.ttft: Invalid value: must be above 0 ms, not -20", "spec.workload.isl: Invalid value: must be at least 1",
            "spec.workload: Forbidden: requestRate and concurrency")
        self.assertEqual(PLANE.kubectl("get", "dgdr", "everything", "-n", self.namespace).code, 1, answer)

    @measured
    def test_targets_out_of_reach_are_warnings_with_what_there_is(self):
        self.check_doubts({
            "tight": ({"sla": {"ttft": 1, "itl": 1}}, r"sla\.ttft: 1 ms is out of reach on 8 h200_sxm; best [\d.]+ ms \(agg"),
            "load": ({"workload": {"requestRate": 50000}, "sla": {"ttft": 1000, "itl": 40}},
                     r"workload\.requestRate: needs about \d[\d,]* GPUs and has 8")})

    def test_doubts_are_warnings_with_their_number(self):
        self.check_doubts({
            "memory": ({"model": "deepseek-ai/DeepSeek-R1", "backend": "sglang",
                        "hardware": {"gpuSku": "h200_sxm", "totalGpus": 2}},
                       r"hardware\.totalGpus: .*[\d.]+ GiB.*2 x [\d.]+ GiB.*[\d.]+"),
            "key": ({"features": {"planner": {"planner_min_endpont": 2}}},
                    r"planner_min_endpont: unknown key; did you mean planner_min_endpoint\?"),
            "private": ({"model": "my-team/private"}, r'spec\.model: no configuration for "my-team/private"'),
            "a-name-that-leaves-no-room-for-the-names-of-pods": ({}, r"metadata\.name: has 48 characters; at most \d+"),
        })

    def check_doubts(self, doubts):
        for name, (spec, pattern) in doubts.items():
            with self.subTest(name):
                answer = self.admitted(self.apply(name, **spec))
                self.assertRegex("\n".join(warnings(answer)), pattern)
                self.assertFalse(any(warning.endswith("...") for warning in warnings(answer)), answer)
                self.assertIn("created", answer.out)

    def test_warnings_can_be_made_errors_by_kubectl(self):
        answer = self.apply("strict-client", "--warnings-as-errors", features={"planner": {"planner_min_endpont": 2}})
        self.assertEqual(answer.code, 1)
        self.assertIn("did you mean planner_min_endpoint?", answer.err)

    def test_server_side_apply(self):
        document = self.document("owned", hardware={"gpuSku": "H100-SXM5-80GB"})
        apply = lambda *flags: PLANE.apply(document, "--server-side", "--field-manager=gitops", *flags)
        self.admitted(apply())
        self.assertEqual(self.stored("owned")["spec"]["hardware"]["gpuSku"], "h100_sxm")
        self.admitted(apply())
        document["metadata"]["labels"] = {"team": "a"}
        self.admitted(apply())
        document["spec"]["model"] = "Qwen/Qwen3-8B"
        self.denied(apply(), "changed: model")
        document = self.document("owned-badly", backend="auto", searchStrategy="thorough")
        self.denied(apply(), "spec.searchStrategy: Invalid value")

    def test_a_server_side_apply_may_be_tried_first(self):
        document = self.document("tried", hardware={"gpuSku": "H100-SXM5-80GB"})
        tried = lambda: PLANE.apply(document, "--server-side", "--dry-run=server", "--field-manager=gitops")
        self.assertIn("server dry run", self.admitted(tried()).out)
        document["spec"].update(backend="auto", searchStrategy="thorough")
        self.denied(tried(), "spec.searchStrategy: Invalid value")
        self.assertIn("NotFound", PLANE.kubectl("get", "dgdr", "tried", "-n", self.namespace).err)

    def test_annotations_of_other_kinds_mean_nothing_here(self):
        document = self.document("annotated")
        document["metadata"]["annotations"] = {"nvidia.com/dynamo-operator-origin-version": "no version at all"}
        self.admitted(PLANE.apply(document))

    def test_offline_says_what_the_api_server_says(self):
        documents = [self.document("offline", **spec) for spec in (
            {}, {"backend": "auto", "searchStrategy": "thorough", "workload": {"requestRate": 1, "concurrency": 1}},
            {"sla": {"e2eLatency": 9000, "ttft": 500}}, {"sla": {"ttft": 1, "itl": 1}}, {"model": "my-team/private"},
            {"hardware": {"gpuSku": "H100-SXM5-80GB"}}, {"workload": {"requestRate": 50000}})]
        for document in documents:
            with self.subTest(document["spec"]):
                online = PLANE.apply(document, "--dry-run=server")
                offline = subprocess.run(
                    [PLUGIN, "validate", "--admission", "-f", "-", "--tables", tables_directory(), "-o", "json"],
                    input=json.dumps(document), text=True, capture_output=True)
                self.assertEqual(offline.returncode, 0 if online.code == 0 else 4, offline.stderr)
                response = json.loads(offline.stdout)["response"]
                said = [f"{cause['field']}: {cause['message']}"
                        for cause in response.get("status", {}).get("details", {}).get("causes", [])]
                self.assertEqual(said, causes(online))
                self.assertEqual(response.get("warnings", []), warnings(online))

    def test_a_server_side_dry_run_judges_and_stores_nothing(self):
        self.admitted(self.apply("dry", "--dry-run=server", hardware={"gpuSku": "H100-SXM5-80GB"}))
        doubtful = self.admitted(self.apply("dry", "--dry-run=server", features={"planner": {"planner_min_endpont": 2}}))
        self.assertIn("planner_min_endpoint", doubtful.err)
        self.denied(self.apply("dry", "--dry-run=server", backend="auto", searchStrategy="thorough"), "searchStrategy")
        self.assertIn("NotFound", PLANE.kubectl("get", "dgdr", "dry", "-n", self.namespace).err)

    def test_diff_shows_what_would_change_or_why_not(self):
        self.admitted(self.apply("diffed"))
        document = self.document("diffed")
        document["metadata"]["labels"] = {"team": "a"}
        answer = PLANE.kubectl("diff", "-f", "-", stdin=document)
        self.assertEqual(answer.code, 1, answer)
        self.assertIn("+    team: a", answer.out)
        document["spec"]["sla"] = {"ttft": 1000, "itl": 50}
        answer = PLANE.kubectl("diff", "-f", "-", stdin=document)
        self.assertGreater(answer.code, 1, answer)
        self.assertIn("changed: sla.itl, sla.ttft", answer.err)

    def test_bare_generate_name_and_missing_spec(self):
        document = self.document("x")
        document["metadata"] = {"generateName": "made-", "namespace": self.namespace}
        self.assertIn("created", self.admitted(PLANE.kubectl("create", "-f", "-", stdin=document)).out)
        self.denied(PLANE.kubectl("create", "--validate=false", "-f", "-", stdin={**self.document("bare"), "spec": None}),
                    "spec.model: Required value")

    def test_the_old_version_reaches_the_same_rules(self):
        # The test CRD converts by renaming; matchPolicy: Equivalent has the API server ask in our version.
        old = {**self.document("alpha"), "apiVersion": "nvidia.com/v1alpha1"}
        answer = self.admitted(PLANE.apply(old))
        self.assertIn("deprecated", answer.err)
        bad = copy.deepcopy(old)
        bad["metadata"]["name"] = "alpha-bad"
        bad["spec"].update(backend="auto", searchStrategy="thorough")
        self.denied(PLANE.apply(bad), '"thorough" is incompatible with spec.backend "auto"')
        old["spec"]["model"] = "Qwen/Qwen3-8B"
        self.denied(PLANE.apply(old), "changed: model")

    def test_what_was_asked_is_counted_and_logged_without_payload(self):
        process = self.admission.process
        denials = lambda: process.metric(r"dynamo_webhook_decisions_total")
        before = denials(), process.metric("controller_runtime_webhook_requests_total")
        self.denied(self.apply("counted", backend="auto", searchStrategy="thorough", model="secret/model-name"), "search")
        self.assertGreater(denials(), before[0])
        self.assertEqual(process.metric("controller_runtime_webhook_requests_total"), before[1] + 2)
        line = [line for line in process.log_lines() if line.get("name") == "counted"][-1]
        self.assertEqual((line["msg"], line["operation"], line["code"]), ("denied", "CREATE", 422))
        self.assertTrue(re.fullmatch(r"[0-9a-f-]{36}", line["uid"]), line)
        self.assertNotIn("secret/model-name", process.log.read_text())


class Immutability:
    """What the two modes share; run by the suites below."""

    def test_labels_annotations_and_finalizers_in_every_phase(self):
        for phase in PHASES:
            with self.subTest(phase):
                name = f"meta-{phase.lower() or 'new'}"
                self.in_phase(name, phase)
                self.admitted(self.patch(name, {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"},
                                                             "finalizers": ["example.com/hold"]}}))
                PLANE.must("delete", "dgdr", name, "-n", self.namespace, "--wait=false")
                self.admitted(self.patch(name, {"metadata": {"labels": {"being": "deleted"}}}))
                self.admitted(self.patch(name, {"metadata": {"finalizers": None}}))
                self.assertIn("NotFound", PLANE.kubectl("get", "dgdr", name, "-n", self.namespace).err)

    def test_what_is_being_deleted_may_change(self):
        self.in_phase("leaving", "Deployed")
        self.admitted(self.patch("leaving", {"metadata": {"finalizers": ["example.com/hold"]}}))
        PLANE.must("delete", "dgdr", "leaving", "-n", self.namespace, "--wait=false")
        self.admitted(self.patch("leaving", {"spec": {"model": "Qwen/Qwen3-8B"}}))
        self.admitted(self.patch("leaving", {"metadata": {"finalizers": None}}))

    def test_the_operator_fills_in_hardware_while_pending(self):
        for phase in ("", "Pending"):
            with self.subTest(phase):
                name = f"discovered-{phase.lower() or 'new'}"
                self.in_phase(name, phase, hardware={"totalGpus": 8})
                self.admitted(self.patch(name, {"spec": {"hardware": {"gpuSku": "NVIDIA-H100-80GB-HBM3", "vramMb": 81559,
                                                                      "numGpusPerNode": 8}}}))
                self.assertEqual(self.stored(name)["spec"]["hardware"],
                                 {"gpuSku": "h100_sxm", "vramMb": 81559, "numGpusPerNode": 8, "totalGpus": 8})
        self.in_phase("too-late", "Profiling", hardware={"totalGpus": 8})
        self.denied(self.patch("too-late", {"spec": {"hardware": {"gpuSku": "h100_sxm"}}}), "changed: hardware.gpuSku")

    def test_auto_apply_may_be_switched_on_when_ready(self):
        self.in_phase("review", "Ready", autoApply=False)
        self.denied(self.patch("review", {"spec": {"autoApply": True, "model": "Qwen/Qwen3-8B"}}), "changed: model")
        self.admitted(self.patch("review", {"spec": {"autoApply": True}}))
        self.denied(self.patch("review", {"spec": {"autoApply": False}}), 'in phase "Ready" (changed: autoApply)')

    def check_changes(self, allowed):
        for phase in PHASES:
            with self.subTest(phase):
                name = f"change-{phase.lower() or 'new'}"
                self.in_phase(name, phase)
                answer = self.apply(name, model="Qwen/Qwen3-8B")
                if phase in allowed:
                    self.admitted(answer)
                    continue
                when = f'while the resource is in phase "{phase}"' if phase else "once the resource is created"
                self.denied(answer, f"spec: Forbidden: updates are forbidden {when} (changed: model); delete and recreate")
                self.assertEqual(self.stored(name)["spec"]["model"], "Qwen/Qwen3-32B")
                PLANE.must("delete", "dgdr", name, "-n", self.namespace)
                self.admitted(self.apply(name, model="Qwen/Qwen3-8B"))


class StrictImmutability(Immutability, AdmissionTest):
    namespace = "strict"

    def test_no_phase_takes_another_spec(self):
        self.check_changes(allowed=())

    def test_hardware_that_is_there_stays(self):
        self.in_phase("given", "Pending")
        self.denied(self.patch("given", {"spec": {"hardware": {"totalGpus": 16}}}), "changed: hardware.totalGpus")
        self.denied(self.patch("given", {"spec": {"hardware": {"gpuSku": None}}}), "changed: hardware.gpuSku")

    def test_every_changed_field_and_every_other_error_is_named(self):
        self.in_phase("several", "Pending")
        self.denied(self.patch("several", {"spec": {"searchStrategy": "thorough", "backend": "auto"}}),
                    "(changed: backend, searchStrategy)", '"thorough" is incompatible with spec.backend "auto"')


class PhaseImmutability(Immutability, AdmissionTest):
    namespace = "phase"
    flags = ("--immutability=phase",)

    @classmethod
    def before_registration(cls):
        # As it is with requests that are older than the webhook, or than one of its rules.
        for name in ("old-error", "old-error-kept", "old-error-mended"):
            PLANE.must("create", "-f", "-", stdin=request(name, cls.namespace, backend="auto", searchStrategy="thorough"))

    def test_other_specs_until_something_was_started(self):
        self.check_changes(allowed=("", "Pending", "Failed"))

    def test_an_old_error_does_not_bar_other_changes(self):
        self.admitted(self.patch("old-error-kept", {"spec": {"workload": {"isl": 2000}}}))
        self.admitted(self.patch("old-error-kept", {"metadata": {"labels": {"a": "b"}}}))

    def test_a_new_error_beside_an_old_one_is_the_only_cause(self):
        self.denied(self.patch("old-error", {"spec": {"workload": {"isl": -1}}}), "spec.workload.isl: Invalid value")

    def test_a_mended_error_may_not_come_back(self):
        self.admitted(self.patch("old-error-mended", {"spec": {"backend": "vllm"}}))
        self.denied(self.patch("old-error-mended", {"spec": {"backend": "auto"}}), '"thorough" is incompatible with spec.backend "auto"')


class NewerOperator(AdmissionTest):
    """Of the releases after 1.1: an image whose tag says no version needs one beside it, once something is started with it."""

    namespace = "newer"
    flags = ("--newer-operator=true", "--immutability=phase")
    nameless = {"image": "example.com/profiler:latest"}
    required = "spec.runtimeVersionOverride: Required value: is required when spec.image has no parseable semantic-version tag"

    @classmethod
    def before_registration(cls):
        for name, apply_on in (("older-ready", False), ("older-ready-2", False), ("older-deployed", True)):
            PLANE.must("create", "-f", "-", stdin=request(name, cls.namespace, autoApply=apply_on, **cls.nameless))
            PLANE.set_status(name, cls.namespace, phase="Deployed" if apply_on else "Ready")

    def test_an_image_without_a_version_needs_one(self):
        self.denied(self.apply("nameless", **self.nameless), self.required)
        self.admitted(self.apply("named", runtimeVersionOverride="1.1.0", **self.nameless))
        self.admitted(self.apply("versioned"))
        self.denied(self.apply("versioned", **self.nameless), self.required)

    def test_what_is_older_than_the_rule_keeps_its_labels_editable(self):
        self.admitted(self.patch("older-deployed", {"metadata": {"labels": {"a": "b"}}}))
        self.denied(self.patch("older-deployed", {"spec": {"runtimeVersionOverride": "1.1.0"}}),
                    'updates are forbidden while the resource is in phase "Deployed" (changed: runtimeVersionOverride)')

    def test_starting_it_needs_the_version(self):
        self.denied(self.patch("older-ready", {"spec": {"autoApply": True}}), self.required)
        self.admitted(self.patch("older-ready", {"spec": {"autoApply": True, "runtimeVersionOverride": "1.1.0"}}))
        self.admitted(self.patch("older-ready-2", {"spec": {"runtimeVersionOverride": "1.1.0"}}))
        self.admitted(self.patch("older-ready-2", {"spec": {"runtimeVersionOverride": "1.2.0"}}))
        self.admitted(self.patch("older-ready-2", {"spec": {"autoApply": True}}))

    def test_older_names_are_warned_about_in_order(self):
        base = {"apiVersion": "nvidia.com/v1beta1", "kind": "DynamoGraphDeployment", "metadata": {"name": "base"},
                "spec": {"components": [{"name": "VllmWorker"}, {"name": "TRTLLMPrefillWorker"}, {"name": "SGLangDecodeWorker"}]}}
        answer = self.admitted(self.apply("older-names", overrides={"dgd": base}))
        named = [warning for warning in warnings(answer) if "components[name=" in warning]
        self.assertEqual([re.search(r"name=(\w+)", warning)[1] for warning in named],
                         ["SGLangDecodeWorker", "TRTLLMPrefillWorker", "VllmWorker"])


class NoDiscovery(AdmissionTest):
    namespace = "no-discovery"
    flags = ("--gpu-discovery=false",)

    @classmethod
    def before_registration(cls):
        discovered = request("discovered", cls.namespace)
        del discovered["spec"]["hardware"]
        PLANE.must("create", "-f", "-", stdin=discovered)

    def test_what_is_older_than_the_setting_keeps_its_labels_editable(self):
        self.admitted(self.patch("discovered", {"metadata": {"labels": {"a": "b"}}}))

    def test_each_missing_field_is_named(self):
        self.denied(self.apply("nothing", hardware=None),
                    "spec.hardware: Required value: GPU hardware configuration is required when GPU discovery is disabled; "
                    "missing: gpuSku, numGpusPerNode, vramMb")
        self.denied(self.apply("no-gpu", hardware={"totalGpus": 8, "vramMb": 81920}), "missing: gpuSku, numGpusPerNode")

    def test_a_named_gpu_is_enough_with_a_warning(self):
        answer = self.admitted(self.apply("gpu-alone", hardware={"gpuSku": "H100-SXM5-80GB"}))
        self.assertIn("numGpusPerNode, vramMb not given", warnings(answer)[0])

    @measured
    def test_all_three_are_quiet(self):
        spec = {"hardware": {"gpuSku": "h100_sxm", "numGpusPerNode": 8, "vramMb": 81559}}
        self.assertEqual(warnings(self.admitted(self.apply("whole", **spec))), [])

    def test_beside_other_errors(self):
        self.denied(self.apply("two", hardware=None, backend="auto", searchStrategy="thorough"),
                    "spec.hardware: Required value", "spec.searchStrategy: Invalid value")


class Enforced(AdmissionTest):
    namespace = "enforced"
    flags = ("--enforce=feasibility",)

    @measured
    def test_what_is_out_of_reach_is_denied_with_what_there_is(self):
        self.check_impossible({
            "tight": ({"sla": {"ttft": 1, "itl": 1}}, ("spec.sla.ttft: Forbidden: 1 ms is out of reach on 8 h200_sxm; best",
                                                       "spec.sla.itl: Forbidden: 1 ms is out of reach")),
            "load": ({"workload": {"requestRate": 50000}}, ("spec.workload.requestRate: Forbidden: needs about",))})

    def test_what_cannot_work_is_denied_with_its_number(self):
        self.check_impossible({
            "memory": ({"model": "deepseek-ai/DeepSeek-R1", "backend": "sglang",
                        "hardware": {"gpuSku": "h200_sxm", "totalGpus": 2}}, ("spec.hardware.totalGpus: Forbidden",)),
            "a-name-that-leaves-no-room-for-the-names-of-pods": ({}, ("metadata.name: Invalid value: has 48 characters",)),
        })

    def check_impossible(self, impossible):
        for name, (spec, expected) in impossible.items():
            with self.subTest(name):
                answer = self.apply(name, **spec)
                self.denied(answer, *expected)
                self.assertEqual(PLANE.kubectl("get", "dgdr", name, "-n", self.namespace).code, 1)

    @measured
    def test_what_works_is_let_in_quietly(self):
        self.assertEqual(warnings(self.admitted(self.apply("fine"))), [])

    def test_what_is_only_unknown_is_let_in(self):
        self.assertEqual(len(warnings(self.admitted(self.apply("private", model="my-team/private")))), 1)

    def test_a_doubtful_request_keeps_its_labels_editable(self):
        self.admitted(self.apply("kept"))
        self.admitted(self.patch("kept", {"metadata": {"labels": {"a": "b"}}}))


class DefaultImage(AdmissionTest):
    namespace = "image"
    flags = ("--default-image=registry.example.com/dynamo-frontend:1.0.0",)

    def test_only_new_requests_without_one_get_it(self):
        document = self.document("none", hardware={"gpuSku": "H100-SXM5-80GB"})
        del document["spec"]["image"]
        self.admitted(PLANE.apply(document))
        spec = self.stored("none")["spec"]
        self.assertEqual((spec["image"], spec["hardware"]["gpuSku"]),
                         ("registry.example.com/dynamo-frontend:1.0.0", "h100_sxm"))
        self.admitted(PLANE.apply(document))
        self.assertEqual(PLANE.kubectl("diff", "-f", "-", stdin=document).code, 0)
        self.admitted(self.apply("own", image="runtime:1.0.0"))
        self.assertEqual(self.stored("own")["spec"]["image"], "runtime:1.0.0")


class Down(unittest.TestCase):
    """The failurePolicy decides, as nobody else is there to."""

    def down(self, namespace, policy):
        admission = self.enterContext(Admission(PLANE, namespace, failure_policy=policy))
        admission.process.stop()
        return lambda name, **spec: PLANE.apply(request(name, namespace, **spec)), admission

    def test_fail_refuses_and_recovers(self):
        apply, admission = self.down("down-fail", "Fail")
        answer = apply("good")
        self.assertEqual(answer.code, 1)
        self.assertIn("failed calling webhook", answer.err)
        admission.process.__enter__()
        self.assertEqual(apply("good").code, 0)
        self.assertEqual(len(causes(apply("bad", backend="auto", searchStrategy="thorough"))), 1)

    def test_one_that_hangs_is_one_that_is_down(self):
        for policy in ("Fail", "Ignore"):
            with self.subTest(policy):
                namespace = f"hung-{policy.lower()}"
                admission = self.enterContext(Admission(PLANE, namespace, failure_policy=policy))
                admission.process.process.send_signal(signal.SIGSTOP)
                try:
                    answer = PLANE.apply(request("bad", namespace, backend="auto", searchStrategy="thorough"))
                finally:
                    admission.process.process.send_signal(signal.SIGCONT)
                self.assertEqual(answer.code, 1 if policy == "Fail" else 0, answer)
                if policy == "Fail":
                    self.assertIn("failed calling webhook", answer.err)
                again = request("bad-again", namespace, backend="auto", searchStrategy="thorough")
                control_plane.wait_until(lambda: len(causes(PLANE.apply(again, "--dry-run=server"))) == 1, 60,
                                         "it judges again", every=0.5)

    def test_ignore_lets_everything_in_but_what_the_crd_refuses(self):
        apply, _ = self.down("down-ignore", "Ignore")
        self.assertEqual(apply("bad", backend="auto", searchStrategy="thorough").code, 0)
        answer = apply("spelled", hardware={"gpuSku": "H100-SXM5-80GB"})
        self.assertIn("Unsupported value", answer.err)


if __name__ == "__main__":
    control_plane.main()
