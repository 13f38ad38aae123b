"""`estimate --cases` and `profile --cases`: one answer a line, in order, as lines arrive; nothing stops them."""

import json
import os
import subprocess
import unittest

from harness import BINARY, ERROR, OK, USAGE, ProgramTest, tables_directory

GOOD = {"kind": "static", "in": {"model_path": "Qwen/Qwen3-32B", "system_name": "h200_sxm", "backend_name": "trtllm",
                                 "mode": "static", "batch_size": 4, "isl": 1024, "osl": 64, "tp_size": 4}}


class Lines(ProgramTest):
    def answers(self, lines, command="estimate"):
        answer = self.run_program(command, "--cases", "-", stdin=lines, tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        return [json.loads(line) for line in answer.out.splitlines()]

    def test_bad_lines_answer_with_their_error(self):
        lines = b"\n".join([b"not json", b"[]", b'{"id": "a"}', b'{"id": "b", "kind": "nonsense", "in": {}}',
                            b'{"id": "c", "kind": "static", "in": {}}', b"\x00\xff\xfe", b'{"id": "d", "kind":'])
        answers = self.answers(lines)
        self.assertEqual(len(answers), 7)
        for answer in answers:
            self.assertIs(answer["ok"], False)
            self.assertTrue(answer["err"]["code"])
            self.assertTrue(answer["err"]["message"])
        self.assertEqual([answer["id"] for answer in answers[2:5]], ["a", "b", "c"])

    def test_the_order_is_that_of_the_lines(self):
        lines = "\n".join(json.dumps({**GOOD, "id": str(i)}) if i % 3 else json.dumps({"id": str(i)})
                          for i in range(300))
        self.assertEqual([answer["id"] for answer in self.answers(lines)], [str(i) for i in range(300)])

    def test_blank_lines_and_a_missing_last_line_end(self):
        self.assertEqual(len(self.answers('\n\n{"id": "a"}\r\n  \n{"id": "b"}')), 2)
        self.assertEqual(self.answers(b""), [])

    def test_an_overlong_line_answers_and_the_next_one_too(self):
        answers = self.answers(b'{"id": "' + b"x" * (17 << 20) + b'"}\n{"id": "next"}\n')
        self.assertEqual([answer["ok"] for answer in answers], [False, False])
        self.assertTrue(answers[0]["err"]["message"])
        self.assertEqual(answers[1]["id"], "next")

    def test_an_answer_does_not_wait_for_the_next_line(self):
        with subprocess.Popen([BINARY, "estimate", "--cases", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env={**os.environ, "DYNAMO_TABLES": str(self.folder)}) as program:
            for name in ("one", "two"):
                program.stdin.write(json.dumps({"id": name}).encode() + b"\n")
                program.stdin.flush()
                self.assertEqual(json.loads(program.stdout.readline())["id"], name)
            program.stdin.close()
            self.assertEqual(program.wait(timeout=30), OK)

    def test_files(self):
        path = self.write("cases.jsonl", '{"id": "a"}\n')
        self.assertEqual(self.run_program("estimate", "--cases", path).code, OK)
        self.assertEqual(self.run_program("estimate", "--cases", self.folder / "none").code, ERROR)
        self.assertEqual(self.run_program("estimate", "--cases", self.folder).code, ERROR)
        self.assertEqual(self.run_program("profile", "--cases", path, "--gpus", "8").code, USAGE)

    @unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
    def test_a_good_case_has_numbers(self):
        (answer,) = self.answers(json.dumps({**GOOD, "id": "x"}))
        self.assertTrue(answer["ok"], answer)
        row = answer["out"]["row"]
        self.assertAlmostEqual(row["request_latency"], row["ttft"] + row["tpot"] * 63, places=6)
        self.assertAlmostEqual(sum(ms for ms, _ in answer["out"]["context_ops"].values()), row["ttft"], places=4)

    @unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
    def test_a_scenario_has_ranked_rows(self):
        scenario = {"id": "p", "kind": "picks",
                    "in": {"flow": "default", "model_path": "Qwen/Qwen3-32B", "total_gpus": 8, "system": "h200_sxm",
                           "backend": "trtllm", "isl": 3000, "osl": 500, "ttft": 500, "tpot": 50}}
        (answer,) = self.answers(json.dumps(scenario), command="profile")
        self.assertTrue(answer["ok"], answer)
        self.assertIn(answer["out"]["chosen"], ("agg", "disagg"))


if __name__ == "__main__":
    unittest.main()
