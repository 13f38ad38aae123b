"""The ```console blocks of a document: `$ command` lines, each followed by what it prints."""

import re


def commands(text):
    """(command, expected output) of every console block."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        command, output = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command is not None:
                    yield command, output
                command, output = line[2:], []
            elif command is not None and command.endswith("\\"):
                command = command[:-1] + line.strip()
            else:
                output.append(line)
        if command is not None:
            yield command, output


def pattern(lines):
    """A regular expression for the printed lines; None when nothing is printed."""
    parts = [r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"[ ]*\n" for line in lines]
    return "".join(parts) if parts else None
