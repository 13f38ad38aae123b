#!/usr/bin/env python3
"""Compares predictions with the serving measurements that ship with the tables, and prints the errors.

    accuracy.py --binary BINARY [--tables DIR] WHEEL|CSV [--by backend,system,family] [--update docs/accuracy.md]

WHEEL is the pinned package (`aiconfigurator_core-*.whl`), CSV its `systems/silicon_sample.csv`. Every row becomes one explicit
estimate; all are answered in one run, whose wall time goes to stderr. Errors are |predicted - measured| / measured in percent.
--update puts the tables into a document, between the lines `<!-- measured -->` and `<!-- end -->`.
"""

import argparse
import collections
import csv
import io
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time
import zipfile

import yaml

from parity import default_tables

TOP = pathlib.Path(__file__).resolve().parents[2]
WORKER = ("tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size")
FIELDS = {
    "agg": ("batch_size", *WORKER),
    "disagg": tuple(f"{role}_{name}" for role in ("prefill", "decode") for name in (*WORKER, "batch_size", "num_workers")),
}
# Measured checkpoints that differ from a known one in nothing the model sees: the row states its formats itself.
SAME_SHAPE = {
    "meta-llama/Llama-3.1-70B": "meta-llama/Meta-Llama-3.1-70B",
    "meta-llama/Llama-3.1-8B-Instruct": "meta-llama/Meta-Llama-3.1-8B",
    "nvidia/DeepSeek-R1-NVFP4": "nvidia/DeepSeek-V3.1-NVFP4",
    "nvidia/Llama-3.1-8B-Instruct-FP8": "meta-llama/Meta-Llama-3.1-8B",
    "nvidia/Qwen3-32B-NVFP4": "Qwen/Qwen3-32B",
    "zhipuai/GLM-5": "zai-org/GLM-5",
}
ALL = "all"


def measured_rows(path):
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            text = wheel.read("aiconfigurator_core/systems/silicon_sample.csv").decode()
    else:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def case_of(number, row):
    inputs = {"model_path": SAME_SHAPE.get(row["model_path"], row["model_path"]), "system_name": row["system"],
              "backend_name": row["backend"], "mode": row["mode"], "isl": int(row["isl"]), "osl": int(row["osl"])}
    inputs |= {knob: row[knob] for knob in ("gemm_quant_mode", "moe_quant_mode") if row[knob]}
    # A size of 0 is one that a dense model does not have.
    inputs |= {name: int(row[name]) for name in FIELDS[row["mode"]] if int(row.get(name) or 0)}
    return {"id": str(number), "kind": row["mode"], "in": inputs}


def families():
    """Model id → family, from the project's own facts."""
    kinds = dict(re.findall(r'\{"(\w+)", Family::k(\w+)', (TOP / "libprofiler/src/facts/architectures.cc").read_text()))
    known, same = {}, {}
    for path in sorted((TOP / "libprofiler/data/models").glob("*.yaml")):
        for name, fields in yaml.safe_load(path.read_text())["models"].items():
            if "architecture" in fields:
                known[name] = kinds.get(fields["architecture"], "?").upper()
            else:
                same[name] = fields["same_configuration"]
    known |= {name: known.get(original, "?") for name, original in same.items()}
    return known


def answers(binary, tables, cases):
    text = "".join(json.dumps(case) + "\n" for case in cases)
    begin = time.monotonic()
    done = subprocess.run([binary, "estimate", "--cases", "-", "--tables", tables], input=text, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begin
    if done.returncode not in (0, 1):
        sys.exit(f"{binary} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()], seconds


def error_percent(said, real):
    return abs(said - real) / real * 100


class Slice:
    """Errors of some rows."""

    def __init__(self):
        self.rows = self.predicted = 0
        self.errors = {"ttft": [], "tpot": []}

    def add(self, row, reply):
        self.rows += 1
        if not reply["ok"]:
            return
        self.predicted += 1
        for name, errors in self.errors.items():
            real = float(row[f"silicon_{name}_ms"] or 0)
            if real > 0:
                errors.append(error_percent(reply["out"]["row"][name], real))

    def cells(self):
        yield from (self.rows, self.predicted)
        for errors in self.errors.values():
            yield f"{statistics.median(errors):.1f}" if errors else "-"
            yield f"{statistics.quantiles(errors, n=10, method='inclusive')[8]:.1f}" if len(errors) > 1 else "-"


def reason_of(error):
    """The message without what differs from row to row: models, sizes, layouts."""
    text = re.sub(r"[\w.-]+/[\w.-]+", "a model", error["message"])
    text = re.sub(r"on \w+ with \w+ [\w.]+|of [a-z]+\d+\w* (as|with)", lambda m: m[0].split()[0] + " a GPU " + (m[1] or ""), text)
    text = re.sub(r" with layout \S+| as (prefill|decode) worker", "", text)
    text = re.sub(r"\b\d+\b", "N", text)
    return error["code"], text.split(";")[0].replace(" .", ".").replace("|", r"\|").strip()


def table(header, rows):
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def report(slices, keys, reasons):
    order = [ALL, *keys]
    rows = [(mode, f"{key} {value}".strip(), *slices[mode, key, value].cells())
            for mode, key, value in sorted(slices, key=lambda s: (s[0], order.index(s[1]), s[2]))]
    yield from table(("mode", "slice", "rows", "predicted", "TTFT median %", "TTFT p90 %", "TPOT median %", "TPOT p90 %"), rows)
    yield ""
    yield from table(("rows", "code", "why there is no prediction"),
                     [(count, f"`{code}`", text) for (code, text), count in reasons.most_common()])


def update(path, text):
    begin, end = "<!-- measured -->\n", "<!-- end -->\n"
    old = pathlib.Path(path).read_text(encoding="utf-8")
    if begin not in old or end not in old:
        sys.exit(f"{path}: no lines {begin.strip()} and {end.strip()}")
    head, rest = old.split(begin, 1)
    pathlib.Path(path).write_text(head + begin + text + end + rest.split(end, 1)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurements", help="wheel or CSV")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tables", default=default_tables())
    parser.add_argument("--by", default="backend,system,family")
    parser.add_argument("--update", metavar="FILE", help="a document whose tables are to be replaced")
    args = parser.parse_args()
    rows = measured_rows(args.measurements)
    cases = [case_of(number, row) for number, row in enumerate(rows)]
    replies, seconds = answers(args.binary, args.tables, cases)
    if len(replies) != len(rows):
        sys.exit(f"{len(rows)} rows, {len(replies)} answers")
    known = families()
    slices, reasons = collections.defaultdict(Slice), collections.Counter()
    for row, case, reply in zip(rows, cases, replies):
        row["family"] = known.get(case["in"]["model_path"], "?")
        for key in [ALL, *args.by.split(",")]:
            slices[(row["mode"], key, row[key] if key != ALL else "")].add(row, reply)
        if not reply["ok"]:
            reasons[reason_of(reply["err"])] += 1
    text = "".join(line + "\n" for line in report(slices, args.by.split(","), reasons))
    print(text, end="")
    if args.update:
        update(args.update, text)
    print(f"{len(rows)} rows in {seconds:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
