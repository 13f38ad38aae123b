"""Runs inside a Dynamo environment: reads a directory of ours as the planner does and prints what it found as JSON."""

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
    """The packages of 1.6 import a simulator that is not published; their modules of configuration need none of it."""
    import dynamo

    for name in list(sys.modules):
        if name.startswith("dynamo.planner"):
            del sys.modules[name]
    for package in packages:
        module = types.ModuleType("dynamo." + package)
        module.__path__ = [str(Path(list(dynamo.__path__)[0]).joinpath(*package.split(".")))]
        sys.modules[module.__name__] = module


def read_config(directory):
    text = (directory / "planner_config.json").read_text()
    return planner_config_class().model_validate(json.loads(text)), json.loads(text)


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


def dry_run(directory, config):
    from dynamo.planner.utils.dryrun import run_sla_planner_dryrun

    trace = directory / "trace.jsonl"
    with trace.open("w") as out:
        for second in range(0, 3600, 2):
            line = {"timestamp": second * 1000, "input_length": 3000, "output_length": 300, "hash_ids": [second]}
            out.write(json.dumps(line) + "\n")
    config.profile_results_dir = str(directory / "json")
    config.load_predictor = "constant"
    plot = directory / "dryrun.png"
    run_sla_planner_dryrun(config, str(trace), 1, 1, str(plot))
    return plot.stat().st_size


def main():
    directory = Path(sys.argv[1])
    config, written = read_config(directory)
    result = {"written": written, "read": json.loads(config.model_dump_json())}
    if "interpolate" in sys.argv[2:]:
        result["curves"] = interpolate(directory)
    if "dry-run" in sys.argv[2:]:
        result["plot_bytes"] = dry_run(directory, config)
    print("RESULT " + json.dumps(result))


main()
