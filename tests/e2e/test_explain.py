"""`explain`: the document keeps its schema, the text is the document's, the first screen fits, saved ones read back.

Ten named scenarios are held against tests/golden/explain; after a change on purpose run this with DYNAMO_UPDATE_GOLDEN=1
and review the difference. They need the measured tables and are skipped without."""

import json
import os
import re
import unittest

from harness import INVALID, OK, ROOT, SAMPLE, UNSUPPORTED, USAGE, ProgramTest, tables_directory
from json_schema import problems, unknown_fields

SCHEMA = json.loads((ROOT / "docs/explanation.schema.json").read_text())
GOLDEN = ROOT / "tests/golden/explain"


def flags(model, gpu, gpus, backend, isl, osl, *more):
    return ["--model", model, "--gpu", gpu, "--gpus", gpus, "--backend", backend, "--isl", isl, "--osl", osl, *more]


QWEN = "Qwen/Qwen3-32B"
SCENARIOS = {
    "dense-throughput": flags(QWEN, "h200_sxm", 8, "trtllm", 3000, 500, "--ttft", 500, "--itl", 50),
    "dense-tight-itl": flags(QWEN, "h200_sxm", 8, "trtllm", 3000, 500, "--ttft", 1000, "--itl", 12),
    "dense-end-to-end": flags(QWEN, "h200_sxm", 8, "vllm", 2000, 300, "--e2e-latency", 8000),
    "dense-load-rate": flags(QWEN, "h100_sxm", 16, "sglang", 3000, 300, "--ttft", 1000, "--itl", 40, "--request-rate", 8),
    "dense-load-too-large": flags(QWEN, "h100_sxm", 8, "trtllm", 3000, 300, "--ttft", 1000, "--itl", 40, "--concurrency", 4000),
    "nothing-meets": flags(QWEN, "h200_sxm", 8, "trtllm", 3000, 500, "--ttft", 500, "--itl", 3),
    "one-gpu": flags("Qwen/Qwen3-8B", "h100_sxm", 1, "vllm", 1000, 200, "--ttft", 500, "--itl", 30),
    "all-backends": flags("Qwen/Qwen3-8B", "h200_sxm", 4, "auto", 1000, 200, "--ttft", 300, "--itl", 20),
    "experts": flags("Qwen/Qwen3-30B-A3B", "h200_sxm", 8, "sglang", 2000, 500, "--ttft", 800, "--itl", 25),
    "latent-attention": flags("deepseek-ai/DeepSeek-V3", "h200_sxm", 16, "trtllm", 4000, 500, "--ttft", 3000, "--itl", 50),
}

SAMPLES = ROOT / "manifests/samples"
# One of each kind of request that a user starts with.
SCREENS = SCENARIOS | {
    "wide-experts": flags("deepseek-ai/DeepSeek-R1", "h200_sxm", 64, "auto", 4000, 1000),
    "load-match": ["-f", SAMPLES / "load-match.yaml"],
    "end-to-end": ["-f", SAMPLES / "e2e-latency.yaml"],
    "planner": ["-f", SAMPLES / "planner.yaml"],
    "modelled-gpu": flags(QWEN, "a100_pcie", 8, "trtllm", 4000, 1000),
    "priced": ["-f", SAMPLE, "--gpu-price", "2.49"],
    "cheapest": ["-f", SAMPLE, "--gpus", 7, "--gpu-price", "2.49/h", "--objective", "cost"],
}


def rounded(value):
    """Six significant digits: compilers may differ in the last bits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


def abridged(document):
    """What a reviewer reads: of long lists the first entries, as the rest repeats them. Points of the chart are left to the page's tests."""
    document.pop("points", None)
    document["funnel"]["searches"] = [{**search, "dropped": len(search["dropped"])} for search in document["funnel"]["searches"]]
    for stage in document["funnel"]["stages"]:
        stage["examples"] = [example["sentence"] for example in stage["examples"]]
    document["layouts"] = [f"{item['role']} {item['layout']} {item['backend']}: {item['sentence']}" for item in document["layouts"]]
    for phase in document["time"]:
        phase["operators"] = [f"{one['name']}: {one['ms']:.6g} ms, {one['source']}" for one in phase["operators"]]
    return document


