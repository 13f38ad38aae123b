"""Every family of models on every backend: from a name to manifests, from the measured tables where there are some."""

import json
import unittest

from harness import INVALID, OK, UNSUPPORTED, ProgramTest, tables_directory

BACKENDS = ("trtllm", "sglang", "vllm")

# One model a family, a GPU it fits, and the backends whose tables measured its kernels there.
FAMILIES = {
    "LLAMA": ("Qwen/Qwen3-32B", "h200_sxm", BACKENDS),
    "MOE": ("openai/gpt-oss-120b", "h200_sxm", BACKENDS),
    "DEEPSEEK": ("deepseek-ai/DeepSeek-V3", "h200_sxm", BACKENDS),
    "DEEPSEEKV32": ("deepseek-ai/DeepSeek-V3.2", "h200_sxm", ("sglang", "vllm")),
    "DEEPSEEKV4": ("sgl-project/DeepSeek-V4-Flash-FP8", "h200_sxm", ("sglang", "vllm")),
    "KIMIK25": ("moonshotai/Kimi-K2.5", "h200_sxm", ("sglang", "vllm")),
    "KIMIK3": ("moonshotai/Kimi-K3", "b200_sxm", ("sglang", "vllm")),
    "HYBRIDMOE": ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "h200_sxm", BACKENDS),
    "QWEN3VL": ("Qwen/Qwen3-VL-32B-Instruct", "h200_sxm", BACKENDS),
    "QWEN3VL_MOE": ("Qwen/Qwen3-VL-30B-A3B-Instruct", "h200_sxm", BACKENDS),
    "GEMMA4MIX": ("google/gemma-4-26B-A4B", "h200_sxm", ("sglang", "vllm")),
    "NEMOTRONNAS": ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", "h200_sxm", BACKENDS),
    "NEMOTRONH": ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "h200_sxm", BACKENDS),
    "QWEN35": ("Qwen/Qwen3.5-35B-A3B", "h200_sxm", BACKENDS),
    "STEP3P7": ("stepfun-ai/Step-3.7-Flash", "h200_sxm", ()),
    "MINIMAXM3": ("MiniMaxAI/MiniMax-M3", "b200_sxm", ("vllm",)),
}


class Families(ProgramTest):
    def report(self, model, gpu, backend, **options):
        return self.run_program("profile", "--model", model, "--gpu", gpu, "--backend", backend, "--gpus", "32",
                                "--database-mode", "silicon", "-o", "json", **options)

    def check_manifest(self, report, backend):
        deployment = report["documents"][-1]
        self.assertEqual(deployment["kind"], "DynamoGraphDeployment")
        self.assertIn(backend, json.dumps(deployment))

    def test_without_tables_the_layout_fits_the_memory(self):
        for family, (model, gpu, _) in FAMILIES.items():
            for backend in BACKENDS:
                with self.subTest(family=family, backend=backend):
                    self.check_unverified(self.report(model, gpu, backend), backend)

    def check_unverified(self, answer, backend):
        if answer.code == UNSUPPORTED:
            self.assertIn("naive.does_not_fit", answer.err)   # one worker of one node is too small for Kimi-K3
            return
        self.assertEqual(answer.code, OK, answer.err)
        report = json.loads(answer.out)
        self.assertTrue(report["unverified"])
        self.check_manifest(report, backend)

    @unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
    def test_with_tables_the_numbers_are_measured(self):
        for family, (model, gpu, measured) in FAMILIES.items():
            for backend in BACKENDS:
                with self.subTest(family=family, backend=backend):
                    answer = self.report(model, gpu, backend, tables=tables_directory())
                    if backend in measured:
                        self.check_measured(answer, backend)
                    else:
                        self.check_unverified(answer, backend)

    def check_measured(self, answer, backend):
        self.assertEqual(answer.code, OK, answer.err)
        report = json.loads(answer.out)
        self.assertFalse(report["unverified"], answer.err)
        self.assertGreater(report["chosen"]["ttftMs"], 0)
        self.check_manifest(report, backend)


class Checkpoints(ProgramTest):
    def test_fp4_experts_of_deepseek_v4_are_refused_on_hopper(self):
        answer = self.run_program("profile", "--model", "deepseek-ai/DeepSeek-V4-Flash", "--gpu", "h200_sxm", "--backend", "sglang")
        self.assertEqual(answer.code, INVALID, answer.err)
        self.assertIn("sgl-project/DeepSeek-V4-Flash-FP8", answer.err)
        self.assertEqual(answer.out, "")

    def test_code_that_the_checkpoint_brings_is_not_run(self):
        config = self.write("own/config.json", json.dumps({
            "architectures": ["OwnForCausalLM"], "auto_map": {"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"}}))
        answer = self.run_program("profile", "--model", config, "--gpu", "h200_sxm", "--backend", "vllm")
        self.assertEqual(answer.code, INVALID, answer.err)
        for word in ("architectures[0]", "OwnForCausalLM", "auto_map", "LlamaForCausalLM"):
            self.assertIn(word, answer.err)

    def test_a_truncated_configuration(self):
        config = self.write("cut/config.json", '{"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 3')
        answer = self.run_program("profile", "--model", config, "--gpu", "h200_sxm", "--backend", "vllm")
        self.assertEqual(answer.code, INVALID, answer.err)
        self.assertIn("config.json", answer.err)


if __name__ == "__main__":
    unittest.main()
