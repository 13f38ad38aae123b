"""A stream of applies, and the Service in front of two replicas, for tests that must lose nothing."""

import itertools
import select
import socket
import threading
import time
import urllib.error
import urllib.request

from control_plane import request


class Balancer:
    """What a Service does: a new connection goes to one of the ready replicas in turn; open ones stay where they are."""

    def __init__(self):
        self.replicas, self.lock, self.turn = [], threading.Lock(), itertools.count()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.ending = threading.Event()

    def __enter__(self):
        for work in (self._accept, self._look):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.listener.close()

    def add(self, replica):
        """An admission.Process; not asked before it is ready, nor after it stops being so."""
        with self.lock:
            self.replicas.append([replica, False])

    def remove(self, replica):
        with self.lock:
            self.replicas = [one for one in self.replicas if one[0] is not replica]

    def ready(self):
        with self.lock:
            return [replica for replica, ready in self.replicas if ready]

    def _look(self):
        while not self.ending.wait(0.1):
            with self.lock:
                known = list(self.replicas)
            for one in known:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{one[0].ops_port}/readyz", timeout=2):
                        one[1] = True
                except OSError:
                    one[1] = False

    def _accept(self):
        while not self.ending.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        ready = self.ready()
        if not ready:
            client.close()
            return
        replica = ready[next(self.turn) % len(ready)]
        try:
            server = socket.create_connection(("127.0.0.1", replica.port), timeout=5)
        except OSError:
            client.close()
            return
        with client, server:
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _copy_both_ways(client, server)


def _copy_both_ways(a, b):
    other = {a: b, b: a}
    try:
        while True:
            for one in select.select([a, b], [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                other[one].sendall(data)
    except OSError:
        pass


class Stream:
    """Applies by kubectl, and creations by one HTTP connection, until the end of the `with`; every failure is kept.

    Each object has a GPU to normalise and a spec to judge, so that each takes both webhooks."""

    numbers = itertools.count()   # of all streams, so that no name comes twice

    def __init__(self, plane, namespace="default"):
        self.plane, self.namespace = plane, namespace
        self.done, self.failures = 0, []
        self.lock, self.ending = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(work,), daemon=True)
                        for work in (self._apply, self._create)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, count, seconds=60):
        """So many more."""
        goal, end = self.done + count, time.monotonic() + seconds
        while self.done < goal and not self.failures:
            assert time.monotonic() < end, f"only {self.done} of {goal} after {seconds} s"
            time.sleep(0.05)

    def _run(self, work):
        while not self.ending.is_set():
            problem = work(request(f"stream-{next(Stream.numbers)}", self.namespace, hardware={"gpuSku": "H100-SXM5-80GB"}))
            with self.lock:
                self.done += 1
                if problem:
                    self.failures.append(f"{time.strftime('%H:%M:%S')} {problem}")

    def _apply(self, document):
        answer = self.plane.apply(document)
        return None if answer.code == 0 else repr(answer)

    def _create(self, document):
        path = f"/apis/nvidia.com/v1beta1/namespaces/{self.namespace}/dynamographdeploymentrequests"
        try:
            stored = self.plane.request(path, document, "POST")
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode()}"
        sku = stored["spec"]["hardware"]["gpuSku"]
        return None if sku == "h100_sxm" else f"not normalised: {sku}"
