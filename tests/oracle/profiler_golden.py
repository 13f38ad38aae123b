"""Holds what `profile --config` leaves against what the real profiler left: exit class, files, documents, services, mounts, keys
and array types. Numbers are not compared: they come from another data release, which is also why another pick may win.

    profiler_golden.py --binary build/bin/kubectl-dynamo [--tables DIR] [--runtime-version 1.1.1] CASES

CASES holds one folder per case with `input.json`, `rc`, `error.txt` and `out/`. What docs/profiler.md names as a defect of the original
is taken out of both sides before they are compared and printed beside the case. Exit code 1 when any case differs otherwise,
77 without cases or tables.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

from parity import default_tables

try:
    import yaml
except ImportError:
    print("PyYAML is not installed")
    sys.exit(77)

# Plots and logs are not in the recorded output.
OTHER_FILES = re.compile(r".*\.(png|svg|log)$")
CURVES = "selected_"
PROFILE_DATA = "planner-profile-data"
SKIPPED = 77

# What the original says where it fails and we answer: its words, the name of the defect or limit in docs/profiler.md.
FAILURES = (
    (r"unsupported operand type\(s\) for \*: 'NoneType'", "planner with a mixture-of-experts model"),
    (r"total_gpus must be greater than 2 for disagg", "one GPU"),
    (r"not found or config unavailable", "configuration cannot be downloaded"),
    (r"hardware\.gpuSku\s+Input should be", "spelling of gpuSku"),
    (r"AIC does not support|not supported by AIC in SILICON mode", "models known to newer tables"),
    (r"idxmax with skipna=True", "totalGpus left out"),
    (r"is too small to profile prefill", "curves of short prompts"),
)


class Defects(list):
    """The defects of the original met in one case."""

    def add(self, name):
        if name not in self:
            self.append(name)


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


def stem(name):
    """A generated name without its digits."""
    return re.sub(r"-[0-9a-f]{4,8}$", "", name or "")


class Output:
    """What of an output directory other programs depend on: `files`, and the shape of every configuration in it."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not OTHER_FILES.search(p.name)}
        self.configs = {name: [shape_of(d) for d in yaml.safe_load_all((folder / name).read_text())]
                        for name in self.files if name.endswith("config.yaml")}

    def deployments(self):
        for documents in self.configs.values():
            yield from (d for d in documents if isinstance(d, dict) and d["kind"] == "DynamoGraphDeployment")


def shape_of(document):
    if not isinstance(document, dict):
        return document
    shape = {"kind": document["kind"], "name": stem(document["metadata"]["name"])}
    if document["kind"] == "ConfigMap":
        return {**shape, "keys": {key: sorted(json.loads(text)) for key, text in document["data"].items()}}
    services = {name: service_shape(service) for name, service in document["spec"]["services"].items()}
    return {**shape, "services": services, "claims": [p["name"] for p in document["spec"].get("pvcs") or []]}


def service_shape(service):
    main = (service.get("extraPodSpec") or {}).get("mainContainer") or {}
    mounts = [stem(m["name"]) + ":" + m["mountPath"] for m in main.get("volumeMounts") or []]
    mounts += [m["name"] + ":" + str(m.get("mountPoint")) for m in service.get("volumeMounts") or []]
    return {"type": service.get("componentType"), "role": service.get("subComponentType"), "mounts": sorted(mounts),
            "command": [c for c in main.get("command") or [] if c.startswith("dynamo")]}


def take_out_curves(output):
    output.files = {f for f in output.files if not f.startswith(CURVES)}
    for name, documents in output.configs.items():
        output.configs[name] = [d for d in documents if d["name"] != PROFILE_DATA]
    for deployment in output.deployments():
        for service in deployment["services"].values():
            service["mounts"] = [m for m in service["mounts"] if not m.startswith(PROFILE_DATA + ":")]


