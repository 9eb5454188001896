"""scripts._face: actions as `brownie run` calls them

given words in place of options
    name=value, a name alone, and a list separated by commas should be read
given a word that is not known, or a value of the wrong type
    one line should name the parameter, should not show the value, and should end with 2
given an actor alone, `help`, or an action that there is not
    the actions should be listed, or named, and there should be no traceback
given the folder of the caller, as brownie of an activated shell notes it
    files, settings and names should be those of that folder
given Brownie, which compiles the function of an action from its source
    it should run the same action
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from brownie import web3

from salus.cli.ending import WRONG_CALL
from scripts import governor, hospital, insurer, name
from tests.scripts.conftest import Clinic
from tests.support.ending import stopped
from tools.run import BROWNIE_ID, write_brownie_home


def test_reads_words(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest("dry-run", "readers=" + f"{clinic.reader}, {clinic.reader}")
    assert "would be attested" in capsys.readouterr().out

    clinic.attest("dry_run=no", "again=no")
    assert "One signature over" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "salus hospital status needs --provider; salus hospital status --help explains its parameters"),
        (["SECRET"], "a word is no parameter of status; it takes provider, outbox, "),
        (["colour=SECRET"], "colour is no parameter of status; it takes provider, outbox, "),
        (["provider=SECRET"], "provider: the word is no name of a provider; give one"),
        (["provider=1", "yes=SECRET"], "yes: is neither yes nor no; correct it"),
        (["--provider=1", "--colour=SECRET"], "no such option: --colour; correct it"),
        (["--provider=1", "SECRET"], "got unexpected extra argument(s); correct it"),
    ],
)
def test_names_a_wrong_word(capsys: pytest.CaptureFixture[str], words: list[str], expected: str) -> None:
    stopped(hospital.status, *words, code=WRONG_CALL)

    message = capsys.readouterr().err.removeprefix("Error: ")
    assert message.startswith(expected)
    assert "SECRET" not in message


def test_lists_and_explains(capsys: pytest.CaptureFixture[str]) -> None:
    for asked in ("main", "help"):
        getattr(governor, asked)()
        assert "list-asset" in capsys.readouterr().out

    governor.list_asset("help")

    assert "ISO 4217" in capsys.readouterr().out


def test_works_where_the_caller_stands(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Path.cwd()
    (tmp_path / "salus.toml").write_text("")
    monkeypatch.delenv("SALUS_NAMES", raising=False)
    monkeypatch.setenv("SALUS_FOLDER", str(tmp_path))

    name.provider("lakeside", "1")
    assert "lakeside" in (tmp_path / "names.yaml").read_text()

    stopped(hospital.check_profile, "profile=hospital.yaml", code=1)
    (tmp_path / "hospital.yaml").write_text("organizations: any\npayers: any\n")
    hospital.check_profile("profile=hospital.yaml")
    assert "organizations" in capsys.readouterr().out
    assert Path.cwd() == here


def test_an_unknown_action(capsys: pytest.CaptureFixture[str]) -> None:
    stopped(governor.grant_rol, "role=GOVERNOR", code=WRONG_CALL)

    assert "grant-rol is no action of governor; did you mean grant-role?; " in capsys.readouterr().err


def test_a_module_keeps_its_own_names() -> None:
    assert insurer.__name__ == "scripts.insurer"
    with pytest.raises(AttributeError):
        insurer.__wrapped__  # noqa: B018


@pytest.mark.apart
@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["governor", "status"], 0, "GOVERNOR"),
        (["governor"], 0, "grants roles"),
        (["governor", "help"], 0, "list-asset"),
        (["governor", "stats"], 2, "did you mean status"),
        (["list", "providers"], 0, "number"),
        (["list"], 0, "shows providers"),
        (["name", "provider", "lakeside", "1"], 0, "lakeside"),
        (["name", "provider", "name=lakeside", "value=1", "json"], 0, '"action": "name provider"'),
        (["name", "provider", "lakeside", "1", "2"], 2, "a word is no parameter of provider"),
        (["auditor"], 0, "verif"),
    ],
)
def test_under_brownie(clinic: Clinic, tmp_path: Path, words: list[str], code: int, expected: str) -> None:
    write_brownie_home(tmp_path, urlsplit(web3.provider.endpoint_uri).port)
    network = BROWNIE_ID[os.environ["SALUS_NETWORK"]]
    done = subprocess.run(
        ["brownie", "run", *words, "--network", network],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path), "SALUS_NAMES": str(tmp_path / "names.yaml")},
        check=False,
    )

    assert done.returncode == code, done.stdout + done.stderr
    assert expected in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
