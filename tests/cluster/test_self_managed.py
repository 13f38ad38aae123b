"""The webhook as its own authority: installed by its manifest, with the rights of its service account and no others."""

import re
import socket
import ssl
import subprocess
import sys
import time
import unittest

import control_plane
from admission import INSTALL, SERVICE_NAME, WEBHOOK, wait_until_called
from control_plane import ControlPlane
from installation import CONFIGURATIONS, NAMESPACE, Installation
from stream import Stream

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:dynamo-webhook"


def certificates_in(text):
    return re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", text, re.S)


class Installed(unittest.TestCase):
    """An API server of each suite's own, with the install file applied as it is; only the Service leads to this machine."""

    manifest = None

    @classmethod
    def setUpClass(cls):
        if cls.manifest is None:
            raise unittest.SkipTest("only a base")
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()
        cls.installation = cls.enterClassContext(Installation(cls.plane))
        cls.installation.apply(cls.manifest)

    def verified(self, replica, bundle):
        """Whether the replica's certificate is good for the Service's name under that bundle."""
        context = ssl.create_default_context(cadata=bundle)
        try:
            with socket.create_connection(("127.0.0.1", replica.port), timeout=5) as raw:
                with context.wrap_socket(raw, server_hostname=SERVICE_NAME):
                    return True
        except ssl.SSLCertVerificationError:
            return False


