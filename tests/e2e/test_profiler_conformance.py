"""The conformance cases of the profiler that this program stands in for: its inputs, and what must come out of each.

CASES names every case, by its number in the original's test inventory, and the tests of ours that hold it: a method of this module, or
`file: test` for what a unit test or the planner's own suite holds. Cases that deploy and measure (`thorough` with a stubbed cluster)
are asked of the plugin, which predicts what the stub would have answered; a Job refuses them, as the original does without a cluster.
"""

import json
import sys
import unittest

from harness import ERROR, INVALID, OK, ROOT, ProgramTest, tables_directory

IMAGE = "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1"

DEPLOYMENT = "tests/unit/emit/deployment_test.cc: "
ASSEMBLY = "tests/unit/emit/assembly_test.cc: "
TEMPLATE = "tests/unit/emit/base_template_test.cc: "
NAIVE = "tests/unit/emit/naive_pick_test.cc: "
PICK = "tests/unit/pick/"
NORMALISE = "tests/unit/rules/normalise_test.cc: "

CASES = {
    # Integration.
    "1": ["Rapid.test_supported_without_planner_or_load"],
    "2": ["Rapid.test_with_a_load"],
    "2b": ["Rapid.test_with_a_load_and_a_model_cache"],
    "2c": ["Rapid.test_end_to_end_latency"],
    "2d": ["Rapid.test_two_loads_are_refused"],
    "3": ["Features.test_a_throughput_planner"],
    "3b": ["Features.test_a_mocker_under_a_planner"],
    "4": ["Rapid.test_a_model_nobody_measured_gets_a_layout"],
    "5": ["Features.test_a_load_planner_without_measurements"],
    "5b": ["Features.test_a_throughput_planner_without_measurements"],
    "6 dry": ["DryRun.test_thorough_with_a_load"],
    "6m": ["Thorough.test_with_a_load"],
    "7": ["DryRun.test_thorough_with_a_planner"],
    "7b": ["Thorough.test_with_a_thorough_sweep"],
    "8": ["DryRun.test_thorough_without_a_candidate"],
    "9a": ["Thorough.test_overrides_of_both_workers"],
    "10": ["Thorough.test_pull_secrets_and_security_context"],
    "11": ["Rapid.test_auto_names_one_backend"],
    "12": ["Thorough.test_no_worker_asks_for_more_gpus_than_a_node_has"],
    "G1": ["DryRun.test_thorough_needs_a_backend"],
    # Helpers of the profiler.
    "extract": ["Extraction.test_each"],
    "validate": ["ValidationOrder.test_each", "ValidationOrder.test_absent_workload_and_sla_have_defaults",
                 "ValidationOrder.test_thorough_with_a_backend_and_rapid_with_auto", "ValidationOrder.test_end_to_end_keeps_nulls"],
    "features": ["Features.test_a_throughput_planner_without_measurements", "Features.test_a_throughput_planner",
                 "Features.test_a_load_planner_without_measurements", "Features.test_a_mocker_under_a_planner",
                 "ValidationOrder.test_mocker_needs_a_sweep"],
    "write one": ["Rapid.test_supported_without_planner_or_load"],
    "write many": ["Features.test_a_throughput_planner"],
    "write null": ["ValidationOrder.test_each"],
    "write null dry": ["DryRun.test_thorough_with_a_load"],
    "assemble none": [ASSEMBLY + "WithoutFeaturesIsThePickAlone"],
    "assemble planner": [ASSEMBLY + "LoadPlannerNeedsNoCurves", ASSEMBLY + "ThroughputPlannerBringsBothConfigMapsBeforeTheDeployment"],
    "assemble mocker": [ASSEMBLY + "MockerTakesThePlaceOfTheEngines", "Features.test_a_mocker_alone"],
    "profile data guard": [ASSEMBLY + "RealWorkersNeverReadTheCurves", "Features.test_a_mocker_alone"],
    "naive backend": [NAIVE + "AutoscaleStartsWithOneReplicaAndAutoMeansVllm"],
    "interpolation": ["tests/unit/curves/sweep_test.cc: AnAggregatedEngineHasNone", "Features.test_engines_under_test"],
    # Helpers of rapid.
    "naive": [NAIVE + "SmallModelTakesOneGpuAndFillsTheBudget", DEPLOYMENT + "CacheIsMountedOnEveryServiceAndTheServedNameStays",
              DEPLOYMENT + "CacheWithoutPathIsAHuggingFaceHome"],
    "load match": [PICK + "load_match_test.cc: FewestGpusWin", PICK + "load_match_test.cc: CapsAtTheBudgetAndSaysHowMuchIsServed"],
    "default": [PICK + "default_test.cc: OnlyRowsWithinTheTarget"],
    "disaggregated for data": ["Features.test_a_mocker_alone"],
    # Helpers of thorough: the pickers behind it.
    "autoscale": [PICK + "autoscale_test.cc: ChoosesBothRolesOnTheirOwn"],
    "request latency": [PICK + "default_test.cc: RequestLatencyReplacesTheOtherTargets"],
    "no load": [PICK + "load_match_test.cc: WithoutBudgetTheLoadDecides"],
    # Replicas under a planner, and the merge of overrides.
    "planner replicas": [PICK + "autoscale_test.cc: RespectsTheBudget", "Features.test_a_throughput_planner"],
    "override": [TEMPLATE + "WhatTheUserWroteSurvivesOnce", TEMPLATE + "SettingsOfTensorRtLlmAreMergedAsOneObject",
                 "Thorough.test_overrides_of_both_workers", "Overrides.test_environment_of_the_frontend"],
}