def without_sample_data(request, theirs, ours, defects):
    """A mocker without planner: ours has the curves of the pick where the original keeps a sample."""
    features = request.get("features") or {}
    if not (features.get("mocker") or {}).get("enabled") or features.get("planner") or not ours.files > theirs.files:
        return
    defects.add("mocker without curves")
    take_out_curves(ours)


def pairs(theirs, ours):
    """The deployments of both sides, file by file."""
    for name in theirs.configs.keys() & ours.configs.keys():
        deployments = [[d for d in output.configs[name] if isinstance(d, dict) and "services" in d] for output in (theirs, ours)]
        yield from zip(*deployments)


def without_base(request, theirs, ours, defects):
    """`overrides.dgd` is a base template of ours; the original ignores its name and the services it does not know."""
    base = (request.get("overrides") or {}).get("dgd") or {}
    name = (base.get("metadata") or {}).get("name")
    services = (base.get("spec") or {}).get("services") or {}
    for original, deployment in pairs(theirs, ours):
        if name and deployment["name"] == stem(name):
            defects.add("name in overrides.dgd")
            deployment["name"] = original["name"]
        for service in services.keys() & deployment["services"].keys() - original["services"].keys():
            defects.add("unknown services in overrides.dgd")
            del deployment["services"][service]


def without_cache(request, theirs, ours, defects):
    """A mocker of ours finds the model in the request's model cache; the original's ignores it."""
    claim = (request.get("modelCache") or {}).get("pvcName")
    for original, deployment in pairs(theirs, ours):
        if not claim or original["claims"] or deployment["name"] != "mocker-disagg":
            continue
        defects.add("model cache of a mocker")
        deployment["claims"] = []
        for service in deployment["services"].values():
            service["mounts"] = [m for m in service["mounts"] if not m.startswith(claim + ":")]
        deployment["services"]["Frontend"]["command"] = original["services"]["Frontend"]["command"]


def without_asked_scaling(request, theirs, ours, defects):
    """From 1.1 on the original drops throughput scaling that was asked for, and the curves with it, for want of `optimization_target: sla`."""
    planner = (request.get("features") or {}).get("planner") or {}
    if not planner.get("enable_throughput_scaling") or "optimization_target" in planner or not ours.files > theirs.files:
        return
    defects.add("throughput scaling dropped")
    take_out_curves(ours)


def without_candidates(request, theirs, ours, defects):
    """Thorough without a cluster: the original writes its first candidate before it fails."""
    planner = (request.get("features") or {}).get("planner") or {}
    thorough = "thorough" in (request.get("searchStrategy"), planner.get("pre_deployment_sweeping_mode"))
    candidates = {f for f in theirs.files if re.match(r"((prefill|decode)_\d+gpus_|selected_)", f)}
    if thorough and candidates and "final_config.yaml" not in theirs.files:
        defects.add("thorough without a cluster")
        theirs.files -= candidates


def is_worker(service):
    return service["type"] == "worker"


def without_workers(deployment):
    """All but what follows from the pick."""
    kept = {name: service for name, service in deployment["services"].items() if not is_worker(service)}
    return {**deployment, "name": re.sub(r"-(agg|disagg)$", "", deployment["name"]), "services": kept}


def modes(output):
    return {"disagg" if sum(map(is_worker, d["services"].values())) > 1 else "agg" for d in output.deployments()}


def differences(theirs, ours):
    if missing := theirs.files - ours.files:
        yield "missing files " + ", ".join(sorted(missing))
    if extra := ours.files - theirs.files:
        yield "more files " + ", ".join(sorted(extra))
    for name in sorted(theirs.files & ours.files):
        if name.endswith(".npz") and array_types(theirs.folder / name) != array_types(ours.folder / name):
            yield f"{name}: {array_types(ours.folder / name)}, the original {array_types(theirs.folder / name)}"
        a, b = theirs.configs.get(name, []), ours.configs.get(name, [])
        for x, y in zip(a, b):
            if x != y:
                yield f"{name}\n      theirs {x}\n      ours   {y}"
        if len(a) != len(b):
            yield f"{name}: {len(b)} documents, the original {len(a)}"


