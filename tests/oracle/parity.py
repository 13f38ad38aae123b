#!/usr/bin/env python3
"""Compares kubectl-dynamo's answers to case files with reference answers.

    parity.py --binary BINARY [--tables DIR] [--family LLAMA] [--by family,backend,kind] [--require 99] FILE...

FILE is JSON Lines, plain or gzipped, or a directory with such files named after the kinds: `{id, family, kind?, in, ok, out|err}`; a missing kind is taken from the file's name. A case
passes when every number is within 1 % (rows that the reference rounds to three decimals: plus 0.0005) and every text is equal; an
error passes when ours is of the same kind; a search passes when it picks the same layout. Exit code 1 when a kind passes less than
--require percent, 77 (skipped) when there is nothing to compare with: no measured tables, or no case file.
"""

import argparse
import collections
import gzip
import json
import os
import pathlib
import subprocess
import sys

RELATIVE = 0.01
ROUNDED_SLACK = 0.0005
KINDS = ("static", "agg", "disagg", "memory", "picks")
ROUNDED_KINDS = {"disagg", "picks"}
SKIPPED = 77
# Reference columns that describe programs, not predictions, and columns of parts this comparison is not about.
IGNORED = {"front", "front_size", "tasks", "failed", "empty", "best_latencies", "moe_comm_fallbacks"}
IGNORED_PREFIX = "(e)"

# Reference exception → the codes of ours that mean the same; the message decides where one class covers several.
ERROR_KINDS = [
    ("", "OOM", {"out_of_memory"}),
    ("", "no KV budget", {"no_kv_budget"}),
    ("PerfDataNotAvailableError", "data directory not found", {"missing_data", "no_tables"}),
    ("PerfDataNotAvailableError", "", {"missing_data"}),
    ("EmpiricalNotImplementedError", "", {"not_estimable"}),
    ("MissingSystemFlopsError", "", {"missing_flops"}),
    ("ValueError", "No database found", {"no_tables"}),
    ("ValueError", "no queryable versions", {"no_tables"}),
    ("ValueError", "'NoneType' object has no attribute 'system_spec'", {"no_tables"}),  # memory without a database
    ("ValueError", "perf data for this system", {"unsupported_quant"}),
    ("ValueError", "quant mode", {"unsupported_quant"}),
    ("ValueError", "", {"invalid_config", "invalid_case"}),
    ("AssertionError", "", {"invalid_config"}),
    ("OverflowError", "", {"invalid_case"}),
    ("ZeroDivisionError", "", {"invalid_config", "invalid_case"}),
    ("NoResult", "", {"no_result"}),
    ("SystemExit", "", {"no_result"}),  # how the reference refuses a search without tables
    ("NoFeasibleConfigError", "", {"no_result"}),
    ("RuntimeError", "", {"out_of_memory", "missing_data", "no_result"}),
]


def kind_of(path, row):
    return row.get("kind") or pathlib.Path(path).name.split(".")[0]


def case_files(path):
    if path.is_dir():
        return [file for kind in KINDS for file in (path / f"{kind}.jsonl", path / f"{kind}.jsonl.gz") if file.exists()]
    return [path] if path.exists() else []


def read_cases(paths, families, kinds):
    for path in paths:
        opener = gzip.open if str(path).endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                row["kind"] = kind_of(path, row)
                if (not families or row["family"] in families) and (not kinds or row["kind"] in kinds):
                    yield row


def default_tables():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path(os.environ.get("HOME", "/"), ".cache")
    return os.environ.get("DYNAMO_TABLES") or str(pathlib.Path(cache, "kubectl-dynamo/tables/aiconfigurator-core-0.12.0"))


