#!/usr/bin/env python3
"""Times the whole process on Qwen3-32B, 8 x H200, one backend, and on DeepSeek-R1, 64 x H200, all backends, both aggregated and
disaggregated; then a step of an engine of every kind of model, a decision and its parts.

Usage: compare_oracle.py BUILD_DIRECTORY. With $AIC_PYTHON (a Python that has aiconfigurator 0.12.0) the same question is
put to `aiconfigurator cli default` in the same run and the ratio is printed; else the absolute figures alone."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ["profile", "-f", str(ROOT / "manifests/samples/qwen3-32b.yaml"), "-o", "json"]
LARGE = ["profile", "--model", "deepseek-ai/DeepSeek-R1", "--gpu", "h200_sxm", "--gpus", "64", "-o", "json"]
MICRO = ("profile_bench", "step_bench")
THEIRS = ["cli", "default", "--model-path", "Qwen/Qwen3-32B", "--total-gpus", "8", "--system", "h200_sxm", "--backend",
          "trtllm", "--isl", "3000", "--osl", "500", "--ttft", "500", "--tpot", "50"]


def run(command):
    """(wall seconds, CPU seconds, peak MiB) of one process."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{command[0]} failed with {process.returncode}:\n{errors.read().decode(errors='replace')[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def show(name, runs):
    wall = statistics.median(run[0] for run in runs)
    cpu = statistics.median(run[1] for run in runs)
    print(f"{name:<28} {wall * 1000:9.1f} ms wall  {cpu * 1000:9.1f} ms CPU  {max(r[2] for r in runs):7.1f} MiB  "
          f"(median of {len(runs)})")
    return wall


def main():
    build = pathlib.Path(sys.argv[1])
    program = build / "bin/kubectl-dynamo"
    run([program, *OURS])   # the first run also reads the packs from disk
    ours = show("kubectl dynamo profile", [run([program, *OURS]) for _ in range(11)])
    show("DeepSeek-R1 on 64 H200", [run([program, *LARGE]) for _ in range(5)])

    python = os.environ.get("AIC_PYTHON")
    if python:
        command = [str(pathlib.Path(python).parent / "aiconfigurator"), *THEIRS]
        theirs = show("aiconfigurator cli default", [run(command) for _ in range(3)])
        print(f"ratio: 1 / {theirs / ours:.0f}")
    else:
        print("Set AIC_PYTHON to a Python with aiconfigurator 0.12.0 for the ratio.")

    for name in MICRO:
        program = build / "tests/bench" / name
        if program.exists():
            print(flush=True)
            subprocess.run([program, "--benchmark_min_time=0.2"], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
