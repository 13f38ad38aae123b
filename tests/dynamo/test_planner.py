"""The real planner reads what the profiler writes: its configuration class, its interpolators, its dry run."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
BINARY = os.environ["KUBECTL_DYNAMO"]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kubectl-dynamo"
ENVIRONMENTS = Path(os.environ.get("DYNAMO_CONSUMERS", CACHE / "dynamo"))
TABLES = os.environ.get("DYNAMO_TABLES") or str(CACHE / "tables" / "aiconfigurator-core-0.12.0")


def environment(version):
    python = ENVIRONMENTS / version / "bin" / "python"
    return python if (ENVIRONMENTS / version / "complete").exists() else None


def request(**planner):
    return {
        "model": "Qwen/Qwen3-32B",
        "backend": "trtllm",
        "image": "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1",
        "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 8},
        "workload": {"isl": 4000, "osl": 1000},
        "sla": {"ttft": 2000.0, "itl": 30.0},
        "features": {"planner": planner},
    }


def documents_of(spec, directory, *options):
    """Runs the profiler; returns the ConfigMaps' files by name."""
    path = directory / "request.json"
    path.write_text(json.dumps(spec))
    command = [BINARY, "profile", "-f", str(path), "--tables", TABLES, "--output-dir", str(directory / "npz"), "-o", "json", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    preview = subprocess.run([BINARY, "preview", "-f", str(path), "--tables", TABLES, "-o", "json", *options],
                             capture_output=True, text=True)
    files = {}
    for document in json.loads(preview.stdout)["items"]:
        if document["kind"] == "ConfigMap":
            files.update(document["data"])
    return files


class Planner(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def read(self, version, spec, *actions):
        python = environment(version)
        if python is None:
            self.skipTest(f"no environment of Dynamo {version}")
        files = documents_of(spec, self.directory, "--runtime-version", version)
        (self.directory / "json").mkdir()
        for name, text in files.items():
            place = self.directory if name == "planner_config.json" else self.directory / "json"
            (place / name).write_text(text)
        done = subprocess.run([str(python), "-B", str(HERE / "read_planner.py"), str(self.directory), *actions],
                              capture_output=True, text=True, cwd=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout.split("RESULT ", 1)[1]), files

    def assert_accepted(self, version, **planner):
        result, _ = self.read(version, request(**planner))
        for key, value in result["written"].items():
            if key in result["read"]:
                self.assertEqual(result["read"][key], value, key)
        for key in result["read"]:
            self.assertIn(key, result["written"])
        return result["read"]

    def test_1_0_accepts_and_keeps_every_field(self):
        read = self.assert_accepted("1.0.1", enable_throughput_scaling=True)
        self.assertEqual(len(read), 37)
        self.assertEqual((read["ttft"], read["itl"]), (2000.0, 30.0))

    def test_1_6_accepts_and_scales_by_throughput(self):
        read = self.assert_accepted("1.6.1", enable_throughput_scaling=True)
        self.assertTrue(read["enable_throughput_scaling"])
        self.assertEqual(read["optimization_target"], "sla")
        self.assertEqual((read["ttft_ms"], read["itl_ms"]), (2000.0, 30.0))

    def test_guide_names_reach_both(self):
        guide = {"planner_min_endpoint": 2, "planner_adjustment_interval": 60, "planner_load_predictor": "linear"}
        old = self.assert_accepted("1.0.1", **guide)
        self.assertEqual((old["min_endpoint"], old["throughput_adjustment_interval"], old["load_predictor"]), (2, 60, "arima"))

    def test_guide_names_reach_the_newest(self):
        guide = {"planner_min_endpoint": 2, "planner_adjustment_interval": 60, "planner_load_predictor": "linear"}
        new = self.assert_accepted("1.6.1", **guide)
        self.assertEqual((new["min_endpoint"], new["throughput_adjustment_interval_seconds"]), (2, 60))

    def test_both_scalings_and_odd_intervals(self):
        self.assert_accepted("1.6.1", enable_load_scaling=True, load_adjustment_interval=7, throughput_adjustment_interval=90)

    def test_load_scaling_alone(self):
        read = self.assert_accepted("1.6.1", enable_throughput_scaling=False, enable_load_scaling=True)
        self.assertFalse(read["enable_throughput_scaling"])

    def test_load_scaling_alone_in_1_0(self):
        self.assert_accepted("1.0.1", enable_throughput_scaling=False, enable_load_scaling=True)

    def test_interpolators_give_our_values(self):
        result, files = self.read("1.0.1", request(), "interpolate")
        prefill = json.loads(files["prefill_raw_data.json"])
        decode = json.loads(files["decode_raw_data.json"])
        for form in ("npz", "json"):
            curves = result["curves"][form]
            for ours, theirs in zip(prefill["prefill_ttft"], curves["ttft"], strict=True):
                self.assertAlmostEqual(ours, theirs, places=6)
            for ours, theirs in zip(prefill["prefill_thpt_per_gpu"], curves["prefill_throughput"], strict=True):
                self.assertAlmostEqual(ours, theirs, places=4)
            # The planner answers with the nearest cell of a 100 x 100 raster.
            errors = sorted(abs(theirs / ours - 1) for ours, theirs in zip(decode["z_itl"], curves["itl"], strict=True))
            self.assertLess(errors[len(errors) // 2], 0.02, errors)
            self.assertLess(errors[-1], 0.25, errors)
        self.assertEqual(result["curves"]["npz"], result["curves"]["json"])

    def test_dry_run(self):
        result, _ = self.read("1.0.1", request(), "dry-run")
        self.assertGreater(result["plot_bytes"], 10000)

    def test_mixture_of_experts(self):
        spec = request()
        spec["model"] = "Qwen/Qwen3-235B-A22B"
        spec["hardware"]["totalGpus"] = 16
        result, files = self.read("1.0.1", spec, "interpolate", "dry-run")
        self.assertGreaterEqual(len(json.loads(files["prefill_raw_data.json"])["prefill_isl"]), 4)
        self.assertGreater(result["plot_bytes"], 10000)


if __name__ == "__main__":
    if environment("1.0.1") is None:
        print(f"skipped: no Dynamo environment in {ENVIRONMENTS}; `./dev dynamo` sets it up")
        sys.exit(77)
    unittest.main()
