#!/usr/bin/env python3
"""Answers case files with the reference, AI Configurator, and writes what parity.py compares with.

    run_oracle.py [--jobs N] [--out ANSWERS.jsonl.gz] [FILE...]       without FILE: standard input

In: JSON Lines `{id, kind, in, …}`. Out: the same lines, sorted by id, with `ok` and either `out` or
`err: {class, message, causes}`. Runs in the oracle's Python (oracle_env.sh). The fields are described in docs/cases.md.
"""

import argparse
import contextlib
import functools
import gzip
import io
import json
import logging
import math
import multiprocessing
import os
import pathlib
import re
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"  # an unknown model is an error, not a download

import aiconfigurator_core  # noqa: E402
from aiconfigurator_core.sdk import memory, perf_database  # noqa: E402

PACKAGE = str(pathlib.Path(aiconfigurator_core.__file__).parent)
# Columns that repeat the arguments, and power, which is not part of the comparison.
NOT_RECORDED = {"model", "isl", "osl", "prefix", "system", "backend", "(p)system", "(d)system", "(p)backend", "(d)backend",
                "power_w", "power_coverage", "bs", "tp", "pp", "dp"}
NOT_IN_PICKS = {"model", "isl", "osl", "prefix", "power_w", "power_coverage", "encoder_memory", "moe_comm_fallbacks",
                "request_rate"}
LONGEST_MESSAGE = 300


def remember(module, name):
    """The package reads its indices again on every call; they are files that do not change while we run."""
    original, known = getattr(module, name), {}

    @functools.wraps(original)
    def remembered(*args, **kwargs):
        key = repr((args, kwargs))
        if key not in known:
            known[key] = original(*args, **kwargs)
        return known[key]

    setattr(module, name, remembered)


for index in ("get_supported_databases", "get_version_slots", "get_latest_database_version"):
    remember(perf_database, index)

from aiconfigurator.cli import api, main as cli  # noqa: E402

logging.disable(logging.CRITICAL)
cli.log_final_summary = lambda *args, **kwargs: None


def number(value):
    """Ten significant digits tell more than the comparison needs and make the files small."""
    if not math.isfinite(value):
        return str(value)
    short = float(f"{value:.10g}")
    return int(short) if short == int(short) and abs(short) < 2**53 else short


