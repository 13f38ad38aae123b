"""Runs inside a Dynamo environment: reads a directory of ours as the planner does and prints what it found as JSON.

read_planner.py DIRECTORY ACTION…: `accept` (every planner_config*.json), `interpolate`, `samples`, `dry-run`.
"""

import json
import sys
import types
from pathlib import Path


def planner_config_class():
    try:
        from dynamo.planner.utils.planner_config import PlannerConfig
    except ImportError:
        enter_without_running("planner", "planner.plugins", "planner.plugins.registry")
        from dynamo.planner.config.planner_config import PlannerConfig
    return PlannerConfig


def enter_without_running(*packages):
    """The packages of 1.6 import a simulator that is not published; the modules that read our files need none of it."""
    import dynamo

    for name in list(sys.modules):
        if name.startswith("dynamo.planner"):
            del sys.modules[name]
    for package in packages:
        module = types.ModuleType("dynamo." + package)
        module.__path__ = [str(Path(list(dynamo.__path__)[0]).joinpath(*package.split(".")))]
        sys.modules[module.__name__] = module


def accept(directory):
    """What the planner makes of each configuration: its fields, or why it refuses it."""
    planner_config = planner_config_class()
    answers = {}
    for path in sorted(directory.glob("planner_config*.json")):
        written = json.loads(path.read_text())
        try:
            answers[path.name] = {"written": written, "read": json.loads(planner_config.model_validate(written).model_dump_json())}
        except ValueError as refusal:
            answers[path.name] = {"written": written, "refusal": str(refusal)}
    return answers


def interpolate(directory):
    """What both interpolators say at our own points, from the NPZ pair and from the ConfigMap's files."""
    from dynamo.planner.utils.perf_interpolation import DecodeInterpolator, PrefillInterpolator

    found = {}
    for form in ("npz", "json"):
        prefill = PrefillInterpolator(str(directory / form))
        decode = DecodeInterpolator(str(directory / form))
        tokens = float(decode.max_kv_tokens)
        points = zip(decode.x_kv_usage, decode.y_context_length)
        found[form] = {
            "ttft": [float(prefill.interpolate_ttft(isl)) for isl in prefill.prefill_isl],
            "prefill_throughput": [float(prefill.interpolate_thpt_per_gpu(isl)) for isl in prefill.prefill_isl],
            "itl": [float(decode.interpolate_itl(concurrency=x * tokens / y, context_length=y)) for x, y in points],
        }
    return found


def samples(directory):
    """The forward passes that a planner of 1.6 learns from, out of the NPZ pair and out of the ConfigMap's files."""
    enter_without_running("planner", "planner.monitoring")
    from dynamo.planner.monitoring import perf_metrics

    found = {}
    for form in ("npz", "json"):
        prefill = perf_metrics._convert_prefill_profiling(str(directory / form))
        decode = perf_metrics._convert_decode_profiling(str(directory / form))
        found[form] = {
            "prefill": [[sample.scheduled_requests.sum_prefill_tokens, sample.wall_time] for sample in prefill],
            "decode": [[sample.scheduled_requests.num_decode_requests, sample.scheduled_requests.sum_decode_kv_tokens,
                        sample.wall_time] for sample in decode],
        }
    return found


def dry_run(directory):
    """An hour of one request each two seconds; the size of the plot the planner draws of what it would do."""
    from dynamo.planner.utils.dryrun import run_sla_planner_dryrun

    trace = directory / "trace.jsonl"
    with trace.open("w") as out:
        for second in range(0, 3600, 2):
            line = {"timestamp": second * 1000, "input_length": 3000, "output_length": 300, "hash_ids": [second]}
            out.write(json.dumps(line) + "\n")
    config = planner_config_class().model_validate(json.loads((directory / "planner_config.json").read_text()))
    config.profile_results_dir = str(directory / "json")
    config.load_predictor = "constant"
    plot = directory / "dryrun.png"
    run_sla_planner_dryrun(config, str(trace), 1, 1, str(plot))
    return plot.stat().st_size


def main():
    actions = {"accept": accept, "interpolate": interpolate, "samples": samples, "dry-run": dry_run}
    directory = Path(sys.argv[1])
    print("RESULT " + json.dumps({name: actions[name](directory) for name in sys.argv[2:]}))


main()
