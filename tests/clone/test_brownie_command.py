"""tools.brownie_command: the `brownie` of an activated shell

given a call that names a network
    it should work there, as tools.run names it
given one that names none
    run and console should work on the local chain that runs, or else on a fresh Ganache; tests always on a
│   fresh one; all else should need no chain
given a group that has no Brownie form
    it should say why, and what to use
given a call
    the caller's folder, and the user's folder for settings, should be noted for the action
given an actor and --help
    it should list or explain the actor's actions
given a HOME of the user's without a trace of Brownie
    it should leave none, and know this clone's networks
given a command of tools.run
    it should be Brownie itself, on that chain
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from salus.cli.root import ACTORS, ALONE
from tools import brownie_command as command
from tools import run
from tools.places import ROOT
from tools.setup import BROWNIE

PATIENCE = 180


@pytest.mark.parametrize(
    ("words", "network", "others"),
    [
        ("run deploy", "", "run deploy"),
        ("run deploy --network anvil", "anvil", "run deploy"),
        ("run deploy --network development", "ganache", "run deploy"),
        ("run --network=sepolia deploy", "sepolia", "run deploy"),
        ("console --network local", "local", "console"),
        ("console --network", "", "console"),
    ],
)
def test_a_network_that_is_named(words: str, network: str, others: str) -> None:
    assert command.taken_out(words.split()) == (network, others.split())


@pytest.mark.parametrize(
    ("words", "explained"),
    [
        ("run hospital --help", ["hospital"]),
        ("run hospital attest -h", ["hospital", "attest"]),
        ("run --help", []),
        ("run deploy --help", []),
        ("test --help", []),
        ("run hospital status", []),
    ],
)
def test_help_for_an_actor(words: str, explained: list[str]) -> None:
    assert command.asks_for_help(words.split()) == explained


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("run keygen account front-desk", "keygen has no Brownie form (it makes keys, and needs no chain)"),
        ("run chain start", "use salus chain"),
        ("run doctor", "use salus doctor"),
        ("run keygen --help", ""),
        ("run list providers", ""),
        ("run -I", ""),
        ("console keygen", ""),
    ],
)
def test_what_only_salus_does(words: str, refused: str) -> None:
    assert refused in command.has_no_form(words.split())
    assert bool(refused) == bool(command.has_no_form(words.split()))


def test_every_group_has_a_form_or_a_reason() -> None:
    for name in (*ACTORS, *ALONE):
        assert (ROOT / "scripts" / f"{name}.py").exists() != (name in command.WITHOUT_A_FORM)


def test_the_caller_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SALUS_FOLDER", "/elsewhere")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/mine")
    command.remember_the_caller()
    assert (os.environ["SALUS_FOLDER"], os.environ["XDG_CONFIG_HOME"]) == (str(tmp_path), "/mine")


def test_the_actions_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["brownie", "run", "hospital", "--help"])

    with pytest.raises(SystemExit) as stop:
        command.main()

    assert stop.value.code == 0
    assert "withdraw-root" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "beside", "alone"),
    [
        ("run deploy", "local", "ganache"),
        ("console", "local", "ganache"),
        ("test tests/contracts", "ganache", "ganache"),
        ("run --help", "none", "none"),
        ("accounts list", "none", "none"),
        ("compile", "none", "none"),
        ("--version", "none", "none"),
        ("", "none", "none"),
    ],
)
def test_a_network_that_is_not_named(
    words: str, beside: str, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "running", lambda: {"network": "anvil"})
    assert command.usual_network(words.split()) == beside
    monkeypatch.setattr(command, "running", lambda: None)
    assert command.usual_network(words.split()) == alone


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program that set-up writes, in a folder that looks like a clone's."""
    (tmp_path / "clone" / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "clone" / "tools").symlink_to(ROOT / "tools")
    program = tmp_path / "clone" / ".venv" / "bin" / "brownie"
    program.write_text(BROWNIE)
    return program


def said_by(program: Path, home: Path, *words: str, within: str = "") -> str:
    done = subprocess.run(
        [sys.executable, str(program), *words],
        cwd=home,
        env={**os.environ, "SALUS_CHAIN_FOLDER": str(home / "none"), run.WITHIN: within, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_knows_this_clone(program: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    listed = said_by(program, home, "networks", "list")

    assert "arbitrum-sepolia" in listed
    assert "mainnet" not in listed
    assert "The deployer, 0x" in said_by(program, home, "run", "deploy", "--network", "anvil")
    assert list(home.iterdir()) == []


WHAT = (
    "import sys\n"
    "from types import ModuleType\n"
    "for name in ('brownie', 'brownie._cli', 'brownie._cli.__main__'):\n"
    "    sys.modules[name] = ModuleType(name)\n"
    "sys.modules[name].main = lambda: print(sys.argv[1:], 'tools' in sys.modules)\n"
)


@pytest.mark.parametrize(
    ("within", "words", "expected"),
    [
        ("anvil", "run deploy", "['run', 'deploy', '--network', 'anvil']"),
        ("sepolia", "console", "['console', '--network', 'sepolia']"),
        ("anvil", "run deploy --network sepolia", "['run', 'deploy', '--network', 'sepolia']"),
        ("anvil", "accounts list", "['accounts', 'list']"),
        ("none", "run deploy", "['run', 'deploy']"),
    ],
)
def test_within_a_run_it_is_brownie_itself(
    within: str, words: str, expected: str, program: Path, tmp_path: Path
) -> None:
    """What Brownie would be called with, and that no `tools` is loaded: a copy of the project has its own."""
    program.write_text(WHAT + BROWNIE)

    assert said_by(program, tmp_path, *words.split(), within=within) == f"{expected} False\n"


def test_a_chain_that_runs_is_used(tmp_path: Path) -> None:
    chain = [sys.executable, "-m", "tools.local_chain"]
    environment = {**os.environ, "SALUS_CHAIN_FOLDER": str(tmp_path)}
    environment.pop(run.WITHIN, None)

    def done(*program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    try:
        assert done(*chain, "start", "--network", "anvil").returncode == 0
        told = done(sys.executable, "-m", "tools.brownie_command", "run", "deploy")
        # the book of the chain that runs lists all contracts: nothing was left to deploy
        assert told.returncode == 0, told.stderr
        assert str(tmp_path) in told.stdout
        assert "Transaction sent" not in told.stdout
        refused = done(sys.executable, "-m", "tools.run", "--network", "local", "--", "brownie", "test")
        assert refused.stderr.strip() == (
            "run: tests set a chain back: they need one of their own, so name ganache or anvil"
        )
    finally:
        done(*chain, "stop")
