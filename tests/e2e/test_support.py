"""`support`: what is measured, modelled or naive; and the gates of a planner that follow it."""

import json
import unittest

from harness import INVALID, OK, SAMPLE, USAGE, ProgramTest, tables_directory


class Support(ProgramTest):
    def cells(self, *arguments, **options):
        answer = self.run_program("support", *arguments, "-o", "json", **options)
        self.assertEqual(answer.code, OK, answer.err)
        matrix = json.loads(answer.out)
        self.assertEqual(matrix["kind"], "SupportMatrix")
        return matrix["items"]

    def test_without_tables_everything_is_modelled_or_naive(self):
        cells = self.cells("--model", "Qwen/Qwen3-32B")
        self.assertEqual({cell["tier"] for cell in cells}, {"modelled", "naive"})
        self.assertTrue(all(cell["reason"] and not cell["version"] for cell in cells))

    def test_by_family_when_no_model_is_named(self):
        cells = self.cells("--gpu", "l40", "--backend", "vllm")
        families = [cell["family"] for cell in cells]
        self.assertEqual(len(families), len(set(families)))
        for cell in cells:
            self.assertIsNone(cell["model"])
            self.assertGreater(sum(cell["models"].values()), 0)

    def test_any_spelling_of_a_gpu_and_several_filters(self):
        cells = self.cells("--model", "Qwen/Qwen3-32B", "--gpu", "NVIDIA-H200", "--gpu", "h100-sxm5-80gb", "--backend", "vllm")
        self.assertEqual([cell["gpu"] for cell in cells], ["h200_sxm", "h100_sxm"])

    def test_a_family_is_a_filter_too(self):
        cells = self.cells("--model", "deepseekv32", "--gpu", "h200_sxm", "--backend", "sglang")
        self.assertEqual({cell["family"] for cell in cells}, {"DEEPSEEKV32"})

    def test_unknown_words_are_all_reported_with_the_nearest(self):
        answer = self.run_program("support", "--model", "Qwen/Qwen3-32C", "--gpu", "h20_sxm", "--backend", "tgi")
        self.assertEqual((answer.code, answer.out), (INVALID, ""))
        for text in ("Qwen/Qwen3-32B", "h200_sxm", "trtllm, sglang, vllm", "3 errors"):
            self.assertIn(text, answer.err)
        self.assertEqual(self.run_program("support", "-o", "name").code, USAGE)

    def test_eighty_columns_and_one_line_a_cell_when_wide(self):
        table = self.run_program("support", "--model", "Qwen/Qwen3-32B")
        self.assertEqual(table.code, OK, table.err)
        for line in table.out.splitlines():
            self.assertLessEqual(len(line), 80, line)
        wide = self.run_program("support", "--model", "Qwen/Qwen3-32B", "--gpu", "l40", "-o", "wide").out.splitlines()
        self.assertEqual(len(wide), 1 + 3)
        self.assertIn("WHY NOT MEASURED", wide[0])
        self.assertIn("kind: SupportMatrix", self.run_program("support", "--gpu", "l40", "-o", "yaml").out)

    def test_completion_knows_it(self):
        self.assertIn("support", self.run_program("__complete", "supp").out)
        self.assertIn("h200_sxm", self.run_program("__complete", "support", "--gpu", "h200").out)
        self.assertIn("yaml", self.run_program("__complete", "support", "-o", "y").out)


class Gates(ProgramTest):
    def profile(self, gpu, planner):
        text = SAMPLE.read_text().replace("gpuSku: h200_sxm", "gpuSku: " + gpu)
        lines = "".join(f"\n      {key}: {value}" for key, value in planner.items())
        path = self.write("request.yaml", text + f"  features:\n    planner:{lines}\n")
        return self.run_program("profile", "-f", path, "-o", "json")

    def test_throughput_scaling_needs_measured_tables(self):
        answer = self.profile("l40", {"enable_throughput_scaling": "true"})
        self.assertEqual(answer.code, INVALID, answer.err)
        self.assertIn("[planner.throughput.unmeasured]", answer.err)

    def test_a_rapid_sweep_falls_back_with_a_warning(self):
        answer = self.profile("l40", {"enable_throughput_scaling": "false", "enable_load_scaling": "true"})
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("[planner.sweep.unmeasured]", answer.err)


@unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
class Measured(Support):
    def run_program(self, *arguments, **options):
        return super().run_program(*arguments, **{"tables": tables_directory(), **options})

    def test_without_tables_everything_is_modelled_or_naive(self):
        tiers = {(c["gpu"], c["backend"]): c for c in self.cells("--model", "Qwen/Qwen3-32B")}
        self.assertEqual(tiers["h200_sxm", "trtllm"]["tier"], "measured")
        self.assertEqual(tiers["h200_sxm", "trtllm"]["version"], "1.3.0rc20")
        self.assertEqual(tiers["h200_sxm", "trtllm"]["reason"], "")
        self.assertEqual(tiers["l40", "vllm"]["tier"], "modelled")
        self.assertEqual(tiers["mi300", "trtllm"]["tier"], "naive")

    def test_the_known_artefact_is_flagged(self):
        arguments = ["profile", "--model", "Qwen/Qwen3-32B-FP8", "--gpu", "b200_sxm", "--gpus", "8", "--backend", "vllm"]
        answer = self.run_program(*arguments, "-o", "json")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("[profile.rows.suspect]", answer.err)
        rows = json.loads(answer.out)["provenance"]["suspectRows"]
        self.assertTrue(any(row["pass"] == "decode" and row["factor"] > 1.5 for row in rows), rows)


if __name__ == "__main__":
    unittest.main()
