"""An API server that shows a certificate to webhooks, and a webhook that listens to nobody else."""

import json
import pathlib
import tempfile
import unittest

import control_plane
import pki
from admission import Admission
from control_plane import ControlPlane, request

PLUGINS = ("MutatingAdmissionWebhook", "ValidatingAdmissionWebhook")


def admission_configuration(folder, client):
    """The files by which an API server learns what to show to webhooks; returns the first of them."""
    users = folder / "webhook-users.json"
    users.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "users": [
        {"name": "*", "user": {"client-certificate": str(client.certificate), "client-key": str(client.key)}}]}))
    configuration = folder / "admission.json"
    configuration.write_text(json.dumps({
        "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration",
        "plugins": [{"name": name, "configuration": {
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "WebhookAdmissionConfiguration",
            "kubeConfigFile": str(users)}} for name in PLUGINS]}))
    return configuration


class ClientCertificate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dynamo-clients-")))
        cls.authority = pki.Authority(folder / "clients", "clients-ca")
        client = cls.authority.leaf("kube-apiserver", ["DNS:kube-apiserver"], "clientAuth")
        cls.plane = cls.enterClassContext(
            ControlPlane([f"--admission-control-config-file={admission_configuration(folder, client)}"]))
        cls.plane.install_crds()

    def flags(self, *more):
        return (f"--client-ca-file={self.authority.certificate}", *more)

    def test_the_api_server_is_known_by_its_authority_and_name(self):
        with Admission(self.plane, "known", *self.flags("--client-names=kube-apiserver")):
            self.assertEqual(self.plane.apply(request("good", "known")).code, 0)
            self.assertIn("is invalid", self.plane.apply(request("bad", "known", backend="auto",
                                                                 searchStrategy="thorough")).err)

    def test_another_name_or_authority_is_refused(self):
        stranger = pki.Authority(self.plane.folder / "stranger", "stranger-ca")
        cases = {"other-name": self.flags("--client-names=somebody-else"),
                 "other-authority": (f"--client-ca-file={stranger.certificate}",)}
        for namespace, flags in cases.items():
            with self.subTest(namespace):
                self.plane.must("create", "namespace", namespace)
                admission = Admission(self.plane, namespace, *flags)
                self.enterContext(admission.process)
                admission.register(wait=False)
                refused = lambda: "failed calling webhook" in self.plane.apply(
                    request("good", namespace), "--dry-run=server").err
                control_plane.wait_until(refused, 60, "the webhook refuses the API server", every=0.2)


if __name__ == "__main__":
    control_plane.main()