def spec(**changes):
    base = {"model": "Qwen/Qwen3-32B", "backend": "trtllm", "image": IMAGE, "searchStrategy": "rapid",
            "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 8},
            "workload": {"isl": 4000, "osl": 1000}, "sla": {"ttft": 2000, "itl": 50}}
    return {**base, **changes}


def planner(**settings):
    return {"planner": {"pre_deployment_sweeping_mode": "rapid", "enable_throughput_scaling": True, **settings}}


LOAD_PLANNER = planner(enable_throughput_scaling=False, enable_load_scaling=True)
# The original's input on a GPU that nobody has measured since.
UNMEASURED = {"model": "Qwen/Qwen2.5-0.5B", "backend": "vllm", "hardware": {"gpuSku": "l40", "totalGpus": 4, "numGpusPerNode": 4}}


class JobTest(ProgramTest):
    """Runs the program in place of the profiling Job."""

    def final_config(self, request, code=OK, flags=(), environment=None):
        answer = self.run_program("profile", "--config", json.dumps(request), "--output-dir", "out", *flags,
                                  tables=tables_directory(), environment=environment)
        self.assertEqual(answer.code, code, answer.err)
        self.answer = answer
        final = self.folder / "out/final_config.yaml"
        return final.read_text() if final.exists() else ""

    def status(self):
        return (self.folder / "out/profiler_status.yaml").read_text()

    def exists(self, *names):
        return [name for name in names if (self.folder / "out" / name).exists()]


