"""Every command of README.md, docs/cli.md and docs/explain.md runs, and the output printed below it is the real one.

A ```console block holds `$ command` lines, each followed by its output. `...` alone on a line stands for any lines.
Blocks that need the network or another machine are fenced ```sh and not run."""

import os
import pathlib
import subprocess
import unittest

from console_blocks import commands, pattern
from harness import BINARY, ROOT, ProgramTest, tables_directory

# Commands that are this test or what runs it.
NESTED = {"./dev test", "./dev bench", "./dev check"}


class Documents(ProgramTest):
    def check(self, document):
        found = list(commands((ROOT / document).read_text()))
        self.assertGreater(len(found), 0, f"{document} has no command")
        environment = {**os.environ, "PATH": f"{self.shims()}:{os.environ['PATH']}", "NO_COLOR": "1"}
        if tables_directory():
            environment["DYNAMO_TABLES"] = str(tables_directory())
        for command, lines in found:
            if command in NESTED:
                continue
            with self.subTest(document=document, command=command):
                done = subprocess.run(["bash", "-c", command.replace("./dev run", "kubectl-dynamo")], cwd=ROOT, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=120,
                                      check=False)
                self.assertIn(done.returncode, (0, 3, 4), done.stdout)
                expected = pattern(lines)
                if expected is not None and tables_directory():
                    self.assertRegex(done.stdout, r"\A" + expected + r"\Z")

    def shims(self):
        """A folder with the program under test as `kubectl-dynamo`, and a `kubectl` that only knows it."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "kubectl-dynamo"
        if not program.exists():
            program.symlink_to(BINARY)
            kubectl = folder / "kubectl"
            kubectl.write_text('#!/bin/sh\n[ "$1" = dynamo ] || { cat >/dev/null; exit 0; }\nshift\nexec kubectl-dynamo "$@"\n')
            kubectl.chmod(0o755)
        return folder

    def test_readme(self):
        self.check(pathlib.Path("README.md"))

    def test_cli_guide(self):
        self.check(pathlib.Path("docs/cli.md"))

    def test_explain_guide(self):
        self.check(pathlib.Path("docs/explain.md"))


if __name__ == "__main__":
    unittest.main()
