"""scripts.deploy and scripts.demo in separate processes whose node stops

given a node that stops during a deployment, while Brownie calls it
    it should end with 4 and one line that names the node, without a traceback
    a rerun should use the deployed contracts, and deploy the rest
given a node that stops while the demo mints its money, it should end in the same way
given a node that stops before the first call of the deployment, it should end in the same way
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from brownie import TestStablecoin

from salus.chain.address_book import AddressBook, path_of
from salus.chain.manifest import CONTRACTS
from salus.cli.ending import OUT_OF_REACH
from scripts import deploy
from tests.support.ending import ended
from tests.support.stopping import PATIENCE, between, start
from tools.run import BROWNIE_ID, write_brownie_home

SEND, NODE = "eth_sendTransaction", "https://node.example:8545"


@pytest.fixture(autouse=True)
def isolation(fn_isolation: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path / "deployments"))


def dies(script: str, home: Path, *, spared: int = 0, passes: bool = False, selector: str = "") -> None:
    """Runs the script with a node that stops at one transaction; with `passes`, just after it."""
    with between(SEND, passes=passes, spared=spared, selector=selector) as node:
        node.leave.set()
        home.mkdir()
        write_brownie_home(home, urlsplit(node.url).port)
        network = BROWNIE_ID[os.environ["SALUS_NETWORK"]]
        process = start(["brownie", "run", script, "--network", network], HOME=str(home))
        try:
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        assert node.reached.is_set(), out + err
    assert "Traceback" not in out + err
    assert process.returncode == OUT_OF_REACH, out + err
    last = err.strip().splitlines()[-1]
    host = urlsplit(node.url).netloc
    assert last == f"Error: the node at {host} does not answer; start it or choose another, then run again"
    assert (out + err).count("Error") == 1, out + err


@pytest.mark.parametrize(("spared", "passes", "standing"), [(3, False, 3), (3, True, 3), (8, False, 7)])
def test_in_the_middle_of_a_deploy(tmp_path: Path, spared: int, passes: bool, standing: int) -> None:
    dies("deploy", tmp_path / "home", spared=spared, passes=passes)
    path = path_of(1337)
    before = AddressBook.load(path).contracts if path.exists() else {}
    assert len(before) == standing

    deploy.main()

    after = AddressBook.load(path).contracts
    assert set(after) == {*CONTRACTS, "TestStablecoin"}
    assert {name: after[name] for name in before} == before


def test_while_the_demo_mints(tmp_path: Path) -> None:
    dies("demo", tmp_path / "home", selector=TestStablecoin.signatures["mint"].removeprefix("0x"))


def test_before_the_first_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise requests.ReadTimeout(request=requests.Request("POST", f"{NODE}/v3/secret").prepare())

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", gone)
        message = ended(capsys, deploy.main)

    assert (
        message == "the node at node.example:8545 does not answer; start it or choose another, then run again"
    )
