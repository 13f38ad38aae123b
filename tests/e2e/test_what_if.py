"""`what-if`: a request beside variations of itself."""

import json
import unittest

from harness import INVALID, OK, SAMPLE, UNSUPPORTED, USAGE, ProgramTest, tables_directory


class Refusals(ProgramTest):
    def refused(self, *arguments, code=INVALID):
        answer = self.run_program("what-if", "-f", SAMPLE, *arguments)
        self.assertEqual(answer.code, code, answer.err)
        self.assertEqual(answer.out, "")
        return answer.err.replace("`", "")

    def test_unknown_fields_name_the_nearest(self):
        self.assertIn("did you mean sla.itl", self.refused("--set", "sla.itll=15"))
        self.assertIn("did you mean hardware.totalGpus", self.refused("--set", "totalGpus=15"))

    def test_every_mistake_at_once(self):
        errors = self.refused("--set", "sla.itl=fast,15,slow", "--set", "nothing=1", "--tp", "0", "--gpu-price", "cheap")
        for words in ("fast", "slow", "nothing", "--tp 0", "cheap"):
            self.assertIn(words, errors)

    def test_ranges(self):
        self.assertIn("first:last:step", self.refused("--sweep", "sla.itl=5:50"))
        self.assertIn("more than 200", self.refused("--sweep", "sla.itl=1:50:0.001"))
        self.refused("--sweep", "sla.itl=1:2:1", "--sweep", "sla.ttft=1:2:1", code=USAGE)

    def test_nothing_to_vary(self):
        self.assertIn("--set", self.refused(code=USAGE))

    def test_too_many(self):
        values = ",".join(str(n) for n in range(1, 60))
        self.assertIn("1,000", self.refused("--set", f"sla.itl={values}", "--set", f"sla.ttft={values}"))

    def test_a_value_that_makes_no_request(self):
        answer = self.run_program("what-if", "-f", SAMPLE, "--set", "workload.isl=3000,-1", "-o", "json")
        self.assertEqual(answer.code, INVALID)
        self.assertIn("isl", json.loads(answer.out)["rows"][1]["problem"])

    def test_a_planner_key_that_nobody_reads_is_named_once(self):
        answer = self.run_program("what-if", "-f", SAMPLE, "--set", "features.planner.enable_throughput_scalingg=true,false")
        errors = " ".join(answer.err.split())
        self.assertEqual(errors.count("unknown key; did you mean enable_throughput_scaling?"), 1, errors)
        self.assertIn("warning: spec.features.planner.enable_throughput_scalingg", errors)
        known = self.run_program("what-if", "-f", SAMPLE, "--set", "features.planner.enable_throughput_scaling=true,false")
        self.assertNotIn("unknown key", known.err)

    def test_every_combination_that_is_no_request_is_an_error(self):
        answer = self.run_program("what-if", "-f", SAMPLE, "--set", "backend=foo,vlm,vllm", "-o", "json")
        self.assertEqual(answer.code, INVALID)
        errors = " ".join(answer.err.split())
        self.assertIn('with backend=foo: unknown value "foo"', errors)
        self.assertIn('with backend=vlm: unknown value "vlm"; did you mean vllm?', errors)
        self.assertNotIn("backend=vllm:", errors)


@unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
class Comparisons(ProgramTest):
    def compared(self, *arguments):
        answer = self.run_program("what-if", "-f", SAMPLE, *arguments, tables=tables_directory())
        self.assertEqual((answer.code, answer.err), (OK, ""))
        return answer.out

    def value(self, *arguments):
        return json.loads(self.compared(*arguments, "-o", "json"))

    def profiled(self, *arguments):
        answer = self.run_program("profile", "-f", SAMPLE, *arguments, "-o", "json", tables=tables_directory())
        self.assertEqual(answer.code, OK)
        return json.loads(answer.out)["chosen"]

    def test_rows_are_what_profile_says(self):
        rows = self.value("--set", "sla.itl=15,30", "--set", "hardware.totalGpus=4,16")["rows"]
        self.assertEqual([tuple(row["set"].values()) for row in rows],
                         [("15", "4"), ("15", "16"), ("30", "4"), ("30", "16")])
        for row in rows:
            chosen = self.profiled("--itl", row["set"]["sla.itl"], "--gpus", row["set"]["hardware.totalGpus"])
            self.assertEqual((row["pick"]["layout"], row["pick"]["ttftMs"], row["pick"]["tokensPerSecondPerGpu"]),
                             (chosen["layout"], chosen["ttftMs"], chosen["tokensPerSecondPerGpu"]))

    def test_the_baseline_comes_first_and_changes_are_marked(self):
        lines = self.compared("--set", "sla.itl=50,15").splitlines()
        self.assertTrue(lines[1].startswith("* 50") and lines[1].endswith("as asked"), lines)
        self.assertTrue(lines[2].endswith("same"), lines)
        self.assertIn("ITL -", "\n".join(lines[3:]))
        for line in lines:
            self.assertLessEqual(len(line), 80, line)

    def test_sizes(self):
        rows = self.value("--tp", "2,8")["rows"]
        self.assertIn("tp2", rows[0]["pick"]["layout"])
        self.assertIn("tp8", rows[1]["pick"]["layout"])

    def test_what_cannot_run_is_an_answer_beside_others(self):
        row = self.value("--tp", "3,4")["rows"][0]
        self.assertIsNone(row["pick"])
        self.assertIn("no layout", row["problem"])
        lines = self.compared("--tp", "3,4").splitlines()
        self.assertIn("no layout of these sizes", " ".join(lines))
        self.assertEqual(lines[-1], "1 of 2 combinations has no answer; its row says why.")

    def test_no_answer_at_all_is_an_error(self):
        for form in ("table", "json"):
            answer = self.run_program("what-if", "-f", SAMPLE, "--tp", "3,5", "-o", form, tables=tables_directory())
            self.assertEqual(answer.code, UNSUPPORTED, answer.err)
            for size in ("tp=3", "tp=5"):
                self.assertIn(f"with {size}: no layout of these sizes can run", answer.err)
            self.assertIn("divide the attention heads", " ".join(answer.err.split()))
            self.assertIn("no layout", " ".join(answer.out.split()))

    def test_prices(self):
        row = self.value("--set", "sla.itl=15", "--gpu-price", "2/h")["rows"][0]
        pick, cost = row["pick"], row["cost"]
        self.assertAlmostEqual(cost["perHour"], 2 * pick["gpus"])
        self.assertAlmostEqual(cost["perMillionTokens"], 2 * pick["gpus"] / (pick["tokensPerSecond"] * 3600) * 1e6)
        table = self.compared("--set", "sla.itl=15", "--gpu-price", "2")
        self.assertIn("$/M TOK", table)
        self.assertIn(f"cost +{row['change']['costPerTokenPercent']:.0f} %", table)
        self.assertIsNone(self.value("--set", "sla.itl=15", "--gpu-price", "b200_sxm=2")["rows"][0]["cost"])

    def test_a_tighter_target_never_needs_fewer_gpus(self):
        value = self.value("--sweep", "sla.itl=5:60:5")
        needed = [row["gpusNeeded"] for row in value["rows"]]
        reached = [n for n in needed if n is not None]
        self.assertEqual(reached, sorted(reached, reverse=True))
        self.assertGreater(len(reached), 5)
        chart = self.compared("--sweep", "sla.itl=5:60:5")
        self.assertEqual(len(chart.splitlines()), 2 + len(needed))
        self.assertIn("█", chart)
        plain = self.run_program("what-if", "-f", SAMPLE, "--sweep", "sla.itl=5:60:5", environment={"LC_ALL": "C"}, tables=tables_directory())
        self.assertTrue(plain.out.isascii())
        self.assertIn("###", plain.out)

    def test_same_bytes_and_both_machine_formats(self):
        arguments = ("--set", "sla.itl=15,20", "--tp", "4")
        self.assertEqual(self.compared(*arguments), self.compared(*arguments))
        self.assertIn("kind: WhatIf", self.compared(*arguments, "-o", "yaml"))


if __name__ == "__main__":
    unittest.main()
