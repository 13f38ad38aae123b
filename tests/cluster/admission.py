"""dynamo-webhook beside the API server of control_plane.py, registered by the manifests that install it."""

import json
import os
import pathlib
import re
import urllib.error
import urllib.request

import control_plane
import pki

BIN = pathlib.Path(os.environ["DYNAMO_BIN"])
WEBHOOK = BIN / "dynamo-webhook"
PLUGIN = BIN / "kubectl-dynamo"
INSTALL = control_plane.ROOT / "manifests/webhook/install"
# Of an estimate: a machine that builds beside the tests is slow. Below the manifests' timeoutSeconds.
PATIENCE = "--estimate-deadline=4s"
CONFIGURATIONS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
SERVICE_NAME = "dynamo-webhook.dynamo-admission.svc"   # as the API server calls the Service of the manifests


def tables_directory():
    """Where ./dev puts the measured tables; a folder without any is a valid answer."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/"), ".cache")
    return os.environ.get("DYNAMO_TABLES") or os.path.join(cache, "kubectl-dynamo/tables/aiconfigurator-core-0.12.0")


class Process:
    """One dynamo-webhook on free loopback ports."""

    def __init__(self, folder, *flags, environment=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.ops_port = control_plane.free_ports(2)
        self.log = self.folder / "webhook.log"
        self.arguments = [WEBHOOK, "--bind-address=127.0.0.1", f"--port={self.port}", "--ops-bind-address=127.0.0.1",
                          f"--ops-port={self.ops_port}", f"--tables={tables_directory()}", *flags]
        self.environment = {"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **(environment or {})}
        self.process = None

    def start(self):
        self.process = control_plane.start_process(self.arguments, self.log, self.environment)
        return self

    def __enter__(self):
        self.start()
        control_plane.wait_until(self.ready, 60, f"the webhook is ready: {self.log.read_text()}")
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, seconds=60):
        return control_plane.stop_process(self.process, seconds) if self.process is not None else None

    def get(self, path):
        """(status, text) of the plain port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ops_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ready(self):
        assert self.process.poll() is None, f"the webhook ended: {self.log.read_text()[-2000:]}"
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def metric(self, name):
        """The sum of a metric's samples."""
        lines = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.get("/metrics")[1], re.M)
        return sum(float(value) for value in lines)

    def log_lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def serving_flags(pair, *more):
    """With a certificate from files, and a drain that suits a test."""
    return (f"--tls-cert-file={pair.certificate}", f"--tls-key-file={pair.key}", "--shutdown-delay=1s", PATIENCE, *more)


def documents(plane, yaml):
    """The objects of a YAML stream, by kubectl."""
    text = plane.must("create", "--dry-run=client", "-o", "json", "-f", "-", stdin=yaml)
    decoder, out = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        out += value["items"] if value["kind"] == "List" else [value]
        text = text[end:]
    return out


def configurations(plane, name="external"):
    """Both webhook configurations as an install file has them."""
    return [one for one in documents(plane, (INSTALL / f"{name}.yaml").read_text()) if one["kind"] in CONFIGURATIONS]


def at_address(configuration, port, authority):
    """The configuration with the loopback address in place of a Service, which nobody would route."""
    for webhook in configuration["webhooks"]:
        path = webhook["clientConfig"]["service"]["path"]
        webhook["clientConfig"] = {"url": f"https://127.0.0.1:{port}{path}",
                                   "caBundle": control_plane.base64_of(authority.certificate)}
    return configuration


def at_local_service(configuration, port):
    """The configuration with its Service, whose name stands for this machine: see local_service()."""
    for webhook in configuration["webhooks"]:
        webhook["clientConfig"]["service"]["port"] = port
    return configuration


def local_service(namespace="dynamo-admission", name="dynamo-webhook"):
    """A Service that leads the API server to this machine, by the name that certificates are checked for."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"type": "ExternalName", "externalName": "localhost"}}


class Admission:
    """A webhook for one namespace of a plane, so that several with different flags stand beside each other.

    The configurations are those of the manifests, but for the address, the namespace, and a failurePolicy that hides
    nothing."""

    def __init__(self, plane, namespace, *flags, failure_policy="Fail"):
        self.plane, self.namespace, self.failure_policy = plane, namespace, failure_policy
        folder = plane.folder / f"webhook-{namespace}"
        self.authority = pki.Authority(folder / "pki", f"ca-{namespace}")
        pair = self.authority.leaf("leaf", ["IP:127.0.0.1"])
        self.process = Process(folder, *serving_flags(pair, *flags))

    def __enter__(self):
        self.process.__enter__()
        try:
            self.plane.kubectl("create", "namespace", self.namespace)
            self.register()
        except BaseException:
            self.process.stop()
            raise
        return self

    def __exit__(self, *_):
        for kind in CONFIGURATIONS:
            self.plane.kubectl("delete", kind, self.name)
        self.process.stop()

    @property
    def name(self):
        return f"dynamo-webhook-{self.namespace}"

    def register(self, wait=True):
        for configuration in configurations(self.plane):
            configuration["metadata"]["name"] = self.name
            at_address(configuration, self.process.port, self.authority)
            for webhook in configuration["webhooks"]:
                webhook["failurePolicy"] = self.failure_policy
                webhook["namespaceSelector"]["matchExpressions"].append(
                    {"key": "kubernetes.io/metadata.name", "operator": "In", "values": [self.namespace]})
            self.plane.must("apply", "--server-side", "-f", "-", stdin=configuration)
        if wait:
            wait_until_called(self.plane, self.namespace)


def wait_until_called(plane, namespace):
    """The API server takes up new configurations after about a second."""
    spelled = control_plane.request("probe", namespace, hardware={"gpuSku": "H100-SXM5-80GB"})
    impossible = control_plane.request("probe", namespace, backend="auto", searchStrategy="thorough")
    dry = lambda document: plane.kubectl("create", "--dry-run=server", "-f", "-", stdin=document).code
    control_plane.wait_until(lambda: dry(spelled) == 0 and dry(impossible) == 1, 60,
                             "the API server calls both webhooks", every=0.2)
