"""The integration cases of the profiler that this program stands in for, with its inputs: what must come out of each."""

import json
import unittest

from harness import ERROR, OK, ProgramTest, tables_directory

IMAGE = "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1"


def spec(**changes):
    base = {"model": "Qwen/Qwen3-32B", "backend": "trtllm", "image": IMAGE, "searchStrategy": "rapid",
            "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 8},
            "workload": {"isl": 4000, "osl": 1000}, "sla": {"ttft": 2000, "itl": 50}}
    return {**base, **changes}


@unittest.skipUnless(tables_directory(), "no measured tables here; ./dev setup imports them")
class Rapid(ProgramTest):
    def final_config(self, request, code=OK):
        answer = self.run_program("profile", "--config", json.dumps(request), "--output-dir", "out", tables=tables_directory())
        self.assertEqual(answer.code, code, answer.err)
        self.answer = answer
        final = self.folder / "out/final_config.yaml"
        return final.read_text() if final.exists() else ""

    def test_supported_without_planner_or_load(self):
        self.assertIn("\nspec:\n", self.final_config(spec()))

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

    def test_two_loads_are_refused(self):
        self.assertEqual(self.final_config(spec(workload={"concurrency": 50, "requestRate": 5}), ERROR), "")
        self.assertRegex((self.folder / "out/profiler_status.yaml").read_text(), "concurrency|requestRate")

    def test_auto_names_one_backend(self):
        text = self.final_config(spec(backend="auto"))
        self.assertRegex(text, "backendFramework: (trtllm|sglang|vllm)\n")

    def test_a_model_nobody_measured_gets_a_layout(self):
        text = self.final_config(spec(model="Qwen/Qwen2.5-0.5B", backend="vllm",
                                      hardware={"gpuSku": "l40s", "totalGpus": 4, "numGpusPerNode": 4}))
        self.assertIn("\nspec:\n", text)

    def test_thorough_is_simulated_and_says_so(self):
        self.assertIn("\nspec:\n", self.final_config(spec(searchStrategy="thorough")))
        self.assertIn("nothing was deployed or measured", self.answer.err)

    def test_thorough_needs_a_backend(self):
        self.assertEqual(self.final_config(spec(backend="auto", searchStrategy="thorough"), ERROR), "")
        self.assertIn("auto", self.answer.err)

    def test_pull_secrets_and_security_context_survive(self):
        override = {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "spec": {"services": {
            "Frontend": {"extraPodSpec": {"imagePullSecrets": [{"name": "one"}, {"name": "two"}],
                                          "securityContext": {"runAsUser": 1000}}}}}}
        text = self.final_config(spec(overrides={"dgd": override}))
        self.assertIn("- name: one\n        - name: two\n", text)
        self.assertIn("runAsUser: 1000", text)

    def test_no_worker_asks_for_more_gpus_than_a_node_has(self):
        text = self.final_config(spec(model="Qwen/Qwen3-30B-A3B", backend="sglang",
                                      hardware={"gpuSku": "b200_sxm", "totalGpus": 16, "numGpusPerNode": 8},
                                      workload={"isl": 3000, "osl": 150}, sla={"ttft": 200, "itl": 20}))
        limits = [int(line.split('"')[1]) for line in text.splitlines() if line.strip().startswith("gpu: ")]
        self.assertTrue(limits)
        self.assertLessEqual(max(limits), 8)

    def test_a_registry_with_a_port_keeps_it(self):
        text = self.final_config(spec(image="registry.example:5000/team/dynamo-frontend:1.0.1"))
        self.assertIn("image: registry.example:5000/team/tensorrtllm-runtime:1.0.1", text)

    def test_images_without_a_tag_or_with_a_digest(self):
        self.assertIn("image: team/tensorrtllm-runtime\n", self.final_config(spec(image="team/dynamo-frontend")))
        digest = "team/dynamo-frontend@sha256:" + "0" * 64
        (self.folder / "out/final_config.yaml").unlink()
        self.assertEqual(self.final_config(spec(image=digest), ERROR), "")
        self.assertIn("digest", self.answer.err)


class ValidationOrder(ProgramTest):
    """A request is refused for its own sake, with or without tables."""

    def refused(self, request, words):
        answer = self.run_program("profile", "--config", json.dumps(request), "--output-dir", "out")
        self.assertEqual(answer.code, ERROR, words)
        self.assertRegex(answer.err, words)

    def test_each(self):
        without = spec()
        del without["hardware"]
        self.refused(without, "hardware")
        self.refused(spec(hardware={"totalGpus": 8, "numGpusPerNode": 8}), "gpuSku")
        self.refused(spec(hardware={"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 0}), "numGpusPerNode")
        self.refused(spec(workload={"concurrency": 10, "requestRate": 5}), "concurrency")
        self.refused(spec(sla={"ttft": -1, "itl": 30}), "ttft")
        self.refused(spec(sla={"ttft": None, "itl": None}), "ttft")
        self.refused(spec(backend="unknown"), "backend")

    def test_absent_workload_and_sla_have_defaults(self):
        request = spec()
        del request["workload"], request["sla"]
        self.assertEqual(self.run_program("profile", "--config", json.dumps(request), "--dry-run").code, OK)

    def test_mocker_needs_a_sweep(self):
        self.refused(spec(features={"mocker": {"enabled": True}, "planner": {
            "enable_load_scaling": True, "pre_deployment_sweeping_mode": "none"}}), "none")

    def test_a_planner_scales_by_something(self):
        self.refused(spec(features={"planner": {"enable_load_scaling": False, "enable_throughput_scaling": False}}), "scaling")


if __name__ == "__main__":
    unittest.main()
