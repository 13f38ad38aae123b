"""What becomes of a pick: base deployments, both API versions, lint, and the program in place of the profiling Job."""

import json
import unittest

from harness import ERROR, OK, SAMPLE, USAGE, ProgramTest
from test_outputs import limit_file_size

BASE = """
apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeploymentRequest
metadata: {name: chat}
spec:
  model: Qwen/Qwen3-32B
  backend: vllm
  image: registry.example:5000/team/vllm-runtime:1.0.1
  hardware: {gpuSku: h200_sxm, totalGpus: 8, numGpusPerNode: 8}
  overrides:
    dgd:
      apiVersion: nvidia.com/v1alpha1
      kind: DynamoGraphDeployment
      metadata: {name: mine}
      spec:
        services:
          Frontend: {replicas: 3}
          VllmDecodeWorker: {replicas: 9, extraPodSpec: {mainContainer: {args: [--seed, "7"]}}}
"""
SPEC = {"model": "Qwen/Qwen3-32B", "backend": "vllm", "image": "r/vllm-runtime:1.0.1",
        "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 8}}


class BaseDeployment(ProgramTest):
    def test_preview_prints_it_with_the_users_values_once(self):
        answer = self.run_program("preview", "-f", self.write("a.yaml", BASE))
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("  name: mine\n", answer.out)
        self.assertEqual(answer.out.count("--seed"), 1)
        self.assertIn("registry.example:5000/team/vllm-runtime:1.0.1", answer.out)
        self.assertIn("VllmDecodeWorker.replicas: 9 is the profiler's to decide", answer.err)

    def test_show_overrides_is_a_diff(self):
        answer = self.run_program("preview", "-f", self.write("a.yaml", BASE), "--show-overrides")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("\n-      replicas: 1\n+      replicas: 3\n", answer.out)
        nothing = self.run_program("preview", "-f", SAMPLE, "--show-overrides")
        self.assertIn("changes nothing", nothing.out)

    def test_both_api_versions_pass_lint(self):
        for version in ("v1alpha1", "v1beta1"):
            out = self.run_program("preview", "-f", SAMPLE, "--dgd-api-version", version).out
            self.assertIn(f"apiVersion: nvidia.com/{version}\n", out)
            self.assertEqual(self.run_program("lint", "-f", "-", stdin=out).code, OK)
        self.assertEqual(self.run_program("preview", "-f", SAMPLE, "--dgd-api-version", "v2").code, USAGE)

    def test_preview_as_json_is_the_object(self):
        answer = self.run_program("preview", "-f", SAMPLE, "-o", "json")
        self.assertEqual(json.loads(answer.out)["kind"], "DynamoGraphDeployment")


class Lint(ProgramTest):
    def test_findings_and_exit_code(self):
        out = self.run_program("preview", "-f", SAMPLE).out
        answer = self.run_program("lint", "-f", "-", "--gpus", "1", "-o", "json", stdin=out)
        self.assertEqual(answer.code, ERROR)
        report = json.loads(answer.out)["items"][0]
        self.assertEqual([item["rule"] for item in report["diagnostics"]], ["lint.gpus.budget"])

    def test_odd_input(self):
        self.assertEqual(self.run_program("lint", "-f", "absent.yaml").code, ERROR)
        self.assertEqual(self.run_program("lint", "-f", "-", stdin="kind: [").code, ERROR)
        self.assertEqual(self.run_program("lint", "-f", "-", stdin="kind: Pod").code, ERROR)
        self.assertEqual(self.run_program("lint").code, USAGE)


class ProfilingJob(ProgramTest):
    def status(self, folder="out"):
        return (self.folder / folder / "profiler_status.yaml").read_text()

    def test_file_and_inline_json(self):
        config = self.write("spec.json", json.dumps(SPEC))
        for config in (config, json.dumps(SPEC)):
            answer = self.run_program("profile", "--config", config, "--output-dir", "out", "--deployment-timeout", "60",
                                      "--prefill-interpolation-granularity", "8", "--decode-interpolation-granularity", "4")
            self.assertEqual(answer.code, OK, answer.err)
            self.assertTrue(self.status().startswith("status: success\n"))
            self.assertIn("kind: DynamoGraphDeployment", (self.folder / "out/final_config.yaml").read_text())
            self.assertIn("modelled", (self.folder / "out/profile_sla.log").read_text())

    def test_default_directory_and_dry_run(self):
        answer = self.run_program("profile", "--config", json.dumps(SPEC), "--dry-run")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertEqual((self.folder / "profiling_results/final_config.yaml").read_text(), "null\n")
        self.assertIn("status: success", self.status("profiling_results"))

    def test_every_refusal_leaves_a_status(self):
        refused = {
            "not json": "{", "not a file": "absent.json", "no model": "{}", "two loads": json.dumps(
                {**SPEC, "workload": {"requestRate": 1, "concurrency": 1}}),
            "thorough auto": json.dumps({**SPEC, "backend": "auto", "searchStrategy": "thorough"}),
        }
        for what, config in refused.items():
            answer = self.run_program("profile", "--config", config, "--output-dir=out")
            self.assertEqual(answer.code, ERROR, what)
            self.assertIn("status: failed\n", self.status(), what)
            self.assertIn("error: ", self.status(), what)

    def test_a_full_disk_leaves_nothing_half_written(self):
        answer = self.run_program("profile", "--config", json.dumps(SPEC), "--output-dir", "out", preexec_fn=limit_file_size)
        self.assertEqual(answer.code, ERROR)
        self.assertFalse((self.folder / "out/final_config.yaml").exists())
        self.assertIn("status: failed", self.status())

    def test_config_is_the_whole_request(self):
        self.assertEqual(self.run_program("profile", "--config", "{}", "-f", SAMPLE).code, USAGE)
        self.assertEqual(self.run_program("profile", "-f", SAMPLE, "--dry-run").code, USAGE)


if __name__ == "__main__":
    unittest.main()
