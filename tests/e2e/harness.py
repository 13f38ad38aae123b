"""Runs the built program and holds what the suites share."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["KUBECTL_DYNAMO"]
ROOT = pathlib.Path(os.environ["DYNAMO_SOURCE_DIR"])
SAMPLE = ROOT / "manifests/samples/qwen3-32b.yaml"

OK, ERROR, USAGE, SLA_UNMET, INVALID, UNSUPPORTED = range(6)


def tables_directory():
    """Where ./dev puts the measured tables; None when this machine has none."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/"), ".cache")
    fallback = os.path.join(cache, "kubectl-dynamo/tables/aiconfigurator-core-0.12.0")
    directory = pathlib.Path(os.environ.get("DYNAMO_TABLES") or fallback)
    return directory if any(directory.glob("*.pack")) else None


class Answer:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dynamo-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_program(self, *arguments, stdin=b"", environment=None, tables=None, **options):
        """Without `tables` there are none, so that the answer does not depend on the machine."""
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "DYNAMO_TABLES": str(tables or self.folder / "no-tables"),
            # Sanitizer builds: leaks at exit are not what these tests are about.
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
            **(environment or {}),
        }
        if isinstance(stdin, str):
            stdin = stdin.encode()
        done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, env=variables,
                              timeout=120, cwd=self.folder, **options)
        done.stdout = done.stdout.decode("utf-8", "surrogateescape")
        done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        self.assertGreaterEqual(done.returncode, 0, f"killed by signal {-done.returncode}: {done.stderr}")
        return Answer(done)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path
