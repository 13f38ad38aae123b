#!/usr/bin/env python3
"""Measures dynamo-webhook, and a controller-runtime webhook with equivalent rules (controller_runtime/) in the same run.

Usage: webhook_bench.py BUILD_DIRECTORY. Without a Go compiler that is new enough only our own figures are shown. The first
part asks for the same work of both, so the estimate is off there; the second part switches it on."""

import copy
import itertools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/bench"
BUILD = pathlib.Path(sys.argv[1])
SECONDS = float(os.environ.get("WEBHOOK_BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("WEBHOOK_BENCH_ROUNDS", "3"))
VALIDATE = "/validate-nvidia-com-v1beta1-dynamographdeploymentrequest"

os.environ["DYNAMO_SOURCE_DIR"] = str(ROOT)
os.environ["DYNAMO_WEBHOOK"] = str(BUILD / "bin/dynamo-webhook")
sys.path.insert(0, str(ROOT / "tests/webhook"))

from harness import Webhook, encoded, golden  # noqa: E402


def say(text):
    print(text, flush=True)


def build_yardstick():
    """The Go program, kept outside the tree by what it is made of; None where there is no Go."""
    source = HERE / "controller_runtime"
    key = subprocess.run(["cksum"], input=b"".join((source / f).read_bytes() for f in ("main.go", "go.mod", "go.sum")),
                         capture_output=True, check=True).stdout.split()[0].decode()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "kubectl-dynamo/bench"
    program = cache / f"controller-runtime-{key}"
    if program.exists():
        return program
    go = shutil.which("go") or ("/usr/local/go/bin/go" if os.path.exists("/usr/local/go/bin/go") else None)
    if go is None:
        return None
    say("Building the controller-runtime webhook (once, some minutes) …")
    cache.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([go, "build", "-trimpath", "-o", program, "."], cwd=source, capture_output=True, text=True,
                          env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"})
    if done.returncode != 0:
        say(f"It cannot be built:\n{done.stderr[-1000:]}")
        return None
    return program


class Server:
    """A process under load, and what it takes."""

    def __init__(self, name, pid, port, authority):
        self.name, self.pid, self.port, self.authority = name, pid, port, authority

    def cpu(self):
        # Nanoseconds that each thread has run; the clock ticks of `stat` are too coarse.
        return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir()) / 1e9

    def resident_mib(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024

    def load(self, bodies, connections, seconds=SECONDS, rate=0, kind="keep"):
        cpu = self.cpu()
        done = subprocess.run([BUILD / "tests/bench/webhook_load", str(self.port), self.authority, VALIDATE, str(connections),
                               str(seconds), str(rate), kind, *map(str, bodies)], capture_output=True, text=True, check=True)
        result = json.loads(done.stdout)
        result["per_cpu_second"] = result["requests"] / max(self.cpu() - cpu, 1e-9)
        result["mib"] = self.resident_mib()
        return result


def yardstick_server(program, webhook, folder):
    port = 1024 + os.getpid() % 30000
    log = open(folder / "controller-runtime.log", "wb")
    process = subprocess.Popen([program, "--cert", webhook.certificate, "--port", str(port)], stderr=log, stdout=log)
    server = Server("controller-runtime", process.pid, port, webhook.authority.certificate)
    for _ in range(300):
        try:
            webhook.raw(port).close()
            return server, process
        except OSError:
            time.sleep(0.1)
    process.kill()
    sys.exit((folder / "controller-runtime.log").read_text())


def median(results, key):
    return statistics.median(result[key] for result in results)


def show(server, what, results):
    say(f"  {server.name:<20} {median(results, 'per_cpu_second'):9.0f} per CPU s  {max(r['mib'] for r in results):6.1f} MiB  "
        f"p50 {median(results, 'p50_us') / 1000:7.2f} ms  p99 {median(results, 'p99_us') / 1000:7.2f} ms  "
        f"{median(results, 'requests') / median(results, 'seconds'):7.0f} /s  {sum(r['failed'] for r in results)} failed")


def ratio(name, ours, theirs, wanted, more):
    value = theirs / ours if not more else ours / theirs
    good = value >= wanted
    say(f"    {name:<32} {value:5.2f} (wanted {wanted:g} or more){'' if good else '   NOT REACHED'}")


def compare(servers, body):
    cases = [("16 connections", 16, "keep"), ("64 connections", 64, "keep"), ("cold connections", 16, "cold")]
    for name, connections, kind in cases:
        results = {server.name: [] for server in servers}
        for server in servers:
            server.load([body], connections, 1, kind=kind)   # warm
        for _ in range(ROUNDS):   # in turn, so that a busy neighbour meets both
            for server in servers:
                results[server.name].append(server.load([body], connections, kind=kind))
        say(f"{name}, body of {body.stat().st_size / 1000:.1f} kB:")
        for server in servers:
            show(server, name, results[server.name])
        if len(servers) == 1:
            continue
        ours, theirs = (results[server.name] for server in servers)
        ratio("requests per CPU second", median(ours, "per_cpu_second"), median(theirs, "per_cpu_second"), 1 if kind == "cold" else 3, True)
        ratio("p99, theirs to ours", median(ours, "p99_us"), median(theirs, "p99_us"), 1, False)
        if kind != "cold":
            ratio("memory, theirs to ours", max(r["mib"] for r in ours), max(r["mib"] for r in theirs), 2, False)


def realistic_specs():
    """Different requests such as a platform team sees them."""
    models = ("Qwen/Qwen3-32B", "Qwen/Qwen3-30B-A3B", "meta-llama/Llama-3.1-70B-Instruct", "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct")
    lengths = ((3000, 500), (1000, 200), (8000, 1000), (500, 1500), (4000, 1000))
    targets = ((500, 50), (1000, 30), (2000, 20), (300, 100))
    for model, gpu, gpus, backend, (isl, osl), (ttft, itl) in itertools.product(
            models, ("h200_sxm", "h100_sxm", "b200_sxm"), (8, 16, 4, 32), ("trtllm", "vllm", "sglang"), lengths, targets):
        yield {"model": model, "backend": backend, "hardware": {"gpuSku": gpu, "totalGpus": gpus, "numGpusPerNode": 8},
               "workload": {"isl": isl, "osl": osl}, "sla": {"ttft": ttft, "itl": itl}}


class Specs:
    """The specs above, spread over the whole list, as files; each is handed out once."""

    def __init__(self, folder):
        self.folder, self.all, self.used, self.template = folder, list(realistic_specs()), 0, golden("typical-create")

    def next(self, **changes):
        spec = {**self.all[self.used * 7919 % len(self.all)], **changes}
        self.used += 1
        review = copy.deepcopy(self.template)
        review["request"]["object"]["spec"].update(spec)
        path = self.folder / f"estimate-{self.used}.json"
        path.write_bytes(encoded(review))
        return path

    def take(self, count, **changes):
        return [self.next(**changes) for _ in range(count)]

    def mix(self, count, one_in, known):
        """`count` bodies, one in `one_in` of them new, the others over and over the `known` ones."""
        again = itertools.cycle(known)
        return [self.next() if i % one_in == 0 else next(again) for i in range(count)]


def source_figures(webhook):
    samples = webhook.metrics()
    figures = {}
    for source in ("search", "memo"):
        key = f'{{source="{source}"}}'
        figures[source] = (float(samples.get(f"dynamo_webhook_estimate_seconds_count{key}", 0)),
                           float(samples.get(f"dynamo_webhook_estimate_seconds_sum{key}", 0)))
    return figures


def estimates(folder):
    tables = os.environ.get("DYNAMO_TABLES", "")
    if not any(pathlib.Path(tables or "/nonexistent").glob("*.pack")):
        say("The estimate is not measured: no measured tables in $DYNAMO_TABLES.")
        return
    # A busy machine must not cut the searches short: then there would be nothing to remember.
    webhook = Webhook(folder / "estimate", "--estimate-deadline", "10s", tables=tables)
    server = Server("dynamo-webhook", webhook.process.pid, webhook.port, webhook.authority.certificate)
    specs, rate, wanted_ms = Specs(folder), 200, 20
    count = int(rate * 2 * SECONDS)
    known = specs.take(60)
    hopeless = {"sla": {"ttft": 500, "itl": 1}}
    say("With the full estimate, 16 connections:")
    for name, bodies, per_second in (("60 new ones, to warm up", known, 20),
                                     ("these again", known, rate),
                                     ("1 in 200 new", specs.mix(count, 200, known), rate),
                                     ("1 in 20 new", specs.mix(count, 20, known), rate),
                                     ("all new", specs.take(count), rate),
                                     ("all new, out of reach", specs.take(60, **hopeless), 10)):
        before = source_figures(webhook)["search"]
        result = server.load(bodies, 16, len(bodies) / per_second if bodies is not known or per_second < rate else 2 * SECONDS, per_second)
        searches, seconds = (now - then for now, then in zip(source_figures(webhook)["search"], before))
        p99 = result["p99_us"] / 1000
        search = f"{seconds / searches * 1000:6.2f} ms each of {searches:4.0f} searches" if searches else "no search"
        say(f"  {name:<24} {per_second:4} /s  {1000 / result['per_cpu_second']:6.2f} CPU ms a request, {search:<34}  {result['mib']:6.1f} MiB  "
            f"p50 {result['p50_us'] / 1000:6.2f} ms  p99 {p99:6.2f} ms  {result['failed']} failed"
            f"{'' if p99 < wanted_ms or per_second < rate else f'   (wanted: under {wanted_ms} ms)'}")
    webhook.stop()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dynamo-bench-"))
    try:
        for part in ("rules", "estimate"):
            (folder / part).mkdir()
        body = folder / "review.json"
        body.write_bytes(encoded(golden("typical-create")))
        webhook = Webhook(folder / "rules", "--feasibility", "off")
        servers = [Server("dynamo-webhook", webhook.process.pid, webhook.port, webhook.authority.certificate)]
        process = None
        program = build_yardstick()
        if program is None:
            say("SKIPPED: the comparison with controller-runtime needs a Go compiler.")
        else:
            server, process = yardstick_server(program, webhook, folder)
            servers.append(server)
        compare(servers, body)
        if process is not None:
            process.terminate()
            process.wait()
        webhook.stop()
        estimates(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
