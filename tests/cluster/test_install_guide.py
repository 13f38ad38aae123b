"""Every command of docs/install-webhook.md runs, in its order, against a real API server, and prints what stands below it."""

import re
import subprocess
import sys
import unittest

import control_plane
from admission import BIN, wait_until_called
from control_plane import ROOT, ControlPlane
from installation import Installation, install_cert_manager_kinds

sys.path.insert(0, str(ROOT / "tests/e2e"))
from console_blocks import commands, pattern  # noqa: E402

GUIDE = ROOT / "docs/install-webhook.md"


class InstallGuide(unittest.TestCase):
    """What a kubelet would do after a command, this suite does: see AFTERWARDS."""

    def setUp(self):
        self.plane = self.enterContext(ControlPlane())
        self.plane.install_crds()
        install_cert_manager_kinds(self.plane)
        self.installation = self.enterContext(Installation(self.plane))
        self.folder = self.plane.folder / "guide"
        self.folder.mkdir()
        (self.folder / "manifests").symlink_to(ROOT / "manifests")

    def run_command(self, command):
        environment = self.plane.environment(PATH=f"{BIN}:{self.plane.bin}:/usr/bin:/bin")
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env=environment, text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def start_self_managed(self):
        self.installation.route()
        if not self.installation.replicas:
            replicas = [self.installation.self_managed_replica(name) for name in ("one", "two")]
            for replica in replicas:
                replica.start()
            for replica in replicas:
                control_plane.wait_until(replica.ready, 60, "the replica is ready")
        wait_until_called(self.plane, "default")

    def end_all(self):
        for replica in list(self.installation.replicas):
            self.installation.end(replica)

    def start_with_secret(self):
        self.installation.route()
        self.installation.replica_with_mounted_secret("mounted").__enter__()
        control_plane.wait_until(self.installation.balancer.ready, 60, "the balancer sees it")
        wait_until_called(self.plane, "default")

    AFTERWARDS = {   # the first that fits
        r"manifest --certs \S+ .*kubectl apply -f -$": end_all,
        r"manifest --image \S+:0\.1\.0 \| kubectl apply -f -$": start_self_managed,
        r"kubectl patch mutatingwebhookconfiguration .*--patch-file": start_with_secret,
    }

    def test_every_command(self):
        found = list(commands(GUIDE.read_text()))
        self.assertGreater(len(found), 12)
        for command, lines in found:
            with self.subTest(command=command):
                done = self.run_command(command)
                expected = pattern(lines)
                if expected is None:
                    self.assertEqual((done.returncode, done.stdout), (0, ""))
                else:
                    self.assertRegex(done.stdout, r"\A" + expected + r"\Z")
                for fits, follow in self.AFTERWARDS.items():
                    if re.search(fits, command):
                        follow(self)
                        break
        for kind in ("validatingwebhookconfiguration", "mutatingwebhookconfiguration"):
            self.assertEqual(self.plane.must("get", kind), "", "uninstalled")


if __name__ == "__main__":
    control_plane.main()
