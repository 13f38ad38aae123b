"""What installs the webhook, and the policy that stands in for it: rendered as committed, and taken by a real API server."""

import json
import re
import subprocess
import unittest

import control_plane
from admission import BIN, CONFIGURATIONS, INSTALL, WEBHOOK, documents
from control_plane import HERE, ROOT, ControlPlane, request
from installation import NAMESPACE, install_cert_manager_kinds

OVERLAYS = ("cert-manager", "external", "self-managed")
OPERATORS_NAMES = {"vdynamographdeploymentrequest.kb.io", "mdynamographdeploymentrequestv1beta1.kb.io"}


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()

    def installed(self, overlay):
        return (INSTALL / f"{overlay}.yaml").read_text()

    def plugin(self, *arguments):
        """Through kubectl, as a user calls it."""
        return self.plane.must("dynamo", "webhook", "manifest", *arguments,
                               environment={"PATH": f"{BIN}:{self.plane.bin}:/usr/bin:/bin"})

    def test_a_without_cert_manager_its_kinds_are_what_is_missing(self):
        answer = self.plane.kubectl("apply", "-f", INSTALL / "cert-manager.yaml")
        self.assertEqual(answer.code, 1)
        self.assertIn('no matches for kind "Certificate" in version "cert-manager.io/v1"', answer.err)
        self.assertIn("deployment.apps/dynamo-webhook created", answer.out)

    def test_the_install_files_are_what_the_overlays_render(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                rendered = self.plane.must("kustomize", ROOT / "manifests/webhook/overlays" / overlay)
                self.assertEqual(self.installed(overlay), rendered, "run manifests/webhook/render.sh")

    def test_the_plugin_prints_the_same(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                self.assertEqual(self.plugin("--certs", overlay), self.installed(overlay))
        self.assertEqual(self.plugin(), self.installed("self-managed"))

    def test_every_overlay_is_taken_without_a_warning_and_again(self):
        install_cert_manager_kinds(self.plane)
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                for arguments in (("-k", ROOT / "manifests/webhook/overlays" / overlay), ("-f", INSTALL / f"{overlay}.yaml"),
                                  ("-f", INSTALL / f"{overlay}.yaml", "--server-side", "--force-conflicts")):
                    answer = self.plane.kubectl("apply", *arguments)
                    self.assertEqual((answer.code, answer.err), (0, ""), answer)
                again = self.plane.must("apply", "-f", INSTALL / f"{overlay}.yaml")
                self.assertNotIn("created", again)

    def test_another_namespace_and_image(self):
        install_cert_manager_kinds(self.plane)
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                text = self.plugin("--certs", overlay, "-n", "elsewhere", "--image", "registry.example.com:5000/webhook:2")
                self.assertNotIn(NAMESPACE, text)
                self.plane.must("apply", "-f", "-", stdin=text)
                deployment = json.loads(self.plane.must("get", "deployment", "dynamo-webhook", "-n", "elsewhere", "-o", "json"))
                self.assertEqual(deployment["spec"]["template"]["spec"]["containers"][0]["image"],
                                 "registry.example.com:5000/webhook:2")
                for kind in CONFIGURATIONS:
                    webhook = json.loads(self.plane.must("get", kind, "dynamo-webhook", "-o", "json"))["webhooks"][0]
                    self.assertEqual(webhook["clientConfig"]["service"]["namespace"], "elsewhere")
                    self.assertIn("elsewhere", json.dumps(webhook["namespaceSelector"]))

    def test_the_pods_keep_the_restricted_standard(self):
        self.plane.must("apply", "-f", INSTALL / "external.yaml")
        for overlay in ("external", "self-managed"):
            deployment = next(one for one in documents(self.plane, self.installed(overlay)) if one["kind"] == "Deployment")
            template = deployment["spec"]["template"]
            pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
                   "metadata": {**template["metadata"], "name": "pod", "namespace": NAMESPACE}}
            create = lambda: self.plane.kubectl("create", "--dry-run=server", "-f", "-", stdin=pod)
            self.assertEqual((create().code, create().err), (0, ""), create())
            del pod["spec"]["containers"][0]["securityContext"]
            self.assertIn('violates PodSecurity "restricted', create().err)

    def test_the_flags_of_the_pods_are_flags_of_the_program(self):
        for overlay in OVERLAYS:
            for one in documents(self.plane, self.installed("external" if overlay == "cert-manager" else overlay)):
                if one["kind"] == "Deployment":
                    arguments = one["spec"]["template"]["spec"]["containers"][0]["args"]
                    done = subprocess.run([WEBHOOK, *arguments, "--version"], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_memory_of_a_pod_holds_what_hostile_clients_can_make_it_hold(self):
        """The sum that docs/webhook.md names, whatever the node's number of cores."""
        printed = subprocess.run([WEBHOOK, "--help"], capture_output=True, text=True, check=True).stdout
        default = lambda flag: re.search(rf"--{flag} .*?\[(\w+)\]", printed, re.S)[1]
        mib = lambda text: int(text.removesuffix("Mi"))
        for overlay in ("external", "self-managed"):
            deployment = next(one for one in documents(self.plane, self.installed(overlay)) if one["kind"] == "Deployment")
            container = deployment["spec"]["template"]["spec"]["containers"][0]
            workers = [int(argument.removeprefix("--workers=")) for argument in container["args"] if "--workers=" in argument]
            self.assertEqual(len(workers), 1, "one for each core of the node, however many there are")
            connections = int(default("max-connections")) * (40 + 64) / 1024
            most = connections + mib(default("max-buffered")) + mib(default("max-body")) + 20 * workers[0]
            idle = 30
            self.assertLessEqual(most + idle, mib(container["resources"]["limits"]["memory"]))

    def test_names_do_not_collide_with_the_operators(self):
        for one in documents(self.plane, self.installed("external")):
            for webhook in one.get("webhooks", []):
                self.assertNotIn(webhook["name"], OPERATORS_NAMES)
                self.assertNotIn("caBundle", webhook["clientConfig"])


class Policy(unittest.TestCase):
    """The static rules as a ValidatingAdmissionPolicy: no webhook runs here."""

    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()
        # As it was before the policy came.
        cls.plane.must("create", "-f", "-", stdin=request("old", backend="auto", searchStrategy="thorough"))
        answer = cls.plane.kubectl("apply", "-f", ROOT / "manifests/policies/static-rules.yaml")
        assert (answer.code, answer.err) == (0, ""), answer
        probe = request("probe", backend="auto", searchStrategy="thorough")
        dry = lambda: cls.plane.kubectl("create", "--dry-run=server", "-f", "-", stdin=probe).code
        control_plane.wait_until(lambda: dry() == 1, 60, "the policy is in force", every=0.2)

    def test_each_rule_denies_with_its_message(self):
        broken = {
            'spec.searchStrategy: "thorough" is incompatible with spec.backend "auto"': {"searchStrategy": "thorough", "backend": "auto"},
            "spec.workload: set concurrency or requestRate, not both": {"workload": {"concurrency": 1, "requestRate": 1}},
            "spec.sla.e2eLatency: set it alone": {"sla": {"e2eLatency": 900, "itl": 20}},
            "spec.sla: ttft, itl and e2eLatency are milliseconds above 0": {"sla": {"ttft": 0, "itl": 20}},
            "spec.workload: isl, osl, concurrency and requestRate are above 0": {"workload": {"isl": -1}},
            "spec.hardware: totalGpus, numGpusPerNode and vramMb are above 0": {"hardware": {"totalGpus": 0}},
        }
        for number, (message, spec) in enumerate(broken.items()):
            with self.subTest(message):
                answer = self.plane.apply(request(f"broken-{number}", **spec))
                self.assertEqual(answer.code, 1, answer)
                self.assertIn("ValidatingAdmissionPolicy 'dynamo-static-rules'", answer.err)
                self.assertIn(message, answer.err)

    def test_good_requests_pass(self):
        for path in sorted((HERE / "requests").glob("*.yaml")):
            if path.name != "spelled-gpu.yaml":   # only a webhook can respell it
                self.assertEqual(self.plane.kubectl("apply", "-f", path).err, "", path.name)
        self.assertEqual(self.plane.apply(request("edges", workload={"isl": 1, "osl": 1, "concurrency": 0.5},
                                                  sla={"e2eLatency": 1}, hardware={"totalGpus": 1})).code, 0)

    def test_what_leaves_the_spec_alone_passes(self):
        patch = lambda change: self.plane.kubectl("patch", "dgdr", "old", "--type=merge", "-p", json.dumps(change))
        self.assertEqual(patch({"metadata": {"labels": {"a": "b"}}}).code, 0)
        self.assertIn("spec.searchStrategy", patch({"spec": {"workload": {"isl": 100}}}).err)
        self.plane.set_status("old", phase="Failed")
        self.plane.must("delete", "dgdr", "old")


if __name__ == "__main__":
    control_plane.main()