class WithoutTables(ProgramTest):
    def test_says_what_is_known(self):
        for mode, status in (("silicon", "unverified"), ("auto", "met")):
            answer = self.run_program("explain", "-f", SAMPLE, "--database-mode", mode, "-o", "json")
            self.assertEqual(answer.code, OK, answer.err)
            document = json.loads(answer.out)
            self.assertEqual(problems(document, SCHEMA), [])
            self.assertEqual(document["status"], status)
        self.assertEqual(document["provenance"]["tier"], "modelled")
        self.assertIn("unverified", self.run_program("explain", "-f", SAMPLE, "--database-mode", "silicon").out)

    def test_bad_input(self):
        self.assertEqual(self.run_program("explain").code, USAGE)
        self.assertEqual(self.run_program("explain", "-f", SAMPLE, "--section", "nonsense").code, USAGE)
        self.assertEqual(self.run_program("explain", "-f", SAMPLE, "-o", "wide").code, USAGE)
        self.assertEqual(self.run_program("explain", "--report", SAMPLE, "--model", "x").code, USAGE)
        self.assertEqual(self.run_program("explain", "--report", SAMPLE).code, INVALID)
        for content in ("", "{", "[]", "[1]", "kind: Explanation\n", '{"kind": "Explanation", "apiVersion": "dynamo-profiler/v1"}',
                        '{"kind": "ExplanationList", "items": [{}]}'):
            answer = self.run_program("explain", "--report", self.write("odd.json", content))
            self.assertEqual(answer.code, INVALID, content)
            self.assertIn("error", answer.err, content)
            self.assertEqual(answer.out, "")

    def test_a_newer_schema_is_refused(self):
        document = json.loads(self.run_program("explain", "-f", SAMPLE, "-o", "json").out)
        for change in ({"schemaVersion": 2}, {"apiVersion": "dynamo-profiler/v2"}):
            path = self.write("newer.json", json.dumps(document | change))
            answer = self.run_program("explain", "--report", path)
            self.assertEqual(answer.code, UNSUPPORTED, answer.err)
            self.assertIn("this program reads dynamo-profiler/v1 up to 1", " ".join(answer.err.split()))

    def test_what_is_missing_or_of_another_type_is_named(self):
        document = json.loads(self.run_program("explain", "-f", SAMPLE, "-o", "json").out)
        self.assertEqual(self.run_program("explain", "--report", self.write("whole.json", json.dumps(document))).code, OK)
        for name in SCHEMA["required"]:
            if name in ("apiVersion", "kind", "schemaVersion"):
                continue
            without = {key: item for key, item in document.items() if key != name}
            for content, reason in ((without, "is missing"), (document | {name: 7}, "must be")):
                answer = self.run_program("explain", "--report", self.write("part.json", json.dumps(content)), "--section", "all")
                self.assertEqual((answer.code, answer.out), (INVALID, ""), name)
                self.assertIn(f"error: {name}: {reason}", " ".join(answer.err.split()))
                self.assertIn("save it anew", answer.err)


