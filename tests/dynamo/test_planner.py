"""The real planner reads what the profiler writes: its configuration class, its interpolators, its dry run."""

import itertools
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from consumers import HERE, config_map_files, documents, environment, main, request, run

THROUGHPUT = {"enable_throughput_scaling": True}
LOAD = {"enable_throughput_scaling": False, "enable_load_scaling": True}
BOTH = {"enable_throughput_scaling": True, "enable_load_scaling": True, "load_adjustment_interval": 7, "throughput_adjustment_interval": 90}
MIXTURE = {"model": "Qwen/Qwen3-235B-A22B", "gpus": 16}


class Reader(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def read(self, version, *actions):
        done = subprocess.run([str(environment(version)), str(HERE / "read_planner.py"), str(self.directory), *actions],
                              capture_output=True, text=True, cwd=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout.split("RESULT ", 1)[1])

    def write_config(self, version, spec, label=""):
        files = config_map_files(documents(spec, self.directory, "--runtime-version", version))
        (self.directory / f"planner_config{label}.json").write_text(files["planner_config.json"])

    def assert_kept(self, answer):
        """Nothing refused, nothing missing, nothing the planner reads differently."""
        self.assertNotIn("refusal", answer)
        for key, value in answer["written"].items():
            if key in answer["read"]:
                self.assertEqual(answer["read"][key], value, key)
        for key in answer["read"]:
            self.assertIn(key, answer["written"])
        return answer["read"]


class Configuration(Reader):
    def accepted(self, version, **planner):
        self.write_config(version, request(planner=planner))
        return self.assert_kept(self.read(version, "accept")["accept"]["planner_config.json"])

    def test_1_0_accepts_and_keeps_every_field(self):
        read = self.accepted("1.0.1", **THROUGHPUT)
        self.assertEqual(len(read), 37)
        self.assertEqual((read["ttft"], read["itl"]), (2000.0, 30.0))

    def test_1_6_accepts_and_scales_by_throughput(self):
        read = self.accepted("1.6.1", **THROUGHPUT)
        self.assertTrue(read["enable_throughput_scaling"])
        self.assertEqual(read["optimization_target"], "sla")
        self.assertEqual((read["ttft_ms"], read["itl_ms"]), (2000.0, 30.0))

    def test_guide_names_reach_both(self):
        guide = {"planner_min_endpoint": 2, "planner_adjustment_interval": 60, "planner_load_predictor": "linear"}
        old = self.accepted("1.0.1", **guide)
        self.assertEqual((old["min_endpoint"], old["throughput_adjustment_interval"], old["load_predictor"]), (2, 60, "arima"))
        new = self.accepted("1.6.1", **guide)
        self.assertEqual((new["min_endpoint"], new["throughput_adjustment_interval_seconds"]), (2, 60))

    def assert_matrix(self, version):
        wanted = {}
        for (kind, model), backend, (scaling, planner) in itertools.product(
                {"dense": {}, "moe": MIXTURE}.items(), ("trtllm", "vllm", "sglang"),
                {"throughput": THROUGHPUT, "load": LOAD, "both": BOTH}.items()):
            label = f"_{kind}_{backend}_{scaling}"
            self.write_config(version, request(**model, backend=backend, planner=planner), label)
            wanted[f"planner_config{label}.json"] = (backend, planner)
        mocked = request(planner=THROUGHPUT, mocker={"enabled": True})
        self.write_config(version, mocked, "_mocker")
        wanted["planner_config_mocker.json"] = ("mocker", THROUGHPUT)
        unswept = request(planner=LOAD | {"pre_deployment_sweeping_mode": "none"})
        self.write_config(version, unswept, "_unswept")
        wanted["planner_config_unswept.json"] = ("trtllm", LOAD)

        answers = self.read(version, "accept")["accept"]
        self.assertEqual(set(answers), set(wanted))
        for name, (backend, planner) in wanted.items():
            with self.subTest(name):
                read = self.assert_kept(answers[name])
                self.assertEqual(read["backend"], backend)
                self.assertEqual(read["enable_throughput_scaling"], planner["enable_throughput_scaling"])
                self.assertEqual(read["enable_load_scaling"], planner.get("enable_load_scaling", False))
                self.assertGreaterEqual(read["decode_engine_num_gpu"], 1)
                if "optimization_target" in read and planner["enable_throughput_scaling"]:
                    self.assertEqual(read["optimization_target"], "sla")

    def test_1_0_accepts_every_model_backend_and_scaling(self):
        self.assert_matrix("1.0.1")

    def test_1_6_accepts_every_model_backend_and_scaling(self):
        self.assert_matrix("1.6.1")


class Curves(Reader):
    def sweep(self, version, spec, *options):
        """Our curves in both forms, as the planner finds them; returns what the ConfigMap holds."""
        run("profile", spec, self.directory, "--runtime-version", version, "--output-dir", str(self.directory / "npz"), *options)
        files = config_map_files(documents(spec, self.directory, "--runtime-version", version, *options))
        (self.directory / "planner_config.json").write_text(files.pop("planner_config.json"))
        (self.directory / "json").mkdir()
        for name, text in files.items():
            (self.directory / "json" / name).write_text(text)
        return json.loads(files["prefill_raw_data.json"]), json.loads(files["decode_raw_data.json"])

    def assert_interpolated(self, prefill, decode, found):
        self.assertEqual(found["npz"], found["json"])
        curves = found["json"]
        for ours, theirs in zip(prefill["prefill_ttft"], curves["ttft"], strict=True):
            self.assertAlmostEqual(ours, theirs, places=6)
        for ours, theirs in zip(prefill["prefill_thpt_per_gpu"], curves["prefill_throughput"], strict=True):
            self.assertAlmostEqual(ours, theirs, places=4)
        # The planner answers with the nearest cell of a 100 x 100 raster.
        errors = sorted(abs(theirs / ours - 1) for ours, theirs in zip(decode["z_itl"], curves["itl"], strict=True))
        self.assertLess(errors[len(errors) // 2], 0.02, errors)
        self.assertLess(errors[-1], 0.25, errors)

    def test_interpolators_give_our_values(self):
        prefill, decode = self.sweep("1.0.1", request(planner={}))
        answer = self.read("1.0.1", "interpolate", "dry-run")
        self.assert_interpolated(prefill, decode, answer["interpolate"])
        self.assertGreater(answer["dry-run"], 10000)

    def test_mixture_of_experts(self):
        prefill, decode = self.sweep("1.0.1", request(**MIXTURE, planner={}))
        answer = self.read("1.0.1", "interpolate", "dry-run")
        self.assert_interpolated(prefill, decode, answer["interpolate"])
        self.assertGreater(answer["dry-run"], 10000)

    def test_1_6_learns_from_our_values(self):
        for label, model in {"dense": {}, "moe": MIXTURE}.items():
            with self.subTest(label), tempfile.TemporaryDirectory() as directory:
                self.directory = Path(directory)
                prefill, decode = self.sweep("1.6.1", request(**model, planner=THROUGHPUT))
                found = self.read("1.6.1", "samples")["samples"]
                self.assertEqual(found["npz"], found["json"])
                ours = list(zip(prefill["prefill_isl"], prefill["prefill_ttft"], strict=True))
                self.assertEqual([isl for isl, _ in ours], [isl for isl, _ in found["json"]["prefill"]])
                for (_, ttft), (_, wall) in zip(ours, found["json"]["prefill"], strict=True):
                    self.assertAlmostEqual(ttft, 1000 * wall, places=6)
                points = zip(decode["x_kv_usage"], decode["y_context_length"], decode["z_itl"], strict=True)
                for (usage, length, itl), (batch, tokens, wall) in zip(points, found["json"]["decode"], strict=True):
                    self.assertAlmostEqual(itl, 1000 * wall, places=6)
                    self.assertAlmostEqual(tokens, usage * decode["max_kv_tokens"], delta=0.51)
                    self.assertAlmostEqual(batch * length, tokens, delta=1)


if __name__ == "__main__":
    main("1.0.1", "1.6.1")
