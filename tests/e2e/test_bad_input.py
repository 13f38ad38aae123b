"""Bad input gets a clear error, all of it at once, and never a crash."""

import unittest

from harness import ERROR, INVALID, OK, SAMPLE, USAGE, ProgramTest

GOOD = {
    "model": "Qwen/Qwen3-32B",
    "backend": "trtllm",
    "image": "registry.example/runtime:1",
    "workload": "{isl: 3000, osl: 500}",
    "sla": "{ttft: 500, itl: 50}",
    "hardware": "{gpuSku: h200_sxm, totalGpus: 8, numGpusPerNode: 8}",
}


def spec(without=(), **changes):
    """A bare spec as YAML; `without` names the keys to leave out."""
    fields = {**GOOD, **changes}
    return "".join(f"{key}: {value}\n" for key, value in fields.items() if key not in without)


class OneMistake(ProgramTest):
    """Each mistake alone: refused with code 4, the field and the advice in the message."""

    def refused(self, text, *fragments, code=INVALID):
        path = self.write("request.yaml", text)
        for command in ("validate", "profile"):
            answer = self.run_program(command, "-f", path)
            self.assertEqual(answer.code, code, answer.err)
            self.assertEqual(answer.out, "")
            for fragment in fragments:
                self.assertIn(fragment.lower(), answer.err.lower())
            self.assertRegex(answer.err, r"\n\d+ errors?(, \d+ warnings?)?\n$")
        return answer

    def test_the_good_one_is_good(self):
        answer = self.run_program("validate", "-f", self.write("request.yaml", spec()))
        self.assertEqual(answer.code, OK, answer.err)

    def test_missing_model(self):
        self.refused(spec(without=["model"]), "model")

    def test_unknown_key(self):
        self.refused(spec(bakend="vllm"), "error: bakend: unknown key; did you mean backend?")

    def test_unknown_enum_value(self):
        self.refused(spec(backend="vlm"), "backend", "did you mean vllm")

    def test_wrong_types(self):
        self.refused(spec(workload='{isl: "three", osl: [1]}', autoApply="maybe"), "isl", "osl", "autoApply")

    def test_numbers_out_of_range(self):
        for value in ("-1", "0", ".nan", ".inf", "1e30"):
            with self.subTest(value=value):
                self.refused(spec(workload=f"{{isl: {value}, osl: 500}}"), "isl")
                self.refused(spec(sla=f"{{ttft: {value}, itl: 50}}") if value != "1e30" else
                             spec(sla="{ttft: -1e30, itl: 50}"), "ttft")
                self.refused(spec(hardware=f"{{gpuSku: h200_sxm, totalGpus: {value}}}"), "totalGpus")

    def test_both_load_targets(self):
        self.refused(spec(workload="{isl: 3000, osl: 500, requestRate: 5, concurrency: 64}"), "concurrency",
                     "requestRate")

    def test_thorough_with_auto(self):
        self.refused(spec(backend="auto", searchStrategy="thorough"), "thorough", "auto")

    def test_end_to_end_latency_with_ttft(self):
        self.refused(spec(sla="{e2eLatency: 9000, ttft: 500, itl: 50}"), "e2eLatency")

    def test_unknown_gpu(self):
        self.refused(spec(hardware="{gpuSku: h200-sx, totalGpus: 8}"), "h200-sx", "did you mean")

    def test_model_without_configuration(self):
        self.refused(spec(model="acme/unheard-of"), "acme/unheard-of", "config.json")

    def test_empty_file(self):
        self.refused("", "no document")
        self.refused("# only a comment\n---\n", "no document")

    def test_binary_file(self):
        self.refused(bytes(range(256)) * 8, "[document.")

    def test_not_an_object(self):
        self.refused("just a line of text\n")
        self.refused("- a\n- list\n")

    def test_alias_bomb(self):
        bomb = "a0: &a0 [x]\n" + "".join(
            f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
        self.refused(bomb)

    def test_nesting_bomb(self):
        self.refused("a: " + "[" * 100000)
        self.refused("a: " + "{a: " * 20000)


class Files(ProgramTest):
    def test_a_hundred_megabytes_are_refused_unread(self):
        path = self.folder / "large.yaml"
        with open(path, "wb") as file:
            file.truncate(100 << 20)
        answer = self.run_program("profile", "-f", path)
        self.assertEqual(answer.code, INVALID)
        self.assertIn("larger than 4 MiB", answer.err)

    def test_a_hundred_megabytes_on_stdin_are_cut_off(self):
        answer = self.run_program("profile", "-f", "-", stdin=b"# x\n" * (25 << 20))
        self.assertEqual(answer.code, INVALID)
        self.assertIn("<stdin>", answer.err)

    def test_no_such_file(self):
        answer = self.run_program("profile", "-f", "/nonexistent/request.yaml")
        self.assertEqual(answer.code, ERROR)
        self.assertIn("No such file", answer.err)

    def test_a_directory_without_manifests(self):
        self.write("folder/below/a.yaml", SAMPLE.read_bytes())
        answer = self.run_program("validate", "-f", self.folder / "folder")
        self.assertEqual(answer.code, ERROR)
        self.assertIn("-R", answer.err)
        self.assertEqual(self.run_program("validate", "-f", self.folder / "folder", "-R").code, OK)

    def test_one_bad_document_does_not_stop_the_good_ones(self):
        good = SAMPLE.read_text()
        bad = good.replace("name: qwen3-32b", "name: broken").replace("isl: 3000", "isl: -3")
        path = self.write("several.yaml", good + "---\n" + bad + "---\n" + good.replace("qwen3-32b", "third"))
        answer = self.run_program("validate", "-f", path)
        self.assertEqual(answer.code, INVALID)
        self.assertIn("dynamographdeploymentrequest.nvidia.com/qwen3-32b is valid", answer.out)
        self.assertIn("dynamographdeploymentrequest.nvidia.com/third is valid", answer.out)
        self.assertNotIn("broken", answer.out)
        self.assertIn("isl", answer.err)

    def test_all_mistakes_at_once_with_their_lines(self):
        text = SAMPLE.read_text().replace("backend: trtllm", "backend: vlm").replace("isl: 3000", "isl: -3").replace(
            "gpuSku: h200_sxm", "gpuSku: h200-sx")
        answer = self.run_program("validate", "-f", self.write("bad.yaml", text))
        self.assertEqual(answer.code, INVALID)
        for line in ("backend: vlm", "isl: -3", "gpuSku: h200-sx"):
            self.assertIn(line, answer.err)
        self.assertIn("^^^", answer.err)
        positions = [answer.err.index(word) for word in ("spec.backend", "spec.workload.isl", "spec.hardware.gpuSku")]
        self.assertEqual(positions, sorted(positions), "findings come in document order")

    def test_escape_sequences_never_reach_the_terminal(self):
        answer = self.run_program("validate", "-f", "-", stdin='model: "\\e[2J"\n"\\e]0;x\\a": 1\n')
        self.assertEqual(answer.code, INVALID)
        self.assertNotIn("\x1b", answer.err + answer.out)


class Usage(ProgramTest):
    def test_usage_errors(self):
        for arguments in (["profile"], ["nonsense"], ["profile", "-f", "x", "-o", "xml"], ["profile", "--gpus", "many"],
                          ["estimate"], ["tables"], ["profile", "--unknown-flag"]):
            with self.subTest(arguments=arguments):
                answer = self.run_program(*arguments)
                self.assertEqual(answer.code, USAGE)
                self.assertEqual(answer.out, "")
                self.assertTrue(answer.err.startswith("error: "), answer.err)


class Tables(ProgramTest):
    def test_a_foreign_file_is_no_pack(self):
        self.write("tables/h200_sxm-trtllm.pack", b"not a pack at all")
        answer = self.run_program("tables", "verify", "--tables", self.folder / "tables")
        self.assertEqual(answer.code, ERROR)
        self.assertIn("h200_sxm-trtllm.pack", answer.err)

    def test_import_of_something_else(self):
        answer = self.run_program("tables", "import", self.write("x.whl", b"PK but no wheel"))
        self.assertEqual(answer.code, ERROR)
        self.assertIn("x.whl", answer.err)


if __name__ == "__main__":
    unittest.main()
