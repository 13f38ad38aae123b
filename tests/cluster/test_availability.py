"""Nothing is lost: two replicas behind a Service, certificates that change and replicas that come and go, under a stream
of applies with failurePolicy Fail, so that each call that goes wrong is a failed apply."""

import os
import pathlib
import ssl
import sys
import unittest

import control_plane
import pki
from admission import SERVICE_NAME, Process, at_local_service, configurations, local_service, serving_flags, wait_until_called
from control_plane import ControlPlane
from stream import Balancer, Stream

DRAIN = "--shutdown-delay=4s"   # longer than the balancer takes to notice, as in the manifests


class MountedSecret:
    """A Secret as the kubelet mounts it: files are links into a folder that is exchanged as a whole."""

    def __init__(self, folder):
        self.folder, self.versions = pathlib.Path(folder), 0
        self.folder.mkdir(parents=True)

    def write(self, pair):
        self.versions += 1
        version = self.folder / f"..version-{self.versions}"
        version.mkdir()
        (version / "tls.crt").write_bytes(pair.certificate.read_bytes())
        (version / "tls.key").write_bytes(pair.key.read_bytes())
        fresh = self.folder / "..data-new"
        fresh.symlink_to(version.name)
        os.rename(fresh, self.folder / "..data")
        for name in ("tls.crt", "tls.key"):
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")

    @property
    def pair(self):
        return pki.Pair(self.folder / "tls.crt", self.folder / "tls.key")


class Availability(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()
        cls.plane.must("create", "namespace", "dynamo-admission")
        cls.plane.must("create", "-f", "-", stdin=local_service())
        cls.balancer = cls.enterClassContext(Balancer())
        cls.authority = pki.Authority(cls.plane.folder / "old", "old-ca")
        cls.secret = MountedSecret(cls.plane.folder / "secret")
        cls.secret.write(cls.authority.leaf("leaf", [f"DNS:{SERVICE_NAME}"]))
        cls.started = 0
        cls.replicas = [cls.start_replica(), cls.start_replica()]
        cls.addClassCleanup(lambda: [replica.stop(2) for replica in cls.replicas])
        for configuration in configurations(cls.plane):
            at_local_service(configuration, cls.balancer.port)
            for webhook in configuration["webhooks"]:
                webhook["failurePolicy"] = "Fail"
            cls.plane.must("apply", "--server-side", "-f", "-", stdin=configuration)
        cls.trust(cls.authority)
        wait_until_called(cls.plane, "default")

    @classmethod
    def start_replica(cls):
        cls.started += 1
        replica = Process(cls.plane.folder / f"replica-{cls.started}", *serving_flags(cls.secret.pair), DRAIN)
        replica.__enter__()
        cls.balancer.add(replica)
        control_plane.wait_until(lambda: replica in cls.balancer.ready(), 60, "the balancer sees the replica")
        return replica

    @classmethod
    def trust(cls, *authorities):
        """As whoever renews certificates does: caBundle of both configurations."""
        bundle = control_plane.base64.b64encode(b"".join(one.certificate.read_bytes() for one in authorities)).decode()
        patch = f'[{{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"{bundle}"}}]'
        for kind in ("validatingwebhookconfiguration", "mutatingwebhookconfiguration"):
            cls.plane.must("patch", kind, "dynamo-webhook", "--type=json", "-p", patch)

    def served(self, replica):
        return ssl.get_server_certificate(("127.0.0.1", replica.port))

    def streamed(self, stream, at_least):
        self.assertEqual(stream.failures, [], f"of {stream.done} applies")
        self.assertGreaterEqual(stream.done, at_least)
        print(f"{stream.done} applies, none failed", end=" ... ", file=sys.stderr)

    def test_a_rolling_restart_loses_no_apply(self):
        with Stream(self.plane) as stream:
            stream.wait_for(25)
            for old in list(self.replicas):
                self.replicas.append(self.start_replica())
                code = old.stop()
                self.balancer.remove(old)
                self.replicas.remove(old)
                self.assertEqual(code, 0)
                stream.wait_for(25)
        self.streamed(stream, 60)

    def test_b_a_renewed_certificate_of_the_same_authority_loses_no_apply(self):
        renewed = self.authority.leaf("renewed", [f"DNS:{SERVICE_NAME}"])
        with Stream(self.plane) as stream:
            stream.wait_for(25)
            self.secret.write(renewed)
            for replica in self.replicas:
                control_plane.wait_until(lambda: self.served(replica) == renewed.certificate.read_text(), 60, "it is served")
            stream.wait_for(40)
        self.streamed(stream, 60)

    def test_c_a_new_authority_with_overlapping_trust_loses_no_apply(self):
        new = pki.Authority(self.plane.folder / "new", "new-ca")
        leaf = new.leaf("leaf", [f"DNS:{SERVICE_NAME}"])
        with Stream(self.plane) as stream:
            stream.wait_for(25)
            self.trust(self.authority, new)
            stream.wait_for(40)   # time for the API server to see it
            self.secret.write(leaf)
            for replica in self.replicas:
                control_plane.wait_until(lambda: self.served(replica) == leaf.certificate.read_text(), 60, "it is served")
            stream.wait_for(25)
            self.trust(new)
            stream.wait_for(40)
        self.streamed(stream, 120)
        type(self).authority = new

    def test_d_both_replicas_were_asked_and_no_call_failed_inside(self):
        for replica in self.replicas:
            self.assertGreater(replica.metric("controller_runtime_webhook_requests_total"), 0)
            self.assertEqual(replica.metric("controller_runtime_webhook_panics_total"), 0)

    def test_e_the_stream_would_notice(self):
        with Stream(self.plane) as stream:
            stream.wait_for(5)
            for replica in self.replicas:
                replica.process.kill()
            control_plane.wait_until(lambda: stream.failures, 60, "a stream without webhooks fails")
        self.assertIn("failed calling webhook", stream.failures[0])


if __name__ == "__main__":
    control_plane.main()