def as_json(value):
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float):
        return number(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def record(raw):
    return {name: as_json(value) for name, value in raw.items() if name not in NOT_RECORDED}


def operators(times, sources):
    return {name: [number(float(ms)), (sources or {}).get(name)] for name, ms in (times or {}).items()}


def capacity(summary):
    return {"memory_gib": as_json(summary.get_memory()), "capacity_bytes": as_json(summary.get_mem_capacity_bytes()),
            "oom": bool(summary.check_oom()), "kv_oom": bool(summary.check_kv_cache_oom())}


def answer_static(inputs):
    result = api.cli_estimate(**inputs)
    summary = result.summary
    kv_bytes, kv_length = summary.get_kv_per_seq()
    out = {"row": record(result.raw), "kv_bytes_per_seq": as_json(kv_bytes), "kv_seq_len": as_json(kv_length), **capacity(summary)}
    phases = {"context_ops": (summary.get_context_latency_dict(), summary.get_context_source_dict()),
              "generation_ops": (summary.get_generation_latency_dict(), summary.get_generation_source_dict())}
    return out | {name: operators(*phase) for name, phase in phases.items() if phase[0]}


def answer_agg(inputs):
    result = api.cli_estimate(**inputs)
    times, sources = result.per_ops_data or {}, result.per_ops_source or {}
    schedule = {name: as_json(value) for name, value in (times.get("scheduling") or {}).items() if "energy" not in name}
    steps = {f"{name}_ops": operators(times.get(f"{name}_step"), sources.get(f"{name}_step")) for name in ("mix", "genonly")}
    return {"row": record(result.raw), "scheduling": schedule, **capacity(result.summary), **steps}


def answer_disagg(inputs):
    result = api.cli_estimate(**inputs)
    times, sources = result.per_ops_data or {}, result.per_ops_source or {}
    pools = {f"{role}_ops": operators(times[role], sources.get(role)) for role in ("prefill", "decode") if times.get(role)}
    return {"row": record(result.raw), **pools}


def answer_memory(inputs):
    arguments = dict(inputs)
    block = arguments.pop("scheduler_block_size")
    arguments.setdefault("backend_version", perf_database.get_latest_database_version(inputs["system"], inputs["backend"]))
    return {"version": arguments["backend_version"], "estimate": as_json(memory.estimate_kv_cache(**arguments)),
            "num_gpu_blocks": memory.estimate_num_gpu_blocks(scheduler_block_size=block, **arguments)}


class NoResult(Exception):
    pass


def ranked(frame):
    if frame is None:
        return []
    return [{name: as_json(value) for name, value in row.items() if name not in NOT_IN_PICKS and not name.startswith(("_", "(e)"))}
            for row in frame.to_dict("records")]


@contextlib.contextmanager
def counted_candidates():
    """Counts the rows that every search hands to the choice."""
    counts, original = {}, cli.process_experiment_result

    def counting(task, result, *args, **kwargs):
        counts[f"{task.serving_mode}_{task.primary_backend_name}"] = len(result["pareto_df"])
        return original(task, result, *args, **kwargs)

    cli.process_experiment_result = counting
    try:
        yield counts
    finally:
        cli.process_experiment_result = original


def answer_picks(inputs):
    arguments = dict(inputs)
    flow = arguments.pop("flow")
    if flow == "autoscale":
        task = cli.build_default_tasks(**arguments, serving_mode="disagg")["disagg"]
        return {"chosen": "disagg", "best": {"disagg": ranked(task.run(autoscale=True))}}
    with counted_candidates() as candidates:
        if flow == "recommend":
            found = api.cli_recommend(**arguments)
            chosen, best, throughputs = found.chosen_exp, found.best_configs, found.best_throughputs
        else:
            chosen, best, throughputs = searched(arguments)
    return {"chosen": chosen, "best_throughputs": as_json(throughputs), "candidates": candidates,
            "best": {mode: ranked(frame) for mode, frame in best.items()}}


def searched(arguments):
    """What the flows default and load_match choose."""
    load = {name: arguments.pop(name) for name in ("target_request_rate", "target_concurrency") if name in arguments}
    if load:
        load["max_total_gpus"] = arguments["total_gpus"]
    strict = arguments.pop("strict_sla", False)
    tasks = cli.build_default_tasks(**arguments)
    chosen, best, _, throughputs, _, outcomes = cli._execute_tasks(tasks, "default", top_n=5, strict_sla=strict, **load)
    if not best:
        reasons = [f"{name}: {outcome.error}" for name, outcome in outcomes.items() if outcome.error is not None]
        raise NoResult("; ".join(reasons) or "no layout met the targets")
    return chosen, best, throughputs


ANSWERS = {"static": answer_static, "agg": answer_agg, "disagg": answer_disagg, "memory": answer_memory, "picks": answer_picks}


def message_of(exception):
    text = str(exception).replace(PACKAGE, "<package>")
    return re.sub(r"(/[\w.+-]+)+/site-packages", "<site-packages>", text)[:LONGEST_MESSAGE]


def error_of(exception):
    chain, current = [], exception
    while current is not None and len(chain) < 4 and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    error = {"class": type(exception).__name__, "message": message_of(exception)}
    causes = [{"class": type(cause).__name__, "message": message_of(cause)} for cause in chain[1:]]
    return error | ({"causes": causes} if causes else {})


def answer(case):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return {**case, "ok": True, "out": ANSWERS[case["kind"]](case["in"])}
    except KeyboardInterrupt:
        raise
    except BaseException as exception:  # an exit or a panic of native code is an answer too
        return {**case, "ok": False, "err": error_of(exception)}


def tables_of(case):
    """Cases with the same tables are answered one after another, since loading them takes longest."""
    inputs = case["in"]
    place = (inputs.get("system_name") or inputs.get("system"), inputs.get("backend_name") or inputs.get("backend", "trtllm"))
    return (case["kind"] == "picks", *place, inputs.get("backend_version", ""))


def answer_group(cases):
    done = [answer(case) for case in cases]
    perf_database.databases_cache.clear()
    return done


def read_cases(paths):
    for path in paths:
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8") if path != "-" else contextlib.nullcontext(sys.stdin) as lines:
            for line in lines:
                case = json.loads(line)
                case.setdefault("kind", pathlib.Path(path).name.split(".")[0])
                for name in ("ok", "out", "err"):
                    case.pop(name, None)
                yield case


def write_answers(cases, path):
    text = "".join(json.dumps(case, separators=(",", ":")) + "\n" for case in sorted(cases, key=lambda case: case["id"]))
    if path == "-":
        sys.stdout.write(text)
    elif path.endswith(".gz"):
        with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(text.encode())
    else:
        pathlib.Path(path).write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=["-"], help="case files; answers in them are made anew")
    parser.add_argument("--out", default="-", help="where to write; a name that ends in .gz is packed, the same bytes each time")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    groups = {}
    for case in read_cases(args.files):
        groups.setdefault(tables_of(case), []).append(case)
    done, total = [], sum(map(len, groups.values()))
    with multiprocessing.get_context("fork").Pool(args.jobs, maxtasksperchild=4) as pool:
        for group in pool.imap_unordered(answer_group, [groups[key] for key in sorted(groups)]):
            done += group
            print(f"{len(done)} of {total}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    write_answers(done, args.out)


if __name__ == "__main__":
    main()
