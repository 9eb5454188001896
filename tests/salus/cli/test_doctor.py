"""salus.cli.doctor and spinner

given no node, or one that does not answer
    it should end with 4, and say what to do
given a node that answers in something else than JSON-RPC
    it should be a fault, and end with 4
given a node without the contracts
    it should say each fault with its remedy, and end with 1
given --json
    each check should be an entry with its state and remedy
given a silent node
    a person at a terminal should see that it is waited for, and nobody else should
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from salus.chain import waiting
from salus.cli import settings, spinner
from salus.cli.ending import NEEDS_YOU, OUT_OF_REACH, WRONG_CALL
from salus.cli.root import run
from tests.salus.chain.test_health import ACCOUNT, healthy
from tests.support.bad_node import Answer, bad_node
from tools.chain import free_ports


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "SALUS_RPC_URL",
        "SALUS_NETWORK",
        "SALUS_ACCOUNT",
        "SALUS_PRIVATE_KEY",
        "SALUS_ATTESTOR_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    monkeypatch.setattr(settings, "ENVIRONMENT", tmp_path / ".env")
    monkeypatch.setattr(settings, "CLONE", tmp_path)
    monkeypatch.chdir(tmp_path)


def ended(*words: str) -> Any:
    with pytest.raises(SystemExit) as stop:
        run(["doctor", *words])
    waiting.watch(None)
    return stop.value.code


def test_no_node(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended() == OUT_OF_REACH

    said = capsys.readouterr().out
    assert said.startswith("fault   node: no node is named\n        → start a local chain")


@pytest.mark.apart
def test_a_node_that_does_not_answer(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("salus.chain.health.PATIENCE_SECONDS", 0)
    port = free_ports(1)
    assert ended("--node", f"http://127.0.0.1:{port}/v3/0123456789abcdef") == OUT_OF_REACH

    said = capsys.readouterr().out
    assert f"fault   node: the node at 127.0.0.1:{port} does not answer\n" in said
    assert "0123456789abcdef" not in said


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'{"jsonrpc":"2.0","id":1}', b'{"jsonrpc":"2.0","id":1,"result":"zz"}']
)
@pytest.mark.parametrize("method", ["eth_chainId", "eth_blockNumber", "eth_getBlockByNumber"])
def test_a_node_that_is_none(capsys: pytest.CaptureFixture[str], method: str, body: bytes) -> None:
    with bad_node(**{**healthy(), method: Answer(body=body)}) as node:
        assert ended("--node", node.url) == OUT_OF_REACH

    assert "does not answer in JSON-RPC\n        → start it or choose" in capsys.readouterr().out


def test_a_node_without_the_contracts(capsys: pytest.CaptureFixture[str]) -> None:
    with bad_node(**healthy()) as node:
        assert ended("--node", node.url, "--account", ACCOUNT) == NEEDS_YOU

    said = capsys.readouterr().out
    assert "ok      node: answers, at block 7 (Geth)\n" in said
    assert f"ok      balance: {ACCOUNT} has 1 ETH" in said
    assert "fault   address book: " in said
    assert "1337.json: is missing: nothing is deployed on chain 1337\n        → run" in said
    assert said.endswith("1 of 6 checks are at fault.\n")


def test_an_account_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with bad_node(**healthy()) as node:
        assert ended("--node", node.url, "--account", "nobody") == NEEDS_YOU

    assert "fault   account: account: there is no keystore 'nobody'\n" in capsys.readouterr().out


def test_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    with bad_node(**healthy()) as node:
        assert ended("--node", node.url, "--json") == NEEDS_YOU

    found = json.loads(capsys.readouterr().out)
    assert found["faults"] == 1
    assert [(check["name"], check["state"]) for check in found["checks"]] == [
        ("node", "ok"),
        ("chain", "ok"),
        ("clock", "ok"),
        ("latest block", "ok"),
        ("address book", "fault"),
    ]
    assert found["checks"][-1]["remedy"]


def test_a_wrong_option() -> None:
    assert ended("--provider", "none") == WRONG_CALL


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_shows_a_spinner(monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", screen)
        watcher = spinner.Spinner()
        watcher.waiting("node.example", 12)
        assert ("waiting for the node at node.example (12 s)" in screen.getvalue()) is shown
        watcher.answered()
        assert screen.getvalue().endswith("\r\033[K") is shown
