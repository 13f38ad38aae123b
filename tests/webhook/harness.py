"""Runs dynamo-webhook on loopback, and clients that send whatever bytes a test wants."""

import contextlib
import json
import os
import pathlib
import queue
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(os.environ["DYNAMO_SOURCE_DIR"])
BINARY = os.environ["DYNAMO_WEBHOOK"]
sys.path.insert(0, str(ROOT / "tests/cluster"))

import pki  # noqa: E402

VALIDATE = "/validate-nvidia-com-v1beta1-dynamographdeploymentrequest"
MUTATE = "/mutate-nvidia-com-v1beta1-dynamographdeploymentrequest"
MIB = 1 << 20
# Checked builds: everything is several times slower and larger, so that only the answers count.
SANITIZED = os.environ.get("DYNAMO_SANITIZE", "") != ""
PROMPT_SECONDS = 1.0 if SANITIZED else 0.05
# Of whatever has to happen at all: far beyond what a busy machine needs.
PATIENCE = 60
# Threads of one test wait for each other's turn at the interpreter; its usual 5 ms would be measured as the server's.
sys.setswitchinterval(0.0005)


def wait_until(condition, what, seconds=PATIENCE):
    """What `condition` gives as soon as that is true."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return result


def golden(name):
    """A recorded review."""
    return json.loads((ROOT / f"tests/golden/admission/{name}.json").read_text())["review"]


def encoded(review):
    return json.dumps(review, separators=(",", ":")).encode()


def post(path, body, *headers, content_type="application/json"):
    """The bytes of a request as the API server sends it."""
    lines = [f"POST {path}?timeout=10s HTTP/1.1", "Host: dynamo-webhook.dynamo.svc", "User-Agent: kube-apiserver-admission",
             f"Content-Length: {len(body)}", "Accept-Encoding: gzip"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


class Response:
    def __init__(self, head, body):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split(" ")[1])
        self.headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.body = body

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"

    def json(self):
        return json.loads(self.body)


class Connection:
    """One connection. All errors of the socket are OSError, which ssl.SSLError is as well."""

    def __init__(self, sock):
        self.socket = sock
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next response; None where the server closed instead of answering."""
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if not self._more():
                return None
        head, self.buffer = self.buffer[:end], self.buffer[end + 4:]
        response = Response(head, b"")
        length = int(response.headers.get("content-length", 0))
        while len(self.buffer) < length:
            if not self._more():
                return None
        response.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return response

    def ask(self, data):
        self.send(data)
        return self.receive()

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLEOFError):
            return False
        self.buffer += data
        return data != b""

    def closed_by_server(self, seconds=PATIENCE):
        """Whether the server ends the connection in that time; throws away what it sends before."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if self.socket.recv(65536) == b"":
                    return True
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Webhook:
    """A running server with certificates of its own authority."""

    def __init__(self, folder, *flags, tables=None):
        self.folder = pathlib.Path(folder)
        self.authority = pki.Authority(self.folder / "pki", "test authority")
        self.certificate, self.key = self.folder / "tls/tls.crt", self.folder / "tls/tls.key"
        self.certificate.parent.mkdir()
        self.renew("first")
        self.lines = []
        self._news = queue.Queue()
        environment = {"PATH": os.environ["PATH"], **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
        self.process = subprocess.Popen(
            [BINARY, "--bind-address", "127.0.0.1", "--port", "0", "--ops-bind-address", "127.0.0.1", "--ops-port", "0",
             "--tls-cert-file", str(self.certificate), "--tls-key-file", str(self.key), "--shutdown-delay", "200ms",
             "--tables", str(tables or self.folder / "no-tables"), *flags],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        started = self.wait_for_log("listening")
        self.port, self.ops_port = started["port"], started["opsPort"]
        # Without a certificate it closes what connects.
        if "--tls-cert-file" not in flags:
            wait_until(lambda: self.operations("/readyz").status == 200, "ready")

    # Log ---------------------------------------------------------------------------------------------------------------

    def _read_log(self):
        for line in self.process.stderr:
            self.lines.append(line.decode("utf-8", "surrogateescape"))
            self._news.put(None)
        self._news.put(None)

    def log(self):
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def wait_for_log(self, message):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for entry in self.log():
                if entry["msg"] == message:
                    return entry
            if self.process.poll() is not None:
                break
            with contextlib.suppress(queue.Empty):
                self._news.get(timeout=0.2)
        raise AssertionError(f"no log line \"{message}\":\n{''.join(self.lines)}")

    # Certificates ------------------------------------------------------------------------------------------------------

    def renew(self, name, **properties):
        """Puts a new certificate in place, as the kubelet does: the key belongs to the certificate whenever both are read."""
        pair = self.authority.leaf(name, ["DNS:localhost", "IP:127.0.0.1"], **properties)
        for source, target in ((pair.key, self.key), (pair.certificate, self.certificate)):
            staged = target.with_suffix(".new")
            staged.write_bytes(source.read_bytes())
            staged.replace(target)

    def context(self, pair=None, **limits):
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        for name, value in limits.items():
            setattr(context, name, value)
        return context

    # Clients -----------------------------------------------------------------------------------------------------------

    def raw(self, port=None):
        """A TCP connection on which nothing was sent."""
        return Connection(socket.create_connection(("127.0.0.1", port or self.port), timeout=PATIENCE))

    def connect(self, context=None):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection((context or self.context()).wrap_socket(sock, server_hostname="localhost"))

    def review(self, body, path=VALIDATE, **options):
        """One review on a connection of its own."""
        with self.connect() as connection:
            return connection.ask(post(path, body, **options))

    def operations(self, path):
        with self.raw(self.ops_port) as connection:
            return connection.ask(get(path))

    def metric(self, name):
        return float(self.metrics().get(name, 0))

    def metrics(self):
        """Samples by name with labels."""
        text = self.operations("/metrics").body.decode()
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))

    # The process -------------------------------------------------------------------------------------------------------

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the process has gone")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.stop()

    def stop(self):
        """Ends the process; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._reader.join()
        self.process.stderr.close()
        return code


class Peak:
    """The largest resident memory of a process while a block runs."""

    def __init__(self, webhook):
        self.webhook, self.bytes, self._end = webhook, 0, threading.Event()

    def _watch(self):
        while not self._end.wait(0.005):
            self.bytes = max(self.bytes, self.webhook.resident_bytes())

    def __enter__(self):
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        self.bytes = max(self.bytes, self.webhook.resident_bytes())
