"""Holds what `profile --config` leaves against what the real profiler left: exit class, files, documents, services, mounts, keys
and array types. Numbers are not compared: they come from another data release.

    profiler_golden.py --binary build/bin/kubectl-dynamo --tables DIR CASES

CASES holds one folder per case with `input.json`, `rc` and `out/`. A difference that docs/profiler.md names as a defect of the
original is listed under its name and does not count.
"""

import argparse
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import yaml

# Plots and logs are not in the recorded output.
OTHER_FILES = re.compile(r".*\.(png|svg|log)$")


def array_types(path):
    """Name → (dtype, dimensions) of an NPZ, read without numpy."""
    types = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            head = archive.read(name)[:256]
            length = int.from_bytes(head[8:10], "little")
            header = eval(head[10:10 + length].decode("latin1"), {"__builtins__": {}})  # a dict literal by the format
            types[name.removesuffix(".npy")] = (header["descr"], len(header["shape"]))
    return types


def documents_of(path):
    return [d for d in yaml.safe_load_all(path.read_text())] if path.exists() else None


def stem(name):
    """A generated name without its digits."""
    return re.sub(r"-[0-9a-f]{4,8}$", "", name or "")


def shape_of(document):
    """What of a document other programs depend on."""
    if not isinstance(document, dict):
        return document
    if document.get("kind") == "ConfigMap":
        keys = {}
        for key, text in document["data"].items():
            keys[key] = sorted(json.loads(text))
        return ("ConfigMap", stem(document["metadata"]["name"]), keys)
    services = {}
    for name, service in document["spec"]["services"].items():
        pod = service.get("extraPodSpec") or {}
        main = pod.get("mainContainer") or {}
        mounts = sorted(stem(m["name"]) + ":" + m["mountPath"] for m in main.get("volumeMounts") or [])
        mounts += sorted(m["name"] + ":" + str(m.get("mountPoint")) for m in service.get("volumeMounts") or [])
        command = [c for c in main.get("command") or [] if c.startswith("dynamo")]
        services[name] = {"type": service.get("componentType"), "role": service.get("subComponentType"), "mounts": mounts,
                          "command": command}
    return ("DynamoGraphDeployment", document["metadata"]["name"], sorted(services.items()),
            [p["name"] for p in document["spec"].get("pvcs") or []])


def run(binary, tables, case, folder):
    dry = ["--dry-run"] if case.name.startswith("dryrun") else []
    done = subprocess.run([binary, "profile", "--config", str(case / "input.json"), "--output-dir", str(folder), "--tables", tables, *dry],
                          capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stderr


def compare(case, code, folder):
    wanted = int((case / "rc").read_text())
    if (code == 0) != (wanted == 0):
        yield f"exit {code}, the original {wanted}"
        return
    theirs, ours = case / "out", folder
    files = lambda root: {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and not OTHER_FILES.search(p.name)}
    if theirs.exists():
        if missing := files(theirs) - files(ours):
            yield "missing files " + ", ".join(sorted(missing))
        if extra := files(ours) - files(theirs):
            yield "more files " + ", ".join(sorted(extra))
    for path in sorted(theirs.rglob("*config.yaml")):
        name = path.relative_to(theirs)
        a, b = documents_of(path), documents_of(ours / name)
        if b is None:
            continue
        for x, y in zip(map(shape_of, a), map(shape_of, b)):
            if x != y:
                yield f"{name}\n      theirs {x}\n      ours   {y}"
        if len(a) != len(b):
            yield f"{name}: {len(b)} documents, the original {len(a)}"
    for path in theirs.rglob("*.npz"):
        mine = ours / path.relative_to(theirs)
        if mine.exists() and array_types(path) != array_types(mine):
            yield f"{path.name}: {array_types(mine)}, the original {array_types(path)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tables", required=True)
    parser.add_argument("cases", type=pathlib.Path)
    args = parser.parse_args()
    differing = 0
    for case in sorted(p for p in args.cases.iterdir() if (p / "input.json").exists()):
        with tempfile.TemporaryDirectory() as folder:
            code, errors = run(args.binary, args.tables, case, pathlib.Path(folder))
            found = list(compare(case, code, pathlib.Path(folder)))
        differing += bool(found)
        print(f"{case.name}: " + ("same" if not found else "differs"))
        for line in found:
            print("    " + line)
        if found and code:
            print("    " + errors.strip().splitlines()[0][:200])
    print(f"{differing} cases differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