@unittest.skipIf(tables_directory() is None, "no measured tables: ./dev run tables list")
class WithTables(ProgramTest):
    maxDiff = None

    def explain(self, *arguments):
        answer = self.run_program("explain", *arguments, tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        return answer.out

    def document(self, name, *more):
        return json.loads(self.explain(*SCENARIOS[name], *more, "-o", "json"))

    def test_documents_keep_the_schema_and_add_up(self):
        for name in SCENARIOS:
            with self.subTest(name):
                document = self.document(name)
                self.assertEqual(problems(document, SCHEMA), [])
                self.assertEqual([field for field in unknown_fields(document, SCHEMA) if not field.startswith("$.pick.")], [])
                stages = document["funnel"]["stages"]
                for before, stage in zip(stages, stages[1:]):
                    self.assertEqual(stage["remaining"], before["remaining"] - stage["dropped"], stage["name"])
                self.assertEqual(stages[0]["remaining"], sum(search["enumerated"] for search in document["funnel"]["searches"]))
                dropped = sum(drop["count"] for search in document["funnel"]["searches"] for drop in search["dropped"])
                self.assertEqual(dropped, sum(stage["dropped"] for stage in stages if stage["name"] not in ("pareto", "picked")))

    def test_the_first_screen_fits(self):
        for name, arguments in SCREENS.items():
            with self.subTest(name):
                lines = self.explain(*arguments).splitlines()
                self.assertLessEqual(len(lines), 24, "\n".join(lines))
                self.assertEqual([line for line in lines[:-1] if "..." in line], [])   # nothing is cut short
                self.assertLessEqual(max(map(len, lines)), 80)
                for heading in ("WHY THIS ONE", "WHAT WOULD CHANGE IT", "FUNNEL", "HOW SURE"):
                    self.assertIn(heading, lines)
                for line in self.explain(*arguments, "--section", "all").splitlines():
                    self.assertLessEqual(len(line), 80, line)

    def test_a_saved_document_gives_the_same_text(self):
        for name, arguments in SCREENS.items():
            for form in ("json", "yaml") if name in ("dense-throughput", "nothing-meets", "experts") else ("json",):
                with self.subTest(name, form=form):
                    saved = self.write(f"saved.{form}", self.explain(*arguments, "-o", form))
                    self.assertEqual(self.explain("--report", saved, "--section", "all"), self.explain(*arguments, "--section", "all"))
                    self.assertEqual(self.explain("--report", saved), self.explain(*arguments))

    def test_every_number_of_the_text_is_the_documents(self):
        """Numbers of the document are changed one kind at a time; the text follows, so it has no other source."""
        document = self.document("dense-throughput")
        document["pick"]["tokensPerSecondPerGpu"] = 12345.0
        document["targets"][1]["predictedMs"] = 77.7
        document["funnel"]["stages"][0]["remaining"] = 4242
        document["provenance"]["interpolated"] = 0.42
        document["memory"][0]["kvCacheGiB"] = 99.9
        document["time"][0]["operators"][0]["ms"] = 88.8
        text = self.explain("--report", self.write("changed.json", json.dumps(document)), "--section", "all")
        text += self.explain("--report", self.write("changed.json", json.dumps(document)))
        for shown in ("12,345", "77.7", "4,242", "42 %", "99.9", "88.8"):
            self.assertIn(shown, text)
        for sentence in (document["why"]["goal"], document["modes"]["sentence"], document["sensitivity"]["relax"][0]["sentence"]):
            self.assertIn("".join(sentence.split()), "".join(text.split()))

    def test_costs(self):
        arguments = SCREENS["priced"]
        document = json.loads(self.explain(*arguments, "-o", "json"))
        self.assertEqual(problems(document, SCHEMA), [])
        for choice in (*document["runnersUp"], *(change["pick"] for change in document["sensitivity"]["relax"])):
            self.assertAlmostEqual(choice["cost"]["perHour"], 2.49 * choice["gpus"])
            self.assertAlmostEqual(choice["cost"]["perMillionTokens"], 2.49 * choice["gpus"] / (choice["tokensPerSecond"] * 3600) * 1e6)
        text = self.explain(*arguments)
        self.assertIn(f"{document['pick']['cost']['perHour']:.2f} an hour", text)
        self.assertIn(f"{document['sensitivity']['gpus']['pick']['cost']['perMillionTokens']:.2f}/M tok", " ".join(text.split()))
        self.assertNotIn("/M tok", self.explain("-f", SAMPLE))
        self.assertIn("lowest cost", self.explain(*SCREENS["cheapest"]))
        self.assertEqual(self.run_program("explain", "-f", SAMPLE, "--gpu-price", "free").code, INVALID)

    def test_candidates(self):
        arguments = SCENARIOS["dense-throughput"]
        self.assertIn("is the pick", self.explain(*arguments, "--candidate", "agg tp4"))
        pair = self.explain(*arguments, "--candidate", "prefill tp2 x1 + decode tp4 x1")
        self.assertIn("disagg 1 x (1P tp2 + 1D tp4)", pair)
        two = json.loads(self.explain(*arguments, "--candidate", "agg tp1", "--candidate", "agg tp2", "-o", "json"))
        self.assertEqual([one["verdict"] for one in two["candidates"]], ["missesTargets", "slower"])
        counted = json.loads(self.explain(*arguments, "--candidate", "agg 1 x tp4", "--candidate", "agg tp4 x2", "--candidate", "agg tp4 x3",
                                          "--candidate", "agg 2 x tp4 on 8", "-o", "json"))["candidates"]
        self.assertEqual([one["verdict"] for one in counted], ["slower", "picked", "dropped", "picked"])
        self.assertEqual([one["best"]["replicas"] for one in counted], [1, 2, 3, 2])
        self.assertIn("50 % less throughput", counted[0]["sentence"])
        self.assertAlmostEqual(counted[0]["best"]["tokensPerSecond"] * 2, counted[1]["best"]["tokensPerSecond"], delta=0.01)
        self.assertIn("needs 12 GPUs of 8", counted[2]["sentence"])
        load = json.loads(self.explain(*SCENARIOS["dense-load-rate"], "-o", "json"))
        few, many = (f"agg {load['modes']['aggregated']['layout'].split(' x ')[1]} x{n}" for n in (1, 100))
        by_load = json.loads(self.explain(*SCENARIOS["dense-load-rate"], "--candidate", few, "--candidate", many, "-o", "json"))["candidates"]
        self.assertEqual([one["best"]["replicas"] for one in by_load], [1, 100])
        self.assertEqual(by_load[1]["verdict"], "dropped")
        answer = self.run_program("explain", *arguments, "--candidate", "agg tp16", tables=tables_directory())
        self.assertEqual(answer.code, INVALID)
        self.assertIn("tp1", answer.err)
        for candidate, words in (("agg tp4 batch 161", "batch 161 was not tried; the nearest that were: 160, 176"),
                                 ("agg tp4 (vllm)", "vllm was not searched; of the backends trtllm was"),
                                 ("decode tp4", "decode workers do not serve alone"),
                                 ("agg tp4 + agg tp2", "only prefill and decode workers serve together"),
                                 ("prefill tp2 + decode tp4 + decode tp1", "only prefill and decode workers serve together"),
                                 ("agg nothing at all", '"all" is neither layout nor count'), ("", "it names no layout")):
            answer = self.run_program("explain", *arguments, "--candidate", candidate, tables=tables_directory())
            self.assertEqual(answer.code, INVALID, candidate)
            self.assertIn(words, " ".join(answer.out.split()))
            self.assertIn(f'--candidate "{candidate}": {words.split(";")[0]}', answer.err)

    def test_modelled_numbers_have_a_band(self):
        document = json.loads(self.run_program("explain", *SCREENS["modelled-gpu"], "-o", "json").out)
        band, pick = document["provenance"]["errorBand"], document["pick"]
        screen = " ".join(self.run_program("explain", *SCREENS["modelled-gpu"]).out.split())
        for name in ("ttft", "itl", "throughput"):
            self.assertLess(band[name]["low"], 1)
            self.assertGreater(band[name]["high"], 1)
        self.assertIn(f'ITL {pick["itlMs"] * band["itl"]["low"]:.1f} to {pick["itlMs"] * band["itl"]["high"]:.1f} ms', screen)

    def test_goldens(self):
        for name in SCENARIOS:
            with self.subTest(name):
                text = json.dumps(abridged(rounded(self.document(name))), indent=1, ensure_ascii=False) + "\n"
                path = GOLDEN / f"{name}.json"
                if os.environ.get("DYNAMO_UPDATE_GOLDEN"):
                    path.write_text(text)
                self.assertEqual(text, path.read_text())

    def test_sentences_are_clean(self):
        for name in (*SCENARIOS, "end-to-end", "planner"):
            text = self.explain(*SCREENS[name], "--section", "all")
            words = " ".join(text.split())
            # What is over a limit is shown to be, and nothing is said twice in a row.
            self.assertNotRegex(words, r"\b([0-9.,]+) (?:ms|GiB of KV cache|GiB per GPU),? (?:over|of) \1 ", name)
            self.assertNotRegex(words, r"needs ([0-9.]+) GiB of KV cache, \1 are", name)
            self.assertNotRegex(words, r"\b(prefill|decode|aggregated|disaggregated) \1\b", name)
            self.assertNotRegex(text, re.compile(r"\bnan\b|\binf\b|  ;|: ;|\(\)"), name)


if __name__ == "__main__":
    unittest.main()
