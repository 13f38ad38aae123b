"""Several requests in one call: every finding says which of them it is about."""

import json
import unittest

from harness import INVALID, OK, SAMPLE, ProgramTest

GOOD = SAMPLE.read_text()
# Alike in everything but the name, so that only a heading tells their findings apart.
BAD = [GOOD.replace("name: qwen3-32b", f"name: {name}").replace("backend: trtllm", "backend: vlm") for name in ("first", "second")]
SPEC = json.dumps({"model": "Qwen/Qwen3-32B", "backend": "vlm"})
COMMANDS = (["profile"], ["preview"], ["explain"], ["what-if", "--set", "sla.itl=15"], ["validate"])


def deployment(name, *args):
    worker = {"componentType": "worker", "replicas": 1, "resources": {"limits": {"gpu": "1"}}, "extraPodSpec": {"mainContainer": {
        "image": "x/vllm-runtime:1.0.0", "command": ["python3", "-m", "dynamo.vllm"], "args": ["--model", "Qwen/Qwen3-8B", *args]}}}
    return {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "metadata": {"name": name},
            "spec": {"services": {"Worker": worker}}}


class Several(ProgramTest):
    def headings(self, answer):
        """Heading of each finding: the last line above it that ends in a colon and is not indented."""
        found, heading = [], ""
        for line in answer.err.splitlines():
            if line.startswith(("error: ", "warning: ")):
                found.append((line.split(":")[0], heading))
            elif line.endswith(":") and not line.startswith(" "):
                heading = line[:-1]
        return found

    def errors(self, answer):
        return [heading for word, heading in self.headings(answer) if word == "error"]

    def test_documents_of_one_file(self):
        path = self.write("team.yaml", "---\n".join([*BAD, SPEC + "\n"]))
        for command in COMMANDS:
            with self.subTest(command=command):
                answer = self.run_program(*command, "-f", path)
                self.assertEqual(answer.code, INVALID, answer.err)
                headings = self.errors(answer)
                self.assertEqual([h for i, h in enumerate(headings) if h not in headings[:i]],
                                 [f"{path}, document 1 (first)", f"{path}, document 2 (second)", f"{path}, document 3"])

    def test_files_of_a_folder(self):
        files = [self.write(f"all/{name}.yaml", text) for name, text in zip("ab", BAD)]
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertEqual(self.errors(self.run_program(*command, "-f", self.folder / "all")), [str(file) for file in files])
                self.assertEqual(self.errors(self.run_program(*command, "-f", files[0], "-f", files[1])), [str(file) for file in files])

    def test_warnings_too(self):
        """Without tables every answer is modelled, which each request is told of."""
        path = self.write("two.yaml", "---\n".join([GOOD, GOOD.replace("name: qwen3-32b", "name: other")]))
        for command in (["profile"], ["explain"]):
            answer = self.run_program(*command, "-f", path)
            self.assertEqual(answer.code, OK, answer.err)
            told = [heading for word, heading in self.headings(answer) if word == "warning" and heading]
            self.assertEqual(sorted(set(told)), [f"{path}, document 1 (qwen3-32b)", f"{path}, document 2 (other)"])

    def test_one_request_needs_no_heading(self):
        for command in COMMANDS:
            self.assertEqual(self.errors(self.run_program(*command, "-f", self.write("one.yaml", BAD[0]))), [""])

    def test_deployments(self):
        bad = [deployment(name, "--tensor-parallel-size", "two") for name in ("first", "second")]
        path = self.write("dgd.yaml", "---\n".join(json.dumps(one) + "\n" for one in bad))
        answer = self.run_program("estimate", "-f", path, "--gpu", "h200_sxm")
        self.assertEqual(answer.code, INVALID, answer.err)
        self.assertEqual(self.errors(answer), [f"{path}, document 1 (first)", f"{path}, document 2 (second)"])

    def test_predictions_of_several_deployments_are_told_apart(self):
        path = self.write("dgd.yaml", "---\n".join(json.dumps(deployment(name)) + "\n" for name in ("first", "second")))
        answer = self.run_program("estimate", "-f", path, "--gpu", "h200_sxm")
        self.assertEqual(answer.code, OK, answer.err)
        for name in ("first", "second"):
            self.assertIn(f"== {name} ({path})\n", answer.out)

    def test_a_price_of_another_gpu_is_told(self):
        path = self.write("one.yaml", GOOD)
        flags = ["--model", "Qwen/Qwen3-32B", "--gpu", "h200_sxm", "--backend", "trtllm", "--tp", "4"]
        for command in (["profile", "-f", path], ["explain", "-f", path], ["estimate", *flags]):
            told = self.run_program(*command, "--gpu-price", "b200_sxm=2")
            self.assertEqual(told.code, OK, told.err)
            self.assertIn("no --gpu-price is of h200_sxm", told.err)
            self.assertNotIn("price.missing", self.run_program(*command, "--gpu-price", "h200_sxm=2").err)
            self.assertNotIn("price.missing", self.run_program(*command).err)

    def test_mistakes_of_the_call_and_of_the_request_at_once(self):
        path = self.write("team.yaml", "---\n".join(BAD))
        for command in COMMANDS[:1] + COMMANDS[2:4]:
            answer = self.run_program(*command, "-f", path, "--gpu-price", "cheap", "--gpu-price", "h300_sxm=2", "--gpu-price", "-1")
            self.assertEqual(answer.code, INVALID, answer.err)
            for words in ("--gpu-price cheap", "--gpu-price h300_sxm=2", "--gpu-price -1", "document 1 (first)", "document 2 (second)"):
                self.assertIn(words, answer.err)
            self.assertEqual(answer.out, "")


if __name__ == "__main__":
    unittest.main()
