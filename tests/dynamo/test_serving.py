"""The real frontend and the real mocker serve from our mocker deployment, and its tokens come at the pace of our curve."""

import bisect
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from consumers import HERE, config_map_files, documents, environment, main, request

# Where our engines are slow the pace of a stream is far above what a busy machine adds to it.
SLOW = {"backend": "vllm", "gpu": "l40s"}
TARGETS = {"ttft": 6000.0, "itl": 60.0}
LONE = {"streams": 1, "prompt_tokens": 400, "tokens": 100}
CROWD = {"streams": 24, "prompt_tokens": 400, "tokens": 220}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def private_network():
    """The command before a command that gives it a network of its own, as the event plane listens on all addresses."""
    command = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return []
    return command if subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0 else []


def itl_ms(curve, streams, context):
    """Our curve between its points: at each context length along the use of the cache, then along the context length."""
    rows = {}
    for usage, length, itl in zip(curve["x_kv_usage"], curve["y_context_length"], curve["z_itl"], strict=True):
        rows.setdefault(length, []).append((usage, itl))
    usage = streams * context / curve["max_kv_tokens"]
    return between([(length, between(row, usage)) for length, row in rows.items()], context)


def between(points, x):
    after = min(max(bisect.bisect_left([point[0] for point in points], x), 1), len(points) - 1)
    (x0, y0), (x1, y1) = points[after - 1], points[after]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def pace_ms(answers):
    """The median time between two tokens of a stream while all streams were being answered, and how far they were on average."""
    begin, end = max(stream[0] for stream in answers), min(stream[-1] for stream in answers)
    gaps, places = [], []
    for stream in answers:
        for place, (before, after) in enumerate(zip(stream, stream[1:])):
            if before >= begin and after <= end:
                gaps.append(1000 * (after - before))
                places.append(place)
    return statistics.median(gaps), statistics.mean(places)


class Serving(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        spec = request(**SLOW, mocker={"enabled": True}) | {"sla": TARGETS}
        items = documents(spec, self.directory)
        self.deployment = items[-1]
        self.data = self.directory / "data"
        self.data.mkdir()
        for name, text in config_map_files(items).items():
            (self.data / name).write_text(text)
        self.curve = json.loads((self.data / "decode_raw_data.json").read_text())

    def workers(self, start, data):
        """The command of each mocker in the deployment, with what it mounts found at `data`."""
        commands = {}
        for name, service in self.deployment["spec"]["services"].items():
            container = service["extraPodSpec"]["mainContainer"]
            if service["componentType"] != "worker":
                continue
            self.assertEqual(container["command"], ["python3", "-m", "dynamo.mocker"])
            (mount,) = container["volumeMounts"]
            self.assertIn(mount["mountPath"], container["args"])
            commands[name] = [*start, *(str(data) if word == mount["mountPath"] else word for word in container["args"])]
        self.assertEqual(list(commands), ["prefill", "decode"])
        return commands

    def serve(self, version, start, data, loads):
        python = str(environment(version))
        model = "Qwen/Qwen3-32B"
        hub, registry = self.directory / "hub", self.directory / "registry"
        registry.mkdir()
        subprocess.run([str(environment("1.0.1")), "-B", str(HERE / "make_model.py"), str(hub), model], check=True)
        isolated, port = private_network(), free_port()
        plan = {
            "folder": str(self.directory), "private_network": bool(isolated), "model": model, "port": port, "loads": loads,
            "registrations": str(registry / "v1" / "mdc"), "workers": 2,
            "processes": {"frontend": [python, "-m", "dynamo.frontend", "--http-host", "127.0.0.1", "--http-port", str(port),
                                       "--router-mode", "round-robin"], **self.workers([python, *start], data)},
            "variables": {"DYN_DISCOVERY_BACKEND": "file", "DYN_FILE_KV": str(registry), "DYN_REQUEST_PLANE": "tcp",
                          "DYN_EVENT_PLANE": "zmq", "DYN_TCP_RPC_HOST": "127.0.0.1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(hub)},
        }
        done = subprocess.run([*isolated, sys.executable, "-B", str(HERE / "serve.py")], input=json.dumps(plan),
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.split("RESULT ", 1)[1])

    def assert_pace_of_curve(self, load, answers, above):
        """At least the curve's, less what interpolation is off; `above`: what the machine may add, as a share."""
        for stream in answers:
            self.assertEqual(len(stream), load["tokens"])
        pace, place = pace_ms(answers)
        expected = itl_ms(self.curve, load["streams"], load["prompt_tokens"] + place)
        print(f"{load['streams']} streams: a token each {pace:.2f} ms, by the curve {expected:.2f} ms", file=sys.stderr)
        self.assertGreater(pace, 0.9 * expected)
        self.assertLess(pace, (1 + above) * expected)

    def test_1_0_serves_at_the_pace_of_the_curve(self):
        start = ["-B", str(HERE / "without_nats.py"), "dynamo.mocker"]
        lone, crowd = self.serve("1.0.1", start, self.data, [LONE, CROWD])
        self.assert_pace_of_curve(LONE, lone, 0.15)
        self.assert_pace_of_curve(CROWD, crowd, 0.25)
        alone = itl_ms(self.curve, 1, LONE["prompt_tokens"])
        self.assertGreater(pace_ms(crowd)[0], 1.25 * alone, "the load does not show")

    def test_1_6_serves_at_the_pace_of_the_curve(self):
        """Its reader of directories needs a package that is not published; that of 1.0 makes the file it also takes."""
        table = self.directory / "perf_data.npz"
        subprocess.run([str(environment("1.0.1")), "-B", "-c", "import sys; from dynamo.mocker.utils import "
                        "planner_profiler_perf_data_converter as c; c.convert_profile_results_to_npz(*sys.argv[1:])",
                        str(self.data), str(table)], check=True, capture_output=True)
        (lone,) = self.serve("1.6.1", ["-m", "dynamo.mocker"], table, [LONE])
        self.assert_pace_of_curve(LONE, lone, 0.15)


if __name__ == "__main__":
    main("1.0.1", "1.6.1")
