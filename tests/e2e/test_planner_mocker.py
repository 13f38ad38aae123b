"""Planner and mocker end to end: the profiler's integration cases with them, what the curve flags reach, and what is refused."""

import json
import unittest

from harness import ERROR, INVALID, OK, ProgramTest, tables_directory
from test_profiler_conformance import spec

THROUGHPUT = {"enable_throughput_scaling": True, "mode": "disagg", "pre_deployment_sweeping_mode": "rapid"}
LOAD = {"enable_throughput_scaling": False, "enable_load_scaling": True, "pre_deployment_sweeping_mode": "rapid"}
MOCKER = {"enabled": True}
CURVES = ("selected_prefill_interpolation/raw_data.npz", "selected_decode_interpolation/raw_data.npz")


class PlannerTest(ProgramTest):
    def profile(self, request, *options):
        return self.run_program("profile", "--config", json.dumps(request), "--output-dir", "out", *options, tables=tables_directory())

    def documents(self, request, *options):
        path = self.write("request.json", json.dumps(request))
        answer = self.run_program("preview", "-f", path, "-o", "json", *options, tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        self.answer = answer
        written = json.loads(answer.out)
        return written["items"] if written["kind"] == "List" else [written]


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Cases(PlannerTest):
    def test_3_planner_with_a_rapid_sweep(self):
        *maps, deployment = self.documents(spec(features={"planner": THROUGHPUT}))
        self.assertEqual([document["kind"] for document in maps], ["ConfigMap", "ConfigMap"])
        self.assertIn("Planner", deployment["spec"]["services"])

    def test_3_newer_planners_scale_through_adapters(self):
        deployment = self.documents(spec(features={"planner": THROUGHPUT}), "--runtime-version", "1.2.0")[-1]
        for name, service in deployment["spec"]["services"].items():
            if service["componentType"] == "worker":
                self.assertEqual(service["scalingAdapter"], {"enabled": True}, name)
            else:
                self.assertNotIn("scalingAdapter", service, name)

    def test_3b_with_a_mocker(self):
        answer = self.profile(spec(features={"planner": THROUGHPUT, "mocker": MOCKER}))
        self.assertEqual(answer.code, OK, answer.err)
        final = (self.folder / "out/final_config.yaml").read_text()
        self.assertEqual(final.count("kind: ConfigMap"), 2)
        self.assertEqual(final.count("- dynamo.mocker"), 2)
        self.assertNotIn("gpu", final.split("kind: DynamoGraphDeployment")[1])
        self.assertIn("gpu", (self.folder / "out/picked_dgd_config.yaml").read_text())

    def test_5_load_scaling_needs_no_measurements(self):
        answer = self.profile(self.unmeasured(LOAD))
        self.assertEqual(answer.code, OK, answer.err)
        final = (self.folder / "out/final_config.yaml").read_text()
        self.assertEqual(final.count("kind: ConfigMap"), 1)
        self.assertIn("dynamo.planner", final)

    def test_5b_throughput_scaling_needs_measurements(self):
        answer = self.profile(self.unmeasured(THROUGHPUT))
        self.assertNotEqual(answer.code, OK)
        self.assertRegex(answer.err, "spec.features.planner.*measured")
        self.assertFalse((self.folder / "out/final_config.yaml").exists())
        self.assertIn("status: failed", (self.folder / "out/profiler_status.yaml").read_text())

    def unmeasured(self, planner):
        """No table of this pair exists: vLLM was not measured on this GPU."""
        return spec(backend="vllm", hardware={"gpuSku": "t4", "totalGpus": 8, "numGpusPerNode": 8}, features={"planner": planner},
                    model="Qwen/Qwen2.5-0.5B")

    def test_7_a_dry_run_writes_null(self):
        for planner in (THROUGHPUT, {**THROUGHPUT, "pre_deployment_sweeping_mode": "thorough"}):
            answer = self.profile(spec(searchStrategy="thorough", features={"planner": planner}), "--dry-run")
            self.assertEqual(answer.code, OK, answer.err)
            self.assertEqual((self.folder / "out/final_config.yaml").read_text(), "null\n")

    def test_7b_a_thorough_sweep_is_simulated(self):
        thorough = {**THROUGHPUT, "pre_deployment_sweeping_mode": "thorough"}
        path = self.write("request.json", json.dumps(spec(searchStrategy="thorough", features={"planner": thorough})))
        answer = self.run_program("profile", "-f", path, "--output-dir", "out", tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        for curve in CURVES:
            self.assertTrue((self.folder / "out" / curve).exists(), curve)
        self.assertIn("\n---\n", (self.folder / "out/final_config.yaml").read_text())

    def test_a_mocker_alone(self):
        *maps, deployment = self.documents(spec(features={"mocker": MOCKER}))
        self.assertEqual([document["metadata"]["name"][:20] for document in maps], ["planner-profile-data"])
        self.assertEqual(list(deployment["spec"]["services"]), ["Frontend", "prefill", "decode"])

    def test_features_without_content(self):
        self.assertEqual(len(self.documents(spec(features={}))), 1)

    def test_v1beta1_says_the_same(self):
        request = spec(features={"planner": THROUGHPUT, "mocker": MOCKER})
        services = self.documents(request)[-1]["spec"]["services"]
        components = {each["name"]: each for each in self.documents(request, "--dgd-api-version", "v1beta1")[-1]["spec"]["components"]}
        self.assertEqual(set(components), set(services))
        for name, service in services.items():
            container = service["extraPodSpec"]["mainContainer"]
            pod = components[name]["podTemplate"]["spec"]
            (main,) = pod["containers"]
            self.assertEqual(main["name"], "main")
            for key in ("image", "command", "args", "volumeMounts"):
                self.assertEqual(main.get(key), container.get(key), f"{name}.{key}")
            self.assertEqual(pod.get("volumes"), service["extraPodSpec"].get("volumes"), name)
            self.assertEqual(components[name]["type"], service.get("subComponentType", service["componentType"]))


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Granularity(PlannerTest):
    def points(self, *options):
        answer = self.profile(spec(features={"mocker": MOCKER}), *options)
        self.assertEqual(answer.code, OK, answer.err)
        final = (self.folder / "out/final_config.yaml").read_text().split("kind: DynamoGraphDeployment")[0]
        found = {}
        for line in final.splitlines():
            name, _, text = line.strip().partition(": ")
            if name.endswith("_raw_data.json"):
                found[name] = json.loads(text.strip("'"))
        return found["prefill_raw_data.json"]["prefill_isl"], sorted(set(found["decode_raw_data.json"]["y_context_length"]))

    def test_the_flags_reach_the_curves(self):
        # The context is twice the prompt of 4000 tokens: prompts below 8000 - 512, contexts of prompts below 8000 - 500.
        prompts, contexts = self.points()
        self.assertEqual(prompts, list(range(100, 7488, (7488 - 100) // 16)))
        self.assertEqual(contexts, [isl + 250 for isl in range(100, 7500, 7500 // 6)])
        prompts, contexts = self.points("--prefill-interpolation-granularity", "8", "--decode-interpolation-granularity", "4")
        self.assertEqual(prompts, list(range(100, 7488, (7488 - 100) // 8)))
        self.assertEqual(contexts, [isl + 250 for isl in range(100, 7500, 7500 // 4)])


class Refused(PlannerTest):
    def refused(self, features, *words):
        path = self.write("request.json", json.dumps(spec(features=features)))
        answer = self.run_program("preview", "-f", path)
        self.assertEqual(answer.code, INVALID, answer.out)
        for word in words:
            self.assertIn(word, answer.err)

    def test_no_sweep_for_who_needs_one(self):
        self.refused({"mocker": MOCKER, "planner": {**LOAD, "pre_deployment_sweeping_mode": "none"}},
                     "features.planner.pre_deployment_sweeping_mode", "mocker", "rapid")
        self.refused({"planner": {**THROUGHPUT, "pre_deployment_sweeping_mode": "none"}},
                     "features.planner.pre_deployment_sweeping_mode", "throughput", "rapid")

    def test_wrong_types_all_at_once(self):
        self.refused({"planner": {"enable_throughput_scaling": "yes", "min_endpoint": "many", "ttft": [], "mode": 7}},
                     "features.planner.enable_throughput_scaling", "features.planner.min_endpoint",
                     "features.planner.ttft", "features.planner.mode", "4 errors")
        self.refused({"planner": "on"}, "features.planner")
        self.refused({"mocker": {"enabled": "on"}}, "features.mocker.enabled")

    @unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
    def test_an_unknown_key_is_named_with_what_was_meant(self):
        self.documents(spec(features={"planner": {**THROUGHPUT, "min_endpont": 2, "planner_max_gpu_budgt": 4}}))
        self.assertIn("min_endpoint", self.answer.err)
        self.assertIn("planner_max_gpu_budget", self.answer.err)


if __name__ == "__main__":
    unittest.main()
