"""What the tests with the real Dynamo packages share: where the packages are, a request, our documents for it."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).parent
BINARY = os.environ["KUBECTL_DYNAMO"]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kubectl-dynamo"
ENVIRONMENTS = Path(os.environ.get("DYNAMO_CONSUMERS", CACHE / "dynamo"))
TABLES = os.environ.get("DYNAMO_TABLES") or str(CACHE / "tables" / "aiconfigurator-core-0.12.0")


def environment(version):
    """The Python of a complete environment, else None."""
    python = ENVIRONMENTS / version / "bin" / "python"
    return python if (ENVIRONMENTS / version / "complete").exists() else None


def request(model="Qwen/Qwen3-32B", backend="trtllm", gpu="h200_sxm", gpus=8, **features):
    return {
        "model": model,
        "backend": backend,
        "image": "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1",
        "hardware": {"gpuSku": gpu, "totalGpus": gpus, "numGpusPerNode": 8},
        "workload": {"isl": 4000, "osl": 1000},
        "sla": {"ttft": 2000.0, "itl": 30.0},
        "features": features,
    }


def run(command, spec, directory, *options):
    path = directory / "request.json"
    path.write_text(json.dumps(spec))
    done = subprocess.run([BINARY, command, "-f", str(path), "--tables", TABLES, "-o", "json", *options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def documents(spec, directory, *options):
    """ConfigMaps first, the deployment last."""
    return run("preview", spec, directory, *options)["items"]


def config_map_files(items):
    files = {}
    for document in items:
        if document["kind"] == "ConfigMap":
            files.update(document["data"])
    return files


def main(*versions):
    """Skipped where the packages are missing, unless this is a place where they have to be there."""
    if all(environment(version) for version in versions):
        unittest.main()
    print(f"no Dynamo environment in {ENVIRONMENTS}; `./dev dynamo` sets it up")
    sys.exit(1 if os.environ.get("DYNAMO_REQUIRE_CONSUMERS") else 77)
