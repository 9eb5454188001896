"""scripts._words: how an action reads its words

given an action with parameters of several types
    it should read name=value, a name alone as yes, and a list separated by commas
    it should read the same from options
given a word that it does not know, or a value of the wrong type
    one line should name the parameter, and should not show the value
given an actor
    it should list its actions, and explain each
    when an action is unknown, one line should list those that there are
given Ctrl-C in an action
    it should end with 130
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from typer import Option

from scripts._words import Actor, ProviderNumber
from tests.scripts.conftest import ended

actor = Actor("tester", "tests words")
given: list[Any] = []


@actor.action
def look_up(
    provider: ProviderNumber,
    names: Annotated[list[str], Option(help="whom")] = ["nobody"],  # noqa: B006 - never changed
    folder: Annotated[Path, Option(help="where")] = Path("here"),
    dry_run: Annotated[bool, Option(help="only look")] = False,
) -> None:
    """Looks something up."""
    if provider == 130:
        raise KeyboardInterrupt
    given[:] = [provider, names, folder, dry_run]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["provider=7"], [7, ["nobody"], Path("here"), False]),
        (["provider=7", "names=a, b", "dry_run"], [7, ["a", "b"], Path("here"), True]),
        (["provider=7", "folder=a=b", "dry-run=no"], [7, ["nobody"], Path("a=b"), False]),
        (["--provider", "7", "--names=a", "--names=b", "--dry-run"], [7, ["a", "b"], Path("here"), True]),
    ],
)
def test_reads_words_and_options(words: list[str], values: list[Any]) -> None:
    look_up(*words)

    assert given == values


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "look_up needs provider=…; the word help explains its parameters"),
        (["SECRET"], "a word is no parameter of look_up; it takes provider, names, folder, dry_run; "),
        (["colour=SECRET"], "colour is no parameter of look_up; it takes provider, names, folder, "),
        (["provider=SECRET"], "provider: input should be a valid integer"),
        (["provider=1", "dry_run=SECRET"], "dry_run: is neither yes nor no; correct it"),
        (["--provider=1", "--colour=SECRET"], "no such option: --colour; correct it"),
        (["--provider=1", "SECRET"], "got unexpected extra argument(s); correct it"),
    ],
)
def test_names_a_wrong_word(capsys: pytest.CaptureFixture[str], words: list[str], expected: str) -> None:
    message = ended(capsys, look_up, *words)

    assert message.startswith(expected)
    assert "SECRET" not in message


def test_lists_and_explains(capsys: pytest.CaptureFixture[str]) -> None:
    actor.main([], globals())
    assert "look_up          Looks something up." in capsys.readouterr().out

    with pytest.raises(SystemExit) as stop:
        actor.main(["look_up", "help"], globals())

    explained = capsys.readouterr().out
    assert stop.value.code == 0
    assert "Usage: brownie run tester look_up name=value" in explained
    assert "where  [default: here]" in explained


def test_an_unknown_action(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, actor.main, ["look"], globals()) == "look is no action of tester; it knows look_up"


def test_ctrl_c_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        look_up("provider=130")

    assert stop.value.code == 130
    assert "Stopped. Nothing is lost" in capsys.readouterr().err
