"""How an action ends: by itself, early, or with an error; and a person who answers its questions."""

from __future__ import annotations

from typing import Any

import pytest

from salus.cli import session
from salus.cli.ending import DONE, NEEDS_YOU, OUT_OF_REACH, REFUSED, WRONG_CALL


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str | type[EOFError]) -> None:
    """A person at a terminal, who gives these answers in order."""
    rest = iter(answers)

    def reply(_: str) -> str:
        given = next(rest)
        if isinstance(given, str):
            return given
        raise given

    monkeypatch.setattr(session, "somebody_is_there", lambda: True)
    monkeypatch.setattr("builtins.input", reply)


def flags(*words: str) -> list[str]:
    """The words of `brownie run` as options of `salus`."""
    parts = (word.partition("=") for word in words)
    return [f"--{name.replace('_', '-')}" + equals + value for name, equals, value in parts]


def stopped(action: Any, *words: str, code: int = DONE) -> None:
    """An action that ends before it has done what it is for, and not in an error."""
    with pytest.raises(SystemExit) as stop:
        action(*words)
    assert stop.value.code == code


def ended(capsys: pytest.CaptureFixture[str], action: Any, *words: str) -> str:
    """The line that a failing action ends with."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        action(*words)
    assert stop.value.code in (NEEDS_YOU, WRONG_CALL, REFUSED, OUT_OF_REACH)
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return last.removeprefix("Error: ")
