"""What `profile` prints and writes: every format, streams, exit codes, the same bytes every time."""

import json
import os
import resource
import signal
import unittest

from harness import ERROR, OK, ROOT, SAMPLE, SLA_UNMET, ProgramTest, tables_directory

FLAGS = ["--model", "Qwen/Qwen3-32B", "--gpu", "h200_sxm", "--gpus", "8", "--backend", "trtllm", "--isl", "3000", "--osl",
         "500", "--ttft", "500", "--itl", "50"]


def limit_file_size():
    """In the child: files cannot grow beyond 200 bytes, as on a full disk. (Pipes are not files.)"""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


class WithoutTables(ProgramTest):
    def test_says_so_and_goes_on(self):
        answer = self.run_program("profile", "-f", SAMPLE)
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("no measured tables", answer.err)
        self.assertIn("modelled", answer.out)
        self.assertIn("Error band", answer.out)
        self.assertIn("[profile.modelled]", answer.err)
        self.assertNotIn("warning", answer.out)

    def test_measured_tables_alone_leave_only_the_memory(self):
        answer = self.run_program("profile", "-f", SAMPLE, "--database-mode", "silicon")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertIn("unverified", answer.out)

    def test_every_format(self):
        self.assertEqual(self.run_program("profile", "-f", SAMPLE, "-o", "name").out,
                         "dynamographdeployment.nvidia.com/" + self.deployment_name() + "\n")
        self.assertIn("kind: DynamoGraphDeployment\n", self.run_program("profile", "-f", SAMPLE, "-o", "yaml").out)
        report = json.loads(self.run_program("profile", "-f", SAMPLE, "-o", "json").out)
        self.assertEqual(report["apiVersion"], "dynamo-profiler/v1")
        self.assertFalse(report["unverified"])
        self.assertEqual(report["provenance"]["tier"], "modelled")
        band = report["provenance"]["errorBand"]
        for number in ("ttft", "itl", "throughput"):
            self.assertLess(band[number]["low"], 1)
            self.assertGreater(band[number]["high"], 1)

    def deployment_name(self):
        report = json.loads(self.run_program("profile", "-f", SAMPLE, "-o", "json").out)
        return report["documents"][-1]["metadata"]["name"]

    def test_flags_alone_are_a_request(self):
        answer = self.run_program("profile", *FLAGS, "-o", "json", "--name", "mine")
        self.assertEqual(answer.code, OK, answer.err)
        report = json.loads(answer.out)
        self.assertEqual((report["name"], report["request"]["isl"]), ("mine", 3000))

    def test_flags_win_over_the_file(self):
        report = json.loads(self.run_program("profile", "-f", SAMPLE, "--osl", "77", "-o", "json").out)
        self.assertEqual((report["request"]["isl"], report["request"]["osl"]), (3000, 77))

    def test_stdin_and_json_input(self):
        from_yaml = self.run_program("profile", "-f", "-", "-o", "yaml", stdin=SAMPLE.read_bytes())
        self.assertEqual(from_yaml.code, OK, from_yaml.err)
        spec = {"model": "Qwen/Qwen3-32B", "image": "i:1", "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8}}
        from_json = self.run_program("profile", "-f", "-", "-o", "yaml", stdin=json.dumps(spec))
        self.assertEqual(from_json.code, OK, from_json.err)

    def test_several_requests(self):
        second = SAMPLE.read_text().replace("name: qwen3-32b", "name: second")
        self.write("all/a.yaml", SAMPLE.read_bytes())
        self.write("all/b.yaml", second)
        answer = self.run_program("profile", "-f", self.folder / "all", "-o", "json", "--output-dir", "out")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertEqual([item["name"] for item in json.loads(answer.out)["items"]], ["qwen3-32b", "second"])
        for name in ("qwen3-32b", "second"):
            self.assertTrue((self.folder / "out" / name / "final_config.yaml").exists())

    def test_a_local_model_configuration(self):
        config = {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 1024,
                  "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
                  "intermediate_size": 3072, "vocab_size": 151936, "max_position_embeddings": 40960,
                  "torch_dtype": "bfloat16"}
        commit = "0123456789abcdef0123456789abcdef01234567"
        self.write("hf/hub/models--acme--tiny/refs/main", commit)
        self.write(f"hf/hub/models--acme--tiny/snapshots/{commit}/config.json", json.dumps(config))
        answer = self.run_program("profile", *FLAGS, "--model", "acme/tiny", "-o", "json",
                                  environment={"HF_HOME": str(self.folder / "hf")})
        self.assertEqual(answer.code, OK, answer.err)

    def test_samples_validate(self):
        samples = sorted((ROOT / "manifests/samples").glob("*.yaml"))
        self.assertGreaterEqual(len(samples), 4)
        for sample in samples:
            with self.subTest(sample=sample.name):
                answer = self.run_program("validate", "-f", sample)
                self.assertEqual(answer.code, OK, answer.err)


class OutputDirectory(ProgramTest):
    def test_both_files_are_written_and_the_same_as_yaml(self):
        target = self.folder / "deep" / "out"
        answer = self.run_program("profile", "-f", SAMPLE, "--output-dir", target, "-o", "yaml")
        self.assertEqual(answer.code, OK, answer.err)
        self.assertEqual((target / "final_config.yaml").read_text(), answer.out)
        self.assertIn("status: success", (target / "profiler_status.yaml").read_text())
        self.assertEqual(sorted(os.listdir(target)), ["final_config.yaml", "profiler_status.yaml"])

    def test_a_refused_request_leaves_a_failed_status(self):
        bad = self.write("bad.yaml", SAMPLE.read_text().replace("isl: 3000", "isl: -1"))
        self.run_program("profile", "-f", bad, "--output-dir", "out")
        self.assertEqual(os.listdir(self.folder / "out"), ["profiler_status.yaml"])
        status = (self.folder / "out" / "profiler_status.yaml").read_text()
        self.assertIn("status: failed", status)
        self.assertIn("isl", status)

    def test_a_full_disk_leaves_nothing_half_written(self):
        target = self.folder / "out"
        target.mkdir()
        (target / "final_config.yaml").write_text("before\n")
        answer = self.run_program("profile", "-f", SAMPLE, "--output-dir", target, preexec_fn=limit_file_size)
        self.assertEqual(answer.code, ERROR)
        self.assertIn("cannot write", answer.err)
        self.assertEqual(os.listdir(target), ["final_config.yaml"])
        self.assertEqual((target / "final_config.yaml").read_text(), "before\n")

    def test_an_unusable_directory(self):
        self.write("file", "")
        answer = self.run_program("profile", "-f", SAMPLE, "--output-dir", self.folder / "file" / "out")
        self.assertEqual(answer.code, ERROR)
        self.assertIn("file/out", answer.err)
        self.assertIn("1 error", answer.err)


@unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
class WithTables(ProgramTest):
    def run_measured(self, *arguments, **options):
        return self.run_program(*arguments, tables=tables_directory(), **options)

    def test_the_verdict_comes_first(self):
        # Named as a user would: the commands to copy repeat the path, however long it is.
        self.write("request.yaml", SAMPLE.read_bytes())
        answer = self.run_measured("profile", "-f", "request.yaml")
        self.assertEqual((answer.code, answer.err), (OK, ""))
        self.assertTrue(answer.out.startswith("Meets the SLA: "), answer.out)
        for line in answer.out.splitlines():
            self.assertLessEqual(len(line), 80, line)
        for word in ("TTFT", "ITL", "WHY NOT", "measured tables", "Deploy:"):
            self.assertIn(word, answer.out)

    def test_usual_rows_take_one_line(self):
        """Of 80 columns, the reason among them: between the titles and the count of the others stands one line a pick."""
        samples = ROOT / "manifests/samples"
        for name in ("qwen3-32b", "load-match", "e2e-latency", "planner", "profile_sla_aic_dgdr", "profile_sla_moe_dgdr"):
            lines = self.run_measured("profile", "-f", samples / f"{name}.yaml").out.splitlines()
            first = next(i for i, line in enumerate(lines) if line.startswith("  LAYOUT"))
            last = next(i for i, line in enumerate(lines) if line.startswith("  ... "))
            rows = lines[first + 1:last]
            self.assertEqual(len(rows), 5, "\n".join(lines))
            self.assertLessEqual(max(map(len, rows)), 80)
            for row in rows[1:]:
                self.assertRegex(row, r"  (-\d+ %|same tok/s|needs \d+ GPUs)(, ITL [0-9.]+x (better|worse))?$")

    def test_long_commands_are_continued_within_the_screen(self):
        out = self.run_measured("profile", *FLAGS, "--gpu-price", "2.49", "--name", "a-name").out
        self.assertLessEqual(max(map(len, out.splitlines())), 80, out)
        deploy = out[out.index("Deploy:"):]
        self.assertIn("kubectl dynamo profile " + " ".join(FLAGS), " ".join(deploy.replace("\\\n", " ").split()))

    def test_the_same_bytes_every_time(self):
        for form in ("table", "wide", "json", "yaml"):
            first = self.run_measured("profile", "-f", SAMPLE, "-o", form, "--backend", "auto")
            second = self.run_measured("profile", "-f", SAMPLE, "-o", form, "--backend", "auto")
            self.assertEqual(first.code, OK, first.err)
            self.assertEqual(first.out, second.out)

    def test_json_has_what_the_table_shows(self):
        report = json.loads(self.run_measured("profile", "-f", SAMPLE, "-o", "json").out)
        chosen = report["chosen"]
        self.assertLessEqual(chosen["ttftMs"], 500)
        self.assertLessEqual(chosen["itlMs"], 50)
        self.assertLessEqual(chosen["total"]["gpus"], 8)
        self.assertEqual(report["provenance"]["tier"], "measured")
        self.assertIsNone(report["provenance"]["errorBand"])
        self.assertEqual(report["provenance"]["suspectRows"], [])
        self.assertEqual(report["ranked"][0]["layout"], chosen["layout"])
        self.assertTrue(all(pick["whyNot"] for pick in report["ranked"][1:]))
        shares = [report["provenance"][name] for name in ("lookedUp", "interpolated", "extrapolated", "modelled")]
        self.assertAlmostEqual(sum(shares), 1, places=6)

    def test_an_unreachable_sla(self):
        arguments = ["profile", "-f", SAMPLE, "--itl", "0.5"]
        lax, strict = self.run_measured(*arguments), self.run_measured(*arguments, "--strict-sla")
        self.assertEqual((lax.code, strict.code), (OK, SLA_UNMET))
        self.assertIn("Nothing meets ITL <= 0.5 ms", lax.out)
        self.assertIn("you asked for 0.5 ms", lax.out)
        self.assertIn("warning", lax.err)

    def test_a_damaged_pack_is_refused_by_name(self):
        for pack in tables_directory().glob("h200_sxm-trtllm*.pack"):
            data = bytearray(pack.read_bytes())
            self.write("tables/" + pack.name, bytes(data[: len(data) // 2]))
        answer = self.run_program("profile", "-f", SAMPLE, tables=self.folder / "tables")
        self.assertEqual(answer.code, ERROR, answer.err)
        self.assertIn("h200_sxm-trtllm", answer.err)

    def test_tables_list_and_verify(self):
        listed = self.run_measured("tables", "list", "-o", "json")
        packs = json.loads(listed.out)["items"]
        self.assertIn(("h200_sxm", "trtllm", "1.3.0rc20"), [(p["system"], p["backend"], p["current"]) for p in packs])
        self.assertEqual(self.run_measured("tables", "verify").code, OK)


if __name__ == "__main__":
    unittest.main()
