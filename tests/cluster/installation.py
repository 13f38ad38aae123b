"""The webhook as its manifests install it, with this test in place of the kubelet that would start and reach its pods."""

import base64
import json

from admission import INSTALL, PATIENCE, Process, local_service
from stream import Balancer

NAMESPACE = "dynamo-admission"
CONFIGURATIONS = ("validatingwebhookconfiguration", "mutatingwebhookconfiguration")


def fields(required=(), **types):
    """The schema of an object with these fields and no others."""
    return {"type": "object", "required": list(required), "properties": types}


TEXT, NUMBER, BOOLEAN = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
ISSUER = fields(["name"], name=TEXT, kind=TEXT, group=TEXT)
KEY = fields(algorithm={"enum": ["RSA", "ECDSA", "Ed25519"], **TEXT}, size=NUMBER,
             rotationPolicy={"enum": ["Never", "Always"], **TEXT})
USAGE = {"enum": ["digital signature", "key encipherment", "server auth", "client auth", "cert sign"], **TEXT}
# Of cert-manager.io/v1, what our manifests may use.
CERT_MANAGER_SPECS = {
    "Issuer": fields(selfSigned=fields(), ca=fields(["secretName"], secretName=TEXT)),
    "Certificate": fields(["issuerRef", "secretName"], issuerRef=ISSUER, secretName=TEXT, isCA=BOOLEAN, commonName=TEXT,
                          duration=TEXT, renewBefore=TEXT, privateKey=KEY, dnsNames={"type": "array", "items": TEXT},
                          usages={"type": "array", "items": USAGE}),
}


def cert_manager_kind(kind):
    """A stand-in for one of cert-manager's resources: a field that it does not have is refused by kubectl."""
    plural = kind.lower() + "s"
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.cert-manager.io"},
            "spec": {"group": "cert-manager.io", "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": fields(
                         ["spec"], spec=CERT_MANAGER_SPECS[kind])}}]}}


def install_cert_manager_kinds(plane):
    for kind in CERT_MANAGER_SPECS:
        plane.must("apply", "-f", "-", stdin=cert_manager_kind(kind))
    plane.must("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")


class Installation:
    """`with Installation(plane) as it:`; replicas are behind `it.balancer`, to which the Service leads."""

    def __init__(self, plane):
        self.plane, self.balancer, self.replicas = plane, Balancer(), []

    def __enter__(self):
        self.balancer.__enter__()
        return self

    def __exit__(self, *_):
        for replica in self.replicas:
            replica.stop(2)
        self.balancer.__exit__()

    def apply(self, manifest):
        self.plane.must("apply", "-f", INSTALL / f"{manifest}.yaml")
        self.route("Fail")

    def route(self, failure_policy=None):
        self.plane.must("delete", "service", "dynamo-webhook", "-n", NAMESPACE)
        self.plane.must("create", "-f", "-", stdin=local_service())
        change = [{"op": "add", "path": "/webhooks/0/clientConfig/service/port", "value": self.balancer.port}]
        if failure_policy:
            change.append({"op": "replace", "path": "/webhooks/0/failurePolicy", "value": failure_policy})
        for kind in CONFIGURATIONS:
            self.plane.must("patch", kind, "dynamo-webhook", "--type=json", "-p", json.dumps(change))

    def bundle(self, kind):
        text = self.plane.must("get", kind, "dynamo-webhook", "-o", "jsonpath={.webhooks[0].clientConfig.caBundle}")
        return base64.b64decode(text).decode()

    def secret(self, name="dynamo-webhook-ca"):
        secret = json.loads(self.plane.must("get", "secret", name, "-n", NAMESPACE, "-o", "json"))
        return {key: base64.b64decode(value).decode() for key, value in secret.get("data", {}).items()}

    def self_managed_replica(self, name, *flags):
        """A process with what the kubelet gives to the pods: not yet started."""
        account = self.plane.folder / f"account-{name}"
        account.mkdir()
        (account / "token").write_text(self.plane.service_account_token("dynamo-webhook", NAMESPACE))
        (account / "ca.crt").write_bytes(self.plane.ca.certificate.read_bytes())
        (account / "namespace").write_text(NAMESPACE)
        return self._known(Process(
            self.plane.folder / name, "--certificates=self-managed", f"--service-account={account}", PATIENCE,
            "--shutdown-delay=1s", *flags,
            environment={"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.plane.port)}))

    def replica_with_mounted_secret(self, name):
        mounted = self.plane.folder / f"mounted-{name}"
        mounted.mkdir()
        for key, text in self.secret("dynamo-webhook-tls").items():
            (mounted / key).write_text(text)
        return self._known(Process(self.plane.folder / name, PATIENCE, f"--tls-cert-file={mounted / 'tls.crt'}",
                                   f"--tls-key-file={mounted / 'tls.key'}", "--shutdown-delay=1s"))

    def _known(self, replica):
        self.replicas.append(replica)
        self.balancer.add(replica)
        return replica

    def end(self, replica):
        code = replica.stop()
        self.balancer.remove(replica)
        self.replicas.remove(replica)
        return code