class SelfManaged(Installed):
    manifest = "self-managed"

    @classmethod
    def replica(cls, name, *flags):
        return cls.installation.self_managed_replica(name, *flags)

    def start(self, *replicas):
        for replica in replicas:
            replica.start()
            self.addCleanup(self.end, replica)
        for replica in replicas:
            control_plane.wait_until(replica.ready, 60, f"ready: {replica.log.read_text()}")

    def end(self, replica):
        return self.installation.end(replica) if replica in self.installation.replicas else None

    def test_a_the_service_account_may_do_what_it_needs_and_nothing_else(self):
        def can(*question):
            return self.plane.kubectl("auth", "can-i", *question, f"--as={ACCOUNT}").out.strip() == "yes"

        allowed = [("secret/dynamo-webhook-ca", "-n", NAMESPACE)] + [(f"{kind}/dynamo-webhook",) for kind in CONFIGURATIONS]
        for target in allowed:
            for verb in ("get", "patch"):
                self.assertTrue(can(verb, *target), (verb, target))
            for verb in ("update", "delete", "create", "list", "watch"):
                self.assertFalse(can(verb, *target), (verb, target))
        for refused in (("get", "secret/other", "-n", NAMESPACE), ("get", "secret/dynamo-webhook-ca", "-n", "default"),
                        ("get", "validatingwebhookconfiguration/other"), ("get", "pods"), ("get", "dgdr"), ("get", "nodes"),
                        ("create", "serviceaccounts/token", "-n", NAMESPACE), ("get", "configmaps", "-n", NAMESPACE)):
            self.assertFalse(can(*refused), refused)

    def test_b_two_replicas_that_start_together_agree(self):
        one, two = self.replica("race-1"), self.replica("race-2")
        self.start(one, two)
        secret = self.installation.secret()
        self.assertEqual(sorted(secret), ["ca.crt", "ca.key"])
        for kind in CONFIGURATIONS:
            self.assertEqual(self.installation.bundle(kind), secret["ca.crt"])
        for replica in (one, two):
            self.assertTrue(self.verified(replica, secret["ca.crt"]))
            self.assertFalse([line for line in replica.log_lines() if line["level"] == "error"], replica.log.read_text())
            self.assertNotIn("PRIVATE KEY", replica.log.read_text())
        wait_until_called(self.plane, "default")
        self.assertEqual(self.plane.apply(control_plane.request("kept")).code, 0)

    def test_c_applying_the_manifest_again_keeps_authority_and_bundle(self):
        self.start(self.replica("kept"))
        before = self.installation.secret(), self.installation.bundle(CONFIGURATIONS[0])
        manifest = (INSTALL / "self-managed.yaml").read_text()
        service = "kind: Service\n"   # ours leads to this machine
        documents = "---\n".join(one for one in manifest.split("---\n") if service not in one)
        self.plane.must("apply", "-f", "-", stdin=documents)
        self.plane.must("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=documents)
        self.assertEqual((self.installation.secret(), self.installation.bundle(CONFIGURATIONS[0])), before)
        self.installation.route("Fail")

    def test_d_a_bundle_that_somebody_took_away_comes_back(self):
        self.start(self.replica("restored", "--certificate-life=10s"))
        wanted = self.installation.bundle(CONFIGURATIONS[1])
        self.plane.must("patch", CONFIGURATIONS[1], "dynamo-webhook", "--type=json", "-p",
                        '[{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]')
        control_plane.wait_until(lambda: self.installation.bundle(CONFIGURATIONS[1]) == wanted, 60, "the bundle is written again")

    def test_e_without_rights_it_says_which_and_recovers(self):
        self.plane.must("delete", "clusterrolebinding", "dynamo-webhook-certificates")
        replica = self.replica("powerless")
        replica.start()
        self.addCleanup(self.end, replica)
        complaint = lambda: [line["reason"] for line in replica.log_lines() if line["level"] == "error"]
        control_plane.wait_until(complaint, 60, "it complains")
        self.assertIn(f'User "{ACCOUNT}" cannot get resource "validatingwebhookconfigurations"', complaint()[0])
        self.assertEqual(replica.get("/livez")[0], 200)
        self.assertEqual(replica.get("/readyz"), (503, "no certificate yet\n"))
        self.plane.must("apply", "-f", INSTALL / "../overlays/self-managed/rbac.yaml", "-n", NAMESPACE)
        control_plane.wait_until(replica.ready, 60, "it recovers")

    def test_f_authorities_follow_each_other_under_a_stream_of_applies(self):
        """Two lives of an authority in the proportions of a year, a leaf every few seconds, and one restart."""
        self.plane.must("patch", "secret", "dynamo-webhook-ca", "-n", NAMESPACE, "--type=json", "-p",
                        '[{"op": "replace", "path": "/data", "value": {}}]')
        lives = ("--authority-life=24s", "--certificate-life=8s", "--authority-overlap=4s")
        replicas = [self.replica("turn-1", *lives), self.replica("turn-2", *lives)]
        self.start(*replicas)
        wait_until_called(self.plane, "default")
        authorities, leaves, largest, restarted = set(), set(), 0, False
        with Stream(self.plane) as stream:
            end = time.monotonic() + 150
            while len(authorities) < 3 and not stream.failures:
                self.assertLess(time.monotonic(), end, f"only {len(authorities)} authorities")
                authorities.add(self.installation.secret()["ca.crt"])
                largest = max(largest, len(certificates_in(self.installation.bundle(CONFIGURATIONS[0]))))
                leaves.update(ssl.get_server_certificate(("127.0.0.1", one.port)) for one in replicas)
                if len(authorities) == 2 and not restarted:
                    restarted = True
                    self.restart(replicas, *lives)
                time.sleep(0.5)
            stream.wait_for(5)
        self.assertEqual(stream.failures, [], f"of {stream.done} applies, {len(authorities)} authorities")
        self.assertGreater(stream.done, 20)
        print(f"{stream.done} applies over {len(authorities)} authorities and {len(leaves)} leaves, none failed", end=" ... ", file=sys.stderr)
        self.assertGreaterEqual(len(leaves), 6)
        self.assertEqual(largest, 2, "old and new, and no more")


    def restart(self, replicas, *lives):
        """A third replica in place of the first, in the middle of it all."""
        replicas.append(self.replica("turn-3", *lives))
        self.start(replicas[-1])
        control_plane.wait_until(lambda: replicas[-1] in self.installation.balancer.ready(), 60, "the balancer sees it")
        first = replicas.pop(0)
        self.assertEqual(self.end(first), 0)


class OneOff(Installed):
    """`dynamo-webhook certs`, for who wants neither cert-manager nor a webhook with rights."""

    manifest = "external"

    def test_secret_and_patch_are_all_it_takes(self):
        folder = self.plane.folder / "one-off"
        subprocess.run([WEBHOOK, "certs", "--out", folder, "--days", "30"], check=True)
        self.plane.must("apply", "-f", folder / "secret.yaml")
        for kind in CONFIGURATIONS:
            self.plane.must("patch", kind, "dynamo-webhook", "--type=json", f"--patch-file={folder / 'ca-bundle.patch.json'}")
        self.assertEqual(self.plane.must("get", "secret", "dynamo-webhook-tls", "-n", NAMESPACE, "-o", "jsonpath={.type}"),
                         "kubernetes.io/tls")
        replica = self.enterContext(self.installation.replica_with_mounted_secret("mounted"))
        control_plane.wait_until(self.installation.balancer.ready, 60, "the balancer sees it")
        wait_until_called(self.plane, "default")
        self.assertTrue(self.verified(replica, (folder / "ca.crt").read_text()))


if __name__ == "__main__":
    control_plane.main()
