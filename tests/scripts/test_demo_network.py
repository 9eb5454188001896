"""scripts.demo on a network other than a local chain

when the network is live, or unknown
    it should refuse in one line that names it, and run and send nothing
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from brownie import web3

from scripts import demo
from tests.support.ending import ended


@pytest.mark.parametrize(
    ("chain_id", "name"),
    [
        (11155111, "Sepolia"),
        (84532, "Base Sepolia"),
        (1, "unknown chain 1"),
        (424242, "unknown chain 424242"),
    ],
)
def test_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chain_id: int, name: str
) -> None:
    def played(*_: Any) -> None:
        raise AssertionError("it began")

    monkeypatch.setattr(demo, "web3", SimpleNamespace(eth=SimpleNamespace(chain_id=chain_id)))
    monkeypatch.setattr(demo, "play", played)
    block = web3.eth.block_number

    assert ended(capsys, demo.main) == (
        f"the demo does not play on {name} (chain {chain_id}), which counts as live; "
        "run `make demo`, with NETWORK=ganache or NETWORK=anvil"
    )
    assert capsys.readouterr().out == ""
    assert web3.eth.block_number == block
