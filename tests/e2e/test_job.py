"""In place of the profiling Job: what `--config` may be, and what is left in the output directory however it ends."""

import json
import os
import resource
import signal
import shutil
import subprocess
import time
import unittest

from harness import BINARY, ERROR, OK, USAGE, ProgramTest

SPEC = {"model": "Qwen/Qwen3-32B", "backend": "trtllm", "image": "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1",
        "hardware": {"gpuSku": "h200_sxm", "totalGpus": 8, "numGpusPerNode": 8}}
YAML = "model: Qwen/Qwen3-32B\nimage: a/b:1.0.1\nhardware: {gpuSku: h200_sxm, totalGpus: 8, numGpusPerNode: 8}\n"

FILE_LIMIT_BYTES = 1024   # holds a status, not a deployment


def limit_file_size():
    """In the child: files cannot grow beyond the limit, as on a full disk. (Pipes are not files.)"""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, FILE_LIMIT_BYTES))


def held_back(process, ending):
    """Whether a process blocks a signal."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        mask = next(line for line in status if line.startswith("SigBlk:"))
    return bool(int(mask.split()[1], 16) >> (ending - 1) & 1)


def can_mount():
    unshare = shutil.which("unshare")
    script = "mount -t tmpfs none /mnt"
    return bool(unshare) and subprocess.run([unshare, "-rm", "sh", "-c", script], capture_output=True, check=False).returncode == 0


class Job(ProgramTest):
    def job(self, config, *flags, **options):
        return self.run_program("profile", "--config", config, "--output-dir", "out", *flags, **options)

    def status(self):
        return (self.folder / "out/profiler_status.yaml").read_text()

    def assert_failed(self, answer, words):
        self.assertEqual(answer.code, ERROR, answer.err)
        status = self.status()
        self.assertIn("status: failed\n", status)
        self.assertIn(words, status)
        # A reader that goes line by line finds every value on the line of its key.
        for line in status.splitlines():
            self.assertRegex(line, r"^(status|timestamp|message|error|phase): ")


class Config(Job):
    def test_json_in_place_and_in_files(self):
        self.assertEqual(self.job(json.dumps(SPEC), "--dry-run").code, OK)
        for name in ("spec.json", "spec.yaml", "spec"):
            self.write(name, json.dumps(SPEC, indent=1))
            self.assertEqual(self.job(name, "--dry-run").code, OK, name)

    def test_yaml_in_files(self):
        for name in ("spec.yaml", "spec.yml", "spec.json", "spec"):
            self.write(name, YAML)
            self.assertEqual(self.job(name, "--dry-run").code, OK, name)

    def test_yaml_in_place_is_neither(self):
        self.assert_failed(self.job("{model: Qwen/Qwen3-32B}", "--dry-run"), "message: Config validation failed")
        self.assert_failed(self.job(YAML, "--dry-run"), "message: Configuration could not be read")

    def test_unreadable(self):
        self.assert_failed(self.job("absent.yaml"), "absent.yaml")
        (self.folder / "folder").mkdir()
        self.assert_failed(self.job("folder"), "folder")
        self.write("binary", b"\x00\xff\xfe{")
        self.assert_failed(self.job("binary"), "message: Config validation failed")
        self.write("empty.yaml", "\n")
        self.assert_failed(self.job("empty.yaml"), "holds no document")
        self.write("two.yaml", YAML + "---\n" + YAML)
        self.assert_failed(self.job("two.yaml"), "more than one document")
        self.write("list.json", "[1]")
        self.assert_failed(self.job("list.json"), "message: Config validation failed")

    def test_every_error_at_once(self):
        answer = self.job(json.dumps({"model": "Qwen/Qwen3-32B", "backend": "tgi", "workload": {"isl": 0}}))
        self.assert_failed(answer, "error: ")
        for rule in ("backend.known", "workload.isl.range", "job.image", "hardware.gpuSku.required"):
            self.assertIn(f"[{rule}]", answer.err)

    def test_what_a_newer_operator_writes_is_passed_over(self):
        answer = self.job(json.dumps({**SPEC, "newField": 1, "modelCache": {"pvcMountPath": "/opt/model-cache"}}))
        self.assertEqual(answer.code, OK, answer.err)
        for rule in ("field.unknown", "modelCache.pvcName.required"):
            self.assertIn(f"[{rule}]", answer.err)
        self.assertNotIn("model-cache", (self.folder / "out/final_config.yaml").read_text())

    def test_usage(self):
        for flags in (["--deployment-timeout", "soon"], ["--prefill-interpolation-granularity", "0"], ["--unknown"]):
            self.assertEqual(self.job(json.dumps(SPEC), *flags).code, USAGE, flags)
            self.assertIn("status: failed\n", self.status())
            self.assertIn(flags[0], self.status())
            (self.folder / "out/profiler_status.yaml").unlink()
        # The directory may be what is missing, and help is no failure.
        self.assertEqual(self.run_program("profile", "--config={}", "--nonsense").code, USAGE)
        self.assertIn("status: failed\n", (self.folder / "profiling_results/profiler_status.yaml").read_text())
        self.assertEqual(self.job(json.dumps(SPEC), "--help").code, OK)
        self.assertFalse((self.folder / "out/profiler_status.yaml").exists())
        self.assertEqual(self.run_program("profile", "--nonsense", "--output-dir", "elsewhere").code, USAGE)
        self.assertFalse((self.folder / "elsewhere").exists(), "not a Job")

    def test_a_job_that_is_killed(self):
        for ending in (signal.SIGTERM, signal.SIGINT):
            os.mkfifo(self.folder / "spec")   # nobody ever writes into it
            job = subprocess.Popen([BINARY, "profile", "--config", "spec", "--output-dir", "out"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(job.kill)
            while not (self.folder / "out/profiler_status.yaml").exists():
                self.assertIsNone(job.poll())
                time.sleep(0.01)
            self.assertIn("status: running\n", self.status())
            self.assertTrue(held_back(job.pid, ending), "nothing is written before signals are watched for")
            job.send_signal(ending)
            self.assertEqual(job.wait(), 128 + ending)
            self.assertIn("status: failed\n", self.status())
            self.assertIn("message: Profiling was ended\n", self.status())
            shutil.rmtree(self.folder / "out")
            (self.folder / "spec").unlink()


class Directory(Job):
    def test_what_is_there_is_replaced(self):
        self.write("out/final_config.yaml", "before\n")
        self.write("out/profiler_status.yaml", "status: running\n")
        self.write("out/notes.txt", "mine\n")
        self.assertEqual(self.job(json.dumps(SPEC)).code, OK)
        self.assertIn("\nspec:\n", (self.folder / "out/final_config.yaml").read_text())
        self.assertIn("status: success\n", self.status())
        self.assertIn("phase: Done\n", self.status())
        self.assertEqual(sorted(os.listdir(self.folder / "out")),
                         ["final_config.yaml", "notes.txt", "profile_sla.log", "profiler_status.yaml"])

    def test_a_directory_that_cannot_be(self):
        self.write("out", "a file")
        answer = self.job(json.dumps(SPEC))
        self.assertEqual(answer.code, ERROR)
        self.assertIn("[output.write]", answer.err)

    def test_results_that_do_not_fit_leave_the_status_alone(self):
        mocker = {**SPEC, "features": {"mocker": {"enabled": True}}}
        for spec in (SPEC, mocker):
            answer = self.job(json.dumps(spec), preexec_fn=limit_file_size)
            self.assert_failed(answer, "message: Results could not be written")
            self.assertEqual(os.listdir(self.folder / "out"), ["profiler_status.yaml"])

    @unittest.skipUnless(can_mount(), "no private mounts here")
    def test_a_disk_without_a_free_block_still_says_failed(self):
        pages = os.sysconf("SC_PAGE_SIZE")
        script = (f'mount -t tmpfs -o size={3 * pages} none out && head -c {2 * pages} /dev/zero > out/pad && "$@"; code=$?; '
                  'ls out; cat out/profiler_status.yaml; exit $code')
        (self.folder / "out").mkdir()
        done = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", BINARY, "profile", "--config", json.dumps(SPEC),
                               "--output-dir", "out"], capture_output=True, text=True, check=False, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "DYNAMO_TABLES": str(self.folder)})
        self.assertEqual(done.returncode, ERROR, done.stderr)
        self.assertTrue(done.stdout.startswith("pad\nprofiler_status.yaml\nstatus: failed\n"), done.stdout)
        self.assertIn("phase: GeneratingDGD\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