def answers(binary, tables, command, cases):
    text = "".join(json.dumps({"id": c["id"], "kind": c["kind"], "in": c["in"]}) + "\n" for c in cases)
    argv = [binary, command, "--cases", "-", "--tables", tables]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(want, got, slack, path=""):
    """Paths at which `got` is not `want`, with both values."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            yield path, want, got
            return
        for key, value in want.items():
            if key in IGNORED or key.startswith(IGNORED_PREFIX):
                continue
            yield from differences(value, got.get(key), slack, f"{path}/{key}")
    elif isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            yield path, want, got
            return
        for i, (a, b) in enumerate(zip(want, got)):
            yield from differences(a, b, slack, f"{path}/{i}")
    elif isinstance(want, (int, float)) and not isinstance(want, bool):
        number = isinstance(got, (int, float)) and not isinstance(got, bool)
        if not number or abs(want - got) > RELATIVE * abs(want) + slack + 1e-9:
            yield path, want, got
    elif want != got and not (want is None or path.endswith(("/1", "/source"))):
        yield path, want, got
    elif path.endswith("/1") and isinstance(want, str) and want != got:
        yield path, want, got


def same_error(want, got):
    for name, fragment, codes in ERROR_KINDS:
        if (not name or want["class"] == name) and fragment in want["message"]:
            return got["code"] in codes
    return False


def picked(row):
    """The layout that a search chose: serving mode, layouts and worker counts of its first row.

    The reference adds the backend to the mode (`agg_vllm`) where `auto` finds just one backend with tables."""
    first = (row["best"].get(row["chosen"]) or next(iter(row["best"].values())))[0]
    keys = ("parallel", "(p)parallel", "(d)parallel", "(p)workers", "(d)workers", "backend", "(d)backend")
    if first.get("(d)backend"):  # says what `backend` would, and some rows have both
        keys = tuple(key for key in keys if key != "backend")
    return row["chosen"].split("_")[0], tuple(first.get(k) for k in keys)


def judge(case, reply):
    """None when equal, else the first differences as text."""
    if case["ok"] != reply["ok"]:
        return f"want {'an answer' if case['ok'] else case['err']}, got {reply.get('err', 'an answer')}"
    if not case["ok"]:
        return None if same_error(case["err"], reply["err"]) else f"want {case['err']}, got {reply['err']}"
    if case["kind"] == "picks":
        want, got = picked(case["out"]), picked(reply["out"])
        return None if want == got else f"picked {got}, want {want}"
    slack = ROUNDED_SLACK if case["kind"] in ROUNDED_KINDS else 0.0
    found = list(differences(case["out"], reply["out"], slack))
    return None if not found else "; ".join(f"{p}: want {a}, got {b}" for p, a, b in found[:4])


def group_of(case, keys):
    mode = "HYBRID" if case["in"].get("flow") == "recommend" else "SILICON"
    names = {"family": case["family"], "kind": case["kind"], "flow": case["in"].get("flow", "-"),
             "backend": case["in"].get("backend_name") or case["in"].get("backend", "trtllm"),
             "mode": case["in"].get("database_mode", mode), "model": case["in"]["model_path"],
             "system": case["in"].get("system_name") or case["in"]["system"]}
    return tuple(names[key] for key in keys)


def percent(passed, total):
    return f"{100 * passed / total:.2f} %"


def print_plain(table):
    for group, (passed, total) in sorted(table.items()):
        print(f"{'  '.join(f'{name:<12}' for name in group)} {passed:5} of {total:5}  {percent(passed, total):>9}")


def print_markdown(table, keys):
    """The last key gives the columns; empty cells are combinations without cases."""
    columns = sorted({group[-1] for group in table})
    print(f"| {' | '.join([*keys[:-1], *columns])} |\n|{'---|' * (len(keys) - 1 + len(columns))}")
    for row in sorted({group[:-1] for group in table}):
        cells = [table.get((*row, column)) for column in columns]
        print(f"| {' | '.join([*row, *('' if cell is None else f'{cell[0]} / {cell[1]}' for cell in cells)])} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tables", default=default_tables(), help="default: $DYNAMO_TABLES, else the cache that ./dev fills")
    parser.add_argument("--family", action="append", default=[])
    parser.add_argument("--kind", action="append", default=[])
    parser.add_argument("--not-flow", action="append", default=[], help="leave out searches of this flow")
    parser.add_argument("--by", default="family,backend,kind", help="of family, kind, flow, backend, mode, system, model")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/parity.md")
    parser.add_argument("--require", type=float, default=0.0, help="percent of every kind that has to pass")
    parser.add_argument("--require-picks", type=float, default=0.0, help="likewise, of picks")
    parser.add_argument("--misses", type=int, default=20, help="how many failing cases to show")
    args = parser.parse_args()

    files = [file for path in args.files for file in case_files(pathlib.Path(path))]
    if not files:
        print(f"SKIPPED: none of these case files exists: {' '.join(args.files)}")
        return SKIPPED
    if not any(pathlib.Path(args.tables).glob("*.pack")):
        print(f"SKIPPED: no measured tables in {args.tables}; `./dev run tables list` sets them up")
        return SKIPPED
    cases = [c for c in read_cases(files, set(args.family), set(args.kind)) if c["in"].get("flow") not in args.not_flow]
    if not cases:
        sys.exit("no case is left to compare")
    searches = [c for c in cases if c["kind"] == "picks"]
    estimates = [c for c in cases if c["kind"] != "picks"]
    replies = answers(args.binary, args.tables, "estimate", estimates) if estimates else []
    replies += answers(args.binary, args.tables, "profile", searches) if searches else []
    cases = estimates + searches
    if len(replies) != len(cases):
        sys.exit(f"{len(cases)} cases, {len(replies)} answers")

    keys = args.by.split(",")
    table = collections.defaultdict(lambda: [0, 0])
    kinds = collections.defaultdict(lambda: [0, 0])
    misses = []
    for case, reply in zip(cases, replies):
        if case["id"] != reply["id"]:
            sys.exit(f"answer {reply['id']} in place of {case['id']}")
        problem = judge(case, reply)
        for counts in (table[group_of(case, keys)], kinds[case["kind"]]):
            counts[0] += problem is None
            counts[1] += 1
        if problem is not None:
            misses.append((case, problem))

    for case, problem in misses[: args.misses]:
        print(f"{case['kind']} {case['id']} {json.dumps(case['in'])}\n    {problem}")
    if args.markdown:
        print_markdown(table, keys)
    else:
        print_plain(table)
    failed = False
    for kind, (passed, total) in sorted(kinds.items()):
        print(f"{kind:<10} {passed} of {total} ({percent(passed, total)})")
        failed |= 100 * passed < (args.require_picks if kind == "picks" else args.require) * total
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
