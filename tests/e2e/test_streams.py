"""Streams, colours, completion, help."""

import os
import pty
import subprocess
import unittest

from harness import BINARY, ERROR, OK, ROOT, SAMPLE, ProgramTest


class Colour(ProgramTest):
    def on_a_terminal(self, environment):
        """stdout of `profile` when it is a terminal."""
        leader, follower = pty.openpty()
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm", **environment}
        with subprocess.Popen([BINARY, "profile", "-f", str(SAMPLE)], stdout=follower, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, env=variables) as program:
            os.close(follower)
            output = b""
            try:
                while chunk := os.read(leader, 4096):
                    output += chunk
            except OSError:
                pass   # the far end of a pseudo-terminal closes with EIO
            program.wait(timeout=60)
        os.close(leader)
        return output

    def test_only_on_a_terminal_and_only_when_wanted(self):
        self.assertIn(b"\x1b[", self.on_a_terminal({}))
        self.assertNotIn(b"\x1b[", self.on_a_terminal({"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b[", self.on_a_terminal({"TERM": "dumb"}))
        piped = self.run_program("profile", "-f", SAMPLE)
        self.assertNotIn("\x1b", piped.out + piped.err)


class Streams(ProgramTest):
    def test_a_full_stdout_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "version"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, ERROR)
        self.assertIn(b"cannot write to stdout", done.stderr)

    def test_help_goes_to_stdout(self):
        for arguments in (["--help"], [], ["help", "profile"], ["tables", "import", "--help"]):
            answer = self.run_program(*arguments)
            self.assertEqual((answer.code, answer.err), (OK, ""))
            self.assertIn("kubectl dynamo", answer.out)

    def test_version(self):
        self.assertRegex(self.run_program("version").out, r"^kubectl-dynamo \d+\.\d+\.\d+\n$")
        self.assertEqual(self.run_program("version").out, self.run_program("--version").out)


class Completion(ProgramTest):
    """kubectl's protocol: one candidate a line, the directive last, status 0 always."""

    def candidates(self, *words):
        script = ROOT / "completions/kubectl_complete-dynamo"
        bin_folder = os.path.dirname(BINARY)
        done = subprocess.run([script, *words], capture_output=True, text=True, check=True,
                              env={"PATH": bin_folder + ":" + os.environ["PATH"]})
        lines = done.stdout.splitlines()
        self.assertRegex(lines[-1], r"^:\d+$")
        return [line.split("\t")[0] for line in lines[:-1]], int(lines[-1][1:])

    def test_commands_flags_and_values(self):
        self.assertEqual(self.candidates("pro"), (["profile"], 4))
        self.assertIn("tables", self.candidates("")[0])
        self.assertEqual(self.candidates("profile", "--backend", "v"), (["vllm"], 4))
        self.assertEqual(self.candidates("profile", "-o", "j"), (["json"], 4))
        self.assertIn("--strict-sla", self.candidates("profile", "--st")[0])
        self.assertIn("h200_sxm", self.candidates("profile", "--gpu", "")[0])
        self.assertIn("Qwen/Qwen3-32B", self.candidates("profile", "--model", "Qwen/Qwen3-3")[0])
        self.assertEqual(self.candidates("profile", "-f", ""), ([], 0))

    def test_the_printed_script_is_the_shipped_one(self):
        self.assertEqual(self.run_program("completion").out,
                         (ROOT / "completions/kubectl_complete-dynamo").read_text())


if __name__ == "__main__":
    unittest.main()
