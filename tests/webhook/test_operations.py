"""The process in operation: drain, certificates, client authentication, overload, metrics, logs, settings."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from harness import BINARY, MUTATE, PATIENCE, VALIDATE, Webhook, encoded, get, golden, post, wait_until

# The listener has gone, or went before it took this connection.
GONE = (ConnectionRefusedError, ConnectionResetError, BrokenPipeError)


class Stream:
    """Clients that send one review after the other, each on a connection it keeps until the server says otherwise."""

    def __init__(self, webhook, clients):
        self.webhook, self.body = webhook, encoded(golden("typical-create"))
        self.answered, self.failed, self.refused = 0, [], 0
        self.leaving = False   # the server has said that it will end, so a Service would lead elsewhere
        self._lock, self._end = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def _run(self):
        request, context, client = post(VALIDATE, self.body), self.webhook.context(), None
        while not self._end.is_set():
            if client is None:
                try:
                    client = self.webhook.connect(context)
                except OSError as error:
                    with self._lock:
                        if self.leaving and isinstance(error, GONE):
                            self.refused += 1
                        else:
                            self.failed.append(error)
                    return
            try:
                response = client.ask(request)
            except OSError as error:
                response = error
            with self._lock:
                if getattr(response, "status", None) == 200:
                    self.answered += 1
                else:
                    self.failed.append(response)
            if not hasattr(response, "closes") or response.closes:
                client.close()
                client = None

    def wait_for(self, count):
        """Until `count` more were answered."""
        goal = self.answered + count
        wait_until(lambda: self.answered >= goal or self.failed, f"{count} answers")

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()


class OperationsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dynamo-webhook-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.body = encoded(golden("typical-create"))

    def start(self, *flags, **options):
        webhook = Webhook(self.folder, *flags, **options)
        self.addCleanup(webhook.stop)
        return webhook


class Drain(OperationsTest):
    def test_nothing_fails_under_load(self):
        webhook = self.start("--feasibility", "off", "--shutdown-delay", "5s")
        idle = webhook.connect()
        self.addCleanup(idle.close)
        with Stream(webhook, 6) as stream:
            stream.wait_for(50)
            webhook.process.send_signal(signal.SIGTERM)
            webhook.wait_for_log("draining")
            stream.leaving = True
            # Not ready, yet serving; and every answer is the last of its connection.
            ready = webhook.operations("/readyz")
            self.assertEqual((ready.status, ready.body), (503, b"shutting down\n"))
            self.assertEqual(webhook.operations("/livez").status, 200)
            response = webhook.review(self.body)
            self.assertEqual(response.status, 200)
            self.assertTrue(response.closes)
            self.assertEqual(webhook.process.wait(PATIENCE), 0)
            wait_until(lambda: stream.refused + len(stream.failed) == 6, "every client finds the listener gone")
        self.assertEqual(stream.failed, [])
        self.assertTrue(idle.closed_by_server())

    def test_a_second_signal_ends_at_once(self):
        webhook = self.start("--shutdown-delay", "1h")
        webhook.process.send_signal(signal.SIGTERM)
        webhook.wait_for_log("draining")
        webhook.process.send_signal(signal.SIGTERM)
        self.assertEqual(webhook.process.wait(PATIENCE), 0)

    def test_a_stuck_client_does_not_hold_the_end_up(self):
        webhook = self.start("--shutdown-delay", "0s", "--shutdown-timeout", "500ms", "--body-timeout", "1h")
        client = webhook.connect()
        self.addCleanup(client.close)
        client.send(post(VALIDATE, self.body)[:-1])
        wait_until(lambda: webhook.metric('dynamo_webhook_connections{phase="body"}') == 1, "the body is being read")
        self.assertEqual(webhook.stop(), 0)   # far sooner than the body's deadline


class Certificates(OperationsTest):
    def serial(self, webhook):
        with webhook.connect() as client:
            return client.socket.getpeercert()["serialNumber"]

    def wait_for_another(self, webhook, old):
        return wait_until(lambda: (new := self.serial(webhook)) != old and new, "the new certificate is served")

    def test_renewed_under_load(self):
        webhook = self.start("--feasibility", "off")
        old = self.serial(webhook)
        kept = webhook.connect()
        self.addCleanup(kept.close)
        with Stream(webhook, 4) as stream:
            for round_number in range(3):
                webhook.renew(f"renewed-{round_number}")
                old = self.wait_for_another(webhook, old)
        self.assertEqual(stream.failed, [])
        self.assertEqual(kept.ask(get("/livez")).status, 200, "a connection from before the renewal was closed")
        metrics = webhook.metrics()
        self.assertGreaterEqual(float(metrics["certwatcher_read_certificate_total"]), 4)
        self.assertGreater(float(metrics["dynamo_webhook_certificate_expiry_timestamp_seconds"]), time.time())

    def test_a_bad_renewal_keeps_the_old_one(self):
        webhook = self.start()
        old = self.serial(webhook)
        webhook.certificate.write_text("no certificate")
        wait_until(lambda: webhook.metric("certwatcher_read_certificate_errors_total") >= 1, "the bad one is read")
        self.assertEqual(self.serial(webhook), old)
        self.assertEqual(webhook.operations("/readyz").status, 200)
        webhook.renew("good-again")
        self.wait_for_another(webhook, old)

    def test_an_expired_one_is_not_ready(self):
        webhook = self.start()
        webhook.renew("expired", days=0)
        reason = lambda: (response := webhook.operations("/readyz")).status == 503 and response.body
        self.assertEqual(wait_until(reason, "not ready"), b"the certificate has expired\n")
        self.assertEqual(webhook.operations("/livez").status, 200)
        webhook.renew("good-again")
        wait_until(lambda: webhook.operations("/readyz").status == 200, "ready again")

    def test_a_key_of_another_certificate_is_named(self):
        webhook = self.start()
        webhook.key.write_bytes(webhook.authority.key.read_bytes())
        entry = webhook.wait_for_log("certificate not usable, the one before stays")
        self.assertIn("the key does not belong to the certificate", entry["reason"])
        self.assertEqual(webhook.review(self.body).status, 200)


class Clients(OperationsTest):
    def refused(self, webhook, pair=None):
        """In TLS 1.3 a client learns only with the first read that it was not wanted."""
        try:
            with webhook.connect(webhook.context(pair)) as client:
                return client.ask(get("/livez")) is None
        except OSError:
            return True

    def test_only_known_ones_are_heard(self):
        from harness import pki
        ours = pki.Authority(f"{self.folder}/clients", "client authority")
        foreign = pki.Authority(f"{self.folder}/foreign", "foreign authority")
        webhook = self.start("--client-ca-file", str(ours.certificate), "--client-names", "kube-apiserver,other")
        wanted = ours.leaf("kube-apiserver", ["DNS:a"], usage="clientAuth")
        with webhook.connect(webhook.context(wanted)) as client:
            self.assertEqual(client.ask(post(VALIDATE, self.body)).status, 200)
        self.assertTrue(self.refused(webhook), "a client without a certificate was heard")
        self.assertTrue(self.refused(webhook, foreign.leaf("kube-apiserver", ["DNS:a"], usage="clientAuth")))
        self.assertTrue(self.refused(webhook, ours.leaf("kubelet", ["DNS:a"], usage="clientAuth")))
        self.assertTrue(self.refused(webhook, ours.leaf("server", ["DNS:a"])), "a server's certificate is none of a client")
        closed = webhook.metrics()
        self.assertGreaterEqual(float(closed['dynamo_webhook_connections_closed_total{reason="client_name"}']), 1)


class Overload(OperationsTest):
    def test_a_full_queue_is_503(self):
        webhook = self.start("--workers", "1", "--queue-depth", "1", "--feasibility", "off", "--body-timeout", "1h")
        review = golden("typical-create")
        review["request"]["object"]["spec"]["overrides"]["dgd"]["spec"]["numbers"] = list(range(150_000))   # slow to read
        request = post(VALIDATE, encoded(review))
        clients = [webhook.connect() for _ in range(12)]
        for client in clients:
            self.addCleanup(client.close)
            client.send(request[:-1])
        wait_until(lambda: webhook.metric('dynamo_webhook_connections{phase="body"}') == len(clients), "all are being read")
        for client in clients:
            client.send(request[-1:])
        self.assertEqual(webhook.operations("/livez").status, 200)
        answers = [client.receive() for client in clients]
        self.assertGreaterEqual(sum(answer.status == 200 for answer in answers), 1)
        full = [answer for answer in answers if answer.status == 503]
        self.assertTrue(full, "nobody was turned away")
        self.assertEqual(full[0].headers["retry-after"], "1")
        self.assertEqual(len(full) + sum(answer.status == 200 for answer in answers), len(clients))
        self.assertEqual(float(webhook.metrics()["dynamo_webhook_queue_full_total"]), len(full))
        # Who was turned away may come again on the same connection.
        again = clients[answers.index(full[0])].ask(post(VALIDATE, self.body))
        self.assertEqual(again.status, 200)


class Reports(OperationsTest):
    def test_metrics(self):
        webhook = self.start("--feasibility", "warn", "--estimate-deadline", "1m")
        webhook.review(self.body)
        webhook.review(self.body)
        webhook.review(b"x")
        webhook.review(encoded(golden("v02")))
        webhook.review(self.body, MUTATE)
        dry = golden("typical-create")
        dry["request"]["dryRun"] = True
        webhook.review(encoded(dry))
        text = webhook.operations("/metrics").body.decode()
        samples = webhook.metrics()
        validate = f'{{webhook="{VALIDATE}",code="%s"}}'
        # The names and labels of controller-runtime, codes 200 and 500 from the start.
        self.assertEqual(samples["controller_runtime_webhook_requests_total" + validate % 200], "4")
        self.assertEqual(samples["controller_runtime_webhook_requests_total" + validate % 400], "1")
        self.assertEqual(samples["controller_runtime_webhook_requests_total" + validate % 500], "0")
        self.assertEqual(samples[f'controller_runtime_webhook_requests_in_flight{{webhook="{VALIDATE}"}}'], "0")
        self.assertEqual(samples[f'controller_runtime_webhook_latency_seconds_count{{webhook="{VALIDATE}"}}'], "5")
        self.assertEqual(samples["controller_runtime_webhook_panics_total"], "0")
        self.assertEqual(samples["certwatcher_read_certificate_total"], "1")
        self.assertEqual(samples["certwatcher_read_certificate_errors_total"], "0")
        bounds = [line for line in samples if line.startswith("controller_runtime_webhook_latency_seconds_bucket{webhook=\"/v")]
        self.assertEqual(len(bounds), 13)
        # Ours.
        self.assertEqual(samples['dynamo_webhook_decisions_total{decision="denied",rule="strategy.thorough.backend",dry_run="false"}'], "1")
        self.assertEqual(samples['dynamo_webhook_decisions_total{decision="unreadable",rule="",dry_run="false"}'], "1")
        self.assertTrue(any('dry_run="true"' in name for name in samples))
        self.assertEqual(samples['dynamo_webhook_estimate_seconds_count{source="search"}'], "1")
        self.assertEqual(samples['dynamo_webhook_estimate_seconds_count{source="memo"}'], "2")
        self.assertIn("dynamo_webhook_build_info", text)
        self.assertIn("dynamo_webhook_tables_info", text)
        self.assertNotIn("Qwen", text)
        for line in text.splitlines():
            self.assertTrue(line.startswith("#") or len(line.rsplit(" ", 1)) == 2, line)

    def test_log(self):
        webhook = self.start("--feasibility", "off")
        review = golden("v02")
        webhook.review(encoded(review))
        entry = webhook.wait_for_log("denied")
        self.assertEqual(entry["uid"], review["request"]["uid"])
        self.assertEqual((entry["namespace"], entry["name"], entry["code"]), ("serving", "qwen", 422))
        self.assertEqual((entry["rules"], entry["dryRun"]), ("strategy.thorough.backend", False))
        for line in webhook.lines:
            json.loads(line)

    def test_version_and_health(self):
        webhook = self.start()
        version = webhook.operations("/version").json()["version"]
        printed = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(printed, f"dynamo-webhook {version}\n")
        for path in ("/livez", "/readyz"):
            self.assertEqual(webhook.operations(path).status, 200)
            with webhook.connect() as client:
                self.assertEqual(client.ask(get(path)).status, 200)

    def test_not_ready_without_a_certificate(self):
        webhook = self.start("--tls-cert-file", f"{self.folder}/missing.crt")
        response = webhook.operations("/readyz")
        self.assertEqual((response.status, response.body), (503, b"no certificate yet\n"))
        entry = webhook.wait_for_log("certificate not usable, there is none to serve with")
        self.assertEqual(entry["reason"], f"{self.folder}/missing.crt cannot be read")
        self.assertEqual(webhook.operations("/livez").status, 200)
        with contextlib.suppress(OSError), webhook.connect() as client:
            self.fail(f"served without a certificate: {client.ask(get('/livez'))}")


class Settings(OperationsTest):
    def test_the_file_of_settings(self):
        config = f"{self.folder}/webhook.yaml"
        with open(config, "w", encoding="utf-8") as file:
            file.write("maxBody: 8Ki\nfeasibility: off\nimmutability: phase\ngpuDiscovery: false\n")
        webhook = self.start("--config", config, "--max-body", "64Ki")   # the flag wins
        update = golden("s01")
        self.assertTrue(webhook.review(encoded(golden("s07"))).json()["response"]["allowed"])
        self.assertNotIn("updates are forbidden", webhook.review(encoded(update)).body.decode())
        without = webhook.review(encoded(golden("v08"))).json()["response"]
        self.assertFalse(without["allowed"])
        self.assertEqual(webhook.review(b" " * 70_000).status, 413)

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for flag in ("--port", "--ops-port"):
                with self.subTest(flag):
                    others = ["--port", "0", "--ops-port", "0", "--bind-address", "127.0.0.1", "--ops-bind-address", "127.0.0.1"]
                    done = subprocess.run([BINARY, *others, flag, port], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 1)
                    entry = json.loads(done.stderr.splitlines()[-1])
                    self.assertEqual(entry["reason"], f"cannot listen on 127.0.0.1 port {port}: Address already in use")

    def test_self_managed_outside_a_pod_says_what_it_needs(self):
        flags = ["--certificates", "self-managed", "--port", "0", "--ops-port", "0"]
        done = subprocess.run([BINARY, *flags], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("KUBERNETES_SERVICE_HOST", json.loads(done.stderr.splitlines()[-1])["reason"])

    def test_mistakes_come_together(self):
        done = subprocess.run([BINARY, "--port", "x", "--idle-timeout", "5", "--feasibility", "maybe"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 3, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
