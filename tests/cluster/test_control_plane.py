"""The harness itself: what the later suites rely on."""

import json
import pathlib
import subprocess
import sys
import unittest

import control_plane
from control_plane import ControlPlane, request


class ControlPlaneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plane = cls.enterClassContext(ControlPlane())
        cls.plane.install_crds()

    def test_defaults_and_enums_are_the_operators(self):
        stored = json.loads(self.plane.must("create", "-o", "json", "-f", "-", stdin={
            **request("defaults"), "spec": {"model": "m", "workload": {}, "modelCache": {"pvcName": "weights"}}}))
        self.assertEqual(stored["spec"], {
            "model": "m", "backend": "auto", "searchStrategy": "rapid", "autoApply": True,
            "workload": {"isl": 4000, "osl": 1000},
            "modelCache": {"pvcName": "weights", "pvcMountPath": "/opt/model-cache"}})
        refused = self.plane.apply(request("enum", hardware={"gpuSku": "H100-SXM5-80GB"}))
        self.assertEqual(refused.code, 1)
        self.assertIn('Unsupported value: "H100-SXM5-80GB"', refused.err)

    def test_status_is_a_subresource(self):
        self.plane.must("create", "-f", "-", stdin={**request("phases"), "status": {"phase": "Ready"}})
        self.assertEqual(self.plane.must("get", "dgdr", "phases", "-o", "jsonpath={.status}"), "")
        self.plane.set_status("phases", phase="Ready")
        self.assertEqual(self.plane.must("get", "dgdr", "phases", "-o", "jsonpath={.status.phase}"), "Ready")

    def test_the_old_version_is_served_with_a_warning(self):
        answer = self.plane.apply({"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeploymentRequest",
                                   "metadata": {"name": "old", "namespace": "default"},
                                   "spec": {"model": "m", "backend": "vllm"}})
        self.assertEqual(answer.code, 0, answer)
        self.assertIn("deprecated", answer.err)

    def test_rights_are_checked(self):
        answer = self.plane.kubectl("--context=plain", "get", "dgdr")
        self.assertEqual(answer.code, 1)
        self.assertIn("Forbidden", answer.err)

    def test_a_killed_test_leaves_nothing_behind(self):
        program = ("import sys, time; sys.path.insert(0, sys.argv[1])\n"
                   "from control_plane import ControlPlane\n"
                   "with ControlPlane() as plane:\n"
                   "    print(*[p.pid for p in plane.processes], plane.folder, flush=True); time.sleep(60)\n")
        child = subprocess.Popen([sys.executable, "-B", "-c", program, str(control_plane.HERE)],
                                 stdout=subprocess.PIPE, text=True)
        *ids, folder = child.stdout.readline().split()
        child.kill()
        child.wait()
        child.stdout.close()
        self.addCleanup(subprocess.run, ["rm", "-rf", folder])
        gone = lambda: not any(pathlib.Path("/proc", one).exists() for one in ids)
        control_plane.wait_until(gone, 60, f"processes {ids} have ended")


if __name__ == "__main__":
    control_plane.main()
