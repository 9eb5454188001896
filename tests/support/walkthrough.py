"""Runs the commands of a page of docs in one shell, and compares what they print with what the page shows.

In a page's ```console blocks, a line after `$ ` is a command, and the lines below it are what it prints.
There `…` stands for any text, a line of only `…` for any lines, `<name>` for a value that later commands use
by this name. A command must end with 0, unless its last line is `(exit code N)`.

    python -m tests.support.walkthrough docs/first-hour.md folder     writes the page with what is printed now
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
END = "__the command has ended__"
WIDTH = "100"


@dataclass
class Step:
    """A command of the page, with the lines of the page that show what it prints."""

    line: int
    command: str
    expected: list[str] = field(default_factory=list)


def steps_of(text: str) -> list[Step]:
    """The commands of a page."""
    steps: list[Step] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif inside and _goes_on(steps[-1]):
            steps[-1].command += "\n" + line
        elif inside:
            steps[-1].expected.append(line)
    return steps


def _goes_on(step: Step) -> bool:
    """Whether the next line is still the command: after a backslash, or in a here-document."""
    lines = step.command.splitlines()
    in_document = step.command.count("END") == 1 and "<<" in lines[0]
    return not step.expected and (lines[-1].endswith("\\") or in_document)


class Shell:
    """One bash, so that a command finds what earlier ones have exported."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> tuple[list[str], int]:
        """What a command prints, and its exit code. Its own input is empty."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{{ {command}\n}} < /dev/null\ncode=$?; echo; echo '{END}' $code\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith(END):
                while lines and not lines[-1]:
                    lines.pop()
                return lines, int(line.split()[-1])
            lines.append(line.rstrip())
        raise AssertionError(f"the shell ended in: {command}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def shell(folder: Path, **more: str) -> Iterator[Shell]:
    """A shell as after `. .venv/bin/activate`, with nothing of the caller's but its PATH."""
    environment = {
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "COLUMNS": WIDTH,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        **more,
    }
    (folder / "home").mkdir(exist_ok=True)
    opened = Shell(folder, environment)
    try:
        yield opened
    finally:
        opened.close()


def walk(text: str, opened: Shell) -> Iterator[tuple[Step, list[str], int, dict[str, str]]]:
    """Runs each command: what it printed, its exit code, and the names known before it."""
    known: dict[str, str] = {}
    for step in steps_of(text):
        command = re.sub(r"<([a-z-]+)>", lambda found: known.get(found[1], found[0]), step.command)
        printed, code = opened.run(command)
        before = dict(known)
        learn(step.expected, printed, known)
        yield step, printed, code, before


def learn(expected: list[str], printed: list[str], known: dict[str, str]) -> None:
    """Takes from what was printed the values that the page names for the first time."""
    for line in expected:
        names = re.findall(r"<([a-z-]+)>", line)
        if any(name not in known for name in names):
            pattern = re.compile(_pattern(line, known, set()))
            found = next((match for match in map(pattern.fullmatch, printed) if match), None)
            known.update(
                {
                    name.replace("_", "-"): value
                    for name, value in (found.groupdict() if found else {}).items()
                }
            )


def differs(step: Step, printed: list[str], code: int, known: dict[str, str]) -> str:
    """What is wrong with what a command printed; empty if nothing is."""
    expected, wanted = list(step.expected), 0
    if expected and (match := re.fullmatch(r"\(exit code (\d+)\)", expected[-1])):
        expected, wanted = expected[:-1], int(match[1])
    named: set[str] = set()
    parts = [".*(?:\n.*)*" if line == "…" else _pattern(line, known, named) for line in expected]
    if code == wanted and re.fullmatch("\n".join(parts), "\n".join(printed)):
        return ""
    shown, meant = "\n    ".join(printed), "\n    ".join(expected)
    head = f"line {step.line}: {step.command}\n  ended with {code} and printed"
    return f"{head}\n    {shown}\n  instead of\n    {meant}"


def _pattern(line: str, known: dict[str, str], named: set[str]) -> str:
    """A regular expression for a line of the page; `named` gets the names that it is the first to use."""
    found = ""
    for part in re.split(r"(…|<[a-z-]+>)", " ".join(line.split())):
        name = part[1:-1].replace("-", "_") if re.fullmatch(r"<[a-z-]+>", part) else ""
        if part == "…":
            found += ".*?"
        elif name and part[1:-1] in known:
            found += re.escape(known[part[1:-1]])
        elif name and name not in named:
            found += rf"(?P<{name}>\S+?)"
            named.add(name)
        elif name:
            found += f"(?P={name})"
        else:
            found += re.escape(part)
    return r"\s*" + found.replace(r"\ ", r"\s+") + r"\s*"


VARYING = [
    (re.compile(r"\b12:\d\d UTC"), "12:… UTC"),  # the chain's clock runs on while the page does
    (re.compile(r"0x[0-9a-fA-F]{40,}"), "0x…"),
    (re.compile(r"0x[0-9a-f]{8,16}…"), "0x…"),
    (re.compile(r"\b[0-9a-f]{16}…"), "…"),
    (re.compile(r"\b[0-9A-F]{4}(-[0-9A-F]{4})+(-\d+)?\b"), "…"),
    (re.compile(r"\b[0-9a-f]{4}( [0-9a-f]{4}){3}\b"), "…"),
    (re.compile(r"age1[0-9a-z]{50,}"), "age1…"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "…"),
]


def recorded(text: str, opened: Shell, folder: Path) -> str:
    """The page with what its commands print now. Names stay, and what is new in each run becomes `…`."""
    lines = text.splitlines()
    for step, printed, code, known in list(walk(text, opened))[::-1]:
        learn(step.expected, printed, known)
        shown = [_shown(line.replace(str(folder), "…"), known) for line in printed] + (
            [f"(exit code {code})"] if code else []
        )
        first = step.line + step.command.count("\n")
        if "…" not in step.expected:
            lines[first : first + len(step.expected)] = _kept(step.expected, shown, known)
    return "\n".join(lines) + "\n"


def _kept(expected: list[str], shown: list[str], known: dict[str, str]) -> list[str]:
    """What is shown now, with the page's own lines where these stand for the same."""
    patterns = [(re.compile(_pattern(line, {}, set())), line) for line in expected if "…" in line]
    return [next((line for pattern, line in patterns if pattern.fullmatch(text)), text) for text in shown]


def _shown(line: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        line = line.replace(value, f"<{name}>") if len(value) > 20 else line
    for pattern, words in VARYING:
        line = pattern.sub(words, line)
    return line


if __name__ == "__main__":
    page, where = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    where.mkdir(parents=True, exist_ok=True)
    with shell(where, **dict(pair.split("=", 1) for pair in sys.argv[3:])) as one:
        page.write_text(recorded(page.read_text(), one, where))
