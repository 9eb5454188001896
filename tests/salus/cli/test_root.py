"""salus.cli: the `salus` command, its lists, its exit codes

given no word, or help
    the actors or the actions should be listed, with what each is for; every action should have an example
given a mistyped word
    one line should say what was probably meant, and should end with 2
given an error of each kind
    the exit code should be that of the table, which docs/command.md repeats
given Ctrl-C or a reader that has gone
    it should end with 130, or in silence
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from salus import cli
from salus.base import errors
from salus.cli import ending
from salus.cli.actor import first_line
from salus.cli.root import ACTORS, ALONE, actor_of, run
from salus.cli.usage import CallError

ROOT = Path(__file__).parents[3]


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as stop:
        run(words)
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.mark.parametrize(("words", "code"), [((), 2), (("--help",), 0), (("help",), 0)])
def test_lists_the_actors(words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(*words) == code

    listed = capsys.readouterr().out
    assert all(name in listed for name in (*ACTORS, *ALONE))


@pytest.mark.parametrize("name", ACTORS)
def test_lists_the_actions(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(name, "--help") == 0

    listed = capsys.readouterr().out
    assert all(action in listed for action in actor_of(name).actions)


ALL = [(name, action) for name in ACTORS for action in actor_of(name).actions]


@pytest.mark.parametrize(("name", "action"), ALL)
def test_explains_each_action(name: str, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([name, action, "--help"])

    explained = " ".join(capsys.readouterr().out.split())
    assert first_line(actor_of(name).actions[action])[:30] in explained
    assert f"salus {name} {action}" in explained.partition("Example:")[2]
    assert "--json" in explained


@pytest.mark.parametrize("name", ALONE)
def test_explains_what_belongs_to_no_actor(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([name, "--help"])

    explained = " ".join(capsys.readouterr().out.split())
    assert f"Usage: salus {name} [OPTIONS]" in explained
    assert f"salus {name}" in explained.partition("Example:")[2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["hospitl"], "hospitl is no group of salus; did you mean hospital?; there are hospital, insurer"),
        (["hospital", "atest"], "atest is no action of hospital; did you mean attest?; there are add-key"),
        (["hospital", "0x" + "11" * 32], "a word is no action of hospital; there are add-key"),
        (["hospital", "status"], "salus hospital status needs --provider; salus hospital status --help"),
        (
            ["hospital", "status", "--provider", "SECRET"],
            "provider: the word is no name of a provider; give one: salus name",
        ),
    ],
)
def test_a_mistyped_word(words: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(*words) == ending.WRONG_CALL

    message = capsys.readouterr().err.removeprefix("Error: ")
    assert message.startswith(expected)
    assert "SECRET" not in message


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.TableError("x"), 1),
        (errors.OutboxError("x"), 1),
        (CallError("x"), 2),
        (errors.Reverted("x", name="NotDue"), 3),
        (errors.NotAuthorised("x", role="GOVERNOR", account="0x1"), 3),
        (errors.NotAccredited("x"), 3),
        (errors.NodeUnreachable("x"), 4),
        (errors.WrongChain("x"), 1),
        (FileNotFoundError(2, "No such file or directory", "a.json"), 1),
        (RuntimeError("SECRET"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop, ending.one_line_errors():
        raise error

    assert stop.value.code == code
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "SECRET" not in said


KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"


@pytest.mark.parametrize(
    "words",
    [
        ["keygen", "account", f"--{KEY}"],
        ["hospital", "file", "--provider", "1", f"--0x{KEY}"],
        ["hospital", KEY],
        ["list", "claims", "--state", KEY],
        ["hospital", "list", "--provider", "1", "--state", KEY],
    ],
)
def test_shows_no_key_that_was_typed_in_a_wrong_place(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ended(*words)

    said = capsys.readouterr()
    assert KEY not in said.err + said.out


@pytest.mark.parametrize("after", [0.15, 0.3, 0.6])
def test_ctrl_c_while_it_loads(after: float) -> None:
    command = [sys.executable, "-c", LOADS_SLOWLY, "list", "pools", "--node", "http://127.0.0.1:1"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    time.sleep(1 + after)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert "Traceback" not in said
    assert process.returncode in (ending.INTERRUPTED, ending.OUT_OF_REACH), said
    assert "unforeseen" not in said


def test_ctrl_c_that_a_module_in_c_turns_into_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: object) -> None:
        with ending.one_line_errors():
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                raise ImportError("of a module in C") from None

    monkeypatch.setattr("salus.cli.root.run", load)
    monkeypatch.setattr(cli, "stopped", False)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as stop:
            cli.main()
    finally:
        signal.signal(signal.SIGINT, before)

    assert stop.value.code == ending.INTERRUPTED


LOADS_SLOWLY = """
import sys, time
from importlib.abc import MetaPathFinder

class Slow(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("salus.cli.", "web3", "rich")):
            time.sleep(0.05)

sys.meta_path.insert(0, Slow())
from salus.cli import main
time.sleep(0.9)
main()
"""


def test_the_page_has_the_same_table() -> None:
    rows = [line for line in (ending.__doc__ or "").splitlines() if line.startswith("| ")]
    page = (ROOT / "docs" / "command.md").read_text()

    assert len(rows) == 7
    assert all(row in page for row in rows)


def test_a_reader_that_has_enough() -> None:
    done = subprocess.run(
        f"{sys.executable} -m salus.cli hospital attest --help | true",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.stderr == ""


def test_a_broken_pipe_is_no_fault() -> None:
    code = "from salus.cli.ending import one_line_errors\nwith one_line_errors():\n    raise BrokenPipeError"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("installed", "expected"), [("1.2.3", "salus 1.2.3\n"), (None, "salus, from a folder of its sources\n")]
)
def test_says_its_version(
    installed: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def version(_: str) -> str:
        if installed is None:
            raise PackageNotFoundError
        return installed

    monkeypatch.setattr("salus.cli.root.version", version)
    run(["--version"])

    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("salus hos", "hospital"),
        ("salus doc", "doctor"),
        ("salus doctor --prov", "--provider"),
        ("salus hospital att", "attest"),
        ("salus hospital attest --rec", "--records"),
    ],
)
def test_completes_words(typed: str, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "salus.cli"],
        env={
            "_SALUS_COMPLETE": "complete_bash",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(typed.count(" ")),
            "PATH": "/usr/bin",
        },
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert expected in done.stdout.split()