def same_but_for_pick(theirs, ours):
    for output in (theirs, ours):
        for name, documents in output.configs.items():
            output.configs[name] = [without_workers(d) if isinstance(d, dict) and "services" in d else d for d in documents]
    return not list(differences(theirs, ours))


def answered_failure(case, folder):
    """The defect that explains why the original failed where ours answers with a deployment."""
    said = (case / "error.txt").read_text() if (case / "error.txt").exists() else ""
    for words, name in FAILURES:
        if re.search(words, said) and list(Output(folder).deployments()):
            return name
    return None


def refused_sweep(case):
    """The defect that lets the original go on without a sweep that we refuse to go without."""
    features = json.loads((case / "input.json").read_text()).get("features") or {}
    planner = features.get("planner")
    if planner is None:
        return "mocker without curves" if (features.get("mocker") or {}).get("enabled") else None
    dropped = planner.get("enable_throughput_scaling") and planner.get("pre_deployment_sweeping_mode") == "none"
    return "throughput scaling dropped" if dropped else None


def compare(case, code, folder):
    """What differs, and which defects of the original were taken out first."""
    wanted = int((case / "rc").read_text())
    defects = Defects()
    if (code == 0) != (wanted == 0):
        name = answered_failure(case, folder) if code == 0 else refused_sweep(case)
        return ([], [name]) if name else ([f"exit {code}, the original {wanted}"], defects)
    if not (case / "out").exists():
        return [], defects
    request = json.loads((case / "input.json").read_text())
    theirs, ours = Output(case / "out"), Output(folder)
    for take_out in (without_sample_data, without_asked_scaling, without_base, without_cache, without_candidates):
        take_out(request, theirs, ours, defects)
    found = list(differences(theirs, ours))
    if found and modes(theirs) != modes(ours):
        picks = f"another pick: {'/'.join(sorted(modes(ours)))}, the original {'/'.join(sorted(modes(theirs)))}"
        if same_but_for_pick(theirs, ours):
            return [], defects + [picks]
    return found, defects


def run(args, case, folder):
    command = [args.binary, "profile", "--config", str(case / "input.json"), "--output-dir", str(folder), "--tables", args.tables]
    if case.name.startswith("dryrun"):
        command.append("--dry-run")
    if args.runtime_version:
        command += ["--runtime-version", args.runtime_version]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tables", default=default_tables(), help="default: $DYNAMO_TABLES, else the cache that ./dev fills")
    parser.add_argument("--runtime-version", default="")
    parser.add_argument("cases", type=pathlib.Path)
    args = parser.parse_args()
    if not args.cases.is_dir() or not any(pathlib.Path(args.tables).glob("*.pack")):
        print(f"SKIPPED: no recorded cases in {args.cases}, or no measured tables in {args.tables}")
        return SKIPPED
    counts = {"same": 0, "excepted": 0, "differs": 0}
    for case in sorted(p for p in args.cases.iterdir() if (p / "input.json").exists() and (p / "rc").exists()):
        with tempfile.TemporaryDirectory() as folder:
            code, errors = run(args, case, pathlib.Path(folder))
            found, defects = compare(case, code, pathlib.Path(folder))
        kind = "differs" if found else "excepted" if defects else "same"
        counts[kind] += 1
        print(f"{case.name}: " + ("differs" if found else "same") + (" except: " + "; ".join(defects) if defects else ""))
        for line in found:
            print("    " + line)
        if found and code:
            print("    " + (errors.strip().splitlines() or [""])[0][:200])
    print(f"{counts['same']} the same, {counts['excepted']} the same except what docs/profiler.md names, {counts['differs']} differ")
    return 1 if counts["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())