class Inventory(unittest.TestCase):
    def test_every_case_names_a_test_that_exists(self):
        for case, tests in CASES.items():
            self.assertTrue(tests, case)
            for test in tests:
                file, _, name = test.rpartition(": ")
                if file:
                    self.assertIn(f", {name}) {{", (ROOT / file).read_text(), f"{case}: {test}")
                else:
                    owner, _, method = test.partition(".")
                    self.assertTrue(callable(getattr(getattr(sys.modules[__name__], owner), method, None)), f"{case}: {test}")


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Rapid(JobTest):
    def test_supported_without_planner_or_load(self):
        text = self.final_config(spec())
        self.assertIn("\nspec:\n", text)
        self.assertNotIn("\n---\n", text)
        self.assertIn("status: success\n", self.status())
        # The operator gives deployments their names; until then they have the usual one.
        self.assertRegex(text, "\n  name: trtllm-(agg|disagg)\n")

    def test_with_a_load(self):
        self.assertIn("\nspec:\n", self.final_config(spec(workload={"isl": 4000, "osl": 1000, "requestRate": 5})))

    def test_with_a_load_and_a_model_cache(self):
        text = self.final_config(spec(
            hardware={"gpuSku": "h200_sxm", "totalGpus": 64, "numGpusPerNode": 8},
            modelCache={"pvcName": "model-cache", "pvcModelPath": "/model/Qwen3-32B", "pvcMountPath": "/opt/model-cache"},
            workload={"isl": 4000, "osl": 1000, "requestRate": 5}))
        self.assertIn("  pvcs:\n  - name: model-cache\n", text)
        # The path joins the mount once, whether or not it was written with a slash.
        self.assertIn("/opt/model-cache/model/Qwen3-32B", text)

    def test_end_to_end_latency(self):
        self.assertIn("\nspec:\n", self.final_config(spec(sla={"e2eLatency": 35000, "ttft": None, "itl": None})))
        # The API server has dropped the nulls of what the operator passes on.
        self.assertIn("\nspec:\n", self.final_config(spec(sla={"e2eLatency": 35000})))

    def test_two_loads_are_refused(self):
        self.assertEqual(self.final_config(spec(workload={"concurrency": 50, "requestRate": 5}), ERROR), "")
        self.assertRegex(self.status(), "concurrency|requestRate")

    def test_auto_names_one_backend(self):
        text = self.final_config(spec(backend="auto"))
        self.assertRegex(text, "backendFramework: (trtllm|sglang|vllm)\n")

    def test_a_model_nobody_measured_gets_a_layout(self):
        for gpu in ("l40s", "l40"):
            hardware = {**UNMEASURED["hardware"], "gpuSku": gpu}
            self.assertIn("\nspec:\n", self.final_config(spec(**{**UNMEASURED, "hardware": hardware})))

    def test_a_registry_with_a_port_keeps_it(self):
        text = self.final_config(spec(image="registry.example:5000/team/dynamo-frontend:1.0.1"))
        self.assertIn("image: registry.example:5000/team/tensorrtllm-runtime:1.0.1", text)

    def test_images_without_a_tag_or_with_a_digest(self):
        self.assertIn("image: team/tensorrtllm-runtime\n", self.final_config(spec(image="team/dynamo-frontend")))
        digest = "@sha256:" + "0" * 64
        self.assertIn("image: team/tensorrtllm-runtime:1.0.1\n", self.final_config(spec(image="team/dynamo-frontend:1.0.1" + digest)))
        # A digest alone names no image but its own: another one is found by the release, the newest unless the user names it.
        self.assertIn("image: team/tensorrtllm-runtime:1.3.0\n", self.final_config(spec(image="team/dynamo-frontend" + digest)))
        self.assertIn("names one image and no release: Dynamo 1.3.0 is assumed", self.answer.err)

    def test_services_fit_beside_the_name_of_the_request(self):
        names = {"DGDR_NAME": "a-name-of-thirty-four-characters--", "DGDR_NAMESPACE": "serving"}
        text = self.final_config(spec(backend="vllm", features=planner()), environment=names)
        self.assertIn("\n    prefill:\n", text)
        self.assertNotIn("VllmPrefillWorker", text)


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Features(JobTest):
    CURVES = ("selected_prefill_interpolation/raw_data.npz", "selected_decode_interpolation/raw_data.npz")
    ENGINES = ("selected_prefill_interpolation/config.yaml", "selected_decode_interpolation/config.yaml")

    def test_a_throughput_planner(self):
        documents = self.final_config(spec(features=planner())).split("\n---\n")
        self.assertEqual(len(documents), 3)
        self.assertIn("name: planner-config-", documents[0])
        self.assertIn("name: planner-profile-data-", documents[1])
        self.assertIn("\n    Planner:\n", documents[2])
        self.assertEqual(documents[2].count("      replicas: 1\n"), 4, "one of each: frontend, prefill, decode, planner")
        self.assertEqual(self.exists(*self.CURVES), list(self.CURVES))

    def test_engines_under_test(self):
        for backend, decode in (("vllm", "VllmDecodeWorker"), ("sglang", "decode"), ("trtllm", "TRTLLMDecodeWorker")):
            self.final_config(spec(backend=backend, features=planner()))
            for file in self.ENGINES:
                text = (self.folder / "out" / file).read_text()
                self.assertIn(f"\n    {decode}:\n", text)
                self.assertEqual(text.count("subComponentType:"), 1, "one engine")
                for flag in ("--disaggregation-", "--kv-transfer-config", "max_tokens_in_buffer"):
                    self.assertNotIn(flag, text)
            prefill = (self.folder / "out" / self.ENGINES[0]).read_text()
            self.assertRegex(prefill, '--no-enable-prefix-caching|--disable-radix-cache|"enable_block_reuse":false')

    def test_auto_follows_the_planner(self):
        self.assertIn("backendFramework: vllm\n", self.final_config(spec(backend="auto", features=planner())))
        self.assertIn("backendFramework: sglang\n", self.final_config(spec(backend="auto", features=planner(backend="sglang"))))

    def test_a_load_planner_needs_no_curves(self):
        text = self.final_config(spec(features=LOAD_PLANNER))
        self.assertEqual(len(text.split("\n---\n")), 2)
        self.assertEqual(self.exists(*self.CURVES), [])

    def test_a_load_planner_without_measurements(self):
        self.assertIn("\n    Planner:\n", self.final_config(spec(**UNMEASURED, features=LOAD_PLANNER)))

    def test_a_throughput_planner_without_measurements(self):
        self.assertEqual(self.final_config(spec(**UNMEASURED, features=planner()), ERROR), "")
        self.assertIn("planner.throughput.unmeasured", self.answer.err)

    def test_a_mocker_under_a_planner(self):
        text = self.final_config(spec(features={**planner(), "mocker": {"enabled": True}}))
        self.assertEqual(len(text.split("\n---\n")), 3)
        self.assertIn("\n  name: mocker-disagg\n", text)
        self.assertIn("\n    Planner:\n", text)

    def test_a_mocker_alone(self):
        documents = self.final_config(spec(features={"mocker": {"enabled": True}})).split("\n---\n")
        self.assertEqual(len(documents), 2)
        self.assertNotIn("Planner:", documents[1])
        self.assertEqual(documents[1].count("- --planner-profile-data\n"), 2)


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Thorough(JobTest):
    """What the original measures on a stubbed cluster, predicted by the plugin."""

    def predicted(self, request, flags=()):
        self.write("request.json", json.dumps({**request, "searchStrategy": "thorough"}))
        answer = self.run_program("profile", "-f", "request.json", "-o", "yaml", *flags, tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("nothing was deployed or measured", answer.err)
        return answer.out

    def test_with_a_load(self):
        self.assertIn("\nspec:\n", self.predicted(spec(sla={"ttft": 2000, "itl": 50}, workload={"requestRate": 5})))

    def test_with_a_thorough_sweep(self):
        text = self.predicted(spec(features=planner(pre_deployment_sweeping_mode="thorough")), ("--output-dir", "out"))
        self.assertGreaterEqual(len(text.split("\n---\n")), 2)
        self.assertEqual(self.exists(*Features.CURVES), list(Features.CURVES))

    def test_overrides_of_both_workers(self):
        worker = {"sharedMemory": {"size": "80Gi"}, "extraPodSpec": {"mainContainer": {
            "workingDir": "/workspace/components/backends/sglang", "args": ["--watchdog-timeout", "1000000"]}}}
        text = self.predicted(spec(
            model="deepseek-ai/DeepSeek-R1", backend="sglang", hardware={"gpuSku": "h200_sxm", "totalGpus": 32, "numGpusPerNode": 8},
            modelCache={"pvcName": "model-cache", "pvcMountPath": "/opt/model"}, features=planner(),
            overrides={"dgd": {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment",
                               "spec": {"services": {"decode": worker, "prefill": worker}}}}))
        self.assertEqual(text.count("size: 80Gi\n"), 2)
        self.assertEqual(text.count("workingDir: /workspace/components/backends/sglang\n"), 2)
        self.assertEqual(text.count("- --watchdog-timeout\n"), 2, "once per worker")

    def test_pull_secrets_and_security_context(self):
        override = {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "spec": {"services": {
            "Frontend": {"extraPodSpec": {"imagePullSecrets": [{"name": "one"}, {"name": "two"}],
                                          "securityContext": {"runAsUser": 1000}}}}}}
        text = self.predicted(spec(overrides={"dgd": override}))
        self.assertIn("- name: one\n        - name: two\n", text)
        self.assertIn("runAsUser: 1000", text)

    def test_no_worker_asks_for_more_gpus_than_a_node_has(self):
        text = self.predicted(spec(model="Qwen/Qwen3-30B-A3B", backend="sglang",
                                   hardware={"gpuSku": "b200_sxm", "totalGpus": 16, "numGpusPerNode": 8},
                                   workload={"isl": 3000, "osl": 150}, sla={"ttft": 200, "itl": 20}))
        limits = [int(line.split('"')[1]) for line in text.splitlines() if line.strip().startswith("gpu: ")]
        self.assertTrue(limits)
        self.assertLessEqual(max(limits), 8)

    def test_a_job_does_not_make_up_what_it_cannot_measure(self):
        self.assertEqual(self.final_config(spec(searchStrategy="thorough"), ERROR), "")
        self.assertIn("status: failed\n", self.status())
        self.assertEqual(self.final_config(spec(features=planner(pre_deployment_sweeping_mode="thorough")), ERROR), "")
        self.assertIn("pre_deployment_sweeping_mode", self.status())


class DryRun(JobTest):
    def dry(self, request):
        return self.final_config(request, flags=("--dry-run",))

    def test_thorough_with_a_load(self):
        self.assertEqual(self.dry(spec(searchStrategy="thorough", workload={"requestRate": 5})), "null\n")
        self.assertIn("status: success\n", self.status())

    def test_thorough_with_a_planner(self):
        self.assertEqual(self.dry(spec(searchStrategy="thorough", features=planner())), "null\n")

    def test_thorough_without_a_candidate(self):
        self.assertEqual(self.dry(spec(model="deepseek-ai/DeepSeek-R1", backend="sglang", searchStrategy="thorough",
                                       hardware={"gpuSku": "l40s", "totalGpus": 1, "numGpusPerNode": 1})), "null\n")

    def test_thorough_needs_a_backend(self):
        self.assertEqual(self.final_config(spec(backend="auto", searchStrategy="thorough"), ERROR, ("--dry-run",)), "")
        self.assertIn("auto", self.answer.err)


class Extraction(ProgramTest):
    """The parameters a request leads to."""

    def extracted(self, request):
        self.write("request.json", json.dumps(request))
        answer = self.run_program("profile", "-f", "request.json", "-o", "json")
        self.assertEqual(answer.code, OK, answer.err)
        return json.loads(answer.out)["request"]

    def test_each(self):
        plain = self.extracted(spec())
        self.assertEqual((plain["model"], plain["backends"], plain["gpu"], plain["totalGpus"], plain["isl"], plain["osl"]),
                         ("Qwen/Qwen3-32B", ["trtllm"], "h200_sxm", 8, 4000, 1000))
        self.assertEqual((plain["ttftMs"], plain["itlMs"], plain["e2eLatencyMs"], plain["requestRate"]), (2000, 50, None, None))
        self.assertEqual(self.extracted(spec(workload={"requestRate": 5}))["requestRate"], 5)
        whole = self.extracted(spec(sla={"e2eLatency": 35000, "ttft": None, "itl": None}))
        self.assertEqual((whole["ttftMs"], whole["itlMs"], whole["e2eLatencyMs"]), (None, None, 35000))
        self.write("bad.json", json.dumps(spec(backend="TRTLLM")))
        self.assertEqual(self.run_program("validate", "-f", "bad.json").code, INVALID)


class Overrides(JobTest):
    def test_environment_of_the_frontend(self):
        env = [{"name": "DYN_ROUTER_MODE", "value": "kv"}, {"name": "OTHER", "value": "1"}]
        override = {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment",
                    "spec": {"services": {"Frontend": {"extraPodSpec": {"mainContainer": {"env": env}}}}}}
        text = self.final_config(spec(**UNMEASURED, overrides={"dgd": override}))
        for entry in env:
            self.assertEqual(text.count(f"- name: {entry['name']}\n"), 1)


class ValidationOrder(ProgramTest):
    """A request is refused for its own sake, with or without tables."""

    def refused(self, request, words):
        answer = self.run_program("profile", "--config", json.dumps(request), "--output-dir", "out")
        self.assertEqual(answer.code, ERROR, words)
        self.assertRegex(answer.err, words)
        self.assertFalse((self.folder / "out/final_config.yaml").exists())
        self.assertIn("status: failed\n", (self.folder / "out/profiler_status.yaml").read_text())

    def accepted(self, request):
        answer = self.run_program("profile", "--config", json.dumps(request), "--dry-run")
        self.assertEqual(answer.code, OK, answer.err)

    def test_each(self):
        for field in ("hardware", "image", "model"):
            without = spec()
            del without[field]
            self.refused(without, field)
        self.refused(spec(image=""), "image")
        self.refused(spec(hardware={"totalGpus": 8, "numGpusPerNode": 8}), "gpuSku")
        self.refused(spec(hardware={"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 0}), "numGpusPerNode")
        self.refused(spec(workload={"concurrency": 10, "requestRate": 5}), "concurrency")
        self.refused(spec(sla={"ttft": -1, "itl": 30}), "ttft")
        self.refused(spec(sla={"ttft": None, "itl": None}), "ttft")
        self.refused(spec(backend="unknown"), "backend")
        self.refused(spec(backend="auto", searchStrategy="thorough"), "auto")

    def test_absent_workload_and_sla_have_defaults(self):
        request = spec()
        del request["workload"], request["sla"]
        self.accepted(request)

    def test_thorough_with_a_backend_and_rapid_with_auto(self):
        self.accepted(spec(searchStrategy="thorough"))
        self.accepted(spec(backend="auto"))

    def test_end_to_end_keeps_nulls(self):
        self.accepted(spec(sla={"e2eLatency": 35000, "ttft": None, "itl": None}))

    def test_mocker_needs_a_sweep(self):
        self.refused(spec(features={"mocker": {"enabled": True}, "planner": {
            "enable_load_scaling": True, "pre_deployment_sweeping_mode": "none"}}), "none")

    def test_a_planner_scales_by_something(self):
        self.refused(spec(features={"planner": {"enable_load_scaling": False, "enable_throughput_scaling": False}}), "scaling")


if __name__ == "__main__":
    unittest.main()
