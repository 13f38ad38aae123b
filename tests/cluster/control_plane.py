"""A real Kubernetes API server with its etcd on free loopback ports, ended whatever happens."""

import base64
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import pki

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CRDS = HERE / "crds"
SKIPPED = 77          # the exit code that ctest shows as "Skipped"
READY_SECONDS = 90    # a loaded machine; 4 s on an idle one

HOW_TO_BUILD = "build it once with: ./dev cluster"


def programs():
    """The folder of kube-apiserver, etcd and kubectl; None where they are not built yet."""
    done = subprocess.run(["bash", HERE / "control_plane/build.sh", "--find"], capture_output=True, text=True)
    return pathlib.Path(done.stdout.strip()) if done.returncode == 0 else None


def main():
    """Runs the calling suite; without an API server it is skipped, but in CI ($DYNAMO_REQUIRE_CLUSTER) it fails."""
    if programs() is None:
        required = os.environ.get("DYNAMO_REQUIRE_CLUSTER", "") not in ("", "0")
        print(f"{'FAILED' if required else 'SKIPPED'}: no API server to test against; {HOW_TO_BUILD}")
        sys.exit(1 if required else SKIPPED)
    unittest.main(module="__main__", verbosity=2)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(condition, seconds, what, every=0.05):
    """Returns the first truthy answer of `condition`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG: even a killed test leaves nothing behind


def start_process(arguments, log, environment=None):
    with open(log, "ab") as sink:
        return subprocess.Popen([str(word) for word in arguments], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                                env=environment, preexec_fn=_die_with_parent)


def stop_process(process, seconds=60):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


class Answer:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"exit code {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class ControlPlane:
    """`with ControlPlane() as plane:`; `plane.kubectl(…)` is the real kubectl, as an administrator by default."""

    def __init__(self, api_server_flags=()):
        self.bin = programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dynamo-cluster-"))
        self.flags = list(api_server_flags)
        self.processes = []

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            stop_process(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        etcd_port, peer_port, self.port = free_ports(3)
        self.ca = pki.Authority(self.folder / "pki", "cluster-ca")
        server = self.ca.leaf("server", ["IP:127.0.0.1", "DNS:localhost", "DNS:kubernetes.default.svc"])
        accounts = pki.key(self.folder / "pki/accounts.key")
        tokens = self.folder / "pki/tokens.csv"
        tokens.write_text('admin-token,admin,uid-admin,"system:masters"\nplain-token,plain,uid-plain,"testers"\n')
        etcd = f"http://127.0.0.1:{etcd_port}"
        peer = f"http://127.0.0.1:{peer_port}"
        self._run("etcd", "--name=t", f"--data-dir={self.folder / 'etcd'}", "--unsafe-no-fsync", "--log-level=error",
                  f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}", f"--listen-peer-urls={peer}",
                  f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=t={peer}")
        self._run("kube-apiserver", f"--etcd-servers={etcd}", "--bind-address=127.0.0.1",
                  "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--endpoint-reconciler-type=none",
                  f"--tls-cert-file={server.certificate}", f"--tls-private-key-file={server.key}",
                  f"--client-ca-file={self.ca.certificate}", f"--token-auth-file={tokens}",
                  "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
                  f"--service-account-key-file={accounts}", f"--service-account-signing-key-file={accounts}",
                  "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount", *self.flags)
        self.kubeconfig = self._write_kubeconfig()
        wait_until(self._ready, READY_SECONDS, "the API server is ready")

    def _run(self, program, *arguments):
        self.processes.append(start_process([self.bin / program, *arguments], self.folder / f"{program}.log"))

    def _write_kubeconfig(self):
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "admin",
            "clusters": [{"name": "t", "cluster": {"server": self.url,
                                                   "certificate-authority": str(self.ca.certificate)}}],
            "users": [{"name": name, "user": {"token": f"{name}-token"}} for name in ("admin", "plain")],
            "contexts": [{"name": name, "context": {"cluster": "t", "user": name}} for name in ("admin", "plain")]}))
        return path

    def _ready(self):
        for process in self.processes:
            if process.poll() is not None:
                logs = [(path.name, path.read_text()[-2000:]) for path in self.folder.glob("*.log")]
                raise AssertionError(f"a process of the control plane ended: {logs}")
        try:
            return self.request("/readyz", parse=False) == b"ok"
        except OSError:
            return False

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def request(self, path, body=None, method=None, token="admin-token", content_type="application/json", parse=True):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers={"Authorization": f"Bearer {token}", "Content-Type": content_type})
        context = ssl.create_default_context(cafile=self.ca.certificate)
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            text = answer.read()
        return json.loads(text) if parse else text

    def environment(self, **more):
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder), "KUBECONFIG": str(self.kubeconfig), **more}

    def kubectl(self, *arguments, stdin=None, environment=None):
        if isinstance(stdin, dict):
            stdin = json.dumps(stdin)
        done = subprocess.run([self.bin / "kubectl", *map(str, arguments)], input=stdin, text=True, timeout=120,
                              capture_output=True, env={**self.environment(), **(environment or {})}, cwd=self.folder)
        return Answer(done)

    def must(self, *arguments, **options):
        """kubectl, which has to succeed; returns what it printed."""
        answer = self.kubectl(*arguments, **options)
        assert answer.code == 0, f"kubectl {' '.join(map(str, arguments))}: {answer}"
        return answer.out

    def apply(self, document, *flags, **options):
        """`document`: a dict, or YAML text."""
        return self.kubectl("apply", "-f", "-", *flags, stdin=document, **options)

    def install_crds(self):
        self.must("apply", "-f", CRDS)
        self.must("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
        # The API server holds back the first object of a new resource for two seconds; do that here.
        self.must("create", "--dry-run=server", "-f", "-", stdin=request("first"))

    def set_status(self, name, namespace="default", **status):
        """What the operator would write."""
        self.must("patch", "dgdr", name, "-n", namespace, "--subresource=status", "--type=merge", "-p",
                  json.dumps({"status": status}))

    def service_account_token(self, name, namespace):
        return self.must("create", "token", name, "-n", namespace).strip()


def request(name, namespace="default", **spec):
    """A request that nobody objects to, but for what `spec` changes."""
    return {"apiVersion": "nvidia.com/v1beta1", "kind": "DynamoGraphDeploymentRequest",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"model": "Qwen/Qwen3-32B", "backend": "trtllm", "image": "runtime:1.0.0",
                     "hardware": {"gpuSku": "h200_sxm", "vramMb": 144384, "totalGpus": 8, "numGpusPerNode": 8},
                     **spec}}


def base64_of(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()
